//! A tree of charts + values → rendered files (helm pkg/engine/engine.go).

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::capabilities::capabilities;
use super::chart_object::chart_object;
use super::failures::{exec_error, parse_error};
use super::files::Files;
use super::funcs::{self, HelmContext};
use super::trace::Trace;
use super::values::Values;
use super::{KubeVersion, Request, split};
use crate::charts::{Chart, ChartObject, File, NodeId, Profile, Tree};
use crate::data::{Kind as Is, Map, Str, Value};
use crate::diag::{Error, Kind, Result};
use crate::golang::path;
use crate::gotmpl::{Budget, Engine, Environment, Limits, MissingKey, Options, ParseError, Program, TemplateSet, World};

static HELM4: LazyLock<Engine> = LazyLock::new(|| engine(true));
static HELM3: LazyLock<Engine> = LazyLock::new(|| engine(false));

fn engine(helm4: bool) -> Engine {
    let options = Options { missing_key: MissingKey::Zero, ..Options::default() };
    Engine::new(Arc::new(funcs::table(helm4)), options)
}

fn engine_of(profile: Profile) -> &'static Engine {
    match profile.chart_object {
        ChartObject::Map => &HELM4,
        ChartObject::Struct => &HELM3,
    }
}

/// The functions that a chart's templates can call.
pub fn functions(profile: Profile) -> &'static crate::gotmpl::FunctionTable {
    engine_of(profile).functions()
}

/// Renders a text by itself as a chart's template: no values, no other templates, no cluster.
///
/// # Errors
/// Go's text.
pub fn render_text(text: &str, profile: Profile, world: &dyn World) -> Result<Vec<u8>> {
    let engine = engine_of(profile);
    let program = engine.parse("example", text).map_err(|error| Error::new(Kind::Template, error.to_string()))?;
    let mut set = TemplateSet::new(engine, "gotpl");
    set.add(&program);
    let context = HelmContext { lookup: None, host_by_name: None, lint: None };
    let mut out = Vec::new();
    set.execute("example", &Map::new().into(), &Environment { world, context: &context }, &mut out)
        .map_err(|error| Error::new(Kind::Render, error.to_string()))?;
    Ok(out)
}

type Compiled = Arc<Vec<Result<Arc<Program>, ParseError>>>;

/// What of a chart is made once: its templates, compiled for each path it stands at, and its files by name.
struct Prepared {
    programs: Mutex<HashMap<(&'static str, Limits, String), Compiled>>,
    files: Arc<BTreeMap<Str, Str>>,
}

fn prepared(chart: &Chart) -> Arc<Prepared> {
    let made = chart.compiled.get_or_init(|| {
        let files = chart.files.iter().map(|file| (file.name.clone(), file.data.clone())).collect();
        Arc::new(Prepared { programs: Mutex::default(), files: Arc::new(files) }) as Arc<dyn Any + Send + Sync>
    });
    match made.clone().downcast::<Prepared>() {
        Ok(prepared) => prepared,
        // Nobody else fills the slot; an empty one would only cost time.
        Err(_) => Arc::new(Prepared { programs: Mutex::default(), files: Arc::default() }),
    }
}

/// The chart's own templates that count: all, or the partials of a library.
fn own_templates(chart: &Chart) -> impl Iterator<Item = &File> {
    let library = chart.is_library();
    chart.templates.iter().filter(move |file| !library || is_partial(&file.name))
}

fn is_partial(name: &[u8]) -> bool {
    name.rsplit(|byte| *byte == b'/').next().is_some_and(|base| base.starts_with(b"_"))
}

/// The chart's templates, compiled as they are named under that path.
fn compiled(chart: &Chart, full_path: &str, request: &Request<'_>) -> Compiled {
    let prepared = prepared(chart);
    let key = (request.profile.name, request.limits, full_path.to_owned());
    if let Some(found) = prepared.programs.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return found.clone();
    }
    let engine = engine_of(request.profile).with_limits(request.limits);
    let parse = |file: &File| engine.parse(path::join(&[full_path.as_bytes(), &file.name]), file.data.clone());
    let programs: Compiled = Arc::new(own_templates(chart).map(parse).collect());
    prepared.programs.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(programs).clone()
}

/// What Go prints for a missing value.
const NO_VALUE: &[u8] = b"<no value>";

/// One template file of a release.
struct Template {
    program: Result<Arc<Program>, ParseError>,
    text: Str,
    data: Map,
    base_path: Str,
}

/// All templates of a release by path, with what they see.
pub(super) struct Linked<'a> {
    templates: BTreeMap<Vec<u8>, Template>,
    tree: &'a Tree,
    request: &'a Request<'a>,
}

impl<'a> Linked<'a> {
    /// Links the templates of all enabled charts; `values` are the coalesced ones.
    pub(super) fn new(tree: &'a Tree, values: &Map, request: &'a Request<'a>) -> Self {
        let assumed;
        let kube_version = match request.kube_version {
            Some(version) => version,
            None => {
                assumed = KubeVersion::assumed(request.profile);
                &assumed
            }
        };
        let release: Map = [
            ("Name", Value::from(request.release_name)),
            ("Namespace", request.namespace.into()),
            ("Revision", Value::int(request.revision)),
            ("IsUpgrade", request.is_upgrade.into()),
            // parity: helm's lint says neither of the two.
            ("IsInstall", (!request.is_upgrade && request.lint.is_none()).into()),
            ("Service", "Helm".into()),
        ]
        .into_iter()
        .collect();
        let shared =
            Shared { release, capabilities: capabilities(kube_version, request.served_versions, request.api_versions, request.profile) };
        let mut linked = Linked { templates: BTreeMap::new(), tree, request };
        linked.add(tree, tree.root(), values.clone(), &shared);
        linked
    }

