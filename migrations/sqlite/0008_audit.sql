-- The audit log: what was done, by whom, to whose data. A chain: each entry has the hash of the one before it.
--
-- An entry is written in the transaction of its act and never changed. `audit_tail` is the end of the chain; whoever appends
-- holds that row, so that there is no hole and no fork. `audit_head` has signatures of the end, made every minute.

create table audit (
  seq          integer primary key check (seq > 0),
  at           integer not null,
  actor_kind   text not null,
  actor_id     blob,
  action       text not null,
  subject_kind text,
  subject_id   blob,
  -- Whose data it is about. No reference: the log outlives the customer's row.
  customer_id  blob,
  outcome      text not null,
  network      text,
  device       text,
  detail       text,
  prev         blob not null,
  hash         blob not null unique
) strict;
create index audit_by_customer on audit (customer_id, seq) where customer_id is not null;

create table audit_tail (
  only_row integer primary key check (only_row = 1),
  seq      integer not null,
  hash     blob not null
) strict;
insert into audit_tail (only_row, seq, hash) values (1, 0, zeroblob(32));

create table audit_head (
  seq       integer not null,
  hash      blob not null,
  at        integer not null,
  -- The public key, and the signature by its other half.
  key       blob not null,
  signature blob not null,
  primary key (seq, key)
) strict, without rowid;

create trigger audit_stays before update on audit begin select raise(abort, 'the audit log is only added to'); end;
create trigger audit_is_kept before delete on audit begin select raise(abort, 'the audit log is only added to'); end;
create trigger audit_head_stays before update on audit_head begin select raise(abort, 'the audit log is only added to'); end;
create trigger audit_head_is_kept before delete on audit_head begin select raise(abort, 'the audit log is only added to'); end;
create trigger audit_tail_grows before update on audit_tail when new.seq <> old.seq + 1
  begin select raise(abort, 'the audit log grows by one'); end;
create trigger audit_tail_is_kept before delete on audit_tail begin select raise(abort, 'the audit log is only added to'); end;
