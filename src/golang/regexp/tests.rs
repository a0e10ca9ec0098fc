//! The table that `tests/cases/golang/regexp.go` prints.

use std::collections::HashMap;

use super::{Fault, Regexp, Submatches, quote_meta};
use crate::diag::bytes_of;
use crate::golang::strconv::{quote, unquote};

fn text(column: &str) -> Vec<u8> {
    unquote(column.as_bytes()).unwrap()
}

fn spans(matches: &[Submatches]) -> String {
    let one = |groups: &Submatches| {
        let each: Vec<String> =
            groups.iter().map(|group| group.map_or_else(|| "-".to_owned(), |(start, end)| format!("{start}:{end}"))).collect();
        each.join(" ")
    };
    matches.iter().map(one).collect::<Vec<_>>().join(",")
}

fn whole(matches: Vec<(usize, usize)>) -> Vec<Submatches> {
    matches.into_iter().map(|span| vec![Some(span)]).collect()
}

fn compiled(pattern: &[u8]) -> Result<Regexp, String> {
    Regexp::new(pattern, 32 << 20).map_err(|fault| match fault {
        Fault::Syntax(words) | Fault::TooLarge(words) => words,
    })
}

/// What we say and what Go says, pair by pair.
fn check(known: &mut HashMap<Vec<u8>, Result<Regexp, String>>, columns: &[&str]) -> Vec<(String, String)> {
    let pattern = text(columns[1]);
    if columns[0] == "quotemeta" {
        return vec![(quote(&quote_meta(&pattern)), columns[2].to_owned())];
    }
    let known = known.entry(pattern).or_insert_with_key(|pattern| compiled(pattern));
    let go = |at: usize| columns[at].to_owned();
    let re = match known {
        Ok(re) => re,
        Err(error) if columns[0] == "error" => return vec![(quote(&bytes_of(error)), quote(&text(columns[2])))],
        Err(error) => return vec![(error.clone(), "no error".to_owned())],
    };
    let quoted = |replaced: Result<Vec<u8>, String>| quote(&replaced.unwrap());
    match columns[0] {
        "find" => {
            let given = text(columns[2]);
            let all = re.find_all_submatch(&given, -1);
            let firsts: Vec<_> = all.iter().take(1).cloned().collect();
            let first: Vec<_> = re.find_submatch(&given).into_iter().collect();
            let found = re.find(&given).is_some();
            vec![
                (spans(&all), go(3)),
                (spans(&first), spans(&firsts)),
                (re.is_match(&given).to_string(), found.to_string()),
                (spans(&whole(re.find_all(&given, 2, &mut || true))), go(4)),
                (quoted(re.replace_all(&given, b"<$0|$1>", &mut |_| Ok(()))), go(5)),
            ]
        }
        "split" => {
            let given = text(columns[2]);
            let parts = re.split(&given, columns[3].parse().unwrap(), &mut || true);
            let parts: Vec<String> = parts.into_iter().map(|(start, end)| quote(&given[start..end])).collect();
            vec![(quote(format!("[{}]", parts.join(" ")).as_bytes()), go(4))]
        }
        "replace" => {
            let (given, replacement) = (text(columns[2]), text(columns[3]));
            vec![
                (quoted(re.replace_all(&given, &replacement, &mut |_| Ok(()))), go(4)),
                (quoted(re.replace_all_literal(&given, &replacement, &mut |_| Ok(()))), go(5)),
            ]
        }
        other => vec![("compiled".to_owned(), other.to_owned())],
    }
}

#[test]
fn patterns_find_and_fail_as_in_go() {
    let mut known = HashMap::new();
    let mut failures = Vec::new();
    let mut lines = 0;
    for line in include_str!("../../../tests/cases/golang/regexp.txt").lines() {
        lines += 1;
        let columns: Vec<&str> = line.split('\t').collect();
        failures.extend(
            check(&mut known, &columns).into_iter().filter(|(got, go)| got != go).map(|(got, go)| format!("{line}\n    {got}\n    {go}")),
        );
    }
    assert!(lines > 3_000);
    assert!(failures.is_empty(), "{} of {lines}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn a_result_that_grows_too_long_is_an_error() {
    let re = compiled(b"a").unwrap();
    let mut go_on = |length: usize| if length > 10_000 { Err(length) } else { Ok(()) };
    assert_eq!(re.replace_all(&[b'a'; 1000], &[b'x'; 1000], &mut go_on), Err(11_000));
}

#[test]
fn a_program_that_grows_too_large_is_an_error() {
    assert!(matches!(Regexp::new(br"(?:\pL{1,1000}\pN){1}[^\pL]{900}\pL{999}", 32 << 20), Err(Fault::TooLarge(_))));
}
