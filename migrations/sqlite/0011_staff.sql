-- Staff: who of the institution signs in here, and what each may do.
--
-- Somebody of the institution signs in by the same tables as a customer does, and has a row of `customer` for that, with a
-- number of their own and nothing that they hold. What makes them staff is their row here.

-- A customer who is disabled signs in no more, and whatever session they had is over.
alter table customer add column disabled_at integer;

-- What a role may do, as words with a space between. The roles that come with the portal have their names in the texts.
create table role (
  id           text primary key,
  name         text not null,
  capabilities text not null,
  changed_at   integer not null
) strict;
insert into role (id, name, capabilities, changed_at) values
  ('administrator', '', 'sources configure staff audit operate', 0),
  ('operator', '', 'sources operate', 0),
  ('agent', '', 'customers', 0),
  ('lead', '', 'customers access', 0),
  ('privacy', '', 'customers privacy audit', 0),
  ('auditor', '', 'customers audit', 0);

create table staff (
  customer_id blob primary key references customer (id),
  role        text not null references role (id),
  title       text not null default '',
  created_at  integer not null,
  seen_at     integer,
  inactive_at integer
) strict;

-- What needs two people: proposed by one, decided by another.
create table staff_proposal (
  id          blob primary key,
  -- `role` of a person, or `capabilities` of a role.
  kind        text not null check (kind in ('role', 'capabilities')),
  subject     text not null,
  value       text not null,
  proposed_by blob not null references customer (id),
  proposed_at integer not null,
  decided_by  blob references customer (id),
  decided_at  integer,
  accepted    integer
) strict;
create index staff_proposal_open on staff_proposal (proposed_at) where decided_at is null;

-- Somebody of the institution looks at the portal as a customer sees it: with a reason, for a while, and without a change.
create table support_view (
  id          blob primary key,
  session_id  blob not null references session (id) on delete cascade,
  staff_id    blob not null references customer (id),
  customer_id blob not null references customer (id),
  reason      text not null,
  begun_at    integer not null,
  ends_at     integer not null,
  ended_at    integer
) strict;
create index support_view_by_session on support_view (session_id) where ended_at is null;
create index support_view_by_customer on support_view (customer_id, begun_at);
