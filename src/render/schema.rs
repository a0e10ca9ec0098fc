//! `values.schema.json`, checked as helm does and in its words (helm pkg/chart/common/util/jsonschema.go).

use std::error::Error as StdError;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use boon::{Compiler, ErrorKind, Format, InstanceLocation, InstanceToken, Schemas, UrlLoader, ValidationError};
use serde_json::{Number, Value as Json};

use super::chart_file;
use crate::charts::{NodeId, Profile, Tree, Warning};
use crate::data::{Kind as Is, Map, Origin, SourceFile, Str, Value, json};
use crate::diag::{Error, Kind, Place};
use crate::golang::strconv;
use crate::golang::time::Time;

/// Where schemas that a schema refers to by URL come from.
pub trait SchemaSource: Send + Sync {
    /// The schema's text.
    ///
    /// # Errors
    /// Why it can't be had.
    fn load(&self, url: &str) -> Result<Vec<u8>, String>;
}

/// What checking needs beside charts and values.
pub(super) struct Checking<'a> {
    pub(super) profile: Profile,
    /// `None`: references to other places are errors.
    pub(super) source: Option<Arc<dyn SchemaSource>>,
    pub(super) warnings: &'a mut Vec<Warning>,
}

impl Checking<'_> {
    /// Checks the values of the chart and all enabled charts below it.
    ///
    /// # Errors
    /// All failures of all charts in one text.
    pub(super) fn check(&mut self, tree: &Tree, values: &Map) -> Result<(), Error> {
        let mut report = String::new();
        self.chart(tree, tree.root(), values, &mut report);
        if report.is_empty() {
            return Ok(());
        }
        let intro = "values don't meet the specifications of the schema(s) in the following chart(s):";
        let error = Error::new(Kind::Schema, format!("{intro}\n{report}"));
        Err(match chart_file(tree.chart(tree.root()), "values.schema.json") {
            Some(place) => error.at(place),
            None => error,
        })
    }

    fn chart(&mut self, tree: &Tree, node: NodeId, values: &Map, report: &mut String) {
        let name = tree.name(node);
        if let Some(schema) = &tree.chart(node).schema
            && let Err(text) = self.single(schema, values)
        {
            let _ = write!(report, "{name}:\n{text}");
        }
        for child in tree.children(node) {
            let name = tree.name(*child);
            match values.get(name).map(|value| value.kind) {
                None | Some(Is::Nil) => {}
                Some(Is::Map(table)) => self.chart(tree, *child, &table, report),
                Some(other) => {
                    let found = Value::from(other).go_type().map_or("<nil>", |found| found.name());
                    let _ = writeln!(report, "{name}:\ninvalid type for values: expected object (map), got {found}");
                }
            }
        }
    }

    fn single(&mut self, schema: &Str, values: &Map) -> Result<(), String> {
        self.validate(schema, &values.clone().into(), &mut |error| {
            let mut lines = String::new();
            for cause in &error.causes {
                show(cause, 1, &mut lines);
            }
            format!("{}\n", lines.trim_start_matches('\n'))
        })
        .and_then(|found| found.map_or(Ok(()), Err))
    }

    /// Compiles the schema, checks the value, and gives what `describe` makes of a failure.
    fn validate<T>(
        &mut self,
        schema: &Str,
        value: &Value,
        describe: &mut dyn FnMut(&ValidationError<'_, '_>) -> T,
    ) -> Result<Option<T>, String> {
        const URL: &str = "file:///values.schema.json";
        let schema = read(schema)?;
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let unresolved = Arc::new(Mutex::new(Vec::new()));
        compiler.use_loader(Box::new(Loader { source: self.source.clone(), unresolved: unresolved.clone() }));
        for (name, func) in FORMATS {
            compiler.register_format(Format { name, func });
        }
        compiler.add_resource(URL, schema).map_err(|error| error.to_string())?;
        let compiled = compiler.compile(URL, &mut schemas).map_err(|error| compile_error(&error));
        for urn in unresolved.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let plain = format!("jsonschema.go:192: WARNING: unresolved URN reference ignored; using permissive schema: {urn}");
            let message = "unresolved URN reference ignored; using permissive schema";
            self.warnings.push(Warning::structured(self.profile, "WARN", message, &[("urn", &urn)], plain));
        }
        let compiled = compiled?;
        Ok(schemas.validate(&to_json(value, 0), compiled).err().map(|error| describe(&error)))
    }

    /// All violations of the chart and all enabled charts below it, one by one.
    pub(super) fn collect(&mut self, tree: &Tree, values: &Map) -> Vec<Violation> {
        let mut found = Vec::new();
        self.collect_chart(tree, tree.root(), &values.clone().into(), &[], &mut found);
        found
    }

    fn collect_chart(&mut self, tree: &Tree, node: NodeId, values: &Value, path: &[String], found: &mut Vec<Violation>) {
        let chart = tree.chart(node);
        if let Some(schema) = &chart.schema {
            let place = chart_file(chart, "values.schema.json");
            for mut violation in self.violations(schema, values) {
                violation.path.splice(0..0, path.iter().cloned());
                violation.schema = place.clone();
                found.push(violation);
            }
        }
        for child in tree.children(node) {
            let name = tree.name(*child);
            if let Some(below) = values.path([name]).filter(|value| value.as_map().is_some()) {
                self.collect_chart(tree, *child, &below, &[path, &[name.to_owned()]].concat(), found);
            }
        }
    }

    fn violations(&mut self, schema: &Str, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        let checked = self.validate(schema, value, &mut |error| leaves(error, value, &mut found));
        if let Err(words) = checked {
            found.push(Violation {
                path: Vec::new(),
                words: format!("the schema can't be used: {words}"),
                origin: Origin::NONE,
                schema: None,
            });
        }
        found
    }
}

