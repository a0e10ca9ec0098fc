//! Comparisons of manifests with what the real helm-diff printed: `tests/cases/plan/compare/`, written by
//! `tests/oracle/record-diff.py`.

use std::fs;

use bkhelm::diag::Result;
use bkhelm::golang::regexp::Regexp;
use bkhelm::gotmpl::Limits;
use bkhelm::plan::compare::{
    Comparison, Delta, Document, Documents, Entry, Options, Ownership, Parsing, Secrets, compare, documents, live, live_manifest,
};
use bkhelm::report::diff::{Format, Style, Template, write};
use serde_json::{Value as Json, json};

use crate::differential::random::Random;
use crate::harness::project;
use crate::harness::recorded::{arguments, replay};

/// The template that the recorder gives to helm-diff.
const TEMPLATE: &str = "{{ range $i, $e := . }}{{ $e.Change }} {{ $e.Name }}{{ if last $i $ }}.{{ else }}, {{ end }}{{ end }}";

/// helm-diff's flags as they are recorded.
struct Given {
    options: Options,
    style: Style,
    parsing: Parsing<'static>,
    detailed_exit_code: bool,
}

fn given(run: &Json) -> Given {
    let mut options = Options::default();
    let mut style = Style { format: Format::Diff, colour: false, context: None };
    let mut parsing = Parsing { namespace: "ns", ..Parsing::default() };
    let mut detailed_exit_code = false;
    let mut words = arguments(&run["arguments"]);
    while let Some(word) = words.next() {
        match word {
            "--show-secrets" => options.secrets = Secrets::AsWritten,
            "--show-secrets-decoded" => options.secrets = Secrets::Decoded,
            "-q" => options.suppressed_kinds.push("Secret".to_owned()),
            "--color" => style.colour = true,
            "--normalize-manifests" => parsing.normalize = true,
            "--include-tests" => parsing.include_tests = true,
            "--strip-trailing-cr" => options.strip_trailing_cr = true,
            "--detailed-exitcode" => detailed_exit_code = true,
            flag => {
                let value = words.next().expect("a value");
                match flag {
                    "-C" | "--context" => style.context = value.parse().ok(),
                    "-D" => options.find_renames = value.parse().expect("a number"),
                    "--suppress" => options.suppressed_kinds.push(value.to_owned()),
                    "--suppress-output-line-regex" => {
                        options.suppressed_lines.push(Regexp::new(value.as_bytes(), 1 << 20).expect("a pattern"));
                    }
                    "--output" => {
                        let own = Template { name: "own.tpl".to_owned(), text: TEMPLATE.to_owned(), limits: Limits::default() };
                        style.format = Format::named(value, Some(own)).expect("a format");
                        options.structured = value == "structured";
                    }
                    other => panic!("no flag of the recorded cases: {other}"),
                }
            }
        }
    }
    Given { options, style, parsing, detailed_exit_code }
}

fn sides(case: &Json, parsing: Parsing<'_>) -> Result<(Documents, Documents)> {
    let read = |name: &str| documents(case["files"][name].as_str().expect("a manifest").as_bytes(), parsing);
    Ok((read("old.yaml")?, read("new.yaml")?))
}

