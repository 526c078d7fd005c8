-- What is erased stays erased, and what goes takes its files with it.

-- When a customer was erased. What the back office says of their number later is given to nobody.
alter table customer add column erased_at bigint;

-- Files whose rows are gone: written in the transaction that drops the row, and gone when the file is. The name is random.
create table file_to_remove (
  name     text primary key,
  since_at bigint not null
);

-- What is taken away by its age is found by it.
create index session_by_end on session (expires_at);
create index device_by_time on device (last_seen_at);
create index claim_draft_by_time on claim_draft (changed_at);
create index outbox_by_time on outbox (created_at);
create index shipment_by_time on shipment (seen_at);
create index finding_by_time on finding (found_at);
create index quarantine_by_time on quarantine (found_at);
create index support_view_by_end on support_view (ends_at);

alter table file_to_remove enable row level security;
alter table file_to_remove force row level security;
create policy feed on file_to_remove to guichet_feed using (true) with check (true);
grant select, insert, update, delete on file_to_remove to guichet_feed;

-- A database that has the keeper already gets their policy here; a new one gets it in 0015.
do $$
begin
  if exists (select from pg_policies where schemaname = current_schema() and tablename = 'customer' and policyname = 'keeper') then
    create policy keeper on file_to_remove for select to guichet_keeper using (true);
    grant select on file_to_remove to guichet_keeper;
  end if;
end $$;
