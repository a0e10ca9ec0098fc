//! A release's record → [`Release`]: overrides, labels and `helmDefaults` decided once.

use std::collections::{BTreeMap, HashMap};

use super::load::Loaded;
use super::record::{self, flag, list, map, number, text, texts};
use super::release::{Hook, Options, Release, SetValue};
use super::templates::is_desired;
use crate::data::{Map, Value};
use crate::diag::{Error, Kind, Severity};
use crate::fetch::Repository;
use crate::values::Setting;

/// All releases of a state, in order, from their records (templates done).
pub(super) fn releases(loaded: &Loaded, records: &[Value], setting: &Setting) -> Vec<Release> {
    let context = text(&loaded.fields, "kubeContext");
    let namespace = text(&loaded.fields, "namespace");
    let over = |over: &str, own: String| if over.is_empty() { own } else { over.to_owned() };
    let empty = Map::new();
    let mut installed = HashMap::new();
    for value in records {
        let record = value.as_map().unwrap_or(&empty);
        let key = (over(&context, text(record, "kubeContext")), over(&namespace, text(record, "namespace")), text(record, "name"));
        installed.insert(key, is_desired(record));
    }
    records
        .iter()
        .map(|value| {
            let record = value.as_map().unwrap_or(&empty);
            let mut release = release(loaded, record);
            release.origin = value.origin;
            release.kube_context = over(&context, text(record, "kubeContext"));
            release.namespace = over(&namespace, text(record, "namespace"));
            release.labels = labels(loaded, record, &release);
            for need in texts(record, "needs") {
                let (id, key) = need_id(&need, &release);
                if release.installed && !installed.get(&key).copied().unwrap_or(false) {
                    warn_of_need(&release.name, &key.2, setting, value);
                }
                release.needs.push(id);
            }
            release.record = written(&release, record);
            release
        })
        .collect()
}

fn warn_of_need(name: &str, need: &str, setting: &Setting, value: &Value) {
    let words = format!(
        "WARNING: release {name} needs {need}, but {need} is not installed due to installed: false. Either mark {need} as installed or remove {need} from {name}'s needs"
    );
    let note = Error::new(Kind::State, words).severity(Severity::Warning);
    setting.notes.push(match setting.sources.place(value.origin) {
        Some(place) => note.at(place),
        None => note,
    });
}

/// A need as an id, and the context, namespace and name it stands for.
fn need_id(need: &str, release: &Release) -> (String, (String, String, String)) {
    let steps: Vec<&str> = need.split('/').collect();
    let (context, namespace, name) = match steps.as_slice() {
        [context @ .., namespace, name] if !context.is_empty() => (context.join("/"), (*namespace).to_owned(), *name),
        [namespace, name] => (release.kube_context.clone(), (*namespace).to_owned(), *name),
        _ => (release.kube_context.clone(), release.namespace.clone(), need),
    };
    let mut id = Vec::new();
    if !context.is_empty() {
        id.push(context.as_str());
    }
    if !context.is_empty() || !namespace.is_empty() {
        id.push(namespace.as_str());
    }
    id.push(name);
    (id.join("/"), (context.clone(), namespace.clone(), name.to_owned()))
}

fn labels(loaded: &Loaded, record: &Map, release: &Release) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for source in [map(&loaded.fields, "commonLabels"), map(record, "labels")] {
        for (key, value) in source.snapshot() {
            labels.insert(key.to_text().into_owned(), value.as_str().map_or(String::new(), |text| text.to_text().into_owned()));
        }
    }
    labels.insert("name".to_owned(), release.name.clone());
    labels.insert("namespace".to_owned(), release.namespace.clone());
    labels.insert("chart".to_owned(), release.chart.rsplit('/').next().unwrap_or_default().to_owned());
    labels
}

/// The record as `build` prints it: with overrides, ids of needs and all labels.
fn written(release: &Release, record: &Map) -> Map {
    let copy = record.shallow_copy();
    for (key, value) in [("kubeContext", &release.kube_context), ("namespace", &release.namespace)] {
        if value.is_empty() {
            copy.remove(key);
        } else {
            copy.insert(key, value.as_str());
        }
    }
    if !release.needs.is_empty() {
        copy.insert("needs", Value::strings(release.needs.iter().map(String::as_str)));
    }
    copy.insert("labels", release.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Map>());
    copy
}

