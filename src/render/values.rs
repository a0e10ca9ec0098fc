//! `.Values`: a named map type with methods (helm pkg/chart/common/values.go).

use std::any::Any;

use crate::charts::Profile;
use crate::data::yaml::{Style, write};
use crate::data::{GoKind, Kind as Is, Map, Member, Object, Signature, Str, Type, Value};
use crate::golang::{fmt::append_value, strconv};

/// A chart's values; shares its map with the parent's table of that name.
#[derive(Debug, Clone)]
pub(super) struct Values {
    map: Map,
    go_type: &'static str,
}

impl Values {
    pub(super) fn new(map: Map, profile: Profile) -> Self {
        Values { map, go_type: profile.values_type }
    }

    fn table(&self, path: &str) -> Result<Map, String> {
        let mut at = self.map.clone();
        for step in path.split('.') {
            at = match at.get(step).map(|value| value.kind) {
                Some(Is::Map(map)) => map,
                _ => return Err(format!("{} is not a table", strconv::quote(step.as_bytes()))),
            };
        }
        Ok(at)
    }

    fn path_value(&self, path: &str) -> Result<Value, String> {
        if path.is_empty() {
            return Err("YAML path cannot be empty".into());
        }
        let (tables, key) = path.rsplit_once('.').map_or((None, path), |(tables, key)| (Some(tables), key));
        let table = tables.map_or_else(|| Ok(self.map.clone()), |tables| self.table(tables)).ok();
        let found = table.and_then(|table| table.get(key)).filter(|value| value.as_map().is_none());
        found.ok_or_else(|| format!("{} is not a value", strconv::quote(key.as_bytes())))
    }
}

impl Object for Values {
    fn go_type(&self) -> Type {
        Type::Named(self.go_type, GoKind::Map)
    }

    fn member(&self, name: &str) -> Option<Member> {
        let parameters = match name {
            "AsMap" | "YAML" => Vec::new(),
            "Table" | "PathValue" => vec![Type::STRING],
            "Encode" => vec![Type::Any],
            _ => return Some(Member::Field(self.map.get(name).unwrap_or_default())),
        };
        Some(Member::Method(Signature { parameters, variadic: false }))
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let path = arguments.first().and_then(Value::as_str).map(|path| path.to_text().into_owned()).unwrap_or_default();
        match name {
            "AsMap" if self.map.is_empty() => Ok(Map::new().into()),
            "AsMap" => Ok(self.map.clone().into()),
            "YAML" => write(&self.map.clone().into(), Style::Helm).map(|text| Str::from(text).into()),
            "Table" => self.table(&path).map(|map| Value::object(Values { map, go_type: self.go_type })),
            "PathValue" => self.path_value(&path),
            _ => Err(format!("{name} needs a writer, which templates have not")),
        }
    }

    fn text(&self) -> String {
        let mut out = Vec::new();
        append_value(&mut out, &self.map.clone().into());
        String::from_utf8_lossy(&out).into_owned()
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.map.clone().into())
    }

    fn with_underlying(&self, contents: Value) -> Option<Value> {
        contents.as_map().map(|map| Value::object(Values { map: map.clone(), go_type: self.go_type }))
    }

    fn marshal(&self) -> Value {
        self.map.clone().into()
    }

    fn truth(&self) -> bool {
        !self.map.is_empty()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
