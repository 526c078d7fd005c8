//! The inventory of everything that the program is made of (CycloneDX 1.5, JSON): each library with its version, licence, origin
//! and hash, and what depends on what; and apart from these what only builds and tests it with Node. From
//! `cargo metadata` and the lock files alone, so that the same checkout gives the same bytes.

use crate::{
    project::{self, Project, cargo},
    report::say,
};
use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// The lock files of what is written for Node.
const NODE_LOCKS: [&str; 3] =
    ["end2end/package-lock.json", "scripts/tools/package-lock.json", "scripts/lighthouse/package-lock.json"];

/// Writes the inventory, by default beside the build's other products.
pub fn write(project: &Project, out: Option<PathBuf>) -> Result<()> {
    let metadata = project::output(Command::new(cargo()).current_dir(&project.root).args([
        "metadata",
        "--format-version=1",
        "--locked",
        "--all-features",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata printed no JSON")?;
    let lock = text(&project.root.join("Cargo.lock"))?;
    let nodes = NODE_LOCKS.iter().map(|name| text(&project.root.join(name))).collect::<Result<Vec<_>>>()?;
    let inventory = inventory(&metadata, &checksums(&lock), &nodes)?;
    let count = inventory["components"].as_array().map_or(0, Vec::len);
    let path = out.unwrap_or_else(|| project.target.join("guichet.cdx.json"));
    let mut bytes = serde_json::to_vec_pretty(&inventory).context("the inventory cannot be written as JSON")?;
    bytes.push(b'\n');
    project::write(&path, &bytes)?;
    say(&format!("  {count} components in {}", path.display()));
    Ok(())
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(project::read(path)?).with_context(|| format!("{} is not text", path.display()))
}

/// The SHA-256 of each package that comes from a registry, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let start = format!("{name} = \"");
            package.lines().find_map(|line| Some(line.strip_prefix(&start)?.strip_suffix('"')?.to_owned()))
        };
        if let (Some(name), Some(version), Some(sum)) = (field("name"), field("version"), field("checksum")) {
            found.insert((name, version), sum);
        }
    }
    found
}

fn inventory(metadata: &Value, checksums: &BTreeMap<(String, String), String>, nodes: &[String]) -> Result<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let own: BTreeSet<String> = list(&metadata["workspace_members"]).iter().map(word).collect();
    let (mut components, mut names, mut main) = (Vec::new(), BTreeMap::new(), None);
    for package in list(&metadata["packages"]) {
        let (id, name, version) = (word(&package["id"]), word(&package["name"]), word(&package["version"]));
        let reference = format!("pkg:cargo/{name}@{version}");
        names.insert(id.clone(), reference.clone());
        let mut component = json!({
            "type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
            "scope": "required",
        });
        if let Some(licence) = package["license"].as_str() {
            // An older way to write "or".
            component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
        }
        if let Some(sum) = checksums.get(&(name.clone(), version.clone())) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        } else if !own.contains(&id) {
            bail!("{name} {version} has no hash in Cargo.lock: it comes from no registry");
        }
        if let Some(address) = package["repository"].as_str() {
            component["externalReferences"] = json!([{ "type": "vcs", "url": address }]);
        }
        if name == "guichet" {
            component["type"] = "application".into();
            main = Some(component);
        } else {
            components.push(component);
        }
    }
    for lock in nodes {
        components.extend(node_components(lock)?);
    }
    let dependencies = list(&metadata["resolve"]["nodes"]).into_iter().filter_map(|node| {
        let on: BTreeSet<&String> =
            node["dependencies"].as_array()?.iter().filter_map(|id| names.get(id.as_str()?)).collect();
        Some(json!({ "ref": names.get(node["id"].as_str()?)?, "dependsOn": on }))
    });
    let mut dependencies: Vec<Value> = dependencies.collect();
    for list in [&mut components, &mut dependencies] {
        list.sort_by_key(|value| format!("{}{}", value["bom-ref"], value["ref"]));
        list.dedup();
    }
    let main = main.context("the workspace has no package guichet")?;
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": main },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// The packages of a lock file of Node. None of them is in the program.
fn node_components(lock: &str) -> Result<Vec<Value>> {
    let lock: Value = serde_json::from_str(lock).context("a package-lock.json is no JSON")?;
    let packages = lock["packages"].as_object().context("a package-lock.json has no packages")?;
    let mut components = Vec::new();
    for (path, package) in packages {
        // The first is the folder's own; a name may be deep in another package's folder.
        let Some((_, name)) = path.rsplit_once("node_modules/") else { continue };
        let version = package["version"].as_str().with_context(|| format!("{name} has no version"))?;
        let integrity = package["integrity"].as_str().and_then(|text| text.strip_prefix("sha512-"));
        let hash = STANDARD.decode(integrity.with_context(|| format!("{name} has no hash"))?)?;
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let reference = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        let mut component = json!({
            "type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
            "scope": "excluded", "hashes": [{ "alg": "SHA-512", "content": hash }],
        });
        if let Some(licence) = package["license"].as_str() {
            component["licenses"] = json!([{ "expression": licence }]);
        }
        components.push(component);
    }
    Ok(components)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"argon2\"\nversion = \"0.5.3\"\nsource = \"registry\"\nchecksum = \"abcd\"\n\
                        \n[[package]]\nname = \"guichet\"\nversion = \"0.1.0\"\n";
    const NODE: &str = r#"{"packages": {"": {"name": "x"}, "node_modules/@a/b": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-AAEC"}}}"#;

    fn metadata() -> Value {
        json!({
            "workspace_members": ["own"],
            "packages": [
                { "id": "own", "name": "guichet", "version": "0.1.0", "license": "MIT OR Apache-2.0" },
                { "id": "a", "name": "argon2", "version": "0.5.3", "license": "MIT/Apache-2.0", "repository": "https://x.example" },
            ],
            "resolve": { "nodes": [{ "id": "own", "dependencies": ["a"] }, { "id": "a", "dependencies": [] }] },
        })
    }

    #[test]
    fn every_package_has_its_version_licence_and_hash() {
        let made = inventory(&metadata(), &checksums(LOCK), &[NODE.to_owned()]).unwrap();
        assert_eq!((made["bomFormat"].as_str(), made["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
        assert_eq!(made["metadata"]["component"]["bom-ref"], "pkg:cargo/guichet@0.1.0");
        let components = made["components"].as_array().unwrap();
        assert_eq!(components.len(), 2);
        assert_eq!(components[0]["purl"], "pkg:cargo/argon2@0.5.3");
        assert_eq!(components[0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(components[0]["hashes"][0], json!({ "alg": "SHA-256", "content": "abcd" }));
        assert_eq!(components[1]["purl"], "pkg:npm/%40a/b@1.0.0");
        assert_eq!(
            (&components[1]["scope"], &components[1]["hashes"][0]["content"]),
            (&json!("excluded"), &json!("000102"))
        );
        assert_eq!(
            made["dependencies"][1],
            json!({ "ref": "pkg:cargo/guichet@0.1.0", "dependsOn": ["pkg:cargo/argon2@0.5.3"] })
        );
        assert_eq!(made, inventory(&metadata(), &checksums(LOCK), &[NODE.to_owned()]).unwrap());
    }

    #[test]
    fn what_comes_from_no_registry_is_told() {
        let error = inventory(&metadata(), &BTreeMap::new(), &[]).unwrap_err().to_string();
        assert!(error.contains("argon2 0.5.3"), "{error}");
    }
}
