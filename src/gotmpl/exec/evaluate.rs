//! Pipelines, commands and their words; fields and methods.

use super::operand::{Operand, as_map};
use super::{Execution, Result};
use crate::data::{GoKind, Kind as ValueKind, Map, Member, Str, Type, Value};
use crate::golang::strconv;
use crate::gotmpl::engine::MissingKey;
use crate::gotmpl::parse::{Kind, NodeId, Span, Variable};
use crate::gotmpl::stack::deeper;
use crate::gotmpl::trace::Use;

/// The words after the first of a command, and what the pipeline hands on to it.
#[derive(Clone, Copy)]
pub(super) struct Words<'w> {
    pub(super) rest: &'w [NodeId],
    pub(super) last: Option<&'w Operand>,
    /// Whether the result is printed and nothing else, so that a function may write it out itself.
    pub(super) printed: bool,
}

impl Words<'_> {
    /// A name alone.
    pub(super) const NONE: Words<'static> = Words { rest: &[], last: None, printed: false };

    fn is_empty(self) -> bool {
        self.rest.is_empty() && self.last.is_none()
    }
}

impl Execution<'_> {
    /// A pipeline's value; its variables are on the stack afterwards.
    pub(super) fn pipeline(&mut self, dot: &Operand, id: NodeId) -> Result<Operand> {
        if self.run.shared.stack.is_low() {
            return deeper(self, |this| this.pipeline(dot, id)).unwrap_or_else(|| self.fault("no stack for nested expressions"));
        }
        let program = self.program;
        let pipe = self.pipe(id);
        let value = self.commands(dot, id, pipe.commands, false)?;
        for declared in program.tree().span(pipe.declared) {
            if pipe.assign {
                self.assign(*declared, value.clone())?;
            } else if let Kind::Variable(variable) = &program.tree().node(*declared).kind {
                self.variables.push((variable.symbol, value.clone()));
            }
        }
        Ok(value)
    }

    /// Looks at the value that a word names where it is, with the output at hand; `None` where that takes more than finding
    /// entries of maps, or where `look` gives up: nothing has happened then.
    #[inline]
    pub(super) fn in_place<R>(&mut self, dot: &Operand, word: NodeId, look: impl FnOnce(&Value, &mut Vec<u8>) -> Option<R>) -> Option<R> {
        let tree = self.program.tree();
        let (from, names) = match &tree.node(word).kind {
            Kind::Field(names) => (dot, tree.names(*names)),
            Kind::Variable(variable) => {
                let place = self.place(variable)?;
                (&self.variables.get(place)?.1, tree.names(variable.fields))
            }
            Kind::Dot => (dot, Default::default()),
            _ => return None,
        };
        if names.len() > MAX_DESCENT {
            return None;
        }
        let out = &mut *self.out;
        entry_in_place(&from.value, names, |value| look(value, out))
    }

    /// A pipeline without variables whose value is printed; what a function has written out already is not in it.
    pub(super) fn printed_pipeline(&mut self, dot: &Operand, id: NodeId) -> Result<Operand> {
        let pipe = self.pipe(id);
        self.commands(dot, id, pipe.commands, true)
    }

    fn commands(&mut self, dot: &Operand, id: NodeId, commands: Span, printed: bool) -> Result<Operand> {
        self.node = id;
        let Some((last, before)) = self.program.tree().span(commands).split_last() else { return Ok(Operand::INVALID) };
        let mut value: Option<Operand> = None;
        let usage = self.record_use(Use::Printed);
        for (at, command) in before.iter().enumerate() {
            self.record_pipe(before.get(at.saturating_add(1)).or(Some(last)));
            value = Some(self.command(dot, *command, value.as_ref(), false)?.unwrapped());
        }
        self.record_use(usage);
        Ok(self.command(dot, *last, value.as_ref(), printed)?.unwrapped())
    }

    fn command(&mut self, dot: &Operand, command: NodeId, last: Option<&Operand>, printed: bool) -> Result<Operand> {
        let program = self.program;
        let Kind::Command(words) = &program.tree().node(command).kind else { return self.fault("unknown command") };
        let Some((first, rest)) = program.tree().span(*words).split_first() else { return self.fault("empty command") };
        let words = Words { rest, last, printed };
        match &program.tree().node(*first).kind {
            Kind::Field(names) => {
                self.node = *first;
                self.fields(dot, dot, *first, program.tree().names(*names), words)
            }
            Kind::Chain { node, fields } => self.chain(dot, *first, *node, program.tree().names(*fields), words),
            Kind::Function(row) => self.function(dot, *first, *row, command, words),
            Kind::Pipe(_) => {
                self.not_a_function(*first, words)?;
                self.pipeline(dot, *first)
            }
            Kind::Variable(variable) => self.variable_with_fields(dot, *first, variable, words),
            kind => {
                self.node = *first;
                self.not_a_function(*first, words)?;
                match kind {
                    Kind::Bool(truth) => Ok(Operand::concrete((*truth).into())),
                    Kind::Dot => Ok(dot.clone()),
                    Kind::Nil => self.fault("nil is not a command"),
                    Kind::Number(_) => self.ideal(*first),
                    Kind::String { value, .. } => Ok(Operand::concrete(value.clone())),
                    _ => self.fault(format!("can't evaluate command {}", strconv::quote(self.printed(*first).as_bytes()))),
                }
            }
        }
    }

    fn not_a_function(&self, first: NodeId, words: Words<'_>) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        self.fault(format!("can't give argument to non-function {}", self.printed(first)))
    }

    /// A number where nothing asks for a type.
    pub(super) fn ideal(&mut self, id: NodeId) -> Result<Operand> {
        self.node = id;
        match &self.program.tree().node(id).kind {
            Kind::Number(number) => match &number.ideal {
                Some(value) => Ok(Operand::concrete(value.clone())),
                None => self.fault(format!("{} overflows int", self.printed(id))),
            },
            _ => self.fault("unknown number"),
        }
    }

    /// `$x`, `$x.a.b`
    pub(super) fn variable_with_fields(&mut self, dot: &Operand, id: NodeId, variable: &Variable, words: Words<'_>) -> Result<Operand> {
        self.node = id;
        let value = self.variable(variable)?;
        if variable.fields.is_empty() {
            let value = value.clone();
            self.not_a_function(id, words)?;
            return Ok(value);
        }
        let names = self.program.tree().names(variable.fields);
        if self.is_recorded() {
            let value = value.clone();
            return self.recorded_fields(dot, &value, id, names, words);
        }
        let (known, found) = descend(value, names, words);
        let value = found.unwrap_or_else(|| value.clone());
        self.fields(dot, &value, id, names.get(known..).unwrap_or(&[]), words)
    }

    /// `(pipeline).a.b`, `function.a`
    pub(super) fn chain(&mut self, dot: &Operand, id: NodeId, node: NodeId, names: &[Str], words: Words<'_>) -> Result<Operand> {
        self.node = id;
        if matches!(self.program.tree().node(node).kind, Kind::Nil) {
            return self.fault(format!("indirection through explicit nil in {}", self.printed(id)));
        }
        let value = self.argument(dot, None, node)?;
        self.fields(dot, &value, id, names, words)
    }

    /// `.a.b.c` on a receiver; the last one may be a method with arguments.
    pub(super) fn fields(&mut self, dot: &Operand, receiver: &Operand, id: NodeId, names: &[Str], words: Words<'_>) -> Result<Operand> {
        if self.is_recorded() {
            return self.recorded_fields(dot, receiver, id, names, words);
        }
        let mut names = names;
        let mut held: Option<Operand> = None;
        loop {
            let receiver = held.as_ref().unwrap_or(receiver);
            let (known, found) = descend(receiver, names, words);
            names = names.get(known..).unwrap_or(&[]);
            if found.is_some() {
                held = found;
                continue;
            }
            let Some((name, rest)) = names.split_first() else { break };
            let words = if rest.is_empty() { words } else { Words::NONE };
            held = Some(self.field(dot, receiver, id, name, words)?);
            names = rest;
        }
        Ok(held.unwrap_or_else(|| receiver.clone()))
    }

    pub(super) fn field(&mut self, dot: &Operand, receiver: &Operand, id: NodeId, name: &Str, words: Words<'_>) -> Result<Operand> {
        match &receiver.value.kind {
            ValueKind::Map(map) => {
                let found = map.get(name);
                let of = map.go_type();
                self.entry(found, of, name, words)
            }
            ValueKind::Object(_) => self.member(dot, receiver, id, name, words),
            ValueKind::Nil if receiver.is_invalid() => {
                if self.missing_key() == MissingKey::Error {
                    return self.fault(format!("nil data; no entry for key {}", strconv::quote(name)));
                }
                Ok(Operand::INVALID)
            }
            ValueKind::Nil => self.fault(format!("nil pointer evaluating {}.{name}", receiver.type_name())),
            _ => self.fault(format!("can't evaluate field {name} in type {}", receiver.type_name())),
        }
    }

    fn missing_key(&self) -> MissingKey {
        self.set.engine().options().missing_key
    }

    /// What a map of that type has, or has not, under a key.
    fn entry(&mut self, found: Option<Value>, of: Type, name: &Str, words: Words<'_>) -> Result<Operand> {
        if !words.is_empty() {
            return self.fault(format!("{name} is not a method but has arguments"));
        }
        let of = of.element();
        match (found, self.missing_key()) {
            (Some(value), _) => Ok(Operand::element(value, of)),
            (None, MissingKey::Default) => Ok(Operand::INVALID),
            (None, MissingKey::Zero) => Ok(Operand::zero(of)),
            (None, MissingKey::Error) => self.fault(format!("map has no entry for key {}", strconv::quote(name))),
        }
    }

    /// A field, method or entry of an object.
    fn member(&mut self, dot: &Operand, receiver: &Operand, id: NodeId, name: &Str, words: Words<'_>) -> Result<Operand> {
        let ValueKind::Object(object) = &receiver.value.kind else { return Ok(Operand::INVALID) };
        let text = name.to_text();
        match object.member(&text) {
            Some(Member::Method(signature)) => {
                let arguments = self.arguments(dot, &text, &signature, words)?;
                match object.call(&text, &arguments.values) {
                    Ok(value) => Ok(Operand::concrete(value)),
                    Err(error) => self.failed(id, &text, error.into()),
                }
            }
            Some(Member::Field(value)) => {
                let of = object.go_type();
                match (of.kind(), words.is_empty()) {
                    (GoKind::Map, true) => Ok(Operand::element(value, of.element())),
                    (GoKind::Map, false) => self.fault(format!("{name} is not a method but has arguments")),
                    (_, true) => Ok(Operand { interface: value.is_nil(), value }),
                    (_, false) => self.fault(format!("{name} has arguments but cannot be invoked as function")),
                }
            }
            Some(Member::Unexported) => self.fault(format!("{name} is an unexported field of struct type {}", receiver.type_name())),
            None => match as_map(&receiver.value) {
                Some(map) => {
                    let found = map.get(name);
                    self.entry(found, map.go_type(), name, words)
                }
                None => self.fault(format!("can't evaluate field {name} in type {}", receiver.type_name())),
            },
        }
    }
}

