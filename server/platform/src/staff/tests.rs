//! What the institution's people may do, and what nobody may.

use super::{roles::Change, *};
use crate::{
    db::DbError,
    identity::{Browser, Identity, Profile, Proven, SignIn, StepKind},
    on, on_both_databases,
    scope::{AUTH, Grant, Right, Scope as _, operator},
    session::{Session, SessionToken},
    testing::World,
};
use futures::FutureExt as _;

async fn write(world: &World, sql: &'static str) {
    let done = world.db.write(&AUTH, move |tx| {
        async move { on!(tx, c => sqlx::query(sql).execute(&mut **c).await.map(|_| ())).map_err(DbError::from) }.boxed()
    });
    done.await.unwrap();
}

/// Somebody of the institution, signed in with a passkey.
async fn signed_in(identity: &Identity, role: &str, name: &str) -> (SessionToken, String) {
    let person = NewPerson { name: name.to_owned(), role: role.to_owned(), title: String::new() };
    let invitation = identity.invite_first(&operator(), person).await.unwrap().unwrap();
    let email = format!("{}@bank.example", name.to_lowercase());
    identity.sign_up(&invitation.number, &email, "a password for the tests alone").await.unwrap();
    identity.plant_passkey(&invitation.number, name).await.unwrap();
    let token = identity.sessions.begin_unproved(&invitation.number).await.unwrap().unwrap();
    (token, invitation.number)
}

async fn session(identity: &Identity, token: &SessionToken) -> Option<Session> {
    identity.sessions.resolve(token).await.unwrap()
}

async fn sure<R: Right>(identity: &Identity, token: &SessionToken) -> Proven<R> {
    grant(identity, token).await.unwrap().proven()
}

async fn grant<R: Right>(identity: &Identity, token: &SessionToken) -> Option<Grant<R>> {
    session(identity, token).await?.staff?.grant()
}

