//! What hostile input runs into: the limits, by name, and what of them a run has used.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::funcs::World;
use crate::golang::time;

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// [`Limits::steps`]
    Steps,
    /// [`Limits::time`]
    Time,
    /// [`Limits::memory`]
    Memory,
    /// [`Limits::output`]
    Output,
    /// [`Limits::items`]
    Items,
    /// [`Limits::regexp`]
    Regexp,
    /// [`Limits::depth`]
    Depth,
    /// [`Limits::executions`]
    Executions,
    /// [`Limits::nesting`]
    Nesting,
    /// [`Limits::nodes`]
    Nodes,
}

impl Limit {
    /// All of them.
    pub const ALL: [Limit; 10] = [
        Limit::Steps,
        Limit::Time,
        Limit::Memory,
        Limit::Output,
        Limit::Items,
        Limit::Regexp,
        Limit::Depth,
        Limit::Executions,
        Limit::Nesting,
        Limit::Nodes,
    ];

    /// The name that [`Limits::set`] takes.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Steps => "steps",
            Limit::Time => "time",
            Limit::Memory => "memory",
            Limit::Output => "output",
            Limit::Items => "items",
            Limit::Regexp => "regexp",
            Limit::Depth => "depth",
            Limit::Executions => "executions",
            Limit::Nesting => "nesting",
            Limit::Nodes => "nodes",
        }
    }
}

/// What hostile input runs into. All are far above what a real chart needs (a few 10,000 steps, a tenth of a second).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Nodes that the executions of one [`Budget`] may walk; large texts and lists that functions take and give, and
    /// functions that are slow by intent (`bcrypt`, `genPrivateKey`), count as many.
    pub steps: u64,
    /// How long the executions of one [`Budget`] may take, by [`World::usage`].
    pub time: Duration,
    /// Bytes of memory that the process may use while templates run, by [`World::usage`].
    pub memory: u64,
    /// Bytes that one execution, or one function's result, may have.
    pub output: usize,
    /// Items that a list made by a function (`until`, `splitList`), or a range over an integer, may have, and parts that
    /// a value may have that is printed or copied.
    pub items: usize,
    /// Bytes of a compiled regular expression.
    pub regexp: usize,
    /// Templates that call templates with `template`; 100,000 is Go's own limit.
    pub depth: usize,
    /// Executions inside functions (`include`, `tpl`) inside executions.
    pub executions: usize,
    /// Nested control structures in a text; Go has 10,000 for parentheses.
    pub nesting: usize,
    /// Nodes that a text may have once it is parsed: texts, actions and words.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            steps: 50_000_000,
            time: Duration::from_secs(120),
            memory: 4 << 30,
            output: 64 << 20,
            items: 5_000_000,
            regexp: 32 << 20,
            depth: 100_000,
            executions: 10_000,
            nesting: 10_000,
            nodes: 1_000_000,
        }
    }
}

impl Limits {
    /// Sets one by its name: a number, with `k`, `M`, `G` or `Ki`, `Mi`, `Gi` behind it if one likes; for `time` a
    /// duration as Go writes it (`90s`, `2m`).
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, limit: Limit, value: &str) -> Result<(), String> {
        let word = |value| usize::try_from(number(value)?).map_err(|_| out_of_range(value));
        match limit {
            Limit::Steps => self.steps = number(value)?,
            Limit::Time => self.time = duration(value)?,
            Limit::Memory => self.memory = number(value)?,
            Limit::Output => self.output = word(value)?,
            Limit::Items => self.items = word(value)?,
            Limit::Regexp => self.regexp = word(value)?,
            Limit::Depth => self.depth = word(value)?,
            Limit::Executions => self.executions = word(value)?,
            Limit::Nesting => self.nesting = word(value)?,
            Limit::Nodes => self.nodes = word(value)?,
        }
        Ok(())
    }
    /// One of them as people write it.
    pub fn shown(&self, limit: Limit) -> String {
        match limit {
            Limit::Steps => self.steps.to_string(),
            Limit::Time => time::Duration(i64::try_from(self.time.as_nanos()).unwrap_or(i64::MAX)).to_string(),
            Limit::Memory => bytes(self.memory),
            Limit::Output => bytes(self.output as u64),
            Limit::Items => self.items.to_string(),
            Limit::Regexp => bytes(self.regexp as u64),
            Limit::Depth => self.depth.to_string(),
            Limit::Executions => self.executions.to_string(),
            Limit::Nesting => self.nesting.to_string(),
            Limit::Nodes => self.nodes.to_string(),
        }
    }
}

fn out_of_range(value: &str) -> String {
    format!("{value:?} is out of range")
}

