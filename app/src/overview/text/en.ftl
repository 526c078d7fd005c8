# The overview.
good-morning = Good morning, { $name }
good-afternoon = Good afternoon, { $name }
good-evening = Good evening, { $name }
everything = Everything you have with us
pending-amount = { $amount } pending
