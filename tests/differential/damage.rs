//! Breaks a good template, for the errors of the parser.

use super::random::Random;
use super::tokens::tokens;

/// What comes in. No large number: as a count it could take all memory.
const ODD: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "(",
    ")",
    "|",
    ",",
    ":=",
    "=",
    "$",
    "$x",
    "$.",
    ".",
    ".a",
    "..",
    ".a.b",
    "1",
    "-",
    "+",
    "\"",
    "`",
    "'",
    "'a",
    "'ab'",
    "nil",
    "true",
    "end",
    "else",
    "if",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "include",
    "else if",
    "/*",
    "*/",
    "{{/*",
    "*/}}",
    "/",
    "\\",
    "\n",
    " ",
    "@",
    "#",
    "%",
    "é",
    "1x",
    "0x",
    "1_",
    "08",
    "0b2",
    "1e",
    "1i",
    "0x1p",
    "\"\\q\"",
    "\"a",
    "nope",
    "a.b",
    "$nope",
    "(1).a",
    "(1",
    "1.a",
    "\"a\".b",
    "nil.a",
    "true.x",
    "|}}",
    "{{end}}",
    "{{ else }}",
    "{{ end }}",
    "{{ break }}",
    "{{ . }",
    "{{ }}",
    "{{}}",
    ". ",
    "!",
    "&",
    "[",
    "]",
    ";",
    "?",
    "\u{0}",
    "\u{feff}",
    "1 2",
    "$x := 1",
    "$x, $y := .",
    "$x = 1",
    "'\\'",
    "_",
    "if $x",
    "{{ template }}",
    "{{ define \"x\" }}",
    "else with .",
    "{{ if }}",
    "lower",
    "upper \"a\"",
];

/// The template with some tokens taken out, put in or exchanged.
pub fn damaged(random: &mut Random, template: &str) -> String {
    // With another argument these would read the clock.
    if ["date", "Date", "duration"].iter().any(|word| template.contains(word)) {
        return template.to_owned();
    }
    let mut tokens = tokens(template);
    for _ in 0..=random.below(2) {
        if tokens.is_empty() {
            break;
        }
        let at = random.below(tokens.len());
        match random.below(7) {
            0 | 1 => drop(tokens.remove(at)),
            2 | 3 => tokens.insert(at, random.pick(ODD).to_owned()),
            4 | 5 => tokens[at] = random.pick(ODD).to_owned(),
            _ => tokens.truncate(at),
        }
    }
    tokens.concat()
}
