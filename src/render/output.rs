//! What a rendering gives, and helm's bytes for it.

use crate::charts::{Profile, Warning};
use crate::data::{Map, Str};
use crate::diag::Result;

/// The head of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `apps/v1`
    pub api_version: Str,
    /// `Deployment`
    pub kind: Str,
    /// `metadata.name`
    pub name: Str,
    /// `metadata.annotations`
    pub annotations: Vec<(Str, Str)>,
}

/// One document that is no hook.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// `chart/templates/x.yaml`
    pub path: Str,
    /// Its text as helm keeps it.
    pub content: Str,
    /// Kind, name, annotations.
    pub head: Head,
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
    /// `helm.sh/hook-delete-policy`, as written, trimmed and in lower case.
    pub delete_policies: Vec<String>,
    /// `helm.sh/hook-output-log-policy`, likewise.
    pub output_log_policies: Vec<String>,
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
    /// The coalesced values that the root chart's templates saw, before they changed any.
    pub values: Map,
    /// What helm says on stderr, in order.
    pub warnings: Vec<Warning>,
    /// Which helm's bytes to write.
    pub profile: Profile,
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
        let _ = (out, options);
        Ok(())
    }

    /// What `helm template --output-dir` writes, in order; each write is announced as `wrote PATH`.
    pub fn output_files(&self, options: &PrintOptions) -> Vec<OutputFile> {
        let _ = options;
        Vec::new()
    }
}
