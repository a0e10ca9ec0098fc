//! Rules about the source that no compiler checks: which room imports which, sizes, words that don't belong.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::project;

/// Rooms in order, each with the rooms it may import (DESIGN's table; `host` for gotmpl means the trait `World` of its own).
const ROOMS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("data", &["diag"]),
    ("host", &["diag", "data"]),
    ("golang", &["diag", "data"]),
    ("gotmpl", &["diag", "data", "golang"]),
    ("fetch", &["diag", "data", "host", "golang"]),
    ("values", &["diag", "data", "host", "golang", "gotmpl", "fetch"]),
    ("state", &["diag", "data", "host", "golang", "gotmpl", "fetch", "values"]),
    ("charts", &["diag", "data", "host", "golang", "gotmpl", "fetch", "values"]),
    ("render", &["diag", "data", "host", "golang", "gotmpl", "fetch", "values", "charts"]),
    ("plan", &["diag", "data", "golang", "state", "charts", "render"]),
    ("check", &["diag", "data", "host", "golang", "gotmpl", "fetch", "values", "state", "charts", "render", "plan"]),
    ("cluster", &["diag", "data", "host", "golang", "values", "charts", "render", "plan"]),
    ("report", &["diag", "data", "host", "golang", "gotmpl", "fetch", "values", "state", "charts", "render", "plan", "check", "cluster"]),
    ("cli", &["diag", "host", "golang"]),
    (
        "commands",
        &[
            "diag", "data", "host", "golang", "gotmpl", "fetch", "values", "state", "charts", "render", "plan", "check", "cluster",
            "report", "cli",
        ],
    ),
];

/// Lines of a file: more fails.
const FILE_LIMIT: usize = 1000;
/// Lines of a function: more fails.
const FUNCTION_LIMIT: usize = 120;

fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let entries = walkdir::WalkDir::new(project().join(below)).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    files.map(|entry| (entry.path().to_owned(), fs::read_to_string(entry.path()).expect("source"))).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(project()).unwrap_or(path).display().to_string()
}

/// What a file's code reaches that its room may not. `depth` is how far below the room's `mod.rs` its module is.
fn escapes(room: &str, may: &[&str], depth: usize, text: &str) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    let mut inline = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        // A module written in the file itself is one deeper; rustfmt puts its braces at the line's start.
        if line.ends_with('{') && ["mod ", "pub mod ", "pub(super) mod ", "pub(crate) mod "].iter().any(|head| line.starts_with(head)) {
            inline = 1;
        } else if line == "}" {
            inline = 0;
        }
        for (other, _) in ROOMS.iter().filter(|(other, _)| *other != room && !may.contains(other)) {
            if names(line, &format!("crate::{other}")) || names(line, &format!("bkhelm::{other}")) {
                wrong.push((at + 1, format!("{room} imports {other}")));
            }
        }
        if ["crate::{", "crate::*", "crate as ", "use crate;", "extern crate "].iter().any(|way| line.contains(way)) {
            wrong.push((at + 1, "one `use crate::room::…` a room, so that this test sees it".to_owned()));
        }
        let supers = line.split("super::").skip(1).scan(true, |joined, rest| {
            let counts = *joined;
            *joined = rest.is_empty();
            Some(counts)
        });
        if supers.take_while(|counts| *counts).count() > depth + inline {
            wrong.push((at + 1, format!("{room} leaves by super::")));
        }
    }
    wrong
}

