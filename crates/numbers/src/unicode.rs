//! Digits of every script, and the marks that people put between them.

/// The zeros of all decimal digits in Unicode; each is followed by its nine fellows.
const ZEROS: &[u32] = &[
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950,
    0x1FBF0,
];

/// Returns the ASCII digit for a decimal digit of any script.
pub(crate) fn ascii_digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return u8::try_from(c).ok().filter(u8::is_ascii_digit);
    }
    let code = u32::from(c);
    let zero = ZEROS
        .partition_point(|zero| *zero <= code)
        .checked_sub(1)
        .map(|at| ZEROS[at])?;
    u8::try_from(code - zero)
        .ok()
        .filter(|value| *value < 10)
        .map(|value| b'0' + value)
}

/// Returns whether the character is a plus sign.
pub(crate) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{FF0B}' | '\u{FE62}')
}

/// Returns whether the character only parts groups of digits, or is not to be seen at all.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~' | '\u{B7}' | '\u{AD}')
        // Hyphens and dashes, then the minus signs and the long vowel mark that serves as a dash.
        || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '\u{FE63}' | '\u{30FC}')
        // The wide forms of point, slash, brackets and tilde, and the waves used for it.
        || matches!(c, '\u{FF0E}' | '\u{FF0F}' | '\u{FF08}' | '\u{FF09}' | '\u{FF3B}' | '\u{FF3D}')
        || matches!(c, '\u{FF5E}' | '\u{223C}' | '\u{2053}' | '\u{301C}')
        // Joiners, marks of direction and the byte order mark come along when text is copied.
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
