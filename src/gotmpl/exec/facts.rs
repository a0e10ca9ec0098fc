//! What is known about a failure beside Go's text: `the execution as it stopped + its error → facts`.
//!
//! Nothing is kept for it while all goes well. When an execution has failed, its variables and the node that was looked
//! at last are still there: fields are looked up once more, functions are never called again.

use super::Execution;
use super::operand::{Operand, as_map};
use crate::data::{Kind as ValueKind, Member, Origin, Str, Value};
use crate::diag::{near, nearest};
use crate::gotmpl::error::{ExecError, Fact, Frame, Link};
use crate::gotmpl::parse::{Kind, NodeId, Tree};

/// Facts about one failure; more would hide what matters.
const MAX_FACTS: usize = 3;
/// Links of an error whose frames are still worth looking at; a recursion has thousands.
const MAX_LINKS: usize = 64;
/// Names among which near ones are looked for.
const MAX_NAMES: usize = 10_000;

impl Execution<'_> {
    /// Remembers what `.` was where something failed.
    #[cold]
    pub(super) fn failed_with(&mut self, dot: &Operand, error: ExecError) -> ExecError {
        self.dot_at_fault.get_or_insert_with(|| dot.clone());
        error
    }

    /// The error of this execution with what can be found out about it.
    #[cold]
    pub(super) fn with_facts(&self, mut error: ExecError) -> ExecError {
        let (Some(Link::Frame(frame)), below) = error.outermost_mut() else { return error };
        let Some(dot) = &self.dot_at_fault else { return error };
        if below.len() > MAX_LINKS || matches!(below.last(), Some(Link::Frame(_))) {
            return error;
        }
        let scene = Scene { execution: self, dot, parents: parents(self.program.tree()) };
        frame.facts = scene.facts(frame, below);
        for inner in below.iter_mut().rev() {
            if let Link::Frame(inner) = inner {
                inner.origin = inner.origin.or(scene.origin_of(&inner.source));
            }
        }
        error
    }
}

/// The node above each node; its own number where there is none.
fn parents(tree: &Tree) -> Vec<NodeId> {
    let mut parents: Vec<NodeId> = (0..tree.nodes.len() as NodeId).collect();
    for (node, _) in (0..).zip(&tree.nodes) {
        for child in children(tree, node) {
            if let Some(parent) = parents.get_mut(child as usize) {
                *parent = node;
            }
        }
    }
    parents
}

fn children(tree: &Tree, node: NodeId) -> Vec<NodeId> {
    match &tree.node(node).kind {
        Kind::Action { pipe } => vec![*pipe],
        Kind::If(branch) | Kind::With(branch) | Kind::Range(branch) => {
            [Some(branch.pipe), Some(branch.list), branch.otherwise].into_iter().flatten().collect()
        }
        Kind::Template { pipe, .. } => pipe.iter().copied().collect(),
        Kind::List(items) | Kind::Command(items) => tree.span(*items).to_vec(),
        Kind::Pipe(pipe) => tree.span(pipe.commands).to_vec(),
        Kind::Chain { node, .. } => vec![*node],
        _ => Vec::new(),
    }
}

/// What an expression comes to.
enum Found {
    /// This value.
    Value(String, Value),
    /// It stops at something without that name.
    Missing(String, Value, Str),
}

/// An execution as it stopped.
struct Scene<'s, 'e> {
    execution: &'s Execution<'e>,
    dot: &'s Operand,
    parents: Vec<NodeId>,
}