/// One way in which values miss a schema.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Keys and indexes from the root of the values to the value at fault.
    pub path: Vec<String>,
    /// What is wrong, in the words of helm's validator.
    pub words: String,
    /// Where the value (or, where it is missing, what should hold it) was written.
    pub origin: Origin,
    /// The schema's file.
    pub schema: Option<Place>,
}

/// All violations of a schema that is given as text.
pub fn violations(schema: &Str, value: &Value, profile: Profile) -> Vec<Violation> {
    Checking { profile, source: None, warnings: &mut Vec::new() }.violations(schema, value)
}

/// The failures at the ends of the tree; alternatives (`anyOf`, `oneOf`) are one failure.
fn leaves(error: &ValidationError<'_, '_>, root: &Value, found: &mut Vec<Violation>) {
    let alternatives = matches!(error.kind, ErrorKind::AnyOf | ErrorKind::OneOf(_) | ErrorKind::Not | ErrorKind::Contains);
    if !alternatives && !error.causes.is_empty() {
        return error.causes.iter().for_each(|cause| leaves(cause, root, found));
    }
    let path: Vec<String> = error
        .instance_location
        .tokens
        .iter()
        .map(|token| match token {
            InstanceToken::Prop(name) => name.to_string(),
            InstanceToken::Item(index) => index.to_string(),
        })
        .collect();
    let mut at = root.clone();
    let mut origin = root.origin;
    for step in &path {
        let below = match &at.kind {
            Is::Map(map) => map.get(step),
            Is::List(list) => step.parse::<usize>().ok().and_then(|index| list.get(index).cloned()),
            _ => None,
        };
        let Some(below) = below else { break };
        origin = below.origin.or(origin);
        at = below;
    }
    // A key that should not be there is itself the place.
    if let ErrorKind::AdditionalProperties { got } = &error.kind
        && let Some(key) = got.first()
        && let Some(value) = at.path([key.as_ref()])
    {
        origin = value.origin.or(origin);
    }
    found.push(Violation { path, words: words(&error.kind), origin, schema: None });
}

/// Reads a schema's text with the words of Go's stream decoder.
fn read(schema: &Str) -> Result<Json, String> {
    let source = SourceFile { name: Str::default(), base: Default::default(), text: schema.clone() };
    match json::read(&source) {
        Ok(value) => Ok(to_json(&value, 0)),
        Err((text, _)) if text == "unexpected end of JSON input" => {
            Err(if schema.trim_ascii().is_empty() { "EOF".into() } else { "unexpected EOF".into() })
        }
        Err((text, _)) => Err(text),
    }
}

struct Loader {
    source: Option<Arc<dyn SchemaSource>>,
    unresolved: Arc<Mutex<Vec<String>>>,
}

