-- Policies and claims as the insurer tells them, and what customers tell the insurer: notices of loss, files, messages.
--
-- What a record says is kept as JSON beside the few columns that are asked for. Its parts name what they belong to by an id
-- that is made of the insurer's key, so that a part may come before the whole. Newer news wins by `as_of`, then by document.

create table policy (
  id          bytea primary key,
  number      text not null,
  data        text not null,
  as_of       bigint not null,
  document_id bytea not null references source_document (id),
  place       text not null,
  changed_at  bigint not null
);

create table policy_part (
  id          bytea primary key,
  policy_id   bytea not null,
  kind        text not null check (kind in ('object', 'coverage', 'premium', 'party', 'document')),
  data        text not null,
  position    bigint not null,
  as_of       bigint not null,
  document_id bytea not null references source_document (id),
  place       text not null
);
create index policy_part_by_policy on policy_part (policy_id);

-- Who may see a policy. The customer may come later than the policy, so there is no reference to them.
create table policy_holder (
  customer_id bytea not null,
  policy_id   bytea not null,
  role        text not null check (role in ('holder')),
  primary key (customer_id, policy_id)
);
create index policy_holder_by_policy on policy_holder (policy_id);

create table claim (
  id            bytea primary key,
  -- Made of the insurer's key. The id is the same, or that of the notice that the claim came of.
  key_id        bytea not null unique,
  number        text not null,
  policy_number text,
  data          text not null,
  as_of         bigint not null,
  document_id   bytea not null references source_document (id),
  place         text not null,
  changed_at    bigint not null
);

create table claim_part (
  id          bytea primary key,
  claim_key   bytea not null,
  kind        text not null check (kind in ('milestone', 'item', 'payment', 'request', 'document', 'message')),
  data        text not null,
  position    bigint not null,
  as_of       bigint not null,
  document_id bytea not null references source_document (id),
  place       text not null,
  seen_at     bigint not null
);
create index claim_part_by_claim on claim_part (claim_key);

-- Who may see a claim.
create table claim_party (
  customer_id bytea not null,
  claim_id    bytea not null,
  role        text not null check (role in ('claimant')),
  primary key (customer_id, claim_id)
);
create index claim_party_by_claim on claim_party (claim_id);

-- A notice of loss in the making. Its id is what makes the same submission twice one claim.
create table claim_draft (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  policy_id   bytea not null references policy (id),
  data        text not null,
  created_at  bigint not null,
  changed_at  bigint not null
);
create index claim_draft_by_customer on claim_draft (customer_id, changed_at);

-- A notice of loss that was submitted. It has the id of its draft.
create table claim_notice (
  id           bytea primary key,
  customer_id  bytea not null references customer (id),
  policy_id    bytea not null references policy (id),
  reference    text not null unique,
  data         text not null,
  submitted_at bigint not null,
  message_id   bytea not null,
  -- The insurer's claim, once there is one.
  claim_id     bytea
);
create index claim_notice_by_customer on claim_notice (customer_id, submitted_at);

-- A file of a customer's. The bytes are in the store of files, under a random name, outside anything that is served.
create table claim_upload (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  -- The draft, or the claim or notice, that it is for.
  draft_id    bytea,
  claim_id    bytea,
  -- The insurer's request that it answers.
  request_id  bytea,
  name        text not null,
  -- The type, by content; none when it was refused.
  media       text,
  bytes       bigint not null,
  sha256      bytea,
  stored      text,
  -- Why it was not taken.
  refused     text,
  received_at bigint not null,
  message_id  bytea,
  -- SHA-256 of the secret in the link that the insurer fetches it by.
  token_hash  bytea unique,
  token_until bigint
);
create index claim_upload_by_customer on claim_upload (customer_id, claim_id);
create index claim_upload_by_draft on claim_upload (draft_id) where draft_id is not null;

-- What a customer writes to the insurer. The id comes with the form, so that a form sent twice is one message.
create table claim_letter (
  id          bytea primary key,
  customer_id bytea not null references customer (id),
  claim_id    bytea not null,
  body        text not null,
  sent_at     bigint not null,
  message_id  bytea not null
);
create index claim_letter_by_claim on claim_letter (customer_id, claim_id);

do $$
declare t text;
begin
  foreach t in array array['policy', 'policy_part', 'policy_holder', 'claim', 'claim_part', 'claim_party', 'claim_draft',
      'claim_notice', 'claim_upload', 'claim_letter'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    -- The feed writes what the insurer says, and links a notice with its claim.
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
  -- What customers make themselves is theirs alone.
  foreach t in array array['claim_draft', 'claim_notice', 'claim_upload', 'claim_letter'] loop
    execute format('create policy own on %I to guichet_customer using (customer_id = current_customer())
      with check (customer_id = current_customer())', t);
    execute format('grant select, insert, update on %I to guichet_customer', t);
  end loop;
end $$;

grant delete on claim_draft, claim_upload to guichet_customer;

-- What the insurer tells goes to whom a row gives it.
create policy own on policy_holder for select to guichet_customer using (customer_id = current_customer());
create policy held on policy for select to guichet_customer
  using (id in (select policy_id from policy_holder where customer_id = current_customer()));
create policy held on policy_part for select to guichet_customer
  using (policy_id in (select policy_id from policy_holder where customer_id = current_customer()));
create policy own on claim_party for select to guichet_customer using (customer_id = current_customer());
create policy held on claim for select to guichet_customer
  using (id in (select claim_id from claim_party where customer_id = current_customer()));
create policy held on claim_part for select to guichet_customer
  using (claim_key in (select key_id from claim
    where id in (select claim_id from claim_party where customer_id = current_customer())));
grant select on policy, policy_part, policy_holder, claim, claim_part, claim_party to guichet_customer;

-- Where a value came from: the documents of the customer's own policies and claims.
create policy insured on source_document for select to guichet_customer
  using (id in (select document_id from policy) or id in (select document_id from claim));

-- Whoever has the secret of a file's link sees that file and nothing else.
create policy shared on claim_upload for select to guichet_public using (token_hash = named_share());
grant select on claim_upload to guichet_public;