impl Scene<'_, '_> {
    fn tree(&self) -> &Tree {
        self.execution.program.tree()
    }
    fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.parents.get(node as usize).copied().filter(|parent| *parent != node)
    }

    fn facts(&self, frame: &Frame, below: &[Link]) -> Vec<Fact> {
        if let Some(Link::NoTemplate { name, .. }) = below.last() {
            return vec![self.no_template(name)];
        }
        let node = self.execution.node;
        let message = frame.message.as_str();
        if let Kind::Template { name, .. } = &self.tree().node(node).kind
            && message.starts_with("template ")
        {
            return vec![self.no_template(name)];
        }
        let mut facts = Vec::new();
        for about in self.expressions(node, message) {
            for reference in self.references(about) {
                let fact = self.resolve(reference).map(Found::fact);
                facts.extend(fact.filter(|fact| !facts.contains(fact)));
            }
        }
        facts.truncate(MAX_FACTS);
        facts
    }

    fn no_template(&self, name: &Str) -> Fact {
        let names: Vec<_> = self.execution.set.names().take(MAX_NAMES).map(Str::to_text).collect();
        let near = near(&name.to_text(), names.iter().map(|name| &**name)).into_iter().map(str::to_owned).collect();
        Fact::NoTemplate { name: name.clone(), near }
    }

    /// The expressions whose values matter where `node` fails with that message.
    fn expressions(&self, node: NodeId, message: &str) -> Vec<NodeId> {
        if message.starts_with("error calling ") {
            let command = self.up_to(node, |kind| matches!(kind, Kind::Command(_))).unwrap_or(node);
            let mut own: Vec<NodeId> = self.before(command).iter().copied().chain([command]).collect();
            if own.iter().all(|node| self.references(*node).is_empty()) {
                own = self.conditions(node);
            }
            return own;
        }
        let field = ["nil pointer evaluating", "can't evaluate field", "map has no entry", "nil data; no entry", "invalid value; expected"];
        if field.iter().any(|start| message.starts_with(start)) {
            return vec![node];
        }
        if let Some((_, got)) = message.strip_prefix("wrong type for value; expected ").and_then(|rest| rest.split_once("; got ")) {
            let is_it = match self.resolve(node) {
                Some(Found::Value(_, value)) => value.go_type().map_or("interface {}", |of| of.name()) == got,
                Some(Found::Missing(..)) => true,
                None => matches!(self.tree().node(node).kind, Kind::Pipe(_) | Kind::Chain { .. }),
            };
            let command = self.up_to(node, |kind| matches!(kind, Kind::Command(_)));
            return if is_it { vec![node] } else { command.map(|command| self.before(command).to_vec()).unwrap_or_default() };
        }
        if message.starts_with("range can't iterate over") || message.starts_with("can't use ") {
            let pipe = self.up_to(node, |kind| matches!(kind, Kind::Range(_)));
            return pipe.and_then(|range| children(self.tree(), range).first().copied()).into_iter().collect();
        }
        Vec::new()
    }

    /// The node itself or the nearest one above it that is of a kind.
    fn up_to(&self, node: NodeId, is: impl Fn(&Kind) -> bool) -> Option<NodeId> {
        let mut at = node;
        while !is(&self.tree().node(at).kind) {
            at = self.parent(at)?;
        }
        Some(at)
    }

    /// The commands before a command in its pipeline: what they give is handed on to it.
    fn before(&self, command: NodeId) -> &[NodeId] {
        let Some(Kind::Pipe(pipe)) = self.parent(command).map(|pipe| &self.tree().node(pipe).kind) else { return &[] };
        let commands = self.tree().span(pipe.commands);
        let at = commands.iter().position(|one| *one == command);
        at.and_then(|at| commands.get(..at)).unwrap_or(&[])
    }

    /// What decided that a node is reached: the nearest `if` or `with` around it.
    fn conditions(&self, node: NodeId) -> Vec<NodeId> {
        let branch = self.up_to(node, |kind| matches!(kind, Kind::If(_)));
        branch.and_then(|branch| children(self.tree(), branch).first().copied()).into_iter().collect()
    }

    /// The fields and variables in an expression, as they stand there.
    fn references(&self, expression: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open = vec![expression];
        while let Some(node) = open.pop() {
            match &self.tree().node(node).kind {
                Kind::Field(_) => found.push(node),
                Kind::Variable(variable) if variable.fields.is_empty() && self.symbol(variable.symbol) == "$" => {}
                Kind::Variable(_) => found.push(node),
                Kind::Chain { .. } if self.resolve(node).is_some() => found.push(node),
                _ => open.extend(children(self.tree(), node).into_iter().rev()),
            }
        }
        found
    }

    fn symbol(&self, symbol: u32) -> String {
        self.tree().symbols.get(symbol as usize).map(|name| name.to_text().into_owned()).unwrap_or_default()
    }

    /// Looks an expression up once more; `None` where only a call would tell.
    fn resolve(&self, node: NodeId) -> Option<Found> {
        match &self.tree().node(node).kind {
            Kind::Dot => Some(Found::Value(".".to_owned(), self.dot.value.clone())),
            Kind::Field(names) => descend(String::new(), self.dot.value.clone(), self.tree().names(*names)),
            Kind::Variable(variable) => {
                let value = self.execution.variable(variable).ok()?.value.clone();
                descend(self.symbol(variable.symbol), value, self.tree().names(variable.fields))
            }
            Kind::Chain { node, fields } => match self.resolve_inner(*node)? {
                Found::Value(expression, value) => descend(format!("({expression})"), value, self.tree().names(*fields)),
                missing => Some(missing),
            },
            Kind::Pipe(_) | Kind::Command(_) => self.resolve_inner(node),
            _ => None,
        }
    }

    /// A pipeline of one command of one word is that word.
    fn resolve_inner(&self, node: NodeId) -> Option<Found> {
        let mut at = node;
        while let Kind::Pipe(_) | Kind::Command(_) = &self.tree().node(at).kind {
            let [only] = children(self.tree(), at)[..] else { return None };
            at = only;
        }
        match &self.tree().node(at).kind {
            // Chains in chains nest as deep as the text says: one level is enough to explain something.
            Kind::Chain { .. } => None,
            _ => self.resolve(at),
        }
    }

    /// Where a text was written that one of the failing call's expressions is.
    fn origin_of(&self, text: &Str) -> Origin {
        let command = self.up_to(self.execution.node, |kind| matches!(kind, Kind::Command(_)));
        let expressions = command.into_iter().flat_map(|command| self.before(command).iter().copied().chain([command]));
        let mut values = expressions.flat_map(|node| self.references(node)).filter_map(|reference| self.resolve(reference));
        values
            .find_map(|found| match found {
                Found::Value(_, value) if value.as_str() == Some(text) => Some(value.origin),
                _ => None,
            })
            .unwrap_or_default()
    }
}

