//! Constants of each kind, as a template writes them.

use super::random::Random;
use super::texts::{
    CONSTRAINTS, DATES, DURATIONS, FLOATS, INTS, JSONS, KEYS, LAYOUTS, PATHS, PIECES, REGEXPS, REPLACEMENTS, SET_KEYS, SET_VALUES, TOMLS,
    URLS, VERSIONS, YAML_KEYS, YAML_SCALARS, ZONES,
};

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

/// An argument of a flag that sets values, with the flag's name.
pub fn setting(random: &mut Random) -> (String, String) {
    let flag = random.pick(&["set", "set", "set", "set-string", "set-json", "set-literal"]);
    let mut argument = String::new();
    for number in 0..=random.below(2) {
        if number > 0 {
            argument.push(',');
        }
        argument.push_str(random.pick(SET_KEYS));
        if !random.percent(4) {
            argument.push('=');
        }
        argument.push_str(if flag == "set-json" { random.pick(JSONS) } else { random.pick(SET_VALUES) });
    }
    if random.percent(5) {
        argument = damaged(random, &argument);
    }
    (flag.to_owned(), argument)
}

/// The text with bytes that are no UTF-8, each as the character that stands for it.
pub fn with_raw_bytes(random: &mut Random, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(characters.len() + 1);
        characters.insert(at, *random.pick(&[&'\u{10ffff}', &'\u{10ffe6}', &'\u{10ff80}', &'\u{10ffc3}', &'\u{10ffed}']));
    }
    characters.into_iter().collect()
}

/// A format for printf.
fn format(random: &mut Random) -> String {
    let mut format = String::new();
    for _ in 0..=random.below(3) {
        if random.percent(40) {
            format.push_str(random.pick(&["a", " ", "=", "é", "%%", ":"]));
        }
        format.push('%');
        for _ in 0..random.below(4) {
            format.push_str(random.pick(&["+", "-", "#", " ", "0"]));
        }
        if random.percent(35) {
            format.push_str(random.pick(&[
                "5", "10", "1", "*", "[1]", "[2]", "[2]*", "08", "[x]", "[9]", "3", "20", "40", "[3]*", "[", "[]", "[1", "[0]", "[-1]",
                "2", "100",
            ]));
        }
        if random.percent(25) {
            format.push_str(random.pick(&[".2", ".0", ".", ".10", ".*", ".[1]*", ".-1", ".1", ".20", ".[2]", ".[9]*", ".3", ".40"]));
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
