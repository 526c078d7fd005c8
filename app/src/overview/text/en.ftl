# The overview.
good-morning = Good morning, { $name }
good-afternoon = Good afternoon, { $name }
good-evening = Good evening, { $name }
everything = Everything you have with us
pending-amount = { $amount } pending
total-summary = Total over { $days } days: from { $first } to { $last }
change-today = { $amount } today
change-since = { $amount } since { $day }
up = up
down = down
latest-movements = Latest movements
statement = Statement
