//! Constants of each kind, as a template writes them, and the texts inside them.

use super::random::Random;

/// Pieces of a quoted string, escaped as Go wants them.
const PIECES: &[&str] = &[
    "a",
    "b",
    "foo",
    "Bar",
    "BAZ",
    "x y",
    " ",
    "  ",
    "-",
    "_",
    ".",
    ",",
    "/",
    ":",
    "1",
    "42",
    "0x1f",
    "1e3",
    "-7",
    "true",
    "null",
    "é",
    "ß",
    "日本",
    "😀",
    "İ",
    "ǆ",
    "e\u{301}",
    "\\xff",
    "\\xe6\\x97",
    "\\x00",
    "\\n",
    "\\t",
    "\\r\\n",
    "\\u2028",
    "\\\"",
    "\\\\",
    "'",
    "<b>",
    "&amp;",
    "{{",
    "}}",
    "%d",
    "%",
    "$1",
    "${1}",
    "#",
    "=",
    "[",
    "]",
    "{",
    "(",
    "*",
    "+",
    "?",
    "|",
    "^",
    "\\u00a0",
    "\\ufeff",
    "\\U0001F600",
    "\\a\\v",
    "fooBarBaz",
    "foo_bar-baz",
    "HTTPServer",
    "the quick brown fox",
    "abc abc",
    "k1",
    "k2",
    "\\ufffd",
    "\\x7f",
    "\\u0085",
];
const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "42",
    "100",
    "-1",
    "-5",
    "1000",
    "65535",
    "1000000",
    "0x1F",
    "0X1f",
    "0b101",
    "0o17",
    "017",
    "1_000",
    "0x_1F",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "-9223372036854775808",
    "'a'",
    "'\\n'",
    "'日'",
    "'\\x41'",
    "'\\u00e9'",
    "'\\''",
    "+3",
    "4294967296",
    "9007199254740993",
];
const FLOATS: &[&str] = &[
    "0.0",
    "1.5",
    "-2.5",
    "3.14159",
    "1e21",
    "1e20",
    "1e6",
    "1.0",
    "-0.0",
    ".5",
    "1.",
    "1e-7",
    "123456789.0",
    "0x1p4",
    "0x1.8p-2",
    "1e100",
    "-1e-300",
    "2.5e0",
    "1_0.5",
    "1e3",
    "1E2",
    "0.1",
    "1e308",
    "5e-324",
    "100000.5",
    "12345678.9",
    "0.000001",
    "1i",
    "2.5i",
    "0.5",
    "1.005",
    "2.675",
    "999999.5",
];
const REGEXPS: &[&str] = &[
    "a",
    "[a-z]+",
    "\\\\d+",
    "(a|b)+",
    "^",
    "$",
    "",
    "(foo)(bar)?",
    "(?i)FOO",
    "(?P<name>[a-z]+)",
    "(?<name>\\\\w+)",
    "\\\\bfoo\\\\b",
    ".",
    "(?s).",
    "[^a]",
    "[[:alpha:]]+",
    "\\\\pL+",
    "\\\\p{Greek}",
    "a{2,3}",
    "a{2}",
    "x*",
    "x*?",
    "(?U)a+",
    "\\\\s+",
    "[\\\\d_]",
    "\\\\Qa.b\\\\E",
    "(?m)^a$",
    "é",
    "\\\\x{65e5}",
    "[",
    "(",
    "a**",
    "a{1001}",
    "\\\\8",
    "(?=a)",
    "[b-a]",
    "*",
    "(?P<n",
    "\\\\C",
    "\\\\z",
    "\\\\A",
    "(?:a|b)c",
    "|",
    "a||b",
    "()",
    "(|a)*",
    "(a*)*",
    "(a|ab)(c|bcd)",
    "[\\\\p{Lu}a]",
    "\\\\PN",
    "\\\\x41",
    "\\\\07",
    "[a\\\\-z]",
    "(?i:k)",
    "\\xff",
    "\\\\",
    "a{,2}",
    "a{2,1}",
    "x{0}",
    "(?i)ſ",
];
const REPLACEMENTS: &[&str] = &["", "x", "$1", "${1}", "$name", "${name}x", "$1x", "$$", "$", "${", "[$0]", "$2$1", "\\\\1", "é", "$1é"];
const VERSIONS: &[&str] = &[
    "1.2.3",
    "v1.2.3",
    "1.2",
    "1",
    "0.0.0",
    "1.2.3-alpha.1",
    "1.2.3-alpha.beta+build.5",
    "v2",
    "1.2.3.4",
    "01.2.3",
    "",
    "x",
    "1.2.3-",
    "1.2.3+a_b",
    "v1.31.0",
    "99999999999999999999.0.0",
    "1.0.0-rc.1",
    "1.0.0-0",
    "1.2.3-01",
    " 1.2.3",
    "1.2.3 ",
    "2.0.0+meta",
    "10.20.30",
    "V1.2.3",
    "-1.2.3",
];
const CONSTRAINTS: &[&str] = &[
    ">=1.2.3",
    "^1.2",
    "~1.2.3",
    "1.x",
    "*",
    "1.2.*",
    "!=1.2.3",
    ">1 <2",
    ">=1.0.0, <2.0.0",
    "1.2.3 || ^2",
    "1.2 - 1.4.5",
    "=>1",
    "=<2",
    "~>1.2",
    "^0.0",
    "^0.2.3",
    ">= 1.2.3-0",
    "",
    "x",
    ">>1",
    "1.2.3-alpha",
    "~1",
    "<=1.2",
    "^1.2.3-beta.1",
    "> 1.2, ",
    "||",
    "v1.2",
    "!=1.x",
    "<1.x",
    ">1.2",
    "X",
    "^x",
    "1.2.3 - 2.x",
    "=1.2.3",
    "~*",
    "^0",
];
const URLS: &[&str] = &[
    "http://user:pw@example.com:8080/a/b?x=1&y=2#frag",
    "https://example.com",
    "/path/only",
    "mailto:a@b.c",
    "//host/p",
    "http://[::1]:80/",
    "http://a b/",
    "http://example.com/%zz",
    "%",
    "",
    "ftp://h/%41é?q=é#%20",
    "http://host:port/",
    "a:b:c",
    ":x",
    "http://user@/p",
    "http://h/a%2Fb",
    "?x",
    "#f",
    "http://h?",
    "http://[fe80::1%25en0]/",
    "x://y z",
    "1http://a",
    "http://h/\\x7f",
    "../a/b",
    "http://a:b@c:d@e/",
];
const PATHS: &[&str] = &[
    "/a/b/c.txt",
    "a//b/../c",
    "",
    ".",
    "..",
    "/",
    "a/",
    "../../x",
    "/..",
    "a.b/c",
    ".bashrc",
    "a/./b",
    "x.tar.gz",
    "C:\\\\x",
    "//",
    "a/b/",
];
const LAYOUTS: &[&str] = &[
    "2006-01-02",
    "2006-01-02T15:04:05Z07:00",
    "Mon Jan _2 15:04:05 2006",
    "15:04:05.000",
    "Jan 2, 2006 at 3:04pm (MST)",
    "02/01/06",
    "Monday January",
    "2006",
    "PM pm",
    "-0700 -07:00 Z0700",
    "",
    "x",
    ".999 ,000",
    "002 __2",
    "5 4 3 2 1",
    "2006-01-02 15:04:05.999999999 -0700 MST",
    "05.00",
    "Z07",
    "January2 01",
    "_2006",
];
const DATES: &[&str] = &[
    "2024-02-29",
    "2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05+08:00",
    "Mon Jan  2 15:04:05 2006",
    "12:34:56.789",
    "nope",
    "",
    "2024-13-01",
    "2023-02-29",
    "99/12/31",
    "2024",
    "1:02:03",
    "2024-1-2",
    "0001-01-01",
    "9999-12-31",
];
const ZONES: &[&str] = &["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Nowhere/X", "", "Local", "EST"];
const DURATIONS: &[&str] = &[
    "1h",
    "1h2m3s",
    "-1.5h",
    "90m",
    "100ms",
    "1us",
    "1µs",
    "3ns",
    "0",
    "",
    "x",
    "1",
    "1d",
    "9999999h",
    "1h-1m",
    "+5m",
    ".5s",
    "1.s",
    "2540400h10m10s",
    "36h",
    "95",
];
const JSONS: &[&str] = &[
    r#"{"a":1,"b":[1,2.5,null,true],"c":{"d":"é"}}"#,
    "{}",
    "[]",
    "[1,\"a\",{\"x\":null}]",
    "null",
    "1",
    "1.0",
    "1e400",
    "\"s\"",
    "{",
    "{\"a\":}",
    "[1,]",
    "nul",
    "{\"a\":1}x",
    "{\"a\":12345678901234567890}",
    "{\"\\u00e9\":\"\\ud83d\\ude00\"}",
    "{\"a\":\"\\ud800\"}",
    "\"\\q\"",
    "{\"a\":1,\"a\":2}",
    " { \"a\" : -0 } ",
    "01",
    "-",
    "[1 2]",
    "{a:1}",
    "\"<>&\"",
    "{\"a\":\"\\u2028<\"}",
    "1E5",
    "[-0.0,1e21,1e-7]",
    "tru",
    "\"\t\"",
    "{\"A\":{\"B\":[[]]}}",
    "[[[]]",
    "",
];
const TOMLS: &[&str] = &[
    "a = 1\nb = \"x\"\n[c]\nd = [1, 2]\n",
    "a = 1.5\nb = true\nc = 1979-05-27T07:32:00Z\n",
    "[[t]]\nx = 1\n[[t]]\nx = 2\n",
    "a.b.c = 1\n",
    "a = {x = 1, y = 'z'}\n",
    "a = \"\"\"\nmulti\n\"\"\"\n",
    "a = 0x1F\nb = 1_000\nc = inf\nd = nan\n",
    "a =",
    "a = 1\na = 2\n",
    "= 1",
    "[a",
    "a = [1, \"x\"]",
    "\"é\" = 'x'\n",
    "a = 1e3\n",
    "[a]\n[a]\n",
    "a = '''x\ny'''\n",
    "t = 07:32:00\nd = 1979-05-27\n",
    "a = \"\\u00e9\"",
    "a = \"\\q\"",
    "a = 01",
    "[a.b]\nc=1\n[a]\nd=2",
    "# only\n",
    "",
    "a = -0.0",
    "a = +1",
];
const YAML_SCALARS: &[&str] = &[
    "1",
    "a",
    "yes",
    "no",
    "on",
    "Off",
    "y",
    "n",
    "~",
    "null",
    "",
    "true",
    "False",
    "0x1F",
    "017",
    "0o17",
    "0b11",
    "1_000",
    "1e3",
    "1.5",
    ".5",
    "5.",
    "-.inf",
    ".NaN",
    "1:30",
    "2024-01-02",
    "2024-01-02T03:04:05Z",
    "'q''s'",
    "\"d\\n\\u00e9\"",
    "\"\\x41\"",
    "12345678901234567890",
    "-0",
    "+1",
    "0.10",
    "1e-7",
    "1e21",
    "é",
    "a b",
    "a: b",
    "- x",
    "a #c",
    "a#c",
    "!!str 1",
    "!!int \"3\"",
    "!!float 1",
    "!!binary aGk=",
    "!x y",
    "&a v",
    "*a",
    "{x: 1}",
    "[1, a, [b]]",
    "{}",
    "[]",
    "{a, b: }",
    "? x",
    "|\n    line\n    two",
    ">-\n    folded\n    text\n\n    p",
    "|+\n    keep\n\n",
    "|2\n      deep",
    "'multi\n    line'",
    "\"esc\\\n    next\"",
    "@at",
    "`tick",
    "%p",
    "<<",
    "=",
    "0.1.2",
    "1,000",
    "0x",
    "0b2",
    "08",
    "1__0",
    ".",
    "..",
    "---",
    "'",
    "\"",
    "[1",
    "{a: 1",
    "\"\\q\"",
    "!!map x",
    "!!null x",
    "!!bool yes",
    "\t",
    "a\tb",
    "1.0",
    "100000000000000000000000",
    "0777",
    "-0x1F",
    "1e+3",
    "12e03",
    "0.",
    "!!timestamp 2024-01-02",
    "a:",
    "?",
    "-",
    "*unknown",
];
const YAML_KEYS: &[&str] = &[
    "a", "b", "c", "k1", "1", "true", "yes", "~", "1.5", "'q'", "\"d\"", "a b", "? a\n", "é", "a2", "a10", "A", "<<", "\"\"", "[x]",
    "{x: 1}", "!!str z", "0x10", "-1", "&k w",
];
const KEYS: &[&str] = &["a", "b", "c", "k1", "k2", "x", "s", "l", "d", "A", "", "a b", "1", "é"];

