//! Rules about single files: lengths, names, unfinished work, floats, foreign addresses.

use crate::tree::File;

/// A reader can't hold more at once.
const LINES_MAX: usize = 400;

/// Everything that is wrong with a file.
pub(crate) fn findings(file: &File) -> Vec<String> {
    let rules = [
        too_long,
        unfinished,
        vague_names,
        floats_near_money,
        foreign_addresses,
        sleeping_tests,
    ];
    rules.into_iter().flat_map(|rule| rule(file)).collect()
}

fn too_long(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    let long = file.has_extension("rs") && lines > LINES_MAX;
    long.then(|| file.finding(lines, format_args!("more than {LINES_MAX} lines")))
        .into_iter()
        .collect()
}

/// Written in halves, so that this file does not find itself.
const UNFINISHED: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ig", "nore"),
];

fn unfinished(file: &File) -> Vec<String> {
    let code = ["rs", "sql", "js", "html", "css", "sh", "toml"]
        .iter()
        .any(|extension| file.has_extension(extension));
    let script = file.path.starts_with("scripts/") || file.path.starts_with(".ci/");
    if !code && !script {
        return Vec::new();
    }
    let found = |(line, text): (usize, &str)| {
        let word = UNFINISHED.iter().find(|word| text.contains(**word))?;
        Some(file.finding(line, format_args!("{word}: finish it or take it out")))
    };
    file.lines().filter_map(found).collect()
}

/// Words that say nothing about what stands there.
const VAGUE: [&str; 7] = ["util", "utils", "helper", "helpers", "misc", "manager", "managers"];
/// Vague only when it is the whole name.
const VAGUE_ALONE: [&str; 1] = ["common"];
const KEYWORDS: [&str; 8] = ["fn", "mod", "struct", "enum", "trait", "type", "const", "static"];

fn vague_names(file: &File) -> Vec<String> {
    if !file.has_extension("rs") {
        return Vec::new();
    }
    let parts = file.path.trim_end_matches(".rs").split('/');
    let in_path = parts
        .filter(|part| is_vague(part))
        .map(|part| file.finding(1, format_args!("{part} says nothing")));
    let in_text = file.lines().flat_map(|(line, text)| {
        let code = code_of(text);
        let names = words(code)
            .zip(words(code).skip(1))
            .filter(|(keyword, _)| KEYWORDS.contains(keyword));
        let vague = names.filter(|(_, name)| is_vague(name)).map(|(_, name)| name);
        // A lint's name is not ours.
        let lint = code.contains("clippy::");
        let abbreviated = words(code).filter(|word| !lint && word.starts_with(concat!("re", "f_")));
        let found = vague.chain(abbreviated).collect::<Vec<_>>();
        found
            .into_iter()
            .map(move |name| file.finding(line, format_args!("{name} is not a name: say what it is")))
    });
    in_path.chain(in_text).collect()
}

fn is_vague(name: &str) -> bool {
    VAGUE_ALONE.contains(&name.to_lowercase().as_str())
        || parts_of(name).iter().any(|part| VAGUE.contains(&part.as_str()))
}

/// Splits `snake_case` and `CamelCase` into small words.
fn parts_of(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter == '-' || letter.is_uppercase() {
            parts.push(String::new());
        }
        if letter.is_alphanumeric() {
            parts.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
    }
    parts
}

/// Code that moves money, where a float would lose cents.
const MONEY: [&str; 2] = ["crates/engine/src/", "crates/model/src/"];

fn floats_near_money(file: &File) -> Vec<String> {
    if !MONEY.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let floats = |(line, text): (usize, &str)| {
        let float = words(code_of(text)).find(|word| matches!(*word, "f32" | "f64"))?;
        Some(file.finding(line, format_args!("{float} near money: use Money or Decimal")))
    };
    file.lines().filter_map(floats).collect()
}

/// How a page makes a browser fetch something.
const FETCHES: [&str; 6] = ["src=", "@import", "url(", "fetch(", "import(", "from "];
const SCHEMES: [&str; 4] = ["https://", "http://", "//cdn", "wss://"];

