-- Parcels: what carriers tell of shipments and events, what follows from it, and what customers may see and do.
--
-- What is told is kept as it was told; `shipment` and `shipment_event` are worked out from it, so that documents in any order
-- make the same rows. Windows are JSON texts, degrees are millionths. The SQLite file of the same name has the same tables.

-- What a document says of a shipment: only what it says, with the time at which it was true.
create table shipment_told (
  id          bytea primary key,
  number      text not null,
  document_id bytea not null references source_document (id),
  told_at     bigint not null,
  facts       text not null
);
create index shipment_told_by_number on shipment_told (number, told_at);

-- Something that happened to one or more parcels.
create table parcel_event (
  id             bytea primary key,
  -- The carrier's own id of it, or a hash of what it is.
  key            text not null unique,
  at             bigint not null,
  offset_minutes bigint,
  whole_day      bigint not null,
  status         text not null,
  reason         text,
  -- The carrier's own words, beside ours.
  code           text,
  subcode        text,
  words          text,
  place_name     text,
  place_city     text,
  place_country  text,
  place_lat      bigint,
  place_lon      bigint,
  signed_by      text,
  -- Stops of the van before this one.
  stops          bigint,
  -- Of events that pack or unpack: ADD, OBSERVE, DELETE.
  action         text,
  -- It never happened. Whatever comes later, it stays withdrawn.
  withdrawn      bigint not null,
  -- Which telling of it this is: a later one takes the place of an earlier one.
  told_at        bigint not null,
  content        bytea not null,
  document_id    bytea not null references source_document (id),
  source         text not null,
  received_at    bigint not null
);

create table parcel_event_number (
  number   text not null,
  event_id bytea not null references parcel_event (id),
  primary key (number, event_id)
);
create index parcel_event_number_by_event on parcel_event_number (event_id);

-- What lies in what, by events; an empty child means all that lies in the parent.
create table parcel_containment (
  event_id bytea not null references parcel_event (id),
  parent   text not null,
  child    text not null,
  primary key (event_id, parent, child)
);
create index parcel_containment_by_child on parcel_containment (child, parent);
create index parcel_containment_by_parent on parcel_containment (parent, child);

-- A shipment as it stands by all that was told. One number is one shipment.
create table shipment (
  id                 bytea primary key,
  number             text not null unique,
  carrier            text not null,
  service            text,
  reference          text,
  sender_name        text,
  sender_city        text,
  sender_country     text,
  sender_customer    text,
  recipient_name     text,
  recipient_city     text,
  recipient_country  text,
  -- The second factor of a look-up: without spaces, in capital letters.
  recipient_postcode text,
  recipient_customer text,
  promised           text,
  -- When it is expected now, and before that.
  arrival            text,
  previous           text,
  status             text not null,
  reason             text,
  status_at          bigint,
  status_offset      bigint,
  status_country     text,
  stops              bigint,
  document_id        bytea references source_document (id),
  -- When the latest news of it came.
  seen_at            bigint not null,
  digest             bytea not null
);
create index shipment_by_recipient on shipment (recipient_customer) where recipient_customer is not null;
create index shipment_by_sender on shipment (sender_customer) where sender_customer is not null;

-- Which events count for a shipment: its own, and those of what it lay in at that time.
create table shipment_event (
  shipment_id bytea not null references shipment (id),
  event_id    bytea not null references parcel_event (id),
  primary key (shipment_id, event_id)
);
create index shipment_event_by_event on shipment_event (event_id);

-- Who sees a shipment. Recipient and sender follow from what carriers tell; `shared` was added by somebody who proved to
-- know the number and the postcode.
create table parcel_follower (
  customer_id bytea not null references customer (id),
  shipment_id bytea not null references shipment (id),
  role        text not null check (role in ('recipient', 'sender', 'shared')),
  since_at    bigint not null,
  primary key (customer_id, shipment_id, role)
);
create index parcel_follower_by_shipment on parcel_follower (shipment_id, customer_id);

