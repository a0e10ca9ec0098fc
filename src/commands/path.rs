//! The path itself, on one page: `state → layers → values → charts → manifests`.
//!
//! [`state::load`] reads the states; [`Path::render`] takes the selected releases of one state through
//! values, charts and templates on all cores and hands them on in release order, so that output never depends
//! on timing.

use std::sync::{Arc, OnceLock, mpsc};
use std::thread;

use super::charts::{Charts, Reference};
#[cfg(feature = "cluster")]
use super::cluster::served as captured;
use super::schema_files::SchemaFiles;
use super::{Run, user_values};
use crate::charts::Chart;
use crate::cli::DEFAULT_SCHEMAS;
use crate::data::Map;
use crate::diag::{Error, Errors, Kind, Result};
use crate::fetch::Repositories;
use crate::render::{self, KubeVersion, Lookup, Rendered, SchemaCheck, SchemaSource};
use crate::report::Phase;
use crate::state::{self, Release, ReleaseValues, State};
use crate::values::set::Setting;

/// Templates may nest deep: every thread that runs them has this much stack, touched only when needed.
pub const STACK: usize = 512 << 20;

/// How releases are rendered, beside what the state says.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--values` over those of every release.
    pub values_files: Vec<String>,
    /// `--set` over those of every release.
    pub set: Vec<Setting>,
    /// `--kube-version` over that of the state.
    pub kube_version: Option<String>,
    /// `--api-versions` beside those of the state.
    pub api_versions: Vec<String>,
    /// `--is-upgrade`
    pub is_upgrade: bool,
    /// What to do about values that miss a chart's schema.
    pub schema_check: SchemaCheck,
    /// What stands before helm's own error texts: helm prints `Error: `, and people search for it.
    pub helm_prefix: &'static str,
    /// Threads; 0 for one a core.
    pub concurrency: usize,
    /// The folder with what charts' schemas refer to; empty for [`DEFAULT_SCHEMAS`].
    pub schemas: String,
}

/// What a release's templates see of a cluster.
#[derive(Clone)]
pub struct Served {
    /// The server's version.
    pub version: KubeVersion,
    /// What it serves: `apps/v1`, `apps/v1/Deployment`.
    pub api_versions: Arc<[String]>,
    /// What `lookup` sees.
    pub lookup: Arc<dyn Lookup>,
}

/// What a release's rendering depends on beside the state: nothing but the state where no cluster is looked at.
#[derive(Clone)]
pub struct Facts {
    /// `.Release.Revision`
    pub revision: i64,
    /// `.Release.IsUpgrade`
    pub is_upgrade: bool,
    /// `.Release.Namespace` where the release names none; empty for `default`.
    pub namespace: String,
    /// The cluster.
    pub served: Option<Served>,
}

/// A release with everything that was made of it.
pub struct Product {
    /// What the state gives as values, before it was merged.
    pub layers: ReleaseValues,
    /// The values that the user gave, merged.
    pub values: Map,
    /// The chart it was rendered from.
    pub chart: Arc<Chart>,
    /// Manifests, hooks, notes.
    pub rendered: Rendered,
    /// The version of Kubernetes that its templates saw.
    pub kube_version: KubeVersion,
}

/// The path for one run: its charts and how to render.
pub struct Path<'r> {
    run: &'r Run,
    charts: Charts<'r>,
    options: Options,
    /// What `--cluster-facts` says, once it was read.
    captured: OnceLock<Result<Option<Served>>>,
    /// What charts' schemas refer to.
    schemas: Arc<dyn SchemaSource>,
}

impl<'r> Path<'r> {
    /// Nothing loaded yet.
    pub fn new(run: &'r Run, options: Options) -> Self {
        let folder = if options.schemas.is_empty() { DEFAULT_SCHEMAS } else { &options.schemas };
        let schemas = Arc::new(SchemaFiles::new(run.setting.host.clone(), folder));
        Self { run, charts: Charts::new(run, run.profile), options, captured: OnceLock::new(), schemas }
    }

