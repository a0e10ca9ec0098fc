//! `.Chart`: a struct in Helm 3, a map of the same names in Helm 4.

use std::any::Any;

use super::structs::{Field, NilMap, Struct};
use crate::charts::{ChartObject, Dependency, Maintainer, Metadata, Profile};
use crate::data::{GoKind, List, Map, Member, Object, Type, Value};

/// The object for one chart.
pub(super) fn chart_object(metadata: &Metadata, is_root: bool, profile: Profile) -> Value {
    let as_map = profile.chart_object == ChartObject::Map;
    let list = |go_type, items: Option<Vec<Value>>| slice(go_type, items, as_map);
    let texts = |items: &Option<Vec<String>>| {
        list(Type::Strings, items.as_ref().map(|items| items.iter().map(|text| text.as_str().into()).collect()))
    };
    let maintainers = metadata.maintainers.as_ref().map(|all| all.iter().map(|one| maintainer(one, as_map)).collect());
    let dependencies = metadata.dependencies.as_ref().map(|all| all.iter().map(|one| dependency(one, as_map)).collect());
    let annotations = match &metadata.annotations {
        Some(entries) => {
            let map: Map = entries.iter().map(|(key, text)| (key.as_str(), Value::string(text.as_str()))).collect();
            map.retyped(Type::StringMap).into()
        }
        None => Value::object(NilMap(Type::StringMap)),
    };
    let mut fields = vec![
        text("Name", "name", &metadata.name),
        text("Home", "home", &metadata.home),
        field("Sources", "sources", texts(&metadata.sources)),
        text("Version", "version", &metadata.version),
        text("Description", "description", &metadata.description),
        field("Keywords", "keywords", texts(&metadata.keywords)),
        field("Maintainers", "maintainers", list(Type::Named("[]*chart.Maintainer", GoKind::Slice), maintainers)),
        text("Icon", "icon", &metadata.icon),
        text("APIVersion", "apiVersion", &metadata.api_version),
        text("Condition", "condition", &metadata.condition),
        text("Tags", "tags", &metadata.tags),
        text("AppVersion", "appVersion", &metadata.app_version),
        field("Deprecated", "deprecated", metadata.deprecated.into()),
        field("Annotations", "annotations", annotations),
        text("KubeVersion", "kubeVersion", &metadata.kube_version),
        field("Dependencies", "dependencies", list(Type::Named("[]*chart.Dependency", GoKind::Slice), dependencies)),
        text("Type", "type", &metadata.chart_type),
    ];
    let is_root = Field { name: "IsRoot", json: "IsRoot", omit_empty: false, value: is_root.into() };
    fields.push(is_root);
    if as_map { map_of(fields) } else { Value::object(ChartStruct(whole(fields, "struct { chart.Metadata; IsRoot bool }", ""))) }
}

fn maintainer(one: &Maintainer, as_map: bool) -> Value {
    let fields = vec![text("Name", "name", &one.name), text("Email", "email", &one.email), text("URL", "url", &one.url)];
    if as_map { map_of(fields) } else { Value::object(whole(fields, "*chart.Maintainer", "&")) }
}

fn dependency(one: &Dependency, as_map: bool) -> Value {
    let tags = one.tags.as_ref().map(|tags| tags.iter().map(|tag| tag.as_str().into()).collect());
    let always = |name, json, value: &str| Field { name, json, omit_empty: false, value: value.into() };
    let fields = vec![
        always("Name", "name", &one.name),
        text("Version", "version", &one.version),
        always("Repository", "repository", &one.repository),
        text("Condition", "condition", &one.condition),
        field("Tags", "tags", slice(Type::Strings, tags, as_map)),
        field("Enabled", "enabled", one.enabled.into()),
        field("ImportValues", "import-values", slice(Type::List, one.import_values.clone(), as_map)),
        text("Alias", "alias", &one.alias),
    ];
    if as_map { map_of(fields) } else { Value::object(whole(fields, "*chart.Dependency", "&")) }
}

fn text(name: &'static str, json: &'static str, value: &str) -> Field {
    field(name, json, value.into())
}

fn field(name: &'static str, json: &'static str, value: Value) -> Field {
    Field { name, json, omit_empty: true, value }
}

// parity: helm 4 pkg/chart/common.go structToMap makes every slice, also a nil one, a list of anything.
fn slice(go_type: Type, items: Option<Vec<Value>>, as_map: bool) -> Value {
    match items {
        _ if as_map => items.unwrap_or_default().into(),
        Some(items) => List::typed(go_type, items).into(),
        None => List::nil(go_type).into(),
    }
}

fn map_of(fields: Vec<Field>) -> Value {
    fields.into_iter().map(|field| (field.name, field.value)).collect::<Map>().into()
}

fn whole(fields: Vec<Field>, go_type: &'static str, prefix: &'static str) -> Struct {
    let kind = if prefix.is_empty() { GoKind::Struct } else { GoKind::Ptr };
    Struct { go_type: Type::Named(go_type, kind), fields, prefix }
}

/// Helm 3's `.Chart`: the metadata embedded beside `IsRoot`, so printed in braces of their own.
#[derive(Debug)]
struct ChartStruct(Struct);

impl Object for ChartStruct {
    fn go_type(&self) -> Type {
        self.0.go_type
    }
    fn member(&self, name: &str) -> Option<Member> {
        self.0.member(name)
    }
    fn text(&self) -> String {
        let all = self.0.text();
        match all.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).and_then(|rest| rest.rsplit_once(' ')) {
            Some((metadata, is_root)) => format!("{{{{{metadata}}} {is_root}}}"),
            None => all,
        }
    }
    fn marshal(&self) -> Value {
        self.0.marshal()
    }
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        self.0.json_fields()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
