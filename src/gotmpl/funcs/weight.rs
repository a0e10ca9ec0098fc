//! How large a value is once it is written out: lists that hold one list many times grow out of all bounds.

use crate::data::{Kind, Map, Value};
use crate::gotmpl::funcs::Failure;
use crate::gotmpl::limits::{Limit, Limits, Reached};
use crate::gotmpl::stack::{Recursive, Stack, deeper};

/// How deep a value may nest and still be printed or copied.
const MAX_DEPTH: usize = 1_000;
/// Where writers of documents stop of their own, as at a value that holds itself.
const DOCUMENT_DEPTH: usize = 10_000;

/// Refuses values that are larger as text than [`Limits::output`], have more parts than [`Limits::items`], or nest too
/// deep.
pub(in crate::gotmpl) fn check(values: &[Value], limits: &Limits) -> Result<(), Failure> {
    let mut scale = Scale::new(limits, MAX_DEPTH, 0);
    values.iter().try_for_each(|value| scale.put(value, 0)).map_err(|over| scale.words(over))
}

/// Refuses a value that is too large as a document in which every line is indented by `indent` a level. How deep it
/// nests is for the writer to say.
pub(in crate::gotmpl) fn check_document(value: &Value, indent: usize, limits: &Limits) -> Result<Depth, Failure> {
    let mut scale = Scale::new(limits, DOCUMENT_DEPTH, indent);
    match scale.put(value, 0) {
        Err(over @ (Over::Bytes | Over::Parts)) => Err(scale.words(over)),
        // The writer meets the same depth before anything else and ends there.
        Err(Over::Depth) => Ok(Depth::Deep),
        Ok(()) if scale.deepest > SHALLOW => Ok(Depth::Deep),
        Ok(()) => Ok(Depth::Shallow),
    }
}

/// What walking a value takes of a stack.
pub(in crate::gotmpl) enum Depth {
    /// Next to nothing.
    Shallow,
    /// More than any thread may have.
    Deep,
}

/// Levels that a writer goes down on any stack.
const SHALLOW: usize = 200;

/// What is too much.
enum Over {
    Bytes,
    Parts,
    Depth,
}

struct Scale<'l> {
    limits: &'l Limits,
    max_depth: usize,
    indent: usize,
    bytes: usize,
    parts: usize,
    deepest: usize,
    /// A map passed on the way down and its depth, moved on in ever longer steps: it shows values that hold themselves.
    anchor: Option<(Map, usize)>,
    stack: Stack,
}

impl Recursive for Scale<'_> {
    fn stack(&mut self) -> &mut Stack {
        &mut self.stack
    }
}

impl<'l> Scale<'l> {
    fn new(limits: &'l Limits, max_depth: usize, indent: usize) -> Self {
        Self { limits, max_depth, indent, bytes: limits.output, parts: limits.items, deepest: 0, anchor: None, stack: Stack::here() }
    }

    fn put(&mut self, value: &Value, depth: usize) -> Result<(), Over> {
        if depth > SHALLOW && self.stack.is_low() {
            return deeper(self, |this| this.put(value, depth)).unwrap_or(Err(Over::Depth));
        }
        match &value.kind {
            Kind::String(text) | Kind::Bytes(text) => self.take(text.len()),
            Kind::List(list) => {
                self.enter(list.len(), depth)?;
                list.iter().try_for_each(|item| self.put(item, depth.saturating_add(1)))
            }
            Kind::Map(map) => {
                let entries = map.read();
                self.enter(entries.len(), depth)?;
                self.watch(map, depth)?;
                entries.iter().try_for_each(|(key, item)| {
                    self.take(key.len().saturating_add(1))?;
                    self.put(item, depth.saturating_add(1))
                })?;
                if self.anchor.as_ref().is_some_and(|(_, at)| *at == depth) {
                    self.anchor = None;
                }
                Ok(())
            }
            Kind::Object(object) => match object.underlying() {
                Some(behind) if depth < self.max_depth => self.put(&behind, depth.saturating_add(1)),
                Some(_) => Err(Over::Depth),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Goes down to so many parts.
    fn enter(&mut self, parts: usize, depth: usize) -> Result<(), Over> {
        if depth >= self.max_depth {
            return Err(Over::Depth);
        }
        self.deepest = self.deepest.max(depth);
        self.parts = self.parts.checked_sub(parts).ok_or(Over::Parts)?;
        self.take(depth.saturating_add(1).saturating_mul(self.indent).saturating_add(1).saturating_mul(parts))
    }

    /// Ends at a map that holds itself.
    fn watch(&mut self, map: &Map, depth: usize) -> Result<(), Over> {
        if depth < SHALLOW {
            return Ok(());
        }
        if self.anchor.as_ref().is_some_and(|(anchor, _)| anchor.is(map)) {
            return Err(Over::Depth);
        }
        if self.anchor.as_ref().is_none_or(|(_, at)| depth >= at.saturating_mul(2)) {
            self.anchor = Some((map.clone(), depth));
        }
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<(), Over> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Over::Bytes)?;
        Ok(())
    }

    fn words(&self, over: Over) -> Failure {
        match over {
            Over::Bytes => {
                let message = format!("text of the value is larger than the limit of {} bytes", self.limits.output);
                Reached::new(Limit::Output, message).into()
            }
            Over::Parts => {
                let message = format!("value has more parts than the limit of {} items", self.limits.items);
                Reached::new(Limit::Items, message).into()
            }
            Over::Depth => format!("value nests deeper than the limit of {MAX_DEPTH}").into(),
        }
    }
}