/// Follows names from a value as far as they lead.
fn descend(head: String, mut value: Value, names: &[Str]) -> Option<Found> {
    let mut expression = head;
    for name in names {
        let next = match &value.kind {
            ValueKind::Nil => return Some(Found::Value(expression, value)),
            ValueKind::Map(map) => map.get(name),
            ValueKind::Object(object) => match object.member(&name.to_text()) {
                // A key that is not there is nil to Go: whether it is there is what matters here.
                Some(Member::Field(field)) if field.is_nil() && as_map(&value).is_some_and(|map| map.get(name).is_none()) => None,
                Some(Member::Field(field)) => Some(field),
                Some(_) => return None,
                None => as_map(&value).and_then(|map| map.get(name)),
            },
            _ => return Some(Found::Value(expression, value)),
        };
        match next {
            Some(next) => value = next,
            None => return Some(Found::Missing(expression, value, name.clone())),
        }
        expression = format!("{expression}.{name}");
    }
    Some(Found::Value(expression, value))
}

impl Found {
    fn fact(self) -> Fact {
        match self {
            Found::Value(expression, value) => Fact::Value { expression, kind: kind(&value), origin: value.origin },
            Found::Missing(holder, value, name) => {
                let names = names(&value);
                let near = nearest(&name.to_text(), names.iter().map(String::as_str)).map(str::to_owned);
                Fact::Missing { holder, name, near, names: names.len(), origin: value.origin }
            }
        }
    }
}

/// The names that something has.
fn names(value: &Value) -> Vec<String> {
    if let Some(map) = as_map(value) {
        return map.read().keys().take(MAX_NAMES).map(|key| key.to_text().into_owned()).collect();
    }
    match &value.kind {
        ValueKind::Object(object) => object.fields().into_iter().map(|(name, _)| name.to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match &value.kind {
        ValueKind::Nil => "null",
        ValueKind::Bool(_) => "a boolean",
        ValueKind::Int(..) | ValueKind::Uint(..) | ValueKind::Float(_) | ValueKind::Complex(..) => "a number",
        ValueKind::String(_) => "a string",
        ValueKind::Bytes(_) => "a byte string",
        ValueKind::List(_) => "a list",
        ValueKind::Map(_) => "a map",
        ValueKind::Object(_) if as_map(value).is_some() => "a map",
        ValueKind::Object(_) => "an object",
    }
}