impl UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn StdError>> {
        if url.starts_with("urn:") {
            self.unresolved.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_owned());
            return Ok(Json::Bool(true));
        }
        match &self.source {
            Some(source) => Ok(read(&source.load(url)?.into())?),
            None => Err("not fetched: this run stays offline".into()),
        }
    }
}

fn compile_error(error: &boon::CompileError) -> String {
    match error {
        boon::CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", strconv::quote(url.as_bytes())),
        boon::CompileError::ValidationError { url, src } => {
            let mut lines = String::new();
            for cause in &src.causes {
                show(cause, 1, &mut lines);
            }
            let url = strconv::quote(format!("{}#", url.trim_end_matches('#')).as_bytes());
            format!("{url} is not valid against metaschema: jsonschema validation failed with '{}'{lines}", src.schema_url)
        }
        other => other.to_string(),
    }
}

type Check = fn(&Json) -> Result<(), Box<dyn StdError>>;

/// Formats of which Go's checks have other words.
const FORMATS: [(&str, Check); 2] = [("ipv4", ipv4), ("date", date)];

fn ipv4(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 {
        return Err("expected four decimals".into());
    }
    for part in parts {
        if part.len() > 1 && part.starts_with('0') {
            return Err("leading zeros".into());
        }
        if !(0..=255).contains(&strconv::atoi(part.as_bytes())?) {
            return Err("decimal must be between 0 and 255".into());
        }
    }
    Ok(())
}

fn date(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    Time::parse(b"2006-01-02", text.as_bytes())?;
    Ok(())
}

/// How deep values may nest in a check.
const MAX_DEPTH: usize = 500;

fn to_json(value: &Value, depth: usize) -> Json {
    if depth > MAX_DEPTH {
        return Json::Null;
    }
    match &value.kind {
        Is::Bool(truth) => Json::Bool(*truth),
        Is::Int(number, _) => Json::from(*number),
        Is::Uint(number, _) => Json::from(*number),
        Is::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Json::from(*number as i64),
        Is::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Is::String(text) | Is::Bytes(text) => Json::String(text.to_text().into_owned()),
        Is::List(list) => Json::Array(list.iter().map(|item| to_json(item, depth + 1)).collect()),
        Is::Map(map) => {
            let entries = map.read();
            Json::Object(entries.iter().map(|(key, item)| (key.to_text().into_owned(), to_json(item, depth + 1))).collect())
        }
        Is::Nil | Is::Complex(..) | Is::Object(_) => Json::Null,
    }
}

/// One failure and those below it, a line each, as santhosh-tekuri/jsonschema prints them.
fn show(error: &ValidationError<'_, '_>, indent: usize, out: &mut String) {
    // parity: santhosh-tekuri/jsonschema looks no further where a format is not met.
    if matches!(error.kind, ErrorKind::Group)
        && let Some(format) = error.causes.first().filter(|cause| matches!(cause.kind, ErrorKind::Format { .. }))
    {
        return show(format, indent, out);
    }
    let skip = error.causes.len() == 1 && matches!(error.kind, ErrorKind::Reference { .. });
    let below = if skip {
        indent
    } else {
        let _ = write!(out, "\n{}- at {}: {}", "  ".repeat(indent - 1), quote(&location(&error.instance_location)), words(&error.kind));
        indent + 1
    };
    for cause in &error.causes {
        show(cause, below, out);
    }
}

fn location(location: &InstanceLocation<'_>) -> String {
    let mut out = String::new();
    for token in &location.tokens {
        out.push('/');
        match token {
            // A JSON pointer in a URL's fragment: first its own escapes, then percent signs.
            InstanceToken::Prop(name) => out.push_str(&name.replace('~', "~0").replace('/', "~1")),
            InstanceToken::Item(index) => out.push_str(&index.to_string()),
        }
    }
    out
}

