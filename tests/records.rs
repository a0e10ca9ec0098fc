//! Release records that the real helms wrote are read and written again byte for byte, and the chart in them is what we
//! would store of that chart. `tests/cases/cluster/records/README.md` says how they were made.

use std::fs;
use std::path::{Path, PathBuf};

use bkhelm::charts::{self, Profile};
use bkhelm::cluster::records::{Record, Status, StoredChart, StoredHook};
use bkhelm::data::Sources;
use bkhelm::golang::time::Zone;
use bkhelm::host::RealHost;
use bkhelm::render;

use crate::harness::memory::Still;
use crate::harness::project;

fn folder() -> PathBuf {
    project().join("tests/cases/cluster/records")
}

fn written_by(profile: Profile) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder().join(profile.name)).expect("records").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).expect("a record"))).collect()
}

fn read(text: &[u8]) -> Record {
    Record::from_json(text, &Zone::utc()).expect("a record")
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace(",\"", ",\n\"")
}

#[test]
fn records_are_written_as_they_were_read() {
    for profile in [Profile::HELM4, Profile::HELM3] {
        let records = written_by(profile);
        assert_eq!(records.len(), 5, "{}", profile.name);
        for (path, text) in records {
            assert_eq!(shown(&read(&text).to_json(profile)), shown(&text), "{}", path.display());
        }
    }
}

#[test]
fn unknown_fields_are_kept_and_times_keep_their_zone() {
    let text = br#"{"name":"a","info":{"last_deployed":"2026-11-28T17:06:11.9372164+08:00","status":"failed","x":[1]},"chart":{"metadata":{"name":"c","new":{"b":1}},"lock":null,"templates":null,"values":null,"schema":null,"schemamodtime":"0001-01-01T00:00:00Z","files":null},"version":3,"namespace":"n","later":{"k":"<"}}"#;
    let record = read(text);
    assert_eq!((record.version, record.info.status), (3, Status::Failed));
    let expected = String::from_utf8_lossy(text).replace('<', "\\u003c");
    assert_eq!(String::from_utf8_lossy(&record.to_json(Profile::HELM4)), expected);
    assert!(Record::from_json(br#"{"version":"3"}"#, &Zone::utc()).is_err());
    assert!(Record::from_json(br#"{"info":{"last_deployed":"yesterday"}}"#, &Zone::utc()).is_err());
}

#[test]
fn a_chart_is_stored_as_helm_stores_it() {
    for profile in [Profile::HELM4, Profile::HELM3] {
        for (path, text) in written_by(profile) {
            let wanted = read(&text);
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next()).expect("a name");
            let chart = charts::load(&RealHost, &folder().join("charts").join(name), &Sources::new(), profile).expect("a chart");
            let request = render::Request { profile, ..render::Request::new(name, &wanted.namespace, &Still) };
            let rendered = render::render(&chart, &wanted.config, &request).unwrap_or_else(|failure| panic!("{}", failure.error));
            let mut ours = wanted.clone();
            ours.chart = StoredChart::of(&rendered.tree, &Zone::utc());
            ours.info.notes = String::from_utf8_lossy(&rendered.notes).into_owned();
            ours.hooks = rendered.hooks.iter().map(StoredHook::of).collect();
            for (hook, wanted) in ours.hooks.iter_mut().zip(&wanted.hooks) {
                // what running it adds
                hook.last_run = wanted.last_run.clone();
                if hook.delete_policies.is_empty() {
                    hook.delete_policies.clone_from(&wanted.delete_policies);
                }
            }
            // Helm 3's form has no times: those of our copies of the files are today's.
            assert_eq!(shown(&ours.to_json(Profile::HELM3)), shown(&wanted.to_json(Profile::HELM3)), "{}", path.display());
        }
    }
}

/// The times of files, on charts that lie where helm installed them from.
#[test]
fn files_are_stored_with_their_times() {
    let temporary = tempfile::tempdir().expect("a folder");
    fs::create_dir(temporary.path().join("templates")).expect("a folder");
    for (file, text) in [("Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"), ("templates/a.yaml", "a: b"), ("x", "")] {
        let path = temporary.path().join(file);
        fs::write(&path, text).expect("written");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(1_700_000_000_120_000_000);
        fs::File::options().write(true).open(Path::new(&path)).and_then(|file| file.set_modified(time)).expect("set");
    }
    let chart = charts::load(&RealHost, temporary.path(), &Sources::new(), Profile::HELM4).expect("a chart");
    let stored = StoredChart::of(&charts::Tree::new(&chart), &Zone::fixed("", 8 * 3600));
    let json = Record { chart: stored, ..Record::default() }.to_json(Profile::HELM4);
    assert_eq!(
        String::from_utf8_lossy(&json),
        r#"{"info":{"status":"unknown"},"chart":{"metadata":{"name":"a","version":"1.0.0","apiVersion":"v2"},"lock":null,"templates":[{"name":"templates/a.yaml","data":"YTogYg==","modtime":"2023-11-15T06:13:20.12+08:00"}],"values":null,"schema":null,"schemamodtime":"0001-01-01T00:00:00Z","files":[{"name":"x","data":"","modtime":"2023-11-15T06:13:20.12+08:00"}],"modtime":"2023-11-15T06:13:20.12+08:00"}}"#
    );
}
