-- What is erased stays erased, and what goes takes its files with it. The PostgreSQL file of the same name has the same.

-- When a customer was erased. What the back office says of their number later is given to nobody.
alter table customer add column erased_at integer;

-- Files whose rows are gone: written in the transaction that drops the row, and gone when the file is. The name is random.
create table file_to_remove (
  name     text primary key,
  since_at integer not null
) strict, without rowid;

-- What is taken away by its age is found by it.
create index session_by_end on session (expires_at);
create index device_by_time on device (last_seen_at);
create index claim_draft_by_time on claim_draft (changed_at);
create index outbox_by_time on outbox (created_at);
create index shipment_by_time on shipment (seen_at);
create index finding_by_time on finding (found_at);
create index quarantine_by_time on quarantine (found_at);
create index support_view_by_end on support_view (ends_at);
