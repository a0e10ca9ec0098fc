//! A file of rules: `text → rules`, and findings at their places for what can't be used.

use super::code::{Code, Misread, place};
use crate::check::codes::BROKEN_RULE;
use crate::data::yaml::{Duplicates, Reading, Resolver, key_before, read_value};
use crate::data::{Kind, SourceFile, Sources, Value};
use crate::diag::{Error, Errors, Severity, nearest};

/// One rule.
pub(super) struct Rule {
    /// Its name in findings and tests.
    pub(super) name: String,
    /// How bad it is to break it.
    pub(super) severity: Severity,
    /// What is said then.
    pub(super) message: Text,
    /// What to do then.
    pub(super) hint: Option<Text>,
    /// Where the rule comes from.
    pub(super) source: Option<String>,
    /// What it is asked about.
    pub(super) round: Round,
    /// Whether it is asked at all.
    pub(super) when: Option<Code>,
    /// What has to hold.
    pub(super) check: Code,
    /// Values to point at: the first is the finding's place.
    pub(super) at: Vec<Code>,
    /// Names for parts of it.
    pub(super) made: Vec<(String, Code)>,
    /// How far into the file it begins.
    pub(super) offset: usize,
}

/// What a rule is asked about: once for each.
pub(super) enum Round {
    /// The whole deployment.
    Environment,
    /// One release.
    Release(String),
    EachRelease,
    /// Objects of some kinds, of all where none is named.
    EachManifest(Vec<String>),
    /// The elements of a list, or the keys of a map.
    EachOf(String, Code),
}

/// A text with expressions in it: `${…}`.
pub(super) struct Text(pub(super) Vec<Piece>);

pub(super) enum Piece {
    Words(String),
    Code(Code),
}

/// The fields of a rule.
const FIELDS: [&str; 11] = ["name", "severity", "message", "hint", "source", "for", "let", "when", "check", "at", "description"];

/// Reads a file of rules. Rules with a fault are left out, and told.
pub(super) fn read(name: &str, text: &[u8]) -> (Vec<Rule>, SourceFile, Errors) {
    let source = Sources::new().add(name, text);
    let mut found = Errors::new();
    let rules = Reader { source: &source }.rules(&mut found);
    (rules, source, found)
}

struct Reader<'a> {
    source: &'a SourceFile,
}

