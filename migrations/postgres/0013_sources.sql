-- Sources: where documents come from, how fresh they are to be, how a bank's table is read; and what was done about what
-- could not be read.

-- One row for each source that is known: `inbox`, `folder:NAME`, `hook:NAME`, `command`. What an operator says stands in
-- `settings`; the rest is noted as documents come and end.
create table source (
  key              text primary key,
  settings         text not null,
  -- Its documents are kept and not applied. The same word stands in the settings.
  paused           bigint not null default 0,
  created_at       bigint not null,
  last_document    bytea,
  last_received_at bigint,
  last_applied_at  bigint,
  -- When the last document came that was applied: as of then are the rows that it feeds.
  fresh_at         bigint,
  last_class       text
);

-- The secret of a webhook that was added in the portal, sealed.
create table source_secret (
  key        text primary key references source (key),
  sealed     bytea not null,
  created_at bigint not null
);

-- How one kind of table is to be read.
create table csv_mapping (
  id         bytea primary key,
  name       text not null,
  body       text not null,
  changed_at bigint not null
);

-- Records by source and minute, written with the end of their document; kept for eight days.
create table source_minute (
  source      text not null,
  minute      bigint not null,
  documents   bigint not null,
  accepted    bigint not null,
  quarantined bigint not null,
  rejected    bigint not null,
  primary key (source, minute)
);
create index source_minute_by_time on source_minute (minute);

-- A record that was put right: what stood in the document and what is read instead, from that reading of it on.
create table correction (
  id          bytea primary key,
  document_id bytea not null references source_document (id),
  reading     bigint not null,
  place       text not null,
  was         text not null,
  becomes     text not null,
  made_at     bigint not null,
  made_by     bytea
);
create index correction_by_document on correction (document_id, reading);

-- Readings of a document that must be known to read it again in the same way: by which mapping, and each that was asked for.
create table reading (
  document_id bytea not null references source_document (id),
  reading     bigint not null,
  mapping     text,
  asked_at    bigint not null,
  primary key (document_id, reading)
);

-- The order in which documents came.
alter table source_document add column arrival bigint not null default 0;
create index source_document_by_arrival on source_document (arrival);
-- How often it was read again on request.
alter table source_document add column readings bigint not null default 0;
-- Entries, events, rows: what its domain counts.
alter table source_document add column records bigint;
create index source_document_by_source on source_document (source, received_at);
create index entry_by_document on entry (document_id);
create index statement_by_document on statement (document_id);

-- What was done about a piece: `corrected`, `discarded`; and why.
alter table quarantine add column resolution text check (resolution in ('corrected', 'discarded'));
alter table quarantine add column note text;
create index quarantine_open on quarantine (found_at) where resolved_at is null;

do $$
declare t text;
begin
  foreach t in array array['source', 'source_secret', 'csv_mapping', 'source_minute', 'correction', 'reading'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to guichet_feed', t);
  end loop;
end $$;

-- A customer reads where a value came from and how fresh it is to be: no secret stands there, and nobody's data.
create policy everybody on source for select to guichet_customer using (true);
grant select on source to guichet_customer;
