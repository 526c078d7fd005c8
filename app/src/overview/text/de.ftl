# The overview.
good-morning = Guten Morgen, { $name }
good-afternoon = Guten Tag, { $name }
good-evening = Guten Abend, { $name }
everything = Alles, was Sie bei uns haben
pending-amount = { $amount } vorgemerkt
total-summary = Summe über { $days } Tage: von { $first } auf { $last }
change-today = { $amount } heute
change-since = { $amount } seit { $day }
up = gestiegen
down = gefallen
latest-movements = Letzte Buchungen
statement = Auszug