/// A constant of that kind, in template syntax; `None` where a kind has none.
pub fn literal(random: &mut Random, kind: &str) -> Option<String> {
    Some(match kind {
        "Str" => text(random),
        "Key" => quoted(random.pick(KEYS)),
        "Int" => integer(random),
        "Small" => match random.below(10) {
            0 => "-1".to_owned(),
            1 => "12".to_owned(),
            _ => random.below(6).to_string(),
        },
        "One" => random.pick(&["1", "2", "3", "-7", "10", "1000"]).to_owned(),
        "Float" => random.pick(FLOATS).to_owned(),
        "Bool" => random.pick(&["true", "false"]).to_owned(),
        "Nil" => "nil".to_owned(),
        "Regex" => regexp(random),
        "Repl" => quoted(random.pick(REPLACEMENTS)),
        "Ver" => quoted(random.pick(VERSIONS)),
        "Con" => quoted(random.pick(CONSTRAINTS)),
        "Url" => quoted(random.pick(URLS)),
        "Path" => quoted(random.pick(PATHS)),
        "Layout" => quoted(random.pick(LAYOUTS)),
        "DateText" => quoted(random.pick(DATES)),
        "Zone" => quoted(random.pick(ZONES)),
        "DurText" => quoted(random.pick(DURATIONS)),
        "Json" => source(random, JSONS),
        "Toml" => source(random, TOMLS),
        "Yaml" => {
            let yaml = yaml(random);
            go_quoted(&yaml)
        }
        "Format" => quoted(&format(random)),
        "B64" => quoted(random.pick(&["aGk=", "aGk", "", "!!", "/w==", "aGk=\\n", "YWJj", "NBSWY3DP", "nbswy3dp", "A", "=="])),
        "TypeName" => quoted(random.pick(&[
            "string",
            "int",
            "int64",
            "float64",
            "bool",
            "map",
            "slice",
            "map[string]interface {}",
            "[]interface {}",
            "invalid",
            "ptr",
            "struct",
            "func",
            "<nil>",
            "*semver.Version",
            "semver.Version",
        ])),
        "DictKind" => quoted(random.pick(&["v1", "apps/v1", "v1/Pod", "x/v9", "apps/v1/Deployment", ""])),
        "Glob" => quoted(random.pick(&[
            "*",
            "conf/*",
            "**",
            "conf/**.txt",
            "conf/{a,b}.txt",
            "[",
            "nope",
            "conf/?.txt",
            "conf/[!b].txt",
            "*.bin",
        ])),
        "FileName" => quoted(random.pick(&["conf/a.txt", "conf/b.txt", "data.bin", "nope", "empty"])),
        _ => return None,
    })
}

