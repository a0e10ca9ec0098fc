//! What templates see of times, durations, zones, months and weekdays.

use std::any::Any;

use super::civil::{month_name, weekday_name};
use super::{Duration, Time, Zone};
use crate::data::{GoKind, Kind, Member, Object, Signature, Type, Value};

/// Methods of `time.Time` with one result; Go's templates can't call the others.
const TIME_METHODS: &[(&str, &str)] = &[
    ("Add", "(time.Duration) time.Time"),
    ("AddDate", "(int, int, int) time.Time"),
    ("After", "(time.Time) bool"),
    ("Before", "(time.Time) bool"),
    ("Compare", "(time.Time) int"),
    ("Day", "() int"),
    ("Equal", "(time.Time) bool"),
    ("Format", "(string) string"),
    ("GoString", "() string"),
    ("Hour", "() int"),
    ("In", "(*time.Location) time.Time"),
    ("IsDST", "() bool"),
    ("IsZero", "() bool"),
    ("Local", "() time.Time"),
    ("Location", "() *time.Location"),
    ("Minute", "() int"),
    ("Month", "() time.Month"),
    ("Nanosecond", "() int"),
    ("Round", "(time.Duration) time.Time"),
    ("Second", "() int"),
    ("String", "() string"),
    ("Sub", "(time.Time) time.Duration"),
    ("Truncate", "(time.Duration) time.Time"),
    ("UTC", "() time.Time"),
    ("Unix", "() int64"),
    ("UnixMicro", "() int64"),
    ("UnixMilli", "() int64"),
    ("UnixNano", "() int64"),
    ("Weekday", "() time.Weekday"),
    ("Year", "() int"),
    ("YearDay", "() int"),
];

const DURATION_METHODS: &[(&str, &str)] = &[
    ("Abs", "() time.Duration"),
    ("Hours", "() float64"),
    ("Microseconds", "() int64"),
    ("Milliseconds", "() int64"),
    ("Minutes", "() float64"),
    ("Nanoseconds", "() int64"),
    ("Round", "(time.Duration) time.Duration"),
    ("Seconds", "() float64"),
    ("String", "() string"),
    ("Truncate", "(time.Duration) time.Duration"),
];

const STRING_METHOD: &[(&str, &str)] = &[("String", "() string")];

fn method(table: &[(&str, &str)], name: &str) -> Option<Member> {
    let (_, signature) = table.iter().find(|(known, _)| *known == name)?;
    Signature::parse(signature).map(Member::Method)
}

fn unknown(name: &str, of: Type) -> String {
    format!("{name} is not a method of {of}")
}

/// A number that stands for a duration, or one itself.
fn duration(argument: Option<&Value>) -> Duration {
    match argument.map(|value| &value.kind) {
        Some(Kind::Int(number, _)) => Duration(*number),
        Some(Kind::Object(object)) => object.as_any().downcast_ref().copied().unwrap_or_default(),
        _ => Duration::default(),
    }
}

impl Object for Time {
    fn go_type(&self) -> Type {
        Type::Named("time.Time", GoKind::Struct)
    }

