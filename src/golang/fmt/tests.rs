//! The table that `tests/cases/golang/fmt.go` prints.

use super::{append_value, sprint, sprintf, sprintln};
use crate::data::{GoKind, Kind, List, Map, Str, Type, Value};
use crate::golang::strconv::unquote;
use crate::golang::time::{Duration, Time, Zone};

fn value(name: &str) -> Value {
    let int = |number, kind| Value::from(Kind::Int(number, kind));
    let uint = |number, kind| Value::from(Kind::Uint(number, kind));
    let bytes = |text: &str| Value::from(Kind::Bytes(Str::from(text)));
    match name {
        "nil" => Value::NIL,
        "true" => Value::from(true),
        "i5" => Value::int(5),
        "ineg" => Value::int(-42),
        "i0" => Value::int(0),
        "i64" => Value::int64(1_234_567),
        "i32" => int(i64::from(b'x'), GoKind::Int32),
        "u8" => uint(200, GoKind::Uint8),
        "umax" => uint(u64::MAX, GoKind::Uint64),
        "imin" => Value::int64(i64::MIN),
        "ichar" => Value::int(0x84DD),
        "ictl" => Value::int(7),
        "finf" => Value::from(f64::INFINITY),
        "fninf" => Value::from(f64::NEG_INFINITY),
        "fnan" => Value::from(f64::NAN),
        "f" => Value::from(2.5),
        "fneg" => Value::from(-1.25),
        "fneg0" => Value::from(-0.0),
        "f1/3" => Value::from(1.0 / 3.0),
        "fmax" => Value::from(f64::MAX),
        "c" => Value::from(Kind::Complex(1.0, -2.5)),
        "s" => Value::from("hello"),
        "sempty" => Value::from(""),
        "squoted" => Value::from("a\"b\\c\n`"),
        "szh" => Value::from("蓝鲸 平台"),
        "sbad" => Value::string(&b"a\xffb"[..]),
        "bytes" => bytes("hi"),
        "bempty" => bytes(""),
        "list" => Value::from(vec![Value::int(1), "a".into(), Value::NIL, 2.5.into(), true.into(), bytes("z")]),
        "lempty" => Value::from(Vec::new()),
        "map" => {
            let list = Value::from(vec![Value::from("x")]);
            Value::from(Map::from_iter([("b", Value::NIL), ("a", Value::int(1)), ("c", list)]))
        }
        "mempty" => Value::from(Map::new()),
        "strings" => Value::strings(["a", "b c"]),
        "ints" => Value::from(List::typed(Type::Ints, vec![Value::int(1), Value::int(-2)])),
        "smap" => Value::from(Map::from_iter([("k", "v")]).retyped(Type::StringMap)),
        "duration" => Value::object(Duration(90_000_000_000)),
        "time" => Value::object(Time::from_unix(1_577_934_245, 600, &Zone::utc())),
        _ => Value::from(name.get(1..).unwrap().parse::<f64>().unwrap()),
    }
}

#[test]
fn values_print_as_in_go() {
    let mut names = Vec::new();
    let mut calls = Vec::new();
    for line in include_str!("../../../tests/cases/golang/fmt.txt").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        match columns[..] {
            ["names", ..] => names = columns[1..].to_vec(),
            [call, names, expected] => calls.push((call.to_owned(), names.to_owned(), expected.to_owned())),
            _ => {
                let results = names.iter().zip(&columns[1..]).filter(|(_, result)| **result != "-");
                calls.extend(results.map(|(name, result)| (format!("\"{}\"", columns[0]), (*name).to_owned(), format!("\"{result}\""))));
            }
        }
    }
    let mut failures = Vec::new();
    for (call, names, expected) in &calls {
        let arguments: Vec<Value> = names.split_whitespace().map(value).collect();
        let got = match call.as_str() {
            "sprint" => sprint(&arguments),
            "sprintln" => sprintln(&arguments),
            _ => sprintf(&unquote(call.as_bytes()).unwrap(), &arguments),
        };
        if Some(&got[..]) != unquote(expected.as_bytes()).as_deref() {
            failures.push(format!("{call} {names}: {got:?}, Go {expected}"));
        }
    }
    assert!(calls.len() > 6_000);
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), calls.len(), failures.join("\n"));
}

#[test]
fn an_appended_value_is_what_sprint_gives() {
    for name in ["nil", "true", "i5", "ineg", "imin", "umax", "f1e6", "f0", "s", "sbad", "bytes", "list", "map", "strings", "duration"] {
        let mut out = b"> ".to_vec();
        append_value(&mut out, &value(name));
        assert_eq!(out[2..], sprint(&[value(name)])[..], "{name}");
    }
}

#[test]
fn a_map_that_holds_itself_ends() {
    let map = Map::new();
    map.insert("a", Value::from(map.clone()));
    map.insert("b", Value::from(map.clone()));
    let mut printer = super::Printer::with_limit(10_000);
    printer.argument(&Value::from(map), 'v');
    assert!((10_000..20_000).contains(&printer.out.len()));
}

#[test]
fn widths_beyond_16_bits_work() {
    for directive in ["%0100000d", "%.100000d", "%.100000U", "%.100000x", "%.100000X", "%.100000b", "%0100000o", "%100000d"] {
        let length = sprintf(directive.as_bytes(), &[Value::int(5)]).len();
        assert!((100_000..100_010).contains(&length), "{directive} {length}");
    }
    for directive in ["%.100000f", "%.100000e", "%.100000x", "%0100000g", "%#.100000g", "%100000v"] {
        let length = sprintf(directive.as_bytes(), &[Value::from(2.5)]).len();
        assert!((100_000..100_010).contains(&length), "{directive} {length}");
    }
    assert_eq!(sprintf(b"%1000000s|%-1000000q", &[Value::from("a"), Value::from("b")]).len(), 2_000_001);
}