impl Reader<'_> {
    fn rules(&self, found: &mut Errors) -> Vec<Rule> {
        let top = match read_value(self.source, Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::Refuse }) {
            Ok(top) => top,
            Err(errors) => {
                found.extend(errors.into_iter().map(|error| self.fault(error.offset, error.message)));
                return Vec::new();
            }
        };
        if top.is_nil() {
            return Vec::new();
        }
        let (Some(map), true) = (top.as_map(), top.as_map().is_some_and(|map| map.contains("rules"))) else {
            found.push(self.fault(self.offset(&top), "a file of rules is a mapping with the key `rules`".to_owned()));
            return Vec::new();
        };
        for (key, value) in map.snapshot() {
            if key != "rules" && key != "$schema" {
                found.push(self.unknown_field(&key.to_text(), &value, &["rules"]));
            }
        }
        let Some(list) = map.get("rules").filter(|list| !list.is_nil()) else { return Vec::new() };
        let Some(entries) = list.as_list().map(|list| list.items().to_vec()) else {
            found.push(self.fault(self.offset(&list), "`rules` is a list".to_owned()));
            return Vec::new();
        };
        let mut rules: Vec<Rule> = Vec::new();
        for entry in entries {
            match self.rule(&entry) {
                Ok(rule) if rules.iter().any(|known| known.name == rule.name) => {
                    let message = format!("there are two rules of the name {}", rule.name);
                    let first = rules.iter().find(|known| known.name == rule.name).map_or(0, |known| known.offset);
                    let place = place(&self.source.name.to_text(), &self.source.text, first, (1, 0));
                    found.push(self.fault(rule.offset, message).related(place, "the first one"));
                }
                Ok(rule) => rules.push(rule),
                Err(errors) => found.extend(errors),
            }
        }
        rules
    }

    /// One rule, or everything that is wrong with it.
    fn rule(&self, entry: &Value) -> Result<Rule, Errors> {
        let Some(map) = entry.as_map() else {
            return Err(self.fault(self.offset(entry), "a rule is a mapping".to_owned()).into());
        };
        let mut found = Errors::new();
        for (key, value) in map.snapshot() {
            let key = key.to_text().into_owned();
            if !FIELDS.contains(&key.as_str()) {
                found.push(self.unknown_field(&key, &value, &FIELDS));
            }
        }
        let mut names: Vec<String> = ["env", "environment", "releases", "manifests"].map(str::to_owned).into();
        let name = found.keep(self.required(entry, "name"));
        let about = name.as_ref().map_or_else(|| "a rule".to_owned(), |(name, _)| format!("rule {name}"));
        let field = |key: &str| map.get(key).filter(|value| !value.is_nil());
        let severity = match field("severity").map(|value| (self.offset(&value), value.as_str().map(ToString::to_string))) {
            None => Severity::Error,
            Some((at, word)) => match word.as_deref() {
                Some("error") => Severity::Error,
                Some("warning") => Severity::Warning,
                Some("note") => Severity::Note,
                word => {
                    let near = word.and_then(|word| nearest(word, ["error", "warning", "note"]));
                    let fault = self.fault(at, format!("{about}: `severity` is error, warning or note"));
                    found.push(hinted(fault, near.map(str::to_owned)));
                    Severity::Error
                }
            },
        };
        let round = found.keep(self.round(field("for"), &mut names));
        let mut made = Vec::new();
        if let Some(parts) = field("let") {
            // In the order of the file: a part may use those before it.
            let mut parts: Vec<(String, Value)> = parts
                .as_map()
                .map(|map| map.snapshot())
                .unwrap_or_default()
                .into_iter()
                .map(|(key, value)| (key.to_text().into_owned(), value))
                .collect();
            parts.sort_by_key(|(_, value)| value.origin);
            for (part, value) in parts {
                if let Some(code) = found.keep(self.code(&value, &names)) {
                    made.push((part.clone(), code));
                }
                names.push(part);
            }
        }
        let when = field("when").and_then(|value| found.keep(self.code(&value, &names)));
        let check = match field("check") {
            Some(value) => found.keep(self.code(&value, &names)),
            None => {
                found.push(self.fault(self.offset(entry), format!("{about} has no `check`")));
                None
            }
        };
        let message = found.keep(self.required(entry, "message")).and_then(|(_, value)| found.keep(self.text(&value, &names)));
        let hint = field("hint").and_then(|value| found.keep(self.text(&value, &names)));
        let at = field("at").map(|at| at.as_list().map_or_else(|| vec![at.clone()], |list| list.items().to_vec())).unwrap_or_default();
        let at: Vec<Code> = at.iter().filter_map(|value| found.keep(self.code(value, &names))).collect();
        let source = field("source").and_then(|value| value.as_str().map(ToString::to_string));
        match (name, round, check, message) {
            (Some((name, _)), Some(round), Some(check), Some(message)) if found.is_empty() => {
                let offset = self.offset(entry);
                Ok(Rule { name, severity, message, hint, source, round, when, check, at, made, offset })
            }
            _ => Err(found),
        }
    }

    /// `for`: which adds the names that it gives.
    fn round(&self, value: Option<Value>, names: &mut Vec<String>) -> Result<Round, Error> {
        let Some(value) = value else { return Ok(Round::Environment) };
        let at = self.offset(&value);
        let text = value.as_str().map(ToString::to_string).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut add = |more: &[&str]| names.extend(more.iter().map(|name| (*name).to_owned()));
        match words.as_slice() {
            ["environment"] => Ok(Round::Environment),
            ["release", name] => {
                add(&["release"]);
                Ok(Round::Release((*name).to_owned()))
            }
            ["each", "release"] => {
                add(&["release"]);
                Ok(Round::EachRelease)
            }
            ["each", "manifest"] => {
                add(&["release", "manifest"]);
                Ok(Round::EachManifest(Vec::new()))
            }
            ["each", name, "in", ..] => {
                let within = text.split_once(" in ").map_or("", |(_, within)| within);
                let ahead = text.len().saturating_sub(within.len());
                let code =
                    Code::read(within, at.saturating_add(ahead), names).map_err(|wrong| self.misread(at.saturating_add(ahead), wrong))?;
                names.push((*name).to_owned());
                Ok(Round::EachOf((*name).to_owned(), code))
            }
            ["each", kinds @ ..]
                if !kinds.is_empty() && kinds.iter().all(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase())) =>
            {
                add(&["release", "manifest"]);
                Ok(Round::EachManifest(kinds.iter().map(|kind| kind.trim_end_matches(',').to_owned()).collect()))
            }
            _ => {
                let forms = ["environment", "release NAME", "each release", "each manifest", "each KIND", "each x in LIST"];
                let fault = self.fault(at, format!("`for` is one of: {}", forms.join(", ")));
                Err(hinted(fault, nearest(&text, ["environment", "each release", "each manifest"]).map(str::to_owned)))
            }
        }
    }

    fn required(&self, entry: &Value, key: &str) -> Result<(String, Value), Error> {
        let value = entry.path([key]).filter(|value| !value.is_nil());
        match value.as_ref().map(|value| (value.as_str().map(ToString::to_string), value)) {
            Some((Some(text), value)) if !text.is_empty() => Ok((text, value.clone())),
            Some((_, value)) => Err(self.fault(self.offset(value), format!("`{key}` is a text"))),
            None => Err(self.fault(self.offset(entry), format!("a rule has no `{key}`"))),
        }
    }

    fn code(&self, value: &Value, names: &[String]) -> Result<Code, Error> {
        let text = match &value.kind {
            Kind::String(text) => text.to_string(),
            Kind::Bool(truth) => truth.to_string(),
            _ => return Err(self.fault(self.offset(value), "an expression is a text".to_owned())),
        };
        let at = self.offset(value);
        Code::read(&text, at, names).map_err(|wrong| self.misread(at, wrong))
    }

    /// A text with `${…}` in it.
    fn text(&self, value: &Value, names: &[String]) -> Result<Text, Error> {
        let text = value.as_str().map(ToString::to_string).unwrap_or_default();
        let at = self.offset(value);
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((words, after)) = rest.split_once("${") {
            pieces.push(Piece::Words(words.to_owned()));
            let Some(end) = end_of_code(after) else {
                return Err(self.fault(at, "a `${` without its `}`".to_owned()));
            };
            let (code, after) = after.split_at(end);
            let ahead = text.len().saturating_sub(code.len().saturating_add(after.len()));
            let code = Code::read(code.trim(), at, names).map_err(|wrong| {
                // On the message's first line it stands as far in as the message does before it.
                let at_column = (wrong.at.0, wrong.at.1.saturating_add(if wrong.at.0 == 1 { ahead } else { 0 }));
                self.misread(at, Misread { at: at_column, ..wrong })
            })?;
            pieces.push(Piece::Code(code));
            rest = after.strip_prefix('}').unwrap_or_default();
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Text(pieces))
    }

    fn offset(&self, value: &Value) -> usize {
        value.origin.offset_in(self.source).unwrap_or(0)
    }

    fn fault(&self, offset: usize, message: String) -> Error {
        self.misread(offset, Misread { at: (1, 0), message, hint: None })
    }

    fn misread(&self, offset: usize, wrong: Misread) -> Error {
        let place = place(&self.source.name.to_text(), &self.source.text, offset, wrong.at);
        let error = Error::finding(&BROKEN_RULE, wrong.message).subject("rules").at(place);
        match wrong.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    fn unknown_field(&self, key: &str, value: &Value, fields: &[&str]) -> Error {
        let at = key_before(&self.source.text, self.offset(value), key).unwrap_or_else(|| self.offset(value));
        hinted(self.fault(at, format!("there is no field `{key}`")), nearest(key, fields.iter().copied()).map(str::to_owned))
    }
}

fn hinted(error: Error, near: Option<String>) -> Error {
    match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// Where an expression that began after `${` ends: at the first `}` that is in no quotes and closes nothing else.
fn end_of_code(text: &str) -> Option<usize> {
    let (mut open, mut quote) = (0_usize, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(mark), _) if mark == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') => open = open.saturating_add(1),
            (None, '}') if open == 0 => return Some(at),
            (None, '}') => open = open.saturating_sub(1),
            (None, _) => {}
        }
    }
    None
}
