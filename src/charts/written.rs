//! Chart.yaml and Chart.lock as helm writes them: `Metadata → Value` with the keys of the file, empty fields left out
//! (helm pkg/chart/v2/metadata.go, dependency.go).

use super::chart::{Dependency, Lock, Maintainer, Metadata};
use crate::data::{Map, Value};

impl Metadata {
    /// The fields that say something, under their names in Chart.yaml.
    pub fn to_value(&self) -> Value {
        let map = Map::new();
        let texts = [
            ("name", &self.name),
            ("home", &self.home),
            ("version", &self.version),
            ("description", &self.description),
            ("icon", &self.icon),
            ("apiVersion", &self.api_version),
            ("condition", &self.condition),
            ("tags", &self.tags),
            ("appVersion", &self.app_version),
            ("kubeVersion", &self.kube_version),
            ("type", &self.chart_type),
        ];
        insert_texts(&map, texts);
        insert_list(&map, "sources", self.sources.as_deref(), |text| text.as_str().into());
        insert_list(&map, "keywords", self.keywords.as_deref(), |text| text.as_str().into());
        insert_list(&map, "maintainers", self.maintainers.as_deref(), Maintainer::to_value);
        insert_list(&map, "dependencies", self.dependencies.as_deref(), Dependency::to_value);
        if self.deprecated {
            map.insert("deprecated", true);
        }
        if let Some(annotations) = self.annotations.as_ref().filter(|annotations| !annotations.is_empty()) {
            let entries = annotations.iter().map(|(key, value)| (key.as_str(), Value::from(value.as_str())));
            map.insert("annotations", entries.collect::<Map>());
        }
        map.into()
    }
}

impl Lock {
    /// All of its fields; the time as it stands in the file.
    pub fn to_value(&self) -> Value {
        let map = Map::new();
        map.insert("generated", self.generated.as_str());
        map.insert("digest", self.digest.as_str());
        let dependencies: crate::data::List = self.dependencies.iter().map(Dependency::to_value).collect();
        map.insert("dependencies", if dependencies.is_empty() { Value::NIL } else { dependencies.into() });
        map.into()
    }
}

impl Maintainer {
    fn to_value(&self) -> Value {
        let map = Map::new();
        insert_texts(&map, [("name", &self.name), ("email", &self.email), ("url", &self.url)]);
        map.into()
    }
}

impl Dependency {
    fn to_value(&self) -> Value {
        let map = Map::new();
        map.insert("name", self.name.as_str());
        map.insert("repository", self.repository.as_str());
        insert_texts(&map, [("version", &self.version), ("condition", &self.condition), ("alias", &self.alias)]);
        insert_list(&map, "tags", self.tags.as_deref(), |tag| tag.as_str().into());
        insert_list(&map, "import-values", self.import_values.as_deref(), Value::clone);
        if self.enabled {
            map.insert("enabled", true);
        }
        map.into()
    }
}

fn insert_texts<'t>(map: &Map, texts: impl IntoIterator<Item = (&'static str, &'t String)>) {
    for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        map.insert(key, text.as_str());
    }
}

fn insert_list<T>(map: &Map, key: &'static str, items: Option<&[T]>, write: impl Fn(&T) -> Value) {
    if let Some(items) = items.filter(|items| !items.is_empty()) {
        let list: crate::data::List = items.iter().map(write).collect();
        map.insert(key, list);
    }
}