/// A constant that functions accept, of the kinds whose constants often are refused.
pub fn good(random: &mut Random, kind: &str) -> Option<String> {
    let texts: &[&str] = match kind {
        "Ver" => &VERSIONS[..8],
        "Con" => &CONSTRAINTS[..14],
        "DurText" => &DURATIONS[..9],
        "Url" => &URLS[..7],
        "Regex" if random.percent(60) => &REGEXPS[..38],
        "Path" if random.percent(40) => &PATHS[..3],
        _ => return None,
    };
    Some(quoted(random.pick(texts)))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A text as a Go string constant.
fn go_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn source(random: &mut Random, texts: &[&str]) -> String {
    let text = random.pick(texts);
    let text = if random.percent(20) { damaged(random, text) } else { text.to_owned() };
    if random.percent(30) && !text.contains('`') { format!("`{text}`") } else { go_quoted(&text) }
}

/// The text with a character taken out, doubled or exchanged.
fn damaged(random: &mut Random, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return String::new();
    }
    let at = random.below(characters.len());
    match random.below(3) {
        0 => drop(characters.remove(at)),
        1 => characters.insert(at, characters[at]),
        _ => {
            characters[at] = *random.pick(&[
                &'"', &'{', &'}', &'[', &']', &':', &',', &' ', &'\n', &'-', &'\'', &'#', &'&', &'*', &'!', &'|', &'0', &'\t', &'%', &'=',
                &'.',
            ])
        }
    }
    characters.into_iter().collect()
}

