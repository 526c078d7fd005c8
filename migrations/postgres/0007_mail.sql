-- Letters to customers by e-mail.

create table mail (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  address     text not null,
  locale      text not null,
  -- What it is about, as the program calls it: `reset-code`, `new-device`.
  kind        text not null,
  subject     text not null,
  -- Gone once it is sent, and whatever becomes of it once what it says has expired.
  text        text,
  html        text,
  state       text not null check (state in ('waiting', 'sent', 'failed', 'given_up')),
  tries       bigint not null default 0,
  -- When it is tried next; meaningful while it waits or has failed.
  next_at     bigint not null,
  created_at  bigint not null,
  -- When what it says is good for nothing any more; a letter with a code has one.
  expires_at  bigint,
  sent_at     bigint,
  -- The class of the last failure: never a word of the letter, of the address, or of what a server wrote.
  last_error  text
);
-- Letters that expire go first: somebody waits for the code.
create index mail_due on mail ((expires_at is null), next_at) where state in ('waiting', 'failed');
create index mail_expiring on mail (expires_at) where expires_at is not null and text is not null;
create index mail_by_time on mail (created_at);

alter table mail enable row level security;
alter table mail force row level security;
create policy feed on mail to guichet_feed using (true) with check (true);
grant select, insert, update, delete on mail to guichet_feed;

-- Whoever causes a letter puts it; reading it again is for the courier alone, and a customer writes to nobody else.
create policy auth on mail for insert to guichet_auth with check (true);
create policy own on mail for insert to guichet_customer with check (customer_id = current_customer());
grant insert on mail to guichet_auth, guichet_customer;
