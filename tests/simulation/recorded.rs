//! The simulated server against a real one: scripts of questions with a real server's answers
//! (`tests/cases/cluster/api/*.json`, written by `tests/oracle/record-api.py`).
//!
//! Not compared, because it is different on every server: uids, resourceVersions, times, continue tokens, addresses.

use std::fs;
use std::time::Duration;

use bkhelm::cluster::{Api, Call, Content, Method};
use futures::StreamExt;
use serde_json::Value as Json;

use super::{Ended, Profile, Simulation};
use crate::harness::project;

#[test]
fn the_simulated_server_answers_as_a_real_one() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let folder = project().join("tests/cases/cluster/api");
    for entry in fs::read_dir(folder).expect("cases").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let case: Json = serde_json::from_slice(&fs::read(entry.path()).expect("a case")).expect("JSON");
        let simulation = Simulation::new(1, Profile::calm());
        let mut saved: Vec<(String, String)> = Vec::new();
        for (at, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            count += 1;
            if let Some(difference) = difference(&simulation, step, &mut saved) {
                wrong.push(format!("{name} step {at}: {} {}\n{difference}", step["do"], step["path"]));
            }
        }
    }
    println!("{count} questions");
    assert!(count > 100 && wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Asks the simulation what the step asks, and compares.
fn difference(simulation: &Simulation, step: &Json, saved: &mut Vec<(String, String)>) -> Option<String> {
    let call = call(step, saved);
    let api = simulation.api();
    match step["do"].as_str().expect("a verb") {
        "until" => {
            let wanted = step["code"].as_u64();
            let reached = (0..240).any(|_| {
                simulation.rest(Duration::from_millis(500));
                let answer = ask(simulation, &*api, call.clone());
                let at = step["at"].as_str().is_none_or(|at| answer.pointer(at) == Some(&step["is"]));
                at && Some(code(&answer)) == wanted
            });
            (!reached).then(|| "never".to_owned())
        }
        "watch" => {
            let events = usize::try_from(step["events"].as_u64().unwrap_or_default()).expect("a number");
            let call = call.query("watch", "1");
            let seen = done(simulation.run(async {
                let stream = api.watch(call).await.expect("a watch");
                stream.take(events).map(|event| event.expect("an event")).collect::<Vec<_>>().await
            }));
            let seen: Vec<Json> = seen.into_iter().map(|event| serde_json::json!({"type": event.kind, "object": event.object})).collect();
            compared(step, &step["answer"], &seen.into())
        }
        _ => {
            let answer = ask(simulation, &*api, call);
            for (name, pointer) in step["save"].as_object().into_iter().flatten() {
                let value = answer.pointer(pointer.as_str().expect("a pointer")).and_then(Json::as_str).unwrap_or_default();
                saved.retain(|(known, _)| known != name);
                saved.push((name.clone(), value.to_owned()));
            }
            let (is, want) = (code(&answer), step["code"].as_u64().expect("a code"));
            let same = is == want || (is == 200 && want == 201);
            if !same {
                return Some(format!("code {is} for {want}: {answer}"));
            }
            compared(step, &step["answer"], &answer)
        }
    }
}

fn done<T>(ended: Ended<T>) -> T {
    match ended {
        Ended::Done(output) => output,
        Ended::Crashed => panic!("nobody was to die"),
    }
}

/// The answer; a refusal as the `Status` that it came as.
fn ask(simulation: &Simulation, api: &dyn Api, call: Call) -> Json {
    done(simulation.run(api.call(call))).unwrap_or_else(|fault| {
        if fault.reason.is_empty() {
            return Json::from(fault.message);
        }
        let mut status = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": fault.message, "reason": fault.reason, "code": fault.code,
        });
        if !fault.details.is_null() {
            status["details"] = fault.details;
        }
        status
    })
}

fn code(answer: &Json) -> u64 {
    if answer.is_string() { 404 } else { answer["code"].as_u64().unwrap_or(200) }
}

