-- The spine: customers and their sessions, accounts and what the bank says of them, documents as they came, live events.
--
-- Ids are 16 random bytes. Amounts are minor units of the row's currency, signed, a debit below nought. A day is days since
-- 1970-01-01, an instant is milliseconds since then in UTC. The SQLite file of the same name has the same tables.

-- One row: what this installation is. The key makes ids that repeat for the same input and that nobody can guess.
create table instance (
  only_row bigint primary key check (only_row = 1),
  id_key   bytea not null
);

create table party (
  id         bytea primary key,
  kind       text not null check (kind in ('person', 'organisation')),
  name       text not null,
  given_name text
);

create table customer (
  id         bytea primary key,
  party_id   bytea not null references party (id),
  number     text not null unique,
  since_day  bigint not null,
  locale     text,
  theme      text,
  -- The number of the customer's latest live event; bumped under the row lock, so that no reader can skip one.
  live_seq   bigint not null default 0,
  created_at bigint not null
);

create table credential (
  customer_id         bytea primary key references customer (id),
  email               text not null unique,
  password_hash       text not null,
  password_changed_at bigint not null
);

create table session (
  id            bytea primary key,
  -- SHA-256 of the token; the token itself is only in the browser.
  token_hash    bytea not null unique,
  customer_id   bytea not null references customer (id),
  created_at    bigint not null,
  -- Only what a person does moves this; a pushed event or a prefetch does not.
  last_human_at bigint not null,
  expires_at    bigint not null,
  agent         text not null,
  network       text not null,
  revoked_at    bigint
);
create index session_by_customer on session (customer_id, created_at);

-- The back office's documents, as they came. The bytes are in the raw store under their hash.
create table source_document (
  id              bytea primary key,
  sha256          bytea not null unique,
  source          text not null,
  name            text not null,
  bytes           bigint not null,
  received_at     bigint not null,
  message_type    text,
  version         text,
  message_id      text,
  created_at      bigint,
  class           text check (class in ('accept', 'warn', 'reject')),
  reason          text,
  state           text not null check (state in ('received', 'applying', 'applied', 'rejected')),
  -- Records that are applied and committed; the import goes on behind them after a cut.
  applied_records bigint not null default 0,
  applied_at      bigint
);
create index source_document_open on source_document (received_at) where state in ('received', 'applying');

create table finding (
  id           bytea primary key,
  document_id  bytea not null references source_document (id),
  account_id   bytea,
  statement_id bytea,
  check_name   text not null,
  severity     text not null check (severity in ('info', 'warn', 'error')),
  place        text not null,
  expected     text,
  actual       text,
  message      text not null,
  found_at     bigint not null,
  resolved_at  bigint
);
create index finding_by_document on finding (document_id);

create table quarantine (
  id          bytea primary key,
  document_id bytea not null references source_document (id),
  place       text not null,
  reason      text not null,
  raw         text not null,
  found_at    bigint not null,
  resolved_at bigint
);
create index quarantine_by_document on quarantine (document_id);

create table account (
  id             bytea primary key,
  identification text not null,
  scheme         text not null,
  currency       text not null,
  kind           text not null check (kind in ('current', 'savings', 'card', 'loan', 'custody')),
  name           text,
  owner_name     text,
  bic            text,
  overdraft      bigint not null default 0,
  -- The bank's last closing balance: the anchor that every running balance hangs on.
  anchor         bigint,
  anchor_day     bigint,
  anchor_document bytea,
  -- What the balance is when the booked entries behind the anchor are added.
  booked         bigint,
  booked_at      bigint,
  created_at     bigint not null,
  unique (identification, currency)
);

create table holder (
  account_id  bytea not null references account (id),
  customer_id bytea not null references customer (id),
  role        text not null check (role in ('owner', 'joint', 'mandate')),
  label       text,
  since_day   bigint not null,
  until_day   bigint,
  primary key (customer_id, account_id)
);
create index holder_by_account on holder (account_id, customer_id);

create table statement (
  id               bytea primary key,
  account_id       bytea not null references account (id),
  document_id      bytea not null references source_document (id),
  kind             text not null check (kind in ('statement', 'intraday', 'notification')),
  reference        text,
  electronic_seq   text,
  legal_seq        text,
  page             bigint,
  last_page        bigint,
  created_at       bigint,
  from_day         bigint,
  to_day           bigint,
  currency         text not null,
  opening          bigint,
  opening_day      bigint,
  closing          bigint,
  closing_day      bigint,
  entry_count      bigint not null,
  sum_credit       bigint not null,
  sum_debit        bigint not null,
  balance_check    text not null check (balance_check in ('ok', 'mismatch', 'n/a')),
  place            text not null
);
create index statement_by_closing on statement (account_id, closing_day) where closing is not null;
create index statement_by_account on statement (account_id, kind, closing_day);

create table balance (
  statement_id bytea not null references statement (id),
  ordinal      bigint not null,
  account_id   bytea not null references account (id),
  code         text not null,
  subtype      text,
  amount       bigint not null,
  currency     text not null,
  day          bigint,
  primary key (statement_id, ordinal)
);

