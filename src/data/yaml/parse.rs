//! Tokens to events, by libyaml's states: collections nest on a stack of our own, never on the machine's.

use super::scan::Scanner;
use super::token::{Fault, Mark, ScalarStyle, Span, Token, TokenKind};

/// One step of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(Span),
    Scalar(ScalarStyle, Span),
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) mark: Mark,
    pub(super) anchor: Option<Span>,
    /// Index into [`Parser::tags`].
    pub(super) tag: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FirstDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequenceEntry,
    IndentlessEntry,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

pub(super) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    marks: Vec<Mark>,
    /// Handles and prefixes in force.
    handles: Vec<(Vec<u8>, Vec<u8>)>,
    /// Resolved tags.
    pub(super) tags: Vec<Vec<u8>>,
}

const CORE_PREFIX: &[u8] = b"tag:yaml.org,2002:";

impl<'a> Parser<'a> {
    pub(super) fn new(scanner: Scanner<'a>) -> Self {
        Self { scanner, state: State::FirstDocumentStart, states: Vec::new(), marks: Vec::new(), handles: Vec::new(), tags: Vec::new() }
    }

    /// The next event.
    pub(super) fn next(&mut self) -> Result<Event, Fault> {
        let event = self.step()?;
        self.scanner.ahead.take().map_or(Ok(event), Err)
    }

