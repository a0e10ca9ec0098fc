//! How a release would change: its manifest against the deployed one, as helm-diff shows it, and the cluster against both.

use std::collections::BTreeSet;

use super::options;
use super::release::{Candidate, Worker};
use crate::cli::{DeployFlags, DiffFlags};
use crate::cluster::deploy::{Bundle, Drift, Look};
use crate::cluster::records::{Record, Status};
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::regexp::{Fault, Regexp};
use crate::plan::compare::{self, Comparison, Documents, Parsing, Salt, Secrets};
use crate::plan::manifest;
use crate::report::diff::{Format, Style, Template};
use crate::state::Release;

/// How differences are found and shown, the same for all releases.
pub struct Rules {
    options: compare::Options,
    /// How they are written.
    pub style: Style,
    include_tests: bool,
    hooks: bool,
    drift: bool,
    salt: Salt,
    deploy: DeployFlags,
}

impl Rules {
    /// What the flags and helm-diff's variables say.
    ///
    /// # Errors
    /// A pattern that is none; an output that is not there.
    pub fn of(worker: &Worker<'_>, flags: &DiffFlags, deploy: &DeployFlags) -> Result<Self> {
        let run = worker.run;
        let variable = |name: &str| run.host().variable(name).filter(|value| !value.is_empty());
        let refused = |words: String| Error::new(Kind::Usage, words);
        let pattern = |text: &String| {
            let made = Regexp::new(text.as_bytes(), run.setting.limits.regexp);
            made.map_err(|(Fault::Syntax(words) | Fault::TooLarge(words))| refused(format!("--suppress-output-line-regex: {words}")))
        };
        let template = match variable("HELM_DIFF_TPL") {
            Some(path) => {
                let text = run.host().read(std::path::Path::new(&path))?;
                Some(Template { name: path, text: String::from_utf8_lossy(&text).into_owned(), limits: run.setting.limits })
            }
            None => None,
        };
        let output = if flags.output.is_empty() { variable("HELM_DIFF_OUTPUT").unwrap_or_default() } else { flags.output.clone() };
        let mut suppressed = flags.suppress.clone();
        if flags.suppress_secrets {
            suppressed.push("Secret".to_owned());
        }
        let mut salt = [0; 32];
        run.host().random(&mut salt);
        Ok(Self {
            options: compare::Options {
                secrets: if flags.show_secrets { Secrets::AsWritten } else { Secrets::Redacted },
                suppressed_kinds: suppressed,
                suppressed_lines: flags.suppress_output_line_regex.iter().map(pattern).collect::<Result<_>>()?,
                strip_trailing_cr: flags.strip_trailing_cr,
                structured: output == "structured",
                ..compare::Options::default()
            },
            style: Style {
                format: Format::named(&output, template)?,
                colour: run.output.colour_of_data(),
                context: Some(flags.context).filter(|lines| *lines > 0),
            },
            include_tests: flags.include_tests,
            hooks: !flags.no_hooks,
            drift: !flags.no_drift,
            salt: Salt::new(&salt),
            deploy: deploy.clone(),
        })
    }
}

/// How a release would change.
pub struct Difference {
    /// Against the deployed manifest.
    pub comparison: Comparison,
    /// Against the cluster, of objects that the comparison does not show.
    pub drift: Vec<Drift>,
    /// Why the last revision does not count: it failed, or was interrupted.
    pub unfinished: Option<String>,
    /// Whether there is no release yet.
    pub new: bool,
    /// Whether only values that are made anew at every rendering differ from the deployed manifest: that is no difference.
    pub chance: bool,
}

impl Difference {
    /// Whether applying would change something.
    pub fn matters(&self) -> bool {
        self.new || self.comparison.differs() || !self.drift.is_empty() || self.unfinished.is_some()
    }
}

