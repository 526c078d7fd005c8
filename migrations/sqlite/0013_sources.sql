-- Sources: where documents come from, how fresh they are to be, how a bank's table is read; and what was done about what
-- could not be read.

-- One row for each source that is known: `inbox`, `folder:NAME`, `hook:NAME`, `command`. What an operator says stands in
-- `settings`; the rest is noted as documents come and end.
create table source (
  key              text primary key,
  settings         text not null,
  -- Its documents are kept and not applied. The same word stands in the settings.
  paused           integer not null default 0,
  created_at       integer not null,
  last_document    blob,
  last_received_at integer,
  last_applied_at  integer,
  -- When the last document came that was applied: as of then are the rows that it feeds.
  fresh_at         integer,
  last_class       text
);

-- The secret of a webhook that was added in the portal, sealed.
create table source_secret (
  key        text primary key references source (key),
  sealed     blob not null,
  created_at integer not null
);

-- How one kind of table is to be read.
create table csv_mapping (
  id         blob primary key,
  name       text not null,
  body       text not null,
  changed_at integer not null
);

-- Records by source and minute, written with the end of their document; kept for eight days.
create table source_minute (
  source      text not null,
  minute      integer not null,
  documents   integer not null,
  accepted    integer not null,
  quarantined integer not null,
  rejected    integer not null,
  primary key (source, minute)
);
create index source_minute_by_time on source_minute (minute);

-- A record that was put right: what stood in the document and what is read instead, from that reading of it on.
create table correction (
  id          blob primary key,
  document_id blob not null references source_document (id),
  reading     integer not null,
  place       text not null,
  was         text not null,
  becomes     text not null,
  made_at     integer not null,
  made_by     blob
);
create index correction_by_document on correction (document_id, reading);

-- Readings of a document that must be known to read it again in the same way: by which mapping, and each that was asked for.
create table reading (
  document_id blob not null references source_document (id),
  reading     integer not null,
  mapping     text,
  asked_at    integer not null,
  primary key (document_id, reading)
);

-- The order in which documents came.
alter table source_document add column arrival integer not null default 0;
create index source_document_by_arrival on source_document (arrival);
-- How often it was read again on request.
alter table source_document add column readings integer not null default 0;
-- Entries, events, rows: what its domain counts.
alter table source_document add column records integer;
create index source_document_by_source on source_document (source, received_at);
create index entry_by_document on entry (document_id);
create index statement_by_document on statement (document_id);

-- What was done about a piece: `corrected`, `discarded`; and why.
alter table quarantine add column resolution text check (resolution in ('corrected', 'discarded'));
alter table quarantine add column note text;
create index quarantine_open on quarantine (found_at) where resolved_at is null;
