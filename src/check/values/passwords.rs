//! Passwords that everybody knows, or can read.

use super::super::codes::{PLAIN_SECRET, WELL_KNOWN_PASSWORD};
use super::super::mask::is_secret_key;
use super::{Written, shown};
use crate::data::yaml::{Resolver, meaning};
use crate::data::{Kind, Map, Origin, Sources, Str, Value};
use crate::diag::{Error, Place};
use crate::fetch::sha256;

/// The first half of the SHA-256 of each password that BlueKing's documents and charts bring.
const WELL_KNOWN: [&str; 10] = [
    "2481a63c85a62cf889d2b149f1a52e98",
    "312cdee4ea5863bf21605e0bb08b7971",
    "529019bed73e9707c8b58ab6e785d2a8",
    "55d6e34a0a890ac70c6b1006bae893f6",
    "989717d50d477fe522cdd36345281c39",
    "a240b36e181ca5c69e943af553626b60",
    "c57a896bc97d9d418aeb5bcce762abf2",
    "ceec178b7d1047125fdb818932e7c742",
    "cf4b8f0b680f5c24a261324e00de8202",
    "e75ef57d8e5e005c83801f15b1f52966",
];

/// Ends of keys that hold a secret themselves, in lower case without `-` and `_`.
const SECRETS: [&str; 9] = ["password", "passwd", "passphrase", "secretkey", "accesskey", "privatekey", "apikey", "token", "encryptkey"];

/// The environment that people try things in.
const DEFAULT: &str = "default";

/// Parts of the names of environments that others depend on.
const PRODUCTION: [&str; 4] = ["prod", "prd", "live", "online"];

/// How many more places a finding names.
const MORE_PLACES: usize = 3;

/// How deep values are looked through.
const DEEPEST: usize = 100;

/// The well-known passwords that an environment keeps; none in the one to try things in.
pub(super) fn well_known(values: &Map, environment: &str, sources: &Sources) -> Option<Error> {
    if environment == DEFAULT {
        return None;
    }
    let mut found = Vec::new();
    collect(&Value::from(values.clone()), &mut Vec::new(), &mut found);
    let places = found.iter().map(|(path, origin)| (path.as_str(), sources.place(*origin)));
    let finding = gathered(places, |paths| {
        Error::finding(&WELL_KNOWN_PASSWORD, format!("the environment {environment} keeps passwords that everybody knows: {paths}"))
    })?;
    Some(finding.hint("set passwords of its own in a layer of this environment"))
}

/// Secrets that stand readable in a file of an environment that others depend on: one note a file.
pub(super) fn in_plain_text(written: &Written<'_>, environment: &str) -> Option<Error> {
    let environment_name = environment.to_lowercase();
    if !PRODUCTION.iter().any(|part| environment_name.contains(part)) {
        return None;
    }
    let secrets = written.entries.iter().filter_map(|entry| {
        let (key, value) = (entry.key.as_ref()?, entry.value.as_ref()?);
        let text =
            !value.plain || matches!(meaning(&value.text, Resolver::Helmfile).kind, Kind::String(_) | Kind::Int(..) | Kind::Float(_));
        (holds_secret(&key.text) && text && !is_stand_in(&value.text)).then(|| (shown(&entry.path), written.origin(value.offset)))
    });
    let secrets: Vec<(String, Origin)> = secrets.collect();
    let places = secrets.iter().map(|(path, origin)| (path.as_str(), written.sources.place(*origin)));
    let finding = gathered(places, |paths| {
        Error::finding(&PLAIN_SECRET, format!("secrets stand in a plain file of the environment {environment}: {paths}"))
    })?;
    Some(finding.hint("keep them apart and refer to them: ref+file://…, ref+vault://…"))
}

/// One finding at the first of the places, which names all paths and some of the other places.
fn gathered<'p>(places: impl Iterator<Item = (&'p str, Option<Place>)>, finding: impl FnOnce(String) -> Error) -> Option<Error> {
    // The line may hold the secret under a key that does not say so.
    let bare = |place: Place| Place { excerpt: None, ..place };
    let places: Vec<(&str, Option<Place>)> = places.map(|(path, place)| (path, place.map(bare))).collect();
    let ((_, first), others) = places.split_first()?;
    let paths: Vec<&str> = places.iter().map(|(path, _)| *path).collect();
    let mut finding = finding(paths.join(", "));
    if let Some(place) = first {
        finding = finding.at(place.clone());
    }
    for (path, place) in others.iter().take(MORE_PLACES) {
        if let Some(place) = place {
            finding = finding.related(place.clone(), *path);
        }
    }
    Some(finding)
}

fn collect(value: &Value, path: &mut Vec<Str>, found: &mut Vec<(String, Origin)>) {
    let Some(map) = value.as_map().filter(|_| path.len() < DEEPEST) else { return };
    let entries = map.snapshot();
    let names_user = |key: &Str| ["user", "username"].iter().any(|end| key.to_text().to_lowercase().ends_with(end));
    let users: Vec<&Str> = entries.iter().filter(|(key, _)| names_user(key)).filter_map(|(_, value)| value.as_str()).collect();
    for (key, value) in &entries {
        path.push(key.clone());
        let name = key.to_text();
        if let Some(text) = value.as_str().filter(|text| !text.is_empty() && (is_secret_key(&name) || name.ends_with("Key"))) {
            let is_user = name.to_lowercase().ends_with("password") && users.contains(&text);
            if is_user || WELL_KNOWN.iter().any(|digest| sha256(text).starts_with(digest)) {
                found.push((shown(path), value.origin));
            }
        }
        collect(value, path, found);
        path.pop();
    }
}

fn holds_secret(key: &[u8]) -> bool {
    let bare: Vec<u8> = key.iter().filter(|byte| !b"-_.".contains(byte)).map(u8::to_ascii_lowercase).collect();
    SECRETS.iter().any(|end| bare.ends_with(end.as_bytes()))
}

/// Whether a text stands for a secret, and is none: empty, a reference, a template, something to be replaced.
fn is_stand_in(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_lowercase();
    text.is_empty()
        || ["ref+", "secretref+", "{{", "change", "$("].iter().any(|start| text.starts_with(start))
        || text.trim_matches('x').is_empty()
}
