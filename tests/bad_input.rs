//! Hostile templates, values and arguments: each ends with a clear error, soon, and within bounded memory. What is
//! large is made here, so that no large file lies in the repository.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::harness::Call;

/// A chart, how it is rendered, and what must stand in the error.
struct Bad {
    name: &'static str,
    template: Vec<u8>,
    values: Vec<u8>,
    chart: Vec<u8>,
    arguments: Vec<String>,
    /// Empty: it must succeed.
    error: &'static str,
}

impl Bad {
    fn values(mut self, values: impl Into<Vec<u8>>) -> Self {
        self.values = values.into();
        self
    }
    fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }
    fn chart(mut self, more: impl AsRef<[u8]>) -> Self {
        self.chart.extend_from_slice(more.as_ref());
        self
    }
}

fn bad(name: &'static str, template: impl Into<Vec<u8>>, error: &'static str) -> Bad {
    let chart = b"apiVersion: v2\nname: c\nversion: 0.1.0\n".to_vec();
    Bad { name, template: template.into(), values: Vec::new(), chart, arguments: Vec::new(), error }
}

/// A loop that would not end; few steps, so that a debug build gets there.
fn endless(name: &'static str, template: &str, error: &'static str) -> Bad {
    bad(name, template, error).arguments(["--limit", "steps=200k"])
}

fn parsing() -> Vec<Bad> {
    const DEEP: usize = 100_000;
    let nested = |open: &str, close: &str| [open.repeat(DEEP), "x".to_owned(), close.repeat(DEEP)].concat();
    vec![
        bad("text of 1 MB", "a: b\n".repeat(200_000), ""),
        bad("a line of 10 MB", format!("a: {}{{{{ .Values.a.b }}}}", "x".repeat(10 << 20)), "c/templates/a.yaml:1:10485773"),
        bad("one action of 2 MB", format!("{{{{ {}", "1 ".repeat(1 << 20)), "exceeded maximum number of nodes (1000000)"),
        bad("10 MB of actions", "{{ 1 }}".repeat((10 << 20) / 7), "exceeded maximum number of nodes (1000000)"),
        bad("many actions", format!("{}{{{{ nope }}}}", "{{ 1 }}".repeat(200_000)), "function \"nope\" not defined"),
        bad("nested parentheses", format!("{{{{ {} }}}}", nested("(", ")")), "max expression depth exceeded"),
        bad("open parentheses", format!("{{{{ {}", "(".repeat(DEEP)), "max expression depth exceeded"),
        bad("nested if", nested("{{ if 1 }}", "{{ end }}"), "max nesting depth exceeded (10000)"),
        bad("open with", "{{ with 1 }}".repeat(DEEP), "max nesting depth exceeded (10000)"),
        bad("nested range", nested("{{ range . }}", "{{ end }}"), "max nesting depth exceeded (10000)"),
        bad("nested block", nested("{{ block \"x\" . }}", "{{ end }}"), "max nesting depth exceeded (10000)"),
        bad("nested define", nested("{{ define \"x\" }}", "{{ end }}"), "unexpected <define> in command"),
        bad("else if", format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(DEEP)), "max nesting depth exceeded (10000)"),
        bad("a number of 10,000 digits", format!("{{{{ {} }}}}", "1".repeat(10_000)), "(c/templates/a.yaml:1): \"1111"),
        bad("invalid UTF-8 in an action", b"a: b\n{{ \xff\xfe }}".to_vec(), "(c/templates/a.yaml:2): U+FFFD"),
        bad("invalid UTF-8 in text", b"a: \"\xff\"\n".to_vec(), "invalid leading UTF-8 octet"),
        bad("NUL in an action", b"a: b\n{{ \0 }}".to_vec(), "(c/templates/a.yaml:2): U+0000"),
        bad("byte order mark and CRLF", b"\xef\xbb\xbfa: {{ 1 }}\r\n{{- if 1 }}\r\nb: 1\r\n{{- end }}\r\n".to_vec(), ""),
    ]
}

