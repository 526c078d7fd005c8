-- The doors: webhooks that came in, and messages that go out to the back office.

-- A webhook's id, written in the transaction that registers its document: the same id again changes nothing.
create table webhook (
  source      text not null,
  id          text not null,
  document_id bytea not null references source_document (id),
  received_at bigint not null,
  primary key (source, id)
);
create index webhook_by_time on webhook (received_at);

-- What a customer has done that the back office must hear of. It stays until it is acknowledged or given up.
create table outbox (
  id              bytea primary key,
  customer_id     bytea not null references customer (id),
  -- Who is to hear of it: carrier, insurer.
  destination     text not null,
  -- What it is, as the receiver reads it: `parcel.instruction`, `claim.reported`.
  topic           text not null,
  -- The thing that it is about, for the page that shows how far it has come.
  subject         bytea not null,
  payload         text not null,
  state           text not null check (state in ('waiting', 'forwarded', 'accepted', 'refused', 'dead')),
  attempts        bigint not null default 0,
  -- When it is tried next; meaningful while it waits.
  next_at         bigint not null,
  last_error      text,
  created_at      bigint not null,
  forwarded_at    bigint,
  answered_at     bigint,
  -- Why it was refused, in the receiver's words.
  answer          text
);
create index outbox_waiting on outbox (next_at) where state = 'waiting';
create index outbox_by_subject on outbox (subject);

do $$
declare t text;
begin
  foreach t in array array['webhook', 'outbox'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
end $$;

-- A customer puts messages into the outbox and sees their own; what becomes of them is for the feed to say.
create policy own on outbox for select to guichet_customer using (customer_id = current_customer());
create policy send on outbox for insert to guichet_customer with check (customer_id = current_customer());
grant select, insert on outbox to guichet_customer;

-- Anybody, who sees the one thing that they name: a parcel by its number or by a shared secret.
do $$
begin
  if not exists (select from pg_roles where rolname = 'guichet_public') then
    begin
      create role guichet_public nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not pg_has_role(current_user, 'guichet_public', 'member') then
    grant guichet_public to current_user;
  end if;
  execute format('grant usage on schema %I to guichet_public', current_schema());
end $$;

create function named_parcel() returns text language sql stable as
$$ select convert_from(decode(nullif(current_setting('guichet.parcel', true), ''), 'hex'), 'UTF8') $$;
create function named_share() returns bytea language sql stable as
$$ select decode(nullif(current_setting('guichet.share', true), ''), 'hex') $$;
