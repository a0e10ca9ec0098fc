//! What lint says of an object, and what the API server says: objects of public charts as helm rendered them, and the same objects
//! with a fault put in by chance. The server is asked by a dry run of server-side apply with strict validation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use bkhelm::check::kubernetes::{Validator, Violation};
use bkhelm::data::yaml::{Duplicates, Reading, Resolver, read_documents};
use bkhelm::data::{Sources, json};
use bkhelm::diag::Severity;
use serde_json::{Value as Json, json};

use super::{ControlPlane, send};
use crate::harness::{random, shared};

/// The control plane's minor.
const MINOR: u32 = 36;

/// Objects of all recorded renderings, each once, with where they are from.
fn objects(folder: &Path) -> Vec<(String, Json)> {
    let mut seen = BTreeSet::new();
    let mut objects = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten() {
        let name = entry.path().strip_prefix(folder).expect("below").display().to_string();
        let bytes = match name.strip_suffix(".gz").unwrap_or(&name).ends_with(".helm4.yaml") {
            true => fs::read(entry.path()).expect("a rendering"),
            false => continue,
        };
        let mut text = Vec::new();
        match name.ends_with(".gz") {
            true => drop(flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text).expect("gzip")),
            false => text = bytes,
        }
        let source = Sources::new().add(name.as_str(), text);
        let Ok(documents) = read_documents(&source, Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins }) else {
            continue;
        };
        for document in documents.into_iter().filter(|document| document.value.as_map().is_some()) {
            let text = json::write(&document.value, false, "").expect("JSON");
            let object: Json = serde_json::from_slice(&text).expect("JSON");
            let listed = object["items"].as_array().filter(|_| object["kind"] == "List").cloned();
            for object in listed.unwrap_or_else(|| vec![object]) {
                if seen.insert(object.to_string()) {
                    objects.push((format!("{name} {} {}", object["kind"], object["metadata"]["name"]), object));
                }
            }
        }
    }
    objects
}

/// The server, through a proxy that does nothing: it speaks plain http.
struct Server {
    proxy: super::proxy::FaultProxy,
    /// By `apiVersion` and kind: the address and whether it has namespaces.
    kinds: BTreeMap<(String, String), (String, bool)>,
}

impl Server {
    fn new(plane: &ControlPlane) -> Self {
        let proxy = plane.faults(&json!({"seed": 1, "faults": []}));
        let mut server = Self { proxy, kinds: BTreeMap::new() };
        server.discover();
        server
    }

    fn get(&self, path: &str) -> Json {
        let answer = send(self.proxy.url(), "GET", path, "application/json", "").expect("an answer");
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    fn discover(&mut self) {
        let groups = self.get("/apis")["groups"].as_array().expect("groups").clone();
        let versions = groups.iter().flat_map(|group| group["versions"].as_array().expect("versions").clone());
        let mut addresses: Vec<(String, String)> = vec![("v1".to_owned(), "/api/v1".to_owned())];
        addresses.extend(versions.map(|version| {
            let name = version["groupVersion"].as_str().expect("a version").to_owned();
            (name.clone(), format!("/apis/{name}"))
        }));
        for (version, address) in addresses {
            for resource in self.get(&address)["resources"].as_array().into_iter().flatten() {
                let (name, kind) = (resource["name"].as_str().unwrap_or_default(), resource["kind"].as_str().unwrap_or_default());
                if !name.contains('/') {
                    let namespaced = resource["namespaced"] == true;
                    self.kinds.insert((version.clone(), kind.to_owned()), (format!("{address}#{name}"), namespaced));
                }
            }
        }
    }

    /// Why the server refuses an object; `None` where it does not know the kind, or can't be asked about such an object.
    fn judge(&self, object: &Json, dry: bool) -> Option<Result<(), String>> {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let (version, kind) = (text(&object["apiVersion"])?, text(&object["kind"])?);
        let (address, namespaced) = self.kinds.get(&(version, kind))?;
        let (group, plural) = address.split_once('#')?;
        let name =
            text(&object["metadata"]["name"]).filter(|name| !name.is_empty() && name.is_ascii() && !name.contains([' ', '/', '?', '%']))?;
        let namespace = text(&object["metadata"]["namespace"]).unwrap_or_else(|| "judged".to_owned());
        let folder = if *namespaced { format!("{group}/namespaces/{namespace}/{plural}") } else { format!("{group}/{plural}") };
        let dry = if dry { "&dryRun=All" } else { "" };
        let path = format!("{folder}/{name}?fieldManager=judged&force=true&fieldValidation=Strict{dry}");
        let answer = send(self.proxy.url(), "PATCH", &path, "application/apply-patch+yaml", &object.to_string())?;
        let message = || serde_json::from_str::<Json>(&answer.body).ok().and_then(|body| text(&body["message"])).unwrap_or_default();
        Some(if answer.code < 300 { Ok(()) } else { Err(format!("{} {}", answer.code, message())) })
    }
}

/// What lint calls errors; `None` where it does not know the kind.
fn ours(validator: &Validator<'_>, object: &Json) -> Option<Vec<Violation>> {
    let value = json::read(&Sources::new().add("object", object.to_string())).expect("JSON");
    let found = validator.object(&value);
    if found.iter().any(|violation| violation.severity == Severity::Note) {
        return None;
    }
    Some(found.into_iter().filter(|violation| violation.severity == Severity::Error).collect())
}

/// Numbers by chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        (random::next(&mut self.0) as usize) % limit.max(1)
    }
}

