//! The function registry: one row a function, one file a family.
//!
//! `arguments that fit the signature → Value`, called by the executor only. Functions never print and see nothing of
//! the outside but [`Call`].

pub mod builtin;
mod compare;
pub mod sprig;
pub(super) mod weight;

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::{ExecError, ParseError};
use super::exec::Run;
use super::limits::{Budget, Limit, Limits, Reached, Usage};
use super::set::{Environment, TemplateSet};
use super::stack::elsewhere;
use crate::data::{Origin, Signature, Str, Value};

/// Where a function comes from: a label of the dialect's own choice. The engine knows the two it brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub &'static str);

impl Source {
    /// Go's text/template. The engine itself looks at the arguments of this source's `and`, `or` and `call`.
    pub const GO: Source = Source("Go");
    /// Sprig 3.3.
    pub const SPRIG: Source = Source("Sprig");
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
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
    /// What it does. Arguments fit the signature; a nil map is nil, other nils are of their type.
    pub run: fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>,
    /// One line of documentation.
    pub doc: &'static str,
    /// A template that shows it, runnable without data.
    pub example: &'static str,
}

/// Functions that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Family<'a> {
    /// What they are about, as a heading: `Text`.
    pub title: &'static str,
    /// One row each.
    pub functions: &'a [Function],
}

/// The functions of a dialect, found by name.
pub struct FunctionTable {
    rows: Vec<Row>,
    /// In the order in which they were given.
    titles: Vec<&'static str>,
    by_name: HashMap<&'static str, u32>,
}

/// Functions whose arguments the executor itself looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// Stops at the first false argument.
    And,
    /// Stops at the first true argument.
    Or,
    /// Names its first argument in errors.
    Call,
}

pub(super) struct Row {
    pub(super) function: Function,
    family: &'static str,
    pub(super) signature: Signature,
    pub(super) own: Option<Own>,
    /// Whether its result's static type is `interface {}`.
    pub(super) gives_interface: bool,
}

impl Row {
    fn new(family: &'static str, function: &Function) -> Result<Row, String> {
        let Some(signature) = Signature::parse(function.signature) else {
            return Err(format!("function {} has an unknown type in its signature {}", function.name, function.signature));
        };
        let own = match (function.source, function.name) {
            (Source::GO, "and") => Some(Own::And),
            (Source::GO, "or") => Some(Own::Or),
            (Source::GO, "call") => Some(Own::Call),
            _ => None,
        };
        let results = function.signature.split_once(')').map_or("", |(_, results)| results.trim_start_matches([' ', '(']));
        let gives_interface = results.starts_with("interface {}") || results.starts_with("any");
        Ok(Row { function: *function, family, signature, own, gives_interface })
    }
}

