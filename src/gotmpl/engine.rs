//! What all templates of one dialect share: functions, options, limits.

use std::sync::Arc;

use super::error::ParseError;
use super::funcs::FunctionTable;
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
    /// Templates that call templates: Go's own limit is 100,000 for `template`; the same number holds for
    /// executions inside functions (`include`, `tpl`).
    pub depth: usize,
    /// Nested control structures in a text; Go has 10,000 for parentheses.
    pub nesting: usize,
    /// Bytes that one execution, or one function's result, may have.
    pub output: usize,
    /// Nodes that one execution may walk.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 100_000, nesting: 10_000, output: 1 << 30, steps: 10_000_000_000 }
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
    pub(super) functions: Arc<FunctionTable>,
    pub(super) options: Options,
}

impl Engine {
    /// An engine for these functions.
    pub fn new(functions: Arc<FunctionTable>, options: Options) -> Self {
        Self { functions, options }
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
}
