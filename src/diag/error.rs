//! The error type of all rooms.

use std::fmt;

use super::Code;

/// What every fallible function of the rooms returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How bad a finding is. Ordered: `Note < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably wrong; does not stop anything.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// `error`, `warning`, `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// What sort of failure it is; decides the stable code and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A file or folder could not be read or written.
    File,
    /// Text is not the YAML, JSON or TOML it should be.
    Syntax,
    /// A template could not be parsed.
    Template,
    /// A template failed while it ran.
    Render,
    /// A value, layer or `--set` argument is wrong.
    Values,
    /// A schema was not met.
    Schema,
    /// A state file says something that can't be.
    State,
    /// A chart is missing, damaged or refused.
    Chart,
    /// A download failed.
    Fetch,
    /// A rendered manifest is wrong.
    Manifest,
    /// A hook or other program failed.
    Exec,
    /// The cluster can't be reached, or refuses us.
    Cluster,
    /// The cluster does not take what it was sent, or what was sent does not become ready.
    Apply,
    /// A limit that protects against hostile input was reached.
    Limit,
    /// The command line is wrong.
    Usage,
    /// Nothing matched the selection.
    NoMatch,
}

/// A place in a text: file, line and column, both counted from 1 (0: not known).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path as the user would type it, or a name such as `--set a=b`.
    pub file: String,
    /// Line from 1; 0 where only the file is known.
    pub line: u32,
    /// Column in characters from 1; 0 where only the line is known.
    pub column: u32,
    /// How many characters of the excerpt are meant; 0: the word that begins there.
    pub width: u32,
    /// The text of that line, for the excerpt, where it is known.
    pub excerpt: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0, width: 0, excerpt: None }
    }

    /// A line and column of a file, both from 1.
    pub fn at(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column, width: 0, excerpt: None }
    }

    /// The place of byte `offset` in `text`, with the line as excerpt.
    pub fn in_text(file: impl Into<String>, text: &[u8], offset: usize) -> Self {
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, &[]));
        let is_end = |byte: &u8| *byte == b'\n';
        let before_in_line = before.rsplit(is_end).next().unwrap_or_default();
        let after_in_line = after.split(is_end).next().unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        let line = number(before.iter().filter(|byte| is_end(byte)).count());
        let column = number(String::from_utf8_lossy(before_in_line).chars().count());
        let excerpt = String::from_utf8_lossy(&[before_in_line, after_in_line].concat()).trim_end().to_owned();
        Self { file: file.into(), line, column, width: 0, excerpt: Some(excerpt) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}

/// One step on the way to an error: a template that was included, a base that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Where the step was taken.
    pub place: Place,
    /// What was being done there: `executing "x" at <include "y" .>`.
    pub doing: String,
}

/// Another place that matters, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub place: Place,
    /// What is there: "first defined here".
    pub note: String,
}

/// One error or finding. Boxed: a pointer wide, so that results stay small.
#[derive(Debug, Clone)]
pub struct Error(Box<Repr>);

#[derive(Debug, Clone)]
struct Repr {
    kind: Kind,
    code: Option<&'static Code>,
    severity: Severity,
    message: String,
    place: Option<Place>,
    chain: Vec<Frame>,
    related: Vec<Related>,
    hints: Vec<String>,
    cause: Option<Error>,
    subject: Option<String>,
}

impl Error {
    /// An error of a kind with its one-line (or Go's) message.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            code: None,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            chain: Vec::new(),
            related: Vec::new(),
            hints: Vec::new(),
            cause: None,
            subject: None,
        }))
    }

    /// A finding with a code of its own, as severe as the code says.
    pub fn finding(code: &'static Code, message: impl Into<String>) -> Self {
        let mut error = Self::new(code.kind, message).severity(code.severity);
        error.0.code = Some(code);
        error
    }

    /// The same, less severe.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Says where.
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// Says where, if nobody closer to the fault has said so.
    pub fn at_least(mut self, place: impl FnOnce() -> Place) -> Self {
        if self.0.place.is_none() {
            self.0.place = Some(place());
        }
        self
    }

    /// Adds a step of the way here, outermost first.
    pub fn frame(mut self, place: Place, doing: impl Into<String>) -> Self {
        self.0.chain.push(Frame { place, doing: doing.into() });
        self
    }

    /// The same with other excerpts at its places.
    pub fn with_excerpts(mut self, change: impl Fn(&Place) -> Option<String>) -> Self {
        let places = self.0.place.iter_mut().chain(self.0.related.iter_mut().map(|related| &mut related.place));
        places.for_each(|place| place.excerpt = change(place));
        self
    }

    /// Adds another place that matters.
    pub fn related(mut self, place: Place, note: impl Into<String>) -> Self {
        self.0.related.push(Related { place, note: note.into() });
        self
    }

    /// Adds something to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds what lies underneath.
    pub fn cause(mut self, cause: Error) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Says what the error is about: the release, or the part of a deployment.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.0.subject = Some(subject.into());
        self
    }

    /// Replaces the message by one made from it; place, chain and hints stay.
    pub fn wrap(mut self, message: impl FnOnce(&str) -> String) -> Self {
        self.0.message = message(&self.0.message);
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    /// The code: its own, or that of its kind.
    pub fn code(&self) -> &'static Code {
        self.0.code.unwrap_or_else(|| self.0.kind.code())
    }
    /// The severity.
    pub fn level(&self) -> Severity {
        self.0.severity
    }
    /// The message alone, without place or cause.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// Where, if known.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }
    /// The way here, outermost first.
    pub fn chain(&self) -> &[Frame] {
        &self.0.chain
    }
    /// Other places.
    pub fn related_places(&self) -> &[Related] {
        &self.0.related
    }
    /// What to do.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }
    /// What lies underneath.
    pub fn caused_by(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }
    /// What it is about: a release's name, as a rule.
    pub fn about(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(cause) = &self.0.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Many errors at once, in the order in which they should be shown.
#[derive(Debug, Clone, Default)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds one.
    pub fn push(&mut self, error: Error) {
        self.0.push(error);
    }
    /// Adds all of them.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.0.extend(errors);
    }
    /// Keeps the value, or the error for later.
    pub fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }
    /// Whether nothing went wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// The errors in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }
    /// The same errors, each changed.
    pub fn map(self, change: impl Fn(Error) -> Error) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }
    /// `value` if there were none.
    pub fn or<T>(self, value: T) -> Result<T, Errors> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl FromIterator<Error> for Errors {
    fn from_iter<I: IntoIterator<Item = Error>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
