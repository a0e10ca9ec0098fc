//! What expressions come to: `expression + names → item`, within a number of steps.
//!
//! CEL's operators, loops and paths are done here, on the deployment's own values: nothing is copied, every value keeps its
//! origin, what is secret stays so, and steps are counted. Other functions are Kubernetes' own (`kube_cel`), asked with
//! arguments whose results can't grow without measure.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kube_cel::KubeCelExt;
use kube_cel::cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr, operators};
use kube_cel::cel::{Context, ExecutionError, IdedExpr, Value as Cel};

use super::code::{Code, TYPES, shown};
use super::item::{Item, What};
use crate::data::{Kind, Origin, Value};
use crate::diag::nearest;
use crate::golang::regexp::Regexp;

/// Why an expression comes to nothing.
#[derive(Clone)]
pub(super) enum Fault {
    /// A release that is not there: the question does not arise.
    Absent(String),
    /// A key that is not there.
    Missing {
        /// As written, without the key.
        within: String,
        /// The key.
        key: String,
        /// A key that is there and may have been meant.
        near: Option<String>,
        /// What has no such key.
        container: Box<Item>,
    },
    /// Anything else: two things that can't be compared, a function that fails.
    Wrong(String),
    /// It takes too many steps.
    TooMuch,
}

/// What an expression comes to.
pub(super) type Answer = Result<Item, Fault>;

/// A scalar that was read.
#[derive(Clone, Copy)]
pub(super) struct Touched {
    /// The text it stands in, as [`Item::text`] counts them.
    pub(super) text: usize,
    /// Where.
    pub(super) origin: Origin,
    /// Whether nobody should see it.
    pub(super) secret: bool,
}

/// Names and what they stand for.
pub(super) struct Names<'a> {
    /// Those of the deployment and of the rule's round.
    pub(super) items: HashMap<&'a str, Item>,
    /// Those that the rule makes (`let`): asked when they are used.
    pub(super) made: &'a [(String, Code)],
    /// What these came to, with what was read for it.
    pub(super) known: RefCell<HashMap<&'a str, (Item, Vec<Touched>)>>,
}

/// A name of a loop, and those around it.
struct Scope<'s> {
    name: &'s str,
    answer: Answer,
    around: Option<&'s Scope<'s>>,
}

/// Asks expressions.
pub(super) struct Evaluator {
    /// Steps that are left.
    left: Cell<u64>,
    /// Scalars that were read.
    touched: RefCell<Vec<Touched>>,
    patterns: RefCell<HashMap<String, Option<Regexp>>>,
    library: Context<'static>,
}

/// Bytes that one function may make.
const MOST_MADE: usize = 4 << 20;
/// Bytes that a pattern's automaton may take.
const PATTERN_LIMIT: usize = 1 << 20;
/// What goes through whole values.
const OPERATORS_WITH_TWO_SIDES: [&str; 5] =
    [operators::EQUALS, operators::NOT_EQUALS, operators::IN, operators::INDEX, operators::OPT_INDEX];

impl Evaluator {
    pub(super) fn new() -> Self {
        Self { left: Cell::new(0), touched: RefCell::default(), patterns: RefCell::default(), library: Context::default().with_all() }
    }

    /// Gives so many steps to what is asked from now on.
    pub(super) fn allow(&self, steps: u64) {
        self.left.set(steps);
    }

    /// How many steps are left.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// What was read since the last call, in order.
    pub(super) fn take_touched(&self) -> Vec<Touched> {
        std::mem::take(&mut *self.touched.borrow_mut())
    }

    /// What an expression comes to.
    pub(super) fn ask(&self, code: &Code, names: &Names<'_>) -> Answer {
        self.item(&code.expression, names, None)
    }

    /// The same for an expression that has to say yes or no.
    pub(super) fn ask_bool(&self, code: &Code, names: &Names<'_>) -> Result<bool, Fault> {
        let item = self.ask(code, names)?;
        item.as_bool().ok_or_else(|| Fault::Wrong(format!("it is {}, and should be true or false", item.kind())))
    }