fn call(step: &Json, saved: &[(String, String)]) -> Call {
    let mut text = step.to_string();
    for (name, value) in saved {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    let step: Json = serde_json::from_str(&text).expect("JSON");
    let method = match step["do"].as_str().expect("a verb") {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => Method::Get,
    };
    let content = match step["content"].as_str().unwrap_or_default() {
        "apply" => Content::Apply,
        "merge" => Content::MergePatch,
        "strategic" => Content::StrategicMergePatch,
        "json-patch" => Content::JsonPatch,
        _ => Content::Json,
    };
    let mut call = Call::new(method, step["path"].as_str().expect("a path"));
    const NAMES: [&str; 9] =
        ["fieldManager", "force", "fieldValidation", "dryRun", "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion"];
    for (name, value) in step["query"].as_object().into_iter().flatten() {
        let name = NAMES.iter().find(|known| **known == name).expect("a parameter that is known");
        call = call.query(name, value.as_str().expect("text"));
    }
    match step.get("body") {
        Some(body) => call.body(content, body.clone()),
        None => call,
    }
}

fn compared(step: &Json, want: &Json, got: &Json) -> Option<String> {
    let (want, got) = (level(want), level(got));
    if step["names"] == true {
        let names = |answer: &Json| {
            answer["items"].as_array().into_iter().flatten().map(|item| item["metadata"]["name"].clone()).collect::<Vec<_>>()
        };
        return (names(&want) != names(&got)).then(|| format!("want {:?}\n got {:?}", names(&want), names(&got)));
    }
    let pointers = step["only"].as_array().map(|list| list.iter().filter_map(Json::as_str).collect::<Vec<_>>());
    let pointers = pointers.unwrap_or_else(|| vec![""]);
    let mut differing = Vec::new();
    for pointer in pointers {
        differences(pointer, want.pointer(pointer), got.pointer(pointer), &mut differing);
    }
    (!differing.is_empty()).then(|| differing.join("\n"))
}

/// Where two answers differ, as deep as they do.
fn differences(at: &str, want: Option<&Json>, got: Option<&Json>, found: &mut Vec<String>) {
    if want == got {
        return;
    }
    match (want, got) {
        (Some(Json::Object(one)), Some(Json::Object(other))) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                differences(&format!("{at}/{key}"), one.get(key), other.get(key), found);
            }
        }
        (Some(Json::Array(one)), Some(Json::Array(other))) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.for_each(|(place, (one, other))| differences(&format!("{at}/{place}"), Some(one), Some(other), found));
        }
        _ => {
            let shown = |side: Option<&Json>| side.map_or_else(|| "nothing".to_owned(), Json::to_string);
            found.push(format!("{at}\n  want {}\n  got  {}", shown(want), shown(got)));
        }
    }
}

/// The answer with a star in the place of what is different on every server, and managers and causes, which come
/// in any order, in one.
fn level(answer: &Json) -> Json {
    let mut levelled = serde_json::from_str(&without_uids(&answer.to_string())).expect("JSON");
    level_below(&mut levelled);
    levelled
}

fn level_below(value: &mut Json) {
    const STARS: [&str; 8] =
        ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "continue", "clusterIP", "clusterIPs", "remainingItemCount"];
    match value {
        Json::Object(fields) => {
            for (field, value) in fields.iter_mut() {
                if STARS.contains(&field.as_str()) {
                    *value = "*".into();
                } else {
                    level_below(value);
                }
            }
            if let Some(managers) = fields.get_mut("managedFields").and_then(Json::as_array_mut) {
                let rank = |manager: &Json| [&manager["operation"], &manager["manager"], &manager["subresource"]].map(Json::to_string);
                managers.sort_by_key(rank);
                // An apply that changed nothing has no time, or an old one.
                managers.iter_mut().filter_map(Json::as_object_mut).for_each(|manager| drop(manager.remove("time")));
            }
            if let Some(causes) = fields.get_mut("causes").and_then(Json::as_array_mut) {
                causes.sort_by_key(Json::to_string);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(level_below),
        _ => {}
    }
}

/// A text without the uids in it.
fn without_uids(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let word = rest.get(..36).filter(|word| is_uid(word));
        left.push(if word.is_some() { '*' } else { letter });
        rest = &rest[word.map_or(letter.len_utf8(), str::len)..];
    }
    left
}

fn is_uid(word: &str) -> bool {
    word.bytes().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[test]
fn what_differs_on_every_server_is_levelled_and_nothing_else() {
    let uid = "de2cf828-3743-49f0-8fa2-b6f61b40ec17";
    let one = serde_json::json!({"metadata": {"uid": "x", "name": "n"}, "message": format!("({uid}) not"), format!("k:{uid}"): {}});
    let wanted = serde_json::json!({"metadata": {"uid": "*", "name": "n"}, "message": "(*) not", "k:*": {}});
    assert_eq!(level(&one), wanted);
}
