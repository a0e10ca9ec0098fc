//! What is on the cluster of a release's objects, as `helm status` shows it (helm pkg/action/status.go, pkg/kube/client.go `Get`).

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde_json::Value as Json;

use crate::cluster::records::Record;
use crate::cluster::{Call, Cluster, Fault, Resource};
use crate::commands::session::value;
use crate::data::{self, List, Map, Value};
use crate::diag::{Error, Kind, Result};
use crate::plan::{Object, manifest};

/// Objects that are asked for at once.
const AT_ONCE: usize = 8;

/// The server's own table of an object, and the object where it makes none.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// Pods of workloads stand under a name of their own.
const RELATED: &str = "v1/Pod(related)";

/// The answers of the server by `VERSION/KIND`, each kind in the order of the manifest.
pub struct Resources(BTreeMap<String, Vec<Json>>);

impl Resources {
    /// Asks for all objects of a release: for their tables, or for the objects themselves. What is not there, or may not be looked
    /// at, is left out.
    ///
    /// # Errors
    /// A stored manifest that is no YAML; kinds that the server does not serve.
    pub async fn of(cluster: &Cluster, record: &Record, tables: bool) -> Result<Self> {
        let objects = manifest(record.manifest.as_bytes())?;
        let mut located = Vec::new();
        let mut unknown = Vec::new();
        for object in &objects {
            match cluster.locate(object, &record.namespace) {
                Ok((resource, namespace)) => located.push((object, resource, namespace)),
                Err(error) => unknown.push(error),
            }
        }
        refuse(unknown)?;
        let answers = stream::iter(&located).map(|(object, resource, namespace)| {
            let path = resource.path(namespace, object.name());
            async move { ask(cluster, path, tables, &[]).await }
        });
        let answers: Vec<Result<Json, Fault>> = answers.buffered(AT_ONCE).collect().await;
        let mut all = Self(BTreeMap::new());
        let mut seen = Vec::new();
        for ((object, resource, namespace), answer) in located.iter().zip(answers) {
            let Ok(answer) = answer else { continue };
            all.add(format!("{}/{}", resource.version, resource.kind), answer);
            let Some(selector) = selector(object).filter(|selector| !seen.contains(selector)) else { continue };
            if let Some(pods) = pods(cluster, namespace, &selector, tables).await {
                all.add(RELATED.to_owned(), pods);
            }
            seen.push(selector);
        }
        Ok(all)
    }

    fn add(&mut self, kind: String, answer: Json) {
        self.0.entry(kind).or_default().push(answer);
    }

    /// The tables, for people. Empty where nothing is there.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut last = None;
        for (kind, tables) in &self.0 {
            text += &format!("==> {kind}\n");
            for table in tables {
                text += &Table::of(table).text(&mut last);
            }
            text += "\n";
        }
        text
    }

    /// The objects, as JSON and YAML have them; `None` where nothing is there.
    pub fn value(&self) -> Option<Value> {
        let list = |all: &Vec<Json>| Value::from(data::Kind::List(all.iter().map(value).collect::<List>()));
        let map: Map = self.0.iter().map(|(kind, all)| (kind.as_str(), list(all))).collect();
        (!self.0.is_empty()).then(|| map.into())
    }
}

/// Kinds that are not served, in one error.
fn refuse(unknown: Vec<Error>) -> Result<()> {
    let words: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    match unknown.into_iter().next() {
        None => Ok(()),
        Some(one) if words.len() == 1 => Err(one),
        Some(_) => Err(Error::new(Kind::Apply, format!("[{}]", words.join(", ")))),
    }
}

