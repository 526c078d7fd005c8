//! Real files with what is known to be true about them: where they lie, and how the reports on them are scored.
//!
//! `accept` must be accepted, `warn` imported with a warning or refused where that is right too; in both cases every figure
//! must be right. `reject` and `no_crash` must not be imported silently. Of `either`, nothing is known of the class.

use guichet_formats::Class;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is wrong with a report: with its class, and with its values.
#[derive(Default)]
pub struct Faults {
    pub class: Vec<String>,
    pub values: Vec<String>,
}

/// The files of a manifest.
pub struct Corpus {
    folder: PathBuf,
    samples: Vec<Value>,
}

impl Corpus {
    /// Our own; the manifest must have more than `least` files.
    pub fn own(manifest: &str, least: usize) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
        let samples: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(folder.join(manifest)).unwrap()).unwrap();
        assert!(samples.len() > least, "the samples are there");
        Self { folder, samples }
    }

    /// The shared ones, where they are at hand.
    pub fn shared() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
        let manifest = std::fs::read_to_string(folder.join("manifest-samples.json")).ok()?;
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        Some(Self { folder, samples: manifest["files"].as_array().unwrap().clone() })
    }

    /// Those of some standards.
    pub fn of(&self, standards: &[&str]) -> Self {
        let ours = |sample: &&Value| standards.iter().any(|standard| sample["standard"] == *standard);
        Self { folder: self.folder.clone(), samples: self.samples.iter().filter(ours).cloned().collect() }
    }

    /// Each with its bytes.
    pub fn files(&self) -> impl Iterator<Item = (&Value, Vec<u8>)> {
        self.samples.iter().map(|sample| {
            let path = sample["path"].as_str().unwrap();
            (sample, std::fs::read(self.folder.join(path.strip_prefix("samples/").unwrap_or(path))).unwrap())
        })
    }

    /// Scores all, prints what is wrong, and fails when anything is.
    pub fn score(&self, name: &str, score: impl Fn(&Value, &[u8]) -> Faults) {
        let (mut class, mut values) = (self.samples.len(), self.samples.len());
        for (sample, bytes) in self.files() {
            let faults = score(sample, &bytes);
            class -= usize::from(!faults.class.is_empty());
            values -= usize::from(!faults.values.is_empty());
            faults.class.iter().chain(faults.values.iter().take(5)).for_each(|fault| {
                eprintln!("{}: {fault}", sample["path"]);
            });
        }
        let count = self.samples.len();
        eprintln!("{name}: class {class} of {count}, values {values} of {count}");
        assert_eq!((class, values), (count, count), "{name}");
    }
}

/// The fault of a class; none when it fits. `told` says how it came about.
pub fn class_fault(sample: &Value, class: Class, kept_aside: u64, told: &str) -> Vec<String> {
    let expect = sample["expect"].as_str().unwrap();
    let fits = match expect {
        "accept" => class == Class::Accept,
        "warn" => class == Class::Warn || (class == Class::Reject && sample["strict_reject_ok"] == true),
        "reject" => class == Class::Reject || (sample["partial_ok"] == true && kept_aside > 0),
        _ => true,
    };
    if fits { Vec::new() } else { vec![format!("{} instead of {expect}: {told}", class.as_str())] }
}
