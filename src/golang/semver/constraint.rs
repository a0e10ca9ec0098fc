//! Constraints on versions: `>=1.2 <2 || ~3`.

use std::cmp::Ordering;
use std::fmt;

use super::{Scanned, Version, compare_prereleases, scan};
use crate::golang::strconv::quote;

const MAX_CONSTRAINT: usize = 512;
const MAX_GROUPS: usize = 32;

/// A constraint such as `>=1.2 <2 || ~3`: groups of which one has to hold, all of it.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    parts: Vec<Part>,
    /// Whether a part names a prerelease, so that prereleases may match.
    prereleases: bool,
}

/// One comparison.
#[derive(Debug, Clone)]
struct Part {
    operator: &'static str,
    version: Version,
    original: String,
    /// Only the major version was given.
    minor_open: bool,
    /// Major and minor were given, the patch was not.
    patch_open: bool,
    /// Something was left open, perhaps all.
    open: bool,
}

/// Longer operators first, so that the first that fits is the one.
const OPERATORS: [&str; 11] = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

impl Constraints {
    /// `NewConstraint`
    ///
    /// # Errors
    /// Masterminds' text: `improper constraint: "x"`.
    pub fn new(text: &str) -> Result<Constraints, String> {
        if text.len() > MAX_CONSTRAINT {
            return Err(format!("constraint string is too long (max {MAX_CONSTRAINT} bytes)"));
        }
        let text = rewrite_ranges(text);
        let groups: Vec<&str> = text.split("||").collect();
        if groups.len() > MAX_GROUPS {
            return Err(format!("too many constraint groups (max {MAX_GROUPS})"));
        }
        Ok(Constraints { groups: groups.into_iter().map(parse_group).collect::<Result<_, _>>()? })
    }

    /// `Check`
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.parts.iter().all(|part| part.check(version, group.prereleases).is_ok()))
    }

    /// `Validate`.
    ///
    /// # Errors
    /// One text for each part that was not met.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut errors = Vec::new();
        let mut told = false;
        for group in &self.groups {
            let mut met = true;
            for part in &group.parts {
                if !group.prereleases && !version.prerelease.is_empty() {
                    if !told {
                        errors.push(unwanted_prerelease(version));
                    }
                    told = true;
                    met = false;
                } else if let Err(error) = part.check(version, group.prereleases) {
                    errors.push(error);
                    met = false;
                }
            }
            if met {
                return Ok(());
            }
        }
        Err(errors)
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.groups.iter().enumerate() {
            if at > 0 {
                f.write_str(" || ")?;
            }
            for (at, part) in group.parts.iter().enumerate() {
                let space = if at > 0 { " " } else { "" };
                write!(f, "{space}{}{}", part.operator, part.original)?;
            }
        }
        Ok(())
    }
}

fn unwanted_prerelease(version: &Version) -> String {
    format!("{} is a prerelease version and the constraint is only looking for release versions", quote(version.to_string().as_bytes()))
}

/// parity: `|` counts among the digits, so `1 - 2||3` is read as one range up to `2||3`.
fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0C' | b'\r')
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(|character: char| character.is_ascii() && is_space(character as u8))
}

/// `1.2 - 3` becomes `>= 1.2, <= 3 `.
fn rewrite_ranges(text: &str) -> String {
    let mut out = text.to_owned();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((range, low, high)) = range_at(rest) else {
            rest = after_first(rest);
            continue;
        };
        // parity: semver constraints.go replaces the first text that looks like the range.
        out = out.replacen(range, &format!(">= {low}, <= {high} "), 1);
        rest = rest.strip_prefix(range).unwrap_or_default();
    }
    out
}

fn after_first(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

/// A range at the start of a text with the spaces round it, and its ends.
fn range_at(text: &str) -> Option<(&str, &str, &str)> {
    let rest = skip_space(text);
    let after = scan(rest, is_number)?.rest;
    let low = rest.strip_suffix(after)?;
    let dash = skip_space(after).strip_prefix('-').filter(|_| after.starts_with(|c: char| c.is_ascii() && is_space(c as u8)))?;
    let rest = Some(skip_space(dash)).filter(|rest| rest.len() < dash.len())?;
    let after = scan(rest, is_number)?.rest;
    Some((text.strip_suffix(skip_space(after))?, low, rest.strip_suffix(after)?))
}

fn parse_group(text: &str) -> Result<Group, String> {
    let improper = || format!("improper constraint: {}", quote(text.as_bytes()));
    let mut parts = Vec::new();
    let mut rest = skip_space(text);
    loop {
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)).unwrap_or("");
        rest = skip_space(rest.strip_prefix(operator).unwrap_or(rest));
        let scanned = scan(rest, is_number).ok_or_else(improper)?;
        let after = scanned.rest;
        parts.push((operator, rest.strip_suffix(after).unwrap_or(rest), scanned));
        rest = skip_space(after);
        if rest.is_empty() {
            break;
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = skip_space(next),
            None if rest.len() < after.len() => {}
            None => return Err(improper()),
        }
    }
    let parts: Vec<Part> =
        parts.into_iter().map(|(operator, written, scanned)| parse_part(operator, written, &scanned)).collect::<Result<_, _>>()?;
    let prereleases = parts.iter().any(|part| !part.version.prerelease.is_empty());
    Ok(Group { parts, prereleases })
}

