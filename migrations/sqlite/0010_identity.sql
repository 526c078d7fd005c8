-- Identity: factors, devices, the steps between a password and a session, and what bounds guessing.
--
-- Secrets stand here as hashes, or sealed with a key that is not in the database. All of this file is for sign-in alone, but
-- for the passkeys, which their owner may see.

-- A customer may have passkeys and no password; an address counts when its owner has shown that mail reaches them there.
create table credential_with_factors (
  customer_id         blob primary key references customer (id),
  email               text not null unique,
  password_hash       text,
  password_changed_at integer,
  email_confirmed_at  integer
) strict;
insert into credential_with_factors (customer_id, email, password_hash, password_changed_at, email_confirmed_at)
  select customer_id, email, password_hash, password_changed_at, password_changed_at from credential;
drop table credential;
alter table credential_with_factors rename to credential;

-- How it was begun, and how many factors stood behind it.
alter table session add column method text not null default 'password';
alter table session add column factors integer not null default 1;
alter table session add column device_id blob;

-- Tokens that a newer one has replaced. One that is seen again later was copied: its session ends.
create table superseded_token (
  token_hash    blob primary key,
  session_id    blob not null references session (id) on delete cascade,
  superseded_at integer not null
) strict;
create index superseded_token_by_session on superseded_token (session_id);

-- What a session has proved anew, for one purpose and a few minutes.
create table step_up (
  session_id  blob not null references session (id) on delete cascade,
  purpose     text not null,
  -- What the proof was bound to: a hash of amount and payee, or nothing.
  linked      blob,
  customer_id blob not null references customer (id),
  proved_at   integer not null,
  primary key (session_id, purpose)
) strict, without rowid;

-- Browsers that a customer has signed in from. Not a right: it tells the owner's own mistakes from a stranger's.
create table device (
  id            blob primary key,
  customer_id   blob not null references customer (id),
  token_hash    blob not null unique,
  agent         text not null,
  network       text not null,
  first_seen_at integer not null,
  last_seen_at  integer not null,
  -- Until when a password is enough here to look at things.
  trusted_until integer
) strict;
create index device_by_customer on device (customer_id, last_seen_at);

create table passkey (
  id            blob primary key,
  customer_id   blob not null references customer (id),
  credential_id blob not null unique,
  name          text not null,
  -- The public key and its counter, as the library writes them.
  record        text not null,
  added_at      integer not null,
  used_at       integer
) strict;
create index passkey_by_customer on passkey (customer_id, added_at);

-- An authenticator app: RFC 6238, six figures, thirty seconds.
create table authenticator (
  customer_id blob primary key references customer (id),
  seed        blob not null,
  -- The latest step that was used; an earlier or equal one is not taken again.
  last_step   integer not null,
  added_at    integer not null,
  used_at     integer
) strict;

create table recovery_code (
  customer_id blob not null references customer (id),
  slot        integer not null,
  code_hash   text not null,
  made_at     integer not null,
  used_at     integer,
  primary key (customer_id, slot)
) strict, without rowid;

-- What the institution sent out of band for a first access, or for one that was lost.
create table activation (
  customer_id blob primary key references customer (id),
  code_hash   text not null,
  until_at    integer not null,
  created_at  integer not null,
  used_at     integer
) strict;

-- A sign-in that is under way: between the first factor and the second, or on the way to new ones.
create table sign_in_step (
  token_hash  blob primary key,
  customer_id blob references customer (id),
  kind        text not null,
  state       text not null,
  tries       integer not null default 0,
  expires_at  integer not null
) strict;
create index sign_in_step_by_end on sign_in_step (expires_at);

-- A passkey ceremony that is under way; its state never leaves the server and serves once.
create table ceremony (
  id          blob primary key,
  customer_id blob,
  session_id  blob,
  kind        text not null,
  state       text not null,
  expires_at  integer not null
) strict;
create index ceremony_by_end on ceremony (expires_at);

-- A new address that both its owner and the owner of the old one have to confirm.
create table email_change (
  customer_id blob primary key references customer (id),
  email       text not null,
  old_hash    text not null,
  new_hash    text not null,
  old_at      integer,
  new_at      integer,
  tries       integer not null default 0,
  expires_at  integer not null
) strict;

-- A form that came when its session had just ended, sealed, for when its sender is back.
create table held_form (
  id          blob primary key,
  customer_id blob not null references customer (id),
  path        text not null,
  body        blob not null,
  expires_at  integer not null
) strict;
create index held_form_by_customer on held_form (customer_id, expires_at);

-- Guessing, counted. A key is a keyed hash of what is counted: an account and a factor, a network, everybody.
create table throttle (
  key           blob primary key,
  failures      integer not null,
  last_at       integer not null,
  blocked_until integer not null
) strict;
create index throttle_by_time on throttle (last_at);

-- An amount and a payee that its owner is asked to prove who they are for; both are shown, and the proof is bound to both.
create table approval (
  id          blob primary key,
  customer_id blob not null references customer (id),
  session_id  blob not null references session (id) on delete cascade,
  amount      text not null,
  payee       text not null,
  back        text not null,
  expires_at  integer not null
) strict;
create index approval_by_end on approval (expires_at);
