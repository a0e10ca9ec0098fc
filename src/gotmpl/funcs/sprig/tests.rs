//! The table that `tests/cases/gotmpl/sprig.go` prints, and the rules that every row keeps.

use std::sync::{Arc, Mutex};

use super::{Call, ENVIRONMENT, FAMILIES, Failure, Family, Function, Source};
use crate::data::{GoKind, Kind, List, Map, Origin, Signature, Sources, Str, Type, Value};
use crate::golang::strconv::unquote;
use crate::gotmpl::funcs::builtin;
use crate::gotmpl::{Engine, Environment, FunctionTable, Limits, Options, TemplateSet, World};

/// A clock that stands, real chance, one variable.
pub(super) struct Fixed;

impl World for Fixed {
    fn now(&self) -> i128 {
        1_700_000_000_000_000_000
    }
    fn random(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).unwrap();
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn variable(&self, name: &str) -> Option<String> {
        (name == "NAME").then(|| "value".to_owned())
    }
}

fn table() -> FunctionTable {
    FunctionTable::new(&[&[builtin::FAMILY], FAMILIES, &[ENVIRONMENT]].concat()).unwrap()
}

/// All rows of Sprig's.
fn rows() -> impl Iterator<Item = &'static Function> {
    FAMILIES.iter().chain([&ENVIRONMENT]).flat_map(|family| family.functions)
}

fn engine() -> Engine {
    Engine::new(Arc::new(table()), Options::default())
}

