//! The table that `tests/cases/golang/strconv.go` prints.

use super::*;

fn text(column: &str) -> Vec<u8> {
    unquote(column.as_bytes()).unwrap()
}

fn result<T: ToString>(result: Result<T, NumError>) -> String {
    result.map_or_else(|error| format!("error: {error}"), |value| value.to_string())
}

fn check(columns: &[&str]) -> Vec<(String, String)> {
    let number = |at: usize| columns[at].parse::<i64>().unwrap();
    let quoted = |at: usize| String::from_utf8(text(columns[at])).unwrap();
    let size = |at: usize| number(at) as u32;
    match columns[0] {
        "int" => vec![(result(parse_int(&text(columns[1]), size(2), size(3))), quoted(4))],
        "uint" => vec![(result(parse_uint(&text(columns[1]), size(2), size(3))), quoted(4))],
        "atoi" => vec![(result(atoi(&text(columns[1]))), quoted(2))],
        "float" => vec![(result(parse_float(&text(columns[1])).map(|number| format_float(number, b'g', 17))), quoted(2))],
        "bool" => vec![(result(parse_bool(&text(columns[1]))), quoted(2))],
        "format" => {
            let float = parse_float(columns[1].as_bytes()).unwrap();
            vec![(format_float(float, columns[2].as_bytes()[0], number(3) as i32), columns[4].to_owned())]
        }
        "formatint" => vec![(format_int(number(1), size(2)), columns[3].to_owned())],
        "quote" => {
            let given = text(columns[1]);
            let backquote = can_backquote(&given).to_string();
            vec![(quote(&given), quoted(2)), (quote_to_ascii(&given), quoted(3)), (backquote, columns[4].to_owned())]
        }
        "rune" => vec![(quote_rune(number(1) as u32), quoted(2)), (quote_rune_to_ascii(number(1) as u32), quoted(3))],
        "unquote" => {
            let got = unquote(&text(columns[1])).unwrap_or_else(|| b"error: invalid syntax".to_vec());
            vec![(quote(&got), columns[2].to_owned())]
        }
        "isprint" => {
            let hash = (0..0x110000u32)
                .filter(|rune| is_print(*rune))
                .fold(14_695_981_039_346_656_037u64, |hash, rune| (hash ^ u64::from(rune)).wrapping_mul(1_099_511_628_211));
            vec![(hash.to_string(), columns[1].to_owned())]
        }
        other => panic!("{other}"),
    }
}

#[test]
fn numbers_and_quotes_are_as_in_go() {
    let table = include_str!("../../../tests/cases/golang/strconv.txt");
    let mut failures = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        failures.extend(check(&columns).into_iter().filter(|(got, go)| got != go).map(|(got, go)| format!("{line}: {got}, Go {go}")));
    }
    assert!(table.lines().count() > 2_000);
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}
