-- Portfolios: instruments and their prices, what is held, what was done, and what it was worth day by day.
--
-- Prices, quantities and amounts as the custodian writes them are exact decimals, kept as text; a value in the portfolio's own
-- currency is in minor units. The SQLite file of the same name has the same tables.

create table instrument (
  id            bytea primary key,
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
  minor_divisor bigint not null,
  maturity_day  bigint,
  coupon        text,
  -- Other numbers of it, as JSON.
  ids           text not null,
  -- When the document came that describes it; nothing while it is only named by others.
  described_at  bigint,
  document_id   bytea,
  place         text
);
create index instrument_by_ticker on instrument (ticker) where ticker is not null;

-- Every name that senders use for an instrument.
create table instrument_name (
  name          text primary key,
  instrument_id bytea not null references instrument (id)
);

create table instrument_split (
  instrument_id bytea not null references instrument (id),
  day           bigint not null,
  new_units     text not null,
  old_units     text not null,
  primary key (instrument_id, day)
);

-- The latest good price of an instrument, the one that waits to be confirmed, and the last one that was refused.
create table quote (
  instrument_id  bytea primary key references instrument (id),
  price          text,
  currency       text,
  divisor        bigint,
  unit           text,
  kind           text,
  at             bigint,
  delay_seconds  bigint not null default 0,
  source         text,
  mic            text,
  document_id    bytea,
  -- The name of that document, for people.
  origin         text,
  place          text,
  received_at    bigint,
  waiting_price  text,
  waiting_at     bigint,
  refused_reason text,
  refused_price  text,
  refused_at     bigint,
  -- Of `quote_clock`: what changed after a number that a reader has seen.
  version        bigint not null
);
create index quote_by_version on quote (version);

create table quote_clock (
  only_row bigint primary key check (only_row = 1),
  version  bigint not null
);
insert into quote_clock (only_row, version) values (1, 0);

-- The last good price of each day.
create table quote_daily (
  instrument_id bytea not null references instrument (id),
  day           bigint not null,
  price         text not null,
  currency      text not null,
  divisor       bigint not null,
  unit          text not null,
  kind          text not null,
  at            bigint not null,
  source        text,
  document_id   bytea not null,
  place         text not null,
  primary key (instrument_id, day)
);

create table fx_rate (
  base        text not null,
  quote       text not null,
  day         bigint not null,
  source      text not null,
  units       text not null,
  rate        text not null,
  document_id bytea not null references source_document (id),
  place       text not null,
  primary key (base, quote, source, day)
);

create table portfolio (
  id             bytea primary key,
  account        text not null unique,
  stated         text,
  currency       text not null,
  name           text,
  -- How new the news of name, currency and holders is: the day that it is of, and when it came.
  head_day       bigint not null,
  head_at        bigint not null,
  holders_day    bigint,
  holders_at     bigint,
  -- The latest day for which the custodian gave what is held.
  as_of_day      bigint,
  document_id    bytea not null references source_document (id),
  origin         text not null,
  changed_at     bigint not null,
  -- Days up to here are valued and closed.
  valued_through bigint,
  -- The earliest day whose value must be worked out again; nothing when none must.
  dirty_from     bigint
);

-- Who holds it, by customer number: the customer may be told of later than the portfolio.
create table portfolio_holder (
  portfolio_id bytea not null references portfolio (id),
  number       text not null,
  primary key (number, portfolio_id)
);
create index portfolio_holder_by_portfolio on portfolio_holder (portfolio_id);

-- For which day which document gave what is held, or the money beside it. A document that comes later takes its place.
create table portfolio_snapshot (
  portfolio_id bytea not null references portfolio (id),
  what         text not null check (what in ('positions', 'cash')),
  day          bigint not null,
  document_id  bytea not null references source_document (id),
  origin       text not null,
  received_at  bigint not null,
  primary key (portfolio_id, what, day)
);

