//! What a rendering gives, and helm's bytes for it (helm pkg/cmd/template.go).

use std::sync::Arc;

use super::schema::Violation;
use super::split::{split, trimmed};
use super::trace::Trace;
use crate::charts::{Profile, Tree, Warning};
use crate::data::{Map, Str};
use crate::diag::{Error, Kind, Result, nearest};
use crate::golang::path;

pub use crate::data::yaml::{Head, HeadMetadata};

/// One document that is no hook.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// `chart/templates/x.yaml`
    pub path: Str,
    /// Its text as helm keeps it.
    pub content: Str,
    /// The byte of the rendered file at which it begins.
    pub start: usize,
    /// Kind, name, annotations.
    pub head: Head,
}

impl Manifest {
    /// Whether it is or may hold a Secret, whose lines nobody may see: by its kind, or by its text where that is a list or can't be
    /// read.
    pub fn is_secret(&self) -> bool {
        let kind = &*self.head.kind;
        kind == b"Secret" || (kind.is_empty() || kind.ends_with(b"List")) && memchr::memmem::find(&self.content, b"Secret").is_some()
    }
}

/// One document with a `helm.sh/hook` annotation.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// `pre-install`, `test` …
    pub events: Vec<&'static str>,
    /// `helm.sh/hook-weight`; 0 where it is missing or no number.
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, trimmed and in lower case.
    pub delete_policies: Vec<String>,
    /// `helm.sh/hook-output-log-policy`, likewise.
    pub output_log_policies: Vec<String>,
}

impl Hook {
    /// Whether it is a test, also where it is something else besides.
    pub fn is_test(&self) -> bool {
        self.events.contains(&"test")
    }
}

/// A file of a `crds/` folder.
#[derive(Debug, Clone)]
pub struct Crd {
    /// `chart/crds/x.yaml`
    pub path: Str,
    /// Its bytes.
    pub content: Str,
}

/// What a chart renders to.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Documents in install order.
    pub manifests: Vec<Manifest>,
    /// Hooks in install order of their kinds.
    pub hooks: Vec<Hook>,
    /// CRDs of the chart and its enabled dependencies, in load order.
    pub crds: Vec<Crd>,
    /// NOTES.txt, rendered.
    pub notes: Str,
    /// The coalesced values that the root chart's templates saw; templates may have changed them.
    pub values: Map,
    /// The chart with its dependencies decided: what a release record keeps.
    pub tree: Tree,
    /// How the values miss the charts' schemas, where that was asked for.
    pub violations: Vec<Violation>,
    /// What helm says on stderr, in order.
    pub warnings: Vec<Warning>,
    /// Which helm's bytes to write.
    pub profile: Profile,
    /// What made the documents, where that was asked for.
    pub trace: Option<Arc<Trace>>,
}

