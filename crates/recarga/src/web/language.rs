//! The languages of the pages.

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Language {
    /// English, also for whoever speaks none of these.
    #[default]
    English,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Portuguese.
    Portuguese,
}

impl Language {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 4] = [Self::English, Self::Spanish, Self::French, Self::Portuguese];

    /// The code that browsers and the catalogue have for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Portuguese => "pt",
        }
    }

    /// Its own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Portuguese => "Português",
        }
    }

    /// Where a line of it begins, as `dir` says it: a language from right to left is one more arm.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::English | Self::Spanish | Self::French | Self::Portuguese => "ltr",
        }
    }

    /// Reads a code; `pt-BR` is Portuguese.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_lowercase();
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code() == primary)
    }

    /// The one that a browser likes best, by `Accept-Language`.
    pub fn accepted(header: &str) -> Option<Self> {
        let wish = |part: &str| {
            let (code, quality) = part.split_once(";q=").unwrap_or((part, "1"));
            let language = Self::from_code(code)?;
            let quality: String = quality
                .trim()
                .chars()
                .chain("000".chars())
                .filter(char::is_ascii_digit)
                .take(4)
                .collect();
            Some((quality.parse::<u32>().unwrap_or(0), language))
        };
        let mut wishes: Vec<_> = header.split(',').take(20).filter_map(wish).collect();
        // Stable: of two that are liked alike the first one counts.
        wishes.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        wishes.first().map(|(_, language)| *language)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_browser_is_answered_in_the_language_it_likes_best() {
        let accepted = |header| Language::accepted(header);
        assert_eq!(
            accepted("de-DE,de;q=0.9,pt-BR;q=0.8,en;q=0.7"),
            Some(Language::Portuguese)
        );
        assert_eq!(accepted("en;q=0.5, es"), Some(Language::Spanish));
        assert_eq!(accepted("FR_ca"), Some(Language::French));
        assert_eq!(accepted("de, *;q=0.1"), None);
        assert_eq!(accepted(""), None);
    }
}
