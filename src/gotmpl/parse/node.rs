//! The compiled tree: nodes in one vector, children as ranges of another, text as slices of the source.

use crate::data::{Str, Value};

/// A node's number in [`Tree::nodes`].
pub(in crate::gotmpl) type NodeId = u32;

/// A range of [`Tree::children`] or of [`Tree::names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::gotmpl) struct Span {
    start: u32,
    end: u32,
}

/// One node.
#[derive(Debug)]
pub(in crate::gotmpl) struct Node {
    /// Byte offset in the source; errors count line and column from it.
    pub(in crate::gotmpl) at: u32,
    pub(in crate::gotmpl) kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(in crate::gotmpl) enum Kind {
    /// Source text up to `end`.
    Text {
        end: u32,
    },
    Action {
        pipe: NodeId,
    },
    If(Branch),
    With(Branch),
    Range(Branch),
    Template {
        name: Str,
        pipe: Option<NodeId>,
    },
    Break,
    Continue,
    List(Span),
    Pipe(Pipe),
    /// A word with its arguments.
    Command(Span),
    /// The number of a row in the function table.
    Function(u32),
    /// `.a.b`
    Field(Span),
    Variable(Variable),
    /// `(pipeline).a.b`, `function.a`
    Chain {
        node: NodeId,
        fields: Span,
    },
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    /// A constant; the literal ends at `end`.
    String {
        value: Value,
        end: u32,
    },
}

/// `if`, `with` or `range`.
#[derive(Debug, Clone, Copy)]
pub(in crate::gotmpl) struct Branch {
    pub(in crate::gotmpl) pipe: NodeId,
    pub(in crate::gotmpl) list: NodeId,
    pub(in crate::gotmpl) otherwise: Option<NodeId>,
}

/// A pipeline with what it declares.
#[derive(Debug, Clone, Copy)]
pub(in crate::gotmpl) struct Pipe {
    pub(in crate::gotmpl) declared: Span,
    /// `=`, not `:=`
    pub(in crate::gotmpl) assign: bool,
    pub(in crate::gotmpl) commands: Span,
    /// The only word, where it names a value and nothing is declared: `.`, `.a.b`, `$x.a`.
    pub(in crate::gotmpl) named: Option<NodeId>,
}

/// `$x.a.b`
#[derive(Debug, Clone, Copy)]
pub(in crate::gotmpl) struct Variable {
    /// Its number in [`Tree::symbols`].
    pub(in crate::gotmpl) symbol: u32,
    /// Where it stands on the stack of a regular template; [`UNRESOLVED`] where nobody has declared it.
    pub(in crate::gotmpl) slot: u32,
    pub(in crate::gotmpl) fields: Span,
}

/// No slot: only looking for the name will tell.
pub(in crate::gotmpl) const UNRESOLVED: u32 = u32::MAX;

/// A numeric constant under all types that can hold it, as Go's ideal constants.
#[derive(Debug, Clone, Default)]
pub(in crate::gotmpl) struct Number {
    pub(in crate::gotmpl) int: Option<i64>,
    pub(in crate::gotmpl) uint: Option<u64>,
    pub(in crate::gotmpl) float: Option<f64>,
    pub(in crate::gotmpl) complex: Option<(f64, f64)>,
    /// Its value where nothing asks for a type; `None`: it overflows int.
    pub(in crate::gotmpl) ideal: Option<Value>,
    /// The literal ends here.
    pub(in crate::gotmpl) end: u32,
}

/// One template of a file.
#[derive(Debug)]
pub(in crate::gotmpl) struct Template {
    pub(in crate::gotmpl) name: Str,
    pub(in crate::gotmpl) root: NodeId,
    /// Only white space and comments: never replaces another template.
    pub(in crate::gotmpl) empty: bool,
    /// Variables are declared inside parentheses, where `and` and `or` may skip them: slots don't hold.
    pub(in crate::gotmpl) irregular: bool,
}

/// Everything the parser makes of a file.
#[derive(Debug, Default)]
pub(in crate::gotmpl) struct Tree {
    pub(in crate::gotmpl) nodes: Vec<Node>,
    pub(in crate::gotmpl) children: Vec<NodeId>,
    /// Names of fields.
    pub(in crate::gotmpl) names: Vec<Str>,
    /// Names of variables, with the dollar sign.
    pub(in crate::gotmpl) symbols: Vec<Str>,
    /// The file's own template first, then the defined ones.
    pub(in crate::gotmpl) templates: Vec<Template>,
}

impl Span {
    pub(in crate::gotmpl) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

impl Tree {
    /// The children in a range.
    pub(in crate::gotmpl) fn span(&self, span: Span) -> &[NodeId] {
        self.children.get(span.start as usize..span.end as usize).unwrap_or(&[])
    }
    /// The names of fields in a range.
    pub(in crate::gotmpl) fn names(&self, span: Span) -> &[Str] {
        self.names.get(span.start as usize..span.end as usize).unwrap_or(&[])
    }
    /// A node; ids come from the parser only.
    #[expect(clippy::indexing_slicing, reason = "an id is made by `add`, together with its node, and no node is ever removed")]
    pub(in crate::gotmpl) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }
    pub(super) fn add(&mut self, at: usize, kind: Kind) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { at: at as u32, kind });
        id
    }
    /// The range of the names from there to the last one.
    pub(super) fn names_from(&self, start: usize) -> Span {
        Span { start: start as u32, end: self.names.len() as u32 }
    }
    pub(super) fn add_children(&mut self, ids: &[NodeId]) -> Span {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(ids);
        Span { start, end: self.children.len() as u32 }
    }
}
