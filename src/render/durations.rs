//! Helm 4's functions on durations.

use super::funcs::row;
use crate::data::{GoKind, Kind as Is, Value};
use crate::golang::strconv;
use crate::golang::time::Duration;
use crate::gotmpl::{Call, Failure, Function};

pub(super) const TABLE: &[Function] = &[
    row(
        "mustToDuration",
        "(any) time.Duration",
        must_to_duration,
        "A duration from a text or seconds; fails on others",
        r#"{{ mustToDuration "1h" }}"#,
    ),
    row("durationSeconds", "(any) float64", seconds, "Seconds of a duration; 0 where it is none", r#"{{ durationSeconds "1h" }}"#),
    row("durationMilliseconds", "(any) int64", milliseconds, "Milliseconds of a duration", r#"{{ durationMilliseconds "1h" }}"#),
    row("durationMicroseconds", "(any) int64", microseconds, "Microseconds of a duration", r#"{{ durationMicroseconds "1h" }}"#),
    row("durationNanoseconds", "(any) int64", nanoseconds, "Nanoseconds of a duration", r#"{{ durationNanoseconds "1h" }}"#),
    row("durationMinutes", "(any) float64", minutes, "Minutes of a duration", r#"{{ durationMinutes "1h" }}"#),
    row("durationHours", "(any) float64", hours, "Hours of a duration", r#"{{ durationHours "1h" }}"#),
    row("durationDays", "(any) float64", days, "Days of a duration", r#"{{ durationDays "48h" }}"#),
    row("durationWeeks", "(any) float64", weeks, "Weeks of a duration", r#"{{ durationWeeks "168h" }}"#),
    row("durationRoundTo", "(any, any) time.Duration", round_to, "Rounds to a multiple", r#"{{ durationRoundTo "61m" "1h" }}"#),
    row("durationTruncateTo", "(any, any) time.Duration", truncate_to, "Cuts to a multiple", r#"{{ durationTruncateTo "61m" "1h" }}"#),
];

const SECOND: i64 = 1_000_000_000;

fn from_seconds(seconds: i64) -> Result<Duration, String> {
    seconds.checked_mul(SECOND).map(Duration).ok_or_else(|| format!("duration seconds overflow: {seconds}"))
}

fn from_float(seconds: f64) -> Result<Duration, String> {
    let shown = || strconv::format_float(seconds, b'g', -1);
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let limit = i64::MAX as f64 / SECOND as f64;
    if seconds.abs() > limit {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    Ok(Duration((seconds * SECOND as f64) as i64))
}

fn duration(value: Option<&Value>) -> Result<Duration, String> {
    let value = value.unwrap_or(&Value::NIL);
    match &value.kind {
        Is::Nil => Err("invalid duration".into()),
        Is::String(text) => {
            let trimmed = text.to_text().trim().to_owned();
            if trimmed.is_empty() {
                return Err("empty duration".into());
            }
            if let Ok(duration) = Duration::parse(trimmed.as_bytes()) {
                return Ok(duration);
            }
            match strconv::parse_float(trimmed.as_bytes()) {
                Ok(seconds) => from_float(seconds),
                Err(_) => Err(format!("could not parse duration {}", strconv::quote(text))),
            }
        }
        Is::Int(seconds, _) => from_seconds(*seconds),
        Is::Uint(seconds, _) => {
            let fits = i64::try_from(*seconds).ok().and_then(|seconds| from_seconds(seconds).ok());
            fits.ok_or_else(|| format!("duration seconds overflow: {seconds}"))
        }
        Is::Float(seconds) => from_float(*seconds),
        Is::Object(object) => match object.as_any().downcast_ref::<Duration>() {
            Some(duration) => Ok(*duration),
            None => Err(unsupported(value)),
        },
        _ => Err(unsupported(value)),
    }
}

fn unsupported(value: &Value) -> String {
    format!("unsupported duration type {}", value.go_type().map_or("<nil>", |found| found.name()))
}

fn nanos(arguments: &[Value]) -> i64 {
    duration(arguments.first()).unwrap_or_default().0
}

fn must_to_duration(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::object(duration(arguments.first())?))
}

/// Go's `Duration.Seconds`, `Minutes`, `Hours`: whole units and the rest apart.
fn units(nanoseconds: i64, unit: i64) -> f64 {
    (nanoseconds / unit) as f64 + (nanoseconds % unit) as f64 / unit as f64
}

fn seconds(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(units(nanos(arguments), SECOND).into())
}
fn minutes(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(units(nanos(arguments), 60 * SECOND).into())
}
fn hours(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(units(nanos(arguments), 3600 * SECOND).into())
}
fn days(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((units(nanos(arguments), 3600 * SECOND) / 24.0).into())
}
fn weeks(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((units(nanos(arguments), 3600 * SECOND) / 24.0 / 7.0).into())
}
fn milliseconds(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Is::Int(nanos(arguments) / 1_000_000, GoKind::Int64).into())
}
fn microseconds(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Is::Int(nanos(arguments) / 1_000, GoKind::Int64).into())
}
fn nanoseconds(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Is::Int(nanos(arguments), GoKind::Int64).into())
}

fn to_multiple(arguments: &[Value], change: fn(Duration, Duration) -> Duration) -> Value {
    let Ok(value) = duration(arguments.first()) else { return Value::object(Duration::default()) };
    Value::object(duration(arguments.get(1)).map_or(value, |multiple| change(value, multiple)))
}
fn round_to(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(to_multiple(arguments, Duration::round))
}
fn truncate_to(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(to_multiple(arguments, Duration::truncate))
}
