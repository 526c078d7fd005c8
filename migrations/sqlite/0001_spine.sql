-- The spine: customers and their sessions, accounts and what the bank says of them, documents as they came, live events.
--
-- Ids are 16 random bytes. Amounts are minor units of the row's currency, signed, a debit below nought. A day is days since
-- 1970-01-01, an instant is milliseconds since then in UTC. The PostgreSQL file of the same name has the same tables.

-- One row: what this installation is. The key makes ids that repeat for the same input and that nobody can guess.
create table instance (
  only_row integer primary key check (only_row = 1),
  id_key   blob not null
) strict;

create table party (
  id         blob primary key,
  kind       text not null check (kind in ('person', 'organisation')),
  name       text not null,
  given_name text
) strict;

create table customer (
  id         blob primary key,
  party_id   blob not null references party (id),
  number     text not null unique,
  since_day  integer not null,
  locale     text,
  theme      text,
  -- The number of the customer's latest live event; bumped under the row lock, so that no reader can skip one.
  live_seq   integer not null default 0,
  created_at integer not null
) strict;

create table credential (
  customer_id         blob primary key references customer (id),
  email               text not null unique,
  password_hash       text not null,
  password_changed_at integer not null
) strict;

create table session (
  id            blob primary key,
  -- SHA-256 of the token; the token itself is only in the browser.
  token_hash    blob not null unique,
  customer_id   blob not null references customer (id),
  created_at    integer not null,
  -- Only what a person does moves this; a pushed event or a prefetch does not.
  last_human_at integer not null,
  expires_at    integer not null,
  agent         text not null,
  network       text not null,
  revoked_at    integer
) strict;
create index session_by_customer on session (customer_id, created_at);

-- The back office's documents, as they came. The bytes are in the raw store under their hash.
create table source_document (
  id              blob primary key,
  sha256          blob not null unique,
  source          text not null,
  name            text not null,
  bytes           integer not null,
  received_at     integer not null,
  message_type    text,
  version         text,
  message_id      text,
  created_at      integer,
  class           text check (class in ('accept', 'warn', 'reject')),
  reason          text,
  state           text not null check (state in ('received', 'applying', 'applied', 'rejected')),
  -- Records that are applied and committed; the import goes on behind them after a cut.
  applied_records integer not null default 0,
  applied_at      integer
) strict;
create index source_document_open on source_document (received_at) where state in ('received', 'applying');

create table finding (
  id           blob primary key,
  document_id  blob not null references source_document (id),
  account_id   blob,
  statement_id blob,
  check_name   text not null,
  severity     text not null check (severity in ('info', 'warn', 'error')),
  place        text not null,
  expected     text,
  actual       text,
  message      text not null,
  found_at     integer not null,
  resolved_at  integer
) strict;
create index finding_by_document on finding (document_id);

create table quarantine (
  id          blob primary key,
  document_id blob not null references source_document (id),
  place       text not null,
  reason      text not null,
  raw         text not null,
  found_at    integer not null,
  resolved_at integer
) strict;
create index quarantine_by_document on quarantine (document_id);

create table account (
  id             blob primary key,
  identification text not null,
  scheme         text not null,
  currency       text not null,
  kind           text not null check (kind in ('current', 'savings', 'card', 'loan', 'custody')),
  name           text,
  owner_name     text,
  bic            text,
  overdraft      integer not null default 0,
  -- The bank's last closing balance: the anchor that every running balance hangs on.
  anchor         integer,
  anchor_day     integer,
  anchor_document blob,
  -- What the balance is when the booked entries behind the anchor are added.
  booked         integer,
  booked_at      integer,
  created_at     integer not null,
  unique (identification, currency)
) strict;

create table holder (
  account_id  blob not null references account (id),
  customer_id blob not null references customer (id),
  role        text not null check (role in ('owner', 'joint', 'mandate')),
  label       text,
  since_day   integer not null,
  until_day   integer,
  primary key (customer_id, account_id)
) strict, without rowid;
create index holder_by_account on holder (account_id, customer_id);

create table statement (
  id               blob primary key,
  account_id       blob not null references account (id),
  document_id      blob not null references source_document (id),
  kind             text not null check (kind in ('statement', 'intraday', 'notification')),
  reference        text,
  electronic_seq   text,
  legal_seq        text,
  page             integer,
  last_page        integer,
  created_at       integer,
  from_day         integer,
  to_day           integer,
  currency         text not null,
  opening          integer,
  opening_day      integer,
  closing          integer,
  closing_day      integer,
  entry_count      integer not null,
  sum_credit       integer not null,
  sum_debit        integer not null,
  balance_check    text not null check (balance_check in ('ok', 'mismatch', 'n/a')),
  place            text not null
) strict;
create index statement_by_closing on statement (account_id, closing_day) where closing is not null;
create index statement_by_account on statement (account_id, kind, closing_day);

create table balance (
  statement_id blob not null references statement (id),
  ordinal      integer not null,
  account_id   blob not null references account (id),
  code         text not null,
  subtype      text,
  amount       integer not null,
  currency     text not null,
  day          integer,
  primary key (statement_id, ordinal)
) strict, without rowid;

create table entry (
  id                   blob primary key,
  account_id           blob not null references account (id),
  statement_id         blob not null references statement (id),
  document_id          blob not null references source_document (id),
  place                text not null,
  -- The day that it is listed under, and its place within that day.
  day                  integer not null,
  position             integer not null,
  status               text not null check (status in ('booked', 'pending', 'info', 'future')),
  amount               integer not null,
  currency             text not null,
  reversal             integer not null,
  value_day            integer,
  booked_at            integer,
  counterparty         text,
  counterparty_account text,
  remittance           text,
  code                 text,
  servicer_ref         text,
  entry_ref            text,
  details              text not null,
  search               text not null,
  -- What it is, when the bank tells it twice: same reference, amount and day.
  match_key            blob not null,
  -- 1 in a statement, 0 told ahead of one, and then gone when the statement has it or covers its day.
  final                integer not null,
  superseded_by        blob,
  shown                integer not null,
  first_seen_at        integer not null
) strict;
-- The statement page reads this index from its end. `shown` and `status` let pending entries be found at once.
create index entry_by_day on entry (account_id, day, position) where shown = 1 and status = 'booked';
create index entry_pending on entry (account_id, day, position) where shown = 1 and status = 'pending';
create index entry_provisional on entry (account_id) where final = 0 and superseded_by is null;
create index entry_superseded on entry (superseded_by) where superseded_by is not null;

-- What the shown booked entries of a day add up to: running balances and charts without reading entries.
create table account_day (
  account_id blob not null references account (id),
  day        integer not null,
  net        integer not null,
  entries    integer not null,
  primary key (account_id, day)
) strict, without rowid;

create table live_event (
  customer_id blob not null references customer (id),
  seq         integer not null,
  topic       text not null,
  subject     blob not null,
  detail      blob,
  at          integer not null,
  primary key (customer_id, seq)
) strict, without rowid;
create index live_event_by_time on live_event (at);
