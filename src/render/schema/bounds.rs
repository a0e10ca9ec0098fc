//! Schemas that no check would get to an end with are refused before one begins.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::words::quote;
use crate::golang::regexp::{Fault, Regexp};
use crate::golang::strconv;

/// How often one value may be checked by the schemas that one of them leads to: `allOf` of `allOf` of … doubles with each level.
const MAX_CHECKS: u64 = 10_000;
/// How large a pattern may be when it is run, in bytes.
const MAX_PATTERN: usize = 1 << 20;
/// Keywords whose schemas are asked about the same value.
const IN_PLACE: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// Looks through a schema document.
///
/// # Errors
/// A pattern that is too large, or combinations that multiply.
pub(super) fn refuse(document: &Json) -> Result<(), String> {
    let mut counts = Counts { document, known: HashMap::new() };
    let mut left = vec![document];
    while let Some(node) = left.pop() {
        match node {
            Json::Object(fields) => {
                let named = fields.get("patternProperties").and_then(Json::as_object).into_iter().flat_map(|named| named.keys());
                let own = fields.get("pattern").and_then(Json::as_str);
                named.map(String::as_str).chain(own).try_for_each(pattern)?;
                if counts.of(node) > MAX_CHECKS {
                    return Err(format!("its combinations ask one value more than {MAX_CHECKS} times: too many to check"));
                }
                left.extend(fields.values());
            }
            Json::Array(items) => left.extend(items),
            _ => {}
        }
    }
    Ok(())
}

fn pattern(text: &str) -> Result<(), String> {
    match Regexp::new(text.as_bytes(), MAX_PATTERN) {
        Err(Fault::TooLarge(words)) => Err(format!("pattern {}: {words}", strconv::quote(text.as_bytes()))),
        // Most that is no pattern is said by the check of the schema itself; Go refuses some more.
        Err(Fault::Syntax(words)) if regex_syntax::parse(text).is_ok() => Err(format!("{} is not valid regex: {words}", quote(text))),
        Err(Fault::Syntax(_)) | Ok(_) => Ok(()),
    }
}

/// How many schemas one value is asked by, for each schema of a document.
struct Counts<'d> {
    document: &'d Json,
    /// By address; zero for one that is being counted.
    known: HashMap<*const Json, u64>,
}

impl<'d> Counts<'d> {
    fn of(&mut self, node: &'d Json) -> u64 {
        let Some(fields) = node.as_object() else { return 0 };
        if let Some(known) = self.known.get(&std::ptr::from_ref(node)) {
            // A circle is refused by the compiler where it is one.
            return *known;
        }
        self.known.insert(node, 0);
        let mut count = 1_u64;
        for keyword in IN_PLACE {
            match fields.get(keyword) {
                Some(Json::Array(items)) => items.iter().for_each(|item| count = count.saturating_add(self.of(item))),
                Some(one) => count = count.saturating_add(self.of(one)),
                None => {}
            }
        }
        let target = fields.get("$ref").and_then(Json::as_str).and_then(|to| self.document.pointer(to.strip_prefix('#')?));
        if let Some(target) = target {
            count = count.saturating_add(self.of(target));
        }
        self.known.insert(node, count);
        count
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::refuse;

    #[test]
    fn combinations_that_multiply_are_refused() {
        let level = |at: usize| {
            let next = json!({"$ref": format!("#/definitions/{}", at + 1)});
            (at.to_string(), json!({"allOf": [next, next]}))
        };
        let tower = |height: usize| {
            let mut definitions: serde_json::Map<String, Json> = (0..height).map(level).collect();
            definitions.insert(height.to_string(), json!({"type": "string"}));
            json!({"properties": {"a": {"$ref": "#/definitions/0"}}, "definitions": definitions})
        };
        assert_eq!(refuse(&tower(8)), Ok(()));
        assert!(refuse(&tower(40)).unwrap_err().contains("10000 times"));
        assert_eq!(refuse(&json!({"$ref": "#"})), Ok(()), "a circle is not counted");
    }

    #[test]
    fn patterns_that_are_too_large_are_refused() {
        assert_eq!(refuse(&json!({"pattern": "^(a+)+$"})), Ok(()), "a search takes its time in proportion to the text");
        let words = refuse(&json!({"properties": {"a": {"pattern": "((a{1,1000}){1,1000})"}}})).unwrap_err();
        assert!(words.contains("invalid repeat count: `{1,1000}`"), "{words}");
        let wide = json!({"patternProperties": {"(\\pL{100}){10}": {}}});
        assert!(refuse(&wide).unwrap_err().contains("pattern"), "{:?}", refuse(&wide));
    }
}
