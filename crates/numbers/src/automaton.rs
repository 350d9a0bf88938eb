//! A deterministic automaton over decimal digits: one row of ten targets and one label per state.

use crate::data::{LoadError, Reader};

/// A state. [`ROOT`] is where a walk begins, [`DEAD`] where it can only stay.
pub(crate) type State = u16;

pub(crate) const DEAD: State = 0;
pub(crate) const ROOT: State = 1;

/// An immutable table of states. It has no cycles: every target is greater than its source.
pub(crate) struct Automaton {
    labels: Vec<u16>,
    targets: Vec<[State; 10]>,
}

impl Automaton {
    /// Reads a table and refuses one in which a walk could leave it or never end.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, LoadError> {
        let count = usize::try_from(reader.u32()?).map_err(|_| LoadError::Malformed)?;
        if !(2..=usize::from(State::MAX)).contains(&count) {
            return Err(LoadError::Malformed);
        }
        let labels = (0..count).map(|_| reader.u16()).collect::<Result<Vec<_>, _>>()?;
        let mut targets = Vec::with_capacity(count);
        for source in 0..count {
            let mut row = [DEAD; 10];
            for target in &mut row {
                *target = reader.u16()?;
                let next = usize::from(*target);
                if next >= count || (next != 0 && next <= source) || (source == 0 && next != 0) {
                    return Err(LoadError::Malformed);
                }
            }
            targets.push(row);
        }
        if labels[usize::from(DEAD)] != 0 {
            return Err(LoadError::Malformed);
        }
        Ok(Self { labels, targets })
    }

    /// Returns the state after a digit, given as a value from 0 to 9.
    #[inline]
    pub(crate) fn next(&self, state: State, digit: u8) -> State {
        self.targets[usize::from(state)][usize::from(digit)]
    }

    /// Returns the label of a state; 0 means none.
    #[inline]
    pub(crate) fn label(&self, state: State) -> u16 {
        self.labels[usize::from(state)]
    }

    /// Returns the label of exactly these ASCII digits.
    pub(crate) fn label_of(&self, digits: &[u8]) -> u16 {
        self.label(digits.iter().fold(ROOT, |state, digit| self.next(state, digit - b'0')))
    }

    /// Returns the label of the last state alive on the way along these ASCII digits.
    #[inline]
    pub(crate) fn label_of_longest_prefix(&self, digits: &[u8]) -> u16 {
        let mut last = ROOT;
        for digit in digits {
            match self.next(last, digit - b'0') {
                DEAD => break,
                state => last = state,
            }
        }
        self.label(last)
    }

    /// Returns every label in use.
    pub(crate) fn labels(&self) -> impl Iterator<Item = u16> {
        self.labels.iter().copied().filter(|label| *label != 0)
    }

    /// Returns for every state the fewest and the most digits that lead from it to a label.
    pub(crate) fn reach(&self) -> Vec<Option<(u8, u8)>> {
        let mut reach = vec![None; self.targets.len()];
        // Targets are greater than sources, so that going backwards they are always known.
        for state in (0..self.targets.len()).rev() {
            let mut span = (self.labels[state] != 0).then_some((0, 0));
            for target in self.targets[state].into_iter().filter(|target| *target != DEAD) {
                if let Some((least, most)) = reach[usize::from(target)] {
                    let (least, most): (u8, u8) = (least, most);
                    let through = (least.saturating_add(1), most.saturating_add(1));
                    span = Some(span.map_or(through, |(a, b): (u8, u8)| (a.min(through.0), b.max(through.1))));
                }
            }
            reach[state] = span;
        }
        reach
    }
}