async fn ask(cluster: &Cluster, path: String, tables: bool, query: &[(&'static str, String)]) -> Result<Json, Fault> {
    let mut call = Call::get(path);
    call.query.extend_from_slice(query);
    if tables {
        call.accept = TABLE;
        call = call.query("includeObject", "Object");
    }
    cluster.call(call).await
}

/// The pods that a workload selects; `None` where they can't be had.
async fn pods(cluster: &Cluster, namespace: &str, selector: &BTreeMap<String, String>, tables: bool) -> Option<Json> {
    let resource: Resource = cluster.resource("v1", "Pod").ok()?;
    let labels: Vec<String> = selector.iter().map(|(name, text)| format!("{name}={text}")).collect();
    let mut list = ask(cluster, resource.collection(namespace), tables, &[("labelSelector", labels.join(","))]).await.ok()?;
    // Lists leave out what each item is.
    for item in list.get_mut("items").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(fields) = item.as_object_mut() {
            fields.insert("apiVersion".to_owned(), "v1".into());
            fields.insert("kind".to_owned(), "Pod".into());
        }
    }
    Some(list)
}

/// The labels by which an object of the manifest selects its pods; what a server would add is not in it.
fn selector(object: &Object) -> Option<BTreeMap<String, String>> {
    let at = match object.kind() {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/selector/matchLabels",
        "ReplicationController" => "/spec/selector",
        _ => return None,
    };
    let labels = object.body.pointer(at)?.as_object()?;
    labels.iter().map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
}

/// A table of a server (k8s.io/cli-runtime pkg/printers/tableprinter.go).
struct Table {
    columns: Json,
    rows: Vec<Vec<Json>>,
}

impl Table {
    fn of(answer: &Json) -> Self {
        let list = |json: &Json, key: &str| json.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
        if answer.get("kind").is_some_and(|kind| kind == "Table") {
            let rows = list(answer, "rows").iter().map(|row| list(row, "cells")).collect();
            return Self { columns: answer.get("columnDefinitions").cloned().unwrap_or_default(), rows };
        }
        // A server that makes no tables.
        let name = answer.pointer("/metadata/name").cloned().unwrap_or_default();
        Self { columns: serde_json::json!([{"name": "Name"}, {"name": "Age"}]), rows: vec![vec![name, "<unknown>".into()]] }
    }

    /// Its lines. `last` are the columns of the table before, whose head does not come again.
    fn text(&self, last: &mut Option<Json>) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        // Further columns are for `--output wide`.
        let columns: Vec<&Json> = self.columns.as_array().map(|all| all.iter().collect()).unwrap_or_default();
        let shown = |at: &usize| columns.get(*at).is_some_and(|one| one.get("priority").and_then(Json::as_i64).unwrap_or_default() == 0);
        let shown: Vec<usize> = (0..columns.len()).filter(shown).collect();
        let name = |at: &usize| columns.get(*at).and_then(|one| one.get("name")?.as_str()).unwrap_or_default().to_uppercase();
        let raw = |row: &[Json], at: &usize| row.get(*at).map(whole_cell).unwrap_or_default();
        let mut lines: Vec<Vec<String>> = self.rows.iter().map(|row| shown.iter().map(|at| shown_cell(&raw(row, at))).collect()).collect();
        let mut own: Vec<usize> = self.rows.first().map(|row| shown.iter().map(|at| raw(row, at).len()).collect()).unwrap_or_default();
        // parity: of two kinds with the same columns, the second has no head.
        if last.as_ref() != Some(&self.columns) {
            let head: Vec<String> = shown.iter().map(name).collect();
            own = head.iter().map(String::len).collect();
            lines.insert(0, head);
        }
        // parity: kubectl makes room by the first line for whole values, also where it cuts them, in bytes; not in the last column.
        let widest = |at: &usize| self.rows.iter().map(|row| raw(row, at).len()).max().unwrap_or_default();
        let inner = shown.len().saturating_sub(1);
        let first = lines.first_mut().into_iter().flatten().zip(own).zip(&shown).take(inner);
        first.for_each(|((cell, own), at)| cell.push_str(&" ".repeat(widest(at).saturating_sub(own))));
        *last = Some(self.columns.clone());
        aligned(&lines)
    }
}

/// A cell as text.
fn whole_cell(cell: &Json) -> String {
    match cell {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A cell's first line, with nothing in it that a terminal would obey.
fn shown_cell(text: &str) -> String {
    let line = match text.find(['\u{c}', '\n', '\r']) {
        Some(end) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    };
    line.replace('\u{1b}', "^[")
}

/// Lines whose columns begin below each other, three spaces apart and six wide at least (kubectl's tab writer).
fn aligned(lines: &[Vec<String>]) -> String {
    const NARROWEST: usize = 6;
    const BETWEEN: usize = 3;
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count() + BETWEEN).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or_default().max(NARROWEST)).collect();
    let line = |cells: &Vec<String>| {
        let last = cells.len().saturating_sub(1);
        let padded = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at == last {
            true => cell.clone(),
            false => format!("{cell:<width$}"),
        });
        padded.collect::<String>() + "\n"
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Table;

    #[test]
    fn tables_are_aligned_one_by_one_and_have_a_head_once() {
        let table = |name: &str, word: &str| {
            let columns = [("Name", 0), ("Size", 0), ("Word", 0), ("Wide", 1)];
            let columns: Vec<_> = columns.iter().map(|(name, priority)| json!({"name": name, "priority": priority})).collect();
            Table::of(&json!({"kind": "Table", "columnDefinitions": columns, "rows": [{"cells": [name, 3, word, "x"]}]}))
        };
        let mut last = None;
        assert_eq!(table("a-long-name", "one\ntwo").text(&mut last), "NAME          SIZE   WORD\na-long-name   3      one...\n");
        let cut = Table::of(&json!({"kind": "Table", "columnDefinitions": [{"name": "Word"}, {"name": "X"}],
            "rows": [{"cells": ["several\nlines", "y"]}]}));
        assert_eq!(cut.text(&mut None), "WORD            X\nseveral...      y\n");
        assert_eq!(table("b", "\u{1b}[1mx").text(&mut last), "b     3     ^[[1mx\n");
        let empty = Table::of(&json!({"kind": "Table", "columnDefinitions": [{"name": "X"}], "rows": []}));
        assert_eq!(empty.text(&mut last), "");
        assert_eq!(Table::of(&json!({"kind": "X", "metadata": {"name": "y"}})).text(&mut last), "NAME   AGE\ny      <unknown>\n");
    }
}