impl FunctionTable {
    /// Joins families of functions; a later row replaces an earlier one of the same name.
    ///
    /// # Errors
    /// The name and signature of a row whose signature can't be read.
    pub fn new(families: &[Family<'_>]) -> Result<Self, String> {
        let mut titles: Vec<&str> = Vec::new();
        for family in families {
            if !titles.contains(&family.title) {
                titles.push(family.title);
            }
        }
        let mut table = FunctionTable { rows: Vec::new(), titles, by_name: HashMap::new() };
        for (title, function) in families.iter().flat_map(|family| family.functions.iter().map(|function| (family.title, function))) {
            let row = Row::new(title, function)?;
            match table.by_name.get(function.name).and_then(|index| table.rows.get_mut(*index as usize)) {
                Some(place) => *place = row,
                None => {
                    table.by_name.insert(function.name, table.rows.len() as u32);
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
    /// All rows by family, as the families were given; none is empty.
    pub fn families(&self) -> Vec<(&'static str, Vec<&Function>)> {
        let of = |title| self.rows.iter().filter(|row| row.family == title).map(|row| &row.function).collect::<Vec<_>>();
        self.titles.iter().map(|title| (*title, of(*title))).filter(|(_, rows)| !rows.is_empty()).collect()
    }
    /// The family of the row of that name.
    pub fn family(&self, name: &str) -> Option<&'static str> {
        self.index(name).map(|index| self.row(index).family)
    }
    /// The row of that name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.index(name).map(|index| &self.row(index).function)
    }
    /// The number of the row of that name.
    pub(super) fn index(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }
    /// A row by number; numbers come from [`FunctionTable::index`] of the same table only.
    #[expect(
        clippy::indexing_slicing,
        reason = "a program has the numbers that `index` gave and the table that gave them; no row is ever removed"
    )]
    pub(super) fn row(&self, index: u32) -> &Row {
        &self.rows[index as usize]
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
    set: &'a TemplateSet,
    run: Run<'a>,
    /// The output, where the result goes there and nowhere else.
    out: Option<&'a mut Vec<u8>>,
    /// Which of the first 64 arguments came with the static type `interface {}`.
    pub(super) interfaces: u64,
}

impl<'a> Call<'a> {
    pub(super) fn new(set: &'a TemplateSet, run: Run<'a>, out: Option<&'a mut Vec<u8>>) -> Self {
        Self { world: run.environment.world, set, run, out, interfaces: 0 }
    }
    /// Whether an argument's static type is `interface {}`; only `reflect.Value` parameters show it.
    fn is_interface(&self, argument: usize) -> bool {
        argument < 64 && self.interfaces & (1 << argument) != 0
    }
    /// The dialect's own data ([`Environment::context`](super::Environment::context)), where it is of that type.
    pub fn context<T: 'static>(&self) -> Option<&'a T> {
        let context: &'a dyn Any = self.run.environment.context;
        context.downcast_ref()
    }
    /// What hostile input runs into.
    pub fn limits(&self) -> &'a Limits {
        &self.set.engine().options().limits
    }
    /// Refuses a result that would be longer than [`Limits::output`]; ask before making it.
    ///
    /// # Errors
    /// Says how large it would have been.
    pub fn check_size(&self, bytes: u128) -> Result<(), Failure> {
        let limit = self.limits().output;
        if bytes > limit as u128 {
            let message = format!("result of {bytes} bytes is larger than the limit of {limit} bytes");
            return Err(Reached::new(Limit::Output, message).into());
        }
        Ok(())
    }
    /// Refuses a list of so many items, or so many matches, where that is more than [`Limits::items`]; ask before making
    /// it.
    ///
    /// # Errors
    /// Says how many there would have been.
    pub fn check_items(&self, count: u128) -> Result<(), Failure> {
        let limit = self.limits().items;
        if count > limit as u128 {
            let message = format!("result of {count} items is larger than the limit of {limit} items");
            return Err(Reached::new(Limit::Items, message).into());
        }
        Ok(())
    }
    /// Counts work that takes long as so many of [`Limits::steps`], some 20 ns each, and looks at the clock now and then.
    ///
    /// # Errors
    /// When [`Limits::steps`], [`Limits::time`] or [`Limits::memory`] is reached.
    pub fn spend(&self, steps: u64) -> Result<(), Failure> {
        Ok(self.run.spend(steps, self.limits())?)
    }
    /// Waits for the outside, a program or a name server: its time does not count for [`Limits::time`].
    pub fn outside<R>(&self, work: impl FnOnce() -> R) -> R {
        let before = self.world.usage().time;
        let result = work();
        self.run.budget.excuse(self.world.usage().time.saturating_sub(before));
        result
    }
    /// What the whole run has used; for a run of another set inside this one.
    pub fn budget(&self) -> &'a Budget {
        self.run.budget
    }
    /// Refuses values whose text would be longer than [`Limits::output`], that have more parts than [`Limits::items`],
    /// or that nest too deep to be walked; ask before printing or copying lists and maps, which may hold the same thing
    /// many times.
    ///
    /// # Errors
    /// Names the limit.
    pub fn check_values(&self, values: &[Value]) -> Result<(), Failure> {
        weight::check(values, self.limits())
    }
    /// Writes a value with a writer that bounds the nesting itself, where its text is not longer than [`Limits::output`]
    /// and its parts no more than [`Limits::items`]; `indent` is what a level adds to the lines below it.
    ///
    /// # Errors
    /// Names the limit.
    pub fn write_value<R: Send>(&self, value: &Value, indent: usize, write: impl FnOnce(&Value) -> R + Send) -> Result<R, Failure> {
        match weight::check_document(value, indent, self.limits())? {
            weight::Depth::Shallow => Ok(write(value)),
            weight::Depth::Deep => elsewhere(|| write(value)).ok_or_else(|| "no stack for a deep value".into()),
        }
    }
    /// Counts one more of that name under way in this run (Helm's `include`, for each template name); how many there
    /// were before. [`Call::leave`] counts it down.
    pub fn enter(&mut self, name: &Str) -> usize {
        let counters = &mut self.run.shared.counters;
        match counters.get_mut(name) {
            Some(count) => {
                let before = *count;
                *count = before.saturating_add(1);
                before
            }
            None => {
                counters.insert(name.clone(), 1);
                0
            }
        }
    }
    /// Counts one of that name less.
    pub fn leave(&mut self, name: &Str) {
        if let Some(count) = self.run.shared.counters.get_mut(name) {
            *count = count.saturating_sub(1);
        }
    }
    /// A result that is text: written straight to the output where it is for nothing else, and then given as an empty
    /// text.
    pub fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Value {
        if let Some(out) = &mut self.out {
            write(out);
            return Value::string("");
        }
        let mut text = self.run.shared.spare.text();
        write(&mut text);
        let result = Value::string(text.as_slice());
        self.run.shared.spare.keep_text(text);
        result
    }
    /// Runs a template of the current set: Helm's `include`. The result is as [`Call::text`] gives it.
    ///
    /// # Errors
    /// The nested execution's.
    pub fn execute(&mut self, name: &[u8], data: &Value) -> Result<Value, ExecError> {
        if let Some(out) = &mut self.out {
            let before = out.len();
            let result = self.set.execute_nested(name, data, self.run.inner(), out);
            return result.map(|()| Value::string("")).inspect_err(|_| out.truncate(before));
        }
        let mut out = self.run.shared.spare.text();
        self.set.execute_nested(name, data, self.run.inner(), &mut out)?;
        Ok(self.written(out))
    }
    /// Parses a string value under `name` into a copy of the current set and runs it: Helm's `tpl`. What it defines is seen by
    /// all templates that run inside it, and gone afterwards.
    ///
    /// # Errors
    /// Those of the parser or the nested execution.
    pub fn execute_text(&mut self, name: &str, text: &Value, data: &Value) -> Result<Value, Nested> {
        let mut out = self.run.shared.spare.text();
        self.set.execute_text(name, text, data, self.run.inner(), &mut out)?;
        Ok(self.written(out))
    }
    /// Runs a template of another set inside this run; `origin` is where its text was written. The result is no more than a
    /// text: what comes with it is what was recorded.
    ///
    /// # Errors
    /// The nested execution's.
    pub fn execute_other(
        &mut self,
        (set, name): (&TemplateSet, &str),
        origin: Origin,
        data: &Value,
        environment: &Environment<'_>,
    ) -> Result<Value, ExecError> {
        let mut out = self.run.shared.spare.text();
        let budget = self.run.budget;
        let ran = match self.run.shared.recorder.take() {
            None => set.execute_within(name, data, environment, budget, &mut out),
            Some(mut recorder) => {
                recorder.running_text(origin);
                let ran = set.execute_recorded(name, data, (environment, budget), &mut out, &mut recorder);
                self.run.shared.recorder = Some(recorder);
                ran
            }
        };
        ran.map(|()| self.written(out))
    }
    /// What an execution has written, as a value.
    fn written(&mut self, out: Vec<u8>) -> Value {
        let text = Value::string(out.as_slice());
        self.run.shared.spare.keep_text(out);
        match &mut self.run.shared.recorder {
            Some(recorder) => recorder.text(text),
            None => text,
        }
    }
    /// `left` is what is left of a text when every `needle` is taken out: where that is recorded, it comes from where the text
    /// came from.
    pub fn left_of(&mut self, text: &Value, left: Value, needle: &[u8]) -> Value {
        match &mut self.run.shared.recorder {
            Some(recorder) => recorder.without(text, left, needle),
            None => left,
        }
    }
    /// Something made from a text once (a compiled regular expression): kept by type and text in the engine. `make` gives
    /// it and its size in bytes.
    ///
    /// # Errors
    /// Those of `make`; they are not kept.
    pub fn cached<T: Any + Send + Sync>(&self, text: &[u8], make: impl FnOnce() -> Result<(T, usize), Failure>) -> Result<Arc<T>, Failure> {
        self.set.engine().cached(text, make)
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
    /// Who makes RSA keys while templates run; where nobody does, they are made when they are asked for.
    fn key_maker(&self) -> Option<&sprig::KeyMaker> {
        None
    }
    /// The local time zone's IANA name, or `UTC`.
    fn zone(&self) -> String;
    /// An environment variable, for `env` and `expandenv` where a dialect has them.
    fn variable(&self, name: &str) -> Option<String>;
    /// What the process has used of time and memory, for [`Limits`]; by default the time of [`World::now`].
    fn usage(&self) -> Usage {
        Usage { time: Duration::from_nanos(u64::try_from(self.now()).unwrap_or(0)), memory: 0 }
    }
}

/// A world with nothing in it: the clock stands at 1970 in UTC, chance gives zeros, there are no variables. For templates
/// whose output must depend on their data alone. Never for real passwords or keys: `randAlpha 3` is always `AAA`, and the limits on
/// time and memory see nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl World for Nowhere {
    fn now(&self) -> i128 {
        0
    }
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

/// Why a function gave no value.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The Go function returned an error (or panicked) with this text.
    Text(String),
    /// An execution inside the function failed, and the function gives that error on as it is (Helm's `include`), or,
    /// with another [`Link::Text`](super::Link::Text) in front, with words of its own (`tpl`).
    Exec(ExecError),
    /// A limit was reached.
    Limit(Reached),
}

impl Failure {
    /// Its text.
    pub fn words(&self) -> String {
        match self {
            Failure::Text(text) => text.clone(),
            Failure::Exec(error) => error.to_string(),
            Failure::Limit(reached) => reached.message.clone(),
        }
    }
}

impl From<Reached> for Failure {
    fn from(reached: Reached) -> Self {
        Failure::Limit(reached)
    }
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
