# The overview.
good-morning = Bonjour, { $name }
good-afternoon = Bon après-midi, { $name }
good-evening = Bonsoir, { $name }
everything = Tout ce que vous avez chez nous
pending-amount = { $amount } en attente
total-summary = Total sur { $days } jours : de { $first } à { $last }
change-today = { $amount } aujourd’hui
change-since = { $amount } depuis le { $day }
up = en hausse
down = en baisse
latest-movements = Derniers mouvements
statement = Relevé
