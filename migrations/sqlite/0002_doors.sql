-- The doors: webhooks that came in, and messages that go out to the back office.

-- A webhook's id, written in the transaction that registers its document: the same id again changes nothing.
create table webhook (
  source      text not null,
  id          text not null,
  document_id blob not null references source_document (id),
  received_at integer not null,
  primary key (source, id)
) strict, without rowid;
create index webhook_by_time on webhook (received_at);

-- What a customer has done that the back office must hear of. It stays until it is acknowledged or given up.
create table outbox (
  id              blob primary key,
  customer_id     blob not null references customer (id),
  -- Who is to hear of it: carrier, insurer.
  destination     text not null,
  -- What it is, as the receiver reads it: `parcel.instruction`, `claim.reported`.
  topic           text not null,
  -- The thing that it is about, for the page that shows how far it has come.
  subject         blob not null,
  payload         text not null,
  state           text not null check (state in ('waiting', 'forwarded', 'accepted', 'refused', 'dead')),
  attempts        integer not null default 0,
  -- When it is tried next; meaningful while it waits.
  next_at         integer not null,
  last_error      text,
  created_at      integer not null,
  forwarded_at    integer,
  answered_at     integer,
  -- Why it was refused, in the receiver's words.
  answer          text
) strict;
create index outbox_waiting on outbox (next_at) where state = 'waiting';
create index outbox_by_subject on outbox (subject);
