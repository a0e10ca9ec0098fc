//! The chart in a record.

use super::json::{RFC3339, time_text};
use super::order::{Order, SORTED, in_order};
use super::record::text_of;
use crate::charts::{File, Lock, Profile, RecordForm, Tree};
use crate::data::{Kind, List, Map, Value};
use crate::golang::time::{Time, Zone};

static CHART: Order = Order(&[
    ("metadata", &METADATA),
    ("lock", &LOCK),
    ("templates", &FILE),
    ("values", &SORTED),
    ("schema", &SORTED),
    ("schemamodtime", &SORTED),
    ("files", &FILE),
    ("modtime", &SORTED),
]);
static METADATA: Order = Order(&[
    ("name", &SORTED),
    ("home", &SORTED),
    ("sources", &SORTED),
    ("version", &SORTED),
    ("description", &SORTED),
    ("keywords", &SORTED),
    ("maintainers", &MAINTAINER),
    ("icon", &SORTED),
    ("apiVersion", &SORTED),
    ("condition", &SORTED),
    ("tags", &SORTED),
    ("appVersion", &SORTED),
    ("deprecated", &SORTED),
    ("annotations", &SORTED),
    ("kubeVersion", &SORTED),
    ("dependencies", &DEPENDENCY),
    ("type", &SORTED),
]);
static MAINTAINER: Order = Order(&[("name", &SORTED), ("email", &SORTED), ("url", &SORTED)]);
static DEPENDENCY: Order = Order(&[
    ("name", &SORTED),
    ("version", &SORTED),
    ("repository", &SORTED),
    ("condition", &SORTED),
    ("tags", &SORTED),
    ("enabled", &SORTED),
    ("import-values", &SORTED),
    ("alias", &SORTED),
]);
static LOCK: Order = Order(&[("generated", &SORTED), ("digest", &SORTED), ("dependencies", &DEPENDENCY)]);
static FILE: Order = Order(&[("name", &SORTED), ("data", &SORTED), ("modtime", &SORTED)]);

/// A chart as a record keeps it: without the charts below it (helm pkg/chart/v2/chart.go). The JSON itself, so that
/// nothing gets lost when it is written again.
#[derive(Debug, Clone, Default)]
pub struct StoredChart {
    pub(super) json: Map,
}

/// What tables show of a record without a chart.
const MISSING: &str = "MISSING";

/// A file of a stored chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// `templates/service.yaml`
    pub name: String,
    /// Its bytes.
    pub data: Vec<u8>,
}

impl StoredChart {
    /// `metadata.name`
    pub fn name(&self) -> String {
        self.text("name")
    }
    /// `metadata.version`
    pub fn version(&self) -> String {
        self.text("version")
    }
    /// `metadata.appVersion`
    pub fn app_version(&self) -> String {
        self.text("appVersion")
    }
    /// `name-version`, as helm's tables have it; `MISSING` where the record has no chart (helm pkg/cmd/history.go).
    pub fn title(&self) -> String {
        if self.metadata().is_empty() { MISSING.to_owned() } else { format!("{}-{}", self.name(), self.version()) }
    }
    /// The version of the application, as helm's tables have it.
    pub fn shown_app_version(&self) -> String {
        if self.metadata().is_empty() { MISSING.to_owned() } else { self.app_version() }
    }
    /// Chart.yaml's fields, those that are not empty.
    pub fn metadata(&self) -> Map {
        self.map("metadata")
    }
    /// A field of Chart.yaml as JSON in Go's order; `None` where it is empty.
    pub fn metadata_json(&self, name: &str) -> Option<Vec<u8>> {
        let order = METADATA.0.iter().find(|(known, _)| *known == name).map_or(&SORTED, |(_, order)| *order);
        self.metadata().get(name).map(|value| in_order(&value, order))
    }
    /// The chart's values with its dependencies' merged in.
    pub fn values(&self) -> Map {
        self.map("values")
    }
    /// The templates.
    pub fn templates(&self) -> Vec<StoredFile> {
        self.file_list("templates")
    }
    /// The other files.
    pub fn files(&self) -> Vec<StoredFile> {
        self.file_list("files")
    }

