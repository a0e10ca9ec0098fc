//! What the executor tells a recorder. Without one every call ends at the first question.

use super::operand::{Operand, as_map};
use super::{Execution, Result};
use crate::data::{Kind as ValueKind, Member, Str, Value};
use crate::gotmpl::parse::{Kind, Node, NodeId};
use crate::gotmpl::trace::Use;

use super::evaluate::Words;

impl Execution<'_> {
    /// Whether somebody wants to know what happens.
    #[inline]
    pub(super) fn is_recorded(&self) -> bool {
        self.run.shared.recorder.is_some()
    }
    /// The execution comes to a node.
    #[cold]
    pub(super) fn record_place(&mut self, node: &Node) {
        if let Some(recorder) = self.run.shared.recorder.as_mut().filter(|_| !matches!(node.kind, Kind::List(_))) {
            recorder.look(node.at);
        }
    }
    /// A text of the template was copied.
    #[cold]
    pub(super) fn record_text(&mut self) {
        if let Some(recorder) = &mut self.run.shared.recorder {
            recorder.copied(self.out.len());
        }
    }
    /// A value was printed.
    #[cold]
    pub(super) fn record_printed(&mut self, value: &Value) {
        if let Some(recorder) = &mut self.run.shared.recorder {
            recorder.printed(value, self.out.len());
        }
    }
    /// What the values that are looked up next are for; what that was before.
    #[inline]
    pub(super) fn record_use(&mut self, usage: Use) -> Use {
        match &mut self.run.shared.recorder {
            Some(recorder) => recorder.using(usage),
            None => usage,
        }
    }
    /// A value decides something.
    #[inline]
    pub(super) fn record_test(&mut self, value: &Value) {
        if let Some(recorder) = &mut self.run.shared.recorder {
            recorder.tested(value);
        }
    }
    /// A range comes to an item; the key as the template sees it.
    #[inline]
    pub(super) fn record_visit(&mut self, holder: &Value, key: Value, item: &Value) -> Value {
        match &mut self.run.shared.recorder {
            Some(recorder) => recorder.visited(holder, key, item),
            None => key,
        }
    }
    /// A function gave a result.
    #[inline]
    pub(super) fn record_call(&mut self, name: &'static str, arguments: &[Value], result: Value) -> Value {
        match &mut self.run.shared.recorder {
            Some(recorder) => recorder.called(name, arguments, result),
            None => result,
        }
    }
    /// The value that a command hands on is an argument of the next.
    #[inline]
    pub(super) fn record_pipe(&mut self, next: Option<&NodeId>) {
        if let (Some(recorder), Some(next)) = (&mut self.run.shared.recorder, next) {
            let tree = self.program.tree();
            if let Kind::Command(words) = &tree.node(*next).kind
                && let Some(first) = tree.span(*words).first()
                && let Kind::Function(row) = &tree.node(*first).kind
            {
                recorder.using(Use::Passed(self.program.functions().row(*row).function.name));
            }
        }
    }
    /// `.a.b.c` on a receiver, each step told to the recorder.
    #[cold]
    pub(super) fn recorded_fields(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        id: NodeId,
        names: &[Str],
        words: Words<'_>,
    ) -> Result<Operand> {
        let mut held = receiver.clone();
        let mut names = names;
        while let Some((name, rest)) = names.split_first() {
            let words = if rest.is_empty() { words } else { Words::NONE };
            let (is_entry, there) = self.looked_up(&held.value, name);
            // What fails is told before it does: a name that is not there.
            if let (true, false, Some(recorder)) = (is_entry, there, &mut self.run.shared.recorder) {
                recorder.step(&held.value, name, &Value::NIL, rest.is_empty());
            }
            let found = self.field(dot, &held, id, name, words)?;
            if let (true, true, Some(recorder)) = (is_entry, there, &mut self.run.shared.recorder) {
                recorder.step(&held.value, name, &found.value, rest.is_empty());
            }
            held = found;
            names = rest;
        }
        Ok(held)
    }
    /// Whether a name asks for an entry of a map, and whether that is there. A method is none: to show the map behind an object
    /// may take long.
    fn looked_up(&self, holder: &Value, name: &Str) -> (bool, bool) {
        let is_entry = match &holder.kind {
            ValueKind::Map(_) => true,
            ValueKind::Object(object) => !matches!(object.member(&name.to_text()), Some(Member::Method(_))),
            _ => false,
        };
        (is_entry, is_entry && as_map(holder).is_some_and(|map| map.contains(name)))
    }
}