/// How our run differs from the recorded one.
fn difference(case: &Json, run: &Json) -> Option<String> {
    let given = given(run);
    let says: Vec<&str> = run["says"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let (old, new) = match sides(case, given.parsing) {
        Ok(sides) => sides,
        Err(error) => {
            let expected = run["exit"] == 1 && says.first() == Some(&error.message());
            return (!expected).then(|| format!("{error}; want {says:?}"));
        }
    };
    let comparison = compare(&old.documents, &new.documents, &[], &given.options);
    let stdout = String::from_utf8(write(&comparison, &given.style).expect("output")).expect("text");
    let exit = if given.detailed_exit_code && comparison.differs() { 2 } else { 0 };
    let repeated = old.repeated.iter().chain(&new.repeated).map(|key| format!("Error: Found duplicate key {key:?} in manifest"));
    let duplicates: Vec<&&str> = says.iter().filter(|line| line.starts_with("Error: Found duplicate")).collect();
    if run["exit"] != exit || !repeated.eq(duplicates.iter().map(|line| (**line).to_owned())) {
        return Some(format!("exit {exit}, repeated {:?} {:?}; want {} {says:?}", old.repeated, new.repeated, run["exit"]));
    }
    (run["stdout"] != stdout).then(|| crate::harness::first_difference(run["stdout"].as_str().expect("text"), &stdout))
}

#[test]
fn comparisons_are_helm_diffs() {
    replay("plan/compare/recorded.jsonl", |case| {
        let runs = case["runs"].as_array().expect("runs").iter();
        runs.map(|run| (run["arguments"].to_string(), difference(case, run))).collect()
    });
}

/// From a run of helm-diff with `--take-ownership` on a cluster.
const OWNERSHIP: &str = "\
d4, own-extra, ConfigMap (v1) changed ownership:
- 
+ d4/own
d4, own-extra, ConfigMap (v1) has changed:
  apiVersion: v1
  data:
-   a: z
+   a: b
  kind: ConfigMap
  metadata:
    name: own-extra
    namespace: d4
";

#[test]
fn what_a_release_takes_over_comes_first() {
    let object = |value: &str, metadata: Json| json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": value}, "metadata": metadata});
    let parsing = Parsing { namespace: "d4", ..Parsing::default() };
    let there = object("z", json!({"name": "own-extra", "namespace": "d4", "uid": "1", "resourceVersion": "2"}));
    let wanted = object("b", json!({"name": "own-extra", "namespace": "d4", "uid": "1", "resourceVersion": "2"}));
    let (old, owner) = live(&there, parsing).expect("an object").expect("no test hook");
    let new = documents(&live_manifest([&wanted]).expect("text"), parsing).expect("a manifest");
    let ownership = [Ownership { key: old.key.clone(), old: owner, new: "d4/own".to_owned() }];
    let comparison = compare(&[old], &new.documents, &ownership, &Options::default());
    let shown = write(&comparison, &Style { format: Format::Diff, colour: false, context: None }).expect("output");
    assert_eq!(String::from_utf8_lossy(&shown), OWNERSHIP);
}

/// A document of these lines, none of which looks like a head's.
fn document(lines: &str) -> Document {
    let content = ["head"].into_iter().map(str::to_owned).chain(lines.chars().map(String::from)).collect::<Vec<_>>().join("\n");
    Document { key: "ns, a, C (v1)".to_owned(), kind: "C".to_owned(), content, keep: false }
}

fn entry(old: &str, new: &str) -> Entry {
    let Comparison { mut entries } = compare(&[document(old)], &[document(new)], &[], &Options::default());
    entries.pop().expect("they differ")
}

#[test]
fn lines_are_aligned_as_helm_diff_aligns_them() {
    let table = fs::read_to_string(project().join("tests/cases/plan/compare/lines.txt")).expect("the table");
    for row in table.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let steps: String = entry(columns[0], columns[1])
            .lines
            .iter()
            .skip(1)
            .map(|line| match line.delta {
                Delta::Common => '=',
                Delta::Removed => '-',
                Delta::Added => '+',
            })
            .collect();
        assert_eq!(steps, columns[2], "{row}");
    }
    assert!(table.lines().count() > 500);
}

/// Without the lines that come, a difference is the old text; without those that go, the new one; and no other keeps more.
#[test]
fn a_difference_leads_from_the_old_text_to_the_new_one() {
    for case in 0..400 {
        let mut random = Random::new(4, case);
        let letters = 1 + random.below(6);
        let mut text = || -> String {
            let length = random.below(if case % 20 == 0 { 700 } else { 90 });
            (0..length).map(|_| char::from(b'a' + random.below(letters) as u8)).collect()
        };
        let (old, new) = (text(), text());
        if old == new {
            continue;
        }
        let lines = entry(&old, &new).lines;
        let without = |delta: Delta| {
            let kept = lines.iter().filter(|line| line.delta != delta).map(|line| line.text.as_str());
            kept.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without(Delta::Added), document(&old).content);
        assert_eq!(without(Delta::Removed), document(&new).content);
        let common = lines.iter().filter(|line| line.delta == Delta::Common).count();
        assert_eq!(common, 1 + longest_common(old.as_bytes(), new.as_bytes()), "{old} {new}");
    }
}

fn longest_common(old: &[u8], new: &[u8]) -> usize {
    let mut row = vec![0; new.len() + 1];
    for one in old {
        let mut before = 0;
        for (at, other) in new.iter().enumerate() {
            let above = std::mem::replace(&mut before, row[at + 1]);
            row[at + 1] = if one == other { above + 1 } else { row[at + 1].max(row[at]) };
        }
    }
    row[new.len()]
}
