//! Fields by the names that API servers give them.
//!
//! Names are not escaped (`.metadata.annotations.meta.helm.sh/release-name`), so a path can only be read together with the
//! object that it leads through (structured-merge-diff fieldpath/element.go `PathElement.String`).

use serde_json::Value as Json;

/// What follows after a first step, where the path begins with it and the step ends there.
pub(super) fn after<'p>(path: &'p str, step: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(step)?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

/// The object without these fields. What is left empty by it goes, too: an empty map would be a claim to own it.
/// Fields that are not there are no error.
pub fn without(object: &Json, fields: &[String]) -> Json {
    let mut rest = object.clone();
    for field in fields {
        remove(&mut rest, field);
    }
    rest
}

/// Takes a field out; whether it was there.
fn remove(value: &mut Json, path: &str) -> bool {
    match value {
        Json::Object(fields) => {
            let Some(named) = path.strip_prefix('.') else { return false };
            // Several keys can begin the path: the longest one that leads somewhere is meant.
            let mut keys: Vec<String> = fields.keys().filter(|key| after(named, key).is_some()).cloned().collect();
            keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
            for key in keys {
                let Some(inner) = fields.get_mut(&key) else { continue };
                let rest = after(named, &key).unwrap_or_default();
                if rest.is_empty() || remove(inner, rest) {
                    if rest.is_empty() || is_empty(inner) {
                        fields.remove(&key);
                    }
                    return true;
                }
            }
            false
        }
        Json::Array(items) => {
            let Some((place, rest)) = Place::parse(path) else { return false };
            let Some(at) = place.find(items) else { return false };
            let whole = rest.is_empty();
            let removed = whole || items.get_mut(at).is_some_and(|item| remove(item, rest));
            if whole {
                items.remove(at);
            }
            removed
        }
        _ => false,
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Object(fields) => fields.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Which item of a list is meant.
#[derive(Debug, PartialEq)]
enum Place {
    /// `[name="web"]`, `[containerPort=80,protocol="TCP"]`
    Keys(Vec<(String, Json)>),
    /// `[="finalizer"]`
    Value(Json),
    /// `[0]`
    Index(usize),
}

impl Place {
    /// The place that a path begins with, and what follows.
    fn parse(path: &str) -> Option<(Self, &str)> {
        let mut rest = path.strip_prefix('[')?;
        if let Some((index, rest)) = rest.split_once(']')
            && let Ok(index) = index.parse()
        {
            return Some((Place::Index(index), rest));
        }
        let mut keys = Vec::new();
        loop {
            let (key, after) = rest.split_once('=')?;
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<Json>();
            let value = values.next()?.ok()?;
            let after = after.get(values.byte_offset()..)?;
            if key.is_empty() {
                return Some((Place::Value(value), after.strip_prefix(']')?));
            }
            keys.push((key.to_owned(), value));
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => return Some((Place::Keys(keys), after.strip_prefix(']')?)),
            }
        }
    }

    /// Where the item stands that is meant. Of keys that it leaves out the server wrote the defaults into the path
    /// (`protocol="TCP"`): where no item has them all, the one counts that has some and no other value of any.
    fn find(&self, items: &[Json]) -> Option<usize> {
        match self {
            Place::Index(at) => (*at < items.len()).then_some(*at),
            Place::Value(value) => items.iter().position(|item| item == value),
            Place::Keys(keys) => {
                let equal = |item: &Json, (key, value): &(String, Json)| item.get(key).map(|own| own == value);
                let all = |item: &Json| keys.iter().all(|key| equal(item, key) == Some(true));
                let some = |item: &Json| {
                    keys.iter().all(|key| equal(item, key) != Some(false)) && keys.iter().any(|key| equal(item, key).is_some())
                };
                items.iter().position(all).or_else(|| items.iter().position(some))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::without;

    #[test]
    fn fields_go_by_the_servers_names() {
        let object = json!({
            "metadata": {"name": "w", "annotations": {"a.b/c": "1", "a": {"b/c": "2"}}, "finalizers": ["x", "y"]},
            "spec": {"replicas": 2, "containers": [
                {"name": "web", "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP", "name": "u"}], "image": "i"},
                {"name": "x]=\"", "image": "j"}]},
        });
        let check = |fields: &[&str], pointer: &str, wanted: serde_json::Value| {
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            assert_eq!(without(&object, &fields).pointer(pointer).cloned().unwrap_or_default(), wanted, "{fields:?}");
        };
        check(&[".spec.replicas"], "/spec/replicas", json!(null));
        check(&[".metadata.annotations.a.b/c"], "/metadata/annotations", json!({"a": {"b/c": "2"}}));
        check(&[".metadata.finalizers[=\"x\"]"], "/metadata/finalizers", json!(["y"]));
        check(&[".metadata.finalizers[0]", ".metadata.finalizers[=\"y\"]"], "/metadata", {
            json!({"name": "w", "annotations": {"a.b/c": "1", "a": {"b/c": "2"}}})
        });
        let ports = ".spec.containers[name=\"web\"].ports";
        check(&[&format!("{ports}[containerPort=80,protocol=\"TCP\"]")], "/spec/containers/0/ports/0/name", json!("u"));
        check(&[&format!("{ports}[containerPort=80,protocol=\"UDP\"].name")], "/spec/containers/0/ports/1", {
            json!({"containerPort": 80, "protocol": "UDP"})
        });
        check(&[".spec.containers[name=\"x]=\\\"\"].image"], "/spec/containers/1", json!({"name": "x]=\""}));
        for nothing in [".spec.nothing", "spec", ".spec.replicas.x", ".spec.containers[name=\"other\"]", ".spec.containers[", ""] {
            assert_eq!(without(&object, &[nothing.to_owned()]), object, "{nothing}");
        }
    }
}