fn text(random: &mut Random) -> String {
    let count = [0, 1, 1, 1, 2, 2, 3, 5][random.below(8)];
    let pieces: Vec<&str> = (0..count).map(|_| random.pick(PIECES)).collect();
    let text = pieces.concat();
    if random.percent(10) && !text.contains('\\') { format!("`{text}`") } else { quoted(&text) }
}

fn integer(random: &mut Random) -> String {
    if random.percent(30) { (random.below(200) as i64 - 50).to_string() } else { random.pick(INTS).to_owned() }
}

fn regexp(random: &mut Random) -> String {
    let count = [1, 1, 1, 2, 2, 3][random.below(6)];
    let mut pattern = String::new();
    for _ in 0..count {
        let piece = random.pick(REGEXPS);
        match random.below(6) {
            0 => pattern.push_str(&format!("({piece})")),
            1 => pattern.push_str(&format!("(?:{piece}){}", random.pick(&["*", "+", "?", "*?", "{2}", "{0,2}"]))),
            2 => pattern.push_str(&format!("{piece}|")),
            _ => pattern.push_str(piece),
        }
    }
    quoted(&pattern)
}

/// A text of YAML, good or not.
pub fn yaml(random: &mut Random) -> String {
    let mut lines = String::new();
    if random.percent(3) {
        lines.push_str(random.pick(&["---\n", "# c\n", "%YAML 1.1\n---\n", "\n"]));
    }
    yaml_block(random, 0, 2, &mut lines);
    if random.percent(4) {
        lines.push_str(random.pick(&["...\n", "---\nx: 1\n", "# end", "  \n"]));
    }
    if random.percent(20) { damaged(random, &lines) } else { lines }
}

