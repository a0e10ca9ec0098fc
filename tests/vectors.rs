//! The template vectors recorded from the real helm (`../shared/conformance/vectors`), rendered in-process.
//!
//! Each family must pass at least as many cases as `vectors-floor.txt` says. `VECTORS_FAMILY=lang/` runs some,
//! `VECTORS_SHOW=20` prints failures, `VECTORS_RAISE=1` writes the floor anew where more pass now, `VECTORS_FOLDER` names
//! other recordings of the same form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bkhelm::charts::{self, Profile, UserValues};
use bkhelm::data::Sources;
use bkhelm::diag::{Error, bytes_of};
use bkhelm::render::{self, KubeVersion, PrintOptions};
use bkhelm::values::set::{Flag, Setting};
use data_encoding::BASE64;
use serde_json::Value as Json;

use crate::harness;
use crate::harness::memory::{Memory, Still};

const CHART: &str = "apiVersion: v2\nname: t\nversion: 0.1.0\n";
/// Where the chart stands in memory.
const FOLDER: &str = "/chart";
/// The name that a `-f` file has in recorded errors.
const VALUES_FILE: &str = "VALUES_FILE";

/// What came out of a case: its outputs by file, or the error.
type Outcome = Result<BTreeMap<String, Vec<u8>>, Vec<u8>>;

#[test]
fn vectors_pass_as_before() {
    let given = std::env::var_os("VECTORS_FOLDER").map(PathBuf::from);
    let recorded = || harness::shared().map(|folder| folder.join("vectors"));
    let Some(folder) = given.or_else(recorded).filter(|folder| folder.is_dir()) else {
        println!("skipped: no recorded vectors beside the project");
        return;
    };
    let wanted = std::env::var("VECTORS_FAMILY").unwrap_or_default();
    let cases: Vec<Json> = read_cases(&folder).into_iter().filter(|case| text(case, "family").starts_with(&wanted)).collect();
    let counts = run_all(&cases);
    let mut passed = 0;
    for (family, count) in &counts {
        println!("{family}: {} passed, {} failed", count.passed, count.failed);
        passed += count.passed;
    }
    println!("{passed} passed, {} failed", cases.len() - passed);
    check_floor(&counts, &wanted);
}

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
}

fn text<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}

fn texts(json: &Json, field: &str) -> Vec<String> {
    json[field].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn read_cases(folder: &Path) -> Vec<Json> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the vectors").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "gz"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let mut lines = String::new();
        let packed = fs::read(&file).expect("a readable file");
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut lines).expect("gzip of UTF-8");
        cases.extend(lines.lines().map(|line| serde_json::from_str::<Json>(line).expect("a JSON object a line")));
    }
    cases
}

