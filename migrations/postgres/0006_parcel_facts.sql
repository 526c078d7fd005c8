-- Parcels: what carriers tell of the parcel itself, the code for handing over, and what customers want to be told of.
--
-- The SQLite file of the same name has the same tables.

-- JSON: grams, sides in millimetres, insured value in minor units.
alter table shipment add column measures text;

-- What the recipient shows to the driver. A table of its own, so that nobody else can come near it.
create table parcel_code (
  shipment_id bytea primary key references shipment (id),
  code        text not null
);

-- What a customer wants to be told of a parcel: the van is near, the time moves, it is delivered. `way` is how: on open pages
-- now; whoever adds mail adds a word.
create table parcel_notice (
  customer_id bytea not null references customer (id),
  shipment_id bytea not null references shipment (id),
  about       text not null check (about in ('near', 'moved', 'delivered')),
  way         text not null check (way in ('page', 'mail')),
  since_at    bigint not null,
  -- When it was told last.
  told_at     bigint,
  primary key (customer_id, shipment_id, about, way)
);
create index parcel_notice_by_shipment on parcel_notice (shipment_id, about);

-- Isolation, as in 0003.
do $$
declare t text;
begin
  foreach t in array array['parcel_code', 'parcel_notice'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
end $$;

-- The code is for the recipient, while the van has the parcel.
create policy received on parcel_code for select to guichet_customer
  using (shipment_id in (select f.shipment_id from parcel_follower f join shipment s on s.id = f.shipment_id
    where f.customer_id = current_customer() and f.role = 'recipient' and s.status = 'out_for_delivery'));
grant select on parcel_code to guichet_customer;

create policy own on parcel_notice to guichet_customer
  using (customer_id = current_customer())
  with check (customer_id = current_customer()
    and shipment_id in (select shipment_id from parcel_follower where customer_id = current_customer()));
grant select, insert, delete on parcel_notice to guichet_customer;