fn words(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".into(),
        ErrorKind::Schema { url } => format!("jsonschema validation failed with {}", quote(url)),
        ErrorKind::ContentSchema => "'contentSchema' failed".into(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!("both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle", strconv::quote(url.as_bytes()))
        }
        ErrorKind::FalseSchema => "false schema".into(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|one| one.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => one_of(want),
        ErrorKind::Const { want } if want.is_array() || want.is_object() => "'const' failed".into(),
        ErrorKind::Const { want } => format!("value must be {}", display(want)),
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", display(got)),
        ErrorKind::MinProperties { got, want } => counts("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => counts("maxProperties", *got, *want),
        ErrorKind::AdditionalProperties { got } => format!("additional properties {} not allowed", quoted_list(got)),
        ErrorKind::Required { want } if want.len() == 1 => format!("missing property {}", quoted_list(want)),
        ErrorKind::Required { want } => format!("missing properties {}", quoted_list(want)),
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", quoted_list(missing), quote(prop))
        }
        ErrorKind::MinItems { got, want } => counts("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => counts("maxItems", *got, *want),
        ErrorKind::Contains => "no items match contains schema".into(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", grouped(*want))
        }
        ErrorKind::MinContains { got, want } => contained("min", got, *want),
        ErrorKind::MaxContains { got, want } => contained("max", got, *want),
        ErrorKind::UniqueItems { got: [one, other] } => format!("items at {} and {} are equal", grouped(*one), grouped(*other)),
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", grouped(*got)),
        ErrorKind::MinLength { got, want } => counts("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => counts("maxLength", *got, *want),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => format!("value is not of mediatype {}: {err}", quote(want)),
        ErrorKind::Minimum { got, want } => numbers("minimum", got, want),
        ErrorKind::Maximum { got, want } => numbers("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => numbers("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => numbers("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => numbers("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".into(),
        ErrorKind::AllOf => "'allOf' failed".into(),
        ErrorKind::AnyOf => "'anyOf' failed".into(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".into(),
        ErrorKind::OneOf(Some((one, other))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", grouped(*one), grouped(*other))
        }
    }
}

fn one_of(want: &[Json]) -> String {
    if want.iter().any(|one| one.is_array() || one.is_object()) {
        return "'enum' failed".into();
    }
    let shown: Vec<String> = want.iter().map(display).collect();
    if shown.len() == 1 { format!("value must be {}", shown[0]) } else { format!("value must be one of {}", shown.join(", ")) }
}

fn contained(which: &str, got: &[usize], want: usize) -> String {
    let at: Vec<String> = got.iter().map(usize::to_string).collect();
    let (want, count) = (grouped(want), grouped(got.len()));
    format!("{which} {want} items required to match contains schema, but matched {count} items at {}", at.join(" "))
}

fn counts(keyword: &str, got: usize, want: usize) -> String {
    format!("{keyword}: got {}, want {}", grouped(got), grouped(want))
}

fn numbers(keyword: &str, got: &Number, want: &Number) -> String {
    let shown = |number: &Number| localized(number.as_f64().unwrap_or_default());
    format!("{keyword}: got {}, want {}", shown(got), shown(want))
}

/// A count with commas between thousands, as x/text prints English numbers.
fn grouped(number: usize) -> String {
    with_commas(&number.to_string())
}

fn with_commas(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `%v` of a float64 as x/text prints it: `70,000`, `1×10⁰⁶`.
fn localized(number: f64) -> String {
    let plain = strconv::format_float(number, b'g', -1);
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let Some((mantissa, exponent)) = plain.split_once('e') else {
        let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
        let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
        return format!("{sign}{}{fraction}", with_commas(whole));
    };
    let raised: String = exponent
        .chars()
        .filter_map(|digit| match digit {
            '-' => Some('⁻'),
            '0'..='9' => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize - '0' as usize),
            _ => None,
        })
        .collect();
    format!("{sign}{mantissa}×10{raised}")
}

fn quoted_list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| quote(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Go's quoting with single quotes round it.
fn quote(text: &str) -> String {
    let quoted = strconv::quote(text.as_bytes());
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    format!("'{}'", inside.replace("\\\"", "\"").replace('\'', "\\'"))
}

fn display(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".into(),
        Json::Null => "<nil>".into(),
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => strconv::format_float(float, b'g', -1),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{localized, with_commas};

    #[test]
    fn numbers_are_printed_as_english_ones() {
        assert_eq!(with_commas("1234567"), "1,234,567");
        assert_eq!(localized(70000.0), "70,000");
        assert_eq!(localized(1234.5678), "1,234.5678");
        assert_eq!(localized(1_000_000.0), "1×10⁰⁶");
        assert_eq!(localized(-1.5e-7), "-1.5×10⁻⁰⁷");
    }
}
