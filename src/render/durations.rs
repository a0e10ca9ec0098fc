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
        "The duration that a text, or a number of seconds, stands for; fails on others.",
        r#"{{ mustToDuration "90m" }}"#,
    ),
    row("durationSeconds", "(any) float64", seconds, "A duration in seconds; 0 for what is none.", r#"{{ durationSeconds "1m30s" }}"#),
    row(
        "durationMilliseconds",
        "(any) int64",
        milliseconds,
        "A duration in whole milliseconds; 0 for what is none.",
        r#"{{ durationMilliseconds "1.5s" }}"#,
    ),
    row(
        "durationMicroseconds",
        "(any) int64",
        microseconds,
        "A duration in whole microseconds; 0 for what is none.",
        r#"{{ durationMicroseconds "2ms" }}"#,
    ),
    row(
        "durationNanoseconds",
        "(any) int64",
        nanoseconds,
        "A duration in nanoseconds; 0 for what is none.",
        r#"{{ durationNanoseconds "1us" }}"#,
    ),
    row("durationMinutes", "(any) float64", minutes, "A duration in minutes; 0 for what is none.", r#"{{ durationMinutes "1h30m" }}"#),
    row("durationHours", "(any) float64", hours, "A duration in hours; 0 for what is none.", r#"{{ durationHours "90m" }}"#),
    row("durationDays", "(any) float64", days, "A duration in days of 24 hours; 0 for what is none.", r#"{{ durationDays "36h" }}"#),
    row("durationWeeks", "(any) float64", weeks, "A duration in weeks of 7 days; 0 for what is none.", r#"{{ durationWeeks "336h" }}"#),
    row(
        "durationRoundTo",
        "(any, any) time.Duration",
        round_to,
        "A duration rounded to the nearest multiple of another.",
        r#"{{ durationRoundTo "1h40m" "1h" }}"#,
    ),
    row(
        "durationTruncateTo",
        "(any, any) time.Duration",
        truncate_to,
        "A duration cut down to a multiple of another.",
        r#"{{ durationTruncateTo "1h40m" "1h" }}"#,
    ),
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
