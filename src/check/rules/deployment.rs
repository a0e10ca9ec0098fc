//! What rules are about: `environment, releases, manifests → names of expressions`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::item::{Item, What};
use crate::check::Object;
use crate::check::causes::{Subject, Text};
use crate::data::{Map, Origin, Sources, Value};
use crate::diag::Place;

/// The environment and the releases of a run, as far as they could be rendered.
#[derive(Debug, Default)]
pub struct Deployment {
    environment: String,
    values: Option<Map>,
    releases: Vec<Member>,
    known: BTreeSet<String>,
}

/// A release that was rendered.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its chart as the state names it.
    pub chart: String,
    /// The version that the state asks for.
    pub version: String,
    /// The chart's own version.
    pub chart_version: String,
    /// The chart's `appVersion`.
    pub app_version: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// What it needs: `[[kubeContext/]namespace/]name`.
    pub needs: Vec<String>,
    /// Its merged values, the chart's own below them.
    pub values: Map,
    /// Where the state names it.
    pub origin: Origin,
    /// Its objects.
    pub objects: Arc<[Object]>,
}

impl Deployment {
    /// Adds the environment of a state. Where several states have values of their own, those of later ones fill up what is
    /// missing: the state that was asked for comes last, and is added first.
    pub fn environment(&mut self, name: &str, values: &Map) {
        name.clone_into(&mut self.environment);
        self.values = Some(match self.values.take() {
            Some(before) if before.is(values) => before,
            Some(before) => filled(&before, values, MAX_DEPTH),
            None => values.clone(),
        });
    }

    /// Adds the name of a release that the deployment has, whether or not it was rendered.
    pub fn know(&mut self, name: &str) {
        self.known.insert(name.to_owned());
    }

    /// Adds a release that was rendered.
    pub fn add(&mut self, member: Member) {
        self.known.insert(member.name.clone());
        self.releases.push(member);
    }

    /// The names of all releases there are.
    pub(super) fn known(&self) -> &BTreeSet<String> {
        &self.known
    }
}

/// How deep values are filled up.
const MAX_DEPTH: usize = 100;

/// A map with what another has beside it.
fn filled(map: &Map, more: &Map, depth: usize) -> Map {
    let filled_map = map.shallow_copy();
    for (key, value) in more.snapshot() {
        match (map.get(&key), value.as_map(), depth.checked_sub(1)) {
            (None, _, _) => drop(filled_map.insert(key, value)),
            (Some(is), Some(more), Some(depth)) => {
                if let Some(below) = is.as_map().filter(|below| !below.is(more)) {
                    filled_map.insert(key, Value::from(filled(below, more, depth)).from_origin(is.origin));
                }
            }
            _ => {}
        }
    }
    filled_map
}

/// The deployment as expressions see it.
pub(super) struct View<'a> {
    /// `environment`
    pub(super) environment: Item,
    /// `env`
    pub(super) env: Item,
    /// `releases`
    pub(super) releases: Item,
    /// `manifests`
    pub(super) manifests: Item,
    /// Each release with its objects.
    pub(super) members: Vec<(&'a str, Item, Vec<Item>)>,
    /// The texts of manifests; [`Item::text`] counts from 1.
    texts: Vec<&'a Text>,
    sources: &'a Sources,
}

impl<'a> View<'a> {
    pub(super) fn new(deployment: &'a Deployment, sources: &'a Sources) -> Self {
        let mut texts = Vec::new();
        let mut by_name = BTreeMap::new();
        let (mut all, mut members) = (Vec::new(), Vec::new());
        for (at, member) in deployment.releases.iter().enumerate() {
            let objects: Vec<Item> = member
                .objects
                .iter()
                .map(|object| {
                    texts.push(&*object.text);
                    Item::of(object.value.clone(), false, texts.len())
                })
                .collect();
            let text = |text: &str| Item::made(text);
            let needs = member.needs.iter().map(|id| text(id.rsplit('/').next().unwrap_or(id))).collect();
            let release = Item::map(
                [
                    ("name", Item::made(Value::string(member.name.as_str()).from_origin(member.origin))),
                    ("namespace", text(&member.namespace)),
                    ("chart", text(&member.chart)),
                    ("version", text(&member.version)),
                    ("chartVersion", text(&member.chart_version)),
                    ("appVersion", text(&member.app_version)),
                    ("order", Item::made(Value::int(at as i64))),
                    ("labels", Item::map(member.labels.iter().map(|(key, value)| (key.clone(), text(value))))),
                    ("needs", Item::list(needs)),
                    ("values", Item::of(member.values.clone().into(), false, 0)),
                    ("manifests", Item::list(objects.clone())),
                ]
                .map(|(key, item)| (key.to_owned(), item)),
            );
            let taken = by_name.contains_key(&member.name);
            let key = if taken { format!("{}/{}", member.namespace, member.name) } else { member.name.clone() };
            by_name.insert(key, release.clone());
            all.extend(objects.iter().cloned());
            members.push((member.name.as_str(), release, objects));
        }
        Self {
            environment: Item::made(deployment.environment.as_str()),
            env: Item::of(deployment.values.clone().unwrap_or_default().into(), false, 0),
            releases: Item { what: What::Releases(Arc::new(by_name)), secret: false, text: 0 },
            manifests: Item::list(all),
            members,
            texts,
            sources,
        }
    }

    /// Where something stands; a value of a manifest where it was set or written.
    pub(super) fn place(&self, text: usize, origin: Origin) -> Option<Place> {
        match text.checked_sub(1) {
            None => self.sources.place(origin),
            Some(at) => {
                let text = self.texts.get(at)?;
                origin.offset_in(&text.source)?;
                Some(text.place(Subject::Value(origin, "")))
            }
        }
    }
}
