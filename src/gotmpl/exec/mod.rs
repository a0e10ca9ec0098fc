//! Running a compiled template: `(set, template, data) → bytes`, one node after the other, as Go's executor does.
//!
//! The current node is kept as Go keeps it, because errors name the node that was looked at last. Called by
//! [`TemplateSet::execute`](super::TemplateSet::execute) and by functions through [`Call`](super::Call).

mod arguments;
mod evaluate;
mod facts;
mod operand;
mod recording;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use super::error::{ExecError, Frame, Link};
use super::funcs::{Failure, weight};
use super::limits::{Budget, Limit, Limits, Reached};
use super::parse::{Branch, Kind, NodeId, Pipe, UNRESOLVED, Variable, print};
use super::program::Program;
use super::set::{Environment, TemplateSet};
use super::stack::{Recursive, Stack, deeper};
use super::trace::{Recorder, Use};
use crate::data::{GoKind, Kind as ValueKind, Origin, Str, Value};
use crate::diag::text_of;
use crate::golang::fmt;

use operand::Operand;

pub(super) use operand::{truth, zero};

type Result<T> = std::result::Result<T, ExecError>;

/// What one run keeps over all executions nested in it.
pub(super) struct Shared {
    /// How often something is under way, by name.
    pub(super) counters: HashMap<Str, usize>,
    /// Programs made of texts, by text.
    pub(super) texts: HashMap<Str, Arc<Program>>,
    /// Executions that are under way.
    pub(super) executions: usize,
    /// Memory that was used and will be again.
    pub(super) spare: Spare,
    /// Who is told what happens.
    pub(super) recorder: Option<Box<Recorder>>,
    /// Steps that may be walked before the budget is looked at again.
    left: Cell<u64>,
    /// What was left then.
    granted: Cell<u64>,
    stack: Stack,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            counters: HashMap::new(),
            texts: HashMap::new(),
            executions: 0,
            spare: Spare::default(),
            recorder: None,
            left: Cell::new(0),
            granted: Cell::new(0),
            stack: Stack::here(),
        }
    }
    /// Steps of those granted that were used.
    fn used(&self) -> u64 {
        self.granted.get().saturating_sub(self.left.get())
    }
}

/// Empty vectors that keep their memory from one call to the next.
#[derive(Default)]
pub(super) struct Spare {
    arguments: Vec<Vec<Value>>,
    variables: Vec<Vec<(u32, Operand)>>,
    texts: Vec<Vec<u8>>,
}

/// A text that took more memory does not keep it.
const MAX_SPARE: usize = 1 << 20;

impl Spare {
    /// A buffer to write a text to.
    pub(super) fn text(&mut self) -> Vec<u8> {
        self.texts.pop().unwrap_or_default()
    }
    /// Takes a buffer back.
    pub(super) fn keep_text(&mut self, mut text: Vec<u8>) {
        if text.capacity() <= MAX_SPARE {
            text.clear();
            self.texts.push(text);
        }
    }
}

/// Steps between two looks at the clock and the memory.
const SLICE: u64 = 1 << 14;

/// A run, as an execution in it sees it.
pub(super) struct Run<'r> {
    pub(super) environment: &'r Environment<'r>,
    pub(super) budget: &'r Budget,
    pub(super) shared: &'r mut Shared,
    /// Takes the output away as it grows; only the outermost execution has one.
    pub(super) sink: Option<&'r mut (dyn Sink + 'r)>,
}

/// Where output goes before all of it is there.
pub(super) trait Sink: Send {
    /// Takes all of the output so far and leaves nothing.
    ///
    /// # Errors
    /// The writer's, in words.
    fn take(&mut self, out: &mut Vec<u8>) -> std::result::Result<(), String>;
}

/// Output that is worth being taken away.
const PIECE: usize = 1 << 16;