    fn step(&self, steps: usize) -> Result<(), Fault> {
        let left = self.left.get().checked_sub(steps as u64);
        self.left.set(left.unwrap_or(0));
        left.map(drop).ok_or(Fault::TooMuch)
    }

    /// Whether both are the same value, at a step for each part of them.
    fn equal(&self, one: &Item, two: &Item) -> Result<bool, Fault> {
        let mut looked_at = 0;
        let equal = one.equals(two, &mut looked_at);
        self.step(looked_at).map(|()| equal)
    }

    fn one_of(&self, one: &Item, elements: &[Item]) -> Result<bool, Fault> {
        for element in elements {
            if self.equal(element, one)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn item(&self, expression: &IdedExpr, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        self.step(1)?;
        match &expression.expr {
            Expr::Literal(literal) => Ok(literal_item(literal)),
            Expr::Ident(name) => self.name(name, names, scope),
            Expr::Select(select) => self.select(select, names, scope),
            Expr::Call(call) => self.call(call, names, scope),
            Expr::Comprehension(loops) => self.comprehension(loops, names, scope),
            Expr::List(list) => {
                let items: Result<Vec<Item>, Fault> = list.elements.iter().map(|one| self.item(one, names, scope)).collect();
                Ok(Item::list(items?))
            }
            Expr::Map(map) => {
                let mut entries = Vec::new();
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
                    entries.push((self.item(&entry.key, names, scope)?.shown(), self.item(&entry.value, names, scope)?));
                }
                Ok(Item::map(entries))
            }
            Expr::Struct(_) | Expr::Unspecified => Err(Fault::Wrong("messages are not known here".to_owned())),
        }
    }

    fn name(&self, name: &str, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        let mut at = scope;
        while let Some(scope) = at {
            if scope.name == name {
                return scope.answer.clone();
            }
            at = scope.around;
        }
        if let Some(item) = names.items.get(name) {
            return Ok(item.clone());
        }
        if let Some((item, touched)) = names.known.borrow().get(name) {
            self.touched.borrow_mut().extend(touched);
            return Ok(item.clone());
        }
        if let Some(kind) = TYPES.iter().find(|kind| **kind == name) {
            return Ok(Item::made(*kind));
        }
        let Some((name, code)) = names.made.iter().find(|(made, _)| made == name) else {
            return Err(Fault::Wrong(format!("there is no `{name}` here")));
        };
        let before = self.touched.borrow().len();
        let item = self.item(&code.expression, names, None)?;
        let touched = self.touched.borrow().get(before..).unwrap_or_default().to_vec();
        names.known.borrow_mut().insert(name, (item.clone(), touched));
        Ok(item)
    }

    fn select(&self, select: &SelectExpr, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        let operand = match self.item(&select.operand, names, scope) {
            // `has(a.b.c)` where there is no `b`: no, unless a name like it says that it was misspelt.
            Err(Fault::Missing { near: None, .. }) if select.test => return Ok(Item::made(false)),
            operand => operand?,
        };
        if let What::Optional(inside) = &operand.what {
            let found = inside.as_ref().and_then(|item| item.key(&select.field)).filter(Item::is_set);
            self.touch(found.as_ref());
            return Ok(if select.test { Item::made(found.is_some()) } else { optional(found) });
        }
        let found = operand.key(&select.field);
        if select.test {
            return Ok(Item::made(found.is_some_and(|found| found.is_set())));
        }
        self.touch(found.as_ref());
        found.ok_or_else(|| missing(&select.operand, operand, &select.field))
    }

    /// Remembers that a scalar was read.
    fn touch(&self, item: Option<&Item>) {
        if let Some(item) = item.filter(|item| item.origin().is_some() && !item.is_container()) {
            self.touched.borrow_mut().push(Touched { text: item.text, origin: item.origin(), secret: item.secret });
        }
    }

    fn comprehension(&self, loops: &ComprehensionExpr, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        let range = self.item(&loops.iter_range, names, scope)?;
        let elements = range.elements().ok_or_else(|| Fault::Wrong(format!("{} can't be gone through", range.kind())))?;
        self.step(elements.len())?;
        let mut so_far = self.item(&loops.accu_init, names, scope);
        let mark = self.touched.borrow().len();
        for element in elements {
            // What only earlier elements were read for is not what decides.
            self.touched.borrow_mut().truncate(mark);
            let with_result = Scope { name: &loops.accu_var, answer: so_far.clone(), around: scope };
            let go_on = self.item(&loops.loop_cond, names, Some(&with_result))?;
            if go_on.as_bool() == Some(false) {
                break;
            }
            self.touch(Some(&element));
            let with_element = Scope { name: &loops.iter_var, answer: Ok(element), around: Some(&with_result) };
            so_far = match self.item(&loops.loop_step, names, Some(&with_element)) {
                Err(fault @ (Fault::TooMuch | Fault::Absent(_))) => return Err(fault),
                answer => answer,
            };
        }
        self.item(&loops.result, names, Some(&Scope { name: &loops.accu_var, answer: so_far, around: scope }))
    }

    fn call(&self, call: &CallExpr, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                return match truth(&self.item(condition, names, scope)?)? {
                    true => self.item(yes, names, scope),
                    false => self.item(no, names, scope),
                };
            }
            (operators::LOGICAL_AND, [one, two]) => return self.both(one, two, false, names, scope),
            (operators::LOGICAL_OR, [one, two]) => return self.both(one, two, true, names, scope),
            (operators::NOT_STRICTLY_FALSE, [one]) => {
                return match self.item(one, names, scope) {
                    Ok(item) => Ok(Item::made(item.as_bool().unwrap_or(true))),
                    Err(fault @ (Fault::TooMuch | Fault::Absent(_))) => Err(fault),
                    Err(_) => Ok(Item::made(true)),
                };
            }
            (operators::OPT_SELECT, [operand, field]) => {
                let (operand, field) = (self.item(operand, names, scope)?, self.item(field, names, scope)?);
                let found = field.as_text().and_then(|key| inside(&operand)?.key(key)).filter(Item::is_set);
                self.touch(found.as_ref());
                return Ok(optional(found));
            }
            _ => {}
        }
        let space = match call.target.as_deref() {
            Some(IdedExpr { expr: Expr::Ident(space), .. }) if is_space(space) => Some(space.as_str()),
            _ => None,
        };
        let target = match (space, call.target.as_deref()) {
            (None, Some(target)) => Some(self.item(target, names, scope)?),
            _ => None,
        };
        let arguments: Result<Vec<Item>, Fault> = call.args.iter().map(|one| self.item(one, names, scope)).collect();
        let arguments = arguments?;
        if let Some(answer) = self.own(call, target.as_ref(), &arguments, space.is_some()) {
            return answer;
        }
        self.of_library(name, space, target, arguments)
    }

    /// `&&` and `||`: a side that decides makes the other's faults irrelevant.
    fn both(&self, one: &IdedExpr, two: &IdedExpr, decides: bool, names: &Names<'_>, scope: Option<&Scope<'_>>) -> Answer {
        let first = match self.item(one, names, scope) {
            Err(fault @ (Fault::TooMuch | Fault::Absent(_))) => return Err(fault),
            other => other.and_then(|item| truth(&item)),
        };
        if matches!(first, Ok(truth) if truth == decides) {
            return Ok(Item::made(decides));
        }
        let second = truth(&self.item(two, names, scope)?)?;
        if second == decides { Ok(Item::made(decides)) } else { first.map(|_| Item::made(!decides)) }
    }

    /// What is done here, without the library.
    fn own(&self, call: &CallExpr, target: Option<&Item>, arguments: &[Item], in_space: bool) -> Option<Answer> {
        let name = call.func_name.as_str();
        if in_space {
            return None;
        }
        let secret = arguments.iter().chain(target).any(|item| item.secret);
        if OPERATORS_WITH_TWO_SIDES.contains(&name)
            && let Err(fault) = self.step(arguments.iter().map(Item::size).map(Option::unwrap_or_default).sum())
        {
            return Some(Err(fault));
        }
        Some(match (name, target, arguments) {
            (operators::LOGICAL_NOT, None, [one]) => truth(one).map(|truth| Item::made(!truth)),
            (operators::EQUALS, None, [one, two]) => self.equal(one, two).map(Item::made),
            (operators::NOT_EQUALS, None, [one, two]) => self.equal(one, two).map(|equal| Item::made(!equal)),
            (operators::LESS, None, [one, two]) => compared(one, two)?.map(|order| Item::made(order.is_lt())),
            (operators::LESS_EQUALS, None, [one, two]) => compared(one, two)?.map(|order| Item::made(order.is_le())),
            (operators::GREATER, None, [one, two]) => compared(one, two)?.map(|order| Item::made(order.is_gt())),
            (operators::GREATER_EQUALS, None, [one, two]) => compared(one, two)?.map(|order| Item::made(order.is_ge())),
            (operators::IN, None, [one, within]) => match within.elements() {
                Some(elements) => self.one_of(one, &elements).map(Item::made),
                None => Err(Fault::Wrong(format!("{} holds nothing that could be looked for", within.kind()))),
            },
            (operators::INDEX, None, [within, at]) => self.index(call.args.first(), within, at),
            (operators::OPT_INDEX, None, [within, at]) => {
                Ok(optional(inside(within).and_then(|within| part(within, at)).filter(Item::is_set)))
            }
            (operators::ADD, None, [one, two]) => self.added(one, two)?.map(|item| item.secret_if(secret)),
            ("size", Some(one), []) | ("size", None, [one]) => {
                let size = one.size().and_then(|size| i64::try_from(size).ok());
                size.map(|size| Item::made(Value::int(size))).ok_or_else(|| Fault::Wrong(format!("{} has no size", one.kind())))
            }
            ("type", None, [one]) => Ok(Item::made(one.type_name())),
            ("startsWith", Some(one), [two]) => texts(one, two).map(|(one, two)| Item::made(one.starts_with(two))),
            ("endsWith", Some(one), [two]) => texts(one, two).map(|(one, two)| Item::made(one.ends_with(two))),
            ("contains", Some(one), [two]) if one.as_text().is_some() => texts(one, two).map(|(one, two)| Item::made(one.contains(two))),
            ("matches", Some(one), [two]) | ("matches", None, [one, two]) => {
                texts(one, two).and_then(|(one, two)| self.matches(one, two).map(Item::made))
            }
            ("string", None, [one]) if !one.is_container() && matches!(one.what, What::Value(_)) => {
                Ok(Item { text: one.text, ..Item::made(Value::string(one.shown()).from_origin(one.origin())) }.secret_if(secret))
            }
            ("hasValue", Some(Item { what: What::Optional(inside), .. }), []) => Ok(Item::made(inside.is_some())),
            ("orValue", Some(Item { what: What::Optional(inside), .. }), [other]) => {
                Ok(inside.as_ref().map_or_else(|| other.clone(), |item| item.as_ref().clone()))
            }
            ("value", Some(Item { what: What::Optional(inside), .. }), []) => {
                inside.as_ref().map(|item| item.as_ref().clone()).ok_or_else(|| Fault::Wrong("the optional value is not there".to_owned()))
            }
            ("or", Some(one @ Item { what: What::Optional(inside), .. }), [other]) => {
                Ok(if inside.is_some() { one.clone() } else { other.clone() })
            }
            _ => return None,
        })
    }

    fn index(&self, operand: Option<&IdedExpr>, within: &Item, at: &Item) -> Answer {
        if let What::Optional(inside) = &within.what {
            return Ok(optional(inside.as_ref().and_then(|within| part(within, at)).filter(Item::is_set)));
        }
        let found = part(within, at);
        self.touch(found.as_ref());
        match (found, operand) {
            (Some(found), _) => Ok(found),
            (None, Some(operand)) => Err(missing(operand, within.clone(), &at.shown())),
            (None, None) => Err(Fault::Wrong("nothing to look in".to_owned())),
        }
    }

    /// Texts and lists one after the other; `None` for what the library adds.
    fn added(&self, one: &Item, two: &Item) -> Option<Answer> {
        if let (Some(one), Some(two)) = (one.as_text(), two.as_text()) {
            let length = one.len().saturating_add(two.len());
            return Some(self.fits(length).map(|()| Item::made(format!("{one}{two}"))));
        }
        if one.kind() == "a list" && two.kind() == "a list" {
            let (mut items, more) = (one.elements()?, two.elements()?);
            let cost = self.step(items.len().saturating_add(more.len()));
            items.extend(more);
            return Some(cost.map(|()| Item::list(items)));
        }
        None
    }

    /// Whether so many bytes may be made.
    fn fits(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > MOST_MADE { Err(Fault::TooMuch) } else { self.step(bytes / 64) }
    }

    fn matches(&self, text: &str, pattern: &str) -> Result<bool, Fault> {
        self.step((text.len() / 64).saturating_mul(pattern.len() / 64 + 1))?;
        let mut patterns = self.patterns.borrow_mut();
        if !patterns.contains_key(pattern) {
            self.step(100)?;
            patterns.insert(pattern.to_owned(), Regexp::new(pattern.as_bytes(), PATTERN_LIMIT).ok());
        }
        match patterns.get(pattern) {
            Some(Some(regexp)) => Ok(regexp.is_match(text.as_bytes())),
            _ => Err(Fault::Wrong(format!("{pattern:?} is no pattern, or too large a one"))),
        }
    }

    /// Asks a function of the library. What is made of something secret is secret.
    fn of_library(&self, name: &str, space: Option<&str>, target: Option<Item>, arguments: Vec<Item>) -> Answer {
        self.fits(growth(name, target.as_ref(), &arguments))?;
        self.step(20)?;
        let secret = arguments.iter().chain(&target).any(|item| item.secret);
        let mut scope = self.library.new_inner_scope();
        let ident = |name: &str| IdedExpr { id: 0, expr: Expr::Ident(name.to_owned()) };
        let given: Vec<IdedExpr> = arguments
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let name = format!("a{at}");
                scope.add_variable_from_value(name.as_str(), item.to_cel());
                ident(&name)
            })
            .collect();
        let target = target.map(|item| {
            scope.add_variable_from_value("t", item.to_cel());
            ident("t")
        });
        let target = space.map(ident).or(target).map(Box::new);
        let expression = IdedExpr { id: 0, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target, args: given }) };
        // The library is not ours: a fault of it must not end a lint.
        let answer = catch_unwind(AssertUnwindSafe(|| Cel::resolve(&expression, &scope)));
        match answer {
            Ok(Ok(value)) => {
                let item = Item::from_cel(value);
                let tells = item.as_bool().is_none();
                Ok(item.secret_if(secret && tells))
            }
            Ok(Err(error)) => Err(Fault::Wrong(words(name, &error, secret, arguments.first()))),
            Err(_) => Err(Fault::Wrong(format!("{} fails", plain(name)))),
        }
    }
}

