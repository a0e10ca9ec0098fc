//! Single values against what a schema, or the API server's own code, asks of them.

use super::fields::Check;
use super::schema::{Pattern, Schema};
use super::syntax::{self, Syntax, quoted};
use super::walk::{Path, is_empty, meets, shown};
use super::{Findings, Sort, formats, number};
use crate::data::{Kind, Map, Str, Value};
use crate::diag::Severity;

/// What the schema itself says: values, formats, limits, patterns.
pub(super) fn limits(value: &Value, schema: &Schema, path: &Path<'_>, findings: &mut Findings) {
    if let Some(values) = &schema.one_of_values {
        let is = shown(value);
        if !values.iter().any(|known| shown(known) == is) {
            let words: Vec<String> = values.iter().take(20).map(shown).collect();
            let known: Vec<&str> = values.iter().filter_map(|known| known.as_str()?.as_utf8()).collect();
            let hint = value.as_str().and_then(|text| near(&text.to_text(), &known));
            findings.push_with(Sort::Enum, path, value.origin, format!("has to be one of {}", words.join(", ")), hint);
        }
    }
    if let Some(format) = &schema.format
        && let Some(fault) = format_fault(format, value)
    {
        let sort = if format.as_bytes() == b"quantity" { Sort::Quantity } else { Sort::Format };
        // Too large a number is cut off by server-side apply; only a plain create refuses it.
        let cut = number(value).is_some() && matches!(format.as_bytes(), b"int32" | b"int64");
        let severity = if cut { Severity::Warning } else { Severity::Error };
        findings.push_at(sort, severity, path.to_string(), value.origin, fault);
    }
    let Some(limits) = &schema.limits else { return };
    if let Some(is) = number(value) {
        let low = limits.minimum.filter(|least| is < *least || limits.exclusive_minimum && is <= *least);
        let high = limits.maximum.filter(|most| is > *most || limits.exclusive_maximum && is >= *most);
        if let Some(limit) = low {
            let more = if limits.exclusive_minimum { "more than" } else { "at least" };
            findings.push(Sort::Range, path, value.origin, format!("has to be {more} {limit}, and is {is}"));
        }
        if let Some(limit) = high {
            let less = if limits.exclusive_maximum { "less than" } else { "at most" };
            findings.push(Sort::Range, path, value.origin, format!("has to be {less} {limit}, and is {is}"));
        }
        if let Some(step) = limits.multiple_of.filter(|step| (is / step).fract() != 0.0) {
            findings.push(Sort::Range, path, value.origin, format!("has to be a multiple of {step}, and is {is}"));
        }
    }
    let (length, of, what) = match &value.kind {
        Kind::String(text) => (text.to_text().chars().count(), limits.lengths.first(), "characters"),
        Kind::List(list) => (list.items().len(), limits.lengths.get(1), "elements"),
        Kind::Map(map) => (map.len(), limits.lengths.get(2), "fields"),
        _ => (0, None, ""),
    };
    if let Some((least, most)) = of {
        if let Some(least) = least.filter(|least| (length as f64) < *least) {
            findings.push(Sort::Range, path, value.origin, format!("has to have at least {least} {what}, and has {length}"));
        }
        if let Some(most) = most.filter(|most| (length as f64) > *most) {
            findings.push(Sort::Range, path, value.origin, format!("has to have at most {most} {what}, and has {length}"));
        }
    }
    if let (Some(pattern), Some(text)) = (&limits.pattern, value.as_str()) {
        matches(pattern, text, value, path, findings);
    }
}

fn matches(pattern: &Pattern, text: &Str, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    match meets(pattern, text) {
        Some(true) => {}
        Some(false) => findings.push(Sort::Pattern, path, value.origin, format!("does not match the pattern {}", pattern.text)),
        None => findings.push_once(
            Sort::Schema,
            path,
            value.origin,
            format!("its schema has a pattern that is none, or too large: {}", pattern.text),
        ),
    }
}

fn format_fault(format: &Str, value: &Value) -> Option<String> {
    match (&value.kind, format.as_bytes()) {
        (Kind::String(text), _) => formats::fault(format, text).map(str::to_owned),
        (Kind::Nil | Kind::Bool(_) | Kind::List(_) | Kind::Map(_), _) => None,
        (_, b"int32" | b"int-or-string") => {
            let is = number(value)?;
            (!(-2_147_483_648.0..=2_147_483_647.0).contains(&is)).then(|| format!("is no number of 32 bits: {is}"))
        }
        (_, b"int64") => {
            let is = number(value)?;
            (is.abs() > 9.3e18).then(|| format!("is no number of 64 bits: {is}"))
        }
        _ => None,
    }
}

