-- What needs two people, again: to let somebody of the institution in, and to give one who has an access a new code.
create table staff_proposal_now (
  id          blob primary key,
  -- `role` of a person, `capabilities` of a role, `entry` of a person, a new `code` for one.
  kind        text not null check (kind in ('role', 'capabilities', 'entry', 'code')),
  subject     text not null,
  value       text not null,
  proposed_by blob not null references customer (id),
  proposed_at integer not null,
  decided_by  blob references customer (id),
  decided_at  integer,
  accepted    integer
) strict;
insert into staff_proposal_now (id, kind, subject, value, proposed_by, proposed_at, decided_by, decided_at, accepted)
  select id, kind, subject, value, proposed_by, proposed_at, decided_by, decided_at, accepted from staff_proposal;
drop table staff_proposal;
alter table staff_proposal_now rename to staff_proposal;
create index staff_proposal_open on staff_proposal (proposed_at) where decided_at is null;