fn running() -> Vec<Bad> {
    let doubled = "{{ $x := list 1 2 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}";
    let holds_itself = "{{ $x := dict }}{{ $_ := set $x \"a\" $x }}";
    vec![
        bad("range 2000000000", "{{ range 2000000000 }}{{ end }}", "range over 2000000000 is longer than the limit of 5000000 items"),
        bad("until 2000000000", "{{ range until 2000000000 }}{{ end }}", "result of 2000000000 items is larger than the limit"),
        bad("until -2000000000", "{{ until -2000000000 }}", "result of 2000000000 items is larger than the limit"),
        bad("untilStep", "{{ untilStep -9223372036854775808 9223372036854775807 1 }}", "items is larger than the limit"),
        bad("untilStep by 0", "a: {{ untilStep 0 10 0 | len }}", ""),
        bad("seq", "{{ seq 0 -1 -2000000000 }}", "result of 2000000001 items is larger than the limit"),
        bad("repeat", "{{ repeat 2000000000 \"x\" }}", "result of 2000000000 bytes is larger than the limit of 67108864 bytes"),
        bad("indent", "{{ indent 2000000000 \"x\" }}", "is larger than the limit of 67108864 bytes"),
        bad("doubling text", "{{ $x := \"x\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}", "larger than the limit of 67108864 bytes"),
        bad(
            "doubling a list",
            "{{ $x := list 1 }}{{ range 100 }}{{ $x = concat $x $x }}{{ end }}",
            "larger than the limit of 5000000 items",
        ),
        bad("a doubled list printed", format!("{doubled}{{{{ $x }}}}"), "value has more parts than the limit of 5000000 items"),
        bad("a doubled list copied", format!("{doubled}{{{{ deepCopy $x }}}}"), "value has more parts than the limit"),
        bad(
            "a doubled list as YAML",
            format!("{doubled}{{{{ toYaml $x }}}}"),
            "error calling toYaml: text of the value is larger than the limit of 67108864 bytes",
        ),
        bad("a doubled list as JSON", format!("{doubled}{{{{ toJson $x }}}}"), "error calling toJson: value has more parts than the limit"),
        bad("a doubled list as TOML", format!("{doubled}{{{{ toToml (dict \"a\" $x) }}}}"), "text of the value is larger than the limit"),
        bad("a map in itself printed", format!("{holds_itself}{{{{ print $x }}}}"), "value nests deeper than the limit of 1000"),
        bad("a map in itself as YAML", format!("{holds_itself}{{{{ mustToYaml $x }}}}"), "encountered a cycle via map[string]interface {}"),
        bad("a map in itself as JSON", format!("{holds_itself}{{{{ mustToJson $x }}}}"), "encountered a cycle via map[string]interface {}"),
        bad("a map in itself copied", format!("{holds_itself}{{{{ deepCopy $x }}}}"), "value nests deeper than the limit of 1000"),
        bad("maps in themselves compared", format!("{holds_itself}a: {{{{ deepEqual $x (dict \"a\" $x) }}}}"), ""),
        bad("a width", "{{ printf (repeat 1000 \"%999999d\") 1 }}", "is larger than the limit of 67108864 bytes"),
        bad("include of itself", "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}", "nested reference name: a"),
        bad(
            "template of itself",
            "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
            "exceeded maximum template depth (100000)",
        ),
        bad(
            "tpl of itself",
            "{{ $t := `{{ tpl .t . }}` }}{{ tpl $t (dict \"t\" $t) }}",
            "exceeded maximum depth of nested executions (10000)",
        ),
        endless(
            "include that branches",
            "{{ define \"a\" }}{{ if . }}{{ include \"a\" (sub . 1 | int) }}{{ include \"a\" (sub . 1 | int) }}{{ end }}{{ end }}{{ include \"a\" 60 }}",
            "exceeded maximum number of steps (200000)",
        ),
        endless("loops in loops", "{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}", "exceeded maximum number of steps (200000)"),
        endless("many lists", "{{ range 100000 }}{{ $_ := until 1000000 }}{{ end }}", "exceeded maximum number of steps (200000)"),
        endless("many texts", "{{ range 100000 }}{{ $_ := repeat 10000000 \"x\" }}{{ end }}", "exceeded maximum number of steps (200000)"),
        endless(
            "many passwords",
            "{{ range 100000 }}{{ $_ := htpasswd \"a\" \"b\" }}{{ end }}",
            "exceeded maximum number of steps (200000)",
        ),
        endless("many keys", "{{ range 100000 }}{{ $_ := genPrivateKey \"rsa\" }}{{ end }}", "exceeded maximum number of steps (200000)"),
        endless(
            "many texts of tpl",
            "{{ range $i := 1000000 }}{{ $_ := tpl (print $i) $ }}{{ end }}",
            "exceeded maximum number of steps (200000)",
        ),
        endless(
            "many regexps",
            "{{ range $i := 1000000 }}{{ $_ := regexMatch (printf `\\pL{20}%d` $i) \"a\" }}{{ end }}",
            "exceeded maximum number of steps (200000)",
        ),
        bad(
            "time",
            "{{ range 5000000 }}{{ $_ := regexFindAll `.*b|a` (repeat 20000 \"a\") -1 }}{{ end }}",
            "exceeded maximum time (300ms)",
        )
        .arguments(["--limit", "time=300ms"]),
        bad(
            "memory",
            "{{ $x := list }}{{ range $i := 1000 }}{{ $x = append $x (printf \"%d%s\" $i (repeat 1000000 \"x\")) }}{{ end }}",
            "exceeded maximum memory (200M",
        )
        .arguments(["--limit", "memory=200Mi,steps=1G"]),
        bad("counted repetitions", "{{ mustRegexMatch `(a{1000}){1000}` \"a\" }}", "invalid repeat count: `{1000}`"),
        bad(
            "a large regexp",
            "{{ regexMatch `(\\pL{100}){10}` \"a\" }}",
            "error calling regexMatch: error parsing regexp: expression too large",
        ),
        bad("a regexp of many groups", "{{ regexMatch (repeat 20000 \"(a|b)?\") (repeat 20000 \"a\") }}", "expression too large"),
        bad("nested stars", "a: {{ regexMatch `(((a*)*)*)*b` (repeat 100000 \"a\") }}", ""),
        bad(
            "a replacement that grows",
            "{{ regexReplaceAll \"a\" (repeat 100000 \"a\") (repeat 10000 \"b\") }}",
            "is larger than the limit of 67108864 bytes",
        ),
        bad("a glob", format!("{{{{ .Files.Glob \"{}\" }}}}", "{a,b}".repeat(1000)), "pattern is too long"),
        bad(
            "fromToml of many parts",
            "{{ (fromToml (printf \"%sb = 1\" (repeat 100000 \"a.\"))).Error | fail }}",
            "values nest deeper than 1000 levels",
        ),
        bad(
            "fromToml of many brackets",
            "{{ (fromToml (print \"a = \" (repeat 100000 \"[\"))).Error | fail }}",
            "values nest deeper than 1000 levels",
        ),
        bad("fromJson of many brackets", "{{ index (fromJsonArray (repeat 100000 \"[\")) 0 | fail }}", "exceeded max depth"),
        bad("fromYaml of many brackets", "{{ index (fromYamlArray (repeat 100000 \"[\")) 0 | fail }}", "exceeded max depth of 10000"),
        bad(
            "numbers of 10,000 digits",
            "{{ $n := repeat 10000 \"1\" }}a: {{ list (toDecimal $n) (int64 $n) (atoi $n) (mulf $n 2) (addf $n 0.1) | toJson }}",
            "",
        ),
        bad("a version of 10,000 digits", "{{ semver (repeat 10000 \"1\") }}", "version string is too long"),
    ]
}

