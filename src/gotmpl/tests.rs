//! The engine alone, with Go's functions and three more: `include` and `tpl` as Helm has them, and `list`.

use std::sync::Arc;

use super::funcs::builtin;
use super::{
    Call, Engine, Environment, Failure, Family, Function, FunctionTable, Limits, Link, MissingKey, Nested, Nowhere, Options, Source,
    TemplateSet,
};
use crate::data::{Map, Value};

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = arguments[0].as_str().cloned().unwrap_or_default();
    Ok(call.execute(&name, &arguments[1])?)
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    match call.execute_text("gotpl", &arguments[0], &arguments[1]) {
        Ok(out) => Ok(out),
        Err(Nested::Parse(error)) => Err(format!("cannot parse: {error}").into()),
        Err(Nested::Exec(error)) => Err(error.wrapped(Link::Text("in tpl".to_owned())).into()),
    }
}

fn list(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(arguments.to_vec().into())
}

const fn row(name: &'static str, signature: &'static str, run: fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>) -> Function {
    Function { name, source: Source("test"), signature, run, doc: "", example: "" }
}

const MORE: Family = Family { title: "More", functions: MORE_TABLE };

const MORE_TABLE: &[Function] = &[
    row("include", "(string, interface {}) (string, error)", include),
    row("tpl", "(string, interface {}) (string, error)", tpl),
    row("list", "(...interface {}) []interface {}", list),
];

fn engine(limits: Limits, missing_key: MissingKey) -> Engine {
    let functions = FunctionTable::new(&[builtin::FAMILY, MORE]).expect("the signatures are right");
    Engine::new(Arc::new(functions), Options { missing_key, limits })
}