fn foreign_addresses(file: &File) -> Vec<String> {
    let served = file.path.starts_with("crates/") && ["html", "css", "js", "svg"].iter().any(|e| file.has_extension(e));
    if !served {
        return Vec::new();
    }
    let foreign = |(line, text): (usize, &str)| {
        let link = text.contains("<link") && !text.contains("rel=\"canonical\"");
        let starts = FETCHES
            .iter()
            .filter_map(|fetch| text.find(fetch).map(|at| at + fetch.len()));
        let starts = starts.chain(text.find("href=").filter(|_| link).map(|at| at + "href=".len()));
        let address = |at: usize| text[at..].trim_start_matches(['"', '\'', '`', '(', ' ']);
        let foreign = starts
            .map(address)
            .any(|address| SCHEMES.iter().any(|scheme| address.starts_with(scheme)));
        foreign.then(|| file.finding(line, "fetches from elsewhere: serve it ourselves"))
    };
    file.lines().filter_map(foreign).collect()
}

/// Under a paused clock, sleeping takes no time: nothing is waited for in vain.
fn sleeping_tests(file: &File) -> Vec<String> {
    let paused = file.text.contains("start_paused");
    if !file.path.contains("/tests/") || !file.has_extension("rs") || paused {
        return Vec::new();
    }
    let sleeps = |(line, text): (usize, &str)| {
        let call = concat!("sle", "ep(");
        code_of(text)
            .contains(call)
            .then(|| file.finding(line, "a test sleeps: wait for what you wait for"))
    };
    file.lines().filter_map(sleeps).collect()
}

/// A line without its comment. Addresses (`https://…`) are not comments.
fn code_of(line: &str) -> &str {
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

#[test]
fn bad_samples_are_found() {
    let long = "\n".repeat(LINES_MAX + 1);
    let samples = [
        ("crates/a/src/lib.rs", long.as_str()),
        ("crates/a/src/lib.rs", concat!("// TO", "DO: write it")),
        ("scripts/test", concat!("# FIX", "ME")),
        ("crates/a/tests/a.rs", concat!("#[ig", "nore]\nfn a() {}")),
        ("crates/a/src/lib.rs", concat!("fn a() { todo", "!() }")),
        ("crates/a/src/utils.rs", ""),
        ("crates/a/src/common/mod.rs", ""),
        ("crates/a/src/lib.rs", concat!("pub struct Order", "Manager;")),
        ("crates/a/src/lib.rs", concat!("fn test_", "helper() {}")),
        ("crates/a/src/lib.rs", concat!("let re", "f_ = 1;")),
        ("crates/engine/src/ledger/mod.rs", "let price: f64 = 0.1;"),
        (
            "crates/recarga/src/console/page.html",
            "<script src=\"https://cdn.example.com/x.js\"></script>",
        ),
        (
            "crates/recarga/src/console/page.html",
            "<link rel=\"stylesheet\" href=\"https://example.com/x.css\">",
        ),
        (
            "crates/recarga/src/console/page.css",
            "@import url('http://example.com/x.css');",
        ),
        ("crates/recarga/tests/a.rs", concat!("thread::sle", "ep(a);")),
    ];
    for (path, text) in samples {
        let found = findings(&File::sample(path, text));
        assert!(!found.is_empty(), "nothing found in {path}: {}", text.trim());
    }
}

#[test]
fn good_samples_pass() {
    let samples = [
        (
            "crates/a/src/lib.rs",
            "// A float (f64) would not do. What they have in common is utility.\nfn common_prefix() {}",
        ),
        ("crates/numbers/src/lib.rs", "fn share() -> f64 { 1.0 }"),
        (
            "crates/recarga/src/console/page.html",
            "<a href=\"https://example.com\">site</a><img src=\"/x.svg\">",
        ),
    ];
    for (path, text) in samples {
        assert_eq!(findings(&File::sample(path, text)), Vec::<String>::new());
    }
}
