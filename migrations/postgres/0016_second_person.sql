-- What needs two people, again: to let somebody of the institution in, and to give one who has an access a new code.
alter table staff_proposal drop constraint staff_proposal_kind_check;
alter table staff_proposal add constraint staff_proposal_kind_check
  check (kind in ('role', 'capabilities', 'entry', 'code'));