/// The library's functions that stand behind a word and a dot.
fn is_space(name: &str) -> bool {
    ["base64", "math", "lists", "sets", "format", "ip", "optional", "jsonpatch"].contains(&name)
}

fn literal_item(literal: &LiteralValue) -> Item {
    match literal {
        LiteralValue::Boolean(truth) => Item::made(*truth.inner()),
        LiteralValue::Int(number) => Item::made(Value::int(*number.inner())),
        LiteralValue::Double(number) => Item::made(*number.inner()),
        LiteralValue::String(text) => Item::made(text.inner()),
        LiteralValue::Null => Item::made(Value::NIL),
        LiteralValue::UInt(number) => Item::from_cel(Cel::UInt(*number.inner())),
        LiteralValue::Bytes(bytes) => Item::from_cel(Cel::Bytes(Arc::new(bytes.inner().to_vec()))),
    }
}

fn truth(item: &Item) -> Result<bool, Fault> {
    item.as_bool().ok_or_else(|| Fault::Wrong(format!("{} is neither true nor false", item.kind())))
}

fn texts<'i>(one: &'i Item, two: &'i Item) -> Result<(&'i str, &'i str), Fault> {
    one.as_text().zip(two.as_text()).ok_or_else(|| {
        let other = if one.as_text().is_none() { one } else { two };
        Fault::Wrong(format!("{} is no text", other.kind()))
    })
}