/// What the API server's code asks of a field.
pub(super) fn check(check: Check, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    if is_empty(value) && !matches!(value.kind, Kind::Float(_) | Kind::Int(..) | Kind::Uint(..)) {
        return;
    }
    let text = value.as_str().map(|text| text.to_text().into_owned());
    match (check, &text) {
        (Check::OneOf(words), Some(text)) => one_of(words, text, value, path, findings),
        (Check::Syntax(of), Some(text)) => syntax(of, text, value, path, findings),
        (Check::Port, Some(text)) => syntax(Syntax::PortName, text, value, path, findings),
        (Check::Port, None) => range(1.0, 65_535.0, value, path, findings),
        (Check::TargetPort, Some(text)) => syntax(Syntax::PortName, text, value, path, findings),
        (Check::TargetPort, None) => range(0.0, 65_535.0, value, path, findings),
        (Check::Range(least, most), None) => range(least as f64, most as f64, value, path, findings),
        (Check::Share, Some(text)) => syntax(Syntax::Percent, text, value, path, findings),
        (Check::Share, None) => range(0.0, f64::INFINITY, value, path, findings),
        (Check::NotNegative, _) if formats::quantity(value).is_some_and(|worth| worth < 0) => {
            findings.push(Sort::Quantity, path, value.origin, "must not be negative".to_owned());
        }
        (Check::Labels, None) => {
            for (key, word) in value.as_map().map(Map::snapshot).unwrap_or_default() {
                key_of(&key, Syntax::QualifiedName, value, path, findings);
                let Some(fault) = word.as_str().and_then(|word| syntax::fault(Syntax::LabelValue, &word.to_text())) else { continue };
                findings.push(Sort::Label, &path.field(&key), word.origin, format!("{fault}{}", findings.quoting(&word)));
            }
        }
        (Check::Annotations, None) => {
            for (key, _) in value.as_map().map(Map::snapshot).unwrap_or_default() {
                // parity: apimachinery pkg/api/validation/objectmeta.go ValidateAnnotations: capitals are taken
                key_of(&key.to_ascii_lowercase().into(), Syntax::QualifiedName, value, path, findings);
            }
        }
        (Check::DataKeys, None) => {
            for (key, below) in value.as_map().map(Map::snapshot).unwrap_or_default() {
                key_of(&key, Syntax::DataKey, &below, path, findings);
            }
        }
        (Check::Each(of), None) => elements(value, path, |text, item, path| syntax(of, text, item, path, findings)),
        (Check::EachOf(words), None) => elements(value, path, |text, item, path| one_of(words, text, item, path, findings)),
        (Check::EachFilled, None) => elements(value, path, |text, item, path| {
            if text.is_empty() {
                findings.push(Sort::Required, path, item.origin, "must not be empty".to_owned());
            }
        }),
        _ => {}
    }
}

/// Runs through texts of a list; null is an empty one.
fn elements(value: &Value, path: &Path<'_>, mut then: impl FnMut(&str, &Value, &Path<'_>)) {
    for (place, item) in value.as_list().map(|list| list.items()).unwrap_or_default().iter().enumerate() {
        match &item.kind {
            Kind::String(text) => then(&text.to_text(), item, &path.element(place, None)),
            Kind::Nil => then("", item, &path.element(place, None)),
            _ => {}
        }
    }
}

fn one_of(words: &[&str], text: &str, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    if !words.contains(&text) {
        let message = format!("has to be one of {}{}", words.join(", "), findings.quoting(value));
        findings.push_with(Sort::Enum, path, value.origin, message, near(text, words));
    }
}

fn near(text: &str, words: &[&str]) -> Option<String> {
    let same = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    let near = same.copied().or_else(|| crate::diag::nearest(text, words.iter().copied()));
    near.map(|near| format!("did you mean {near}?"))
}

fn syntax(of: Syntax, text: &str, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    if let Some(fault) = syntax::fault(of, text) {
        let sort = if of == Syntax::LabelValue { Sort::Label } else { Sort::Name };
        let message = format!("{fault}{}", findings.quoting(value));
        findings.push(sort, path, value.origin, message);
    }
}

fn range(least: f64, most: f64, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    let Some(is) = number(value) else { return };
    if is >= least && is <= most {
        return;
    }
    let words = if most >= 1e12 { format!("at least {least}") } else { format!("from {least} to {most}") };
    findings.push(Sort::Range, path, value.origin, format!("has to be {words}, and is {is}"));
}

fn key_of(key: &Str, of: Syntax, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    if let Some(fault) = syntax::fault(of, &key.to_text()) {
        findings.push(Sort::Label, &path.field(key), value.origin, format!("is a key that {fault}: {}", quoted(key)));
    }
}