    fn step(&mut self) -> Result<Event, Fault> {
        match self.state {
            State::FirstDocumentStart => {
                // the stream's start
                self.scanner.peek()?;
                self.scanner.skip();
                self.document_start(true)
            }
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirst => self.block_sequence_entry(true),
            State::BlockSequenceEntry => self.block_sequence_entry(false),
            State::IndentlessEntry => self.indentless_entry(),
            State::BlockMappingFirst => self.block_mapping_key(true),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMappingFirst => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(event(EventKind::StreamEnd, self.scanner.mark())),
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn skip_and_peek(&mut self) -> Result<Token, Fault> {
        self.scanner.skip();
        self.scanner.peek()
    }

    fn fault<T>(&mut self, problem: &'static str, mark: Mark, context: Mark) -> Result<T, Fault> {
        Err(Fault { problem: problem.into(), from_scanner: false, mark, context })
    }

    /// An empty scalar where a node is missing; `then` is what follows it.
    fn empty(&mut self, mark: Mark, then: State) -> Result<Event, Fault> {
        self.state = then;
        Ok(empty_scalar(mark))
    }

    // ---- documents

    fn document_start(&mut self, first: bool) -> Result<Event, Fault> {
        let mut token = self.scanner.peek()?;
        if !first {
            while token.kind == TokenKind::DocumentEnd {
                token = self.skip_and_peek()?;
            }
        }
        let explicit = matches!(token.kind, TokenKind::Version(..) | TokenKind::TagDirective(_) | TokenKind::DocumentStart);
        if token.kind == TokenKind::StreamEnd {
            self.state = State::End;
            self.scanner.skip();
            return Ok(event(EventKind::StreamEnd, token.start));
        }
        self.process_directives()?;
        self.states.push(State::DocumentEnd);
        if first && !explicit {
            self.state = State::BlockNode;
            return Ok(event(EventKind::DocumentStart, token.start));
        }
        let start = self.scanner.peek()?;
        if start.kind != TokenKind::DocumentStart {
            return self.fault("did not find expected <document start>", start.start, Mark::default());
        }
        self.state = State::DocumentContent;
        self.scanner.skip();
        Ok(event(EventKind::DocumentStart, token.start))
    }

    fn document_content(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Version(..)
            | TokenKind::TagDirective(_)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                Ok(empty_scalar(token.start))
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::DocumentEnd {
            self.scanner.skip();
        }
        self.handles.clear();
        self.state = State::DocumentStart;
        Ok(event(EventKind::DocumentEnd, token.start))
    }

    fn process_directives(&mut self) -> Result<(), Fault> {
        let mut version = false;
        let mut token = self.scanner.peek()?;
        loop {
            match token.kind {
                TokenKind::Version(..) if version => {
                    return self.fault("found duplicate %YAML directive", token.start, Mark::default());
                }
                TokenKind::Version(1, 1) => version = true,
                TokenKind::Version(..) => {
                    return self.fault("found incompatible YAML document", token.start, Mark::default());
                }
                TokenKind::TagDirective(index) => {
                    let Some(directive) = self.scanner.tags.get(index as usize).cloned() else { break };
                    if self.handles.iter().any(|(handle, _)| *handle == directive.0) {
                        return self.fault("found duplicate %TAG directive", token.start, Mark::default());
                    }
                    self.handles.push(directive);
                }
                _ => break,
            }
            token = self.skip_and_peek()?;
        }
        for (handle, prefix) in [(&b"!"[..], &b"!"[..]), (b"!!", CORE_PREFIX)] {
            if !self.handles.iter().any(|(known, _)| known == handle) {
                self.handles.push((handle.to_vec(), prefix.to_vec()));
            }
        }
        Ok(())
    }

    // ---- nodes

    fn node(&mut self, block: bool, indentless: bool) -> Result<Event, Fault> {
        let mut token = self.scanner.peek()?;
        let start = token.start;
        if let TokenKind::Alias(name) = token.kind {
            self.pop_state();
            self.scanner.skip();
            return Ok(event(EventKind::Alias(name), start));
        }
        let mut anchor = None;
        let mut tag = None;
        for _ in 0..2 {
            match token.kind {
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                TokenKind::Tag(index) if tag.is_none() => tag = Some((index, token.start)),
                _ => break,
            }
            token = self.skip_and_peek()?;
        }
        let tag = match tag {
            Some((index, mark)) => self.resolve_tag(index, start, mark)?,
            None => None,
        };
        let (kind, then) = match token.kind {
            TokenKind::BlockEntry if indentless => (EventKind::SequenceStart, State::IndentlessEntry),
            TokenKind::FlowSequenceStart => (EventKind::SequenceStart, State::FlowSequenceFirst),
            TokenKind::FlowMappingStart => (EventKind::MappingStart, State::FlowMappingFirst),
            TokenKind::BlockSequenceStart if block => (EventKind::SequenceStart, State::BlockSequenceFirst),
            TokenKind::BlockMappingStart if block => (EventKind::MappingStart, State::BlockMappingFirst),
            TokenKind::Scalar(style, span) => {
                self.pop_state();
                self.scanner.skip();
                return Ok(Event { kind: EventKind::Scalar(style, span), mark: start, anchor, tag });
            }
            _ if anchor.is_some() || tag.is_some() => {
                self.pop_state();
                return Ok(Event { anchor, tag, ..empty_scalar(start) });
            }
            _ => return self.fault("did not find expected node content", token.start, start),
        };
        self.state = then;
        Ok(Event { kind, mark: start, anchor, tag })
    }

    /// The whole tag of a handle and suffix.
    fn resolve_tag(&mut self, index: u32, start: Mark, mark: Mark) -> Result<Option<u32>, Fault> {
        let Some((handle, suffix)) = self.scanner.tags.get(index as usize) else { return Ok(None) };
        let tag = if handle.is_empty() {
            suffix.clone()
        } else {
            let prefix = self.handles.iter().find(|(known, _)| known == handle);
            prefix.map(|(_, prefix)| [prefix.as_slice(), suffix].concat()).unwrap_or_default()
        };
        if tag.is_empty() {
            if handle.is_empty() {
                return Ok(None);
            }
            return self.fault("found undefined tag handle", mark, start);
        }
        let number = self.tags.len() as u32;
        self.tags.push(tag);
        Ok(Some(number))
    }

    // ---- block collections

    fn enter(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        self.marks.push(token.start);
        self.scanner.skip();
        Ok(())
    }

    fn leave(&mut self, kind: EventKind, token: Token) -> Event {
        self.pop_state();
        self.marks.pop();
        self.scanner.skip();
        event(kind, token.start)
    }

    fn context(&self) -> Mark {
        self.marks.last().copied().unwrap_or_default()
    }

    fn block_sequence_entry(&mut self, first: bool) -> Result<Event, Fault> {
        if first {
            self.enter()?;
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let next = self.skip_and_peek()?;
                if matches!(next.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return self.empty(token.end, State::BlockSequenceEntry);
                }
                self.states.push(State::BlockSequenceEntry);
                self.node(true, false)
            }
            TokenKind::BlockEnd => Ok(self.leave(EventKind::SequenceEnd, token)),
            _ => self.fault("did not find expected '-' indicator", token.start, self.context()),
        }
    }

    fn indentless_entry(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.pop_state();
            return Ok(event(EventKind::SequenceEnd, token.start));
        }
        let next = self.skip_and_peek()?;
        if matches!(next.kind, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return self.empty(token.end, State::IndentlessEntry);
        }
        self.states.push(State::IndentlessEntry);
        self.node(true, false)
    }

