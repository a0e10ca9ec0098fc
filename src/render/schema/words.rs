//! The words of santhosh-tekuri/jsonschema 6 for what was not met.

use boon::ErrorKind;
use serde_json::{Number, Value as Json};

use super::formats::pattern_fault;
use crate::golang::strconv;

/// One failure without its place.
pub(super) fn words(kind: &ErrorKind<'_, '_>) -> String {
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
        // Boon's own check of patterns can't be replaced, its words can.
        ErrorKind::Format { got, want: "regex", err } => {
            let words = pattern_fault(got).unwrap_or_else(|| err.to_string());
            format!("{} is not valid regex: {words}", display(got))
        }
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
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
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
pub(super) fn quote(text: &str) -> String {
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