create table portfolio_position (
  portfolio_id   bytea not null references portfolio (id),
  day            bigint not null,
  instrument_id  bytea not null references instrument (id),
  sub_account    text not null,
  quantity       text not null,
  cost           text,
  cost_currency  text not null,
  accrued        text,
  blocked        text,
  document_id    bytea not null references source_document (id),
  place          text not null,
  primary key (portfolio_id, day, instrument_id, sub_account)
);

create index portfolio_position_by_instrument on portfolio_position (instrument_id);

create table portfolio_cash (
  portfolio_id bytea not null references portfolio (id),
  day          bigint not null,
  name         text not null,
  currency     text not null,
  amount       text not null,
  document_id  bytea not null references source_document (id),
  place        text not null,
  primary key (portfolio_id, day, name, currency)
);

create table security_transaction (
  id            bytea primary key,
  portfolio_id  bytea not null references portfolio (id),
  reference     text not null,
  kind          text not null,
  stated_kind   text not null,
  instrument_id bytea references instrument (id),
  day           bigint not null,
  settle_day    bigint,
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
  document_id   bytea not null references source_document (id),
  origin        text not null,
  place         text not null,
  first_seen_at bigint not null,
  unique (portfolio_id, reference)
);
create index security_transaction_by_day on security_transaction (portfolio_id, day, reference);
create index security_transaction_by_instrument on security_transaction (instrument_id);

-- What is held now, worked out of the latest snapshot and the transactions behind it.
create table holding (
  portfolio_id  bytea not null references portfolio (id),
  instrument_id bytea not null references instrument (id),
  quantity      text not null,
  -- What was paid for it; nothing where nobody said.
  cost          text,
  cost_currency text,
  primary key (portfolio_id, instrument_id)
);
create index holding_by_instrument on holding (instrument_id);

create table holding_cash (
  portfolio_id bytea not null references portfolio (id),
  currency     text not null,
  amount       text not null,
  primary key (portfolio_id, currency)
);

-- What it was worth at the end of a day, and what was paid in from outside on it.
create table portfolio_day (
  portfolio_id bytea not null references portfolio (id),
  day          bigint not null,
  value        bigint not null,
  flow         bigint not null,
  primary key (portfolio_id, day)
);

-- Instruments that a customer watches without holding them.
create table watched (
  customer_id   bytea not null references customer (id),
  instrument_id bytea not null references instrument (id),
  added_at      bigint not null,
  primary key (customer_id, instrument_id)
);

do $$
declare t text;
begin
  foreach t in array array['instrument', 'instrument_name', 'instrument_split', 'quote', 'quote_clock', 'quote_daily', 'fx_rate',
      'portfolio', 'portfolio_holder', 'portfolio_snapshot', 'portfolio_position', 'portfolio_cash', 'security_transaction',
      'holding', 'holding_cash', 'portfolio_day', 'watched'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
  -- Instruments and prices are nobody's.
  foreach t in array array['instrument', 'instrument_split', 'quote', 'quote_clock', 'quote_daily', 'fx_rate'] loop
    execute format('create policy everybody on %I for select to guichet_customer using (true)', t);
    execute format('grant select on %I to guichet_customer', t);
  end loop;
end $$;

-- A customer: the portfolios that carry their number.
create function held_portfolios() returns setof bytea language sql stable as
$$ select h.portfolio_id from portfolio_holder h join customer c on c.number = h.number where c.id = current_customer() $$;

create policy own on portfolio_holder for select to guichet_customer
  using (number in (select c.number from customer c where c.id = current_customer()));
create policy held on portfolio for select to guichet_customer using (id in (select held_portfolios()));
grant select on portfolio_holder, portfolio to guichet_customer;
do $$
declare t text;
begin
  foreach t in array array['portfolio_snapshot', 'portfolio_position', 'portfolio_cash', 'security_transaction', 'holding',
      'holding_cash', 'portfolio_day'] loop
    execute format('create policy held on %I for select to guichet_customer using (portfolio_id in (select held_portfolios()))', t);
    execute format('grant select on %I to guichet_customer', t);
  end loop;
end $$;

create policy own on watched to guichet_customer
  using (customer_id = current_customer()) with check (customer_id = current_customer());
grant select, insert, delete on watched to guichet_customer;
