-- The audit log: what was done, by whom, to whose data. A chain: each entry has the hash of the one before it.
--
-- An entry is written in the transaction of its act and never changed. `audit_tail` is the end of the chain; whoever appends
-- holds that row, so that there is no hole and no fork. `audit_head` has signatures of the end, made every minute.

create table audit (
  seq          bigint primary key check (seq > 0),
  at           bigint not null,
  actor_kind   text not null,
  actor_id     bytea,
  action       text not null,
  subject_kind text,
  subject_id   bytea,
  -- Whose data it is about. No reference: the log outlives the customer's row.
  customer_id  bytea,
  outcome      text not null,
  network      text,
  device       text,
  detail       text,
  prev         bytea not null,
  hash         bytea not null unique
);
create index audit_by_customer on audit (customer_id, seq) where customer_id is not null;

create table audit_tail (
  only_row bigint primary key check (only_row = 1),
  seq      bigint not null,
  hash     bytea not null
);
insert into audit_tail (only_row, seq, hash) values (1, 0, decode(repeat('00', 32), 'hex'));

create table audit_head (
  seq       bigint not null,
  hash      bytea not null,
  at        bigint not null,
  -- The public key, and the signature by its other half.
  key       bytea not null,
  signature bytea not null,
  primary key (seq, key)
);

create function refuse_audit_change() returns trigger language plpgsql as
$$ begin raise exception 'the audit log is only added to'; end $$;
create function refuse_audit_jump() returns trigger language plpgsql as
$$ begin
  if new.seq <> old.seq + 1 then raise exception 'the audit log grows by one'; end if;
  return new;
end $$;
create trigger audit_stays before update or delete or truncate on audit
  for each statement execute function refuse_audit_change();
create trigger audit_head_stays before update or delete or truncate on audit_head
  for each statement execute function refuse_audit_change();
create trigger audit_tail_grows before update on audit_tail for each row execute function refuse_audit_jump();
create trigger audit_tail_is_kept before delete or truncate on audit_tail
  for each statement execute function refuse_audit_change();

do $$
declare t text;
begin
  foreach t in array array['audit', 'audit_tail', 'audit_head'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
  end loop;
end $$;

-- The command line reads everything and signs; nobody changes or deletes anything.
create policy feed_reads on audit for select to guichet_feed using (true);
create policy feed_adds on audit for insert to guichet_feed with check (true);
create policy feed_reads on audit_head for select to guichet_feed using (true);
create policy feed_adds on audit_head for insert to guichet_feed with check (true);
create policy auth_adds on audit for insert to guichet_auth with check (true);
-- A customer reads what is about them, and what they do is about them.
create policy own on audit for select to guichet_customer using (customer_id = current_customer());
create policy own_adds on audit for insert to guichet_customer with check (customer_id = current_customer());
-- The end of the chain is a number and a hash, and says nothing of anybody.
create policy tail on audit_tail to guichet_feed, guichet_auth, guichet_customer using (true) with check (true);

grant select, insert on audit, audit_head to guichet_feed;
grant insert on audit to guichet_auth;
grant select, insert on audit to guichet_customer;
grant select, update on audit_tail to guichet_feed, guichet_auth, guichet_customer;
