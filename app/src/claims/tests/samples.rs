//! Real files of every format of the family: each is taken in, and the same again changes nothing.

use super::Insurer;
use guichet_platform::on_both_databases;
use std::path::{Path, PathBuf};

const ALL: [&str; 2] = ["select count(*) from claim_part", "select count(*) from policy_part"];

/// The files of a folder and of those within it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap().flatten() {
        if item.path().is_dir() {
            found.extend(files(&item.path()));
        } else {
            found.push(item.path());
        }
    }
    found.sort();
    found
}

on_both_databases! {
    async fn every_real_file_is_taken_in_once(world: World) {
        let insurer = Insurer::new(&world).await;
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/formats/tests/samples");
        let mut taken = 0;
        for family in ["fhir-claims", "gdv", "parcel-claims"] {
            for file in files(&samples.join(family)) {
                let bytes = std::fs::read(&file).unwrap();
                if bytes.len() > 400_000 || guichet_formats::insurance::detect(&bytes).is_none() {
                    continue;
                }
                let once = insurer.inbox.import("test", &insurer.file(&bytes)).await.unwrap();
                if once.outcome.class == "reject" {
                    continue;
                }
                taken += 1;
                let before = [insurer.count(ALL[0]).await, insurer.count(ALL[1]).await];
                // The same in other bytes; a space behind a document is none of its content.
                let again = insurer.inbox.import("test", &insurer.file(&[bytes, b"\n".to_vec()].concat())).await.unwrap();
                assert_eq!(again.outcome.class, once.outcome.class, "{:?}", file);
                assert_eq!([insurer.count(ALL[0]).await, insurer.count(ALL[1]).await], before, "{:?}", file);
            }
        }
        assert!(taken >= 5, "{taken}");
        // Nobody here is named in them.
        assert!(insurer.seen(insurer.scope("1").await).await.is_empty());
    }
}
