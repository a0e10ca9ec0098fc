//! What the scanner gives the parser: tokens with their marks, and the faults of both.

use std::borrow::Cow;

/// Which go-yaml to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// go.yaml.in/yaml/v2
    V2,
    /// go.yaml.in/yaml/v3, which reads two tokens ahead and takes tabs between comments.
    V3,
}

/// A place in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Byte.
    pub(super) at: u32,
    /// Line, from 0.
    pub(super) line: u32,
}

/// A piece of the input, or of the scanner's own buffer where it had to be put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) owned: bool,
}

impl Span {
    /// Its bytes in the text that it is a piece of.
    pub(super) fn of(self, source: &[u8]) -> &[u8] {
        source.get(self.start as usize..).and_then(|rest| rest.get(..self.len as usize)).unwrap_or_default()
    }
}

/// A fault of the text, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) problem: Cow<'static, str>,
    /// The scanner counts lines from 0 in its messages, the parser is one behind.
    pub(super) from_scanner: bool,
    pub(super) mark: Mark,
    pub(super) context: Mark,
}

impl Fault {
    /// Go's words. parity: v2 looks at the problem's line first and forgets to count up the context's, v3 at the context's.
    pub(super) fn message(&self, version: Version) -> String {
        let up = u32::from(self.from_scanner);
        let line = match version {
            Version::V2 if self.mark.line != 0 => self.mark.line.saturating_add(up),
            Version::V2 => self.context.line,
            Version::V3 if self.context.line != 0 => self.context.line.saturating_add(up),
            Version::V3 if self.mark.line != 0 => self.mark.line.saturating_add(up),
            Version::V3 => 0,
        };
        if line == 0 { format!("yaml: {}", self.problem) } else { format!("yaml: line {line}: {}", self.problem) }
    }
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarStyle {
    Plain,
    Quoted,
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`
    Version(u8, u8),
    /// `%TAG`: index of its handle and prefix in [`Scanner::tags`](super::scan::Scanner).
    TagDirective(u32),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(Span),
    Anchor(Span),
    /// Index of its handle and suffix in [`Scanner::tags`](super::scan::Scanner).
    Tag(u32),
    Scalar(ScalarStyle, Span),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: Mark,
    pub(super) end: Mark,
    /// The simple key that this token may turn out to start: its place in the stack, counted from 1.
    pub(super) key: u32,
}