    /// What schemas may refer to.
    pub fn schemas(&self) -> Arc<dyn SchemaSource> {
        self.schemas.clone()
    }

    /// The chart of a release.
    ///
    /// # Errors
    /// helm's text for a chart that is missing, damaged or refused.
    pub fn chart(&self, state: &State, release: &Release, repositories: &Repositories) -> Result<Arc<Chart>> {
        self.charts.load(&Reference {
            chart: release.chart_to_use(),
            folder: &state.folder,
            version: &release.version,
            devel: release.options.devel,
            repositories,
        })
    }

    /// Takes releases of one state through values, chart and templates, several at a time, and gives each to `take` in
    /// their order as soon as its turn comes.
    pub fn render(&self, state: &State, releases: &[&Release], mut take: impl FnMut(&Release, Result<Product, Errors>)) {
        let served = match self.captured() {
            Ok(served) => served,
            Err(error) => return releases.iter().for_each(|release| take(release, Err(error.clone().into()))),
        };
        let facts = Facts { revision: 1, is_upgrade: self.options.is_upgrade, namespace: String::new(), served };
        self.render_with(state, releases, &|_| facts.clone(), take);
    }

    /// What is known of the cluster where it is not asked itself.
    fn captured(&self) -> Result<Option<Served>> {
        self.captured.get_or_init(|| captured(self.run)).clone()
    }

    /// The same, with what is known of each release's cluster.
    pub fn render_with(
        &self,
        state: &State,
        releases: &[&Release],
        facts: &(dyn Fn(&Release) -> Facts + Sync),
        mut take: impl FnMut(&Release, Result<Product, Errors>),
    ) {
        let repositories = Repositories::load(self.run.host(), state.repositories.clone());
        let repositories = match repositories {
            Ok(repositories) => repositories,
            Err(error) => return releases.iter().for_each(|release| take(release, Err(error.clone().into()))),
        };
        let work = |release: &Release| self.product(state, release, &repositories, &facts(release));
        in_order(self.options.concurrency, releases, work, |release, result| take(release, result));
    }

    /// Takes one release through values, chart and templates.
    ///
    /// # Errors
    /// Everything that is wrong with it, each error about the release.
    pub fn product(&self, state: &State, release: &Release, repositories: &Repositories, facts: &Facts) -> Result<Product, Errors> {
        let (run, name) = (self.run, Some(release.name.as_str()));
        let place = || run.setting.sources.place(release.origin);
        let about = |error: Error| {
            let error = if error.about().is_some() { error } else { error.subject(format!("release {}", release.name)) };
            match place() {
                Some(place) if error.place().is_none() => error.at(place),
                _ => error,
            }
        };
        let helm = |error: Error| about(error.wrap(|words| format!("{}{words}", self.options.helm_prefix)));
        refuse(release).map_err(about)?;
        let values = run.timings.measure(Phase::Values, name, || {
            let layers = state::release_values(state, release, &run.setting)?;
            let values = user_values::of_release(run, state, &layers, &self.options).map_err(|error| Errors::from(helm(error)))?;
            Ok((layers, values))
        });
        let (layers, values) = values.map_err(|errors: Errors| errors.map(about))?;
        run.output.debug(&format!("release {}: {} keys of values, chart {}", release.name, values.len(), release.chart_to_use()));
        let chart = run.timings.measure(Phase::Charts, name, || self.chart(state, release, repositories)).map_err(helm)?;
        let kube_version =
            self.options.kube_version.as_deref().or(Some(release.kube_version.as_str()).filter(|version| !version.is_empty()));
        let kube_version = kube_version.map(|version| KubeVersion::parse(version, run.profile)).transpose().map_err(helm)?;
        let api_versions = [release.api_versions.as_slice(), self.options.api_versions.as_slice()].concat();
        let namespace = [release.namespace.as_str(), &facts.namespace].into_iter().find(|name| !name.is_empty()).unwrap_or("default");
        let served = facts.served.as_ref();
        let request = render::Request {
            revision: facts.revision,
            is_upgrade: facts.is_upgrade,
            kube_version: kube_version.as_ref().or(served.map(|served| &served.version)),
            api_versions: &api_versions,
            served_versions: served.map(|served| &*served.api_versions),
            lookup: served.map(|served| &served.lookup),
            profile: run.profile,
            schema_check: if release.options.skip_schema_validation { SchemaCheck::Skip } else { self.options.schema_check },
            host_by_name: release.options.enable_dns.then_some(crate::host::address_of),
            limits: run.setting.limits,
            sources: Some(&run.setting.sources),
            schemas: Some(&self.schemas),
            trace: run.setting.trace.is_some(),
            ..render::Request::new(&release.name, namespace, run)
        };
        let rendered = run.timings.measure(Phase::Render, name, || render::render(&chart, &values, &request));
        let rendered = rendered.map_err(|failure| std::iter::once(failure.error).chain(failure.more).map(helm).collect::<Errors>())?;
        let kube_version = request.kube_version.cloned().unwrap_or_else(|| KubeVersion::assumed(run.profile));
        Ok(Product { layers, values, chart, rendered, kube_version })
    }
}

