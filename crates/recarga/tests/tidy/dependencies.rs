//! What we depend on, compared with `deny.toml`: the list that `cargo deny` reads as well, checked
//! here so that a fresh machine needs nothing installed for it.

use std::{collections::BTreeSet, process::Command};

use serde::Deserialize;

use crate::{licences, tree::Tree};

/// The only place that crates come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The part of `deny.toml` that is checked here.
#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
    features: Vec<FeatureBan>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
}

#[derive(Deserialize)]
struct FeatureBan {
    #[serde(rename = "crate")]
    name: String,
    deny: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    features: BTreeSet<String>,
}

/// Everything that `deny.toml` does not allow.
pub(crate) fn findings(tree: &Tree) -> Vec<String> {
    let deny: Deny = toml::from_str(&tree.get("deny.toml").text).expect("deny.toml has its lists");
    compare(&metadata(tree), &deny)
}

fn metadata(tree: &Tree) -> Metadata {
    // The crates of other platforms need not be downloaded.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--offline",
            "--filter-platform",
            &platform,
        ])
        .current_dir(&tree.root)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo prints what it documents")
}

fn compare(metadata: &Metadata, deny: &Deny) -> Vec<String> {
    let mut found = Vec::new();
    for node in &metadata.resolve.nodes {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.id == node.id)
            .expect("nodes are packages");
        let name = &package.name;
        if deny.bans.deny.iter().any(|ban| ban.name == *name) {
            found.push(format!("{name} is banned"));
        }
        for ban in deny.bans.features.iter().filter(|ban| ban.name == *name) {
            found.extend(
                node.features
                    .intersection(&ban.deny)
                    .map(|feature| format!("{name}/{feature} is banned")),
            );
        }
        let licence = package.license.as_deref().unwrap_or_default();
        if !licences::is_allowed(licence, &deny.licenses.allow) {
            found.push(format!(
                "{name} has the licence {licence:?}, which deny.toml does not allow"
            ));
        }
        if package.source.as_deref().is_some_and(|source| source != REGISTRY) {
            found.push(format!("{name} is not from crates.io"));
        }
    }
    found
}

#[test]
fn bad_samples_are_found() {
    let deny: Deny = toml::from_str(
        "[licenses]\nallow = ['MIT']\n[bans]\ndeny = [{ crate = 'openssl-sys' }]\n\
         features = [{ crate = 'serde_json', deny = ['arbitrary_precision'] }]",
    )
    .unwrap();
    let package = |name: &str, licence: &str, source: &str| Package {
        id: name.to_owned(),
        name: name.to_owned(),
        license: Some(licence.to_owned()),
        source: Some(source.to_owned()),
    };
    let packages = vec![
        package("openssl-sys", "MIT", REGISTRY),
        package("serde_json", "MIT", REGISTRY),
        package("copyleft", "GPL-3.0", REGISTRY),
        package("elsewhere", "MIT", "git+https://example.com/elsewhere"),
        package("fine", "MIT", REGISTRY),
    ];
    let node = |package: &Package| Node {
        id: package.id.clone(),
        features: ["arbitrary_precision".to_owned()].into(),
    };
    let nodes = packages.iter().map(node).collect();
    let found = compare(
        &Metadata {
            packages,
            resolve: Resolve { nodes },
        },
        &deny,
    );
    assert_eq!(found.len(), 4, "{found:?}");
}
