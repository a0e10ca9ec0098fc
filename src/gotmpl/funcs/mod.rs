//! The function registry: one row a function, one file a family.
//!
//! `arguments that fit the signature → Value`, called by the executor only. Functions never print and see nothing of
//! the outside but [`Call`].

pub mod sprig;

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::engine::Limits;
use super::error::{ExecError, ParseError};
use crate::data::{Signature, Str, Value};

/// Where a function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Go's text/template.
    Go,
    /// Sprig 3.3.
    Sprig,
    /// Helm.
    Helm,
    /// helmfile.
    Helmfile,
}

/// One row: a function that templates can call.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// Who defines it.
    pub source: Source,
    /// Its Go signature, `(int, string) string`: the engine checks and converts arguments by it, with Go's
    /// error texts, before `run` sees them.
    pub signature: &'static str,
    /// What it does. Arguments fit the signature.
    pub run: fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>,
    /// One line of documentation.
    pub doc: &'static str,
    /// A template that shows it, runnable without data.
    pub example: &'static str,
}

/// The functions of a dialect, found by name.
pub struct FunctionTable {
    rows: Vec<Row>,
    by_name: HashMap<&'static str, usize>,
}

pub(super) struct Row {
    pub(super) function: Function,
    pub(super) signature: Signature,
}

impl FunctionTable {
    /// Joins lists of functions; a later row replaces an earlier one of the same name.
    ///
    /// # Errors
    /// The name and signature of a row whose signature can't be read.
    pub fn new(lists: &[&[Function]]) -> Result<Self, String> {
        let mut table = FunctionTable { rows: Vec::new(), by_name: HashMap::new() };
        for function in lists.iter().copied().flatten() {
            let signature = Signature::parse(function.signature)
                .ok_or_else(|| format!("function {} has an unknown type in its signature {}", function.name, function.signature))?;
            let row = Row { function: *function, signature };
            match table.by_name.get(function.name) {
                Some(index) => table.rows[*index] = row,
                None => {
                    table.by_name.insert(function.name, table.rows.len());
                    table.rows.push(row);
                }
            }
        }
        Ok(table)
    }
    /// All rows, in the order they were first named.
    pub fn rows(&self) -> impl Iterator<Item = &Function> {
        self.rows.iter().map(|row| &row.function)
    }
    /// The row of that name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name).map(|index| &self.rows[*index].function)
    }
}

impl fmt::Debug for FunctionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionTable of {}", self.rows.len())
    }
}

/// What a function may use beside its arguments: the clock, randomness, the running engine.
pub struct Call<'a> {
    /// The world outside, as far as templates may see it.
    pub world: &'a dyn World,
    context: &'a (dyn Any + Sync),
    limits: &'a Limits,
}

impl<'a> Call<'a> {
    /// The dialect's own data ([`Environment::context`](super::Environment::context)), where it is of that type.
    pub fn context<T: 'static>(&self) -> Option<&'a T> {
        let context: &'a dyn Any = self.context;
        context.downcast_ref()
    }
    /// What hostile input runs into.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }
    /// Refuses a result that would be longer than [`Limits::output`]; ask before making it.
    ///
    /// # Errors
    /// Says how large it would have been.
    pub fn check_size(&self, bytes: u128) -> Result<(), Failure> {
        if bytes > self.limits.output as u128 {
            return Err(format!("result of {bytes} bytes is larger than the limit of {} bytes", self.limits.output).into());
        }
        Ok(())
    }
    /// How often something with that name is under way in this run; a function that nests counts it up and down
    /// (Helm's `include`, one counter for each template name).
    pub fn counter(&mut self, _name: &[u8]) -> &mut usize {
        unimplemented!("the executor is under way")
    }
    /// Runs a template of the current set: Helm's `include`.
    ///
    /// # Errors
    /// The nested execution's.
    pub fn execute(&mut self, _name: &[u8], _data: &Value) -> Result<Str, ExecError> {
        unimplemented!("the executor is under way")
    }
    /// Parses `text` under `name` into a copy of the current set and runs it: Helm's `tpl`. What it defines is seen by
    /// all templates that run inside it, and gone afterwards.
    ///
    /// # Errors
    /// Those of the parser or the nested execution.
    pub fn execute_text(&mut self, _name: &str, _text: &Str, _data: &Value) -> Result<Str, Nested> {
        unimplemented!("the executor is under way")
    }
    /// Something made from a text once in a run (a compiled regular expression): kept by type and text.
    ///
    /// # Errors
    /// Those of `make`; they are not kept.
    pub fn cached<T: Any + Send + Sync>(&mut self, _text: &[u8], make: impl FnOnce() -> Result<T, Failure>) -> Result<Arc<T>, Failure> {
        make().map(Arc::new)
    }
}

/// Why [`Call::execute_text`] gave nothing.
#[derive(Debug, Clone)]
pub enum Nested {
    /// The text is no template.
    Parse(ParseError),
    /// It failed while it ran.
    Exec(ExecError),
}

/// The two things outside that Go's and Sprig's functions see.
pub trait World: Send + Sync {
    /// Nanoseconds since 1970.
    fn now(&self) -> i128;
    /// Fills the buffer with random bytes.
    fn random(&self, buffer: &mut [u8]);
    /// The local time zone's IANA name, or `UTC`.
    fn zone(&self) -> String;
    /// An environment variable, for `env` and `expandenv` where a dialect has them.
    fn variable(&self, name: &str) -> Option<String>;
}

/// Why a function gave no value.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The Go function returned an error (or panicked) with this text.
    Text(String),
    /// An execution inside the function failed, and the function gives that error on as it is (Helm's `include`), or,
    /// with another [`Link::Text`](super::Link::Text) in front, with words of its own (`tpl`).
    Exec(ExecError),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure::Text(text)
    }
}
impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Failure::Text(text.to_owned())
    }
}
impl From<ExecError> for Failure {
    fn from(error: ExecError) -> Self {
        Failure::Exec(error)
    }
}
