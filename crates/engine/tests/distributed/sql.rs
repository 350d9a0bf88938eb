//! SQL as a list of words.

/// Divides SQL into words, signs, quoted texts and placeholders; comments are left out.
pub(crate) fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = without_comments(sql);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            '{' => rest.find('}').map_or(rest.len(), |end| end + 1),
            _ if is_of_word(first) => rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let word: String = rest.drain(..length).collect();
        if !word.trim().is_empty() {
            words.push(word);
        }
    }
    words
}

/// A column may have its table before it; `?1` is a word.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || "_.?".contains(letter)
}

/// What SQLite alone understands is a comment for every other database.
fn without_comments(sql: &str) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let line = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The column that a word names, without its table.
pub(crate) fn column(word: &str) -> &str {
    word.rsplit('.').next().unwrap_or(word)
}

/// Divides what stands between parentheses at the commas that are not within further ones.
pub(crate) fn parts(words: &[String]) -> Vec<Vec<String>> {
    let (mut parts, mut depth) = (vec![Vec::new()], 0_u32);
    for word in words {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if word == "," && depth == 0 {
            parts.push(Vec::new());
        } else {
            parts.last_mut().expect("never empty").push(word.clone());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns what stands within the parentheses that open first, and what stands behind them.
pub(crate) fn parenthesised(words: &[String]) -> (&[String], &[String]) {
    let Some(opens) = words.iter().position(|word| word == "(") else {
        return (&[], words);
    };
    let mut depth = 0_u32;
    for (place, word) in words.iter().enumerate().skip(opens) {
        match word.as_str() {
            "(" => depth += 1,
            ")" if depth == 1 => return (&words[opens + 1..place], &words[place + 1..]),
            ")" => depth -= 1,
            _ => {}
        }
    }
    (&words[opens + 1..], &[])
}

/// What one database has and another has not, or what is another moment or chance on each machine.
const FOREIGN: [(&str, &str); 30] = [
    ("SERIAL", "ids are made by the program"),
    ("BIGSERIAL", "ids are made by the program"),
    ("SMALLSERIAL", "ids are made by the program"),
    ("IDENTITY", "ids are made by the program"),
    ("AUTOINCREMENT", "ids are made by the program"),
    ("AUTO_INCREMENT", "ids are made by the program"),
    ("SEQUENCE", "ids are made by the program"),
    ("NEXTVAL", "ids are made by the program"),
    ("FOREIGN", "rows of other machines can't be looked at on every write"),
    ("REFERENCES", "rows of other machines can't be looked at on every write"),
    ("TRIGGER", "what happens stands in the program"),
    ("FUNCTION", "what happens stands in the program"),
    ("PROCEDURE", "what happens stands in the program"),
    ("EXTENSION", "nothing may have to be installed"),
    ("NOW", "time comes in as an argument"),
    ("CURRENT_TIMESTAMP", "time comes in as an argument"),
    ("CURRENT_DATE", "time comes in as an argument"),
    ("CURRENT_TIME", "time comes in as an argument"),
    ("DATETIME", "time comes in as an argument"),
    ("STRFTIME", "time comes in as an argument"),
    ("RANDOM", "chance comes in as an argument"),
    ("GEN_RANDOM_UUID", "ids are made by the program"),
    ("LIKE", "blind to case on SQLite only"),
    ("ILIKE", "PostgreSQL only"),
    ("GLOB", "SQLite only"),
    ("REGEXP", "SQLite only"),
    ("IFNULL", "SQLite only: write COALESCE"),
    ("ROWID", "SQLite only"),
    ("REPLACE", "SQLite only: write ON CONFLICT"),
    ("AVG", "a fraction: add up and count"),
];

/// Names what is in a text and should not be: keywords in capitals and functions. Other texts may
/// have the same words for people.
pub(crate) fn foreign(words: &[String]) -> impl Iterator<Item = String> {
    words.iter().enumerate().filter_map(|(place, word)| {
        let upper = word.to_uppercase();
        let called = words.get(place + 1).is_some_and(|next| next == "(");
        let (_, why) = FOREIGN
            .iter()
            .find(|(foreign, _)| *foreign == upper && (called || *word == upper))?;
        Some(format!("{upper}: {why}"))
    })
}

#[test]
fn sql_is_divided_into_words() {
    let sql = "SELECT d.id, 'it''s' -- why\nFROM t/*sqlite WITHOUT ROWID*/ d WHERE {x}=?1";
    let expected = [
        "SELECT", "d.id", ",", "'it'", "'s'", "FROM", "t", "d", "WHERE", "{x}", "=", "?1",
    ];
    assert_eq!(words(sql), expected);
    let words = words("CHECK (a IN (1, 2)), b");
    let (inside, after) = parenthesised(&words);
    assert_eq!((inside.len(), after.len()), (7, 2));
    assert_eq!(parts(&words).len(), 2);
}
