//! boon's tree of failures → the lines that helm prints.
//!
//! Both libraries come from one author and agree but for this: boon leaves out an `allOf`, `anyOf` or `oneOf` with a
//! single failure below it. The schema's location, which every failure has, shows where one was.

use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::Value as Json;

use super::words::{quote, words};

/// All failures below the root, a line each, without a line end at the end. `schema` is the text that was compiled.
pub(super) fn lines(root: &ValidationError<'_, '_>, schema: &Json) -> String {
    let mut report = Report { out: String::new(), schema };
    let at = At { schema: root.schema_url.trim_end_matches('#'), location: Vec::new(), inside: None };
    for cause in &root.causes {
        report.show(cause, &at, 0);
    }
    report.out.pop();
    report.out
}

/// Where the lines above have led.
#[derive(Clone)]
struct At<'a> {
    /// The schema's location.
    schema: &'a str,
    /// The way into the values.
    location: Vec<String>,
    /// The keyword whose line stands above, where it is one of those that boon may leave out.
    inside: Option<&'static str>,
}

struct Report<'a> {
    out: String,
    schema: &'a Json,
}

impl Report<'_> {
    fn line(&mut self, indent: usize, location: &[String], words: &str) {
        // A JSON pointer has escapes of its own.
        let pointer: String = location.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect();
        self.out.push_str(&"  ".repeat(indent));
        self.out.push_str(&format!("- at {}: {words}\n", quote(&pointer)));
    }

    fn show(&mut self, error: &ValidationError<'_, '_>, at: &At<'_>, mut indent: usize) {
        // parity: santhosh-tekuri/jsonschema looks no further where a format is not met.
        if matches!(error.kind, ErrorKind::Group)
            && let Some(format) = error.causes.first().filter(|cause| matches!(cause.kind, ErrorKind::Format { .. }))
        {
            return self.show(format, at, indent);
        }
        let location = self.left_out(error, at, &mut indent);
        let skip = error.causes.len() == 1 && matches!(error.kind, ErrorKind::Reference { .. });
        if !skip {
            self.line(indent, &location, &own_words(error, self.schema));
            indent += 1;
        }
        let (schema, inside) = match &error.kind {
            ErrorKind::Reference { url, .. } => (*url, None),
            ErrorKind::AllOf => (error.schema_url, Some("allOf")),
            ErrorKind::AnyOf => (error.schema_url, Some("anyOf")),
            ErrorKind::OneOf(_) => (error.schema_url, Some("oneOf")),
            _ => (error.schema_url, None),
        };
        let location = if matches!(error.kind, ErrorKind::PropertyName { .. }) { Vec::new() } else { location };
        let below = At { schema, location, inside };
        for cause in &error.causes {
            self.show(cause, &below, indent);
        }
    }

    /// Lines for the keywords that boon left out between the lines above and this failure; gives the failure's place.
    fn left_out(&mut self, error: &ValidationError<'_, '_>, at: &At<'_>, indent: &mut usize) -> Vec<String> {
        let own: Vec<String> = error.instance_location.tokens.iter().map(token).collect();
        let mut location = at.location.clone();
        let Some(path) = error.schema_url.strip_prefix(at.schema) else { return own };
        let mut inside = at.inside;
        let mut parts = path.trim_start_matches('#').split('/').skip(1).peekable();
        while let Some(part) = parts.next() {
            let number = parts.peek().is_some_and(|next| next.bytes().all(|byte| byte.is_ascii_digit()));
            let words = match part {
                "allOf" => "'allOf' failed",
                "anyOf" => "'anyOf' failed",
                "oneOf" => "'oneOf' failed, none matched",
                "properties" | "patternProperties" => {
                    let name = parts.next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
                    location.push(own.get(location.len()).cloned().unwrap_or(name));
                    continue;
                }
                "prefixItems" | "items" | "additionalItems" | "additionalProperties" | "contains" => {
                    if number {
                        parts.next();
                    }
                    location.extend(own.get(location.len()).cloned());
                    continue;
                }
                "dependencies" | "dependentSchemas" | "$defs" | "definitions" => {
                    parts.next();
                    continue;
                }
                _ => continue,
            };
            parts.next();
            if inside.take() != Some(part) {
                self.line(*indent, &location, words);
                *indent += 1;
            }
        }
        if matches!(error.kind, ErrorKind::PropertyName { .. }) { location } else { own }
    }
}

/// What a failure says, without place and causes.
pub(super) fn own_words(error: &ValidationError<'_, '_>, schema: &Json) -> String {
    match &error.kind {
        ErrorKind::Pattern { got, want } => {
            let want = pattern_of(schema, error.schema_url).unwrap_or(want);
            format!("{} does not match pattern {}", quote(got), quote(want))
        }
        kind => words(kind),
    }
}

/// A step into the values.
pub(super) fn token(token: &InstanceToken<'_>) -> String {
    match token {
        InstanceToken::Prop(name) => name.to_string(),
        InstanceToken::Item(index) => index.to_string(),
    }
}

/// The pattern as it was written: boon keeps a translated one.
fn pattern_of<'s>(schema: &'s Json, url: &str) -> Option<&'s str> {
    let (_, pointer) = url.split_once('#')?;
    schema.pointer(pointer)?.get("pattern")?.as_str()
}
