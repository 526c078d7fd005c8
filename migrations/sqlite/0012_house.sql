-- What the institution has made of its portal: name, brand, modules, texts, notices. As releases that only follow each other.

create table settings_release (
  number     integer primary key check (number > 0),
  -- JSON of `guichet-settings/1`.
  body       text not null,
  note       text not null,
  -- The release that it repeats, when it is a way back.
  repeats    integer,
  created_by blob,
  created_at integer not null
) strict;

-- What is being worked on; at most one.
create table settings_draft (
  only_row   integer primary key check (only_row = 1),
  body       text not null,
  -- The release that it began from.
  based_on   integer not null,
  changed_by blob,
  changed_at integer not null
) strict;

-- Pictures that settings name by their hash: written anew by the portal when they came.
create table settings_asset (
  sha256     blob primary key,
  media_type text not null,
  bytes      blob not null,
  width      integer not null,
  height     integer not null,
  created_at integer not null
) strict;

create trigger settings_release_stays before update on settings_release
  begin select raise(abort, 'releases are only added to'); end;
create trigger settings_release_is_kept before delete on settings_release
  begin select raise(abort, 'releases are only added to'); end;
