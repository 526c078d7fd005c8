-- Policies and claims as the insurer tells them, and what customers tell the insurer: notices of loss, files, messages.
--
-- What a record says is kept as JSON beside the few columns that are asked for. Its parts name what they belong to by an id
-- that is made of the insurer's key, so that a part may come before the whole. Newer news wins by `as_of`, then by document.

create table policy (
  id          blob primary key,
  number      text not null,
  data        text not null,
  as_of       integer not null,
  document_id blob not null references source_document (id),
  place       text not null,
  changed_at  integer not null
) strict;

create table policy_part (
  id          blob primary key,
  policy_id   blob not null,
  kind        text not null check (kind in ('object', 'coverage', 'premium', 'party', 'document')),
  data        text not null,
  position    integer not null,
  as_of       integer not null,
  document_id blob not null references source_document (id),
  place       text not null
) strict;
create index policy_part_by_policy on policy_part (policy_id);

-- Who may see a policy. The customer may come later than the policy, so there is no reference to them.
create table policy_holder (
  customer_id blob not null,
  policy_id   blob not null,
  role        text not null check (role in ('holder')),
  primary key (customer_id, policy_id)
) strict, without rowid;
create index policy_holder_by_policy on policy_holder (policy_id);

create table claim (
  id            blob primary key,
  -- Made of the insurer's key. The id is the same, or that of the notice that the claim came of.
  key_id        blob not null unique,
  number        text not null,
  policy_number text,
  data          text not null,
  as_of         integer not null,
  document_id   blob not null references source_document (id),
  place         text not null,
  changed_at    integer not null
) strict;

create table claim_part (
  id          blob primary key,
  claim_key   blob not null,
  kind        text not null check (kind in ('milestone', 'item', 'payment', 'request', 'document', 'message')),
  data        text not null,
  position    integer not null,
  as_of       integer not null,
  document_id blob not null references source_document (id),
  place       text not null,
  seen_at     integer not null
) strict;
create index claim_part_by_claim on claim_part (claim_key);

-- Who may see a claim.
create table claim_party (
  customer_id blob not null,
  claim_id    blob not null,
  role        text not null check (role in ('claimant')),
  primary key (customer_id, claim_id)
) strict, without rowid;
create index claim_party_by_claim on claim_party (claim_id);

-- A notice of loss in the making. Its id is what makes the same submission twice one claim.
create table claim_draft (
  id          blob primary key,
  customer_id blob not null references customer (id),
  policy_id   blob not null references policy (id),
  data        text not null,
  created_at  integer not null,
  changed_at  integer not null
) strict;
create index claim_draft_by_customer on claim_draft (customer_id, changed_at);

-- A notice of loss that was submitted. It has the id of its draft.
create table claim_notice (
  id           blob primary key,
  customer_id  blob not null references customer (id),
  policy_id    blob not null references policy (id),
  reference    text not null unique,
  data         text not null,
  submitted_at integer not null,
  message_id   blob not null,
  -- The insurer's claim, once there is one.
  claim_id     blob
) strict;
create index claim_notice_by_customer on claim_notice (customer_id, submitted_at);

-- A file of a customer's. The bytes are in the store of files, under a random name, outside anything that is served.
create table claim_upload (
  id          blob primary key,
  customer_id blob not null references customer (id),
  -- The draft, or the claim or notice, that it is for.
  draft_id    blob,
  claim_id    blob,
  -- The insurer's request that it answers.
  request_id  blob,
  name        text not null,
  -- The type, by content; none when it was refused.
  media       text,
  bytes       integer not null,
  sha256      blob,
  stored      text,
  -- Why it was not taken.
  refused     text,
  received_at integer not null,
  message_id  blob,
  -- SHA-256 of the secret in the link that the insurer fetches it by.
  token_hash  blob unique,
  token_until integer
) strict;
create index claim_upload_by_customer on claim_upload (customer_id, claim_id);
create index claim_upload_by_draft on claim_upload (draft_id) where draft_id is not null;

-- What a customer writes to the insurer. The id comes with the form, so that a form sent twice is one message.
create table claim_letter (
  id          blob primary key,
  customer_id blob not null references customer (id),
  claim_id    blob not null,
  body        text not null,
  sent_at     integer not null,
  message_id  blob not null
) strict;
create index claim_letter_by_claim on claim_letter (customer_id, claim_id);
