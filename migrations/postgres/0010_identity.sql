-- Identity: factors, devices, the steps between a password and a session, and what bounds guessing.
--
-- Secrets stand here as hashes, or sealed with a key that is not in the database. All of this file is for sign-in alone, but
-- for the passkeys, which their owner may see.

-- A customer may have passkeys and no password; an address counts when its owner has shown that mail reaches them there.
alter table credential alter column password_hash drop not null;
alter table credential alter column password_changed_at drop not null;
alter table credential add column email_confirmed_at bigint;
update credential set email_confirmed_at = password_changed_at;

-- How it was begun, and how many factors stood behind it.
alter table session add column method text not null default 'password';
alter table session add column factors bigint not null default 1;
alter table session add column device_id bytea;

-- Tokens that a newer one has replaced. One that is seen again later was copied: its session ends.
create table superseded_token (
  token_hash    bytea primary key,
  session_id    bytea not null references session (id) on delete cascade,
  superseded_at bigint not null
);
create index superseded_token_by_session on superseded_token (session_id);

-- What a session has proved anew, for one purpose and a few minutes.
create table step_up (
  session_id  bytea not null references session (id) on delete cascade,
  purpose     text not null,
  -- What the proof was bound to: a hash of amount and payee, or nothing.
  linked      bytea,
  customer_id bytea not null references customer (id),
  proved_at   bigint not null,
  primary key (session_id, purpose)
);

-- Browsers that a customer has signed in from. Not a right: it tells the owner's own mistakes from a stranger's.
create table device (
  id            bytea primary key,
  customer_id   bytea not null references customer (id),
  token_hash    bytea not null unique,
  agent         text not null,
  network       text not null,
  first_seen_at bigint not null,
  last_seen_at  bigint not null,
  -- Until when a password is enough here to look at things.
  trusted_until bigint
);
create index device_by_customer on device (customer_id, last_seen_at);

create table passkey (
  id            bytea primary key,
  customer_id   bytea not null references customer (id),
  credential_id bytea not null unique,
  name          text not null,
  -- The public key and its counter, as the library writes them.
  record        text not null,
  added_at      bigint not null,
  used_at       bigint
);
create index passkey_by_customer on passkey (customer_id, added_at);

-- An authenticator app: RFC 6238, six figures, thirty seconds.
create table authenticator (
  customer_id bytea primary key references customer (id),
  seed        bytea not null,
  -- The latest step that was used; an earlier or equal one is not taken again.
  last_step   bigint not null,
  added_at    bigint not null,
  used_at     bigint
);

create table recovery_code (
  customer_id bytea not null references customer (id),
  slot        bigint not null,
  code_hash   text not null,
  made_at     bigint not null,
  used_at     bigint,
  primary key (customer_id, slot)
);

-- What the institution sent out of band for a first access, or for one that was lost.
create table activation (
  customer_id bytea primary key references customer (id),
  code_hash   text not null,
  until_at    bigint not null,
  created_at  bigint not null,
  used_at     bigint
);

-- A sign-in that is under way: between the first factor and the second, or on the way to new ones.
create table sign_in_step (
  token_hash  bytea primary key,
  customer_id bytea references customer (id),
  kind        text not null,
  state       text not null,
  tries       bigint not null default 0,
  expires_at  bigint not null
);
create index sign_in_step_by_end on sign_in_step (expires_at);

-- A passkey ceremony that is under way; its state never leaves the server and serves once.
create table ceremony (
  id          bytea primary key,
  customer_id bytea,
  session_id  bytea,
  kind        text not null,
  state       text not null,
  expires_at  bigint not null
);
create index ceremony_by_end on ceremony (expires_at);

-- A new address that both its owner and the owner of the old one have to confirm.
create table email_change (
  customer_id bytea primary key references customer (id),
  email       text not null,
  old_hash    text not null,
  new_hash    text not null,
  old_at      bigint,
  new_at      bigint,
  tries       bigint not null default 0,
  expires_at  bigint not null
);

-- A form that came when its session had just ended, sealed, for when its sender is back.
create table held_form (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  path        text not null,
  body        bytea not null,
  expires_at  bigint not null
);
create index held_form_by_customer on held_form (customer_id, expires_at);

-- Guessing, counted. A key is a keyed hash of what is counted: an account and a factor, a network, everybody.
create table throttle (
  key           bytea primary key,
  failures      bigint not null,
  last_at       bigint not null,
  blocked_until bigint not null
);
create index throttle_by_time on throttle (last_at);

-- An amount and a payee that its owner is asked to prove who they are for; both are shown, and the proof is bound to both.
create table approval (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  session_id  bytea not null references session (id) on delete cascade,
  amount      text not null,
  payee       text not null,
  back        text not null,
  expires_at  bigint not null
);
create index approval_by_end on approval (expires_at);

do $$
declare t text;
begin
  foreach t in array array['superseded_token', 'step_up', 'device', 'passkey', 'authenticator', 'recovery_code', 'activation',
                           'sign_in_step', 'ceremony', 'email_change', 'held_form', 'throttle', 'approval'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy auth on %I to guichet_auth using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_auth', t);
  end loop;
end $$;

-- Their passkeys are no secret to their owner; everything else that they see of this file, sign-in reads for them.
create policy own on passkey for select to guichet_customer using (customer_id = current_customer());
grant select on passkey to guichet_customer;

-- The back office brings activation codes, as hashes.
create policy feed on activation to guichet_feed using (true) with check (true);
grant select, insert, update on activation to guichet_feed;
