//! Templates by name, linked from programs, and running them.

use std::any::Any;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::engine::Engine;
use super::error::{ExecError, Link, RenderError};
use super::exec::{self, Run, Shared, Sink};
use super::funcs::{Nested, Nowhere, World};
use super::limits::{Budget, Limit};
use super::program::Program;
use super::trace::Recorder;
use crate::data::{Str, Value};

/// What a run sees beside its data.
#[derive(Clone, Copy)]
pub struct Environment<'e> {
    /// Clock, randomness, variables.
    pub world: &'e dyn World,
    /// The dialect's own data, for its functions: [`Call::context`](super::Call::context) takes it back.
    pub context: &'e (dyn Any + Sync),
}

impl Default for Environment<'_> {
    /// No clock, no chance, no variables, no data of a dialect.
    fn default() -> Self {
        Self { world: &Nowhere, context: &() }
    }
}

/// A writer that takes output piece by piece.
struct Pieces<W> {
    writer: W,
    fault: Option<io::Error>,
}

impl<W: Write + Send> Sink for Pieces<W> {
    fn take(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.writer.write_all(out).map_err(|fault| {
            let words = format!("write output: {fault}");
            self.fault = Some(fault);
            words
        })?;
        out.clear();
        Ok(())
    }
}

type Names = HashMap<Str, (Arc<Program>, usize)>;

/// How many texts of `tpl` a run keeps compiled.
const MAX_TEXTS: usize = 1_000;

/// Name → template. Which `define` wins depends on the programs and their order. Cheap to clone and to extend.
#[derive(Debug, Clone)]
pub struct TemplateSet {
    engine: Engine,
    name: Str,
    names: Arc<Names>,
    /// What texts of `tpl` define, until they are done: in front of the others.
    inner: Arc<Names>,
}

