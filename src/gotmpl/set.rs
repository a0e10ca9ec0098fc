//! Templates by name, linked from programs, and running them.

use std::any::Any;
use std::sync::Arc;

use super::engine::Engine;
use super::error::ExecError;
use super::funcs::World;
use super::program::Program;
use crate::data::{Str, Value};

/// What a run sees beside its data.
#[derive(Clone, Copy)]
pub struct Environment<'e> {
    /// Clock, randomness, variables.
    pub world: &'e dyn World,
    /// The dialect's own data, for its functions: [`Call::context`](super::Call::context) takes it back.
    pub context: &'e (dyn Any + Sync),
}

/// Name → template. Which `define` wins depends on the programs and their order. Cheap to clone and to extend.
#[derive(Debug, Clone)]
pub struct TemplateSet {
    engine: Engine,
    name: Str,
}

impl TemplateSet {
    /// An empty set. `name` is that of Go's root template (`gotpl` in Helm); it stands in one error text.
    pub fn new(engine: &Engine, name: impl Into<Str>) -> Self {
        Self { engine: engine.clone(), name: name.into() }
    }
    /// Adds all templates of a program: later ones replace earlier ones of the same name, but a body of only white
    /// space and comments never replaces another.
    pub fn add(&mut self, _program: &Arc<Program>) {}
    /// Whether there is a template of that name.
    pub fn contains(&self, _name: impl AsRef<[u8]>) -> bool {
        false
    }
    /// The name of the set.
    pub fn name(&self) -> &Str {
        &self.name
    }
    /// Runs the template of that name with `data` as `.` and `$`; appends to `out` (partly, where it fails).
    ///
    /// # Errors
    /// The chain from this template to the fault.
    pub fn execute(
        &self,
        _name: impl AsRef<[u8]>,
        _data: &Value,
        _environment: &Environment<'_>,
        _out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let _ = &self.engine;
        unimplemented!("the executor is under way")
    }
}
