//! The order in which go-yaml writes keys: by number where digits meet, letters behind everything else (`sorter.go`).

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::token::Version;
use crate::data::json::valid_utf8;

/// Sorts items by their keys as go-yaml does.
///
/// Go's rule is no total order (of `a1`, `ab` and `a_`, say), so this is a merge sort of our own, which no rule upsets.
pub(super) fn sort<T: Copy>(items: &mut Vec<T>, key: impl Fn(&T) -> &[u8], version: Version) {
    if items.windows(2).all(|pair| matches!(pair, [a, b] if !less(key(b), key(a), version))) {
        return;
    }
    let mut from = std::mem::take(items);
    let mut width = 1usize;
    while width < from.len() {
        let mut to = Vec::with_capacity(from.len());
        for run in from.chunks(width.saturating_mul(2)) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if less(key(b), key(a), version) {
                    to.push(*b);
                    right = right_rest;
                } else {
                    to.push(*a);
                    left = left_rest;
                }
            }
            to.extend_from_slice(left);
            to.extend_from_slice(right);
        }
        from = to;
        width = width.saturating_mul(2);
    }
    *items = from;
}

/// Whether key `a` is written before `b`.
pub(super) fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    let mut at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if a.get(at).is_none() || b.get(at).is_none() {
        return a.len() < b.len();
    }
    let (a, b) = (valid_utf8(a), valid_utf8(b));
    if matches!((&a, &b), (Cow::Owned(_), _) | (_, Cow::Owned(_))) {
        at = a.iter().zip(b.iter()).take_while(|(a, b)| a == b).count();
    }
    // back to the start of the character
    while at > 0 && a.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
        at = at.saturating_sub(1);
    }
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let same = text(a.get(..at).unwrap_or_default());
    let (a, b) = (text(a.get(at..).unwrap_or_default()), text(b.get(at..).unwrap_or_default()));
    match (a.chars().next(), b.chars().next()) {
        (Some(first_a), Some(first_b)) => less_from(same, (a, first_a), (b, first_b), version),
        _ => a.len() < b.len(),
    }
}

/// The same for what follows the common start `same`, with first characters that differ.
fn less_from(same: &str, (a, first_a): (&str, char), (b, first_b): (&str, char), version: Version) -> bool {
    let (a_letter, b_letter) = (is_letter(first_a), is_letter(first_b));
    if a_letter && b_letter {
        return first_a < first_b;
    }
    if a_letter || b_letter {
        let behind_digit = version == Version::V3 && same.chars().next_back().is_some_and(is_digit);
        return if behind_digit { a_letter } else { b_letter };
    }
    let nonzero_before = || same.chars().rev().take_while(|character| is_digit(*character)).any(|character| character != '0');
    let start = i64::from((first_a == '0' || first_b == '0') && nonzero_before());
    let ((a_number, a_digits), (b_number, b_digits)) = (number(a, start), number(b, start));
    if a_number != b_number {
        return a_number < b_number;
    }
    if a_digits != b_digits {
        return a_digits < b_digits;
    }
    first_a < first_b
}

/// The number that a text starts with, and how many digits it has. Overflows as Go's int64 does.
fn number(text: &str, start: i64) -> (i64, usize) {
    text.chars().take_while(|character| is_digit(*character)).fold((start, 0), |(number, digits), character| {
        let digit = i64::from(character as u32).wrapping_sub(i64::from(b'0'));
        (number.wrapping_mul(10).wrapping_add(digit), usize::saturating_add(digits, 1))
    })
}

fn is_letter(character: char) -> bool {
    match character {
        '\0'..='\x7F' => character.is_ascii_alphabetic(),
        _ => character.general_category_group() == GeneralCategoryGroup::Letter,
    }
}

fn is_digit(character: char) -> bool {
    match character {
        '\0'..='\x7F' => character.is_ascii_digit(),
        _ => character.general_category() == GeneralCategory::DecimalNumber,
    }
}

#[cfg(test)]
mod tests {
    use super::{Version, sort};

    #[test]
    fn keys_are_in_go_yamls_natural_order() {
        let mut keys = vec!["é", "em", "b.1", "b-1", "a10", "a2", "aB", "ab", "A", "02", "1", "_b"];
        sort(&mut keys, |key| key.as_bytes(), Version::V2);
        assert_eq!(keys, ["_b", "1", "02", "A", "a2", "a10", "aB", "ab", "b-1", "b.1", "em", "é"]);
    }
}
