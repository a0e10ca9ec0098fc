//! What Go's libraries made of the texts and values in `tests/cases/data/`, and what they have no word for: places.

use std::fmt::Write as _;

use data_encoding::BASE64;
use serde_json::Value as Json;

use super::yaml::{
    Documents, Duplicates, Reading, Resolver, Style, SyntaxError, Timestamp, go_text, read_documents, read_head, read_value, read_values,
    write,
};
use super::{Kind, Map, SourceFile, Sources, Str, Type, Value, json};

/// The arrays of a case file, one a line.
fn rows(text: &str) -> impl Iterator<Item = Vec<Json>> {
    text.lines().filter(|line| line.starts_with('[')).map(|line| serde_json::from_str(line).unwrap())
}

/// Fails with all rows that differ.
fn check(cases: impl Iterator<Item = (String, String, String)>) {
    let (mut wrong, mut right) = (String::new(), 0usize);
    for (case, want, got) in cases {
        if want == got {
            right = right.saturating_add(1);
        } else {
            writeln!(wrong, "{case}\n  Go:   {want:?}\n  here: {got:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{right} right, but\n{wrong}");
    assert!(right > 100);
}

fn source(text: &str) -> SourceFile {
    Sources::new().add("case.yaml", text)
}

fn quoted(text: &[u8]) -> String {
    String::from_utf8(json::write(&Value::string(text), true, "").unwrap()).unwrap()
}

/// A value with its Go types, as the recording program prints it.
fn show(value: &Value) -> String {
    let typed = |kind: &str, text: String| format!("{kind}({text})");
    match &value.kind {
        Kind::Nil => "nil".to_owned(),
        Kind::Bool(truth) => typed("bool", truth.to_string()),
        Kind::Int(number, kind) => typed(kind.name(), number.to_string()),
        Kind::Uint(number, kind) => typed(kind.name(), number.to_string()),
        Kind::Float(number) => typed("float64", super::number::format_g(*number)),
        Kind::String(text) => quoted(text),
        Kind::List(list) => format!("[{}]", list.iter().map(|item| show(item) + ",").collect::<String>()),
        Kind::Map(map) => {
            let entries = map.read().iter().map(|(key, item)| format!("{}: {},", quoted(key), show(item))).collect::<String>();
            let any = if map.go_type() == Type::Map { "" } else { "any" };
            format!("{any}map{{{entries}}}")
        }
        _ => typed("time", value.as_object::<Timestamp>().unwrap().rfc3339()),
    }
}

fn shown(read: Result<Value, String>) -> String {
    read.map_or_else(|error| format!("error: {error}"), |value| show(&value))
}

fn go_errors(errors: Vec<SyntaxError>) -> String {
    go_text(&errors)
}

fn show_head(text: &str) -> String {
    let head = match read_head(text.as_bytes(), "util.SimpleHead") {
        Ok(head) => head,
        Err(error) => return format!("error: {error}"),
    };
    let mut out = format!("{:?} {:?}", head.api_version, head.kind);
    if let Some(metadata) = head.metadata {
        write!(out, " {:?}", metadata.name).unwrap();
        for (key, value) in metadata.annotations {
            write!(out, " {key:?}={value:?}").unwrap();
        }
    }
    out
}

fn read_as(mode: &str, text: &str) -> String {
    let values = |documents| read_values(&source(text), documents).map(Value::from).map_err(|error| error.message);
    match mode {
        "charts" => shown(read_value(&source(text), Reading::CHARTS).map_err(go_errors)),
        "helmfile" => shown(read_value(&source(text), Reading::HELMFILE).map_err(go_errors)),
        "helmfile-docs" => match read_documents(&source(text), Reading::HELMFILE) {
            Ok(documents) => documents.iter().map(|document| show(&document.value)).collect::<Vec<_>>().join("|"),
            Err(errors) => format!("error: {}", go_text(&errors)),
        },
        "head" => show_head(text),
        "values4" => shown(values(Documents::All)),
        "values3" => shown(values(Documents::First)),
        _ => panic!("no such way to read: {mode}"),
    }
}

#[test]
fn yaml_is_read_as_go_reads_it() {
    check(rows(include_str!("../../tests/cases/data/yaml-read.txt")).map(|row| {
        let [mode, text, want] = [0, 1, 2].map(|column| row[column].as_str().unwrap());
        (format!("{mode} {text:?}"), want.to_owned(), read_as(mode, text))
    }));
}

#[test]
fn json_is_read_as_go_reads_it() {
    check(rows(include_str!("../../tests/cases/data/json-read.txt")).map(|row| {
        let [text, want] = [0, 1].map(|column| row[column].as_str().unwrap());
        (format!("{text:?}"), want.to_owned(), shown(json::read(&source(text)).map_err(|(message, _)| message)))
    }));
}

/// A value of a case: `{"i": "5"}` is an int, `{"s": base64}` a string.
fn build(case: &Json) -> Value {
    let Some((kind, content)) = case.as_object().and_then(|case| case.iter().next()) else {
        return case.as_bool().map_or(Value::NIL, Value::from);
    };
    let text = || content.as_str().unwrap();
    let bytes = |text: &str| Str::from(BASE64.decode(text.as_bytes()).unwrap());
    match kind.as_str() {
        "i" => Value::int(text().parse().unwrap()),
        "l" => Value::int64(text().parse().unwrap()),
        "u" => Kind::Uint(text().parse().unwrap(), super::GoKind::Uint64).into(),
        "f" => text().parse::<f64>().unwrap().into(),
        "s" => Value::string(bytes(text())),
        "b" => Kind::Bytes(bytes(text())).into(),
        "t" => Value::object(Timestamp::parse(text().as_bytes()).unwrap()),
        "a" => content.as_array().unwrap().iter().map(build).collect::<Vec<_>>().into(),
        _ => content.as_object().unwrap().iter().map(|(key, item)| (bytes(key), build(item))).collect::<Map>().into(),
    }
}

#[test]
fn values_are_written_as_go_writes_them() {
    check(rows(include_str!("../../tests/cases/data/write.txt")).map(|row| {
        let (mode, value, want) = (row[0].as_str().unwrap(), build(&row[1]), row[2].as_str().unwrap());
        let written = match mode {
            "helm" => write(&value, Style::Helm),
            "helmfile" => write(&value, Style::Helmfile),
            "json" => json::write(&value, true, ""),
            "json-raw" => json::write(&value, false, ""),
            _ => json::write(&value, true, "  "),
        };
        let got = written.map_or_else(|error| format!("error: {error}"), |text| String::from_utf8(text).unwrap());
        (format!("{mode} {}", row[1]), want.to_owned(), got)
    }));
}

#[test]
fn every_node_knows_its_place() {
    let sources = Sources::new();
    sources.add("other.yaml", "x: 1\n");
    let file = sources.add("values.yaml", "a: 1\nb:\n  - x\n  - {c: é, d: *no}\n".replace("*no", "2").as_str());
    let value = read_value(&file, Reading::CHARTS).unwrap();
    let place = |value: &Value| sources.place(value.origin).unwrap().to_string();
    assert_eq!(place(&value), "values.yaml:1:1");
    assert_eq!(place(&value.path(["a"]).unwrap()), "values.yaml:1:4");
    let list = value.path(["b"]).unwrap();
    assert_eq!(place(&list), "values.yaml:3:3");
    let item = &list.as_list().unwrap()[1];
    assert_eq!(place(item), "values.yaml:4:5");
    assert_eq!(place(&item.path(["d"]).unwrap()), "values.yaml:4:15");
    let json = sources.add("a.json", "{\"a\": [1, true]}");
    let value = json::read(&json).unwrap();
    assert_eq!(place(&value.path(["a"]).unwrap().as_list().unwrap()[1]), "a.json:1:11");
}

#[test]
fn later_documents_keep_their_places() {
    let sources = Sources::new();
    let file = sources.add("values.yaml", "a: {b: 1, c: 1}\n---\na: {b: 2}");
    let values = Value::from(read_values(&file, Documents::All).unwrap());
    let place = |path: [&str; 2]| sources.place(values.path(path).unwrap().origin).unwrap().to_string();
    assert_eq!(place(["a", "b"]), "values.yaml:3:8");
    assert_eq!(place(["a", "c"]), "values.yaml:1:14");
    let broken = sources.add("values.yaml", "a: 1\n---\nb: [\n");
    assert_eq!(read_values(&broken, Documents::All).unwrap_err().offset, 14);
}

#[test]
fn repeated_keys_are_told_of_all_at_once() {
    let text = "a: 1\nb: {c: 1, c: 1}\na: 2\n";
    let errors = read_value(&source(text), Reading::HELMFILE).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| (error.offset, error.related.clone(), error.same_value)).collect();
    assert_eq!(places, [(21, Some((0, "first defined here, with another value".to_owned())), Some(false))]);
    let reading = Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::LastWins };
    let document = read_documents(&source(text), reading).unwrap().remove(0);
    assert_eq!(show(&document.value), "map{\"a\": int(2),\"b\": map{\"c\": int(1),},}");
    let base = source(text).base;
    let repeated = vec![(base.plus(9), base.plus(15), true), (base, base.plus(21), false)];
    assert_eq!(document.repeated, repeated);
    let strict = Reading { resolver: Resolver::Charts, duplicates: Duplicates::Refuse };
    let errors = read_value(&source("a: 1\na: 1\n"), strict).unwrap_err();
    let words = "error converting YAML to JSON: yaml: unmarshal errors:\n  line 2: key \"a\" already set in map";
    assert_eq!(go_text(&errors), words);
}

