//! What kind of line a number leads to.

use std::fmt;

/// What kind of line a number leads to, as far as the numbering plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineType {
    /// A mobile phone.
    Mobile,
    /// A landline.
    FixedLine,
    /// Either: the plan has one range for both, as in the United States.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// Dear for the caller.
    PremiumRate,
    /// Paid by both ends.
    SharedCost,
    /// Telephony over the internet without a place.
    Voip,
    /// Follows a person from line to line.
    PersonalNumber,
    /// A pager.
    Pager,
    /// One number for all branches of a company.
    Uan,
    /// A mailbox.
    Voicemail,
}

impl LineType {
    /// All of them, at the positions by which data files call them.
    const CODES: [Self; 11] = [
        Self::Mobile,
        Self::FixedLine,
        Self::FixedLineOrMobile,
        Self::TollFree,
        Self::PremiumRate,
        Self::SharedCost,
        Self::Voip,
        Self::PersonalNumber,
        Self::Pager,
        Self::Uan,
        Self::Voicemail,
    ];

    /// Returns the type that a data file calls by this number.
    #[inline]
    pub(crate) fn from_code(code: u16) -> Option<Self> {
        Self::CODES.get(usize::from(code)).copied()
    }

    /// Returns the name in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::FixedLine => "fixed_line",
            Self::FixedLineOrMobile => "fixed_line_or_mobile",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::PersonalNumber => "personal_number",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
        }
    }

    /// Returns whether a prepaid phone may be behind the number.
    pub fn can_be_topped_up(self) -> bool {
        matches!(self, Self::Mobile | Self::FixedLineOrMobile)
    }

    /// Returns whether carriers are recorded for such lines.
    pub(crate) fn has_carrier(self) -> bool {
        matches!(self, Self::Mobile | Self::FixedLineOrMobile | Self::Pager)
    }
}

impl fmt::Display for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