fn reading() -> Vec<Bad> {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{names}]\n"));
    }
    let set = |text: String| ["--set".to_owned(), text];
    vec![
        bad("a billion laughs in values", "", "document contains excessive aliasing").values(laughs.clone()),
        bad("a billion laughs in Chart.yaml", "", "document contains excessive aliasing").chart(&laughs),
        bad("a billion laughs in fromYaml", "{{ (fromYaml .Values.text).Error | fail }}", "document contains excessive aliasing")
            .values(format!("text: |\n  {}", laughs.replace('\n', "\n  "))),
        bad("a billion laughs in a manifest", format!("kind: A\n{laughs}"), "document contains excessive aliasing"),
        bad("many brackets in values", "", "exceeded max depth of 10000").values(format!("a: {}", "[".repeat(1_000_000))),
        bad("many braces in values", "", "exceeded max depth of 10000").values(format!("a: {}", "{a: ".repeat(100_000))),
        bad("many dashes in values", "", "exceeded max depth of 10000").values(format!("a:\n{}x", "- ".repeat(100_000))),
        bad("many brackets in a manifest", format!("a: {}", "[".repeat(1_000_000)), "exceeded max depth of 10000"),
        bad("an anchor of 1 MB", "a: {{ .Values.b }}", "").values(format!("a: &{0} 1\nb: *{0}\n", "x".repeat(1 << 20))),
        bad("a number of 10,000 digits in values", "a: {{ .Values.a }}", "").values(format!("a: {}", "1".repeat(10_000))),
        bad("invalid UTF-8 in values", "", "invalid leading UTF-8 octet").values(b"a: \xff\n".to_vec()),
        bad("NUL in values", "", "control characters are not allowed").values(b"a: b\0c\n".to_vec()),
        bad("an index of --set", "", "index of 2000000000 is greater than maximum supported index of 65536")
            .arguments(set("a[2000000000]=1".into())),
        bad("keys of --set", "", "greater than maximum supported nested level of 30")
            .arguments(set(format!("{}=1", vec!["a"; 50_000].join(".")))),
        bad("brackets of --set-json", "", "failed parsing --set-json data")
            .arguments(["--set-json".to_owned(), format!("a={}", "[".repeat(100_000))]),
    ]
}

