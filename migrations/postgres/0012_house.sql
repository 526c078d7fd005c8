-- What the institution has made of its portal: name, brand, modules, texts, notices. As releases that only follow each other.

create table settings_release (
  number     bigint primary key check (number > 0),
  -- JSON of `guichet-settings/1`.
  body       text not null,
  note       text not null,
  -- The release that it repeats, when it is a way back.
  repeats    bigint,
  created_by bytea,
  created_at bigint not null
);

-- What is being worked on; at most one.
create table settings_draft (
  only_row   bigint primary key check (only_row = 1),
  body       text not null,
  -- The release that it began from.
  based_on   bigint not null,
  changed_by bytea,
  changed_at bigint not null
);

-- Pictures that settings name by their hash: written anew by the portal when they came.
create table settings_asset (
  sha256     bytea primary key,
  media_type text not null,
  bytes      bytea not null,
  width      bigint not null,
  height     bigint not null,
  created_at bigint not null
);

create function refuse_release_change() returns trigger language plpgsql as
$$ begin raise exception 'releases are only added to'; end $$;
create trigger settings_release_stays before update or delete or truncate on settings_release
  for each statement execute function refuse_release_change();

do $$
declare t text;
begin
  foreach t in array array['settings_release', 'settings_draft', 'settings_asset'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    -- Every node reads them for every page; they hold nothing of anybody.
    execute format('create policy feed on %I to guichet_feed using (true) with check (true)', t);
    execute format('create policy staff on %I to guichet_staff using (true) with check (true)', t);
    execute format('grant select, insert on %I to guichet_feed, guichet_staff', t);
  end loop;
end $$;
grant update, delete on settings_draft to guichet_staff;