create table entry (
  id                   bytea primary key,
  account_id           bytea not null references account (id),
  statement_id         bytea not null references statement (id),
  document_id          bytea not null references source_document (id),
  place                text not null,
  -- The day that it is listed under, and its place within that day.
  day                  bigint not null,
  position             bigint not null,
  status               text not null check (status in ('booked', 'pending', 'info', 'future')),
  amount               bigint not null,
  currency             text not null,
  reversal             bigint not null,
  value_day            bigint,
  booked_at            bigint,
  counterparty         text,
  counterparty_account text,
  remittance           text,
  code                 text,
  servicer_ref         text,
  entry_ref            text,
  details              text not null,
  search               text not null,
  -- What it is, when the bank tells it twice: same reference, amount and day.
  match_key            bytea not null,
  -- 1 in a statement, 0 told ahead of one, and then gone when the statement has it or covers its day.
  final                bigint not null,
  superseded_by        bytea,
  shown                bigint not null,
  first_seen_at        bigint not null
);
-- The statement page reads this index from its end. `shown` and `status` let pending entries be found at once.
create index entry_by_day on entry (account_id, day, position) where shown = 1 and status = 'booked';
create index entry_pending on entry (account_id, day, position) where shown = 1 and status = 'pending';
create index entry_provisional on entry (account_id) where final = 0 and superseded_by is null;
create index entry_superseded on entry (superseded_by) where superseded_by is not null;

-- What the shown booked entries of a day add up to: running balances and charts without reading entries.
create table account_day (
  account_id bytea not null references account (id),
  day        bigint not null,
  net        bigint not null,
  entries    bigint not null,
  primary key (account_id, day)
);

create table live_event (
  customer_id bytea not null references customer (id),
  seq         bigint not null,
  topic       text not null,
  subject     bytea not null,
  detail      bytea,
  at          bigint not null,
  primary key (customer_id, seq)
);
create index live_event_by_time on live_event (at);

-- Isolation. The tables belong to the role that migrates; what serves customers runs as one of three roles that own nothing,
-- and row-level security is forced. A transaction says whose it is with `guichet.customer`; without it there are no rows.
do $$
declare r text;
begin
  foreach r in array array['guichet_customer', 'guichet_auth', 'guichet_feed'] loop
    -- The roles belong to the server, not to this database: an administrator may have made them, or another database.
    if not exists (select from pg_roles where rolname = r) then
      begin
        execute format('create role %I nologin noinherit', r);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    if not pg_has_role(current_user, r, 'member') then
      execute format('grant %I to current_user', r);
    end if;
    execute format('grant usage on schema %I to %I', current_schema(), r);
  end loop;
end $$;

create function current_customer() returns bytea language sql stable as
$$ select decode(nullif(current_setting('guichet.customer', true), ''), 'hex') $$;

do $$
declare t text;
begin
  foreach t in array array['instance', 'party', 'customer', 'credential', 'session', 'source_document', 'finding',
      'quarantine', 'account', 'holder', 'statement', 'balance', 'entry', 'account_day', 'live_event'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    -- The feed is the back office's hand: it sees no session and no credential.
    if t not in ('credential', 'session') then
      execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
      execute format('grant select, insert, update, delete on %I to guichet_feed', t);
    end if;
  end loop;
end $$;

-- Sign-in, before anybody is known: credentials, sessions, and who they belong to.
create policy auth on credential to guichet_auth using (true) with check (true);
create policy auth on session to guichet_auth using (true) with check (true);
create policy auth on customer to guichet_auth using (true) with check (true);
create policy auth on party to guichet_auth using (true) with check (true);
create policy auth on instance for select to guichet_auth using (true);
grant select, insert, update, delete on credential, session to guichet_auth;
grant select, insert, update on customer, party to guichet_auth;
grant select on instance to guichet_auth;

-- A customer: what is theirs, and what a holder row gives them.
create policy own on customer to guichet_customer using (id = current_customer()) with check (id = current_customer());
create policy own on party for select to guichet_customer
  using (id in (select party_id from customer where id = current_customer()));
create policy own on session to guichet_customer
  using (customer_id = current_customer()) with check (customer_id = current_customer());
create policy own on holder for select to guichet_customer
  using (customer_id = current_customer() and until_day is null);
create policy held on account for select to guichet_customer
  using (id in (select account_id from holder where customer_id = current_customer() and until_day is null));
create policy held on statement for select to guichet_customer
  using (account_id in (select account_id from holder where customer_id = current_customer() and until_day is null));
create policy held on balance for select to guichet_customer
  using (account_id in (select account_id from holder where customer_id = current_customer() and until_day is null));
create policy held on entry for select to guichet_customer
  using (account_id in (select account_id from holder where customer_id = current_customer() and until_day is null));
create policy held on account_day for select to guichet_customer
  using (account_id in (select account_id from holder where customer_id = current_customer() and until_day is null));
create policy own on live_event for select to guichet_customer using (customer_id = current_customer());
-- Where a value came from: only the documents that the customer's own statements came in.
create policy held on source_document for select to guichet_customer
  using (id in (select document_id from statement
    where account_id in (select account_id from holder where customer_id = current_customer() and until_day is null)));
grant select on party, holder, account, statement, balance, entry, account_day, live_event, source_document
  to guichet_customer;
grant select, update on customer to guichet_customer;
grant select, update on session to guichet_customer;