/// Runs a case; what is wrong with its end.
fn complaint(case: &Bad) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chart = folder.path().join("c");
    fs::create_dir_all(chart.join("templates")).expect("a folder");
    fs::write(chart.join("Chart.yaml"), &case.chart).expect("a file");
    fs::write(chart.join("values.yaml"), &case.values).expect("a file");
    fs::write(chart.join("templates/a.yaml"), &case.template).expect("a file");
    let begun = Instant::now();
    let arguments = ["helm", "template", "rel", "c"].map(str::to_owned);
    let ran = Call::new(folder.path()).memory(MEMORY).arguments(arguments).arguments(case.arguments.clone()).run();
    let took = begun.elapsed();
    let wanted = if case.error.is_empty() { 0 } else { 1 };
    let said = || ran.stderr.chars().take(400).collect::<String>();
    if ran.code != wanted {
        return Some(format!("{}: exit code {}: {}", case.name, ran.code, said()));
    }
    if !ran.stderr.contains(case.error) {
        return Some(format!("{}: {:?} is missing in: {}", case.name, case.error, said()));
    }
    if case.error.contains("limit") && case.error.contains("larger") && !ran.stderr.contains("--limit ") {
        return Some(format!("{}: does not say how to raise the limit: {}", case.name, said()));
    }
    (took > MOST).then(|| format!("{}: took {took:?}", case.name))
}

/// Address space of the program: 0.5 GB of it is its stack.
const MEMORY: u64 = 4 << 30;
/// How long a case may take, on a machine that does other things too.
const MOST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 50 } else { 10 });

fn check(cases: &[Bad]) {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    complaints.lock().unwrap_or_else(PoisonError::into_inner).extend(complaint(case));
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(complaints.is_empty(), "{} of {}:\n{}", complaints.len(), cases.len(), complaints.join("\n"));
}

#[test]
fn templates_that_are_hard_to_parse() {
    check(&parsing());
}

#[test]
fn templates_that_would_not_end() {
    check(&running());
}

#[test]
fn values_that_are_hard_to_read() {
    check(&reading());
}
