//! `github.com/Masterminds/semver/v3` 3.5.0: versions, their order, constraints on them.

mod constraint;
mod object;

use std::cmp::Ordering;
use std::fmt;

pub use constraint::Constraints;

use super::strconv;

/// Longer versions are refused unread.
const MAX_VERSION: usize = 256;

const INVALID: &str = "invalid semantic version";

/// A version; prints without a leading `v`. An [`Object`](crate::data::Object) of type `*semver.Version`.
#[derive(Debug, Clone, Default)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
    /// Whether it is a `semver.Version`, not a pointer to one: what `IncMajor` and its like give.
    by_value: bool,
}

impl Version {
    /// `NewVersion`: a `v`, missing parts and leading zeros are allowed.
    ///
    /// # Errors
    /// Masterminds' text: `invalid semantic version`.
    pub fn new(text: &str) -> Result<Version, String> {
        if text.len() > MAX_VERSION {
            return Err(too_long());
        }
        let scanned = scan(text, |byte| byte.is_ascii_digit()).filter(|scanned| scanned.rest.is_empty());
        let Some(scanned) = scanned else { return Err(INVALID.to_owned()) };
        let number = |digits: &str| match digits {
            "" => Ok(0),
            _ => strconv::parse_uint(digits.as_bytes(), 10, 64).map_err(|error| format!("error parsing version segment: {error}")),
        };
        let Scanned { parts: [major, minor, patch], prerelease, metadata, .. } = scanned;
        let version = Version {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
            by_value: false,
        };
        if !prerelease.is_empty() {
            check_prerelease(prerelease)?;
        }
        Ok(version)
    }

    /// `StrictNewVersion`: exactly what the specification of semantic versions allows.
    ///
    /// # Errors
    /// Masterminds' text.
    pub fn strict(text: &str) -> Result<Version, String> {
        if text.is_empty() {
            return Err("version string empty".to_owned());
        }
        if text.len() > MAX_VERSION {
            return Err(too_long());
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return Err(INVALID.to_owned()) };
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(rest, metadata)| (rest, Some(metadata)));
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, prerelease) = rest.split_once('-').map_or((rest, None), |(rest, prerelease)| (rest, Some(prerelease)));
        prerelease.map_or(Ok(()), check_prerelease)?;
        for part in [major, minor, patch] {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err("invalid characters in version".to_owned());
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err("version segment starts with 0".to_owned());
            }
        }
        let number = |digits: &str| strconv::parse_uint(digits.as_bytes(), 10, 64).map_err(|error| error.to_string());
        Ok(Version {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
            by_value: false,
        })
    }

    /// `Major`
    pub fn major(&self) -> u64 {
        self.major
    }
    /// `Minor`
    pub fn minor(&self) -> u64 {
        self.minor
    }
    /// `Patch`
    pub fn patch(&self) -> u64 {
        self.patch
    }
    /// `Prerelease`, without the dash.
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }
    /// `Metadata`, without the plus.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }
    /// `Original`: as it was written.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// `Compare`: metadata does not count; a prerelease comes before its release.
    pub fn compare(&self, other: &Version) -> Ordering {
        let numbers = (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch));
        numbers.then_with(|| match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
            (false, false) => compare_prereleases(&self.prerelease, &other.prerelease),
            (mine, theirs) => mine.cmp(&theirs),
        })
    }

    /// `IncMajor`. Where Masterminds panics, the largest number stays.
    pub fn inc_major(&self) -> Version {
        self.next(self.major.saturating_add(1), 0, 0)
    }
    /// `IncMinor`
    pub fn inc_minor(&self) -> Version {
        self.next(self.major, self.minor.saturating_add(1), 0)
    }
    /// `IncPatch`: of a prerelease, the release.
    pub fn inc_patch(&self) -> Version {
        let step = u64::from(self.prerelease.is_empty());
        self.next(self.major, self.minor, self.patch.saturating_add(step))
    }

    /// `SetPrerelease`
    ///
    /// # Errors
    /// Masterminds' text.
    pub fn with_prerelease(&self, prerelease: &str) -> Result<Version, String> {
        if !prerelease.is_empty() {
            check_prerelease(prerelease)?;
        }
        Ok(Version { prerelease: prerelease.to_owned(), ..self.clone() }.renamed(self))
    }
    /// `SetMetadata`
    ///
    /// # Errors
    /// Masterminds' text.
    pub fn with_metadata(&self, metadata: &str) -> Result<Version, String> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(Version { metadata: metadata.to_owned(), ..self.clone() }.renamed(self))
    }

    fn next(&self, major: u64, minor: u64, patch: u64) -> Version {
        let (prerelease, metadata, original) = (String::new(), String::new(), String::new());
        Version { major, minor, patch, prerelease, metadata, original, by_value: true }.renamed(self)
    }

    /// Writes the original text anew, with a `v` where `before` has one.
    fn renamed(mut self, before: &Version) -> Version {
        let prefix = if before.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self.by_value = true;
        self
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn too_long() -> String {
    format!("version string is too long (max {MAX_VERSION} bytes)")
}

/// The parts of a version-like text; those that are missing are empty.
struct Scanned<'a> {
    /// Major, minor and patch, without dots.
    parts: [&'a str; 3],
    prerelease: &'a str,
    metadata: &'a str,
    /// What follows.
    rest: &'a str,
}

/// Reads `v1.2.3-pre+meta` from the start of a text as far as it goes; all but the major version may be missing.
fn scan(text: &str, is_number: impl Fn(u8) -> bool) -> Option<Scanned<'_>> {
    let start = text.strip_prefix('v').unwrap_or(text);
    let (major, mut rest) = run(start, &is_number);
    if major.is_empty() {
        return None;
    }
    let mut parts = [major, "", ""];
    for part in parts.iter_mut().skip(1) {
        match rest.strip_prefix('.').map(|rest| run(rest, &is_number)) {
            Some((digits, after)) if !digits.is_empty() => (*part, rest) = (digits, after),
            _ => break,
        }
    }
    let (prerelease, rest) = dotted(rest, '-');
    let (metadata, rest) = dotted(rest, '+');
    Some(Scanned { parts, prerelease, metadata, rest })
}

