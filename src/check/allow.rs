//! Suppressions in place: comments `bkhelm: allow CODE[,CODE…] reason` in layers, states and templates.
//!
//! A comment at the end of a line speaks of that line; one that stands alone speaks of the next line that is no comment.
//! `bkhelm: allow-file` speaks of the whole file. A finding is suppressed where its own place or one of its related
//! places is on such a line.

use std::collections::HashMap;

use super::codes::{self, BROKEN_ALLOW, USELESS_ALLOW};
use crate::diag::{Error, Errors, Place};

const MARK: &str = "bkhelm: allow";

/// The suppressions of the files of a run.
#[derive(Debug, Default)]
pub struct Allowed {
    files: HashMap<String, Vec<Allow>>,
    broken: Errors,
}

/// One code that one comment allows.
#[derive(Debug)]
struct Allow {
    code: String,
    /// Where it applies; 0: in the whole file.
    line: u32,
    /// The comment.
    place: Place,
    used: bool,
}

impl Allowed {
    /// Reads the comments of a file, unless it was read before.
    pub fn read(&mut self, file: &str, text: &[u8]) {
        if self.files.contains_key(file) {
            return;
        }
        let mut found = Vec::new();
        let mark = memchr::memmem::Finder::new(MARK);
        if mark.find(text).is_some() {
            let text = String::from_utf8_lossy(text);
            let lines: Vec<&str> = text.lines().collect();
            for (at, line) in lines.iter().enumerate() {
                if let Some(column) = line.find(MARK) {
                    self.comment(&mut found, (file, &lines, at), column);
                }
            }
        }
        self.files.insert(file.to_owned(), found);
    }

    fn comment(&mut self, found: &mut Vec<Allow>, (file, lines, at): (&str, &[&str], usize), column: usize) {
        let Some((before, rest)) = lines.get(at).and_then(|line| line.split_at_checked(column)) else { return };
        let rest = rest.strip_prefix(MARK).unwrap_or_default();
        let (whole, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
        let rest = rest.split("*/").next().unwrap_or_default().trim();
        let (words, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        let place =
            Place { excerpt: lines.get(at).map(|line| (*line).to_owned()), ..Place::at(file, number(at), number(before.chars().count())) };
        let mut broken = |words: String, hint: &str| {
            self.broken.push(Error::finding(&BROKEN_ALLOW, words).at(place.clone()).hint(hint));
        };
        if reason.trim().is_empty() {
            broken("the suppression gives no reason".to_owned(), "say why after the code: `# bkhelm: allow BK1234 because …`");
            return;
        }
        let line = match (whole, is_comment(before)) {
            (true, _) => 0,
            (_, false) => number(at),
            (_, true) => number(
                lines.iter().skip(at.saturating_add(1)).take_while(|line| is_comment(line)).count().saturating_add(at).saturating_add(1),
            ),
        };
        for code in words.split(',') {
            if codes::every().any(|known| known.id == code) {
                found.push(Allow { code: code.to_owned(), line, place: place.clone(), used: false });
            } else {
                broken(format!("there is no code {code:?}"), "`bkhelm explain-finding` lists all codes");
            }
        }
    }

    /// The findings that no comment allows, and how many were left out.
    pub fn apply(&mut self, found: Errors) -> (Errors, usize) {
        let before = found.len();
        let kept: Errors = found.into_iter().filter(|finding| !self.allows(finding)).collect();
        let left_out = before.saturating_sub(kept.len());
        (kept, left_out)
    }

    fn allows(&mut self, finding: &Error) -> bool {
        let places = finding.place().into_iter().chain(finding.related_places().iter().map(|related| &related.place));
        let mut allowed = false;
        for place in places {
            for allow in self.files.get_mut(&place.file).into_iter().flatten() {
                if allow.code == finding.code().id && (allow.line == 0 || allow.line == place.line) {
                    allow.used = true;
                    allowed = true;
                }
            }
        }
        allowed
    }

    /// What is wrong with the comments themselves: unknown codes, no reason, and those that allowed nothing.
    pub fn complaints(self) -> Errors {
        let mut complaints = self.broken;
        let mut useless: Vec<Allow> = self.files.into_values().flatten().filter(|allow| !allow.used).collect();
        useless.sort_by(|one, other| one.place.cmp(&other.place));
        complaints.extend(useless.into_iter().map(|allow| {
            Error::finding(&USELESS_ALLOW, format!("nothing here is a finding {}", allow.code)).at(allow.place).hint("remove the comment")
        }));
        complaints
    }
}

/// Whether a line, or the part of one before a comment's words, holds nothing but a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#') || ["{{/*", "{{- /*", "{{-/*"].iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::Allowed;
    use crate::check::codes::{KEY_TWICE, NO_OBJECT};
    use crate::diag::{Error, Errors, Place};

    #[test]
    fn comments_allow_their_line_the_next_one_or_the_file() {
        let text = "a: 1 # bkhelm: allow BK1303 on purpose\n# bkhelm: allow BK1302,BK1303 known\n# more words\nb: 2\nc: 3\n";
        let mut allowed = Allowed::default();
        allowed.read("values.yaml", text.as_bytes());
        let at = |code, line| Error::finding(code, "x").at(Place::at("values.yaml", line, 1));
        let (kept, left_out) =
            allowed.apply([at(&KEY_TWICE, 1), at(&NO_OBJECT, 1), at(&NO_OBJECT, 4), at(&KEY_TWICE, 5)].into_iter().collect());
        let places: Vec<String> = kept.iter().filter_map(|finding| Some(finding.place()?.to_string())).collect();
        assert_eq!((places, left_out), (vec!["values.yaml:1:1".to_owned(), "values.yaml:5:1".to_owned()], 2));
        let complaints: Vec<String> = allowed.complaints().iter().map(|one| format!("{} {one}", one.code().id)).collect();
        assert_eq!(complaints, ["BK1901 nothing here is a finding BK1303"]);
    }

    #[test]
    fn comments_that_can_not_be_used_are_said() {
        let mut allowed = Allowed::default();
        allowed.read(
            "t.yaml",
            b"{{/* bkhelm: allow BK1303 */}}\na: b # bkhelm: allow BK9999 why\n{{- /* bkhelm: allow-file BK1303 why */}}\n",
        );
        let (kept, _) = allowed.apply(Errors::from(Error::finding(&KEY_TWICE, "x").at(Place::at("t.yaml", 9, 1))));
        assert!(kept.is_empty());
        let complaints: Vec<String> = allowed.complaints().iter().map(|one| format!("{} {one}", one.code().id)).collect();
        assert_eq!(complaints, ["BK1902 the suppression gives no reason", "BK1902 there is no code \"BK9999\""]);
    }
}
