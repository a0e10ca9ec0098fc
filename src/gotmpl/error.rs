//! What goes wrong in a template, with Go's words and as structure.

use std::{fmt, io};

use super::limits::{Limit, Reached};
use crate::data::{Origin, Str};
use crate::golang::strconv::quote;

/// A text that is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Name of the file (`t/templates/x.yaml`, or `gotpl` for `tpl`).
    pub file: Str,
    /// Line, from 1.
    pub line: u32,
    /// What is wrong, without place: `function "foo" not defined`.
    pub message: String,
    /// The limit that the text runs into, where that is what is wrong.
    pub limit: Option<Limit>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.file, self.line, self.message)
    }
}
impl std::error::Error for ParseError {}

impl ParseError {
    /// The name of the function that is not there, where that is the fault.
    pub fn unknown_function(&self) -> Option<&str> {
        self.message.strip_prefix("function \"")?.strip_suffix("\" not defined")
    }
    /// The byte column, from 0, of the function that is not there, found again in the text; Go keeps the line only.
    pub fn column(&self, text: &[u8]) -> Option<u32> {
        let name = self.unknown_function()?.as_bytes();
        let line = text.split(|byte| *byte == b'\n').nth(self.line.checked_sub(1)? as usize)?;
        let letter = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let action = memchr::memmem::find(line, b"{{").unwrap_or(0);
        let mut found = memchr::memmem::find_iter(line, name).filter(|at| *at > action);
        let at = found.find(|at| !letter(at.checked_sub(1)) && !letter(Some(at.saturating_add(name.len()))))?;
        u32::try_from(at).ok()
    }
}

/// One template on the way to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The template that was running (a file's name or a `define`'s).
    pub template: Str,
    /// The file it stands in.
    pub file: Str,
    /// Line, from 1.
    pub line: u32,
    /// Byte column, from 0, as Go counts.
    pub column: u32,
    /// The node as Go prints it: `include "x" .`
    pub node: String,
    /// What went wrong or was being done: `nil pointer evaluating interface {}.x`; `error calling include`, and
    /// then another [`Link`] follows.
    pub message: String,
    /// The source of the file, for excerpts.
    pub source: Str,
    /// Where the first byte of that source was written, if it was a value (a text given to `tpl`) and is known.
    pub origin: Origin,
    /// What is known about the values and names at fault; empty where another frame follows, which knows better.
    pub facts: Vec<Fact>,
}

/// Something about a failure that its text does not say. Found out only after it has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A value that took part.
    Value {
        /// As the template says it: `.Values.replicas`.
        expression: String,
        /// What it is, in words: `a string`.
        kind: &'static str,
        /// Where it was written.
        origin: Origin,
    },
    /// A name was looked for in something that has no such name.
    Missing {
        /// Where it was looked for, as the template says it: `.Values.image`.
        holder: String,
        /// The name.
        name: Str,
        /// The name there that is nearest, if one is near.
        near: Option<String>,
        /// How many names there are.
        names: usize,
        /// Where the holder was written.
        origin: Origin,
    },
    /// There is no template of the name that was asked for.
    NoTemplate {
        /// The name.
        name: Str,
        /// The templates whose names are near, nearest first.
        near: Vec<String>,
    },
}

/// One link of an error's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// A Go `template.ExecError`.
    Frame(Box<Frame>),
    /// What a function says: the whole of its error, or (where another link follows) what it puts before the error
    /// of an execution inside it.
    Text(String),
    /// `include` or `execute` of a name that is not there.
    NoTemplate {
        /// The name.
        name: Str,
        /// The name of the set, `gotpl` in Helm.
        set: Str,
    },
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Link::Frame(frame) => write!(
                f,
                "template: {}:{}:{}: executing {} at <{}>: {}",
                frame.file,
                frame.line,
                frame.column,
                quote(&frame.template),
                frame.node,
                frame.message
            ),
            Link::Text(text) => f.write_str(text),
            Link::NoTemplate { name, set } => {
                write!(f, "template: no template {} associated with template {}", quote(name), quote(set))
            }
        }
    }
}

/// A template that failed while it ran. `Display` is Go's one-line text.
///
/// The chain is flat (not boxed errors in errors), so that 100,000 nested templates can fail without recursion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecError {
    /// Innermost first.
    links: Vec<Link>,
    limit: Option<Limit>,
}

impl ExecError {
    /// An error that starts with this link.
    pub fn new(link: Link) -> Self {
        Self { links: vec![link], limit: None }
    }
    /// The same error one template further out, or with a function's words before it.
    pub fn wrapped(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }
    /// The error of a limit that was reached.
    pub fn reached(reached: Reached) -> Self {
        Self { links: vec![Link::Text(reached.message)], limit: Some(reached.limit) }
    }
    /// The limit that the run reached, where that is what went wrong.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }
    /// The same error as that of a limit that was reached.
    pub(super) fn of_limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }
    /// The outermost link and what lies directly below it.
    pub(super) fn outermost_mut(&mut self) -> (Option<&mut Link>, &mut [Link]) {
        match self.links.split_last_mut() {
            Some((outermost, below)) => (Some(outermost), below),
            None => (None, &mut []),
        }
    }
    /// The links, outermost first. Never empty.
    pub fn links(&self) -> impl DoubleEndedIterator<Item = &Link> {
        self.links.iter().rev()
    }
}

/// Why [`TemplateSet::render`](super::TemplateSet::render) did not write everything.
#[derive(Debug)]
pub enum RenderError {
    /// The template failed.
    Exec(ExecError),
    /// The writer did.
    Write(io::Error),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Exec(error) => error.fmt(f),
            RenderError::Write(error) => error.fmt(f),
        }
    }
}
impl std::error::Error for RenderError {}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, link) in self.links().enumerate() {
            if position > 0 {
                f.write_str(": ")?;
            }
            link.fmt(f)?;
        }
        Ok(())
    }
}
impl std::error::Error for ExecError {}
