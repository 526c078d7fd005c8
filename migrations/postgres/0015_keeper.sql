-- The keeper, who makes backups: reads every row of every table, and changes nothing. See docs/decisions/0016-backups.md.
--
-- Row-level security is forced, so not even the owner of the tables sees everything. A later migration that makes a table
-- gives the keeper the same policy and grant; a test says when one forgets it.
do $$
declare t text;
begin
  if not exists (select from pg_roles where rolname = 'guichet_keeper') then
    begin
      create role guichet_keeper nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not pg_has_role(current_user, 'guichet_keeper', 'member') then
    grant guichet_keeper to current_user;
  end if;
  execute format('grant usage on schema %I to guichet_keeper', current_schema());
  for t in select tablename from pg_tables where schemaname = current_schema() and tablename not like '\_sqlx%' loop
    execute format('create policy keeper on %I for select to guichet_keeper using (true)', t);
    execute format('grant select on %I to guichet_keeper', t);
  end loop;
end $$;
