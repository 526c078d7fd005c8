-- Parcels: what carriers tell of shipments and events, what follows from it, and what customers may see and do.
--
-- What is told is kept as it was told; `shipment` and `shipment_event` are worked out from it, so that documents in any order
-- make the same rows. Windows are JSON texts, degrees are millionths. The PostgreSQL file of the same name has the same tables.

-- What a document says of a shipment: only what it says, with the time at which it was true.
create table shipment_told (
  id          blob primary key,
  number      text not null,
  document_id blob not null references source_document (id),
  told_at     integer not null,
  facts       text not null
) strict;
create index shipment_told_by_number on shipment_told (number, told_at);

-- Something that happened to one or more parcels.
create table parcel_event (
  id             blob primary key,
  -- The carrier's own id of it, or a hash of what it is.
  key            text not null unique,
  at             integer not null,
  offset_minutes integer,
  whole_day      integer not null,
  status         text not null,
  reason         text,
  -- The carrier's own words, beside ours.
  code           text,
  subcode        text,
  words          text,
  place_name     text,
  place_city     text,
  place_country  text,
  place_lat      integer,
  place_lon      integer,
  signed_by      text,
  -- Stops of the van before this one.
  stops          integer,
  -- Of events that pack or unpack: ADD, OBSERVE, DELETE.
  action         text,
  -- It never happened. Whatever comes later, it stays withdrawn.
  withdrawn      integer not null,
  -- Which telling of it this is: a later one takes the place of an earlier one.
  told_at        integer not null,
  content        blob not null,
  document_id    blob not null references source_document (id),
  source         text not null,
  received_at    integer not null
) strict;

create table parcel_event_number (
  number   text not null,
  event_id blob not null references parcel_event (id),
  primary key (number, event_id)
) strict, without rowid;
create index parcel_event_number_by_event on parcel_event_number (event_id);

-- What lies in what, by events; an empty child means all that lies in the parent.
create table parcel_containment (
  event_id blob not null references parcel_event (id),
  parent   text not null,
  child    text not null,
  primary key (event_id, parent, child)
) strict, without rowid;
create index parcel_containment_by_child on parcel_containment (child, parent);
create index parcel_containment_by_parent on parcel_containment (parent, child);

-- A shipment as it stands by all that was told. One number is one shipment.
create table shipment (
  id                 blob primary key,
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
  status_at          integer,
  status_offset      integer,
  status_country     text,
  stops              integer,
  document_id        blob references source_document (id),
  -- When the latest news of it came.
  seen_at            integer not null,
  digest             blob not null
) strict;
create index shipment_by_recipient on shipment (recipient_customer) where recipient_customer is not null;
create index shipment_by_sender on shipment (sender_customer) where sender_customer is not null;

-- Which events count for a shipment: its own, and those of what it lay in at that time.
create table shipment_event (
  shipment_id blob not null references shipment (id),
  event_id    blob not null references parcel_event (id),
  primary key (shipment_id, event_id)
) strict, without rowid;
create index shipment_event_by_event on shipment_event (event_id);

-- Who sees a shipment. Recipient and sender follow from what carriers tell; `shared` was added by somebody who proved to
-- know the number and the postcode.
create table parcel_follower (
  customer_id blob not null references customer (id),
  shipment_id blob not null references shipment (id),
  role        text not null check (role in ('recipient', 'sender', 'shared')),
  since_at    integer not null,
  primary key (customer_id, shipment_id, role)
) strict, without rowid;
create index parcel_follower_by_shipment on parcel_follower (shipment_id, customer_id);

-- A link that shows one parcel to whoever has it, until it ends. The secret itself is only in the link.
create table parcel_share (
  id          blob primary key,
  token_hash  blob not null unique,
  shipment_id blob not null references shipment (id),
  customer_id blob not null references customer (id),
  created_at  integer not null,
  ends_at     integer not null,
  revoked_at  integer
) strict;
create index parcel_share_by_shipment on parcel_share (shipment_id, customer_id);

-- What a recipient asks of the carrier. How far it has come stands in the outbox.
create table parcel_instruction (
  id          blob primary key,
  shipment_id blob not null references shipment (id),
  customer_id blob not null references customer (id),
  wish        text not null check (wish in ('hand', 'neighbour', 'safe_place', 'pickup_point', 'another_day')),
  detail      text,
  day         integer,
  message_id  blob not null references outbox (id),
  created_at  integer not null
) strict;
create index parcel_instruction_by_shipment on parcel_instruction (shipment_id, customer_id, created_at);

-- Look-ups without sign-in, counted by number and by network. The bucket is a keyed hash of which.
create table parcel_lookup (
  bucket   blob primary key,
  began_at integer not null,
  count    integer not null
) strict;
create index parcel_lookup_by_time on parcel_lookup (began_at);