impl TemplateSet {
    /// An empty set. `name` is that of Go's root template (`gotpl` in Helm); it stands in one error text.
    pub fn new(engine: &Engine, name: impl Into<Str>) -> Self {
        Self { engine: engine.clone(), name: name.into(), names: Arc::default(), inner: Arc::default() }
    }
    /// Adds all templates of a program: later ones replace earlier ones of the same name, but a body of only white
    /// space and comments never replaces another.
    pub fn add(&mut self, program: &Arc<Program>) {
        let names = Arc::make_mut(&mut self.names);
        for (index, template) in program.tree().templates.iter().enumerate() {
            if !template.empty || !names.contains_key(&template.name) {
                names.insert(template.name.clone(), (program.clone(), index));
            }
        }
    }
    /// Whether there is a template of that name.
    pub fn contains(&self, name: impl AsRef<[u8]>) -> bool {
        self.find(name.as_ref()).is_some()
    }
    /// The names of all templates, in no order.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.inner.keys().chain(self.names.keys())
    }
    /// The name of the set.
    pub fn name(&self) -> &Str {
        &self.name
    }
    /// Runs the template of that name with `data` as `.` and `$`; appends to `out` (partly, where it fails).
    ///
    /// # Errors
    /// The chain from this template to the fault.
    pub fn execute(&self, name: impl AsRef<[u8]>, data: &Value, environment: &Environment<'_>, out: &mut Vec<u8>) -> Result<(), ExecError> {
        self.execute_within(name, data, environment, &Budget::new(), out)
    }
    /// As [`TemplateSet::execute`], and what it uses is taken from a budget that other executions use, too.
    ///
    /// # Errors
    /// The chain from this template to the fault.
    pub fn execute_within(
        &self,
        name: impl AsRef<[u8]>,
        data: &Value,
        environment: &Environment<'_>,
        budget: &Budget,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let mut shared = Shared::new();
        let mut run = Run { environment, budget, shared: &mut shared, sink: None };
        let result = self.execute_nested(name.as_ref(), data, run.inner(), out);
        run.close();
        result
    }
    /// As [`TemplateSet::execute_within`], and what happens is recorded. The output is the same.
    ///
    /// # Errors
    /// The chain from this template to the fault.
    pub fn execute_recorded(
        &self,
        name: impl AsRef<[u8]>,
        data: &Value,
        (environment, budget): (&Environment<'_>, &Budget),
        out: &mut Vec<u8>,
        recorder: &mut Recorder,
    ) -> Result<(), ExecError> {
        let mut shared = Shared::new();
        shared.recorder = Some(Box::new(std::mem::take(recorder)));
        let mut run = Run { environment, budget, shared: &mut shared, sink: None };
        let result = self.execute_nested(name.as_ref(), data, run.inner(), out);
        run.close();
        if let Some(used) = shared.recorder {
            *recorder = *used;
        }
        result
    }

    /// Runs the template of that name with `data` as `.` and `$`, and writes what it gives as it comes: of the output,
    /// little more than 64 KiB (or what one `include` gives) is in memory at a time. Writes a part where it fails.
    ///
    /// # Errors
    /// The chain from this template to the fault, or the writer's error.
    pub fn render(
        &self,
        name: impl AsRef<[u8]>,
        data: &Value,
        environment: &Environment<'_>,
        writer: impl Write + Send,
    ) -> Result<(), RenderError> {
        let mut pieces = Pieces { writer, fault: None };
        let mut out = Vec::new();
        let (mut shared, budget) = (Shared::new(), Budget::new());
        let mut run = Run { environment, budget: &budget, shared: &mut shared, sink: Some(&mut pieces) };
        let result = self.execute_nested(name.as_ref(), data, run.outermost(), &mut out);
        if pieces.fault.is_none() {
            let _ = pieces.take(&mut out); // keeps the fault
        }
        match pieces.fault {
            Some(fault) => Err(RenderError::Write(fault)),
            None => result.map_err(RenderError::Exec),
        }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }
    pub(super) fn find(&self, name: &[u8]) -> Option<(&Arc<Program>, usize)> {
        let (program, index) = self.inner.get(name).or_else(|| self.names.get(name))?;
        Some((program, *index))
    }
    /// A copy with one more program in front.
    fn with(&self, program: &Arc<Program>) -> Self {
        let mut set = self.clone();
        let inner = Arc::make_mut(&mut set.inner);
        for (index, template) in program.tree().templates.iter().enumerate() {
            if !template.empty || !self.contains(&template.name) {
                inner.insert(template.name.clone(), (program.clone(), index));
            }
        }
        set
    }

    /// An execution inside a run.
    pub(super) fn execute_nested(&self, name: &[u8], data: &Value, run: Run<'_>, out: &mut Vec<u8>) -> Result<(), ExecError> {
        let Some(template) = self.find(name) else {
            return Err(ExecError::new(Link::NoTemplate { name: name.into(), set: self.name.clone() }));
        };
        self.run(template, data, run, out)
    }

    fn run(&self, template: (&Arc<Program>, usize), data: &Value, mut run: Run<'_>, out: &mut Vec<u8>) -> Result<(), ExecError> {
        let limit = self.engine.options().limits.executions;
        if run.shared.executions >= limit {
            let name = &template.0.template(template.1).name;
            let message = format!("template {name}: exceeded maximum depth of nested executions ({limit})");
            return Err(ExecError::new(Link::Text(message)).of_limit(Limit::Executions));
        }
        run.shared.executions = run.shared.executions.saturating_add(1);
        let result = exec::execute(self, run.outermost(), template, data, out);
        run.shared.executions = run.shared.executions.saturating_sub(1);
        result
    }

    /// Parses a text into a copy of the set and runs it there, whatever else has its name.
    pub(super) fn execute_text(&self, name: &str, text: &Value, data: &Value, run: Run<'_>, out: &mut Vec<u8>) -> Result<(), Nested> {
        let (text, origin) = (&text.as_str().cloned().unwrap_or_default(), text.origin);
        let known = run.shared.texts.get(text).filter(|program| *program.name() == *name).cloned();
        let program = match known {
            Some(program) => program,
            None => {
                // A node that is run takes some 20 ns, and reading a text takes 2 µs and 5 ns a byte.
                let effort = (text.len() as u64 / 4).saturating_add(100);
                run.spend(effort, &self.engine.options().limits).map_err(|reached| Nested::Exec(ExecError::reached(reached)))?;
                let program = self.engine.parse(name, text.clone()).map_err(Nested::Parse)?;
                if run.shared.texts.len() >= MAX_TEXTS {
                    run.shared.texts.clear();
                }
                run.shared.texts.insert(text.clone(), program.clone());
                program
            }
        };
        let set = self.with(&program);
        if let Some(recorder) = &mut run.shared.recorder {
            recorder.running_text(origin);
        }
        set.run((&program, 0), data, run, out).map_err(Nested::Exec)
    }
}