fn run_all(cases: &[Json]) -> BTreeMap<String, Count> {
    let counts: Mutex<BTreeMap<String, Count>> = Mutex::default();
    let show = std::env::var("VECTORS_SHOW").ok().and_then(|number| number.parse().ok()).unwrap_or(0);
    let (next, shown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let got = outcome(case);
            let expected = expected(case);
            let mut counts = counts.lock().expect("no panic while counting");
            let count = counts.entry(text(case, "family").to_owned()).or_default();
            if got == expected {
                count.passed += 1;
                continue;
            }
            count.failed += 1;
            if shown.fetch_add(1, Ordering::Relaxed) < show {
                println!(
                    "{}\n  template {}\n  expected {}\n  got      {}",
                    case["id"],
                    case["templates"],
                    shortened(&expected),
                    shortened(&got)
                );
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    counts.into_inner().expect("no panic while counting")
}

fn shortened(outcome: &Outcome) -> String {
    let text = match outcome {
        Ok(outputs) => format!("{:?}", outputs.values().map(|output| String::from_utf8_lossy(output)).collect::<Vec<_>>()),
        Err(error) => format!("error {:?}", String::from_utf8_lossy(error)),
    };
    text.chars().take(600).collect()
}

fn expected(case: &Json) -> Outcome {
    let decoded = |field: &str| case[field].as_str().map(|text| BASE64.decode(text.as_bytes()).expect("base64"));
    if let Some(error) = case["err"].as_str().map(|text| text.as_bytes().to_vec()).or_else(|| decoded("err_b64")) {
        return Err(error);
    }
    if let Some(outputs) = case["out"].as_object() {
        return Ok(outputs.iter().map(|(name, output)| (name.clone(), output.as_str().unwrap_or_default().as_bytes().to_vec())).collect());
    }
    let output = decoded("out_b64").unwrap_or_else(|| text(case, "out").as_bytes().to_vec());
    Ok(texts(case, "main").into_iter().take(1).map(|name| (name, output.clone())).collect())
}

/// A panic is a failure of its own kind.
fn outcome(case: &Json) -> Outcome {
    std::panic::catch_unwind(|| rendered(case)).unwrap_or_else(|_| Err(b"(panic)".to_vec()))
}

fn rendered(case: &Json) -> Outcome {
    let host = Memory { files: chart_files(case) };
    let sources = Sources::new();
    let failed = |error: Error| bytes_of(&error.to_string()).into_owned();
    let kube_version = case["kube_version"].as_str().map(|version| KubeVersion::parse(version, Profile::HELM4));
    let kube_version = kube_version.transpose().map_err(failed)?;
    let files = if text(case, "mode") == "file" { vec![VALUES_FILE.to_owned()] } else { Vec::new() };
    let user_values = UserValues { files, settings: settings(case), ..UserValues::default() };
    let values = user_values.merge(&host, &sources, Profile::HELM4).map_err(failed)?;
    let chart = charts::load(&host, Path::new(FOLDER), &sources, Profile::HELM4).map_err(failed)?;
    let api_versions = texts(case, "api_versions");
    let request =
        render::Request { kube_version: kube_version.as_ref(), api_versions: &api_versions, ..render::Request::new("rel", "ns", &Still) };
    let rendered = render::render(&chart, &values, &request).map_err(|failure| failed(failure.error))?;
    let mut stdout = Vec::new();
    rendered.write_to(&mut stdout, &PrintOptions::default()).map_err(failed)?;
    Ok(outputs(&stdout))
}

fn settings(case: &Json) -> Vec<Setting> {
    let flags = [("set", Flag::Set), ("set_string", Flag::SetString), ("set_json", Flag::SetJson), ("set_literal", Flag::SetLiteral)];
    let of_flag = |(field, flag): (&str, Flag)| texts(case, field).into_iter().map(move |argument| Setting { flag, argument });
    flags.into_iter().flat_map(of_flag).collect()
}

/// The chart of a case in the frame that lets any output through (see the README of the vectors).
fn chart_files(case: &Json) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_error = case["err"].is_string() || case["err_b64"].is_string();
    let main = texts(case, "main");
    let mut files = BTreeMap::from([("Chart.yaml".to_owned(), CHART.to_owned())]);
    let mut add = |name: &str, text: &str| files.insert(name.to_owned(), text.to_owned());
    for (name, text) in case["files"].as_object().into_iter().flatten() {
        add(name, text.as_str().unwrap_or_default());
    }
    for (position, (name, text)) in case["templates"].as_object().into_iter().flatten().enumerate() {
        let text = text.as_str().unwrap_or_default();
        if is_error || !main.contains(name) {
            add(name, text);
            continue;
        }
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let hidden = format!("{folder}/_{}.tpl", file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        add(&hidden, text);
        let include = format!("{{{{ include \"t/{hidden}\" . | replace \"<no value>\" \"\" | b64enc }}}}");
        let frame = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: case{position}\ndata:\n  out: \"{include}\"\n");
        add(name, &frame);
    }
    let values = case["values"].as_str();
    let chart_values = if text(case, "mode") == "file" { case["base"].as_str() } else { values };
    if let Some(values) = chart_values {
        add("values.yaml", values);
    }
    let mut files: BTreeMap<PathBuf, Vec<u8>> =
        files.into_iter().map(|(name, text)| (Path::new(FOLDER).join(name), text.into_bytes())).collect();
    files.insert(VALUES_FILE.into(), values.unwrap_or_default().as_bytes().to_vec());
    files
}

/// Takes the outputs out of the frame.
fn outputs(stdout: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let text = String::from_utf8_lossy(stdout);
    let mut outputs = BTreeMap::new();
    let mut source = "";
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("# Source: t/") {
            source = path;
        }
        if let Some(coded) = line.trim().strip_prefix("out: ") {
            let coded = coded.trim_matches('"').as_bytes();
            outputs.insert(source.to_owned(), BASE64.decode(coded).unwrap_or_else(|_| [b"(bad base64) ", coded].concat()));
        }
    }
    outputs
}

/// Fails where a family passes fewer cases than before.
fn check_floor(counts: &BTreeMap<String, Count>, wanted: &str) {
    let file = harness::project().join("tests/vectors-floor.txt");
    let lines = fs::read_to_string(&file).expect("the floor");
    let line = |line: &str| line.rsplit_once(' ').map(|(family, least)| (family.to_owned(), least.parse::<usize>().expect("a number")));
    let mut floor: BTreeMap<String, usize> = lines.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect();
    let passed = |family: &str| counts.get(family).map_or(0, |count| count.passed);
    if std::env::var_os("VECTORS_RAISE").is_some() && wanted.is_empty() {
        let mut text = String::from("# How many recorded template vectors of each family pass at least. Only ever raised.\n");
        for family in counts.keys() {
            let least = floor.entry(family.clone()).or_default();
            *least = passed(family).max(*least);
            writeln!(text, "{family} {least}").expect("a string takes all");
        }
        fs::write(&file, text).expect("a writable floor");
    }
    let below: Vec<String> = floor
        .iter()
        .filter(|(family, least)| family.starts_with(wanted) && passed(family) < **least)
        .map(|(family, least)| format!("{family}: {} pass, {least} passed before", passed(family)))
        .collect();
    assert!(below.is_empty(), "fewer vectors pass than before:\n{}", below.join("\n"));
}
