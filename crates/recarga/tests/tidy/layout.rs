//! Who may depend on whom: `recarga → engine → model ← suppliers ← recarga`, `engine → numbers`.

use toml::Table;

use crate::tree::Tree;

/// Our crates and what each may see of the others.
const ARROWS: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("numbers", &[]),
    ("suppliers", &["model"]),
    ("engine", &["model", "numbers"]),
    ("simulators", &[]),
    ("recarga", &["engine", "model", "numbers", "simulators", "suppliers"]),
    ("testkit", &["engine", "model", "numbers", "simulators", "suppliers"]),
];

/// Who may see what only in tests. `testkit` sees the database, so suppliers do not see it.
const ONLY_IN_TESTS: [(&str, &str); 3] = [
    ("engine", "testkit"),
    ("recarga", "testkit"),
    ("suppliers", "simulators"),
];

/// Everything that is wrong with the crates.
pub(crate) fn findings(tree: &Tree) -> Vec<String> {
    let manifests = tree.under("crates/").filter(|file| file.path.ends_with("/Cargo.toml"));
    let mut found: Vec<_> = manifests.flat_map(|file| crossings(&file.text)).collect();
    let everywhere = tree.files.iter().filter(|file| file.path.ends_with("Cargo.toml"));
    let precise = everywhere.filter(|file| precise_numbers(&file.text));
    found.extend(precise.map(|file| format!("{}: arbitrary_precision breaks tagged enums", file.path)));
    found.extend(function_limit(&tree.get("clippy.toml").text));
    found.extend(unlisted_crates(tree));
    found
}

fn crossings(manifest: &str) -> Vec<String> {
    let manifest: Table = manifest.parse().expect("a manifest is TOML");
    let name = manifest["package"]["name"].as_str().expect("a crate has a name");
    let Some((_, allowed)) = ARROWS.iter().find(|(ours, _)| *ours == name) else {
        return vec![format!("{name} is in no picture of the crates: draw it in ARROWS")];
    };
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds
        .iter()
        .filter_map(|kind| Some((*kind, manifest.get(*kind)?.as_table()?)));
    let seen = tables.flat_map(|(kind, table)| table.keys().map(move |seen| (kind, seen.as_str())));
    let ours = seen.filter(|(_, seen)| ARROWS.iter().any(|(ours, _)| ours == seen));
    let crossing = ours.filter(|(kind, seen)| {
        let test = *kind == "dev-dependencies" && ONLY_IN_TESTS.contains(&(name, seen));
        !test && !allowed.contains(seen)
    });
    crossing
        .map(|(kind, seen)| format!("{name} must not have {seen} in its {kind}"))
        .collect()
}

fn unlisted_crates(tree: &Tree) -> Vec<String> {
    let gone = ARROWS
        .iter()
        .filter(|(name, _)| tree.find(&format!("crates/{name}/Cargo.toml")).is_none());
    gone.map(|(name, _)| format!("{name} is in ARROWS but not in crates/"))
        .collect()
}

/// Whether a manifest asks for the feature that makes every JSON number of the program a map.
fn precise_numbers(manifest: &str) -> bool {
    let code = manifest.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.into_iter()
        .any(|line| line.contains("arbitrary_precision") || line.contains("arbitrary-precision"))
}

/// Functions are counted by clippy; here is only seen to it that it does.
fn function_limit(clippy: &str) -> Option<String> {
    let settings: Table = clippy.parse().expect("clippy.toml is TOML");
    let limit = settings
        .get("too-many-lines-threshold")
        .and_then(toml::Value::as_integer);
    (limit != Some(70)).then(|| "clippy.toml: too-many-lines-threshold must be 70".to_owned())
}

/// Features are united over the whole program, so a dependency could turn it on as well.
#[test]
fn json_numbers_are_plain() {
    let number = serde_json::from_str::<serde_json::Number>("1.00000000000000000000001").unwrap();
    assert_eq!(
        number.to_string(),
        "1.0",
        "arbitrary_precision is on: `cargo tree -e features -i serde_json`"
    );
}

#[test]
fn bad_samples_are_found() {
    let manifest = |name, section, seen| format!("[package]\nname = \"{name}\"\n[{section}]\n{seen}.workspace = true");
    for (name, seen) in [
        ("suppliers", "engine"),
        ("model", "numbers"),
        ("engine", "suppliers"),
        ("numbers", "model"),
    ] {
        assert_eq!(
            crossings(&manifest(name, "dependencies", seen)).len(),
            1,
            "{name} → {seen}"
        );
        assert_eq!(
            crossings(&manifest(name, "dev-dependencies", seen)).len(),
            1,
            "{name} → {seen} in tests"
        );
    }
    assert_eq!(crossings(&manifest("newcomer", "dependencies", "model")).len(), 1);
    assert_eq!(crossings(&manifest("engine", "dependencies", "testkit")).len(), 1);
    assert_eq!(
        crossings(&manifest("suppliers", "dev-dependencies", "testkit")).len(),
        1
    );
    assert_eq!(crossings(&manifest("suppliers", "dependencies", "simulators")).len(), 1);
    assert!(crossings(&manifest("suppliers", "dev-dependencies", "simulators")).is_empty());
    assert!(crossings(&manifest("engine", "dependencies", "numbers")).is_empty());
    assert!(crossings(&manifest("engine", "dev-dependencies", "testkit")).is_empty());
    assert!(precise_numbers(
        "serde_json = { version = \"1\", features = [\"arbitrary_precision\"] }"
    ));
    assert!(!precise_numbers("# never arbitrary_precision"));
    assert!(function_limit("too-many-lines-threshold = 100").is_some());
    assert!(function_limit("").is_some());
}
