//! The list in `policy` against the database: every table has a place in it, and it says what PostgreSQL's policies say.

use crate::{
    db::policy::{Act, BACK_OFFICE, Fenced},
    testing,
};
use std::{collections::BTreeSet, fmt::Write as _};

#[tokio::test]
async fn every_table_has_a_place_in_the_list() {
    const TABLES: &str = "select name from sqlite_schema where type = 'table' and name not like '\\_sqlx%' escape '\\'
        and name not like 'sqlite%'";
    let world = testing::sqlite().await;
    let there: BTreeSet<String> = world.ask::<(String,)>(TABLES).await.into_iter().map(|(name,)| name).collect();
    let listed = Fenced::ALL.into_iter().flat_map(Fenced::tables).chain(BACK_OFFICE.iter().copied());
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    assert!(missing.is_empty(), "not in server/platform/src/db/policy.rs: {missing:?}");
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "in server/platform/src/db/policy.rs, and no table: {gone:?}");
}

#[tokio::test]
async fn the_list_gives_each_role_the_acts_that_postgres_gives_it() {
    // What a policy is for and what the role was granted: an act needs both.
    const POLICIES: &str = "select p.tablename::text, r.role::text, a.act::text,
          coalesce(case when a.act = 'insert' then coalesce(p.with_check, p.qual) else p.qual end, '')
        from pg_policies p cross join lateral unnest(p.roles) as r (role)
        cross join (values ('select'), ('insert'), ('update'), ('delete')) as a (act)
        where p.schemaname = current_schema() and p.cmd in ('ALL', upper(a.act))
          and has_table_privilege(r.role, format('%I.%I', p.schemaname, p.tablename), a.act)";
    let Some(world) = testing::postgres().await else { return };
    let postgres: Vec<(String, String, String, String)> = world.ask(POLICIES).await;
    let mut wrong = String::new();
    for (fenced, role) in [
        (Fenced::Customer, "guichet_customer"),
        (Fenced::Auth, "guichet_auth"),
        (Fenced::Public, "guichet_public"),
        (Fenced::Staff, "guichet_staff"),
    ] {
        let theirs: Vec<_> = postgres.iter().filter(|policy| policy.1 == role).collect();
        for (table, _, act, rows) in &theirs {
            let known = Act::ALL.into_iter().find(|known| known.name() == act).unwrap();
            if fenced.condition(table, known).is_none() {
                let _ = writeln!(wrong, "missing for {fenced:?}: rule({table:?}, {act:?}, {rows:?}),");
            }
        }
        for table in fenced.tables() {
            for act in Act::ALL.into_iter().filter(|act| fenced.condition(table, *act).is_some()) {
                if !theirs.iter().any(|policy| policy.0 == table && policy.2 == act.name()) {
                    let _ = writeln!(wrong, "PostgreSQL does not let {fenced:?} {} {table}", act.name());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "server/platform/src/db/policy.rs and PostgreSQL differ:\n{wrong}");
}
