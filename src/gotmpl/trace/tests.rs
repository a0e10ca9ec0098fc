//! Spans through functions, places through calls, and what is read; expectations are written by hand.

use std::sync::Arc;

use super::{Carry, Handling, Recorder, Site, Span, Taking};
use crate::data::yaml::{Documents, Style, read_values, write};
use crate::data::{Map, Origin, SourceFile, Sources, Value};
use crate::gotmpl::funcs::{builtin, sprig};
use crate::gotmpl::{
    Budget, Call, Engine, Environment, Failure, Family, Function, FunctionTable, MissingKey, Nested, Options, Source, TemplateSet, place,
};

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = arguments[0].as_str().cloned().unwrap_or_default();
    Ok(call.execute(&name, &arguments[1])?)
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.execute_text("gotpl", &arguments[0], &arguments[1]).map_err(|error| match error {
        Nested::Parse(error) => error.to_string().into(),
        Nested::Exec(error) => error.into(),
    })
}

fn to_yaml(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let text = write(&arguments[0], Style::Raw)?;
    Ok(Value::string(text.strip_suffix(b"\n").unwrap_or(&text)))
}

/// As Helm does it: the parts of a text that was made are parts of its range.
fn from_yaml(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let text = arguments[0].as_str().cloned().unwrap_or_default();
    let base = if arguments[0].origin.made_at().is_some() { arguments[0].origin } else { Origin::NONE };
    let source = SourceFile { name: "".into(), base, text };
    read_values(&source, Documents::First).map(Value::from).map_err(|error| error.message.into())
}

const fn row(name: &'static str, signature: &'static str, run: fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>) -> Function {
    Function { name, source: Source("test"), signature, run, doc: "", example: "" }
}

const FUNCTIONS: Family = Family {
    title: "More",
    functions: &[
        row("include", "(string, interface {}) (string, error)", include),
        row("tpl", "(string, interface {}) (string, error)", tpl),
        row("toYaml", "(interface {}) string", to_yaml),
        row("fromYaml", "(string) map[string]interface {}", from_yaml),
    ],
};