/// How many maps are looked into at once.
const MAX_DESCENT: usize = 32;

/// Follows names from map to map as far as they are there, without holding the maps on the way; how many names that
/// were, and what the last one gave.
fn descend(receiver: &Operand, names: &[Str], words: Words<'_>) -> (usize, Option<Operand>) {
    let names = match names.split_last() {
        // what is given to an entry is an error, with words of its own
        Some((_, inner)) if !words.is_empty() => inner,
        _ => names,
    };
    match &receiver.value.kind {
        ValueKind::Map(map) => match entry_at(map, names.get(..MAX_DESCENT).unwrap_or(names)) {
            Some((known, found)) => (known, Some(found)),
            None => (0, None),
        },
        _ => (0, None),
    }
}

/// Looks at the value at a path of keys, reading each map where it is.
fn entry_in_place<R>(value: &Value, names: &[Str], look: impl FnOnce(&Value) -> Option<R>) -> Option<R> {
    let Some((name, below)) = names.split_first() else { return look(value) };
    let ValueKind::Map(map) = &value.kind else { return None };
    entry_in_place(map.read().get(name)?, below, look)
}

fn entry_at(map: &Map, names: &[Str]) -> Option<(usize, Operand)> {
    let (name, rest) = names.split_first()?;
    let entries = map.read();
    let value = entries.get(name)?;
    let below = match &value.kind {
        ValueKind::Map(inner) => entry_at(inner, rest),
        _ => None,
    };
    Some(match below {
        Some((known, found)) => (known.saturating_add(1), found),
        None => (1, Operand::element(value.clone(), map.go_type().element())),
    })
}
