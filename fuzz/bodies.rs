//! What the fuzz targets do with their bytes; `tests/fuzz_seeds.rs` replays the kept ones through the same functions.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bkhelm::charts::{self, Profile};
use bkhelm::data::yaml::{self, Duplicates, Reading, Resolver, Style};
use bkhelm::data::{Map, Sources};
use bkhelm::golang::regexp::Regexp;
use bkhelm::gotmpl::funcs::{builtin, sprig};
use bkhelm::gotmpl::{Engine, FunctionTable, Limits, Options};
use bkhelm::render::{self, PrintOptions};

use super::memory::{Memory, Still};

/// The parts of an input: text up to the next zero byte, and the rest.
fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// Small enough that a run stays far below a second.
fn limits() -> Limits {
    Limits {
        steps: 300_000,
        output: 1 << 20,
        items: 20_000,
        regexp: 1 << 20,
        executions: 200,
        time: Duration::from_secs(5),
        ..Limits::default()
    }
}

/// Lexer and parser: any text parses or has an error on a line of it.
pub fn template_parse(data: &[u8]) {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let table = FunctionTable::new(&[&[builtin::FAMILY], sprig::FAMILIES].concat()).expect("signatures that can be read");
        Engine::new(Arc::new(table), Options { limits: limits(), ..Options::default() })
    });
    let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
    if let Err(error) = ENGINE.parse("fuzz", data) {
        assert!((1..=lines).contains(&(error.line as usize)), "line {} of {lines}", error.line);
        assert!(!error.message.is_empty());
    }
}

/// A chart of one template and some values, under small limits: it renders or fails with words.
pub fn template_render(data: &[u8]) {
    let (template, rest) = parts(data);
    let (values, partial) = parts(rest);
    let files = [
        ("Chart.yaml", &b"apiVersion: v2\nname: t\nversion: 0.1.0\n"[..]),
        ("templates/a.yaml", template),
        ("templates/_b.tpl", partial),
        ("values.yaml", values),
    ];
    let host =
        Memory { files: files.iter().map(|(name, text)| (Path::new("/chart").join(name), text.to_vec())).collect::<BTreeMap<_, _>>() };
    let sources = Sources::new();
    let Ok(chart) = charts::load(&host, Path::new("/chart"), &sources, Profile::HELM4) else { return };
    let request = render::Request { limits: limits(), ..render::Request::new("rel", "ns", &Still) };
    match render::render(&chart, &Map::new(), &request) {
        Ok(rendered) => drop(rendered.write_to(&mut Vec::new(), &PrintOptions::default())),
        Err(failure) => assert!(!failure.error.to_string().is_empty()),
    }
}

/// YAML in all readings; what was read is written in the style that goes with the reading, and read again. That need not
/// succeed: like go-yaml, we write blocks that begin with a tab (v3) and the text `<<` as a key (v2), which don't read.
pub fn yaml_read(data: &[u8]) {
    for (reading, style) in [(Reading::CHARTS, Style::Helm), (Reading::HELMFILE, Style::Helmfile)] {
        let sources = Sources::new();
        let Ok(value) = yaml::read_value(&sources.add("fuzz", data), reading) else { continue };
        let Ok(written) = yaml::write(&value, style) else { continue };
        drop(yaml::read_value(&sources.add("again", &*written), reading));
    }
    let typed = Reading { resolver: Resolver::Typed, duplicates: Duplicates::Refuse };
    drop(yaml::read_documents(&Sources::new().add("fuzz", data), typed));
}

/// A pattern and a text: what matches lies in the text, in order.
pub fn regexp(data: &[u8]) {
    let (pattern, text) = parts(data);
    let Ok(expression) = Regexp::new(pattern, 1 << 20) else { return };
    let text = &text[..text.len().min(2_000)];
    let mut end = 0;
    for (from, to) in expression.find_all(text, -1, &mut || true) {
        assert!(end <= from && from <= to && to <= text.len());
        end = to;
    }
    assert_eq!(expression.is_match(text), expression.find(text).is_some());
    for found in expression.find_all_submatch(text, 10) {
        assert_eq!(found.len(), expression.group_count() + 1);
    }
    drop(expression.split(text, -1, &mut || true));
}
