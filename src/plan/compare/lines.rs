//! Two lists of lines and the shortest way from one to the other, with the choices that helm-diff makes between ways of
//! the same length (helm-diff diff/lcs.go).
//!
//! Hirschberg's method: memory grows with the length only. Its rows of lengths are kept as bits (Hyyrö's recurrence), so
//! that 64 cells cost one step.

use std::collections::HashMap;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta {
    /// It stands on both sides.
    Common,
    /// Only the old side has it.
    Removed,
    /// Only the new side has it.
    Added,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened to it.
    pub delta: Delta,
    /// The line without its end.
    pub text: String,
}

/// The lines of two texts side by side. With `strip_cr` a `\r` at a line's end does not count and is not shown.
pub fn diff(old: &str, new: &str, strip_cr: bool) -> Vec<Line> {
    let split = |text| str::split(text, '\n').map(|line: &str| if strip_cr { line.strip_suffix('\r').unwrap_or(line) } else { line });
    let (old, new): (Vec<&str>, Vec<&str>) = (split(old).collect(), split(new).collect());
    let (head, tail) = equal_ends(&old, &new);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    let mut push = |delta, text: &str| lines.push(Line { delta, text: text.to_owned() });
    old[..head].iter().for_each(|text| push(Delta::Common, text));
    let mut numbers = HashMap::new();
    let mut number = |text| {
        let next = numbers.len() as u32;
        *numbers.entry(text).or_insert(next)
    };
    let one: Vec<u32> = old[head..old_end].iter().map(|text| number(*text)).collect();
    let other: Vec<u32> = new[head..new_end].iter().map(|text| number(*text)).collect();
    let mut aligner = Aligner { last: vec![NONE; numbers.len()], before: Vec::new(), steps: Vec::new() };
    aligner.align(&one, &other);
    let (mut at_old, mut at_new) = (head, head);
    for step in aligner.steps {
        push(step, if step == Delta::Added { new[at_new] } else { old[at_old] });
        at_old += usize::from(step != Delta::Added);
        at_new += usize::from(step != Delta::Removed);
    }
    old[old_end..].iter().for_each(|text| push(Delta::Common, text));
    lines
}

/// How many lines are equal at the start and at the end.
// parity: the line where both meet is not counted at the end, so that it takes part in the alignment.
fn equal_ends(old: &[&str], new: &[&str]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let room = old.len().min(new.len()).saturating_sub(head + 1);
    let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(one, other)| one == other).count();
    (head, tail)
}

/// No position.
const NONE: u32 = u32::MAX;

/// Lines are numbers here; equal lines have the same.
struct Aligner {
    /// By number: its last position in the row that is being counted; [`NONE`] between counts.
    last: Vec<u32>,
    /// By position: the position before it of the same number.
    before: Vec<u32>,
    steps: Vec<Delta>,
}

impl Aligner {
    fn align(&mut self, old: &[u32], new: &[u32]) {
        match old {
            [] => self.steps.extend(new.iter().map(|_| Delta::Added)),
            _ if new.is_empty() => self.steps.extend(old.iter().map(|_| Delta::Removed)),
            // the last place where it stands counts; a line that goes stands before those that come
            [line] => match new.iter().rposition(|other| other == line) {
                Some(found) => {
                    let at = |position| if position == found { Delta::Common } else { Delta::Added };
                    self.steps.extend((0..new.len()).map(at));
                }
                None => {
                    self.steps.push(Delta::Removed);
                    self.steps.extend(new.iter().map(|_| Delta::Added));
                }
            },
            _ => {
                let (first, second) = old.split_at(old.len() / 2);
                let split = self.split(first, second, new);
                self.align(first, &new[..split]);
                self.align(second, &new[split..]);
            }
        }
    }

    /// Where `new` is best cut in two, the first such place.
    fn split(&mut self, first: &[u32], second: &[u32], new: &[u32]) -> usize {
        let forward = self.row(first.iter(), new.iter());
        let backward = self.row(second.iter().rev(), new.iter().rev());
        let mut before = 0;
        let mut after: usize = backward.iter().map(|word| word.count_zeros() as usize).sum::<usize>();
        let (mut best, mut at) = (after, 0);
        for position in 1..=new.len() {
            before += usize::from(!bit(&forward, position - 1));
            after -= usize::from(!bit(&backward, new.len() - position));
            if before + after > best {
                (best, at) = (before + after, position);
            }
        }
        at
    }

    /// By position of `new`: a zero where a common subsequence with all of `old` grows by one. Bits beyond the end are ones.
    fn row<'l>(&mut self, old: impl Iterator<Item = &'l u32>, new: impl ExactSizeIterator<Item = &'l u32> + Clone) -> Vec<u64> {
        self.before.clear();
        for (position, line) in new.clone().enumerate() {
            let last = &mut self.last[*line as usize];
            self.before.push(std::mem::replace(last, position as u32));
        }
        let mut row = vec![u64::MAX; new.len().div_ceil(64)];
        let mut mask = vec![0u64; row.len()];
        for line in old {
            let mut position = self.last[*line as usize];
            if position == NONE {
                continue;
            }
            let highest = position as usize / 64;
            let mut lowest = highest;
            while position != NONE {
                lowest = position as usize / 64;
                mask[lowest] |= 1 << (position % 64);
                position = self.before[position as usize];
            }
            let mut carry = false;
            for (word, mask) in row[lowest..].iter_mut().zip(&mut mask[lowest..]) {
                let matched = *word & *mask;
                *mask = 0;
                let (sum, over) = word.overflowing_add(matched);
                let (sum, over_again) = sum.overflowing_add(u64::from(carry));
                carry = over || over_again;
                *word = sum | (*word & !matched);
            }
        }
        for line in new.clone() {
            self.last[*line as usize] = NONE;
        }
        // what was carried beyond the end is no position
        let used = new.len() % 64;
        if let Some(word) = row.last_mut().filter(|_| used > 0) {
            *word |= u64::MAX << used;
        }
        row
    }
}

fn bit(row: &[u64], position: usize) -> bool {
    row[position / 64] >> (position % 64) & 1 == 1
}
