-- Parcels: what carriers tell of the parcel itself, the code for handing over, and what customers want to be told of.
--
-- The PostgreSQL file of the same name has the same tables.

-- JSON: grams, sides in millimetres, insured value in minor units.
alter table shipment add column measures text;

-- What the recipient shows to the driver. A table of its own, so that nobody else can come near it.
create table parcel_code (
  shipment_id blob primary key references shipment (id),
  code        text not null
) strict, without rowid;

-- What a customer wants to be told of a parcel: the van is near, the time moves, it is delivered. `way` is how: on open pages
-- now; whoever adds mail adds a word.
create table parcel_notice (
  customer_id blob not null references customer (id),
  shipment_id blob not null references shipment (id),
  about       text not null check (about in ('near', 'moved', 'delivered')),
  way         text not null check (way in ('page', 'mail')),
  since_at    integer not null,
  -- When it was told last.
  told_at     integer,
  primary key (customer_id, shipment_id, about, way)
) strict, without rowid;
create index parcel_notice_by_shipment on parcel_notice (shipment_id, about);
