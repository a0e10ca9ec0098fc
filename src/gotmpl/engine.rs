//! What all templates of one dialect share: functions, options, limits.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::ParseError;
use super::funcs::{Failure, FunctionTable};
use super::limits::Limits;
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
#[derive(Debug, Default)]
struct Cache {
    made: HashMap<TypeId, HashMap<Box<[u8]>, Kept>>,
    /// Bytes of all of it, roughly.
    size: usize,
}

type Kept = Arc<dyn Any + Send + Sync>;

/// How many bytes functions may keep.
const MAX_CACHED: usize = 64 << 20;

impl Engine {
    /// An engine for these functions.
    pub fn new(functions: Arc<FunctionTable>, options: Options) -> Self {
        Self { functions, options, cache: Arc::default() }
    }
    /// The same engine with other limits; what functions keep is shared.
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self { options: Options { limits, ..self.options }, ..self.clone() }
    }
    /// The functions that templates can call.
    pub fn functions(&self) -> &FunctionTable {
        &self.functions
    }
    pub(super) fn table(&self) -> Arc<FunctionTable> {
        self.functions.clone()
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
    /// Something made from a text, now or before; `make` gives it and its size in bytes.
    pub(super) fn cached<T: Any + Send + Sync>(
        &self,
        text: &[u8],
        make: impl FnOnce() -> Result<(T, usize), Failure>,
    ) -> Result<Arc<T>, Failure> {
        let of = TypeId::of::<T>();
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).made.get(&of).and_then(|made| made.get(text)).cloned();
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return Ok(known);
        }
        let (made, size) = make()?;
        let (made, size) = (Arc::new(made), size.saturating_add(text.len()).saturating_add(256));
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.size.saturating_add(size) > MAX_CACHED {
            *cache = Cache::default();
        }
        if size <= MAX_CACHED && cache.made.entry(of).or_default().insert(text.into(), made.clone()).is_none() {
            cache.size = cache.size.saturating_add(size);
        }
        Ok(made)
    }
}
