-- Staff: who of the institution signs in here, and what each may do.
--
-- Somebody of the institution signs in by the same tables as a customer does, and has a row of `customer` for that, with a
-- number of their own and nothing that they hold. What makes them staff is their row here.

-- A customer who is disabled signs in no more, and whatever session they had is over.
alter table customer add column disabled_at bigint;

-- What a role may do, as words with a space between. The roles that come with the portal have their names in the texts.
create table role (
  id           text primary key,
  name         text not null,
  capabilities text not null,
  changed_at   bigint not null
);
insert into role (id, name, capabilities, changed_at) values
  ('administrator', '', 'sources configure staff audit operate', 0),
  ('operator', '', 'sources operate', 0),
  ('agent', '', 'customers', 0),
  ('lead', '', 'customers access', 0),
  ('privacy', '', 'customers privacy audit', 0),
  ('auditor', '', 'customers audit', 0);

create table staff (
  customer_id bytea primary key references customer (id),
  role        text not null references role (id),
  title       text not null default '',
  created_at  bigint not null,
  seen_at     bigint,
  inactive_at bigint
);

-- What needs two people: proposed by one, decided by another.
create table staff_proposal (
  id          bytea primary key,
  -- `role` of a person, or `capabilities` of a role.
  kind        text not null check (kind in ('role', 'capabilities')),
  subject     text not null,
  value       text not null,
  proposed_by bytea not null references customer (id),
  proposed_at bigint not null,
  decided_by  bytea references customer (id),
  decided_at  bigint,
  accepted    bigint
);
create index staff_proposal_open on staff_proposal (proposed_at) where decided_at is null;

-- Somebody of the institution looks at the portal as a customer sees it: with a reason, for a while, and without a change.
create table support_view (
  id          bytea primary key,
  session_id  bytea not null references session (id) on delete cascade,
  staff_id    bytea not null references customer (id),
  customer_id bytea not null references customer (id),
  reason      text not null,
  begun_at    bigint not null,
  ends_at     bigint not null,
  ended_at    bigint
);
create index support_view_by_session on support_view (session_id) where ended_at is null;
create index support_view_by_customer on support_view (customer_id, begun_at);

-- The institution's people have a role of their own. It sees who the customers are, and nothing of what they hold.
do $$
begin
  if not exists (select from pg_roles where rolname = 'guichet_staff') then
    begin
      create role guichet_staff nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not pg_has_role(current_user, 'guichet_staff', 'member') then
    grant guichet_staff to current_user;
  end if;
  execute format('grant usage on schema %I to guichet_staff', current_schema());
end $$;

do $$
declare t text;
begin
  foreach t in array array['role', 'staff', 'staff_proposal', 'support_view'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy auth on %I to guichet_auth using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_auth', t);
    execute format('create policy staff on %I for select to guichet_staff using (true)', t);
    execute format('grant select on %I to guichet_staff', t);
  end loop;
  foreach t in array array['customer', 'party', 'source_document', 'finding', 'quarantine', 'audit', 'audit_head'] loop
    execute format('create policy staff on %I for select to guichet_staff using (true)', t);
    execute format('grant select on %I to guichet_staff', t);
  end loop;
end $$;
create policy staff_adds on audit for insert to guichet_staff with check (true);
grant insert on audit to guichet_staff;
create policy staff_tail on audit_tail to guichet_staff using (true) with check (true);
grant select, update on audit_tail to guichet_staff;

-- Who looked at the portal in their place, when and why: for the customer.
create policy own on support_view for select to guichet_customer using (customer_id = current_customer());
grant select on support_view to guichet_customer;