const DIALECT: &[(&str, Handling)] = &[
    ("include", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("tpl", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("toYaml", Handling { carry: Carry::Yaml(Style::Raw), taking: Taking::Whole }),
    ("fromYaml", Handling { carry: Carry::Given, taking: Taking::Whole }),
];

const VALUES: &str = "x: v\nnum: 7\nl: [a, b]\nm:\n  k: one\n  j:\n  - two\nt: \"{{ .x }}!\"\nq: 'a\"b'\n";

struct Ran {
    out: String,
    spans: Vec<Span>,
    recorder: Recorder,
    sources: Sources,
}

/// Runs the first text, with the values as its data and under `.Values`.
fn run(texts: &[(&str, &str)]) -> Ran {
    let functions = FunctionTable::new(&[&[builtin::FAMILY], sprig::FAMILIES, &[FUNCTIONS]].concat()).unwrap();
    let engine = Engine::new(Arc::new(functions), Options { missing_key: MissingKey::Zero, ..Options::default() });
    let sources = Sources::new();
    let values = read_values(&sources.add("values.yaml", VALUES), Documents::First).unwrap();
    let data: Map = values.snapshot().into_iter().collect();
    data.insert("Values", values.clone());
    let mut set = TemplateSet::new(&engine, "gotpl");
    for (name, text) in texts {
        set.add(&engine.parse(*name, *text).unwrap());
    }
    let mut plain = Vec::new();
    set.execute(texts[0].0, &data.clone().into(), &Environment::default(), &mut plain).unwrap();
    let mut recorder = Recorder::new(DIALECT);
    recorder.know(&values, &[]);
    let mut out = b"before".to_vec();
    set.execute_recorded(texts[0].0, &data.into(), (&Environment::default(), &Budget::new()), &mut out, &mut recorder).unwrap();
    let out = String::from_utf8(out.split_off(6)).unwrap();
    assert_eq!(out.as_bytes(), plain, "recording changes nothing");
    let spans = recorder.take_output();
    assert_eq!(spans.last().map_or(0, |span| span.end), out.len(), "every byte has a span");
    Ran { out, spans, recorder, sources }
}

impl Ran {
    /// The output in pieces, each followed by where the values in it were written.
    fn pieces(&self) -> String {
        let mut start = 0;
        let mut shown = Vec::new();
        for span in &self.spans {
            let feed = self.recorder.feed(span);
            let places: Vec<String> =
                feed.origins.iter().map(|origin| self.sources.place(*origin).unwrap().to_string().replace("values.yaml:", "")).collect();
            let via = feed.via.map(|name| format!(" {name}")).unwrap_or_default();
            let from = if places.is_empty() { String::new() } else { format!("@{}{via}", places.join("+")) };
            shown.push(format!("{}{from}", self.out.get(start..span.end).unwrap()));
            start = span.end;
        }
        shown.join("|").replace('\n', "~")
    }
    /// The places of the span that holds that text, the outermost first.
    fn chain(&self, text: &str) -> String {
        let at = self.out.find(text).unwrap();
        let number = self.spans.partition_point(|span| span.end <= at);
        let span = &self.spans[number];
        let start = number.checked_sub(1).map_or(0, |before| self.spans[before].end);
        let skip = span.skip.map(|skip| skip.saturating_add(at).saturating_sub(start));
        let chain = self.recorder.chain(span);
        let frame = |site: &Site| self.recorder.frame(*site, skip.filter(|_| *site == span.site)).unwrap();
        chain.iter().map(|site| place(&frame(site), &self.sources).to_string()).collect::<Vec<_>>().join(" > ")
    }
}

#[test]
fn text_keeps_its_spans_through_functions() {
    let cases = [
        ("a {{ .x }}b{{ .num }}", "a |v@1:4|b|7@2:6"),
        ("{{ print \"a\" .x 1 .num }}", "a|v@1:4|1 |7@2:6"),
        ("{{ printf \"%s-%v/%q%%\" .x .num .x }}", "v@1:4|-|7@2:6|/|\"v\"@1:4|%"),
        ("{{ printf \"%[2]s%[1]s\" .x .num }}", "%!s(float64=7)@2:6|v@1:4"),
        ("{{ printf \"v %s\" .x }}", "v |v@1:4"),
        ("{{ cat .x \"w\" .num }}", "v@1:4| w |7@2:6"),
        ("{{ join \", \" .l }}", "a@3:5|, |b@3:8"),
        ("{{ .x | quote }}", "\"|v@1:4|\""),
        ("{{ quote .q }}", "\"|a\\\"b@9:4|\""),
        ("{{ printf \"%s\\n\" .q | quote }}", "\"|a\\\"b@9:4|\\n\""),
        ("{{ squote .x .num }}", "'|v@1:4|' '|7@2:6|'"),
        ("{{ toString .num }}", "7@2:6"),
        ("{{ printf \"%s~%s\" .x .q | replace \"~\" \"+\" }}", "v@1:4|+|a\"b@9:4"),
        ("{{ \"1-2\" | replace \"-\" .x }}", "1|v@1:4|2"),
        ("{{ printf \" %s \" .x | trim }}", "v@1:4"),
        ("{{ printf \"p-%s-s\" .x | trimPrefix \"p-\" | trimSuffix \"s\" }}", "v@1:4|-"),
        ("{{ printf \"%s%s\" .x .q | trunc 2 }}", "v@1:4|a@9:4"),
        ("{{ printf \"%s%s\" .x .q | upper }}", "V@1:4|A\"B@9:4"),
        ("{{ index (printf \"%s,%s\" .x .q | splitList \",\") 1 }}", "a\"b@9:4"),
        ("{{ .none | default .x }}", "v@1:4"),
        ("{{ .none | default \"d\" }}", "d"),
        ("{{ coalesce .none .num .x }}", "7@2:6"),
        ("{{ true | ternary .x .num }}", "v@1:4"),
        ("{{ (and .x .num) }}{{ or .none .x }}", "7@2:6|v@1:4"),
        ("{{ get .m \"k\" }}", "one@5:6"),
        ("{{ index .m \"j\" 0 }}", "two@7:5"),
        ("{{ dig \"k\" \"d\" .m }}", "one@5:6"),
        ("{{ first .l }}", "a@3:5"),
        ("{{ indent 2 \"a\\nb\" }}", "  a~  b"),
        ("{{ printf \"%s\\n%s\" .x .num | nindent 2 }}", "~  |v@1:4|~  |%!s(float64=7)@2:6"),
        ("{{ toYaml .l }}", "- |a@3:5|~- |b@3:8"),
        ("{{ toYaml .m }}", "j:@7:3|~- |two@7:5|~|k:@5:6| |one@5:6"),
        ("{{ toJson .l }}", "[|\"a\"@3:5|,|\"b\"@3:8|]"),
        ("{{ range $key, $value := .m }}{{ $key }} {{ end }}", "j@7:3| |k@5:6| "),
        ("{{ range .l }}{{ . }}{{ end }}", "a@3:5|b@3:8"),
        ("{{ sha256sum .x | trunc 2 }}", "4c@1:4 sha256sum"),
        ("{{ add .num 1 }}", "8@2:6 add"),
        ("{{ $d := dict \"a\" .x }}{{ $_ := set $d \"b\" (printf \"w%s\" .num) }}{{ $d.a }}{{ $d.b }}", "v@1:4|w|%!s(float64=7)@2:6"),
        ("{{ (printf \"a: %s\" .x | fromYaml).a }}", "v@1:4"),
        ("{{ tpl .t . }}", "v@1:4|!"),
        ("{{ tpl \"{{ .x }}~{{ .num }}\" . | quote }}", "\"|v@1:4|~|7@2:6|\""),
        ("{{ .l }}", "[a b]@3:5+3:8"),
        ("{{ toYaml (dict \"a\" (printf \"<%s>\" .x)) }}", "a: <|v@1:4|>"),
    ];
    let found = cases.iter().map(|(text, expected)| (text, expected, run(&[("t", text)]).pieces()));
    let wrong: Vec<_> = found.filter(|(_, expected, found)| found != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn included_text_keeps_its_spans() {
    let part = ("part", "{{ define \"part\" }}p: {{ .x }}\nq: {{ .num }}{{ end }}");
    let pieces = |text| run(&[("t", text), part]).pieces();
    assert_eq!(pieces("{{ include \"part\" . }}"), "p: |v@1:4|~q: |7@2:6");
    assert_eq!(pieces("{{ template \"part\" . }}"), "p: |v@1:4|~q: |7@2:6");
    assert_eq!(pieces("a:{{ include \"part\" . | nindent 1 }}"), "a:|~ |p: |v@1:4|~| |q: |7@2:6");
    assert_eq!(pieces("{{ $a := include \"part\" . }}{{ $a }}"), "p: |v@1:4|~q: |7@2:6");
    assert_eq!(pieces("{{ (include \"part\" . | fromYaml).q }}"), "7@2:6");
    assert_eq!(pieces("{{ include \"part\" . | fromYaml | toYaml }}"), "p:@1:4| |v@1:4|~|q:@2:6| |7@2:6");
}

#[test]
fn places_lead_from_the_outermost_template_to_the_innermost() {
    let helpers = "{{/* one */}}\n{{ define \"inner\" }}<\n  {{- .x -}}\n>{{ end }}\n{{ define \"outer\" }}\n{{ include \"inner\" . | upper }}{{ end }}";
    let ran = run(&[("main", "a: 1\nb: {{ include \"outer\" . | nindent 2 }}\n{{ tpl .t . }}{{ template \"inner\" . }}"), ("h", helpers)]);
    assert_eq!(ran.out, "a: 1\nb: \n  \n  <V>\nv!<v>");
    assert_eq!(ran.chain("1"), "main:1:4");
    assert_eq!(ran.chain("b"), "main:2:1");
    assert_eq!(ran.chain("V"), "main:2:4 > h:6:1 > h:3:3");
    assert_eq!(ran.chain("<"), "main:2:4 > h:6:1 > h:2:21");
    assert_eq!(ran.chain("v!"), "main:3:1 > values.yaml:8:5");
    assert_eq!(ran.chain("<v>"), "main:3:15 > h:2:21");
}

#[test]
fn what_is_read_has_a_path_and_a_place() {
    let text = "{{ .Values.m.k }}{{ if .Values.num }}{{ end }}{{ .Values.none }}{{ .Values.gone | default 1 }}\
                {{ range $k, $v := .Values.m }}{{ end }}{{ with .Values.m }}{{ .oh }}{{ end }}{{ get .Values \"x\" }}\
                {{ hasKey .Values.m \"no\" }}{{ dig \"m\" \"why\" \"d\" .Values }}{{ $kept := .Values.q }}{{ toYaml .Values.l }}\
                {{ (deepCopy .Values.m).miss }}";
    let ran = run(&[("t", text)]);
    let shown: Vec<String> = ran
        .recorder
        .reads()
        .map(|read| {
            let path: Vec<_> = read.path.iter().map(|key| key.to_text().into_owned()).collect();
            format!("{}{} {:?}", path.join("."), if read.found { "" } else { "?" }, read.usage)
        })
        .collect();
    let expected = [
        "m.k Printed",
        "num Tested",
        "none? Printed",
        "gone? Passed(\"default\")",
        "m Looped",
        "m Tested",
        "m.oh? Printed",
        "x Printed",
        "m Passed(\"hasKey\")",
        "m.no? Tested",
        "m.why? Printed",
        "q Kept",
        "l Passed(\"toYaml\")",
        "m Passed(\"deepCopy\")",
        "m.miss? Printed",
    ];
    assert_eq!(shown, expected);
    let place = |read: &super::Read| place(&ran.recorder.frame(read.site, None).unwrap(), &ran.sources).to_string();
    assert_eq!(ran.recorder.reads().map(|read| place(&read)).nth(1).unwrap(), "t:1:18");
}

#[test]
fn what_is_used_is_told_from_what_is_only_looked_at() {
    let read = |text: &str| {
        let ran = run(&[("t", text)]);
        // The first source of a load always begins at the same position.
        let base = Sources::new().add("values.yaml", VALUES).base;
        let at = |needle: &str| base.plus(VALUES.find(needle).unwrap());
        [at("one"), at("two"), at("a, b"), at("b]"), at("v\n")].map(|origin| u8::from(ran.recorder.was_read(origin)))
    };
    assert_eq!(read(""), [0, 0, 0, 0, 0]);
    assert_eq!(read("{{ .Values.x }}"), [0, 0, 0, 0, 1]);
    assert_eq!(read("{{ if .Values.m }}{{ end }}"), [0, 0, 0, 0, 0]);
    assert_eq!(read("{{ with .Values.m }}{{ .k }}{{ end }}"), [1, 0, 0, 0, 0]);
    assert_eq!(read("{{ toYaml .Values.m }}"), [1, 1, 0, 0, 0]);
    assert_eq!(read("{{ toYaml (dict \"a\" .Values.m) }}"), [1, 1, 0, 0, 0]);
    assert_eq!(read("{{ $v := .Values }}{{ $v.m.j | first }}"), [0, 1, 0, 0, 0]);
    assert_eq!(read("{{ range .Values.l }}{{ end }}"), [0, 0, 1, 1, 0]);
    assert_eq!(read("{{ range .Values.m }}{{ end }}"), [1, 0, 0, 0, 0]);
    assert_eq!(read("{{ (merge (dict) .Values.m).k }}"), [1, 0, 0, 0, 0]);
    assert_eq!(read("{{ mustMergeOverwrite (dict) (deepCopy .Values.m) | toYaml }}"), [1, 1, 0, 0, 0]);
    assert_eq!(read("{{ tpl \"{{ .m.k }}\" .Values }}"), [1, 0, 0, 0, 0]);
    assert_eq!(read("{{ .Values.l | join \",\" }}"), [0, 0, 1, 1, 0]);
    assert_eq!(read("{{ .Values }}"), [1, 1, 1, 1, 1]);
}