-- A link that shows one parcel to whoever has it, until it ends. The secret itself is only in the link.
create table parcel_share (
  id          bytea primary key,
  token_hash  bytea not null unique,
  shipment_id bytea not null references shipment (id),
  customer_id bytea not null references customer (id),
  created_at  bigint not null,
  ends_at     bigint not null,
  revoked_at  bigint
);
create index parcel_share_by_shipment on parcel_share (shipment_id, customer_id);

-- What a recipient asks of the carrier. How far it has come stands in the outbox.
create table parcel_instruction (
  id          bytea primary key,
  shipment_id bytea not null references shipment (id),
  customer_id bytea not null references customer (id),
  wish        text not null check (wish in ('hand', 'neighbour', 'safe_place', 'pickup_point', 'another_day')),
  detail      text,
  day         bigint,
  message_id  bytea not null references outbox (id),
  created_at  bigint not null
);
create index parcel_instruction_by_shipment on parcel_instruction (shipment_id, customer_id, created_at);

-- Look-ups without sign-in, counted by number and by network. The bucket is a keyed hash of which.
create table parcel_lookup (
  bucket   bytea primary key,
  began_at bigint not null,
  count    bigint not null
);
create index parcel_lookup_by_time on parcel_lookup (began_at);

-- Isolation, as in 0001 and 0002.
do $$
declare t text;
begin
  foreach t in array array['shipment_told', 'parcel_event', 'parcel_event_number', 'parcel_containment', 'shipment',
      'shipment_event', 'parcel_follower', 'parcel_share', 'parcel_instruction', 'parcel_lookup'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
end $$;

-- A customer: the shipments that a follower row gives them, with their events and the documents behind them.
create policy own on parcel_follower for select to guichet_customer using (customer_id = current_customer());
-- A customer adds themselves, and only as somebody with whom the parcel is shared.
create policy follow on parcel_follower for insert to guichet_customer
  with check (customer_id = current_customer() and role = 'shared');
create policy unfollow on parcel_follower for delete to guichet_customer
  using (customer_id = current_customer() and role = 'shared');
create policy followed on shipment for select to guichet_customer
  using (id in (select shipment_id from parcel_follower where customer_id = current_customer()));
create policy followed on shipment_event for select to guichet_customer
  using (shipment_id in (select shipment_id from parcel_follower where customer_id = current_customer()));
create policy followed on parcel_event for select to guichet_customer
  using (id in (select event_id from shipment_event));
create policy parcel on source_document for select to guichet_customer
  using (id in (select document_id from parcel_event) or id in (select document_id from shipment));
create policy own on parcel_share to guichet_customer
  using (customer_id = current_customer())
  with check (customer_id = current_customer()
    and shipment_id in (select shipment_id from parcel_follower where customer_id = current_customer()));
create policy own on parcel_instruction for select to guichet_customer using (customer_id = current_customer());
create policy ask on parcel_instruction for insert to guichet_customer
  with check (customer_id = current_customer() and shipment_id in (
    select shipment_id from parcel_follower where customer_id = current_customer() and role = 'recipient'));
grant select, insert, delete on parcel_follower to guichet_customer;
grant select on shipment, shipment_event, parcel_event to guichet_customer;
grant select, insert, update on parcel_share to guichet_customer;
grant select, insert on parcel_instruction to guichet_customer;

-- Anybody: the one parcel that they name by its number, or by the secret of a link that still holds.
create policy named on parcel_share for select to guichet_public
  using (token_hash = named_share() and revoked_at is null);
create policy named on shipment for select to guichet_public
  using (number = named_parcel() or id in (select shipment_id from parcel_share));
create policy named on shipment_event for select to guichet_public
  using (shipment_id in (select id from shipment));
create policy named on parcel_event for select to guichet_public
  using (id in (select event_id from shipment_event));
-- Counters alone: a bucket says neither which number nor which network it is of.
create policy counted on parcel_lookup to guichet_public using (true) with check (true);
grant select on parcel_share, shipment, shipment_event, parcel_event to guichet_public;
grant select, insert, update, delete on parcel_lookup to guichet_public;
