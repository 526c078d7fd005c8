# The overview.
good-morning = Bonjour, { $name }
good-afternoon = Bon après-midi, { $name }
good-evening = Bonsoir, { $name }
everything = Tout ce que vous avez chez nous
pending-amount = { $amount } en attente