/// The order of two things; `None` where the library knows more.
fn compared(one: &Item, two: &Item) -> Option<Result<std::cmp::Ordering, Fault>> {
    match one.compare(two) {
        Some(order) => Some(Ok(order)),
        None if matches!(one.what, What::Other(_)) => None,
        None => Some(Err(Fault::Wrong(format!("{} can't be compared with {}", one.kind(), two.kind())))),
    }
}

fn optional(item: Option<Item>) -> Item {
    let secret = item.as_ref().is_some_and(|item| item.secret);
    Item { what: What::Optional(item.map(Arc::new)), secret, text: 0 }
}

/// What is in an optional value, or the value itself.
fn inside(item: &Item) -> Option<&Item> {
    match &item.what {
        What::Optional(inside) => inside.as_deref(),
        _ => Some(item),
    }
}

/// The element or key that another value names.
fn part(within: &Item, at: &Item) -> Option<Item> {
    if let Some(key) = at.as_text() {
        return within.key(key);
    }
    match &at.what {
        What::Value(Value { kind: Kind::Int(at, _), .. }) => within.element(usize::try_from(*at).ok()?),
        _ => None,
    }
}

fn missing(operand: &IdedExpr, container: Item, key: &str) -> Fault {
    if matches!(container.what, What::Releases(_)) {
        return Fault::Absent(key.to_owned());
    }
    let keys = container.keys();
    let near = nearest(key, keys.iter().map(String::as_str)).map(str::to_owned);
    Fault::Missing { within: shown(operand), key: key.to_owned(), near, container: Box::new(container) }
}