fn parse_part(operator: &'static str, written: &str, scanned: &Scanned<'_>) -> Result<Part, String> {
    let [major, minor, patch] = scanned.parts;
    let prerelease = if scanned.prerelease.is_empty() { String::new() } else { format!("-{}", scanned.prerelease) };
    let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
    let (mut minor_open, mut patch_open) = (false, false);
    let text = if is_open(major) {
        format!("0.0.0{prerelease}")
    } else if is_open(minor) {
        minor_open = true;
        format!("{major}.0.0{prerelease}")
    } else if is_open(patch) {
        patch_open = true;
        format!("{major}.{minor}.0{prerelease}")
    } else {
        written.to_owned()
    };
    let open = is_open(major) || minor_open || patch_open;
    let version = Version::new(&text).map_err(|_| "constraint parser error".to_owned())?;
    Ok(Part { operator, version, original: written.to_owned(), minor_open, patch_open, open })
}

impl Part {
    /// Whether a version meets this part; the error says why not.
    fn check(&self, version: &Version, prereleases: bool) -> Result<(), String> {
        if !version.prerelease.is_empty() && !prereleases {
            return Err(unwanted_prerelease(version));
        }
        let (is_met, relation) = match self.operator {
            "!=" => (self.differs(version), "is equal to"),
            ">" => (self.is_below(version), "is less than or equal to"),
            "<" => (version.compare(&self.version).is_lt(), "is greater than or equal to"),
            ">=" | "=>" => (version.compare(&self.version).is_ge(), "is less than"),
            "<=" | "=<" => (self.is_at_least(version), "is greater than"),
            "~" | "~>" => return self.tilde(version),
            "^" => return self.caret(version),
            _ if self.open => return self.tilde(version),
            _ => (version.compare(&self.version).is_eq(), "is not equal to"),
        };
        if is_met { Ok(()) } else { Err(self.complain(version, relation)) }
    }

    fn complain(&self, version: &Version, relation: &str) -> String {
        format!("{} {relation} {}", quote(version.to_string().as_bytes()), quote(self.original.as_bytes()))
    }

    /// `!=`
    fn differs(&self, version: &Version) -> bool {
        let mine = &self.version;
        if !self.open {
            return version.compare(mine).is_ne();
        }
        if mine.major != version.major {
            return true;
        }
        if self.minor_open {
            return false;
        }
        if mine.minor != version.minor {
            return true;
        }
        if self.patch_open {
            return compare_prereleases(&version.prerelease, &mine.prerelease).is_ne();
        }
        mine.patch != version.patch || version.compare(mine).is_ne()
    }

    /// `>`: what is left open counts as the highest there is.
    fn is_below(&self, version: &Version) -> bool {
        let mine = &self.version;
        match version.major.cmp(&mine.major) {
            Ordering::Equal if self.minor_open => false,
            Ordering::Equal if self.patch_open => version.minor > mine.minor,
            Ordering::Greater => true,
            _ => version.compare(mine).is_gt(),
        }
    }

    /// `<=`
    fn is_at_least(&self, version: &Version) -> bool {
        let mine = &self.version;
        if !self.open {
            return version.compare(mine).is_le();
        }
        version.major <= mine.major && (version.major < mine.major || version.minor <= mine.minor || self.minor_open)
    }

    fn tilde(&self, version: &Version) -> Result<(), String> {
        let mine = &self.version;
        if version.compare(mine).is_lt() {
            return Err(self.complain(version, "is less than"));
        }
        if (mine.major, mine.minor, mine.patch) == (0, 0, 0) && !self.minor_open && !self.patch_open {
            return Ok(());
        }
        if version.major != mine.major {
            return Err(self.complain(version, "does not have same major version as"));
        }
        if version.minor != mine.minor && !self.minor_open {
            return Err(self.complain(version, "does not have same major and minor version as"));
        }
        Ok(())
    }

    fn caret(&self, version: &Version) -> Result<(), String> {
        let mine = &self.version;
        if version.compare(mine).is_lt() {
            return Err(self.complain(version, "is less than"));
        }
        if version.major != mine.major {
            return Err(self.complain(version, "does not have same major version as"));
        }
        if mine.major > 0 || self.minor_open {
            return Ok(());
        }
        let same_minor = version.minor == mine.minor;
        if mine.minor > 0 || self.patch_open {
            let why = "Expected minor versions to match when constraint major version is 0";
            let complaint = || format!("{}. {why}", self.complain(version, "does not have same minor version as"));
            return if same_minor { Ok(()) } else { Err(complaint()) };
        }
        if !same_minor {
            return Err(self.complain(version, "does not have same minor version as"));
        }
        if version.patch == mine.patch {
            return Ok(());
        }
        let why = "Expect version and constraint to equal when major and minor versions are 0";
        Err(format!("{}. {why}", self.complain(version, "does not equal")))
    }
}