/// Addresses of all values of an object but its kind's.
fn addresses(value: &Json, at: &str, all: &mut Vec<String>) {
    let mut below = |name: &str, value: &Json| {
        let address = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        all.push(address.clone());
        addresses(value, &address, all);
    };
    match value {
        Json::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !(at.is_empty() && ["apiVersion", "kind"].contains(&name.as_str())))
            .for_each(|(name, value)| below(name, value)),
        Json::Array(items) => items.iter().enumerate().for_each(|(place, value)| below(&place.to_string(), value)),
        _ => {}
    }
}

/// An object with one fault, and what it is.
fn with_a_fault(object: &Json, chance: &mut Chance) -> Option<(String, Json)> {
    let mut all = Vec::new();
    addresses(object, "", &mut all);
    let address = all.get(chance.below(all.len()))?.clone();
    let mut object = object.clone();
    let (above, last) = address.rsplit_once('/')?;
    let value = object.pointer(&address)?.clone();
    let replaced = match (&value, chance.below(7)) {
        (_, 0) => None,
        (Json::Object(fields), 1 | 2) => {
            let mut fields = fields.clone();
            fields.insert("unknownField".to_owned(), json!(1));
            Some(Json::Object(fields))
        }
        (Json::Array(items), 1 | 2) => Some(items.iter().chain(items.last()).cloned().collect()),
        (Json::String(text), 1) => Some(json!(text.to_lowercase() + "x")),
        (Json::String(_), 2) => Some(json!("Bad_Name!?")),
        (Json::Number(_), 1) => Some(json!(-1)),
        (Json::Number(_), 2) => Some(json!(70000)),
        (Json::String(_) | Json::Bool(_), 3 | 4) => Some(json!(5)),
        (Json::Number(_), 3 | 4) => Some(json!("abc")),
        (Json::Object(_), 3 | 4) => Some(json!([])),
        (Json::Array(_), 3 | 4) => Some(json!({})),
        (_, 5) => Some(json!("")),
        _ => Some(Json::Null),
    };
    let what = format!(
        "{address} becomes {}",
        replaced.as_ref().map_or_else(|| "nothing".to_owned(), |to| to.to_string().chars().take(60).collect())
    );
    match (object.pointer_mut(above)?, replaced) {
        (Json::Object(fields), Some(to)) => drop(fields.insert(last.replace("~1", "/").replace("~0", "~"), to)),
        (Json::Object(fields), None) => drop(fields.remove(&last.replace("~1", "/").replace("~0", "~"))),
        (Json::Array(items), Some(to)) => *items.get_mut(last.parse::<usize>().ok()?)? = to,
        (Json::Array(items), None) => drop(items.remove(last.parse().ok()?)),
        _ => return None,
    }
    Some((what, object))
}

/// How many objects both judge alike, and the others.
fn compare(server: &Server, validator: &Validator<'_>, objects: &[(String, Json)]) -> (usize, usize, Vec<String>) {
    let (mut alike, mut all, mut others) = (0, 0, Vec::new());
    for (name, object) in objects {
        let (Some(theirs), Some(ours)) = (server.judge(object, true), ours(validator, object)) else { continue };
        all += 1;
        if theirs.is_ok() == ours.is_empty() {
            alike += 1;
            continue;
        }
        let said: Vec<String> =
            ours.iter().map(|violation| format!("{:?} {}: {}", violation.sort, violation.path, violation.message)).collect();
        others.push(format!("{name}\n    the server: {theirs:?}\n    lint: {}", said.join("; ")));
    }
    (alike, all, others)
}

/// How many faults are put in: `BKHELM_FAULTY`, or 200; of the seed `BKHELM_SEED`, or 1.
fn wanted(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn lint_judges_as_the_server_does() {
    let Some(folder) = shared() else { return };
    let mut objects = objects(&folder.join("charts"));
    objects.extend(self::objects(&folder.join("blueking/expected")));
    // Its many custom kinds come and go: not where other tests list all kinds.
    let plane = ControlPlane::start();
    let mut server = Server::new(&plane);
    let namespaces = objects.iter().filter_map(|(_, object)| object["metadata"]["namespace"].as_str());
    for namespace in namespaces.chain(["judged"]).collect::<BTreeSet<_>>() {
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        server.judge(&body, false);
    }
    let mut validator = Validator::new(MINOR);
    for (_, object) in objects.iter().filter(|(_, object)| object["kind"] == "CustomResourceDefinition") {
        if server.judge(object, false).is_some_and(|answer| answer.is_ok()) {
            validator.define(&json::read(&Sources::new().add("crd", object.to_string())).expect("JSON"));
        }
    }
    server.discover();
    let (alike, all, others) = compare(&server, &validator, &objects);
    println!("{alike} of {all} objects are judged alike, {} are of kinds that one does not know", objects.len() - all);
    others.iter().for_each(|other| println!("{other}"));
    let good: Vec<&(String, Json)> =
        objects.iter().filter(|(_, object)| ours(&validator, object).is_some_and(|found| found.is_empty())).collect();
    let mut chance = Chance(wanted("BKHELM_SEED", 1));
    let mut faulty = Vec::new();
    while (faulty.len() as u64) < wanted("BKHELM_FAULTY", 200) {
        let (name, object) = good[chance.below(good.len())];
        faulty.extend(with_a_fault(object, &mut chance).map(|(what, object)| (format!("{name}: {what}"), object)));
    }
    let (faulty_alike, faulty_all, faulty_others) = compare(&server, &validator, &faulty);
    println!("{faulty_alike} of {faulty_all} objects with a fault are judged alike");
    faulty_others.iter().for_each(|other| println!("{other}"));
    assert!(all > 1000 && faulty_all > 100, "{all} {faulty_all}");
    assert!(alike * 1000 >= all * 995, "objects of charts");
    assert!((alike + faulty_alike) * 100 >= (all + faulty_all) * 99, "all objects");
    assert!(faulty_alike * 100 >= faulty_all * 96, "objects with a fault");
}
