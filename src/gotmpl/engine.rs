//! What all templates of one dialect share: functions, options, limits.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::ParseError;
use super::funcs::{Failure, FunctionTable};
use super::program::Program;
use crate::data::Str;

/// What a field of a map gives that has no such key (`missingkey=` in Go).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// Nothing; printed as `<no value>`.
    #[default]
    Default,
    /// The zero value of the map's element type: nil for `map[string]interface {}`.
    Zero,
    /// An error: `map has no entry for key "x"`.
    Error,
}

/// What hostile input runs into. All are far above what a real chart needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Templates that call templates with `template`; 100,000 is Go's own limit.
    pub depth: usize,
    /// Executions inside functions (`include`, `tpl`) inside executions.
    pub executions: usize,
    /// Nested control structures in a text; Go has 10,000 for parentheses.
    pub nesting: usize,
    /// Bytes that one execution, or one function's result, may have.
    pub output: usize,
    /// Nodes that one execution may walk.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 100_000, executions: 10_000, nesting: 10_000, output: 1 << 28, steps: 200_000_000 }
    }
}

/// Choices of a dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// `missingkey=`.
    pub missing_key: MissingKey,
    /// What hostile input runs into.
    pub limits: Limits,
}

/// Parses templates for one set of functions and options. Cheap to clone, shared between threads.
#[derive(Debug, Clone)]
pub struct Engine {
    functions: Arc<FunctionTable>,
    options: Options,
    cache: Arc<Mutex<Cache>>,
}

/// What functions made of texts, by the type of it and the text.
type Cache = HashMap<(TypeId, Box<[u8]>), Arc<dyn Any + Send + Sync>>;

/// How many things functions may keep.
const MAX_CACHED: usize = 10_000;

impl Engine {
    /// An engine for these functions.
    pub fn new(functions: Arc<FunctionTable>, options: Options) -> Self {
        Self { functions, options, cache: Arc::default() }
    }
    /// The functions that templates can call.
    pub fn functions(&self) -> &FunctionTable {
        &self.functions
    }
    /// Its options.
    pub fn options(&self) -> &Options {
        &self.options
    }
    /// Compiles one file with all templates it defines. `name` is the file's template name and stands in errors.
    ///
    /// # Errors
    /// The first fault, worded as Go does.
    pub fn parse(&self, name: impl Into<Str>, text: impl Into<Str>) -> Result<Arc<Program>, ParseError> {
        Program::parse(self, name.into(), text.into())
    }
    /// Something made from a text, now or before.
    pub(super) fn cached<T: Any + Send + Sync>(&self, text: &[u8], make: impl FnOnce() -> Result<T, Failure>) -> Result<Arc<T>, Failure> {
        let key = (TypeId::of::<T>(), Box::from(text));
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return Ok(known);
        }
        let made = Arc::new(make()?);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(key, made.clone());
        Ok(made)
    }
}
