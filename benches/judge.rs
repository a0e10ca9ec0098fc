//! Judges the manifests of files as lint does, and nothing else: the peer of kubeconform in `benches/kubeconform.sh`.
//!
//! `judge MINOR FOLDER`: one line a file with errors, `FILE KIND NAME`, sorted; a last line counts objects.

#![allow(missing_docs, clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

use std::path::PathBuf;

use bkhelm::check::kubernetes::Validator;
use bkhelm::data::yaml::{Duplicates, Reading, Resolver, read_documents};
use bkhelm::data::{Sources, Value};
use bkhelm::diag::Severity;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [minor, folder] = arguments.as_slice() else { return eprintln!("judge MINOR FOLDER") };
    let validator = Validator::new(minor.parse().expect("a minor"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut objects = 0;
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = Sources::new().add(name.as_str(), std::fs::read(&file).expect("a file"));
        let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
        for document in read_documents(&source, reading).unwrap_or_default() {
            if document.value.as_map().is_none() {
                continue;
            }
            objects += 1;
            let found = validator.object(&document.value);
            if found.iter().any(|violation| violation.severity == Severity::Error) {
                let text = |path: &[&str]| {
                    document.value.path(path.iter().copied()).map(|value: Value| bkhelm::golang::fmt::sprint(&[value]).to_string())
                };
                println!("{name} {} {}", text(&["kind"]).unwrap_or_default(), text(&["metadata", "name"]).unwrap_or_default());
            }
        }
    }
    println!("{objects} objects");
}