/// `64Mi` where that is exact, else the number.
fn bytes(number: u64) -> String {
    [(30, "Gi"), (20, "Mi"), (10, "Ki")]
        .into_iter()
        .find(|(shift, _)| number > 0 && number.trailing_zeros() >= *shift)
        .map_or_else(|| number.to_string(), |(shift, unit)| format!("{}{unit}", number >> shift))
}

fn number(value: &str) -> Result<u64, String> {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = value.get(digits.len()..).unwrap_or_default();
    if digits.is_empty() {
        return Err(format!("{value:?} is no whole number"));
    }
    let factor: u64 = match unit {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        _ => return Err(format!("{value:?} has an unknown unit: k, M, G, Ki, Mi and Gi are known")),
    };
    let digits = digits.replace('_', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{value:?} is no whole number"));
    }
    let product = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    product.filter(|number| *number > 0).ok_or_else(|| out_of_range(value))
}

fn duration(value: &str) -> Result<Duration, String> {
    let duration = time::Duration::parse(value.as_bytes()).map_err(|_| format!("{value:?} is no duration such as 90s or 2m"))?;
    u64::try_from(duration.0).ok().filter(|nanos| *nanos > 0).map(Duration::from_nanos).ok_or_else(|| out_of_range(value))
}

/// A limit that was reached, and the words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Which.
    pub limit: Limit,
    /// What was too much: `exceeded maximum number of steps (50000000)`.
    pub message: String,
}

impl Reached {
    pub(super) fn new(limit: Limit, message: impl Into<String>) -> Self {
        Self { limit, message: message.into() }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What the outside says about what the process has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Time since some beginning; it never goes back.
    pub time: Duration,
    /// Bytes of memory; 0 where nobody knows.
    pub memory: u64,
}

/// What executions that belong together have used of [`Limits::steps`] and [`Limits::time`]: those of one release, as a
/// rule. Shared between threads.
#[derive(Debug, Default)]
pub struct Budget {
    steps: AtomicU64,
    begun: Mutex<Option<Duration>>,
}

impl Budget {
    /// Nothing used; the time begins with the first execution.
    pub fn new() -> Self {
        Self::default()
    }
    /// Steps that were used.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }
    pub(super) fn use_up(&self, steps: u64) -> u64 {
        self.steps.update(Ordering::Relaxed, Ordering::Relaxed, |before| before.saturating_add(steps)).saturating_add(steps)
    }
    /// Does not count time that was spent waiting.
    pub(super) fn excuse(&self, time: Duration) {
        if let Some(begun) = self.begun.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            *begun = begun.saturating_add(time);
        }
    }
    /// Looks at the clock and the memory.
    pub(super) fn check(&self, world: &dyn World, limits: &Limits) -> Result<(), Reached> {
        let usage = world.usage();
        let begun = *self.begun.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(usage.time);
        if usage.time.saturating_sub(begun) > limits.time {
            return Err(Reached::new(Limit::Time, format!("exceeded maximum time ({})", limits.shown(Limit::Time))));
        }
        if usage.memory > limits.memory {
            let message = format!("exceeded maximum memory ({}: {} bytes are in use)", limits.shown(Limit::Memory), usage.memory);
            return Err(Reached::new(Limit::Memory, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits};

    #[test]
    fn limits_are_set_by_name_and_shown_as_they_are_set() {
        let mut limits = Limits::default();
        for (limit, value) in [(Limit::Steps, "1000"), (Limit::Time, "1m30s"), (Limit::Memory, "3Gi"), (Limit::Output, "5Ki")] {
            limits.set(limit, value).unwrap();
            assert_eq!(limits.shown(limit), value);
        }
        limits.set(Limit::Items, "2M").unwrap();
        assert_eq!(limits.items, 2_000_000);
        for value in ["", "x", "-1", "0", "1x", "1.5", "99999999999999999999", "99999999999G"] {
            assert!(limits.set(Limit::Steps, value).is_err(), "{value}");
        }
        for value in ["", "5", "-1s", "0s", "x"] {
            assert!(limits.set(Limit::Time, value).is_err(), "{value}");
        }
        for limit in Limit::ALL {
            let mut copy = Limits::default();
            copy.set(limit, &Limits::default().shown(limit)).unwrap();
            assert_eq!(copy, Limits::default());
        }
    }

    #[test]
    fn steps_never_begin_anew() {
        let budget = super::Budget::new();
        assert_eq!(budget.use_up(7), 7);
        assert_eq!(budget.use_up(u64::MAX), u64::MAX);
        assert_eq!(budget.use_up(1), u64::MAX);
        assert_eq!(budget.steps(), u64::MAX);
    }
}
