//! Rust as far as it is needed to find SQL in it: texts, and the constants that statements over
//! sets are made of.

use crate::sql;

/// A file of the engine.
pub(crate) struct Source {
    /// Its path below `src`.
    pub(crate) path: String,
    /// Every text between quotation marks.
    pub(crate) texts: Vec<Text>,
    /// Every `Select`, `Insert` and `Update`.
    pub(crate) constants: Vec<Constant>,
}

/// A text between quotation marks.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A statement over a set of rows.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) line: usize,
    /// `Select`, `Insert` or `Update`.
    pub(crate) kind: String,
    pub(crate) table: String,
    /// The columns by which rows are found, or that are inserted, with `text` or `int`.
    pub(crate) keys: Vec<(String, String)>,
    /// The columns that are set.
    pub(crate) sets: Vec<(String, String)>,
    /// The condition, or what follows on a conflict.
    pub(crate) rest: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// Statements begin with one of these.
const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
const CONSTANTS: [&str; 3] = ["Select", "Insert", "Update"];
/// What comes behind it is no part of the program.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

impl Source {
    pub(crate) fn read(path: &str, code: &str) -> Self {
        let tokens = tokens(code.split(TESTS).next().unwrap_or_default());
        let text = |(line, token): &(usize, Token)| match token {
            Token::Text(text) => Some(Text {
                line: *line,
                text: text.clone(),
            }),
            Token::Word(_) | Token::Sign(_) => None,
        };
        Self {
            path: path.to_owned(),
            texts: tokens.iter().filter_map(text).collect(),
            constants: constants(&tokens),
        }
    }

    /// The texts that are whole statements.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(|text| {
            let words = sql::words(&text.text);
            words.len() > 2 && VERBS.contains(&words[0].as_str())
        })
    }
}

/// Divides code into words, texts and signs, each with its line from 1.
fn tokens(code: &str) -> Vec<(usize, Token)> {
    let letters: Vec<char> = code.chars().collect();
    let (mut tokens, mut place, mut line) = (Vec::new(), 0, 1);
    while place < letters.len() {
        let (token, length) = token(&letters[place..]);
        tokens.extend(token.map(|token| (line, token)));
        line += letters[place..place + length]
            .iter()
            .filter(|letter| **letter == '\n')
            .count();
        place += length;
    }
    tokens
}