fn yaml_block(random: &mut Random, indent: usize, depth: usize, lines: &mut String) {
    let space = " ".repeat(indent);
    let list = random.percent(30);
    for _ in 0..=random.below(4) {
        let head = if list { "-".to_owned() } else { format!("{}:", random.pick(YAML_KEYS)) };
        if depth > 0 && random.percent(25) {
            lines.push_str(&format!("{space}{head}\n"));
            yaml_block(random, indent + 2, depth - 1, lines);
        } else {
            let scalar = random.pick(YAML_SCALARS).replace('\n', &format!("\n{space}"));
            lines.push_str(&format!("{space}{head} {scalar}\n"));
        }
    }
}

/// A format for printf.
fn format(random: &mut Random) -> String {
    let mut format = String::new();
    for _ in 0..=random.below(3) {
        if random.percent(40) {
            format.push_str(random.pick(&["a", " ", "=", "é", "%%", ":"]));
        }
        format.push('%');
        for _ in 0..random.below(3) {
            format.push_str(random.pick(&["+", "-", "#", " ", "0"]));
        }
        if random.percent(30) {
            format.push_str(random.pick(&["5", "10", "1", "*", "[1]", "[2]", "[2]*", "08", "[x]", "[9]", "3"]));
        }
        if random.percent(25) {
            format.push_str(random.pick(&[".2", ".0", ".", ".10", ".*", ".[1]*", ".-1"]));
        }
        format.push_str(random.pick(&[
            "v", "v", "d", "s", "q", "x", "X", "f", "g", "e", "t", "T", "c", "U", "b", "o", "O", "E", "F", "G", "z", "!", "", "é", "w",
        ]));
    }
    format
}

/// A value of the chart's `values.yaml`, in JSON or plain YAML on one line.
pub fn value(random: &mut Random, kind: &str, depth: usize) -> String {
    match kind {
        "Str" => random
            .pick(&[
                "foo",
                "\"\"",
                "\"a b\"",
                "'1'",
                "é日本",
                "\"x\\ny\"",
                "\"true\"",
                "FooBar",
                "\"<a&b>\"",
                "\"{{ .Release.Name }}\"",
                "a,b,c",
                "\"  pad \"",
                "\"\\u2028\"",
            ])
            .to_owned(),
        "Float" => random
            .pick(&[
                "0",
                "1",
                "2",
                "-3",
                "1.5",
                "1000000",
                "1e21",
                "-0.0",
                "12345678901",
                "3.0",
                "0.1",
                "9007199254740993",
                "1e6",
                "100000",
            ])
            .to_owned(),
        "Bool" => random.pick(&["true", "false"]).to_owned(),
        "Nil" => "null".to_owned(),
        "List" => {
            let items: Vec<String> = (0..random.below(4)).map(|_| any_value(random, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        "Strs" => {
            let items: Vec<String> = (0..random.below(4)).map(|_| value(random, "Str", 0)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let mut keys: Vec<&str> = KEYS.iter().copied().filter(|_| random.percent(30)).collect();
            keys.truncate(4);
            let entries: Vec<String> = keys.iter().map(|key| format!("\"{key}\": {}", any_value(random, depth))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn any_value(random: &mut Random, depth: usize) -> String {
    let kind = random.pick(if depth == 0 {
        &["Str", "Float", "Bool", "Nil"]
    } else {
        &["Str", "Float", "Bool", "Nil", "Str", "List", "Dict", "Dict"]
    });
    value(random, kind, depth.saturating_sub(1))
}
