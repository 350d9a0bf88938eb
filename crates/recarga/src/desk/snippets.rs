//! What a program of an account begins with, in three languages: ready to be run with a key.
//!
//! Each stands in a file of its own as it is shown, but for where the API is. A test runs all of them
//! against a server, as they stand on the page.

/// Where a snippet has its base URL.
const BASE_URL: &str = "BASE_URL";

/// A language that snippets are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// A shell with curl.
    Curl,
    /// JavaScript, for Node.js.
    JavaScript,
    /// Python, without any package.
    Python,
}

impl Language {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Curl, Self::JavaScript, Self::Python];

    /// The word in the address.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::JavaScript => "javascript",
            Self::Python => "python",
        }
    }

    /// Its own name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        }
    }

    /// Reads the word; any other means curl.
    pub(super) fn of(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|language| language.word() == word);
        known.unwrap_or(Self::Curl)
    }
}

/// Lines to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// What it does: the end of its messages' keys.
    pub(super) task: &'static str,
    /// The lines.
    pub(super) text: String,
}

macro_rules! snippets {
    ($($task:literal),*) => {
        [$((
            $task,
            [
                include_str!(concat!("snippets/", $task, ".sh")),
                include_str!(concat!("snippets/", $task, ".mjs")),
                include_str!(concat!("snippets/", $task, ".py")),
            ],
        )),*]
    };
}

const SNIPPETS: [(&str, [&str; 3]); 5] = snippets!["ping", "check", "buy", "follow", "verify"];

/// Returns all of them in a language, for an API that is there.
pub(super) fn all(language: Language, base_url: &str) -> Vec<Snippet> {
    let text = |[curl, javascript, python]: [&'static str; 3]| match language {
        Language::Curl => curl,
        Language::JavaScript => javascript,
        Language::Python => python,
    };
    let snippet = |(task, texts)| Snippet {
        task,
        text: text(texts).trim_end().replace(BASE_URL, base_url),
    };
    SNIPPETS.into_iter().map(snippet).collect()
}