/// Reads what comes first, and says how long it is.
fn token(letters: &[char]) -> (Option<Token>, usize) {
    let until = |what: &[char]| {
        let found = letters.windows(what.len()).position(|window| window == what);
        found.map_or(letters.len(), |at| at + what.len())
    };
    match letters {
        ['/', '/', ..] => (None, until(&['\n'])),
        ['/', '*', ..] => (None, until(&['*', '/'])),
        ['"', ..] => text(letters),
        ['r', '#', '"', ..] => {
            let length = until(&['"', '#']);
            (Some(Token::Text(letters[3..length - 2].iter().collect())), length)
        }
        // A letter in quotes, and not a lifetime.
        ['\'', '\\', ..] => (
            None,
            3 + letters[3..].iter().position(|letter| *letter == '\'').unwrap_or(0),
        ),
        ['\'', _, '\'', ..] => (None, 3),
        [letter, ..] if is_of_name(*letter) => {
            let length = letters.iter().take_while(|letter| is_of_name(**letter)).count();
            (Some(Token::Word(letters[..length].iter().collect())), length)
        }
        [letter, ..] if letter.is_whitespace() => (None, 1),
        [sign, ..] => (Some(Token::Sign(*sign)), 1),
        [] => (None, 0),
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn text(letters: &[char]) -> (Option<Token>, usize) {
    let (mut text, mut place) = (String::new(), 1);
    while place < letters.len() && letters[place] != '"' {
        if letters[place] == '\\' {
            place += 1;
            // A line that goes on loses the white space at its beginning.
            if letters[place] == '\n' {
                place += letters[place..]
                    .iter()
                    .take_while(|letter| letter.is_whitespace())
                    .count();
                continue;
            }
        }
        text.push(letters[place]);
        place += 1;
    }
    (Some(Token::Text(text)), place + 1)
}

fn constants(tokens: &[(usize, Token)]) -> Vec<Constant> {
    let begins = |window: &[(usize, Token)]| match window {
        [(_, Token::Word(kind)), (_, Token::Sign('{'))] => CONSTANTS.contains(&kind.as_str()),
        _ => false,
    };
    let places = tokens.windows(2).enumerate().filter(|(_, window)| begins(window));
    places.map(|(place, _)| constant(&tokens[place..])).collect()
}

fn constant(tokens: &[(usize, Token)]) -> Constant {
    let mut depth = 0_u32;
    let ends = tokens.iter().position(|(_, token)| {
        match token {
            Token::Sign('{') => depth += 1,
            Token::Sign('}') => depth -= 1,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) => return false,
        }
        depth == 0
    });
    let (line, Token::Word(kind)) = &tokens[0] else {
        unreachable!("a constant begins with its kind")
    };
    let body: Vec<_> = tokens[2..ends.unwrap_or(tokens.len())]
        .iter()
        .map(|(_, token)| token)
        .collect();
    let written = |name| match field(&body, name).first() {
        Some(Token::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let keys = if kind == "Insert" { "columns" } else { "keys" };
    Constant {
        line: *line,
        kind: kind.clone(),
        table: written("table"),
        keys: columns(field(&body, keys)),
        sets: columns(field(&body, "sets")),
        rest: written(if kind == "Insert" { "conflict" } else { "condition" }),
    }
}

/// What stands behind `name:`, to the end of the constant.
fn field<'a>(body: &'a [&'a Token], name: &str) -> &'a [&'a Token] {
    let named = |pair: &[&Token]| *pair[0] == Token::Word(name.to_owned()) && *pair[1] == Token::Sign(':');
    let place = body.windows(2).position(named);
    place.map_or(&[], |place| &body[place + 2..])
}

/// Reads `&[text("account_id"), int("number").from()]`.
fn columns(tokens: &[&Token]) -> Vec<(String, String)> {
    let end = tokens.iter().position(|token| **token == Token::Sign(']'));
    let list = &tokens[..end.unwrap_or(0)];
    let column = |window: &[&Token]| match window {
        [Token::Word(kind), Token::Sign('('), Token::Text(name)] => Some((name.clone(), kind.clone())),
        _ => None,
    };
    list.windows(3).filter_map(column).collect()
}

#[test]
fn sql_is_found_in_code() {
    let code = r#"
        // "SELECT 1 FROM comments"
        fn find<'a>(quote: char) -> bool { quote == '"' || quote == '\'' }
        const ALL: &str = "SELECT a, \
            b FROM t";
        const STAND: Update = Update {
            table: "t",
            keys: &[text("account_id"), int("number").from()],
            sets: &[int("b")],
            condition: "AND a = 1",
        };
        let name = "Select an account";
        #[cfg(test)]
mod tests { const NOT: &str = "SELECT 2 FROM tests"; }"#;
    let source = Source::read("t.rs", &code.replace("        #[cfg", "#[cfg"));
    let statements: Vec<_> = source
        .statements()
        .map(|text| (text.line, text.text.as_str()))
        .collect();
    assert_eq!(statements, [(4, "SELECT a, b FROM t")]);
    let [stand] = source.constants.as_slice() else {
        panic!("{:?}", source.constants)
    };
    let names = |columns: &[(String, String)]| columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (stand.line, stand.kind.as_str(), stand.table.as_str()),
        (6, "Update", "t")
    );
    assert_eq!(names(&stand.keys), ["account_id", "number"]);
    assert_eq!(
        (names(&stand.sets), stand.rest.as_str()),
        (vec!["b".to_owned()], "AND a = 1")
    );
}