    fn block_mapping_key(&mut self, first: bool) -> Result<Event, Fault> {
        if first {
            self.enter()?;
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => {
                let next = self.skip_and_peek()?;
                if matches!(next.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
                    return self.empty(token.end, State::BlockMappingValue);
                }
                self.states.push(State::BlockMappingValue);
                self.node(true, true)
            }
            TokenKind::BlockEnd => Ok(self.leave(EventKind::MappingEnd, token)),
            _ => self.fault("did not find expected key", token.start, self.context()),
        }
    }

    fn block_mapping_value(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Value {
            return self.empty(token.start, State::BlockMappingKey);
        }
        let next = self.skip_and_peek()?;
        if matches!(next.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return self.empty(token.end, State::BlockMappingKey);
        }
        self.states.push(State::BlockMappingKey);
        self.node(true, true)
    }

    // ---- flow collections

    fn flow_sequence_entry(&mut self, first: bool) -> Result<Event, Fault> {
        if first {
            self.enter()?;
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return self.fault("did not find expected ',' or ']'", token.start, self.context());
                }
                token = self.skip_and_peek()?;
            }
            if token.kind == TokenKind::Key {
                self.state = State::FlowPairKey;
                self.scanner.skip();
                return Ok(event(EventKind::MappingStart, token.start));
            }
            if token.kind != TokenKind::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        Ok(self.leave(EventKind::SequenceEnd, token))
    }

    fn flow_pair_key(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            // parity: go-yaml drops that token here, so `[? : x]` is an error
            self.scanner.skip();
            return self.empty(token.end, State::FlowPairValue);
        }
        self.states.push(State::FlowPairValue);
        self.node(false, false)
    }

    fn flow_pair_value(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            let next = self.skip_and_peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        self.empty(token.start, State::FlowPairEnd)
    }

    fn flow_pair_end(&mut self) -> Result<Event, Fault> {
        let token = self.scanner.peek()?;
        self.state = State::FlowSequenceEntry;
        Ok(event(EventKind::MappingEnd, token.start))
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<Event, Fault> {
        if first {
            self.enter()?;
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return self.fault("did not find expected ',' or '}'", token.start, self.context());
                }
                token = self.skip_and_peek()?;
            }
            if token.kind == TokenKind::Key {
                token = self.skip_and_peek()?;
                if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    return self.empty(token.start, State::FlowMappingValue);
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if token.kind != TokenKind::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        Ok(self.leave(EventKind::MappingEnd, token))
    }

    fn flow_mapping_value(&mut self, empty: bool) -> Result<Event, Fault> {
        let mut token = self.scanner.peek()?;
        if !empty && token.kind == TokenKind::Value {
            token = self.skip_and_peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.node(false, false);
            }
        }
        self.empty(token.start, State::FlowMappingKey)
    }
}

fn event(kind: EventKind, mark: Mark) -> Event {
    Event { kind, mark, anchor: None, tag: None }
}

fn empty_scalar(mark: Mark) -> Event {
    event(EventKind::Scalar(ScalarStyle::Plain, Span::default()), mark)
}