    fn add(&mut self, tree: &Tree, node: NodeId, values: Map, shared: &Shared) -> Map {
        let profile = self.request.profile;
        let chart = tree.chart(node);
        let subcharts = Map::new();
        let data: Map = [
            ("Chart", chart_object(&tree.metadata(node), tree.is_root(node), profile)),
            ("Files", Value::object(Files(prepared(chart).files.clone()))),
            ("Release", shared.release.clone().into()),
            ("Capabilities", shared.capabilities.clone()),
            ("Values", Value::object(Values::new(values.clone(), profile))),
            ("Subcharts", subcharts.clone().into()),
        ]
        .into_iter()
        .collect();
        for child in tree.children(node) {
            let name = tree.name(*child);
            let table = match values.get(name).map(|value| value.kind) {
                Some(Is::Map(table)) => table,
                _ => Map::new(),
            };
            let below = self.add(tree, *child, table, shared);
            subcharts.insert(name, below);
        }
        let full_path = tree.full_path(node);
        let base_path = Str::from(path::join(&[full_path.as_bytes(), b"templates"]));
        let programs = compiled(chart, &full_path, self.request);
        for (file, program) in own_templates(chart).zip(programs.iter()) {
            let name = path::join(&[full_path.as_bytes(), &file.name]);
            let template = Template { program: program.clone(), text: file.data.clone(), data: data.clone(), base_path: base_path.clone() };
            self.templates.insert(name, template);
        }
        data
    }

    /// All files, deepest first: the order in which helm parses and runs them.
    fn order(&self) -> Vec<(&Vec<u8>, &Template)> {
        let mut order: Vec<_> = self.templates.iter().collect();
        let depth = |name: &[u8]| name.iter().filter(|byte| **byte == b'/').count();
        order.sort_by_cached_key(|(name, _)| std::cmp::Reverse((depth(name), (*name).clone())));
        order
    }

    /// What is wrong with each of the files that can't be parsed; helm says the first.
    pub(super) fn parse_errors(&self) -> Vec<Error> {
        let broken = self.order().into_iter().filter_map(|(_, template)| Some((template.program.as_ref().err()?, &template.text)));
        broken.map(|(error, text)| parse_error(error, text, self.request, self)).collect()
    }

    /// The file of a template, as a user would type it.
    pub(super) fn file(&self, template: &Str) -> Str {
        self.tree.file(&template.to_text()).map_or_else(|| template.clone(), Str::from)
    }

    /// Everything else about the rendering.
    pub(super) fn request(&self) -> &'a Request<'a> {
        self.request
    }

    /// Runs all files that are no partials, deepest first; gives their text in path order.
    pub(super) fn run(&self, mut trace: Option<&mut Trace>) -> Result<Vec<(Str, Str)>> {
        let order = self.order();
        let mut set = TemplateSet::new(&engine_of(self.request.profile).with_limits(self.request.limits), "gotpl");
        let budget = Budget::new();
        for (_, template) in &order {
            match &template.program {
                Ok(program) => set.add(program),
                Err(error) => return Err(parse_error(error, &template.text, self.request, self)),
            }
        }
        let context =
            HelmContext { lookup: self.request.lookup.cloned(), host_by_name: self.request.host_by_name, lint: self.request.lint.cloned() };
        let environment = Environment { world: self.request.world, context: &context };
        let mut rendered = Vec::with_capacity(order.len());
        for (name, template) in order.into_iter().filter(|(name, _)| !is_partial(name)) {
            let about = [("Name", Value::from(Str::from(name.as_slice()))), ("BasePath", template.base_path.clone().into())];
            let about = Values::new(about.into_iter().collect(), self.request.profile);
            template.data.insert("Template", Value::object(about));
            let mut out = Vec::with_capacity(template.text.len() * 2);
            let data = Value::object(Values::new(template.data.clone(), self.request.profile));
            let ran = match trace.as_deref_mut() {
                None => set.execute_within(name, &data, &environment, &budget, &mut out),
                Some(trace) => set.execute_recorded(name, &data, (&environment, &budget), &mut out, trace.recorder_mut()),
            };
            ran.map_err(|error| exec_error(&error, self.request, self))?;
            let name = Str::from(name.as_slice());
            if let Some(trace) = trace.as_deref_mut() {
                trace.keep(&name, &split::places(&out, NO_VALUE));
            }
            // parity: helm drops what Go prints for a missing value, wherever the text comes from.
            rendered.push((name, Str::from(split::remove_all(out, NO_VALUE))));
        }
        rendered.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(rendered)
    }

    /// All functions that templates can call.
    pub(super) fn function_names(&self) -> impl Iterator<Item = &'static str> {
        functions(self.request.profile).rows().map(|function| function.name)
    }
}

/// What all charts of a release see alike.
struct Shared {
    release: Map,
    capabilities: Value,
}