/// Whether a line holds that path, ending there.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| !line[at + path.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn a_room_imports_only_rooms_below_it() {
    let mut wrong = Vec::new();
    for (room, may) in ROOMS {
        let folder = project().join("src").join(room);
        for (path, text) in sources(&format!("src/{room}")) {
            let below = path.strip_prefix(&folder).expect("below the room").components().count();
            let depth = if path.ends_with("mod.rs") { below - 1 } else { below };
            wrong.extend(escapes(room, may, depth, &text).into_iter().map(|(line, fault)| format!("{}:{line}: {fault}", shown(&path))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_way_out_of_a_room_is_seen() {
    let seen = |depth, text: &str| !escapes("gotmpl", &["diag", "data", "golang"], depth, text).is_empty();
    for way in [
        "use crate::render::Request;",
        "use crate::render;",
        "    let x = crate::values::functions();",
        "pub use crate::host as outside;",
        "use crate::{data::Str, render::Request};",
        "pub(crate) use crate::{",
        "use crate::*;",
        "use crate as all;",
        "use bkhelm::render;",
        "use super::super::render;",
        "use super::super::super::render;",
    ] {
        assert!(seen(1, way), "{way}");
    }
    for inside in ["use crate::data::Str;", "use super::engine::Engine;", "// crate::render", "use crate::data::renderings;"] {
        assert!(!seen(1, inside), "{inside}");
    }
    assert!(seen(0, "use super::render;") && !seen(2, "use super::super::engine::Engine;"));
    assert!(!seen(1, "mod tests {\n    use super::super::Engine;\n}"));
    assert!(seen(1, "mod tests {\n    use super::super::Engine;\n}\nuse super::super::render;"));
}

#[test]
fn the_engine_does_not_know_for_whom_it_works() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src/gotmpl") {
        let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let named = code.filter(|(_, line)| line.to_lowercase().contains("helm"));
        wrong.extend(named.map(|(at, line)| format!("{}:{}: {line}", shown(&path), at + 1)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table_and_opens_with_its_contract() {
    for entry in fs::read_dir(project().join("src")).expect("src").flatten().filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().expect("a name");
        assert!(ROOMS.iter().any(|(room, _)| *room == name), "src/{name} is no room of the table");
        let text = fs::read_to_string(entry.path().join("mod.rs")).expect("mod.rs");
        assert!(text.starts_with("//! "), "src/{name}/mod.rs must open with its contract");
    }
}

#[test]
fn files_and_functions_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > FILE_LIMIT {
            wrong.push(format!("{}: {} lines", shown(&path), lines.len()));
        }
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let code = line.trim_start();
            let function =
                ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "const fn "].iter().any(|head| code.starts_with(head));
            if !function || !code.ends_with('{') {
                continue;
            }
            let end = lines[start..].iter().position(|line| *line == format!("{}}}", " ".repeat(indent))).unwrap_or(0);
            if end > FUNCTION_LIMIT {
                wrong.push(format!("{}:{}: a function of {end} lines", shown(&path), start + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_that_do_not_belong_are_not_there() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "XXX", "TODO"];
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests").into_iter().filter(|(path, _)| !path.ends_with("tidy.rs"))) {
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                wrong.push(format!("{}:{}: {word}", shown(&path), at + 1));
            }
        }
        for name in ["util.rs", "utils.rs", "common.rs", "misc.rs", "helper.rs", "helpers.rs"] {
            if path.ends_with(name) {
                wrong.push(format!("{}: a name that says nothing", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rooms that can't panic, each with how many exceptions it has from the lints that say so: fewer are welcome.
const EXCEPTIONS: &[(&str, usize)] = &[("diag", 1), ("data", 4), ("golang", 3), ("gotmpl", 11)];

/// What these rooms deny.
const DENIED: [&str; 9] = [
    "clippy::arithmetic_side_effects",
    "clippy::expect_used",
    "clippy::indexing_slicing",
    "clippy::panic",
    "clippy::string_slice",
    "clippy::todo",
    "clippy::unimplemented",
    "clippy::unreachable",
    "clippy::unwrap_used",
];

/// The attributes of a source that begin with one of these words, from their bracket on.
fn attributes<'t>(text: &'t str, words: &'t [&str]) -> impl Iterator<Item = &'t str> {
    let starts =
        text.match_indices("#[").chain(text.match_indices("#![")).map(|(at, mark)| text.get(at + mark.len()..).unwrap_or_default());
    let named = starts.filter(|rest| words.iter().any(|word| rest.starts_with(word)));
    named.map(|rest| rest.split_once(")]").map_or(rest, |(attribute, _)| attribute))
}

#[test]
fn exceptions_in_rooms_that_can_not_panic_are_few_and_proven() {
    let mut wrong = Vec::new();
    for (room, most) in EXCEPTIONS {
        let mut found = 0;
        for (path, text) in sources(&format!("src/{room}")) {
            if path.ends_with("mod.rs") && path.parent().is_some_and(|folder| folder.ends_with(format!("src/{room}"))) {
                let denied: String = attributes(&text, &["deny("]).collect();
                let missing = DENIED.iter().filter(|lint| !denied.contains(*lint));
                wrong.extend(missing.map(|lint| format!("{}: does not deny {lint}", shown(&path))));
            }
            for attribute in attributes(&text, &["allow(", "expect(", "warn("]).filter(|text| DENIED.iter().any(|lint| text.contains(lint)))
            {
                found += 1;
                let proof = attribute.split_once("reason = \"").map_or("", |(_, proof)| proof);
                if proof.len() < 30 || attribute.starts_with("allow(") {
                    wrong.push(format!("{}: no proof, or not `expect`: {attribute}", shown(&path)));
                }
            }
        }
        if found > *most {
            wrong.push(format!("src/{room}: {found} exceptions, {most} at most"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
