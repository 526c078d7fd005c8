# The overview.
good-morning = Guten Morgen, { $name }
good-afternoon = Guten Tag, { $name }
good-evening = Guten Abend, { $name }
everything = Alles, was Sie bei uns haben
pending-amount = { $amount } vorgemerkt