    fn member(&self, name: &str) -> Option<Member> {
        if matches!(name, "wall" | "ext" | "loc") { Some(Member::Unexported) } else { method(TIME_METHODS, name) }
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let first = arguments.first();
        let int = |at: usize| match arguments.get(at).map(|value| &value.kind) {
            Some(Kind::Int(number, _)) => *number,
            _ => 0,
        };
        let order = || {
            let other = first.and_then(Value::as_object::<Time>).map(Time::unix_nanos);
            self.unix_nanos().cmp(&other.unwrap_or_default())
        };
        let civil = self.civil();
        // Go's int64 wraps where an instant does not fit.
        let since = |divisor: i128| Value::int64(self.unix_nanos().div_euclid(divisor) as i64);
        Ok(match name {
            "Add" => Value::object(self.add(duration(first))),
            "AddDate" => Value::object(self.add_date(int(0), int(1), int(2))),
            "After" => order().is_gt().into(),
            "Before" => order().is_lt().into(),
            "Compare" => Value::int(order() as i64),
            "Day" => Value::int(civil.day),
            "Equal" => order().is_eq().into(),
            "Format" => Value::string(self.format(first.and_then(Value::as_str).map(|layout| layout.as_bytes()).unwrap_or_default())),
            "GoString" => self.go_syntax().into(),
            "Hour" => Value::int(civil.hour),
            "In" => match first.and_then(Value::as_object::<Zone>) {
                Some(zone) => Value::object(self.in_zone(zone)),
                None => return Err("time: missing Location in call to Time.In".to_owned()),
            },
            "IsDST" => self.zone.is_summer_time(self.seconds).into(),
            "IsZero" => self.is_zero().into(),
            "Local" if self.zone.name() == "Local" => Value::object(self.in_zone(&self.zone)),
            "Local" => Value::object(self.in_zone(&Zone::local("UTC"))),
            "Location" => Value::object(self.zone.clone()),
            "Minute" => Value::int(civil.minute),
            "Month" => Value::object(Month(civil.month)),
            "Nanosecond" => Value::int(civil.nanosecond),
            "Round" => Value::object(self.round(duration(first))),
            "Second" => Value::int(civil.second),
            "String" => self.to_string().into(),
            "Sub" => Value::object(first.and_then(Value::as_object::<Time>).map(|other| self.sub(other)).unwrap_or_default()),
            "Truncate" => Value::object(self.truncate(duration(first))),
            "UTC" => Value::object(self.in_zone(&Zone::utc())),
            "Unix" => Value::int64(self.seconds),
            "UnixMicro" => since(1_000),
            "UnixMilli" => since(1_000_000),
            "UnixNano" => since(1),
            "Weekday" => Value::object(Weekday(self.weekday())),
            "Year" => Value::int(civil.year),
            "YearDay" => Value::int(self.year_day()),
            _ => return Err(unknown(name, self.go_type())),
        })
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn marshal(&self) -> Value {
        self.rfc3339().unwrap_or_else(|_| self.to_string()).into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Duration {
    fn go_type(&self) -> Type {
        Type::Named("time.Duration", GoKind::Int64)
    }

    fn member(&self, name: &str) -> Option<Member> {
        method(DURATION_METHODS, name)
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let multiple = duration(arguments.first());
        Ok(match name {
            "Abs" => Value::object(self.abs()),
            "Hours" => self.in_units(Duration::HOUR).into(),
            "Microseconds" => Value::int64(self.0 / 1_000),
            "Milliseconds" => Value::int64(self.0 / 1_000_000),
            "Minutes" => self.in_units(Duration::MINUTE).into(),
            "Nanoseconds" => Value::int64(self.0),
            "Round" => Value::object(self.round(multiple)),
            "Seconds" => self.in_units(Duration::SECOND).into(),
            "String" => self.to_string().into(),
            "Truncate" => Value::object(self.truncate(multiple)),
            _ => return Err(unknown(name, self.go_type())),
        })
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn marshal(&self) -> Value {
        Value::int64(self.0)
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Zone {
    fn go_type(&self) -> Type {
        Type::Named("*time.Location", GoKind::Ptr)
    }

    fn member(&self, name: &str) -> Option<Member> {
        method(STRING_METHOD, name)
    }

    fn call(&self, name: &str, _arguments: &[Value]) -> Result<Value, String> {
        if name == "String" { Ok(self.name().into()) } else { Err(unknown(name, self.go_type())) }
    }

    fn text(&self) -> String {
        self.name().to_owned()
    }

    fn marshal(&self) -> Value {
        // A struct without exported fields.
        crate::data::Map::new().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `time.Month`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month(i64);

/// `time.Weekday`, Sunday is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekday(i64);

/// A named int that prints as a word.
macro_rules! named_int {
    ($type:ident, $go:literal, $name:path) => {
        impl Object for $type {
            fn go_type(&self) -> Type {
                Type::Named($go, GoKind::Int)
            }
            fn member(&self, name: &str) -> Option<Member> {
                method(STRING_METHOD, name)
            }
            fn call(&self, name: &str, _arguments: &[Value]) -> Result<Value, String> {
                if name == "String" { Ok(self.text().into()) } else { Err(unknown(name, self.go_type())) }
            }
            fn text(&self) -> String {
                $name(self.0).to_owned()
            }
            fn underlying(&self) -> Option<Value> {
                Some(Value::int(self.0))
            }
            fn marshal(&self) -> Value {
                Value::int(self.0)
            }
            fn truth(&self) -> bool {
                self.0 != 0
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

named_int!(Month, "time.Month", month_name);
named_int!(Weekday, "time.Weekday", weekday_name);