impl<'r> Run<'r> {
    /// The same run for an execution inside this one.
    pub(super) fn inner<'i>(&'i mut self) -> Run<'i>
    where
        'r: 'i,
    {
        Run { environment: self.environment, budget: self.budget, shared: self.shared, sink: None }
    }
    /// The same run for the execution that it is all about: the sink goes with it.
    pub(super) fn outermost<'i>(&'i mut self) -> Run<'i>
    where
        'r: 'i,
    {
        let sink = self.sink.take().map(|sink| sink as &'i mut (dyn Sink + 'i));
        Run { sink, ..self.inner() }
    }
    /// Counts steps.
    #[inline]
    pub(super) fn spend(&self, steps: u64, limits: &Limits) -> std::result::Result<(), Reached> {
        match self.shared.left.get().checked_sub(steps) {
            Some(left) => {
                self.shared.left.set(left);
                Ok(())
            }
            None => self.settle(steps, limits),
        }
    }
    /// Books what was used and grants more.
    #[cold]
    fn settle(&self, steps: u64, limits: &Limits) -> std::result::Result<(), Reached> {
        let used = self.shared.used().saturating_add(steps);
        self.shared.granted.set(0);
        self.shared.left.set(0);
        let all = self.budget.use_up(used);
        if all > limits.steps {
            return Err(Reached::new(Limit::Steps, format!("exceeded maximum number of steps ({})", limits.steps)));
        }
        self.budget.check(self.environment.world, limits)?;
        let slice = SLICE.min(limits.steps.saturating_sub(all));
        self.shared.granted.set(slice);
        self.shared.left.set(slice);
        Ok(())
    }
    /// Books what was used; at the end of a run.
    pub(super) fn close(&self) {
        self.budget.use_up(self.shared.used());
        self.shared.granted.set(0);
        self.shared.left.set(0);
    }
}

/// One execution: a template and those it calls with `template`.
struct Execution<'s> {
    set: &'s TemplateSet,
    limits: &'s Limits,
    run: Run<'s>,
    out: &'s mut Vec<u8>,
    program: &'s Program,
    template: &'s Str,
    irregular: bool,
    /// The node that was looked at last.
    node: NodeId,
    variables: Vec<(u32, Operand)>,
    /// Where the current template's variables begin.
    base: usize,
    depth: usize,
    /// Bytes of output that were taken away.
    taken: usize,
    /// What `.` was where it failed.
    dot_at_fault: Option<Operand>,
}

impl Recursive for Execution<'_> {
    fn stack(&mut self) -> &mut Stack {
        &mut self.run.shared.stack
    }
}

/// How a node ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// Runs a template of a program.
///
/// # Errors
/// The chain from there to the fault.
pub(super) fn execute(
    set: &TemplateSet,
    mut run: Run<'_>,
    (program, index): (&Arc<Program>, usize),
    data: &Value,
    out: &mut Vec<u8>,
) -> Result<()> {
    let template = program.template(index);
    let dot = Operand::concrete(data.clone());
    let caller = run.shared.recorder.as_mut().map(|recorder| recorder.begin(program, index, out.len()));
    let mut variables = run.shared.spare.variables.pop().unwrap_or_default();
    variables.push((0, dot.clone()));
    let mut execution = Execution {
        set,
        limits: &set.engine().options().limits,
        run: run.outermost(),
        out,
        program,
        template: &template.name,
        irregular: template.irregular,
        node: template.root,
        variables,
        base: 0,
        depth: 0,
        taken: 0,
        dot_at_fault: None,
    };
    let result = execution.walk(&dot, template.root).map(|_| ()).map_err(|error| execution.with_facts(error));
    let Execution { run, mut variables, .. } = execution;
    variables.clear();
    run.shared.spare.variables.push(variables);
    if let (Some(recorder), Some(caller)) = (&mut run.shared.recorder, caller) {
        recorder.end(caller);
    }
    result
}

/// Errors.
impl<'s> Execution<'s> {
    /// The current node with what went wrong there.
    fn frame(&self, message: String) -> Link {
        let at = self.program.tree().node(self.node).at as usize;
        let before = self.program.text().get(..at).unwrap_or(&[]);
        let in_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let lines_before = before.iter().filter(|byte| **byte == b'\n').count() as u32;
        Link::Frame(Box::new(Frame {
            template: self.template.clone(),
            file: self.program.name().clone(),
            line: lines_before.saturating_add(1),
            column: in_line.len() as u32,
            node: self.printed(self.node),
            message,
            source: self.program.text().clone(),
            origin: Origin::NONE,
            facts: Vec::new(),
        }))
    }
    fn fault<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(ExecError::new(self.frame(message.into())))
    }
    /// A node as Go prints it.
    fn printed(&self, node: NodeId) -> String {
        print(self.program.functions(), self.program.tree(), self.program.text(), node)
    }
    /// A value as `%v` prints it.
    fn formatted(&self, value: &Value) -> String {
        if let Err(fault) = weight::check(std::slice::from_ref(value), self.limits) {
            return format!("({})", fault.words());
        }
        let mut out = Vec::new();
        fmt::append_value(&mut out, value);
        text_of(&out)
    }
    /// The error of a limit at the current node.
    fn limited<T>(&self, limit: Limit, message: impl Into<String>) -> Result<T> {
        Err(ExecError::new(self.frame(message.into())).of_limit(limit))
    }
    #[inline]
    fn spend(&self, steps: u64) -> Result<()> {
        self.run.spend(steps, self.limits).or_else(|reached| self.limited(reached.limit, reached.message))
    }
    /// Gives the output so far to the sink, where there is one.
    #[cold]
    fn drain(&mut self) -> Result<()> {
        let Some(sink) = &mut self.run.sink else { return Ok(()) };
        self.taken = self.taken.saturating_add(self.out.len());
        sink.take(self.out).or_else(|fault| self.fault(fault))
    }
    fn check_output(&self) -> Result<()> {
        let limit = self.limits.output;
        if self.out.len().saturating_add(self.taken) > limit {
            return self.limited(Limit::Output, format!("exceeded maximum size of output ({limit} bytes)"));
        }
        Ok(())
    }
}

