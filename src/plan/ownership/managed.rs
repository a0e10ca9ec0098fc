//! `metadata.managedFields`: reading it, and turning client-side ownership into server-side.

use serde_json::{Map, Value as Json, json};

use super::path::after;

type Fields = Map<String, Json>;

/// One who owns a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// `helm`, `kube-controller-manager`
    pub manager: String,
    /// `Apply` or `Update`
    pub operation: String,
    /// `scale`, `status`; empty for the object itself.
    pub subresource: String,
}

/// Who owns a field, something below it, or all of what it stands in, in the order of `managedFields`.
pub fn owner_of(live: &Json, path: &str) -> Vec<Owner> {
    let mine = entries(live).iter().filter(|entry| entry.get("fieldsV1").and_then(Json::as_object).is_some_and(|set| owns(set, path)));
    let owner = |entry: &Json| Owner {
        manager: text(entry, "manager").to_owned(),
        operation: text(entry, "operation").to_owned(),
        subresource: text(entry, "subresource").to_owned(),
    };
    mine.map(owner).collect()
}

fn entries(live: &Json) -> &[Json] {
    live.pointer("/metadata/managedFields").and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text<'j>(entry: &'j Json, key: &str) -> &'j str {
    entry.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// Whether a set of fields has the path, something below it, or owns as a whole what it leads through.
fn owns(set: &Fields, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    set.iter().any(|(key, inner)| {
        let rest = step(key).and_then(|step| after(path, &step));
        let inner = inner.as_object().filter(|inner| !inner.is_empty());
        rest.is_some_and(|rest| inner.is_none_or(|inner| owns(inner, rest)))
    })
}

/// A key of FieldsV1 as it stands in a path: `f:spec` is `.spec`, `k:{"name":"web"}` is `[name="web"]`, `v:"x"` is `[="x"]`,
/// `i:0` is `[0]`. `None` for `.`, which is the field itself, and what later versions may add.
fn step(key: &str) -> Option<String> {
    let (kind, name) = key.split_once(':')?;
    match kind {
        "f" => Some(format!(".{name}")),
        "v" => Some(format!("[={name}]")),
        "i" => Some(format!("[{name}]")),
        "k" => {
            let keys: Fields = serde_json::from_str(name).ok()?;
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            Some(format!("[{}]", keys.join(",")))
        }
        _ => None,
    }
}

/// The JSON patch that makes `manager` own by server-side apply what the client-side managers owned by updates; `None`
/// where nothing is to do. It fails with a conflict where the object has changed meanwhile (client-go util/csaupgrade
/// `UpgradeManagedFieldsPatch`).
///
/// Not kept: client-go also sends a patch that changes nothing where it would write a set's keys in another order.
pub fn migrate(live: &Json, manager: &str, client_side: &[&str]) -> Option<Json> {
    let before = entries(live);
    let mut after = before.to_vec();
    for from in client_side {
        absorb(&mut after, manager, from);
    }
    if before == after {
        return None;
    }
    let version = live.pointer("/metadata/resourceVersion").and_then(Json::as_str).unwrap_or_default();
    Some(json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": after},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
    ]))
}

/// One client-side manager's entries become part of the server-side one's. Where that has none, the newest takes its place;
/// of the others only one of the same API version counts.
fn absorb(entries: &mut Vec<Json>, manager: &str, from: &str) {
    let is = |entry: &Json, manager: &str, operation: &str| {
        text(entry, "manager") == manager && text(entry, "operation") == operation && text(entry, "subresource").is_empty()
    };
    let found = entries.iter().position(|entry| is(entry, manager, "Apply"));
    let Some(target) = found.or_else(|| entries.iter().position(|entry| is(entry, from, "Update"))) else {
        return;
    };
    let Some(mut entry) = entries.get(target).cloned() else { return };
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("manager".to_owned(), manager.into());
        fields.insert("operation".to_owned(), "Apply".into());
    }
    let version = text(&entry, "apiVersion").to_owned();
    let set = |entry: &Json| entry.get("fieldsV1").and_then(Json::as_object).cloned().unwrap_or_default();
    let other = entries.iter().enumerate().find(|(at, other)| {
        let taken = found.is_none() && *at == target;
        !taken && is(other, from, "Update") && text(other, "apiVersion") == version
    });
    let joined = union(&set(&entry), &other.map(|(_, other)| set(other)).unwrap_or_default());
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("fieldsV1".to_owned(), joined.into());
    }
    if let Some(slot) = entries.get_mut(target) {
        *slot = entry;
    }
    entries.retain(|entry| !is(entry, from, "Update"));
}

/// Both sets of fields. A field that is owned itself and has owned ones in it is marked by `.`; one that has none is `{}`.
fn union(one: &Fields, other: &Fields) -> Fields {
    let mut joined = Fields::new();
    for key in one.keys().chain(other.keys()) {
        if step(key).is_none() || joined.contains_key(key) {
            continue;
        }
        let sides = [one.get(key), other.get(key)].map(|side| side.and_then(Json::as_object));
        let owned = sides.iter().flatten().any(|side| side.is_empty() || side.contains_key("."));
        let empty = Fields::new();
        let [left, right] = sides.map(|side| side.unwrap_or(&empty));
        let mut inner = union(left, right);
        if owned && !inner.is_empty() {
            inner.insert(".".to_owned(), json!({}));
        }
        joined.insert(key.clone(), inner.into());
    }
    joined
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::owner_of;

    #[test]
    fn owners_are_found_by_path() {
        let live = json!({"metadata": {"managedFields": [
            {"manager": "helm", "operation": "Apply", "fieldsV1": {"f:spec": {
                "f:replicas": {}, "f:selector": {},
                "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {},
                    "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}}}}}}},
                "f:metadata": {"f:finalizers": {"v:\"a/b\"": {}}, "f:annotations": {"f:a.b/c": {}}}}},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale",
                "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            {"manager": "nobody", "operation": "Update"},
        ]}});
        let names = |path: &str| owner_of(&live, path).into_iter().map(|owner| owner.manager).collect::<Vec<_>>();
        assert_eq!(names(".spec.replicas"), ["helm", "kube-controller-manager"]);
        assert_eq!(owner_of(&live, ".spec.replicas")[1].subresource, "scale");
        for mine in [
            ".spec.selector.matchLabels.app",
            ".spec.template.spec.containers[name=\"web\"].image",
            ".spec.template.spec.containers[name=\"web\"]",
            ".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"].containerPort",
            ".spec.template",
            ".metadata.finalizers[=\"a/b\"]",
            ".metadata.annotations.a.b/c",
        ] {
            assert_eq!(names(mine), ["helm"], "{mine}");
        }
        for nobodys in [".spec.template.spec.containers[name=\"other\"]", ".spec.template.spec.containers[name=\"web\"].env", ".data"] {
            assert!(names(nobodys).is_empty(), "{nobodys}");
        }
    }
}