/// Files about clusters are of that feature.
#[cfg(not(feature = "cluster"))]
fn captured(_: &Run) -> Result<Option<Served>> {
    Ok(None)
}

/// What a release asks for that is not built yet: better an error than another result than helmfile's.
fn refuse(release: &Release) -> Result<()> {
    if let Some(program) = &release.post_renderer {
        let name = program.trim_start_matches("./").trim_end_matches(".sh");
        let words =
            format!("invalid argument {name:?} for \"--post-renderer\" flag: plugin: {{Name:{name} Type:postrenderer/v1}} not found");
        return Err(Error::new(Kind::State, format!("Error: {words}"))
            .hint("bkhelm does not run post-renderers yet, and Helm 4 takes only plugins"));
    }
    refuse_chartify(release)
}

/// Fields that change the chart itself.
pub fn refuse_chartify(release: &Release) -> Result<()> {
    match release.chartify.first() {
        Some(field) => {
            Err(Error::new(Kind::State, format!("`{field}` is not supported yet"))
                .hint("take it out, or render this release with helmfile"))
        }
        None => Ok(()),
    }
}

/// Works on all items, several at a time, and gives the results to `take` in the items' order.
pub fn in_order<T: Sync, R: Send>(threads: usize, items: &[&T], work: impl Fn(&T) -> R + Sync, mut take: impl FnMut(&T, R)) {
    let pool = match rayon::ThreadPoolBuilder::new().num_threads(threads.min(items.len().max(1))).stack_size(STACK).build() {
        Ok(pool) => pool,
        // No threads to be had: the work is done one by one.
        Err(_) => return items.iter().for_each(|item| take(item, work(item))),
    };
    let (send, receive) = mpsc::channel();
    let work = &work;
    thread::scope(|scope| {
        scope.spawn(move || {
            pool.in_place_scope_fifo(|scope| {
                for (at, item) in items.iter().enumerate() {
                    let send = send.clone();
                    // The receiver lives until all senders are gone: sending can't fail.
                    scope.spawn_fifo(move |_| drop(send.send((at, work(item)))));
                }
            });
        });
        let mut waiting: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let mut next = 0;
        for (at, result) in receive {
            if let Some(slot) = waiting.get_mut(at) {
                *slot = Some(result);
            }
            while let Some((item, result)) = items.get(next).zip(waiting.get_mut(next).and_then(Option::take)) {
                take(item, result);
                next += 1;
            }
        }
    });
}

/// What a command that worked on nothing ends with.
pub fn no_match(run: &Run, desired: &state::Desired) -> Option<Error> {
    (!run.allow_no_match && desired.errors.is_empty()).then(|| desired.no_match(&run.request))
}
