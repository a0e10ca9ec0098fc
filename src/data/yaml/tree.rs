//! A document as nodes in one row: every node stands before its content, a collection knows where it ends.

use std::collections::HashMap;

use super::input::Input;
use super::parse::{Event, EventKind, Parser};
use super::scan::Scanner;
use super::token::{Fault, Mark, ScalarStyle, Span, Version};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Scalar,
    Sequence,
    Mapping,
    /// Stands for the node of that index.
    Alias(u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) style: ScalarStyle,
    /// Its text, or an alias's name.
    pub(super) text: Span,
    /// Its tag, counted from 1; 0 for none.
    tag: u32,
    /// Place in the text.
    pub(super) at: u32,
    /// Line, from 0.
    pub(super) line: u32,
    /// Index behind its last descendant.
    pub(super) end: u32,
}

/// The nodes of a text, to look at.
#[derive(Clone, Copy)]
pub(super) struct Tree<'t> {
    nodes: &'t [Node],
    input: &'t [u8],
    /// Text that does not stand in the input as it is.
    own: &'t [u8],
    tags: &'t [Vec<u8>],
    /// What to add to a node's place to get the place in the given text.
    pub(super) offset: usize,
}

/// Why a text gives no tree: Go's words and the place.
pub(super) struct TreeError {
    pub(super) message: String,
    pub(super) offset: usize,
}

/// Builds the documents of a text, one after the other, into one row of nodes.
pub(super) struct Composer<'a> {
    parser: Parser<'a>,
    version: Version,
    nodes: Vec<Node>,
    /// Nodes with a name. parity: v3 knows those of earlier documents too.
    anchors: HashMap<Vec<u8>, u32>,
    deepest: usize,
}

impl<'t> Tree<'t> {
    pub(super) fn node(&self, index: u32) -> &'t Node {
        static NOTHING: Node = Node {
            kind: NodeKind::Scalar,
            style: ScalarStyle::Plain,
            text: Span { start: 0, len: 0, owned: false },
            tag: 0,
            at: 0,
            line: 0,
            end: 0,
        };
        self.nodes.get(index as usize).unwrap_or(&NOTHING)
    }

    /// The bytes of a node's text.
    pub(super) fn text(&self, node: &Node) -> &'t [u8] {
        let source = if node.text.owned { self.own } else { self.input };
        node.text.of(source)
    }

    /// The node's tag in full; empty for none.
    pub(super) fn tag(&self, node: &Node) -> &'t [u8] {
        (node.tag as usize).checked_sub(1).and_then(|index| self.tags.get(index)).map_or(b"", |tag| tag.as_slice())
    }

    /// Where a node stands in the given text.
    pub(super) fn place(&self, node: &Node) -> usize {
        self.offset.saturating_add(node.at as usize)
    }

    /// The indices of a collection's direct content.
    pub(super) fn children(&self, index: u32) -> Children<'t> {
        Children { nodes: self.nodes, next: index.saturating_add(1), end: self.node(index).end }
    }
}

/// Walks over a collection's direct content.
pub(super) struct Children<'t> {
    nodes: &'t [Node],
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        self.next = self.nodes.get(index as usize)?.end;
        Some(index)
    }
}

impl<'a> Composer<'a> {
    pub(super) fn new(input: &'a Input<'a>, version: Version) -> Self {
        let parser = Parser::new(Scanner::new(input, version));
        Self { parser, version, nodes: Vec::new(), anchors: HashMap::new(), deepest: 0 }
    }

    /// Reads the next document; gives its first node, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<u32>, TreeError> {
        if self.version == Version::V2 {
            self.anchors.clear();
        }
        self.compose()
    }

    /// How many collections nest at most so far.
    pub(super) fn deepest(&self) -> usize {
        self.deepest
    }

    /// All nodes so far.
    pub(super) fn tree(&self) -> Tree<'_> {
        let scanner = &self.parser.scanner;
        Tree { nodes: &self.nodes, input: scanner.text, own: &scanner.buffer, tags: &self.parser.tags, offset: scanner.input.offset }
    }

    fn event(&mut self) -> Result<Event, TreeError> {
        self.parser.next().map_err(|fault| self.fault(&fault))
    }

    fn fault(&self, fault: &Fault) -> TreeError {
        TreeError { message: fault.message(self.version), offset: self.place(fault.mark) }
    }

    /// Where a mark lies in the given text.
    fn place(&self, mark: Mark) -> usize {
        self.parser.scanner.input.offset.saturating_add(mark.at as usize)
    }

    fn compose(&mut self) -> Result<Option<u32>, TreeError> {
        let root = self.nodes.len() as u32;
        let mut open = Vec::new();
        loop {
            let event = self.event()?;
            let node = match event.kind {
                EventKind::StreamEnd => return Ok(None),
                EventKind::DocumentStart => continue,
                EventKind::DocumentEnd => break,
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    let end = self.nodes.len() as u32;
                    if let Some(index) = open.pop()
                        && let Some(node) = self.nodes.get_mut(index as usize)
                    {
                        node.end = end;
                    }
                    continue;
                }
                EventKind::Alias(name) => self.alias(name, &event)?,
                EventKind::Scalar(style, text) => Node { style, text, ..self.node(NodeKind::Scalar, &event) },
                EventKind::SequenceStart => self.node(NodeKind::Sequence, &event),
                EventKind::MappingStart => self.node(NodeKind::Mapping, &event),
            };
            let index = self.nodes.len() as u32;
            if let Some(name) = event.anchor {
                self.anchors.insert(self.parser.scanner.bytes(name).to_vec(), index);
            }
            if matches!(event.kind, EventKind::SequenceStart | EventKind::MappingStart) {
                open.push(index);
                self.deepest = self.deepest.max(open.len());
            }
            self.nodes.push(node);
        }
        Ok(Some(root))
    }

    fn node(&self, kind: NodeKind, event: &Event) -> Node {
        Node {
            kind,
            style: ScalarStyle::Plain,
            text: Span::default(),
            tag: event.tag.map_or(0, |tag| tag.saturating_add(1)),
            at: event.mark.at,
            line: event.mark.line,
            end: (self.nodes.len() as u32).saturating_add(1),
        }
    }

    fn alias(&self, name: Span, event: &Event) -> Result<Node, TreeError> {
        let name_bytes = self.parser.scanner.bytes(name);
        match self.anchors.get(name_bytes) {
            Some(target) => Ok(Node { text: name, ..self.node(NodeKind::Alias(*target), event) }),
            None => Err(TreeError {
                message: format!("yaml: unknown anchor '{}' referenced", String::from_utf8_lossy(name_bytes)),
                offset: self.place(event.mark),
            }),
        }
    }
}
