//! Writing a number for people, nationally and internationally.
//!
//! Which template a number takes is another walk along its digits. A template is text in which
//! `A` stands for the first digit after the calling code, `B` for the second, and so on.

use crate::Numbers;
use crate::number::E164;

/// Room for fifteen digits and what stands between them.
const WRITTEN_BYTES: usize = 24;

/// The two ways to write a number, at their positions in the table of templates.
#[derive(Clone, Copy)]
enum Style {
    National,
    International,
}

impl Numbers {
    /// Writes a number as people in its country do, such as `01512 3456789`.
    pub fn national(&self, number: E164) -> String {
        let mut buffer = [0; 20];
        let digits = number.write(&mut buffer);
        let mut text = String::with_capacity(WRITTEN_BYTES);
        match self.plan_of(digits) {
            Some((_, code_length)) => self.write(Style::National, digits, code_length, &mut text),
            None => push_digits(&mut text, digits),
        }
        text
    }

    /// Writes a number for people abroad, such as `+49 1512 3456789`.
    pub fn international(&self, number: E164) -> String {
        let mut buffer = [0; 20];
        let digits = number.write(&mut buffer);
        let mut text = String::with_capacity(WRITTEN_BYTES);
        text.push('+');
        match self.plan_of(digits) {
            Some((_, code_length)) if code_length < digits.len() => {
                push_digits(&mut text, &digits[..code_length]);
                text.push(' ');
                self.write(Style::International, digits, code_length, &mut text);
            }
            _ => push_digits(&mut text, digits),
        }
        text
    }

    fn write(&self, style: Style, digits: &[u8], code_length: usize, text: &mut String) {
        let national = &digits[code_length..];
        let label = usize::from(self.formats.label_of(digits));
        if label == 0 {
            return push_digits(text, national);
        }
        let [home, abroad] = &self.templates[label];
        let template = match style {
            Style::National => home,
            Style::International => abroad,
        };
        for mark in template.chars() {
            let position = u32::from(mark)
                .checked_sub(u32::from('A'))
                .and_then(|at| usize::try_from(at).ok());
            match position.and_then(|at| national.get(at)) {
                Some(digit) => text.push(char::from(*digit)),
                None => text.push(mark),
            }
        }
    }
}

fn push_digits(text: &mut String, digits: &[u8]) {
    text.extend(digits.iter().map(|digit| char::from(*digit)));
}
