//! How two sets of manifests differ, in helm-diff's bytes (helm-diff diff/report.go).

mod structured;
mod template;

pub use template::Template;

use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;
use crate::plan::compare::{Change, Comparison, Delta, Entry, KeyParts, Line};

/// `--output`
#[derive(Debug, Clone)]
pub enum Format {
    /// Each object with its lines.
    Diff,
    /// A line an object, and a line that counts them.
    Simple,
    /// An object of JSON for each.
    Json,
    /// JSON with the fields that differ; for a comparison made with `Options::structured`.
    Structured,
    /// What a Go template makes of them.
    Template(Template),
}

impl Format {
    /// The format of that name; `template` is the file that `HELM_DIFF_TPL` names and its text, where it names one.
    ///
    /// # Errors
    /// `dyff`, which is not there.
    // parity: any other word is `diff`.
    pub fn named(name: &str, template: Option<Template>) -> Result<Format> {
        Ok(match (name, template) {
            ("simple", _) => Format::Simple,
            ("json", _) | ("template", None) => Format::Json,
            ("template", Some(template)) => Format::Template(template),
            ("structured", _) => Format::Structured,
            ("dyff", _) => {
                let error = Error::new(Kind::Usage, "there is no output \"dyff\"");
                return Err(error.hint("use diff, simple, json, structured or template"));
            }
            _ => Format::Diff,
        })
    }
}

/// How a comparison is written.
#[derive(Debug, Clone)]
pub struct Style {
    /// `--output`
    pub format: Format,
    /// Whether lines and heads have their colours.
    pub colour: bool,
    /// How many common lines stay round a change; all where it is none (`--context`, of which negative numbers are none).
    pub context: Option<usize>,
}

/// What decides about helm-diff's colours (cmd/root.go).
#[derive(Debug, Clone, Copy, Default)]
pub struct Colours<'a> {
    /// `--color`, where it was given.
    pub color: Option<bool>,
    /// `--no-color`, where it was given.
    pub no_color: Option<bool>,
    /// `HELM_DIFF_COLOR`
    pub variable: Option<&'a str>,
    /// Whether stdout is a terminal, and `TERM` not `dumb`.
    pub terminal: bool,
}

impl Colours<'_> {
    /// Whether the output is coloured.
    pub fn on(&self) -> bool {
        let variable = || strconv::parse_bool(self.variable.unwrap_or_default().as_bytes()).ok();
        match (self.color.or_else(variable), self.no_color) {
            (_, Some(true)) | (Some(false), _) => false,
            // parity: --no-color=false is enough for colours
            (Some(true), _) | (None, Some(false)) => true,
            (None, None) => self.terminal,
        }
    }
}

/// The comparison in that style: what goes to stdout.
///
/// # Errors
/// A template that can't be read or run.
pub fn write(comparison: &Comparison, style: &Style) -> Result<Vec<u8>> {
    let pen = Pen { colour: style.colour };
    let mut out = String::new();
    match &style.format {
        Format::Diff => {
            for entry in &comparison.entries {
                pen.line(&mut out, colour(entry.change), &format!("{} {}", entry.key, happened(entry.change)));
                pen.entry(&mut out, entry, style.context);
            }
        }
        Format::Simple => {
            for entry in &comparison.entries {
                pen.line(&mut out, colour(entry.change), &format!("{} {}", entry.key, will_happen(entry.change)));
            }
            out.push_str(&plan(comparison));
        }
        Format::Json => json(&mut out, comparison),
        Format::Structured => structured::write(&mut out, comparison),
        Format::Template(template) => return template.write(comparison),
    }
    Ok(out.into_bytes())
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const MAGENTA: &str = "35";
const BRIGHT_BLUE: &str = "94";

fn colour(change: Change) -> &'static str {
    match change {
        Change::Added => GREEN,
        Change::Removed => RED,
        Change::Changed => YELLOW,
        Change::Ownership => MAGENTA,
        Change::Suppressed => BRIGHT_BLUE,
    }
}