#[test]
fn what_nests_too_deep_ends_with_an_error() {
    // as deep as it may be, on a thread with room for it
    let test = || {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
            let text = |depth: usize| open.repeat(depth) + "x" + &close.repeat(depth);
            let value = read_value(&source(&text(9_999)), Reading::CHARTS).unwrap();
            assert!(write(&value, Style::Helm).is_ok());
            assert!(json::write(&value, true, "").is_ok());
            assert!(read_value(&source(&text(10_001)), Reading::CHARTS).is_err());
            assert!(read_value(&source(&text(100_000)), Reading::HELMFILE).is_err());
        }
        assert!(json::read(&source(&"[".repeat(100_000))).is_err());
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn a_value_that_holds_itself_ends_with_an_error() {
    let outer = Map::new();
    let inner = Map::new();
    outer.insert("list", vec![Value::from(inner.clone())]);
    inner.insert("outer", outer.clone());
    let value = Value::from(outer.clone());
    let words = "json: unsupported value: encountered a cycle via map[string]interface {}";
    assert_eq!(json::write(&value, true, "").unwrap_err(), words);
    assert_eq!(write(&value, Style::Helm).unwrap_err(), format!("error marshaling into JSON: {words}"));
    assert!(write(&value, Style::Helmfile).is_err());
    // and can be freed
    outer.remove("list");
}

#[test]
fn aliases_do_not_grow_without_bound() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..20 {
        let alias = format!("*a{},", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{alias}]").unwrap();
    }
    for reading in [Reading::CHARTS, Reading::HELMFILE] {
        let errors = read_value(&source(&text), reading).unwrap_err();
        assert!(go_text(&errors).ends_with("yaml: document contains excessive aliasing"));
    }
    assert!(read_head(text.as_bytes(), "util.SimpleHead").is_err());
}