/// How to print.
#[derive(Debug, Clone, Default)]
pub struct PrintOptions {
    /// `--include-crds`
    pub include_crds: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--show-only`, in order.
    pub show_only: Vec<String>,
}

/// One write of `--output-dir`.
#[derive(Debug, Clone)]
pub struct OutputFile {
    /// Path below the output folder.
    pub path: Str,
    /// What to write.
    pub bytes: Vec<u8>,
    /// Append to what is there. Otherwise the file is begun anew.
    pub append: bool,
    /// A hook: helm appends where the file is on disk already, also from an earlier run.
    pub append_if_exists: bool,
    /// Whether `--release-name` puts it below a folder of the release's name (CRDs are not).
    pub under_release: bool,
}

impl Rendered {
    /// Appends what `helm template` prints.
    ///
    /// # Errors
    /// `could not find template X in chart`; then nothing was appended.
    pub fn write_to(&self, out: &mut Vec<u8>, options: &PrintOptions) -> Result<()> {
        if options.show_only.is_empty() {
            self.write_all(out, options);
            return Ok(());
        }
        let mut all = Vec::new();
        self.write_all(&mut all, options);
        self.show_only(&all, out, options)
    }

    fn write_all(&self, out: &mut Vec<u8>, options: &PrintOptions) {
        let start = out.len();
        let crds = self.crds.iter().filter(|_| options.include_crds).map(|crd| (&crd.path, &crd.content));
        let manifests = self.manifests.iter().map(|manifest| (&manifest.path, &manifest.content));
        let documents: Vec<(&Str, &Str)> = crds.chain(manifests).collect();
        out.reserve(documents.iter().map(|(path, content)| path.len() + content.len() + 16).sum());
        for (path, content) in documents {
            write_document(out, path, content);
        }
        let range = trimmed(out, start..out.len());
        out.truncate(range.end.max(start));
        out.drain(start..range.start.min(out.len()));
        out.push(b'\n');
        for hook in self.printed_hooks(options) {
            write_document(out, &hook.manifest.path, &hook.manifest.content);
        }
    }

    /// The manifest as release records keep it: all documents but hooks and CRDs.
    pub fn manifest(&self) -> Str {
        let mut out = Vec::new();
        for manifest in &self.manifests {
            write_document(&mut out, &manifest.path, &manifest.content);
        }
        out.into()
    }

    fn printed_hooks<'a>(&'a self, options: &'a PrintOptions) -> impl Iterator<Item = &'a Hook> {
        self.hooks.iter().filter(|hook| !(options.no_hooks || (options.skip_tests && hook.is_test())))
    }

    fn show_only(&self, all: &[u8], out: &mut Vec<u8>, options: &PrintOptions) -> Result<()> {
        let pieces: Vec<(&[u8], Option<&[u8]>)> =
            split(all, self.profile.document_tail).into_iter().map(|range| (&all[range.clone()], shown_name(&all[range]))).collect();
        let mut chosen = Vec::new();
        for pattern in &options.show_only {
            let matches = |name: Option<&[u8]>| name.is_some_and(|name| path::matches(pattern.as_bytes(), name).unwrap_or(false));
            let before = chosen.len();
            chosen.extend(pieces.iter().filter(|(_, name)| matches(*name)).map(|(piece, _)| *piece));
            if chosen.len() == before {
                return Err(not_found(pattern, pieces.iter().filter_map(|(_, name)| *name)));
            }
        }
        for piece in chosen {
            out.extend_from_slice(b"---\n");
            out.extend_from_slice(piece);
            out.push(b'\n');
        }
        Ok(())
    }

    /// What `helm template --output-dir` writes, in order; each write is announced as `wrote PATH`.
    pub fn output_files(&self, options: &PrintOptions) -> Vec<OutputFile> {
        let mut files: Vec<OutputFile> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut write = |path: &Str, content: &Str, is_crd: bool, is_hook: bool| {
            let mut bytes = Vec::with_capacity(path.len() + content.len() + 16);
            write_document(&mut bytes, path, content);
            let append = !seen.insert((path.clone(), is_crd)) && !is_hook;
            files.push(OutputFile { path: path.clone(), bytes, append, append_if_exists: is_hook, under_release: !is_crd });
        };
        for crd in self.crds.iter().filter(|_| options.include_crds) {
            write(&crd.path, &crd.content, true, false);
        }
        for manifest in &self.manifests {
            write(&manifest.path, &manifest.content, false, false);
        }
        for hook in self.printed_hooks(options) {
            write(&hook.manifest.path, &hook.manifest.content, false, true);
        }
        files
    }
}

fn write_document(out: &mut Vec<u8>, path: &[u8], content: &[u8]) {
    out.extend_from_slice(b"---\n# Source: ");
    out.extend_from_slice(path);
    out.push(b'\n');
    out.extend_from_slice(content);
    out.push(b'\n');
}

/// The path below the chart's folder in the first `# Source: chart/path` of a document.
fn shown_name(piece: &[u8]) -> Option<&[u8]> {
    let mark = b"# Source: ";
    let mut at = 0;
    while let Some(found) = super::split::find(&piece[at..], mark) {
        at += found + mark.len();
        let line = piece[at..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        if let Some(slash) = line.iter().position(|byte| *byte == b'/')
            && slash > 0
            && slash + 1 < line.len()
        {
            return Some(&line[slash + 1..]);
        }
    }
    None
}

fn not_found<'n>(pattern: &str, names: impl Iterator<Item = &'n [u8]>) -> Error {
    let names: Vec<String> = names.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let error = Error::new(Kind::NoMatch, format!("could not find template {pattern} in chart"));
    match nearest(pattern, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}
