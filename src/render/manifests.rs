//! Rendered files → manifests and hooks in helm's order (helm pkg/release/v1/util/manifest_sorter.go).

use super::output::{Head, Hook, Manifest};
use super::split::{is_blank, split};
use super::trace::Cause;
use crate::charts::{Profile, Warning};
use crate::data::Str;
use crate::data::yaml::read_head;
use crate::diag::{Error, Kind, Place, Result};
use crate::golang::{path, strconv};

const EVENTS: [(&str, &str); 10] = [
    ("pre-install", "pre-install"),
    ("post-install", "post-install"),
    ("pre-delete", "pre-delete"),
    ("post-delete", "post-delete"),
    ("pre-upgrade", "pre-upgrade"),
    ("post-upgrade", "post-upgrade"),
    ("pre-rollback", "pre-rollback"),
    ("post-rollback", "post-rollback"),
    ("test", "test"),
    ("test-success", "test"),
];

/// Says where a byte of a document comes from, where that is known.
type FindCause<'a> = dyn Fn(&Manifest, usize) -> Option<Cause> + 'a;

/// Splits the files (in path order), reads each document's head and sorts by kind.
///
/// # Errors
/// `YAML parse error on PATH: …` for the first document that is no YAML.
pub(super) fn sort(
    files: &[(Str, Str)],
    profile: Profile,
    warnings: &mut Vec<Warning>,
    cause: &FindCause<'_>,
) -> Result<(Vec<Manifest>, Vec<Hook>)> {
    let (mut manifests, mut hooks) = (Vec::new(), Vec::new());
    for (name, text) in files {
        if path::base(name).starts_with(b"_") || is_blank(text) {
            continue;
        }
        for range in split(text, profile.document_tail) {
            let content = &text[range.clone()];
            let mut manifest = Manifest { path: name.clone(), content: content.into(), start: range.start, head: Head::default() };
            manifest.head = read_head(content, profile.head_type).map_err(|message| {
                let error = Error::new(Kind::Manifest, format!("YAML parse error on {name}: {message}"));
                let (place, offset) = place_of(&manifest, text, &message);
                match cause(&manifest, offset) {
                    Some(cause) => Cause { plain: false, ..cause }.blame(error, place, manifest.is_secret()),
                    None => error.at(place),
                }
            })?;
            let Some(events) = manifest.head.metadata.as_ref().and_then(|metadata| metadata.annotations.get(&b"helm.sh/hook"[..])).cloned()
            else {
                manifests.push(manifest);
                continue;
            };
            let events = events.to_text();
            match hook_events(&events) {
                Some(events) => hooks.push(hook(manifest, events)),
                None => warnings.push(Warning::structured(
                    profile,
                    "INFO",
                    "skipping unknown hooks",
                    &[("hookTypes", &events)],
                    format!("manifest_sorter.go:199: info: skipping unknown hook: {}", strconv::quote(events.as_bytes())),
                )),
            }
        }
    }
    let rank = |head: &Head| {
        let position = profile.kind_order.iter().position(|kind| head.kind == *kind);
        // Unknown kinds come last, by name.
        (position.unwrap_or(usize::MAX), if position.is_some() { Str::default() } else { head.kind.clone() })
    };
    manifests.sort_by_cached_key(|manifest: &Manifest| rank(&manifest.head));
    hooks.sort_by_cached_key(|hook: &Hook| rank(&hook.manifest.head));
    Ok((manifests, hooks))
}

/// The words of a `helm.sh/hook` annotation; `None` where one of them is unknown.
fn hook_events(value: &str) -> Option<Vec<&'static str>> {
    let event = |word: &str| EVENTS.iter().find(|(name, _)| *name == word.trim().to_lowercase()).map(|(_, event)| *event);
    value.split(',').map(event).collect()
}

fn hook(manifest: Manifest, events: Vec<&'static str>) -> Hook {
    let annotation = |name: &str| {
        let annotations = &manifest.head.metadata.as_ref()?.annotations;
        annotations.get(name.as_bytes()).map(|text| text.to_text().into_owned())
    };
    let words = |name: &str| -> Vec<String> {
        annotation(name).map(|text| text.split(',').map(|word| word.trim().to_lowercase()).collect()).unwrap_or_default()
    };
    Hook {
        events,
        weight: annotation("helm.sh/hook-weight").and_then(|text| strconv::atoi(text.as_bytes()).ok()).unwrap_or_default(),
        delete_policies: words("helm.sh/hook-delete-policy"),
        output_log_policies: words("helm.sh/hook-output-log-policy"),
        manifest,
    }
}

/// The line of the rendered file that a message counts from the document's start, and the byte of the document at which
/// something stands on it.
fn place_of(manifest: &Manifest, text: &[u8], message: &str) -> (Place, usize) {
    let line: Option<usize> = message.split("line ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    let lines = manifest.content.split_inclusive(|byte| *byte == b'\n');
    let offset: usize = lines.take(line.unwrap_or(1).saturating_sub(1)).map(<[u8]>::len).sum();
    let place = Place::in_text(format!("{} (rendered)", manifest.path), text, manifest.start + offset);
    let indent = manifest.content[offset..].iter().take_while(|byte| **byte == b' ').count();
    (place, offset + indent)
}
