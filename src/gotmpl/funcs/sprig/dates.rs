//! Dates and durations. Numbers are seconds since 1970; what is no date is now.

use super::arguments::{made, text, value};
use super::{Call, Failure, Function, row};
use crate::data::{GoKind, Kind, Value};
use crate::golang::strconv::{self, Cause};
use crate::golang::time::{Duration, Time, Zone};

/// The rows.
pub const TABLE: &[Function] = &[
    row("now", "() time.Time", now, "The present time.", "{{ now }}"),
    row(
        "date",
        "(string, interface {}) string",
        date,
        "The date in a Go layout, in the local time zone.",
        r#"{{ date "2006-01-02" (int64 0) }}"#,
    ),
    row(
        "dateInZone",
        "(string, interface {}, string) string",
        date_in_zone,
        "The date in a Go layout, in a time zone.",
        r#"{{ dateInZone "15:04" (int64 0) "UTC" }}"#,
    ),
    row(
        "date_in_zone",
        "(string, interface {}, string) string",
        date_in_zone,
        "The date in a Go layout, in a time zone; the old name of dateInZone.",
        r#"{{ date_in_zone "15:04" (int64 0) "UTC" }}"#,
    ),
    row("htmlDate", "(interface {}) string", html_date, "The date as year-month-day, in the local time zone.", "{{ htmlDate (int64 0) }}"),
    row(
        "htmlDateInZone",
        "(interface {}, string) string",
        html_date_in_zone,
        "The date as year-month-day, in a time zone.",
        r#"{{ htmlDateInZone (int64 0) "UTC" }}"#,
    ),
    row(
        "dateModify",
        "(string, time.Time) time.Time",
        date_modify,
        "The time moved by a duration; unmoved by what is none.",
        r#"{{ toDate "2006-01-02" "2020-01-01" | dateModify "-24h" }}"#,
    ),
    row(
        "date_modify",
        "(string, time.Time) time.Time",
        date_modify,
        "The time moved by a duration; the old name of dateModify.",
        r#"{{ toDate "2006-01-02" "2020-01-01" | date_modify "24h" }}"#,
    ),
    row(
        "mustDateModify",
        "(string, time.Time) (time.Time, error)",
        must_date_modify,
        "The time moved by a duration; fails on what is none.",
        r#"{{ toDate "2006-01-02" "2020-01-01" | mustDateModify "24h" }}"#,
    ),
    row(
        "must_date_modify",
        "(string, time.Time) (time.Time, error)",
        must_date_modify,
        "The time moved by a duration; the old name of mustDateModify.",
        r#"{{ toDate "2006-01-02" "2020-01-01" | must_date_modify "24h" }}"#,
    ),
    row(
        "toDate",
        "(string, string) time.Time",
        to_date,
        "The time that a text in a Go layout stands for; the year 1 for what is none.",
        r#"{{ toDate "2006-01-02" "2020-02-03" }}"#,
    ),
    row(
        "mustToDate",
        "(string, string) (time.Time, error)",
        must_to_date,
        "The time that a text in a Go layout stands for; fails on what is none.",
        r#"{{ mustToDate "2006-01-02" "2020-02-03" }}"#,
    ),
    row("unixEpoch", "(time.Time) string", unix_epoch, "The seconds since 1970.", r#"{{ toDate "2006-01-02" "2020-02-03" | unixEpoch }}"#),
    row("ago", "(interface {}) string", ago, "How long ago a time was, to the second.", r#"{{ now | dateModify "-90m" | ago }}"#),
    row(
        "duration",
        "(interface {}) string",
        duration,
        "The duration of so many seconds, given as text or int64.",
        r#"{{ duration "95" }}"#,
    ),
    row(
        "durationRound",
        "(interface {}) string",
        duration_round,
        "The duration in its largest unit: 2h10m5s is 2h.",
        r#"{{ durationRound "2h10m5s" }}"#,
    ),
];

fn local(call: &Call<'_>) -> Zone {
    Zone::local(&call.world.zone())
}

fn current(call: &Call<'_>) -> Time {
    Time::from_unix_nanos(call.world.now(), &local(call))
}

fn now(call: &mut Call<'_>, _: &[Value]) -> Result<Value, Failure> {
    Ok(Value::object(current(call)))
}

fn date(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(formatted(call, text(arguments, 0), value(arguments, 1), b"Local"))
}

fn date_in_zone(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(formatted(call, text(arguments, 0), value(arguments, 1), text(arguments, 2)))
}

fn html_date(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(formatted(call, b"2006-01-02", value(arguments, 0), b"Local"))
}

fn html_date_in_zone(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(formatted(call, b"2006-01-02", value(arguments, 0), text(arguments, 1)))
}

fn formatted(call: &Call<'_>, layout: &[u8], date: &Value, zone: &[u8]) -> Value {
    let zone = match std::str::from_utf8(zone) {
        Ok("Local") => local(call),
        Ok(name) => Zone::load(name).unwrap_or_else(|_| Zone::utc()),
        Err(_) => Zone::utc(),
    };
    let time = match &date.kind {
        Kind::Int(seconds, GoKind::Int | GoKind::Int64 | GoKind::Int32) => Time::from_unix(*seconds, 0, &zone),
        _ => date.as_object::<Time>().map_or_else(|| current(call), |time| time.in_zone(&zone)),
    };
    Value::string(time.format(layout)).from_origin(date.origin)
}

/// The time that an argument is.
fn time(arguments: &[Value], at: usize) -> Time {
    value(arguments, at).as_object::<Time>().cloned().unwrap_or_else(Time::zero)
}

fn date_modify(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(match Duration::parse(text(arguments, 0)) {
        Ok(by) => made(Value::object(time(arguments, 1).add(by)), arguments, 1),
        Err(_) => value(arguments, 1).clone(),
    })
}

fn must_date_modify(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let by = Duration::parse(text(arguments, 0))?;
    Ok(made(Value::object(time(arguments, 1).add(by)), arguments, 1))
}

fn to_date(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let time = Time::parse_in(text(arguments, 0), text(arguments, 1), &local(call)).unwrap_or_else(|_| Time::zero());
    Ok(made(Value::object(time), arguments, 1))
}

fn must_to_date(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let time = Time::parse_in(text(arguments, 0), text(arguments, 1), &local(call))?;
    Ok(made(Value::object(time), arguments, 1))
}

fn unix_epoch(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(time(arguments, 0).unix().to_string(), arguments, 0))
}

fn ago(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let date = value(arguments, 0);
    let now = current(call);
    let then = match &date.kind {
        Kind::Int(seconds, GoKind::Int | GoKind::Int64) => Time::from_unix(*seconds, 0, &local(call)),
        _ => date.as_object::<Time>().cloned().unwrap_or_else(|| now.clone()),
    };
    Ok(made(now.sub(&then).round(Duration(1_000_000_000)).to_string(), arguments, 0))
}

fn duration(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let seconds = match &value(arguments, 0).kind {
        Kind::Int(seconds, GoKind::Int64) => *seconds,
        Kind::String(text) => strconv::parse_int(text, 10, 64).unwrap_or_else(|error| match error.cause {
            // parity: Go gives the nearest number beside the error, and sprig drops the error
            Cause::Range if text.starts_with(b"-") => i64::MIN,
            Cause::Range => i64::MAX,
            _ => 0,
        }),
        _ => 0,
    };
    Ok(made(Duration(seconds.wrapping_mul(1_000_000_000)).to_string(), arguments, 0))
}

fn duration_round(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    const SECOND: u64 = 1_000_000_000;
    const HOUR: u64 = 3_600 * SECOND;
    const UNITS: [(u64, &str); 6] =
        [(8_760 * HOUR, "y"), (720 * HOUR, "mo"), (24 * HOUR, "d"), (HOUR, "h"), (60 * SECOND, "m"), (SECOND, "s")];
    let of = value(arguments, 0);
    let Duration(nanoseconds) = match &of.kind {
        Kind::String(text) => Duration::parse(text).unwrap_or_default(),
        Kind::Int(nanoseconds, GoKind::Int64) => Duration(*nanoseconds),
        _ => of.as_object::<Time>().map_or_else(Duration::default, |time| current(call).sub(time)),
    };
    let size = nanoseconds.unsigned_abs();
    let unit = UNITS.iter().find(|(unit, _)| size > *unit);
    let result = unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size.checked_div(*unit).unwrap_or(0)));
    Ok(made(result, arguments, 0))
}