/// Compares a rendered release with what is deployed and with what is there.
///
/// # Errors
/// A manifest that can't be read; as [`crate::cluster::Api::call`].
pub fn difference(worker: &Worker<'_>, release: &Release, candidate: &Candidate, rules: &Rules) -> Result<Difference, Errors> {
    let parsing = Parsing { namespace: &candidate.bundle.namespace, normalize: false, include_tests: rules.include_tests };
    let base = base(&candidate.look);
    let old = match base {
        Some(record) => documents(worker, release, &text_of_record(record, rules.hooks), parsing)?,
        None => Documents::default(),
    };
    let new = documents(worker, release, &text_of_bundle(&candidate.bundle, rules.hooks), parsing)?;
    let mut comparison = compare::compare(&old.documents, &new.documents, &[], &rules.options);
    let mut chance = false;
    if let Some(record) = base.filter(|_| comparison.differs()) {
        chance = differs_by_chance(worker, release, &candidate.bundle, record)?;
        if chance {
            comparison = Comparison::default();
        }
    }
    let mut drift = Vec::new();
    if rules.drift && base.is_some() {
        let shown: BTreeSet<&str> = comparison.entries.iter().map(|entry| entry.key.as_str()).collect();
        let engine = worker.session.engine(&candidate.connection);
        // Values of chance are there as the last revision had them.
        let bundle = match base.filter(|_| chance) {
            Some(record) => &Bundle { objects: manifest(record.manifest.as_bytes())?, ..candidate.bundle.clone() },
            None => &candidate.bundle,
        };
        drift = worker.session.wait_for(engine.drift(bundle, &candidate.look, &options(release, &rules.deploy), &rules.salt))?;
        drift.retain(|drift| !shown.contains(key(drift, &candidate.bundle.namespace).as_str()));
    }
    let unfinished = candidate.look.last().filter(|last| candidate.look.is_upgrade() && last.info.status != Status::Deployed);
    Ok(Difference {
        comparison,
        drift,
        unfinished: unfinished.map(|last| format!("revision {} is {}: {}", last.version, last.info.status.word(), last.info.description)),
        new: !candidate.look.is_upgrade(),
        chance,
    })
}

/// Whether the release differs from its record only where two renderings of the same differ, too: in keys, passwords and
/// certificates that the chart makes anew each time, and in their checksums. helm-diff shows such releases as changed for ever.
fn differs_by_chance(worker: &Worker<'_>, release: &Release, bundle: &Bundle, record: &Record) -> Result<bool, Errors> {
    let (old, new) = (text_of_record(record, true), text_of_bundle(bundle, true));
    let mut between = old.split(|byte| *byte == b'\n').zip(new.split(|byte| *byte == b'\n'));
    let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
    if lines(&old) != lines(&new) {
        return Ok(false);
    }
    let again = text_of_bundle(&worker.candidate(release)?.bundle, true);
    let mut again_lines = again.split(|byte| *byte == b'\n');
    Ok(lines(&again) == lines(&new) && between.all(|(old, new)| again_lines.next() != Some(new) || old == new))
}

/// The revision that is on the cluster, as far as records say: the last deployed one. helm-diff takes the last, also one that
/// failed, and finds no difference where its changes never came.
fn base(look: &Look) -> Option<&Record> {
    look.deployed().filter(|_| look.is_upgrade())
}

/// helm-diff's key of an object.
fn key(drift: &Drift, namespace: &str) -> String {
    let group = if drift.id.group.is_empty() { "v1" } else { &drift.id.group };
    let namespace = if drift.id.namespace.is_empty() { namespace } else { &drift.id.namespace };
    format!("{namespace}, {}, {} ({group})", drift.id.name, drift.id.kind)
}

fn documents(worker: &Worker<'_>, release: &Release, text: &[u8], parsing: Parsing<'_>) -> Result<Documents> {
    let documents = compare::documents(text, parsing)?;
    for key in &documents.repeated {
        worker.run.output.warn(&format!("{}: {key} stands more than once in the manifest", release.name));
    }
    Ok(documents)
}

fn text_of_record(record: &Record, hooks: bool) -> Vec<u8> {
    with_hooks(&record.manifest, record.hooks.iter().filter(|_| hooks).map(|hook| (hook.path.as_str(), hook.manifest.as_str())))
}

fn text_of_bundle(bundle: &Bundle, hooks: bool) -> Vec<u8> {
    with_hooks(&bundle.manifest, bundle.hooks.iter().filter(|_| hooks).map(|hook| (hook.path.as_str(), hook.manifest.as_str())))
}

fn with_hooks<'a>(manifest: &str, hooks: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut text = manifest.as_bytes().to_vec();
    for (path, hook) in hooks {
        text.extend_from_slice(format!("\n---\n# Source: {path}\n{hook}\n").as_bytes());
    }
    text
}

/// The lines about what somebody else changed.
pub fn drift_text(difference: &Difference, namespace: &str) -> String {
    let mut out = String::new();
    for drift in &difference.drift {
        let key = key(drift, namespace);
        if drift.gone {
            out.push_str(&format!("{key} is gone from the cluster\n"));
            continue;
        }
        out.push_str(&format!("{key} was changed on the cluster:\n"));
        for field in &drift.fields {
            let shown = |value: &Option<serde_json::Value>| value.as_ref().map_or("(not set)".to_owned(), ToString::to_string);
            out.push_str(&format!("- {field}: {}\n+ {field}: {}\n", shown(&field.old), shown(&field.new)));
        }
    }
    out
}
