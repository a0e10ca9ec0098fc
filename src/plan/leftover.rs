//! Keys that stay in a Secret's `data` when they leave `stringData`: the server copies them there, and nobody takes them away.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// The keys of the live Secret's `data` that an earlier revision had in `stringData` and the new one has no more.
pub fn leftover(originals: &[Json], wanted: &Json, live: &Json) -> BTreeSet<String> {
    if wanted.get("kind") != Some(&Json::from("Secret")) || wanted.get("apiVersion") != Some(&Json::from("v1")) {
        return BTreeSet::new();
    }
    let has = |object: &Json, field: &str, key: &str| object.get(field).is_some_and(|fields| fields.get(key).is_some());
    let keys = originals.iter().filter_map(|original| original.get("stringData")?.as_object()).flat_map(Map::keys);
    let gone = keys.filter(|key| !has(wanted, "stringData", key) && !has(wanted, "data", key) && has(live, "data", key));
    gone.cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::leftover;

    #[test]
    fn keys_that_left_string_data_are_found() {
        let secret = |field: &str, keys: serde_json::Value| json!({"apiVersion": "v1", "kind": "Secret", field: keys});
        let originals = [secret("stringData", json!({"a": "1", "b": "1", "c": "1", "d": "1"})), secret("data", json!({"e": "MQ=="}))];
        let wanted = json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "2"}, "data": {"b": "Mg=="}});
        let live = secret("data", json!({"a": "MQ==", "b": "MQ==", "c": "MQ==", "e": "MQ==", "theirs": "MQ=="}));
        assert_eq!(leftover(&originals, &wanted, &live).into_iter().collect::<Vec<_>>(), ["c"]);
        assert!(leftover(&originals, &json!({"apiVersion": "x/v1", "kind": "Secret"}), &live).is_empty());
    }
}
