//! A node as Go prints it in errors: spaces normalised, literals as written.

use super::{Kind, NodeId, Span, Tree};
use crate::golang::strconv;
use crate::gotmpl::funcs::FunctionTable;
use crate::gotmpl::stack::{Recursive, Stack, deeper};

/// Prints a node. Control structures show their first action only; Go's errors never name one.
pub(in crate::gotmpl) fn print(functions: &FunctionTable, tree: &Tree, text: &[u8], node: NodeId) -> String {
    let mut printer = Printer { functions, tree, text, out: Vec::new(), stack: Stack::here() };
    printer.node(node);
    String::from_utf8_lossy(&printer.out).into_owned()
}

struct Printer<'p> {
    functions: &'p FunctionTable,
    tree: &'p Tree,
    text: &'p [u8],
    out: Vec<u8>,
    stack: Stack,
}

impl Recursive for Printer<'_> {
    fn stack(&mut self) -> &mut Stack {
        &mut self.stack
    }
}

impl Printer<'_> {
    fn put(&mut self, text: impl AsRef<[u8]>) {
        self.out.extend_from_slice(text.as_ref());
    }
    fn source(&mut self, from: u32, to: u32) {
        let text = self.text;
        self.put(text.get(from as usize..to as usize).unwrap_or(&[]));
    }
    fn fields(&mut self, fields: Span) {
        for field in self.tree.names(fields) {
            self.put(".");
            self.put(field);
        }
    }
    fn action(&mut self, keyword: &str, pipe: NodeId) {
        self.put("{{");
        self.put(keyword);
        self.node(pipe);
        self.put("}}");
    }

    fn node(&mut self, id: NodeId) {
        if self.stack.is_low() {
            deeper(self, |printer| printer.node(id));
            return;
        }
        let tree = self.tree;
        let node = tree.node(id);
        match &node.kind {
            Kind::Text { end } => self.source(node.at, *end),
            Kind::Action { pipe } => self.action("", *pipe),
            Kind::If(branch) => self.action("if ", branch.pipe),
            Kind::With(branch) => self.action("with ", branch.pipe),
            Kind::Range(branch) => self.action("range ", branch.pipe),
            Kind::Template { name, pipe } => {
                self.put("{{template ");
                self.put(strconv::quote(name));
                if let Some(pipe) = pipe {
                    self.put(" ");
                    self.node(*pipe);
                }
                self.put("}}");
            }
            Kind::Break => self.put("{{break}}"),
            Kind::Continue => self.put("{{continue}}"),
            Kind::List(items) => tree.span(*items).iter().for_each(|item| self.node(*item)),
            Kind::Pipe(pipe) => {
                self.joined(tree.span(pipe.declared), ", ");
                if !tree.span(pipe.declared).is_empty() {
                    self.put(if pipe.assign { " = " } else { " := " });
                }
                self.joined(tree.span(pipe.commands), " | ");
            }
            Kind::Command(words) => self.joined(tree.span(*words), " "),
            Kind::Function(row) => self.put(self.functions.row(*row).function.name),
            Kind::Field(fields) => self.fields(*fields),
            Kind::Variable(variable) => {
                self.put(tree.symbols.get(variable.symbol as usize).map_or(&[][..], |name| name));
                self.fields(variable.fields);
            }
            Kind::Chain { node, fields } => {
                self.operand(*node);
                self.fields(*fields);
            }
            Kind::Dot => self.put("."),
            Kind::Nil => self.put("nil"),
            Kind::Bool(truth) => self.put(if *truth { "true" } else { "false" }),
            Kind::Number(number) => self.source(node.at, number.end),
            Kind::String { end, .. } => self.source(node.at, *end),
        }
    }

    /// A word of a command: pipelines in parentheses.
    fn operand(&mut self, id: NodeId) {
        let pipe = matches!(self.tree.node(id).kind, Kind::Pipe(_));
        self.put(if pipe { "(" } else { "" });
        self.node(id);
        self.put(if pipe { ")" } else { "" });
    }

    fn joined(&mut self, ids: &[NodeId], separator: &str) {
        for (position, id) in ids.iter().enumerate() {
            self.put(if position > 0 { separator } else { "" });
            self.operand(*id);
        }
    }
}
