//! `chart + values + capabilities → manifests, hooks, notes`, as `helm template` makes them.
//!
//! Called by the path for each release. Checks the chart, decides its dependencies, coalesces and checks
//! the values, runs all templates, splits and sorts what they gave. Never reads files, never prints;
//! the cluster is seen only through [`Lookup`].

mod capabilities;
mod chart_object;
mod durations;
mod failures;
mod files;
mod funcs;
mod lint;
mod manifests;
mod output;
mod run;
mod schema;
mod split;
mod structs;
mod toml;
mod trace;
mod values;

use std::sync::Arc;

pub use capabilities::{KubeVersion, Lookup, helm_version};
pub use lint::{LintLog, check_values, render_for_lint};
pub use output::{Crd, Head, HeadMetadata, Hook, Manifest, OutputFile, PrintOptions, Rendered};
pub use run::{functions, render_text};
pub use schema::{Schema, SchemaSource, Violation, compile as compile_schema, violations};
pub use trace::{Aim, Cause, Made, Trace};

use crate::charts::{
    Chart, Loader, NodeId, Profile, Tree, Warning, check_dependencies, check_kube_version, check_release_name, coalesce_values,
};
use crate::data::{Map, Sources, Str};
use crate::diag::{Error, Kind, Place};
use crate::golang::path;
use crate::gotmpl::{Limits, World};
use run::Linked;

/// What to do about values that miss a chart's `values.schema.json`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SchemaCheck {
    /// An error, as helm's.
    #[default]
    Refuse,
    /// Nothing (`--skip-schema-validation`).
    Skip,
    /// Note all of them in [`Rendered::violations`] and go on (lint).
    Collect,
}

/// Everything about one rendering that is not the chart or the values.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `.Release.Name`
    pub release_name: &'a str,
    /// `.Release.Namespace`
    pub namespace: &'a str,
    /// `.Release.Revision`
    pub revision: i64,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is the opposite.
    pub is_upgrade: bool,
    /// `--kube-version`, or the cluster's; the profile's own where none.
    pub kube_version: Option<&'a KubeVersion>,
    /// `--api-versions`: added to the default list.
    pub api_versions: &'a [String],
    /// What the cluster serves, in place of helm's own list.
    pub served_versions: Option<&'a [String]>,
    /// Which helm.
    pub profile: Profile,
    /// What to do about values that miss a chart's `values.schema.json`.
    pub schema_check: SchemaCheck,
    /// `--render-subchart-notes`
    pub subchart_notes: bool,
    /// What `getHostByName` asks with `--enable-dns`; without it the function gives an empty text.
    pub host_by_name: Option<fn(&str) -> Option<String>>,
    /// Where the schemas come from that `values.schema.json` refers to, beside those in its chart; nowhere where `None`.
    pub schemas: Option<&'a Arc<dyn SchemaSource>>,
    /// What `lookup` sees; nothing where `None`.
    pub lookup: Option<&'a Arc<dyn Lookup>>,
    /// What hostile templates run into.
    pub limits: Limits,
    /// For lint: `required` and `fail` end nothing, they are noted there.
    pub lint: Option<&'a Arc<LintLog>>,
    /// The texts that values were read from, for the places in errors.
    pub sources: Option<&'a Sources>,
    /// Whether to record what makes the documents, in [`Rendered::trace`]. What is rendered stays the same.
    pub trace: bool,
    /// Clock and randomness.
    pub world: &'a dyn World,
}

impl<'a> Request<'a> {
    /// A first install of that name as Helm 4 does it, without any flag, cluster or network.
    pub fn new(release_name: &'a str, namespace: &'a str, world: &'a dyn World) -> Self {
        Self {
            release_name,
            namespace,
            revision: 1,
            is_upgrade: false,
            kube_version: None,
            api_versions: &[],
            served_versions: None,
            profile: Profile::HELM4,
            schema_check: SchemaCheck::default(),
            subchart_notes: false,
            host_by_name: None,
            schemas: None,
            lookup: None,
            limits: Limits::default(),
            lint: None,
            sources: None,
            trace: false,
            world,
        }
    }
}

/// A rendering that failed: the error, and what helm shows around it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `Display` is what helm prints after `Error: `.
    pub error: Error,
    /// The same of what helm does not get to: the other templates that can't be parsed, in helm's order.
    pub more: Vec<Error>,
    /// Whether helm adds the line `Use --debug flag to render out invalid YAML`: it does when templates,
    /// their output or the chart's kubeVersion are at fault.
    pub invalid_yaml_hint: bool,
    /// What was said before.
    pub warnings: Vec<Warning>,
    /// With a YAML error in the output: the files as rendered (path, text), as `--debug` prints them.
    pub files: Vec<(Str, Str)>,
}

impl From<Error> for Box<Failure> {
    fn from(error: Error) -> Self {
        Box::new(Failure { error, more: Vec::new(), invalid_yaml_hint: false, warnings: Vec::new(), files: Vec::new() })
    }
}