fn release(loaded: &Loaded, record: &Map) -> Release {
    let defaults = map(&loaded.fields, "helmDefaults");
    let either = |key: &str| if record.contains(key) { text(record, key) } else { text(&defaults, key) };
    let handler = |key: &str| Some(text(record, key)).filter(|value| !value.is_empty()).or(Some(text(&loaded.fields, key)));
    let post_renderer_args = texts(record, "postRendererArgs");
    Release {
        name: text(record, "name"),
        chart: text(record, "chart"),
        version: text(record, "version"),
        condition: text(record, "condition"),
        installed: is_desired(record),
        values: list(record, "values"),
        secrets: list(record, "secrets"),
        values_prefix: text(record, "valuesPathPrefix"),
        set: set_values(record, "set"),
        set_string: set_values(record, "setString"),
        environment: set_values(record, "env"),
        hooks: hooks(record),
        missing_file_handler: handler("missingFileHandler").unwrap_or_default(),
        kube_version: text(record, "kubeVersion"),
        api_versions: texts(record, "apiVersions"),
        options: options(record, &defaults),
        post_renderer: Some(either("postRenderer")).filter(|value| !value.is_empty()),
        post_renderer_args: if post_renderer_args.is_empty() { texts(&defaults, "postRendererArgs") } else { post_renderer_args },
        chart_override: text(&loaded.fields, "chart"),
        chartify: CHARTIFY.iter().copied().filter(|key| record.contains(key)).collect(),
        ..Release::default()
    }
}

/// What makes helmfile run the chart through chartify.
const CHARTIFY: [&str; 6] = ["dependencies", "jsonPatches", "strategicMergePatches", "transformers", "forceNamespace", "adopt"];

fn options(record: &Map, defaults: &Map) -> Options {
    let either = |key: &str| if record.contains(key) { flag(record, key) } else { flag(defaults, key) };
    let count = |key: &str| number(record, key).or(number(defaults, key));
    Options {
        wait: either("wait"),
        wait_for_jobs: either("waitForJobs"),
        timeout: count("timeout").unwrap_or(0),
        atomic: either("atomic"),
        cleanup_on_fail: either("cleanupOnFail"),
        force: either("force"),
        create_namespace: record
            .get("createNamespace")
            .or(defaults.get("createNamespace"))
            .is_none_or(|value| value.as_bool() == Some(true)),
        recreate_pods: either("recreatePods"),
        reuse_values: either("reuseValues"),
        skip_deps: either("skipDeps"),
        skip_refresh: either("skipRefresh"),
        skip_crds: flag(defaults, "skipCRDs"),
        devel: either("devel"),
        verify: either("verify"),
        enable_dns: either("enableDNS"),
        skip_schema_validation: either("skipSchemaValidation"),
        disable_validation: either("disableValidation"),
        disable_openapi_validation: either("disableOpenAPIValidation"),
        insecure_skip_tls_verify: either("insecureSkipTLSVerify"),
        plain_http: either("plainHttp"),
        history_max: count("historyMax"),
        description: text(record, "description"),
    }
}

fn set_values(record: &Map, key: &str) -> Vec<SetValue> {
    let read = |value: &Value| {
        let entry = value.as_map()?;
        Some(SetValue {
            name: text(entry, "name"),
            value: text(entry, "value"),
            file: text(entry, "file"),
            values: list(entry, "values"),
            origin: value.origin,
        })
    };
    list(record, key).iter().filter_map(read).collect()
}

/// The hooks of a state or a release.
pub(super) fn hooks(record: &Map) -> Vec<Hook> {
    let read = |value: &Value| {
        let entry = value.as_map()?;
        let pair = |(key, value): (crate::data::Str, Value)| {
            (key.to_text().into_owned(), value.as_str().map_or(String::new(), |text| text.to_text().into_owned()))
        };
        Some(Hook {
            name: text(entry, "name"),
            events: texts(entry, "events"),
            command: text(entry, "command"),
            args: texts(entry, "args"),
            kubectl: entry.contains("kubectlApply").then(|| map(entry, "kubectlApply").snapshot().into_iter().map(pair).collect()),
            show_logs: flag(entry, "showlogs"),
            origin: value.origin,
        })
    };
    list(record, "hooks").iter().filter_map(read).collect()
}

/// The repositories of a state.
pub(super) fn repositories(loaded: &Loaded) -> Vec<Repository> {
    let read = |value: &Value| {
        let entry = value.as_map()?;
        Some(Repository {
            name: text(entry, "name"),
            url: text(entry, "url"),
            username: text(entry, "username"),
            password: text(entry, "password"),
            ca_file: text(entry, "caFile"),
            cert_file: text(entry, "certFile"),
            key_file: text(entry, "keyFile"),
            pass_credentials: flag(entry, "passCredentials"),
            insecure: flag(entry, "skipTLSVerify"),
            declared: true,
        })
    };
    record::list(&loaded.fields, "repositories").iter().filter_map(read).collect()
}
