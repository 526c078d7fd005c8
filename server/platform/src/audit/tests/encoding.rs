//! Two entries that differ are never alike as bytes.

use super::super::chain::{BEGINNING, Row};
use proptest::prelude::*;

/// Short texts of few letters, so that what stands side by side could be taken for something else.
fn text() -> impl Strategy<Value = String> {
    "[a\u{0}\u{1}]{0,3}"
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0_u8..3, 0..4)
}

fn row() -> impl Strategy<Value = Row> {
    let one = (0_i64..3, 0_i64..3, text(), prop::option::of(bytes()), text(), prop::option::of(text()));
    let two = (prop::option::of(bytes()), prop::option::of(bytes()), text(), prop::option::of(text()));
    let three = (prop::option::of(text()), prop::option::of(text()), bytes());
    (one, two, three).prop_map(|(one, two, three)| {
        let (seq, at, actor_kind, actor_id, action, subject_kind) = one;
        let (subject_id, customer_id, outcome, network) = two;
        let (device, detail, prev) = three;
        Row {
            seq,
            at,
            actor_kind,
            actor_id,
            action,
            subject_kind,
            subject_id,
            customer_id,
            outcome,
            network,
            device,
            detail,
            prev,
            hash: Vec::new(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn two_entries_that_differ_have_other_bytes(left in row(), right in row()) {
        prop_assert_eq!(left == right, left.encode() == right.encode());
    }

    #[test]
    fn a_boundary_that_moves_is_another_entry(words in "[ab]{2,8}", cut in 0_usize..8, other in 0_usize..8) {
        let made = |cut: usize| {
            let (action, outcome) = words.split_at(cut.min(words.len()));
            Row { action: action.to_owned(), outcome: outcome.to_owned(), ..Row::default() }
        };
        let (left, right) = (made(cut), made(other));
        prop_assert_eq!(left == right, left.encode() == right.encode());
    }
}

#[test]
fn the_bytes_stay_as_they_are_for_ever() {
    // A log that was written with one version must hold with every later one.
    let entry = super::some_entry(0);
    let row = Row::new(entry, 1, &BEGINNING);
    let hash: String = row.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "deb166ebbe5d9c53ae30f58e8288ae7bbce3d9e061885cbf2c5a2e71e2795499");
}