/// Walking.
impl Execution<'_> {
    fn walk(&mut self, dot: &Operand, id: NodeId) -> Result<Flow> {
        if self.run.shared.stack.is_low() {
            return deeper(self, |this| this.walk(dot, id)).unwrap_or_else(|| self.fault("no stack for nested templates"));
        }
        self.visit(dot, id)
    }

    /// One node; whatever nests comes back to [`Execution::walk`].
    fn visit(&mut self, dot: &Operand, id: NodeId) -> Result<Flow> {
        self.node = id;
        self.spend(1)?;
        let program = self.program;
        let node = program.tree().node(id);
        if self.is_recorded() {
            self.record_place(node);
        }
        match &node.kind {
            Kind::Text { end } => {
                self.out.extend_from_slice(program.text().get(node.at as usize..*end as usize).unwrap_or(&[]));
                if self.is_recorded() {
                    self.record_text();
                }
                self.check_output()?;
            }
            Kind::Action { pipe } => self.action(dot, id, *pipe)?,
            Kind::If(branch) => return self.branch(dot, branch, false),
            Kind::With(branch) => return self.branch(dot, branch, true),
            Kind::Range(branch) => return self.range(dot, branch),
            Kind::Template { name, pipe } => self.call_template(dot, name, *pipe)?,
            Kind::Break => return Ok(Flow::Break),
            Kind::Continue => return Ok(Flow::Continue),
            Kind::List(items) => {
                for item in program.tree().span(*items) {
                    let flow = self.visit(dot, *item).map_err(|error| self.failed_with(dot, error))?;
                    if self.out.len() >= PIECE {
                        self.drain()?;
                    }
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
            _ => return self.fault("unknown node"),
        }
        Ok(Flow::Next)
    }

    fn action(&mut self, dot: &Operand, id: NodeId, pipe_id: NodeId) -> Result<()> {
        let pipe = self.pipe(pipe_id);
        if let Some(word) = pipe.named
            && !self.is_recorded()
            && self.in_place(dot, word, print_plain).is_some()
        {
            return self.check_output();
        }
        if !self.program.tree().span(pipe.declared).is_empty() {
            self.record_use(Use::Kept);
            return self.pipeline(dot, pipe_id).map(|_| ());
        }
        self.record_use(Use::Printed);
        let value = self.printed_pipeline(dot, pipe_id)?.value;
        self.node = id;
        self.print(&value)
    }

    fn print(&mut self, value: &Value) -> Result<()> {
        match &value.kind {
            ValueKind::Nil => self.out.extend_from_slice(b"<no value>"),
            ValueKind::String(text) => self.out.extend_from_slice(text),
            ValueKind::Object(object) => {
                let text = match object.pointed_to().map(|value| value.kind) {
                    Some(ValueKind::Object(pointed)) => pointed.text(),
                    _ => object.text(),
                };
                self.out.extend_from_slice(text.as_bytes());
            }
            ValueKind::List(_) | ValueKind::Map(_) => {
                match weight::check(std::slice::from_ref(value), self.limits) {
                    Err(Failure::Limit(reached)) => return self.limited(reached.limit, reached.message),
                    Err(other) => return self.fault(other.words()),
                    Ok(()) => {}
                }
                fmt::append_value(self.out, value);
            }
            _ => fmt::append_value(self.out, value),
        }
        if self.is_recorded() {
            self.record_printed(value);
        }
        self.check_output()
    }

    /// `if` and `with`
    fn branch(&mut self, dot: &Operand, branch: &Branch, with: bool) -> Result<Flow> {
        if let Some(word) = self.pipe(branch.pipe).named.filter(|_| !with && !self.is_recorded())
            && let Some(truth) = self.in_place(dot, word, |value, _| Some(truth(value)))
        {
            let list = if truth { Some(branch.list) } else { branch.otherwise };
            return list.map_or(Ok(Flow::Next), |list| self.walk(dot, list));
        }
        let mark = self.variables.len();
        self.record_use(Use::Tested);
        let value = self.pipeline(dot, branch.pipe)?;
        self.record_test(&value.value);
        let flow = if truth(&value.value) {
            self.walk(if with { &value } else { dot }, branch.list)?
        } else if let Some(otherwise) = branch.otherwise {
            self.walk(dot, otherwise)?
        } else {
            Flow::Next
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Operand, branch: &Branch) -> Result<Flow> {
        let outer = self.variables.len();
        self.record_use(Use::Looped);
        let value = self.pipeline(dot, branch.pipe)?.value;
        self.record_test(&value);
        let round = Round { branch, mark: self.variables.len(), pipe: self.pipe(branch.pipe) };
        let ran = self.rounds(&round, value)?;
        let flow = match branch.otherwise {
            // parity: text/template takes a break in the else part for one of this range, not of the outer one.
            Some(otherwise) if !ran => match self.walk(dot, otherwise)? {
                Flow::Break => Flow::Next,
                flow => flow,
            },
            _ => Flow::Next,
        };
        self.variables.truncate(outer);
        Ok(flow)
    }

    /// All rounds of a range; whether there was one.
    fn rounds(&mut self, round: &Round<'_>, value: Value) -> Result<bool> {
        let value = match &value.kind {
            ValueKind::Object(object) => object.underlying().unwrap_or(value),
            _ => value,
        };
        match &value.kind {
            ValueKind::Nil => Ok(false),
            ValueKind::Int(number, kind) => {
                self.check_one_variable(round, &value)?;
                self.check_items((*number).max(0) as u64)?;
                self.count_up((*number).max(0) as u64, round, |number| ValueKind::Int(number as i64, *kind))
            }
            ValueKind::Uint(number, kind) => {
                self.check_one_variable(round, &value)?;
                self.check_items(*number)?;
                self.count_up(*number, round, |number| ValueKind::Uint(number, *kind))
            }
            ValueKind::List(list) => {
                let of = list.go_type().element();
                for (index, item) in list.iter().enumerate() {
                    let index = Operand::concrete(self.record_visit(&value, Value::int(index as i64), item));
                    if self.round(round, index, Operand::element(item.clone(), of))? == Flow::Break {
                        break;
                    }
                }
                Ok(!list.is_empty())
            }
            ValueKind::Bytes(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    let item = ValueKind::Uint(u64::from(*byte), GoKind::Uint8).into();
                    if self.round(round, Operand::concrete(Value::int(index as i64)), Operand::concrete(item))? == Flow::Break {
                        break;
                    }
                }
                Ok(!bytes.is_empty())
            }
            ValueKind::Map(map) => {
                let of = map.go_type().element();
                let entries = map.standing();
                for (key, item) in entries.iter() {
                    let key = Operand::concrete(self.record_visit(&value, Value::string(key.clone()), item));
                    if self.round(round, key, Operand::element(item.clone(), of))? == Flow::Break {
                        break;
                    }
                }
                Ok(!entries.is_empty())
            }
            _ => self.fault(format!("range can't iterate over {}", self.formatted(&value))),
        }
    }

    fn check_items(&self, count: u64) -> Result<()> {
        let limit = self.limits.items;
        if count > limit as u64 {
            return self.limited(Limit::Items, format!("range over {count} is longer than the limit of {limit} items"));
        }
        Ok(())
    }

    fn check_one_variable(&self, round: &Round<'_>, value: &Value) -> Result<()> {
        if self.program.tree().span(round.pipe.declared).len() > 1 {
            return self.fault(format!("can't use {} to iterate over more than one variable", self.formatted(value)));
        }
        Ok(())
    }

    fn count_up(&mut self, to: u64, round: &Round<'_>, make: impl Fn(u64) -> ValueKind) -> Result<bool> {
        for number in 0..to {
            if self.round(round, Operand::INVALID, Operand::concrete(make(number).into()))? == Flow::Break {
                break;
            }
        }
        Ok(to > 0)
    }

    /// One round of a range.
    fn round(&mut self, round: &Round<'_>, index: Operand, item: Operand) -> Result<Flow> {
        let program = self.program;
        let declared = program.tree().span(round.pipe.declared);
        match *declared {
            [] => {}
            [one] if round.pipe.assign => self.assign(one, item.clone())?,
            [first, second, ..] if round.pipe.assign => {
                self.assign(first, index)?;
                self.assign(second, item.clone())?;
            }
            [_] => self.set_top(1, item.clone()),
            [..] => {
                self.set_top(1, item.clone());
                self.set_top(2, index);
            }
        }
        let flow = self.walk(&item, round.branch.list)?;
        self.variables.truncate(round.mark);
        Ok(flow)
    }

    /// `{{template "x" pipeline}}`
    fn call_template(&mut self, dot: &Operand, name: &Str, pipe: Option<NodeId>) -> Result<()> {
        let Some((program, index)) = self.set.find(name) else {
            return self.fault(format!("template {} not defined", crate::golang::strconv::quote(name)));
        };
        let limit = self.limits.depth;
        if self.depth >= limit {
            return self.limited(Limit::Depth, format!("exceeded maximum template depth ({limit})"));
        }
        let dot = match pipe {
            Some(pipe) => {
                self.record_use(Use::Passed("template"));
                self.pipeline(dot, pipe)?
            }
            None => Operand::INVALID,
        };
        let called = self.run.shared.recorder.as_mut().map(|recorder| recorder.enter(program, index, Origin::NONE));
        let template = program.template(index);
        let caller = (self.program, self.template, self.irregular, self.base);
        let mark = self.variables.len();
        (self.program, self.template, self.irregular, self.base) = (program, &template.name, template.irregular, mark);
        self.variables.push((0, dot.clone()));
        self.depth = self.depth.saturating_add(1);
        self.walk(&dot, template.root)?;
        self.depth = self.depth.saturating_sub(1);
        self.variables.truncate(mark);
        (self.program, self.template, self.irregular, self.base) = caller;
        if let (Some(recorder), Some(called)) = (&mut self.run.shared.recorder, called) {
            recorder.leave(called);
        }
        Ok(())
    }
}

/// Prints a text, a number or a truth; anything else asks for more than that.
fn print_plain(value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match &value.kind {
        ValueKind::String(text) => out.extend_from_slice(text),
        ValueKind::Bool(_) | ValueKind::Int(..) | ValueKind::Uint(..) | ValueKind::Float(_) => fmt::append_value(out, value),
        _ => return None,
    }
    Some(())
}

/// A range while it runs.
struct Round<'b> {
    branch: &'b Branch,
    pipe: Pipe,
    /// How many variables there are when a round begins.
    mark: usize,
}

