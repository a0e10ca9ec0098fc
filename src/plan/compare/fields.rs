//! Two objects and the fields that differ: lists are matched by what names their items, so that a container that moved is no
//! change of all that follow it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use serde_json::{Map, Value as Json};

/// What names an item of a list, best first: merge keys of Kubernetes' types (k8s.io/api core/v1, `patchMergeKey`), and what
/// names items in most custom resources.
const NAMES: [&str; 10] = ["mountPath", "devicePath", "containerPort", "name", "port", "topologyKey", "ip", "uid", "key", "type"];

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// To the item of a list that has this field with this value.
    Named(&'static str, String),
    /// To the item of a list at this place.
    At(usize),
}

/// A field that differs. A side without it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The way to the field from the object's root.
    pub path: Vec<Step>,
    /// What it was.
    pub old: Option<Json>,
    /// What it is.
    pub new: Option<Json>,
}

impl fmt::Display for FieldChange {
    /// The path: `spec.containers[name=web].ports[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.path.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '[', '/']) => write!(f, "[{key:?}]")?,
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Named(name, value) => write!(f, "[{name}={value}]")?,
                Step::At(place) => write!(f, "[{place}]")?,
            }
        }
        Ok(())
    }
}

/// The fields in which two objects differ, in the order of their keys. A field that is null counts as one that is not there;
/// lists of scalars are one field; where items with names only changed places, old and new are the names in their order.
pub fn fields(old: &Json, new: &Json) -> Vec<FieldChange> {
    let mut walk = Walk { path: Vec::new(), changes: Vec::new() };
    walk.values(Some(old), Some(new));
    walk.changes
}

struct Walk {
    path: Vec<Step>,
    changes: Vec<FieldChange>,
}

impl Walk {
    fn values(&mut self, old: Option<&Json>, new: Option<&Json>) {
        let present = |value: &&Json| !value.is_null();
        match (old.filter(present), new.filter(present)) {
            (None, None) => {}
            (Some(Json::Object(old)), Some(Json::Object(new))) => self.maps(old, new),
            (Some(Json::Array(old)), Some(Json::Array(new))) => self.lists(old, new),
            (Some(old), Some(new)) if same(old, new) => {}
            (old, new) => self.push(old.cloned(), new.cloned()),
        }
    }

    fn push(&mut self, old: Option<Json>, new: Option<Json>) {
        self.changes.push(FieldChange { path: self.path.clone(), old, new });
    }

    fn step(&mut self, step: Step, old: Option<&Json>, new: Option<&Json>) {
        self.path.push(step);
        self.values(old, new);
        self.path.pop();
    }

    fn maps(&mut self, old: &Map<String, Json>, new: &Map<String, Json>) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            self.step(Step::Key(key.clone()), old.get(key), new.get(key));
        }
    }

    fn lists(&mut self, old: &[Json], new: &[Json]) {
        if old == new {
            return;
        }
        if let Some(name) = NAMES.into_iter().find(|name| is_named(old, name) && is_named(new, name)) {
            return self.named(name, old, new);
        }
        if old.iter().chain(new).all(|item| !item.is_object() && !item.is_array()) {
            return self.push(Some(Json::from(old)), Some(Json::from(new)));
        }
        for at in 0..old.len().max(new.len()) {
            self.step(Step::At(at), old.get(at), new.get(at));
        }
    }

    fn named(&mut self, name: &'static str, old: &[Json], new: &[Json]) {
        let name_of = |item: &Json| scalar(&item[name]).unwrap_or_default();
        let by_name: HashMap<String, &Json> = new.iter().map(|item| (name_of(item), item)).collect();
        let old_names: Vec<String> = old.iter().map(name_of).collect();
        for (item, value) in old.iter().zip(&old_names) {
            self.step(Step::Named(name, value.clone()), Some(item), by_name.get(value).copied());
        }
        let known: HashSet<&String> = old_names.iter().collect();
        let new_names: Vec<String> = new.iter().map(name_of).collect();
        for (item, value) in new.iter().zip(&new_names).filter(|(_, value)| !known.contains(value)) {
            self.step(Step::Named(name, value.clone()), None, Some(item));
        }
        let order = |names: &[String], kept: &dyn Fn(&String) -> bool| -> Vec<String> {
            names.iter().filter(|value| kept(value)).cloned().collect()
        };
        let old_order = order(&old_names, &|value| by_name.contains_key(value));
        let new_order = order(&new_names, &|value| known.contains(value));
        if old_order != new_order {
            self.push(Some(old_order.into()), Some(new_order.into()));
        }
    }
}