/// The output, or the error's text.
fn render(engine: &Engine, template: &[u8]) -> Result<Vec<u8>, String> {
    let program = engine.parse("t", template).map_err(|error| error.to_string())?;
    let mut set = TemplateSet::new(engine, "t");
    set.add(&program);
    let mut out = Vec::new();
    set.execute("t", &Value::NIL, &Environment { world: &Fixed, context: &() }, &mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

#[test]
fn results_are_those_of_go() {
    let engine = engine();
    let table = include_str!("../../../../tests/cases/gotmpl/sprig.txt");
    let mut failed = Vec::new();
    let mut passed = 0;
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, case, outcome, wanted] = columns.as_slice() else { panic!("{line}") };
        let (case, wanted) = (unquote(case.as_bytes()).unwrap(), unquote(wanted.as_bytes()).unwrap());
        let template = match *kind {
            "show" => [b"{{ $x := ", case.as_slice(), b" }}{{ typeOf $x }} {{ printf \"%#v\" $x }}"].concat(),
            _ => case.clone(),
        };
        let got = std::panic::catch_unwind(|| render(&engine, &template)).unwrap_or(Err("PANIC".to_owned()));
        let same = match (&got, *outcome) {
            (Ok(got), "ok") => *got == wanted,
            (Err(words), "err") => {
                let words = words.split_once(">: error calling ").map_or(words.as_str(), |(_, words)| words);
                words.as_bytes() == wanted
            }
            _ => false,
        };
        if same {
            passed += 1;
        } else {
            let got = got.map(|text| String::from_utf8_lossy(&text).into_owned());
            failed.push(format!(
                "{}\n  want {outcome} {}\n  got  {got:?}",
                String::from_utf8_lossy(&case),
                String::from_utf8_lossy(&wanted)
            ));
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_row_has_a_signature_a_word_and_a_running_example() {
    let engine = engine();
    for function in engine.functions().rows() {
        assert!(Signature::parse(function.signature).is_some(), "{}: {}", function.name, function.signature);
        assert!(function.doc.ends_with('.') && function.doc.len() > 7, "{}: {}", function.name, function.doc);
        assert!(function.example.contains(function.name), "{}: {}", function.name, function.example);
        let result = render(&engine, function.example.as_bytes());
        assert!(result.is_ok(), "{}: {}: {}", function.name, function.example, result.unwrap_err());
    }
}

#[test]
fn no_function_of_sprig_is_missing() {
    let mut names: Vec<&str> = rows().map(|function| function.name).collect();
    names.sort_unstable();
    let all: Vec<&str> = include_str!("../../../../tests/cases/gotmpl/sprig-names.txt").lines().collect();
    assert_eq!(names, all);
}

/// Values that functions trip over.
fn nasty() -> Vec<Value> {
    let looping = Map::new();
    looping.insert("self", looping.clone());
    let mut deep = Value::from(1.0);
    for _ in 0..2_000 {
        deep = Value::from(vec![deep]);
    }
    vec![
        Value::NIL,
        true.into(),
        Value::int(0),
        Value::int(-1),
        Value::int(3),
        Value::int(i64::MAX),
        Value::int(i64::MIN),
        Value::int64(i64::MIN),
        Kind::Uint(u64::MAX, GoKind::Uint64).into(),
        f64::NAN.into(),
        f64::NEG_INFINITY.into(),
        f64::MAX.into(),
        "".into(),
        "text".into(),
        "-9223372036854775808".into(),
        Value::string(&b"\xff\xe8\x93 \xf0\x9f"[..]),
        "%!s(MISSING) $1 ${ {{ \0".into(),
        Kind::Bytes(Str::from(&b"\xff"[..])).into(),
        List::nil(Type::Strings).into(),
        vec![Value::NIL, f64::NAN.into()].into(),
        Map::new().into(),
        looping.into(),
        deep,
    ]
}

#[test]
fn no_arguments_make_a_function_panic_or_run_away() {
    // these take a second each
    const SLOW: [&str; 4] = ["gen", "bcrypt", "htpasswd", "derivePassword"];
    let limits = Limits { output: 1 << 20, ..Limits::default() };
    let engine = Engine::new(Arc::new(table()), Options { limits, ..Options::default() });
    let values = nasty();
    let names: Vec<String> = (0..values.len()).map(|at| format!("v{at}")).collect();
    let data = Value::from(names.iter().map(String::as_str).zip(values.iter().cloned()).collect::<Map>());
    for function in rows().filter(|function| !SLOW.iter().any(|slow| function.name.starts_with(slow))) {
        let signature = Signature::parse(function.signature).unwrap();
        let mut parameters = signature.parameters.clone();
        parameters.extend(parameters.last().copied().filter(|_| signature.variadic));
        let fitting = |of: &Type| -> Vec<&String> {
            names.iter().zip(&values).filter(|(_, value)| *of == Type::Any || value.go_type() == Some(*of)).map(|(name, _)| name).collect()
        };
        let choices: Vec<Vec<&String>> = parameters.iter().map(fitting).collect();
        // every fitting value in every place, each time with others around it
        for round in 0..if parameters.is_empty() { 1 } else { 3 * names.len() } {
            let mut call = format!("{{{{ $x := {}", function.name);
            for (at, choices) in choices.iter().enumerate().filter(|(_, choices)| !choices.is_empty()) {
                call.push_str(" .");
                call.push_str(choices[(round * (2 * at + 1) + round / 7) % choices.len()]);
            }
            call.push_str(" }}{{ kindOf $x }}");
            let program = engine.parse("t", call.as_str()).unwrap();
            let mut set = TemplateSet::new(&engine, "t");
            set.add(&program);
            let mut out = Vec::new();
            let environment = Environment { world: &Fixed, context: &() };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| set.execute("t", &data, &environment, &mut out)));
            assert!(result.is_ok(), "{call}");
        }
    }
}

/// Where the values came from that [`note`] has seen.
type Noted = Mutex<Vec<Origin>>;

fn note(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    if let (Some(noted), Some(value)) = (call.context::<Noted>(), arguments.first()) {
        noted.lock().unwrap().push(value.origin);
    }
    Ok("".into())
}

#[test]
fn results_come_from_where_their_arguments_do() {
    const NOTE: Function = Function {
        name: "note",
        source: Source("test"),
        signature: "(interface {}) string",
        run: note,
        doc: "Notes.",
        example: "{{ note 1 }}",
    };
    const NOTES: Family = Family { title: "Notes", functions: &[NOTE] };
    let engine = Engine::new(Arc::new(FunctionTable::new(&[&[builtin::FAMILY, NOTES], FAMILIES].concat()).unwrap()), Options::default());
    let source = Sources::new().add("values.yaml", "0123456789");
    let [a, b] = [1, 2].map(|at| source.base.plus(at));
    let data: Map =
        [("a", "x", a), ("b", "y-", b), ("empty", "", a), ("number", "7", a), ("encoded", "eA==", a), ("nowhere", "x", Origin::NONE)]
            .into_iter()
            .map(|(name, text, from)| (name, Value::from(text).from_origin(from)))
            .collect();
    let of_a = "default .a .empty;default .b .a;coalesce nil .a .b;ternary .a .b true;get (dict \"k\" .a) \"k\";dig \"k\" .b (dict \"k\" .a);\
        first (list .a);last (list .b .a);index (list .b .a) 1;quote .a;squote nil .a;cat \"x\" .a;trim .a;trimSuffix .b .a;trunc 1 .a;trunc 9 .a;\
        replace .b \"z\" .a;replace \"x\" .b .a;indent 2 .a;nindent 2 .a;upper .a;title .a;b64enc .a;b64dec .encoded;sha256sum .a;toString .a;\
        int .number;add 1 .number;join \",\" (list .a .b);first (splitList \"-\" .a);toJson .a;regexReplaceAll .b .a .b;deepCopy .a;\
        cat .nowhere .a;first (without (list .b .a) .b);first (rest (list .b .a));get (merge (dict) (dict \"k\" .a)) \"k\";\
        get (set (dict) \"k\" .a) \"k\";first (values (dict \"k\" .a));camelcase .a;wrap 1 .a;contains \"x\" .a";
    for expression in of_a.split(';') {
        let program = engine.parse("t", format!("{{{{ note ({expression}) }}}}")).unwrap();
        let mut set = TemplateSet::new(&engine, "t");
        set.add(&program);
        let noted = Noted::default();
        set.execute("t", &data.clone().into(), &Environment { world: &Fixed, context: &noted }, &mut Vec::new()).unwrap();
        assert_eq!(noted.into_inner().unwrap(), [a], "{expression}");
    }
}

#[test]
fn a_map_that_holds_itself_can_be_merged() {
    let engine = engine();
    let template = br#"{{ $d := dict "a" 1 }}{{ $_ := set $d "self" $d }}{{ $m := merge (dict "b" 2) $d }}{{ $m.self.self.a }}{{ (merge $d (dict "c" 3)).c }}"#;
    assert_eq!(render(&engine, template).unwrap(), b"13");
}

#[test]
fn passwords_of_one_user_come_from_one_key() {
    let engine = engine();
    // What helm 4.3.1 prints; the fourth has the same letters with another end of the password.
    let template = br#"{{ derivePassword 1 "long" "password" "user" "example.com" }} {{ derivePassword 2 "long" "password" "user" "example.com" }} {{ derivePassword 1 "pin" "password" "user" "other" }} {{ derivePassword 1 "long" "passwordu" "ser" "example.com" }} {{ derivePassword 1 "long" "password" "user" "example.com" }}"#;
    let printed = render(&engine, template).unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), "ZedaFaxcZaso9* Fovi2@JifpTupx 0389 Fexu1.MayqGozn ZedaFaxcZaso9*");
}