/// Variables.
impl Execution<'_> {
    fn pipe(&self, id: NodeId) -> Pipe {
        match self.program.tree().node(id).kind {
            Kind::Pipe(pipe) => pipe,
            _ => Pipe { declared: Default::default(), assign: false, commands: Default::default(), named: None },
        }
    }
    fn set_top(&mut self, nth: usize, value: Operand) {
        let at = self.variables.len().checked_sub(nth);
        if let Some((_, place)) = at.and_then(|at| self.variables.get_mut(at)) {
            *place = value;
        }
    }
    /// The place of a variable on the stack.
    fn place(&self, variable: &Variable) -> Option<usize> {
        if variable.slot != UNRESOLVED && !self.irregular {
            return self.base.checked_add(variable.slot as usize);
        }
        let own = self.variables.get(self.base..)?;
        own.iter().rposition(|(symbol, _)| *symbol == variable.symbol).and_then(|place| self.base.checked_add(place))
    }
    fn undefined<T>(&self, variable: &Variable) -> Result<T> {
        let name = self.program.tree().symbols.get(variable.symbol as usize).cloned().unwrap_or_default();
        self.fault(format!("undefined variable: {name}"))
    }
    fn assign(&mut self, declared: NodeId, value: Operand) -> Result<()> {
        let program = self.program;
        let Kind::Variable(variable) = &program.tree().node(declared).kind else { return Ok(()) };
        match self.place(variable).and_then(|place| self.variables.get_mut(place)) {
            Some((_, place)) => {
                *place = value;
                Ok(())
            }
            None => self.undefined(variable),
        }
    }
    fn variable(&self, variable: &Variable) -> Result<&Operand> {
        match self.place(variable).and_then(|place| self.variables.get(place)) {
            Some((_, value)) => Ok(value),
            None => self.undefined(variable),
        }
    }
}