on_both_databases! {
    async fn a_role_gives_its_rights_and_no_other(world: World) {
        let identity = world.identity(Profile::Parcel);
        let (admin, _) = signed_in(&identity, "administrator", "Priya").await;
        let (agent, _) = signed_in(&identity, "agent", "Salim").await;
        assert!(grant::<can::Staff>(&identity, &admin).await.is_some());
        assert!(grant::<can::Customers>(&identity, &admin).await.is_none(), "administrators see no customers");
        assert!(grant::<can::Customers>(&identity, &agent).await.is_some());
        assert!(grant::<can::Access>(&identity, &agent).await.is_none());
        // A right that is taken away is gone at the next request.
        write(&world, "update role set capabilities = '' where id = 'agent'").await;
        assert!(grant::<can::Customers>(&identity, &agent).await.is_none());
    }

    async fn the_institutions_people_need_two_factors_whatever_the_customers_need(world: World) {
        let identity = world.identity(Profile::Parcel);
        let person = NewPerson { name: "Priya".to_owned(), role: "administrator".to_owned(), title: String::new() };
        let invitation = identity.invite_first(&operator(), person).await.unwrap().unwrap();
        identity.sign_up(&invitation.number, "p@bank.example", "a password for the tests alone").await.unwrap();
        let password = || "a password for the tests alone".to_owned();
        let outcome = identity.sign_in("p@bank.example", password(), "", Browser::default()).await.unwrap();
        assert!(matches!(outcome, SignIn::Step(StepKind::Protect, _)), "{outcome:?}");
        // And they are out after a quarter of an hour without a hand, where a customer has an hour.
        let (token, _) = signed_in(&identity, "agent", "Salim").await;
        world.clock.advance_seconds(901);
        assert!(session(&identity, &token).await.is_none());
    }

    async fn a_change_of_rights_takes_a_second_person_where_there_is_one(world: World) {
        let identity = world.identity(Profile::Insurer);
        let (first, first_number) = signed_in(&identity, "administrator", "Priya").await;
        let (_, agent) = signed_in(&identity, "agent", "Salim").await;
        let one: Proven<can::Staff> = sure(&identity, &first).await;
        // Alone, it holds at once; but nobody shuts the last door behind themselves.
        assert_eq!(identity.change_role(&one, &agent, "lead").await.unwrap(), Change::Done);
        assert_eq!(identity.change_role(&one, &first_number, "agent").await.unwrap(), Change::Refused);
        let nothing = Capabilities::default();
        assert_eq!(identity.change_capabilities(&one, "administrator", nothing).await.unwrap(), Change::Refused);
        assert_eq!(identity.change_role(&one, &agent, "emperor").await.unwrap(), Change::Refused);
        assert!(grant::<can::Staff>(&identity, &first).await.is_some(), "what was refused has changed nothing");

        let (second, _) = signed_in(&identity, "administrator", "Nadia").await;
        let two: Proven<can::Staff> = sure(&identity, &second).await;
        assert_eq!(identity.change_role(&one, &agent, "agent").await.unwrap(), Change::Proposed);
        let scope = *one;
        let read = async || {
            let read = world.db.read(&scope, move |tx| async move { list_proposals(tx, &scope).await }.boxed());
            read.await.unwrap()
        };
        let open = read().await;
        assert_eq!((open.len(), open[0].subject.as_str(), open[0].by_name.as_str()), (1, "Salim", "Priya"));
        assert_eq!(identity.decide(&one, open[0].id, true).await.unwrap().0, Change::Refused, "not one's own");
        assert_eq!(identity.decide(&two, open[0].id, true).await.unwrap().0, Change::Done);
        assert_eq!(identity.decide(&two, open[0].id, false).await.unwrap().0, Change::Refused, "once");
        assert!(read().await.is_empty());
    }

    async fn whoever_is_shut_out_is_out_at_once(world: World) {
        let identity = world.identity(Profile::Insurer);
        let (admin, _) = signed_in(&identity, "administrator", "Priya").await;
        let (agent, _) = signed_in(&identity, "lead", "Salim").await;
        let one: Proven<can::Staff> = sure(&identity, &admin).await;
        let other = session(&identity, &agent).await.unwrap().staff.unwrap().who();
        let shut = async |grant: &Proven<can::Staff>, who| identity.switch_person(grant, who, false).await.unwrap();
        assert_eq!(shut(&one, one.who()).await, Change::Refused, "nobody shuts themselves out");
        assert_eq!(shut(&one, other).await, Change::Done);
        assert!(session(&identity, &agent).await.is_none());
    }

    async fn nobody_lets_a_second_person_in_by_themselves_nor_gets_the_code_of_a_colleague(world: World) {
        let identity = world.identity(Profile::Insurer);
        let (first, _) = signed_in(&identity, "administrator", "Priya").await;
        let (second, _) = signed_in(&identity, "administrator", "Nadia").await;
        let one: Proven<can::Staff> = sure(&identity, &first).await;
        let two: Proven<can::Staff> = sure(&identity, &second).await;
        let scope = *one;
        let read = async || {
            let read = world.db.read(&scope, move |tx| async move { list_proposals(tx, &scope).await }.boxed());
            read.await.unwrap()
        };
        // Somebody who was made up has a code that opens nothing.
        let person = NewPerson { name: "Nobody".to_owned(), role: "lead".to_owned(), title: String::new() };
        let made = identity.invite_person(&one, person).await.unwrap().unwrap();
        let begun = identity.begin_activation(&made.number, &made.activation.code, Browser::default()).await.unwrap();
        assert!(begun.is_err(), "not before a second person has agreed");
        let open = read().await;
        assert_eq!((open.len(), open[0].kind, open[0].subject.as_str()), (1, ProposalKind::Entry, "Nobody"));
        assert_eq!(identity.decide(&one, open[0].id, true).await.unwrap().0, Change::Refused);
        assert_eq!(identity.decide(&two, open[0].id, true).await.unwrap().0, Change::Done);
        let begun = identity.begin_activation(&made.number, &made.activation.code, Browser::default()).await.unwrap();
        assert!(begun.is_ok());
        // A colleague's new code is not for whoever asked for it.
        let (change, code) = identity.invite_person_again(&one, two.who()).await.unwrap();
        assert!(change == Change::Proposed && code.is_none());
        let open = read().await;
        assert_eq!(open[0].kind, ProposalKind::Code);
        let (change, code) = identity.decide(&two, open[0].id, true).await.unwrap();
        assert!(change == Change::Done && code.is_some_and(|code| code.number.starts_with("S-")));
    }

    async fn who_has_shut_the_other_out_decides_nothing_alone_and_the_last_one_stays(world: World) {
        let identity = world.identity(Profile::Insurer);
        let (first, _) = signed_in(&identity, "administrator", "Priya").await;
        let (second, _) = signed_in(&identity, "administrator", "Nadia").await;
        let (_, agent) = signed_in(&identity, "agent", "Salim").await;
        let one: Proven<can::Staff> = sure(&identity, &first).await;
        let two: Proven<can::Staff> = sure(&identity, &second).await;
        assert_eq!(identity.switch_person(&one, two.who(), false).await.unwrap(), Change::Done);
        // What was begun by somebody who is out by now does not happen.
        assert_eq!(identity.switch_person(&two, one.who(), false).await.unwrap(), Change::Refused);
        assert_eq!(identity.change_role(&one, &agent, "lead").await.unwrap(), Change::Proposed);
        world.clock.advance_seconds(31 * 86_400);
        assert_eq!(identity.change_role(&one, &agent, "lead").await.unwrap(), Change::Done, "a month later they are alone");
    }

    async fn a_look_ends_with_the_right_to_it_and_signing_out_of_one_ends_the_session(world: World) {
        let identity = world.identity(Profile::Insurer);
        let customer = crate::testing::customer(&world).await.customer();
        let (admin, _) = signed_in(&identity, "administrator", "Priya").await;
        let (agent, number) = signed_in(&identity, "agent", "Salim").await;
        let staff: Proven<can::Staff> = sure(&identity, &admin).await;
        let looks: Grant<can::Customers> = grant(&identity, &agent).await.unwrap();
        let id = session(&identity, &agent).await.unwrap().id;
        identity.begin_support(&looks, id, customer, "complaint RQ-88213").await.unwrap().unwrap();
        assert!(session(&identity, &agent).await.unwrap().support.is_some());
        assert_eq!(identity.change_role(&staff, &number, "operator").await.unwrap(), Change::Done);
        let after = session(&identity, &agent).await.unwrap();
        assert!(after.support.is_none() && after.scope.customer() == after.who());
        assert_eq!(identity.change_role(&staff, &number, "agent").await.unwrap(), Change::Done);
        let again = session(&identity, &agent).await.unwrap();
        assert!(again.support.is_some(), "it was never ended");
        identity.end_support(&again).await.unwrap();
        assert!(identity.sessions.leave(&again).await.unwrap());
        assert!(session(&identity, &agent).await.is_none());
    }

    async fn a_disabled_customer_is_out_and_comes_in_no_more(world: World) {
        let identity = world.identity(Profile::Insurer);
        let customer = crate::testing::customer(&world).await.customer();
        identity.sign_up("1", "1@mail.example", "a password for the tests alone").await.unwrap();
        let token = identity.sessions.begin_unproved("1").await.unwrap().unwrap();
        let (lead, _) = signed_in(&identity, "lead", "Nadia").await;
        let access: Proven<can::Access> = sure(&identity, &lead).await;
        assert!(session(&identity, &token).await.is_some());
        assert!(identity.switch_customer(&access, customer, false).await.unwrap());
        assert!(session(&identity, &token).await.is_none());
        let password = || "a password for the tests alone".to_owned();
        let outcome = identity.sign_in("1@mail.example", password(), "", Browser::default()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "{outcome:?}");
        assert!(identity.switch_customer(&access, customer, true).await.unwrap());
        let outcome = identity.sign_in("1@mail.example", password(), "", Browser::default()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)), "{outcome:?}");
        // The institution's own people are not customers.
        let staff = sign_in_of(access.who());
        assert!(!identity.switch_customer(&access, staff, false).await.unwrap());
        assert!(identity.invite_customer(&access, staff).await.unwrap().is_none());
    }

    async fn a_look_in_a_customers_place_has_a_reason_and_an_end_and_changes_nothing(world: World) {
        let identity = world.identity(Profile::Insurer);
        let customer = crate::testing::customer(&world).await.customer();
        let (agent, _) = signed_in(&identity, "agent", "Salim").await;
        let looks: Grant<can::Customers> = grant(&identity, &agent).await.unwrap();
        let before = session(&identity, &agent).await.unwrap();
        for reason in ["", "short", &"x".repeat(400)] {
            assert!(identity.begin_support(&looks, before.id, customer, reason).await.unwrap().is_none(), "{reason}");
        }
        let own = sign_in_of(looks.who());
        assert!(identity.begin_support(&looks, before.id, own, "to look at myself").await.unwrap().is_none());
        identity.begin_support(&looks, before.id, customer, "complaint RQ-88213").await.unwrap().unwrap();
        let session_now = session(&identity, &agent).await.unwrap();
        assert_eq!((session_now.scope.customer(), session_now.name.as_str()), (customer, "A"));
        assert_eq!(session_now.who(), own);
        assert!(!session_now.scope.may_write());
        let wrote: Result<(), DbError> =
            world.db.write(&session_now.scope, |_| async { Ok(()) }.boxed()).await;
        assert!(matches!(wrote, Err(DbError::LooksOnly)));
        // The customer sees who, when and why.
        let scope = session_now.scope;
        let seen = world.db.read(&scope, move |tx| async move { list_support(tx, &scope).await }.boxed()).await;
        let seen: Vec<SupportRow> = seen.unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].reason, "complaint RQ-88213");
        world.clock.advance_seconds(SUPPORT_MINUTES * 60 - 20);
        identity.sessions.human(&session_now).await.unwrap();
        world.clock.advance_seconds(30);
        let after = session(&identity, &agent).await.unwrap();
        assert!(after.support.is_none() && after.scope.customer() == own, "it is over by itself");
    }

    async fn customers_are_found_by_name_number_and_address_and_staff_never(world: World) {
        let identity = world.identity(Profile::Insurer);
        crate::testing::customer(&world).await;
        identity.sign_up("1", "ines_m@mail.example", "a password for the tests alone").await.unwrap();
        let (agent, number) = signed_in(&identity, "agent", "Salim").await;
        let looks: Grant<can::Customers> = grant(&identity, &agent).await.unwrap();
        let find = async |text: &str| {
            find_customers(&world.db, &looks, text, CustomerFilter::All, (0, 20)).await.unwrap().rows.len()
        };
        assert_eq!(find("").await, 1);
        assert_eq!(find("INES_M").await, 1);
        assert_eq!(find("inesxm").await, 0, "what stands for something in a pattern stands for itself");
        assert_eq!(find("%").await, 0);
        assert_eq!(find(&number).await, 0);
        assert_eq!(find("salim").await, 0);
    }

    async fn staff_read_nothing_of_what_customers_hold(world: World) {
        let identity = world.identity(Profile::Insurer);
        let (admin, _) = signed_in(&identity, "administrator", "Priya").await;
        let scope = session(&identity, &admin).await.unwrap().staff.unwrap();
        for sql in [
            "select count(*) from account", "select count(*) from entry", "select count(*) from claim",
            "select count(*) from shipment", "select count(*) from holding", "select count(*) from credential",
            "select count(*) from session", "select count(*) from mail", "select count(*) from claim_upload",
        ] {
            let read: Result<(i64,), DbError> = world.db.read(&scope, move |tx| {
                async move { on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
            }).await;
            assert!(read.is_err(), "{sql}");
        }
    }
}
