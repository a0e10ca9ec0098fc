//! The table that `tests/cases/golang/glob.go` prints.

use super::{Fault, Glob};
use crate::golang::strconv::unquote;

fn text(column: &str) -> String {
    String::from_utf8_lossy(&unquote(column.as_bytes()).unwrap()).into_owned()
}

#[test]
fn globs_match_as_in_gobwas() {
    let mut lines = include_str!("../../../tests/cases/golang/glob.txt").lines();
    let texts: Vec<String> = lines.next().unwrap().split('\t').skip(1).map(text).collect();
    let mut failures = Vec::new();
    let mut patterns = 0;
    for line in lines {
        let (pattern, expected) = line.split_once('\t').unwrap();
        patterns += 1;
        match Glob::new(&text(pattern), &['/']) {
            Err(Fault::Syntax(error)) if expected.starts_with('"') => {
                if format!("error: {error}") != text(expected) {
                    failures.push(format!("{line}: {error}"));
                }
            }
            Err(error) => failures.push(format!("{pattern}: {error:?}")),
            Ok(_) if expected.starts_with('"') => failures.push(format!("{line}: no error")),
            Ok(glob) => {
                for (given, go) in texts.iter().zip(expected.chars()) {
                    if glob.matches(given) != Some(go == '1') {
                        failures.push(format!("{pattern} on {given:?}: gobwas {go}"));
                    }
                }
            }
        }
    }
    assert!(patterns > 700);
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn hostile_patterns_end() {
    assert!(Glob::new(&"{".repeat(1_000), &['/']).is_err());
    for part in ["*a", "{a,b}", "?"] {
        assert!(matches!(Glob::new(&part.repeat(1_000), &['/']), Err(Fault::TooLarge(_))), "{part}");
    }
    let slow = Glob::new(&"{a*,a}*b".repeat(12), &['/']).unwrap();
    assert_ne!(slow.matches(&"ab".repeat(500)), Some(true));
}
