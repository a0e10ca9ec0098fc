//! Rules that a CRD states in CEL (`x-kubernetes-validations`), asked as the API server asks them: `object → what says no`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kube_cel::{CompiledSchema, ErrorKind};
use serde_json::Value as Json;

use super::schema::Schema;
use super::{Findings, Sort};
use crate::data::{Kind, Map, Origin, Value, json};
use crate::diag::Severity;

/// The rules of one version of a custom kind.
pub(super) struct Cel {
    compiled: CompiledSchema,
    /// How deep the deepest rule nests loops.
    nesting: u32,
    /// The longest rule: it may bring lists of its own.
    longest: usize,
}

/// How many steps of loops an object's rules may take.
const BUDGET: u64 = 20_000_000;
/// What a rule may be: longer or deeper ones are not asked (the server's own limits are lower).
const MAX_LENGTH: usize = 20_000;
const MAX_NESTING: u32 = 30;

/// What loops in CEL.
const LOOPS: [&str; 9] = ["all(", "exists(", "exists_one(", "existsOne(", "map(", "filter(", "transformList(", "transformMap(", "sortBy("];

impl Cel {
    /// The rules of a schema; `None` where it has none, or where they can't be read at all.
    pub(super) fn new(schema: &Schema, text: &Value) -> Option<Self> {
        let mut rules = Vec::new();
        gather(schema, &mut rules);
        let longest = rules.iter().map(|rule| rule.len()).max()?;
        let nesting = rules.iter().map(|rule| nesting(rule)).max()?;
        if longest > MAX_LENGTH || rules.iter().any(|rule| depth(rule) > MAX_NESTING) {
            return None;
        }
        let schema = as_json(text)?;
        // the parser behind it is not ours: a fault of it must not end a lint
        let compiled = catch_unwind(AssertUnwindSafe(|| kube_cel::compile_schema(&schema))).ok()?;
        Some(Self { compiled, nesting, longest })
    }

    /// Asks all rules about an object that has its defaults.
    pub(super) fn check(&self, object: &Value, findings: &mut Findings) {
        let steps = (nodes(object, 0).max(self.longest) as u64).checked_pow(self.nesting).unwrap_or(u64::MAX);
        if steps > BUDGET {
            let message = format!(
                "rules of its CRD were not asked: {} loops inside each other take too long for an object of this size",
                self.nesting
            );
            return findings.push_at(Sort::Limit, Severity::Warning, String::new(), object.origin, message);
        }
        let Some(text) = as_json(object) else { return };
        let asked = catch_unwind(AssertUnwindSafe(|| kube_cel::validate_compiled(&self.compiled, &text, None)));
        let Ok(Err(errors)) = asked else { return };
        for error in errors.into_vec() {
            let path = error.field_path.trim_start_matches('.').to_owned();
            let origin = origin_at(object, &path);
            // Only a plain no is certain: what could not be asked here may be fine on a server.
            let (sort, severity, message) = match error.kind {
                ErrorKind::ValidationFailure => (Sort::Rule, Severity::Error, format!("breaks a rule of its CRD: {}", error.message)),
                _ => (Sort::Rule, Severity::Note, format!("a rule of its CRD could not be asked: {}", error.rule)),
            };
            findings.push_at(sort, severity, path, origin, message);
        }
    }
}

fn as_json(value: &Value) -> Option<Json> {
    serde_json::from_slice(&json::write(value, false, "").ok()?).ok()
}

/// All rules of a schema.
fn gather<'a>(schema: &'a Schema, rules: &mut Vec<&'a str>) {
    rules.extend(schema.rules.iter().filter_map(|rule| rule.as_utf8()));
    let below = schema.properties.values().chain(schema.items.as_deref()).chain(schema.additional.schema());
    below.chain(&schema.all_of).for_each(|of| gather(of, rules));
}

/// How deep brackets of loops stand inside each other.
fn nesting(rule: &str) -> u32 {
    let (mut open, mut most) = (Vec::new(), 0);
    for (at, character) in rule.char_indices() {
        match character {
            '(' => {
                let before = rule.get(..=at).unwrap_or_default();
                open.push(LOOPS.iter().any(|name| before.ends_with(name)));
                most = most.max(open.iter().filter(|is_loop| **is_loop).count() as u32);
            }
            ')' => {
                open.pop();
            }
            _ => {}
        }
    }
    most
}

/// How deep brackets stand inside each other.
fn depth(rule: &str) -> u32 {
    let (mut now, mut most) = (0_u32, 0);
    for byte in rule.bytes() {
        match byte {
            b'(' | b'[' | b'{' => now = now.saturating_add(1),
            b')' | b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// How many values there are in a value.
fn nodes(value: &Value, depth: usize) -> usize {
    if depth > 500 {
        return usize::MAX;
    }
    let below = match &value.kind {
        Kind::Map(map) => map.read().values().map(|value| nodes(value, depth.saturating_add(1))).fold(0, usize::saturating_add),
        Kind::List(list) => list.items().iter().map(|value| nodes(value, depth.saturating_add(1))).fold(0, usize::saturating_add),
        _ => 0,
    };
    below.saturating_add(1)
}

/// Where `spec.a[0].b` was written: the nearest that is known.
fn origin_at(object: &Value, path: &str) -> Origin {
    let (mut at, mut origin) = (object.clone(), object.origin);
    for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty()) {
        let below = match (&at.kind, step.parse::<usize>()) {
            (Kind::List(list), Ok(place)) => list.items().get(place).cloned(),
            (Kind::Map(map), _) => Map::get(map, step),
            _ => None,
        };
        let Some(below) = below else { break };
        origin = below.origin.or(origin);
        at = below;
    }
    origin
}

#[cfg(test)]
mod tests {
    use super::{depth, nesting};

    #[test]
    fn loops_inside_each_other_are_counted() {
        assert_eq!(nesting("self.a > 1"), 0);
        assert_eq!(nesting("self.all(x, x.b.exists(y, y > (1 + 2))) && self.map(x, x).size() > 0"), 2);
        assert_eq!(depth("((a[{}]))"), 4);
    }
}
