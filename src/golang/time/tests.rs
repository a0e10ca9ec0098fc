//! The table that `tests/cases/golang/time.go` prints.

use super::{Civil, Duration, Time, Zone};
use crate::data::{Object, Value};
use crate::golang::fmt::sprintf;
use crate::golang::strconv::unquote;

fn bytes(column: &str) -> Vec<u8> {
    unquote(column.as_bytes()).unwrap()
}

fn text(column: &str) -> String {
    String::from_utf8_lossy(&bytes(column)).into_owned()
}

fn result<T: ToString>(result: Result<T, String>) -> String {
    result.map_or_else(|error| format!("error: {error}"), |value| value.to_string())
}

fn check(columns: &[&str]) -> Vec<(String, String)> {
    let int = |at: usize| columns[at].parse::<i64>().unwrap();
    let zone = |at: usize| Zone::load(columns[at]).unwrap();
    let new_york = Zone::load("America/New_York").unwrap();
    let base = Time::from_unix(1_136_214_245, 123_456_789, &new_york);
    match columns[0] {
        "format" => {
            let time = Time::from_unix(int(2), int(3), &zone(1));
            let month = sprintf(b"%v", &[time.call("Month", &[]).unwrap()]);
            let summer = time.call("IsDST", &[]).unwrap().as_bool().unwrap();
            vec![(format!("{time}|{} {} {} {month} {summer}", time.year(), time.year_day(), time.weekday()), text(columns[4]))]
        }
        "layout" => {
            let time = Time::from_unix(int(2), int(3), &zone(1));
            vec![(String::from_utf8_lossy(&time.format(&bytes(columns[4]))).into_owned(), text(columns[5]))]
        }
        "parse" => {
            let (layout, given) = (bytes(columns[2]), bytes(columns[3]));
            let parsed = match text(columns[1]).as_str() {
                "" => Time::parse(&layout, &given),
                name => Time::parse_in(&layout, &given, &Zone::load(name).unwrap()),
            };
            vec![(result(parsed), text(columns[4]))]
        }
        "zone" => {
            let loaded = Zone::load(&text(columns[1]));
            let at =
                |zone: Zone| format!("{zone} {}", String::from_utf8_lossy(&Time::from_unix(1_577_934_245, 0, &zone).format(b"-0700 MST")));
            vec![(result(loaded.map(at)), text(columns[2]))]
        }
        "date" => {
            let civil =
                Civil { year: int(1), month: int(2), day: int(3), hour: int(4), minute: int(5), second: int(6), nanosecond: int(7) };
            let later = base.add_date(int(1).wrapping_sub(2020), int(2), int(3));
            vec![(Time::from_civil(&civil, &new_york).to_string(), text(columns[8])), (later.to_string(), text(columns[9]))]
        }
        "duration" => {
            let duration = Duration(int(1));
            let calls = ["Hours", "Minutes", "Seconds", "Milliseconds"].map(|name| duration.call(name, &[]).unwrap());
            let numbers = sprintf(b"%v %v %v %v", &calls).to_string();
            vec![(duration.to_string(), text(columns[2])), (format!("{numbers} {}", duration.abs().0), text(columns[3]))]
        }
        "round" => {
            let (duration, multiple) = (Duration(int(1)), Duration(int(2)));
            let time = base.add(Duration(int(1) / 1000));
            vec![
                (duration.round(multiple).0.to_string(), columns[3].to_owned()),
                (duration.truncate(multiple).0.to_string(), columns[4].to_owned()),
                (time.round(multiple).to_string(), text(columns[5])),
                (time.truncate(multiple).to_string(), text(columns[6])),
            ]
        }
        "parseduration" => vec![(result(Duration::parse(&bytes(columns[1])).map(|duration| duration.0)), text(columns[2]))],
        "gostring" => vec![(sprintf(b"%#v", &[Value::object(base.in_zone(&zone(1)))]).to_string(), text(columns[2]))],
        _ => vec![(format!("\"{}\"", base.rfc3339().unwrap()), text(columns[1]))],
    }
}

#[test]
fn times_and_durations_are_as_in_go() {
    let mut failures = Vec::new();
    let mut lines = 0;
    for line in include_str!("../../../tests/cases/golang/time.txt").lines() {
        lines += 1;
        let columns: Vec<&str> = line.split('\t').collect();
        failures.extend(check(&columns).into_iter().filter(|(got, go)| got != go).map(|(got, go)| format!("{line}\n    {got}\n    {go}")));
    }
    assert!(lines > 1_000);
    assert!(failures.is_empty(), "{} of {lines}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_monotonic_clock_shows_until_a_time_changes_zone() {
    let now = Time::from_unix(0, 5, &Zone::local("UTC")).with_monotonic(1_034_000_000);
    assert_eq!(now.to_string(), "1970-01-01 00:00:00.000000005 +0000 UTC m=+1.034000000");
    assert_eq!(now.add(Duration::SECOND).to_string(), "1970-01-01 00:00:01.000000005 +0000 UTC m=+2.034000000");
    assert_eq!(now.in_zone(&Zone::utc()).to_string(), "1970-01-01 00:00:00.000000005 +0000 UTC");
}

#[test]
fn times_far_out_do_not_overflow() {
    let far = Time::from_unix(i64::MAX, 0, &Zone::load("Europe/Berlin").unwrap());
    assert!(!far.to_string().is_empty());
    assert!(!far.add_date(i64::MAX, i64::MAX, i64::MAX).to_string().is_empty());
    assert!(!Time::from_unix(i64::MIN, 0, &Zone::utc()).add(Duration(i64::MIN)).to_string().is_empty());
}