fn run_with(engine: &Engine, texts: &[(&str, &str)], data: &Value) -> Result<String, String> {
    let mut set = TemplateSet::new(engine, "gotpl");
    for (name, text) in texts {
        set.add(&engine.parse(*name, *text).map_err(|error| error.to_string())?);
    }
    let mut out = Vec::new();
    let environment = Environment { world: &Nowhere, context: &() };
    let name = texts.first().map_or("", |(name, _)| name);
    set.execute(name, data, &environment, &mut out).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn run(text: &str) -> Result<String, String> {
    run_with(&engine(Limits::default(), MissingKey::Zero), &[("t", text)], &Value::NIL)
}

fn run_on(text: &str, data: &Value, missing_key: MissingKey) -> Result<String, String> {
    run_with(&engine(Limits::default(), missing_key), &[("t", text)], data)
}

/// The end of an error, where the cause stands.
fn tail(result: Result<String, String>) -> String {
    let error = result.expect_err("it should fail");
    error.rsplit(": ").next().unwrap_or_default().to_owned()
}

#[test]
fn missing_keys_follow_the_option() {
    let data: Value = [("a", Value::int(1))].into_iter().collect::<Map>().into();
    assert_eq!(run_on("{{ .b }}", &data, MissingKey::Default).unwrap(), "<no value>");
    assert_eq!(run_on("{{ .b }}", &data, MissingKey::Zero).unwrap(), "<no value>");
    assert_eq!(
        run_on("{{ .b }}", &data, MissingKey::Error).unwrap_err(),
        "template: t:1:3: executing \"t\" at <.b>: map has no entry for key \"b\""
    );
    assert_eq!(run_on("{{ .b.c }}", &data, MissingKey::Default).unwrap(), "<no value>");
    assert_eq!(tail(run_on("{{ .b.c }}", &data, MissingKey::Zero)), "nil pointer evaluating interface {}.c");
}

#[test]
fn a_later_file_replaces_a_definition_but_not_with_nothing() {
    let engine = engine(Limits::default(), MissingKey::Zero);
    let first = ("a", "{{ template \"x\" }}{{ define \"x\" }}one{{ end }}");
    let second = ("b", "{{ define \"x\" }}two{{ end }}");
    let third = ("c", "{{ define \"x\" }} {{/* nothing */}} {{ end }}");
    assert_eq!(run_with(&engine, &[first, second, third], &Value::NIL).unwrap(), "two");
    assert_eq!(run_with(&engine, &[first, third], &Value::NIL).unwrap(), "one");
    assert_eq!(
        run("{{ define \"x\" }}1{{ end }}\n{{ define \"x\" }}2{{ end }}").unwrap_err(),
        "template: t:2: template: multiple definition of template \"x\""
    );
}

#[test]
fn what_tpl_defines_is_seen_inside_and_gone_afterwards() {
    let engine = engine(Limits::default(), MissingKey::Zero);
    let main = ("a", "{{ include \"y\" . }}{{ tpl `{{ define \"x\" }}two{{ end }}{{ include \"y\" . }}` . }}{{ include \"y\" . }}");
    let parts = ("b", "{{ define \"x\" }}one{{ end }}{{ define \"y\" }}<{{ template \"x\" }}>{{ end }}");
    assert_eq!(run_with(&engine, &[main, parts], &Value::NIL).unwrap(), "<one><two><one>");
}

#[test]
fn an_error_names_every_template_on_the_way() {
    let engine = engine(Limits::default(), MissingKey::Zero);
    let main = ("a", "x\n {{ include \"y\" 1 }}");
    let parts = ("b", "{{ define \"y\" }}{{ tpl \"{{ .x }}\" . }}{{ end }}");
    assert_eq!(
        run_with(&engine, &[main, parts], &Value::NIL).unwrap_err(),
        "template: a:2:4: executing \"a\" at <include \"y\" 1>: error calling include: template: b:1:19: executing \"y\" at \
         <tpl \"{{ .x }}\" .>: error calling tpl: in tpl: template: gotpl:1:3: executing \"gotpl\" at <.x>: can't evaluate field x in type int"
    );
}

#[test]
fn variables_that_and_skips_are_not_there() {
    assert_eq!(run("{{ $x := 1 }}{{ $y := and true ($x := 2) }}{{ $x }}").unwrap(), "2");
    assert_eq!(run("{{ $x := 1 }}{{ $y := and false ($x := 2) }}{{ $x }}").unwrap(), "1");
    for text in ["{{ $y := and false ($x := 2) }}{{ $x }}", "{{ $x = 2 }}", "{{ if false }}{{ $x := 2 }}{{ else }}{{ $x }}{{ end }}"] {
        assert!(run(text).is_err_and(|error| error.ends_with(": undefined variable: $x")), "{text}");
    }
}

#[test]
fn a_break_in_the_else_of_a_range_ends_that_range_only() {
    assert_eq!(run("{{ range 2 }}{{ range 0 }}x{{ else }}a{{ break }}b{{ end }}c{{ end }}").unwrap(), "acac");
    assert_eq!(run("{{ range 2 }}{{ range 0 }}x{{ else }}a{{ continue }}b{{ end }}c{{ end }}").unwrap(), "aa");
}

#[test]
fn nesting_ends_in_an_error() {
    let deep = |open: &str, middle: &str, close: &str, times: usize| format!("{}{middle}{}", open.repeat(times), close.repeat(times));
    let parentheses = deep("(", "1", ")", 100_000);
    assert_eq!(run(&format!("{{{{ {parentheses} }}}}")).unwrap_err(), "template: t:1: max expression depth exceeded");
    let parentheses = deep("(", "1", ")", 10_000);
    assert_eq!(run(&format!("{{{{ {parentheses} }}}}")).unwrap(), "1");
    assert_eq!(tail(run(&format!("{{{{ {parentheses}.x }}}}"))), "can't evaluate field x in type int");
    assert_eq!(run(&deep("{{ if 1 }}", "x", "{{ end }}", 10_000)).unwrap(), "x");
    assert_eq!(tail(run(&deep("{{ if 1 }}", "x", "{{ end }}", 100_000))), "max nesting depth exceeded (10000)");
    assert_eq!(tail(run(&deep("{{ block `a` 1 }}", "x", "{{ end }}", 100_000))), "max nesting depth exceeded (10000)");
    assert_eq!(tail(run(&"{{ if 0 }}{{ else }}".repeat(100_000))), "max nesting depth exceeded (10000)");
}

#[test]
fn recursion_ends_in_an_error() {
    assert_eq!(
        tail(run("{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}")),
        "exceeded maximum template depth (100000)"
    );
    assert_eq!(
        tail(run("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}")),
        "exceeded maximum depth of nested executions (10000)"
    );
    let text = "{{ define \"a\" }}{{ tpl `{{ define \"b\" }}x{{ end }}{{ template \"a\" }}` . }}{{ end }}{{ template \"a\" }}";
    assert_eq!(tail(run(text)), "exceeded maximum depth of nested executions (10000)");
}

#[test]
fn endless_work_ends_in_an_error() {
    let limits = Limits { steps: 100_000, output: 1_000_000, ..Limits::default() };
    let engine = engine(limits, MissingKey::Zero);
    let run = |text: &str| run_with(&engine, &[("t", text)], &Value::NIL);
    assert_eq!(
        run("{{ range 9223372036854775807 }}{{ end }}").unwrap_err(),
        "template: t:1:9: executing \"t\" at <9223372036854775807>: range over 9223372036854775807 is longer than the limit of 5000000 items"
    );
    assert_eq!(
        run("{{ range 4000000 }}{{ end }}").unwrap_err(),
        "template: t:1:19: executing \"t\" at <>: exceeded maximum number of steps (100000)"
    );
    assert_eq!(tail(run("{{ range 10000 }}{{ range 10000 }}x{{ end }}{{ end }}")), "exceeded maximum number of steps (100000)");
    let line = "x".repeat(1000);
    assert_eq!(tail(run(&format!("{{{{ range 2000 }}}}{line}{{{{ end }}}}"))), "exceeded maximum size of output (1000000 bytes)");
    let double = "{{ $x := `xxxxxxxx` }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}";
    assert_eq!(tail(run(double)), "text of the value is larger than the limit of 1000000 bytes");
    let lists = "{{ $x := list 1 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}";
    assert_eq!(tail(run(&format!("{lists}{{{{ print $x }}}}"))), "text of the value is larger than the limit of 1000000 bytes");
    assert_eq!(tail(run(&format!("{lists}{{{{ $x }}}}"))), "text of the value is larger than the limit of 1000000 bytes");
    assert_eq!(tail(run("{{ printf `%999999d%999999d` 1 2 }}")), "result of 1999998 bytes is larger than the limit of 1000000 bytes");
}

#[test]
fn a_value_that_nests_very_deep_is_no_harm() {
    let text = "{{ $x := list }}{{ range 1000000 }}{{ $x = list $x }}{{ end }}{{ len $x }}";
    assert_eq!(run(text).unwrap(), "1");
    assert_eq!(tail(run(&format!("{text}{{{{ $x }}}}"))), "value nests deeper than the limit of 1000");
}

/// Any bytes end in a result or an error: texts with random changes, invalid UTF-8 among them.
#[test]
fn damaged_templates_never_panic() {
    const SEEDS: &[&str] = &[
        "a {{- if and .a (not .b) }}{{ printf \"%d-%s\" 1 `x` }}{{ else if eq 0x1p-2 .c.d }}é{{ else }}{{/* c */ -}} {{ end }}",
        "{{ define \"x\" }}{{ range $i, $e := .l }}{{ if $i }}{{ break }}{{ end }}{{ $e.f 'c' }}{{ else }}{{ continue }}{{ end }}{{ end }}",
        "{{ $x := list 1 2.5 1+2i nil true | len }}{{ with $x }}{{ . }}{{ else with .y }}{{ $x = 3 }}{{ end }}{{ block \"b\" . }}{{ (index . \"a\").c }}{{ end }}",
        "{{ tpl \"{{ include `t` (slice `abc` 1 2) }}\" . }}{{ template \"b\" (or .a .b | html) }}{{ 1_000 }}{{ 0b11 }}{{ '\\n' }}",
    ];
    const PIECES: &[&[u8]] = &[
        b"{{", b"}}", b"(", b")", b"|", b"\"", b"`", b"'", b"$", b".", b"\xff", b"\xe9", b" -}}", b"{{- ", b":=", b",", b"\n", b"/*",
        b"end",
    ];
    let limits = Limits { steps: 10_000, output: 100_000, depth: 50, executions: 20, nesting: 50, ..Limits::default() };
    let engine = engine(limits, MissingKey::Zero);
    let data: Value = [("a", Value::int(1)), ("l", vec![Value::int(1), "x".into()].into())].into_iter().collect::<Map>().into();
    let mut state = 42_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let environment = Environment { world: &Nowhere, context: &() };
    for round in 0..4_000 {
        let mut text = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=random(4) {
            let at = random(text.len() + 1);
            let until = (at + random(3)).min(text.len());
            text.splice(at..until, PIECES[random(PIECES.len())].iter().copied());
        }
        let Ok(program) = engine.parse("t", text) else { continue };
        let mut set = TemplateSet::new(&engine, "gotpl");
        set.add(&program);
        let _ = set.execute("t", &data, &environment, &mut Vec::new()).map_err(|error| error.to_string());
    }
}

/// Counts what it is given, and fails when it has had enough.
struct Counting {
    pieces: Vec<usize>,
    room: usize,
}

impl std::io::Write for &mut Counting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.room = self.room.checked_sub(bytes.len()).ok_or_else(|| std::io::Error::other("full"))?;
        self.pieces.push(bytes.len());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_is_written_as_it_comes() {
    let engine = engine(Limits { output: 2 << 20, ..Limits::default() }, MissingKey::Default);
    let mut set = TemplateSet::new(&engine, "t");
    set.add(&engine.parse("t", "{{ range . }}{{ printf \"%01000d\" 1 }}{{ end }}").unwrap());
    let run = |count: i64, room: usize| {
        let mut writer = Counting { pieces: Vec::new(), room };
        let result = set.render("t", &Value::int(count), &Environment::default(), &mut writer);
        (result.map_err(|error| error.to_string()), writer.pieces)
    };
    let (result, pieces) = run(1_000, usize::MAX);
    assert_eq!((result, pieces.iter().sum::<usize>()), (Ok(()), 1_000_000));
    assert!(pieces.len() > 10 && pieces.iter().all(|piece| *piece < 70_000), "{pieces:?}");
    assert_eq!(run(1_000, 100_000).0, Err("full".to_owned()));
    let (result, pieces) = run(3_000, usize::MAX);
    assert!(result.unwrap_err().ends_with("exceeded maximum size of output (2097152 bytes)"));
    assert!(pieces.iter().sum::<usize>() >= 2 << 20);
}

#[test]
fn a_program_keeps_its_functions_in_sets_of_another_engine() {
    let parsed = engine(Limits::default(), MissingKey::Default).parse("a", r#"{{ list 1 2 }}{{ .x }}{{ list.x }}"#).unwrap();
    let functions = FunctionTable::new(&[Family { title: "More", functions: &[MORE_TABLE[0]] }]).unwrap();
    let mut set = TemplateSet::new(&Engine::new(Arc::new(functions), Options::default()), "gotpl");
    set.add(&parsed);
    let environment = Environment { world: &Nowhere, context: &() };
    let mut out = Vec::new();
    let error = set.execute("a", &Map::new().into(), &environment, &mut out).unwrap_err();
    assert_eq!(String::from_utf8_lossy(&out), "[1 2]<no value>");
    assert!(error.to_string().contains("<list>"), "{error}");
}
