-- Letters to customers by e-mail.

create table mail (
  id          blob primary key,
  customer_id blob not null references customer (id),
  address     text not null,
  locale      text not null,
  -- What it is about, as the program calls it: `reset-code`, `new-device`.
  kind        text not null,
  subject     text not null,
  -- Gone once it is sent, and whatever becomes of it once what it says has expired.
  text        text,
  html        text,
  state       text not null check (state in ('waiting', 'sent', 'failed', 'given_up')),
  tries       integer not null default 0,
  -- When it is tried next; meaningful while it waits or has failed.
  next_at     integer not null,
  created_at  integer not null,
  -- When what it says is good for nothing any more; a letter with a code has one.
  expires_at  integer,
  sent_at     integer,
  -- The class of the last failure: never a word of the letter, of the address, or of what a server wrote.
  last_error  text
) strict;
-- Letters that expire go first: somebody waits for the code.
create index mail_due on mail ((expires_at is null), next_at) where state in ('waiting', 'failed');
create index mail_expiring on mail (expires_at) where expires_at is not null and text is not null;
create index mail_by_time on mail (created_at);