/// Renders a chart with a user's merged values.
///
/// # Errors
/// The first failure, as helm words it.
pub fn render(chart: &Arc<Chart>, user_values: &Map, request: &Request<'_>) -> Result<Rendered, Box<Failure>> {
    let mut warnings = chart.warnings.clone();
    let (tree, values, violations) = match prepare(chart, user_values, request, &mut warnings) {
        Ok(prepared) => prepared,
        Err(error) => return Err(Box::new(Failure { warnings, ..*Box::<Failure>::from(error) })),
    };
    let mut files = Vec::new();
    let linked = Linked::new(&tree, &values, request);
    let mut trace = request.trace.then(|| Trace::new(&tree, &values));
    let rendered = render_tree(&tree, &linked, trace.as_mut(), &mut warnings, &mut files);
    match rendered {
        Ok((manifests, hooks, notes)) => {
            let mut crds = Vec::new();
            collect_crds(&tree, tree.root(), &mut crds);
            Ok(Rendered {
                manifests,
                hooks,
                crds,
                notes,
                values,
                tree,
                violations,
                warnings,
                profile: request.profile,
                trace: trace.map(Arc::new),
            })
        }
        Err(error) => {
            let more = linked.parse_errors().into_iter().skip(1).collect();
            Err(Box::new(Failure { error, more, invalid_yaml_hint: true, warnings, files }))
        }
    }
}

/// Everything before templates run: checks, dependencies, values.
fn prepare(
    chart: &Arc<Chart>,
    user_values: &Map,
    request: &Request<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(Tree, Map, Vec<Violation>), Error> {
    let profile = request.profile;
    let kind = chart.metadata.chart_type.as_str();
    if !["", "application"].contains(&kind) {
        return Err(Error::new(Kind::Chart, format!("{kind} charts are not installable")));
    }
    if chart.metadata.deprecated {
        let plain = "WARNING: This chart is deprecated".to_owned();
        warnings.push(Warning::structured(profile, "WARN", "this chart is deprecated", &[], plain));
    }
    check_dependencies(chart, profile)?;
    check_release_name(request.release_name).map_err(|error| stage(error, "release name check failed", profile, warnings))?;
    let mut tree = Tree::new(chart);
    tree.process(user_values, profile, warnings)
        .map_err(|error| stage(error, "chart dependencies processing failed", profile, warnings))?;
    let values = coalesce_values(&tree, tree.root(), user_values, profile, warnings)?;
    let mut checking = schema::Checking { profile, source: request.schemas.cloned(), warnings };
    let violations = match request.schema_check {
        SchemaCheck::Skip => Vec::new(),
        SchemaCheck::Collect => checking.collect(&tree, &values),
        SchemaCheck::Refuse => {
            checking.check(&tree, &values)?;
            Vec::new()
        }
    };
    Ok((tree, values, violations))
}

/// Helm 4 logs the failure of a stage and puts the stage's name before its text.
fn stage(error: Error, name: &str, profile: Profile, warnings: &mut Vec<Warning>) -> Error {
    if profile.loader == Loader::AnyVersion {
        return error;
    }
    let text = error.to_string();
    warnings.push(Warning::structured(profile, "ERROR", name, &[("error", &text)], String::new()));
    error.wrap(|text| format!("{name}: {text}"))
}

type Documents = (Vec<Manifest>, Vec<Hook>, Str);

fn render_tree(
    tree: &Tree,
    linked: &Linked<'_>,
    mut trace: Option<&mut Trace>,
    warnings: &mut Vec<Warning>,
    files: &mut Vec<(Str, Str)>,
) -> Result<Documents, Error> {
    let request = linked.request();
    let assumed = KubeVersion::assumed(request.profile);
    let kube_version = request.kube_version.unwrap_or(&assumed);
    let chart = tree.chart(tree.root());
    check_kube_version(chart, &kube_version.normalized, &kube_version.version)?;
    let rendered = linked.run(trace.as_deref_mut())?;
    let own_notes = path::join(&[tree.name(tree.root()).as_bytes(), b"templates/NOTES.txt"]);
    let mut notes = Vec::new();
    for (name, text) in rendered {
        if !name.ends_with(b"NOTES.txt") {
            files.push((name, text));
        } else if request.subchart_notes || *name == *own_notes {
            if !notes.is_empty() {
                notes.push(b'\n');
            }
            notes.extend_from_slice(&text);
        }
    }
    let cause = |manifest: &Manifest, offset| trace.as_deref()?.cause(manifest, Aim { offset, key: None }, request.sources?);
    let (manifests, hooks) = manifests::sort(files, request.profile, warnings, &cause)?;
    files.clear();
    Ok((manifests, hooks, notes.into()))
}

/// CRDs of a chart, then of those below it, in load order.
fn collect_crds(tree: &Tree, node: NodeId, crds: &mut Vec<Crd>) {
    let full_path = tree.full_path(node);
    for file in tree.chart(node).crd_files() {
        let path = path::join(&[full_path.as_bytes(), &file.name]);
        crds.push(Crd { path: path.into(), content: file.data.clone() });
    }
    for child in tree.children(node) {
        collect_crds(tree, *child, crds);
    }
}

/// Where a chart's file is, for messages.
fn chart_file(chart: &Chart, name: &str) -> Option<Place> {
    (!chart.shown.is_empty()).then(|| Place::file(format!("{}/{name}", chart.shown)))
}