    fn map(&self, name: &str) -> Map {
        self.json.get(name).and_then(|value| value.as_map().cloned()).unwrap_or_default()
    }
    fn text(&self, name: &str) -> String {
        self.metadata().get(name).and_then(|value| value.as_str().map(|text| text_of(text))).unwrap_or_default()
    }
    fn file_list(&self, name: &str) -> Vec<StoredFile> {
        let Some(list) = self.json.get(name).and_then(|value| value.as_list().cloned()) else { return Vec::new() };
        let text = |file: &Value, key: &str| file.path([key]).and_then(|value| value.as_str().cloned()).unwrap_or_default();
        let file = |file: &Value| StoredFile {
            name: text_of(&text(file, "name")),
            data: data_encoding::BASE64.decode(&text(file, "data")).unwrap_or_default(),
        };
        list.iter().map(file).collect()
    }
}

impl StoredChart {
    /// Its JSON as the profile's helm writes it: Helm 3 knows no times, Helm 4 always has that of the schema.
    pub(super) fn to_json(&self, profile: Profile) -> Vec<u8> {
        let json = self.json.shallow_copy();
        match profile.record_form {
            RecordForm::WithTimes if !json.contains("schemamodtime") => {
                json.insert("schemamodtime", ZERO_TIME);
            }
            RecordForm::WithTimes => {}
            RecordForm::Plain => {
                json.remove("schemamodtime");
                json.remove("modtime");
                for name in ["templates", "files"] {
                    if let Some(list) = json.get(name).and_then(|value| value.as_list().cloned()).filter(|list| !list.is_nil()) {
                        json.insert(name, list.iter().map(without_time).collect::<List>());
                    }
                }
            }
        }
        in_order(&json.into(), &CHART)
    }
}

/// Go's zero time.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

fn without_time(file: &Value) -> Value {
    let Some(file) = file.as_map().map(Map::shallow_copy) else { return file.clone() };
    file.remove("modtime");
    file.into()
}

impl StoredChart {
    /// The chart of a rendering as helm keeps it: metadata and values as they are once dependencies are decided and
    /// their values imported, files in the order in which they were loaded. Times are written in `zone`.
    pub fn of(tree: &Tree, zone: &Zone) -> StoredChart {
        let root = tree.root();
        let chart = tree.chart(root);
        let json = Map::new();
        json.insert("metadata", tree.metadata(root).to_value());
        json.insert("lock", chart.lock.as_ref().map_or(Value::NIL, lock));
        json.insert("templates", file_list(&chart.templates, zone));
        // parity: encoding/json writes the map of a chart that has no values.yaml, and gets none from below, as null.
        let no_values = chart.values_file.is_none() && tree.values(root).is_empty();
        json.insert("values", if no_values { Value::NIL } else { tree.values(root).clone().into() });
        json.insert("schema", chart.schema.as_ref().map_or(Value::NIL, |schema| Kind::Bytes(schema.clone()).into()));
        json.insert("files", file_list(&chart.files, zone));
        let time_of = |name: &[u8]| chart.raw.iter().find(|file| *file.name == *name).and_then(|file| time(file, zone));
        json.insert("schemamodtime", time_of(b"values.schema.json").unwrap_or_else(|| ZERO_TIME.into()));
        if let Some(time) = time_of(b"Chart.yaml") {
            json.insert("modtime", time);
        }
        StoredChart { json }
    }
}

/// A lock with its time as Go writes it.
fn lock(lock: &Lock) -> Value {
    let value = lock.to_value();
    let time = Time::parse(RFC3339, lock.generated.as_bytes());
    if let Some(map) = value.as_map() {
        map.insert("generated", time.map_or_else(|_| ZERO_TIME.into(), |time| time_text(&time)));
    }
    value
}

/// Files; null where there are none.
fn file_list(files: &[File], zone: &Zone) -> Value {
    let stored = |file: &File| {
        let map = Map::new();
        map.insert("name", Value::string(file.name.clone()));
        map.insert("data", Value::from(Kind::Bytes(file.data.clone())));
        if let Some(time) = time(file, zone) {
            map.insert("modtime", time);
        }
        Value::from(map)
    };
    if files.is_empty() { Value::NIL } else { files.iter().map(stored).collect::<List>().into() }
}

fn time(file: &File, zone: &Zone) -> Option<Value> {
    file.modified.map(|nanoseconds| time_text(&Time::from_unix_nanos(nanoseconds, zone)))
}