/// How many bytes a function may make of its arguments, at most.
fn growth(name: &str, target: Option<&Item>, arguments: &[Item]) -> usize {
    let weight = |item: Option<&Item>| item.map_or(0, Item::weight);
    let all = arguments.iter().chain(target).map(Item::weight).fold(0, usize::saturating_add);
    let digits = |text: &str| text.split(|character: char| !character.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    match name {
        "replace" => weight(target).saturating_mul(weight(arguments.get(1)).saturating_add(1)),
        "join" => all.saturating_add(target.and_then(Item::size).unwrap_or(0).saturating_mul(weight(arguments.first()))),
        "range" => arguments.first().and_then(|item| item.shown().parse::<usize>().ok()).unwrap_or(usize::MAX).saturating_mul(100),
        "format" if target.and_then(Item::as_text).is_some_and(|text| digits(text) > 2) => usize::MAX,
        "find" | "findAll" => all.saturating_mul(weight(arguments.first()) / 64 + 1),
        _ => all.saturating_mul(8),
    }
}

/// The library's error in words that hold no values.
fn words(name: &str, error: &ExecutionError, secret: bool, first: Option<&Item>) -> String {
    match error {
        ExecutionError::FunctionError { function, message } if !secret => format!("{function}() fails: {message}"),
        ExecutionError::UnexpectedType { got, want } => format!("{} takes a {want}, not a {got}", plain(name)),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "a division by zero".to_owned(),
        ExecutionError::UndeclaredReference(_) => format!("{} is not there", plain(name)),
        _ => match first {
            Some(first) => format!("{} can't be asked of {}", plain(name), first.kind()),
            None => format!("{} can't be asked here", plain(name)),
        },
    }
}

/// A function's name as it is written: `_+_` is `+`.
fn plain(name: &str) -> String {
    if name.starts_with(char::is_alphabetic) { format!("{name}()") } else { format!("`{}`", name.trim_matches('_')) }
}