fn happened(change: Change) -> &'static str {
    match change {
        Change::Added => "has been added:",
        Change::Removed => "has been removed:",
        Change::Changed => "has changed:",
        Change::Ownership => "changed ownership:",
        Change::Suppressed => "has changed, but diff is empty after suppression.",
    }
}

fn will_happen(change: Change) -> &'static str {
    match change {
        Change::Added => "to be added.",
        Change::Removed => "to be removed.",
        Change::Changed => "to be changed.",
        Change::Ownership => "to change ownership.",
        Change::Suppressed => happened(change),
    }
}

/// The word for programs.
fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "ADD",
        Change::Removed => "REMOVE",
        Change::Changed => "MODIFY",
        Change::Ownership => "OWNERSHIP",
        Change::Suppressed => "MODIFY_SUPPRESSED",
    }
}

fn plan(comparison: &Comparison) -> String {
    let count = |change| comparison.entries.iter().filter(|entry| entry.change == change).count();
    format!(
        "Plan: {} to add, {} to change, {} to destroy, {} to change ownership.\n",
        count(Change::Added),
        count(Change::Changed),
        count(Change::Removed),
        count(Change::Ownership)
    )
}

/// What the built-in template prints: values as they are, keys with unexpected letters left out.
fn json(out: &mut String, comparison: &Comparison) {
    let known = comparison.entries.iter().filter_map(|entry| Some((KeyParts::of(&entry.key)?, word(entry.change))));
    let shown = known.map(|(KeyParts { api, kind, namespace, name }, change)| {
        let rows = [("api", api.as_str()), ("kind", &kind), ("namespace", &namespace), ("name", &name), ("change", change)];
        let rows = rows.map(|(name, value)| format!("  \"{name}\": \"{value}\""));
        format!("{{\n{}\n}}", rows.join(",\n"))
    });
    out.push_str(&format!("[{}]\n", shown.collect::<Vec<_>>().join(",")));
}

struct Pen {
    colour: bool,
}

impl Pen {
    fn text(&self, out: &mut String, colour: &str, text: &str) {
        match self.colour {
            true => out.extend(["\u{1b}[0;", colour, "m", text, "\u{1b}[0m"]),
            false => out.push_str(text),
        }
    }

    fn line(&self, out: &mut String, colour: &str, text: &str) {
        self.text(out, colour, text);
        out.push('\n');
    }

    fn entry(&self, out: &mut String, entry: &Entry, context: Option<usize>) {
        if let Some(kind) = &entry.hidden_kind {
            // parity: the line's end is inside the colour
            return self.text(out, YELLOW, &format!("+ Changes suppressed on sensitive content of type {kind}\n"));
        }
        let near = context.map(|context| near_changes(&entry.lines, context));
        let mut omitting = false;
        for (at, line) in entry.lines.iter().enumerate() {
            let shown = near.as_ref().is_none_or(|near| near[at]);
            match (shown, omitting) {
                (true, _) => self.diff_line(out, line),
                (false, false) => out.push_str("...\n"),
                (false, true) => {}
            }
            omitting = !shown;
        }
    }

    fn diff_line(&self, out: &mut String, line: &Line) {
        match line.delta {
            Delta::Added => self.line(out, GREEN, &format!("+ {}", line.text)),
            Delta::Removed => self.line(out, RED, &format!("- {}", line.text)),
            Delta::Common if line.text.is_empty() => out.push('\n'),
            Delta::Common => out.extend(["  ", &line.text, "\n"]),
        }
    }
}

/// Which lines are at most so far from a change.
fn near_changes(lines: &[Line], context: usize) -> Vec<bool> {
    let mut near = vec![false; lines.len()];
    let mut pass = |order: &mut dyn Iterator<Item = usize>| {
        let mut distance = None;
        for at in order {
            distance = if lines[at].delta == Delta::Common { distance.map(|far: usize| far.saturating_add(1)) } else { Some(0) };
            near[at] |= distance.is_some_and(|far| far <= context);
        }
    };
    pass(&mut (0..lines.len()));
    pass(&mut (0..lines.len()).rev());
    near
}
