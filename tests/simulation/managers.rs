//! Who owns which field: what an update and a server-side apply make of an object and its managers
//! (structured-merge-diff `merge/update.go`, apimachinery `util/managedfields`).

use bkhelm::cluster::Fault;
use serde_json::{Value as Json, json};

use super::fields::{Changes, Fields, merge};
use super::kinds::Kind;
use super::refusals;
use super::shape::Shape;

/// Who writes, and through which door.
#[derive(Debug, Clone)]
pub struct Writer {
    /// Field manager.
    pub name: String,
    /// `status`, `scale`, or empty.
    pub subresource: String,
    /// RFC 3339.
    pub time: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Manager {
    name: String,
    applies: bool,
    version: String,
    subresource: String,
    time: String,
    fields: Fields,
}

impl Manager {
    /// As messages name it.
    fn shown(&self) -> String {
        let mut shown = format!("{:?}", self.name);
        if !self.subresource.is_empty() {
            shown.push_str(&format!(" with subresource {:?}", self.subresource));
        }
        if !self.applies {
            shown.push_str(&format!(" using {}", self.version));
        }
        shown
    }

    fn is(&self, writer: &Writer, applies: bool, version: &str) -> bool {
        self.applies == applies && self.name == writer.name && self.subresource == writer.subresource && self.version == version
    }
}

/// All managers of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Managers(Vec<Manager>);

impl Managers {
    /// From `metadata.managedFields`.
    pub fn read(list: &Json) -> Self {
        let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let entries = list.as_array().into_iter().flatten().filter(|entry| entry.get("manager").is_some());
        Self(
            entries
                .map(|entry| Manager {
                    name: text(entry, "manager"),
                    applies: text(entry, "operation") == "Apply",
                    version: text(entry, "apiVersion"),
                    subresource: text(entry, "subresource"),
                    time: text(entry, "time"),
                    fields: entry.get("fieldsV1").map(Fields::read).unwrap_or_default(),
                })
                .collect(),
        )
    }

    /// To `metadata.managedFields`: those who apply first, then by time and name.
    pub fn write(&self) -> Json {
        let mut all: Vec<&Manager> = self.0.iter().collect();
        all.sort_by(|one, other| (!one.applies, &one.time, &one.name).cmp(&(!other.applies, &other.time, &other.name)));
        let entry = |manager: &Manager| {
            let mut entry = json!({
                "manager": manager.name,
                "operation": if manager.applies { "Apply" } else { "Update" },
                "apiVersion": manager.version,
                "time": manager.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": manager.fields.write(),
            });
            if !manager.subresource.is_empty() {
                entry["subresource"] = manager.subresource.clone().into();
            }
            entry
        };
        all.into_iter().map(entry).collect()
    }

    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is the same but for times.
    pub fn same(&self, other: &Self) -> bool {
        let timeless = |managers: &Self| managers.0.iter().map(|one| Manager { time: String::new(), ..one.clone() }).collect::<Vec<_>>();
        self == other || timeless(self) == timeless(other)
    }

    /// After `writer` put `new` in the place of `old`: of what the server's type has anyway, where there was none.
    pub fn update(&mut self, kind: &Kind, old: &Json, new: &Json, writer: &Writer) {
        let version = kind.api_version();
        let mut changes = Changes::between(Shape::root(&kind.kind, kind.built_in), Some(old), Some(new));
        let mut taken = std::mem::take(&mut changes.modified);
        taken.union(&changes.added);
        taken.strip(kind.status && writer.subresource != "status");
        for manager in &mut self.0 {
            if !manager.is(writer, false, &version) {
                manager.fields.subtract(&taken);
            }
            manager.fields.subtract(&changes.removed);
        }
        if !taken.is_empty() {
            match self.0.iter_mut().find(|manager| manager.is(writer, false, &version)) {
                Some(manager) => {
                    manager.fields.union(&taken);
                    manager.time.clone_from(&writer.time);
                }
                None => self.0.push(Manager {
                    name: writer.name.clone(),
                    applies: false,
                    version,
                    subresource: writer.subresource.clone(),
                    time: writer.time.clone(),
                    fields: taken,
                }),
            }
        }
        self.0.retain(|manager| !manager.fields.is_empty());
    }

    /// Server-side apply: `live` (null where there is none) with `applied` on it.
    ///
    /// # Errors
    /// Fields that others own, without `force`.
    pub fn apply(&mut self, kind: &Kind, live: &Json, applied: &Json, writer: &Writer, force: bool) -> Result<Json, Fault> {
        let (version, shape) = (kind.api_version(), Shape::root(&kind.kind, kind.built_in));
        if self.is_empty() && !live.is_null() {
            // Objects from before there were managers: what is there belongs to this one.
            self.update(kind, &Json::Null, live, &Writer { name: "before-first-apply".to_owned(), ..writer.clone() });
        }
        let mut merged = if live.is_null() { applied.clone() } else { merge(shape, live, applied) };
        let mut fields = Fields::of(shape, applied);
        fields.strip(kind.status && writer.subresource != "status");
        let place = self.0.iter().position(|manager| manager.is(writer, true, &version));
        let former = place.map(|place| self.0.remove(place));
        let mine = Manager {
            name: writer.name.clone(),
            applies: true,
            version,
            subresource: writer.subresource.clone(),
            time: writer.time.clone(),
            fields,
        };
        if let Some(former) = &former {
            let mut managed = mine.fields.clone();
            self.0.iter().for_each(|manager| managed.union(&manager.fields));
            Fields::prune(shape, &mut merged, &former.fields, &managed);
        }
        self.settle(shape, live, &merged, force)?;
        // Of a custom resource only the metadata have a type; what is null in the rest is refused.
        drop_nulls(if kind.built_in { &mut merged } else { &mut merged["metadata"] });
        let same = former.as_ref().is_some_and(|former| former.fields == mine.fields) && *live == merged;
        self.0.push(if same { former.unwrap_or(mine) } else { mine });
        self.0.retain(|manager| !manager.fields.is_empty());
        Ok(merged)
    }

    /// Takes from the others what changes from `live` to `merged`.
    fn settle(&mut self, shape: Shape<'_>, live: &Json, merged: &Json, force: bool) -> Result<(), Fault> {
        let changes = Changes::between(shape, Some(live), Some(merged));
        let mut changed = changes.modified;
        changed.union(&changes.added);
        let lost: Vec<Fields> = self.0.iter().map(|manager| manager.fields.intersection(&changed)).collect();
        if !force {
            let named = self.0.iter().zip(&lost).flat_map(|(manager, lost)| lost.paths().into_iter().map(|path| (manager.shown(), path)));
            let mut conflicts: Vec<_> = named.collect();
            conflicts.sort_by(|one, other| one.0.cmp(&other.0));
            if !conflicts.is_empty() {
                return Err(refusals::apply_conflict(&conflicts));
            }
        }
        for (manager, lost) in self.0.iter_mut().zip(&lost) {
            manager.fields.subtract(lost);
            manager.fields.subtract(&changes.removed);
        }
        Ok(())
    }
}

/// A typed object has no nulls: a field is there or not.
fn drop_nulls(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
