-- Portfolios: instruments and their prices, what is held, what was done, and what it was worth day by day.
--
-- Prices, quantities and amounts as the custodian writes them are exact decimals, kept as text; a value in the portfolio's own
-- currency is in minor units. The PostgreSQL file of the same name has the same tables.

create table instrument (
  id            blob primary key,
  -- Its ISIN, or what the sender calls it where there is none.
  key           text not null unique,
  isin          text,
  name          text not null,
  ticker        text,
  mic           text,
  class         text not null,
  currency      text,
  country       text,
  region        text,
  issuer        text,
  issuer_lei    text,
  price_unit    text not null check (price_unit in ('currency', 'percent')),
  price_factor  text not null,
  minor_divisor integer not null,
  maturity_day  integer,
  coupon        text,
  -- Other numbers of it, as JSON.
  ids           text not null,
  -- When the document came that describes it; nothing while it is only named by others.
  described_at  integer,
  document_id   blob,
  place         text
) strict;
create index instrument_by_ticker on instrument (ticker) where ticker is not null;

-- Every name that senders use for an instrument.
create table instrument_name (
  name          text primary key,
  instrument_id blob not null references instrument (id)
) strict, without rowid;

create table instrument_split (
  instrument_id blob not null references instrument (id),
  day           integer not null,
  new_units     text not null,
  old_units     text not null,
  primary key (instrument_id, day)
) strict, without rowid;

-- The latest good price of an instrument, the one that waits to be confirmed, and the last one that was refused.
create table quote (
  instrument_id  blob primary key references instrument (id),
  price          text,
  currency       text,
  divisor        integer,
  unit           text,
  kind           text,
  at             integer,
  delay_seconds  integer not null default 0,
  source         text,
  mic            text,
  document_id    blob,
  -- The name of that document, for people.
  origin         text,
  place          text,
  received_at    integer,
  waiting_price  text,
  waiting_at     integer,
  refused_reason text,
  refused_price  text,
  refused_at     integer,
  -- Of `quote_clock`: what changed after a number that a reader has seen.
  version        integer not null
) strict;
create index quote_by_version on quote (version);

create table quote_clock (
  only_row integer primary key check (only_row = 1),
  version  integer not null
) strict;
insert into quote_clock (only_row, version) values (1, 0);

-- The last good price of each day.
create table quote_daily (
  instrument_id blob not null references instrument (id),
  day           integer not null,
  price         text not null,
  currency      text not null,
  divisor       integer not null,
  unit          text not null,
  kind          text not null,
  at            integer not null,
  source        text,
  document_id   blob not null,
  place         text not null,
  primary key (instrument_id, day)
) strict, without rowid;

create table fx_rate (
  base        text not null,
  quote       text not null,
  day         integer not null,
  source      text not null,
  units       text not null,
  rate        text not null,
  document_id blob not null references source_document (id),
  place       text not null,
  primary key (base, quote, source, day)
) strict, without rowid;

create table portfolio (
  id             blob primary key,
  account        text not null unique,
  stated         text,
  currency       text not null,
  name           text,
  -- How new the news of name, currency and holders is: the day that it is of, and when it came.
  head_day       integer not null,
  head_at        integer not null,
  holders_day    integer,
  holders_at     integer,
  -- The latest day for which the custodian gave what is held.
  as_of_day      integer,
  document_id    blob not null references source_document (id),
  origin         text not null,
  changed_at     integer not null,
  -- Days up to here are valued and closed.
  valued_through integer,
  -- The earliest day whose value must be worked out again; nothing when none must.
  dirty_from     integer
) strict;

-- Who holds it, by customer number: the customer may be told of later than the portfolio.
create table portfolio_holder (
  portfolio_id blob not null references portfolio (id),
  number       text not null,
  primary key (number, portfolio_id)
) strict, without rowid;
create index portfolio_holder_by_portfolio on portfolio_holder (portfolio_id);

-- For which day which document gave what is held, or the money beside it. A document that comes later takes its place.
create table portfolio_snapshot (
  portfolio_id blob not null references portfolio (id),
  what         text not null check (what in ('positions', 'cash')),
  day          integer not null,
  document_id  blob not null references source_document (id),
  origin       text not null,
  received_at  integer not null,
  primary key (portfolio_id, what, day)
) strict, without rowid;

create table portfolio_position (
  portfolio_id   blob not null references portfolio (id),
  day            integer not null,
  instrument_id  blob not null references instrument (id),
  sub_account    text not null,
  quantity       text not null,
  cost           text,
  cost_currency  text not null,
  accrued        text,
  blocked        text,
  document_id    blob not null references source_document (id),
  place          text not null,
  primary key (portfolio_id, day, instrument_id, sub_account)
) strict, without rowid;

create index portfolio_position_by_instrument on portfolio_position (instrument_id);

create table portfolio_cash (
  portfolio_id blob not null references portfolio (id),
  day          integer not null,
  name         text not null,
  currency     text not null,
  amount       text not null,
  document_id  blob not null references source_document (id),
  place        text not null,
  primary key (portfolio_id, day, name, currency)
) strict, without rowid;

create table security_transaction (
  id            blob primary key,
  portfolio_id  blob not null references portfolio (id),
  reference     text not null,
  kind          text not null,
  stated_kind   text not null,
  instrument_id blob references instrument (id),
  day           integer not null,
  settle_day    integer,
  quantity      text,
  price         text,
  gross         text,
  fees          text not null,
  taxes         text not null,
  net           text,
  currency      text not null,
  new_units     text,
  old_units     text,
  text          text,
  document_id   blob not null references source_document (id),
  origin        text not null,
  place         text not null,
  first_seen_at integer not null,
  unique (portfolio_id, reference)
) strict;
create index security_transaction_by_day on security_transaction (portfolio_id, day, reference);
create index security_transaction_by_instrument on security_transaction (instrument_id);

-- What is held now, worked out of the latest snapshot and the transactions behind it.
create table holding (
  portfolio_id  blob not null references portfolio (id),
  instrument_id blob not null references instrument (id),
  quantity      text not null,
  -- What was paid for it; nothing where nobody said.
  cost          text,
  cost_currency text,
  primary key (portfolio_id, instrument_id)
) strict, without rowid;
create index holding_by_instrument on holding (instrument_id);

create table holding_cash (
  portfolio_id blob not null references portfolio (id),
  currency     text not null,
  amount       text not null,
  primary key (portfolio_id, currency)
) strict, without rowid;

-- What it was worth at the end of a day, and what was paid in from outside on it.
create table portfolio_day (
  portfolio_id blob not null references portfolio (id),
  day          integer not null,
  value        integer not null,
  flow         integer not null,
  primary key (portfolio_id, day)
) strict, without rowid;

-- Instruments that a customer watches without holding them.
create table watched (
  customer_id   blob not null references customer (id),
  instrument_id blob not null references instrument (id),
  added_at      integer not null,
  primary key (customer_id, instrument_id)
) strict, without rowid;