/// The accepted characters at the start of a text, all of them ASCII, and what follows.
fn run(text: &str, accept: impl Fn(u8) -> bool) -> (&str, &str) {
    let length = text.bytes().take_while(|byte| byte.is_ascii() && accept(*byte)).count();
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// The words with dots between them after a mark, and what follows.
fn dotted(text: &str, mark: char) -> (&str, &str) {
    let word = |text| run(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let Some(words) = text.strip_prefix(mark) else { return ("", text) };
    let (first, mut rest) = word(words);
    if first.is_empty() {
        return ("", text);
    }
    while let Some((next, after)) = rest.strip_prefix('.').map(word)
        && !next.is_empty()
    {
        rest = after;
    }
    (words.strip_suffix(rest).unwrap_or(words), rest)
}

fn check_prerelease(text: &str) -> Result<(), String> {
    for part in text.split('.') {
        if !is_identifier(part) {
            return Err("invalid prerelease string".to_owned());
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("version segment starts with 0".to_owned());
        }
    }
    Ok(())
}

fn check_metadata(text: &str) -> Result<(), String> {
    if text.split('.').all(is_identifier) { Ok(()) } else { Err("invalid metadata string".to_owned()) }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => match compare_parts(a.unwrap_or_default(), b.unwrap_or_default()) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

/// Numbers come before words; a part that is missing comes before both.
fn compare_parts(a: &str, b: &str) -> Ordering {
    if a == b || a.is_empty() || b.is_empty() {
        return b.is_empty().cmp(&a.is_empty());
    }
    let number = |part: &str| strconv::parse_uint(part.as_bytes(), 10, 64).ok();
    match (number(a), number(b)) {
        (None, None) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // parity: semver version.go takes 1 and 01 for different numbers.
        (Some(a), Some(b)) => a.cmp(&b).then(Ordering::Less),
    }
}

#[cfg(test)]
mod tests;
