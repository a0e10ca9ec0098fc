//! `.helmignore` (helm pkg/ignore/rules.go).

use crate::diag::{Error, Kind, Place, Result};
use crate::golang::path;

/// Rules in order; the first that matches decides.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Vec<u8>,
    /// Everything that does *not* match is ignored.
    negated: bool,
    folders_only: bool,
    /// Matched against the name alone, not the path.
    base_name: bool,
}

impl Rules {
    /// Reads the file's text; `shown` is its path in errors.
    ///
    /// # Errors
    /// `double-star (**) syntax is not supported`, `syntax error in pattern`.
    pub(super) fn parse(text: &[u8], shown: &str) -> Result<Rules> {
        let mut rules = Rules::default();
        let text = text.strip_prefix(super::BYTE_ORDER_MARK).unwrap_or(text);
        for (line, rule) in String::from_utf8_lossy(text).split('\n').enumerate() {
            let place = |message: String| Error::new(Kind::Chart, message).at(Place::at(shown, line as u32 + 1, 1));
            rules.add(rule).map_err(place)?;
        }
        Ok(rules)
    }

    /// Helm's own rule, after the file's.
    pub(super) fn add_defaults(&mut self) {
        self.0.push(Rule { pattern: b"templates/.?*".to_vec(), negated: false, folders_only: false, base_name: false });
    }

    fn add(&mut self, rule: &str) -> Result<(), String> {
        let rule = rule.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".into());
        }
        path::matches(rule.as_bytes(), b"abc")?;
        let (rule, negated) = rule.strip_prefix('!').map_or((rule, false), |rest| (rest, true));
        let (rule, folders_only) = rule.strip_suffix('/').map_or((rule, false), |rest| (rest, true));
        let (pattern, base_name) = match rule.strip_prefix('/') {
            Some(rest) => (rest, false),
            None => (rule, !rule.contains('/')),
        };
        self.0.push(Rule { pattern: pattern.as_bytes().to_vec(), negated, folders_only, base_name });
        Ok(())
    }

    /// Whether the file or folder at that path in the chart is left out.
    pub(super) fn ignores(&self, name: &str, is_folder: bool) -> bool {
        let base = name.rsplit('/').next().unwrap_or(name);
        for rule in &self.0 {
            let wrong_kind = rule.folders_only && !is_folder;
            let subject = if rule.base_name { base } else { name };
            let matches = || path::matches(&rule.pattern, subject.as_bytes()).unwrap_or(false);
            // parity: helm pkg/ignore: `!x` does not take back, it ignores all that is not x.
            let decided = if rule.negated { wrong_kind || !matches() } else { !wrong_kind && matches() };
            if decided {
                return true;
            }
        }
        false
    }
}