/// Whether that field names the items of a list: each is a mapping, has it, and none has another's.
fn is_named(items: &[Json], name: &str) -> bool {
    let mut seen = HashSet::new();
    items.iter().all(|item| item.get(name).and_then(scalar).is_some_and(|value| seen.insert(value)))
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether two scalars are the same: `1` and `1.0` are.
fn same(old: &Json, new: &Json) -> bool {
    match (old, new) {
        (Json::Number(old), Json::Number(new)) => old == new || (old.is_f64() || new.is_f64()) && old.as_f64() == new.as_f64(),
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::fields;

    fn shown(old: &Json, new: &Json) -> Vec<String> {
        let side = |value: &Option<Json>| value.as_ref().map_or("-".to_owned(), Json::to_string);
        fields(old, new).iter().map(|change| format!("{change} {} {}", side(&change.old), side(&change.new))).collect()
    }

    #[test]
    fn items_are_matched_by_what_names_them() {
        let old = json!({"spec": {"containers": [
            {"name": "web", "image": "x:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
             "volumeMounts": [{"name": "data", "mountPath": "/a"}, {"name": "data", "mountPath": "/b"}]},
            {"name": "proxy", "image": "y:1"}]}});
        let new = json!({"spec": {"containers": [
            {"name": "init", "image": "z:1"},
            {"name": "web", "image": "x:2", "env": [{"name": "B", "value": "2"}],
             "volumeMounts": [{"name": "data", "mountPath": "/b", "readOnly": true}, {"name": "data", "mountPath": "/a"}]},
            {"name": "proxy", "image": "y:1"}]}});
        let expected = [
            r#"spec.containers[name=web].env[name=A] {"name":"A","value":"1"} -"#,
            r#"spec.containers[name=web].image "x:1" "x:2""#,
            r#"spec.containers[name=web].volumeMounts[mountPath=/b].readOnly - true"#,
            r#"spec.containers[name=web].volumeMounts ["/a","/b"] ["/b","/a"]"#,
            r#"spec.containers[name=init] - {"image":"z:1","name":"init"}"#,
        ];
        assert_eq!(shown(&old, &new), expected);
    }

    #[test]
    fn scalars_and_items_without_names() {
        let old = json!({"a.b/c": 1, "args": ["x", "y"], "n": 1, "gone": {"x": 1}, "rules": [{"verbs": ["get"]}, {"verbs": ["list"]}], "z": null});
        let new = json!({"a.b/c": 2, "args": ["x"], "n": 1.0, "rules": [{"verbs": ["get"]}, {"verbs": ["watch"]}]});
        let expected = [r#"["a.b/c"] 1 2"#, r#"args ["x","y"] ["x"]"#, r#"gone {"x":1} -"#, r#"rules[1].verbs ["list"] ["watch"]"#];
        assert_eq!(shown(&old, &new), expected);
        assert!(shown(&old, &old).is_empty());
    }

    #[test]
    fn a_name_that_two_items_have_names_none() {
        let old = json!([{"name": "a", "v": 1}, {"name": "a", "v": 2}]);
        let new = json!([{"name": "a", "v": 1}, {"name": "a", "v": 3}]);
        assert_eq!(shown(&old, &new), ["[1].v 2 3"]);
    }
}
