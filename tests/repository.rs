//! Charts from an http chart repository on loopback: a deployment shaped like BlueKing's platform tier.

use std::fs;
use std::path::Path;

use crate::harness::web::Web;
use crate::harness::{Call, copy_folder, first_difference, project};

/// Serves the fixture's chart under every name and version of `version.yaml`.
fn repository(deployment: &Path) -> Web {
    let versions = fs::read_to_string(deployment.join("environments/default/version.yaml")).expect("versions");
    let charts: Vec<(String, String)> = versions
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, version)| (name.to_owned(), version.trim_matches('"').to_owned()))
        .collect();
    let template = fs::read(deployment.join("chart/templates/config.yaml")).expect("the chart's template");
    let mut index = String::from("apiVersion: v1\nentries:\n");
    let mut files = Vec::new();
    for (name, version) in &charts {
        let package = package(name, version, &template);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &package);
        let digest = data_encoding::HEXLOWER.encode(digest.as_ref());
        index.push_str(&format!("  {name}:\n  - name: {name}\n    version: 99.0.0-rc.1\n    urls: [charts/none.tgz]\n"));
        index.push_str(&format!(
            "  - name: {name}\n    version: {version}\n    digest: {digest}\n    urls: [charts/{name}-{version}.tgz]\n"
        ));
        files.push((format!("/charts/{name}-{version}.tgz"), package));
    }
    files.push(("/index.yaml".to_owned(), index.into_bytes()));
    Web::serve(|_| files)
}

fn package(name: &str, version: &str, template: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let about = format!("apiVersion: v2\nname: {name}\nversion: {version}\ndescription: 测试\n");
    for (path, bytes) in [("Chart.yaml", about.as_bytes()), ("templates/config.yaml", template)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{name}/{path}"), bytes).expect("an archive");
    }
    archive.into_inner().expect("an archive").finish().expect("an archive")
}

/// A copy of the deployment in a temporary folder.
fn deployment() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy_folder(&project().join("tests/fixtures/base-blueking"), folder.path());
    folder
}

/// helm's own `repositories.yaml` in the call's home folder.
fn write_repositories(call: &Call, url: &str) {
    let folder = call.home().join(".config/helm");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("repositories.yaml"), format!("apiVersion: \"\"\nrepositories:\n- name: blueking\n  url: {url}\n"))
        .expect("a file");
}

#[test]
fn a_platform_tier_comes_from_helms_own_repositories_in_stages() {
    let folder = deployment();
    let repository = repository(folder.path());
    let call = Call::new(folder.path()).arguments(["template"]);
    write_repositories(&call, &repository.url);

    let first = call.run();
    assert_eq!(first.code, 0, "{}", first.stderr);
    // What helmfile 1.7.4 with Helm 4.3.1 printed for the same deployment and charts.
    let golden = fs::read_to_string(project().join("snapshots/repository/template.helm4.yaml")).expect("the golden");
    assert!(first.stdout == golden, "{}", first_difference(&golden, &first.stdout));
    let templating = first.stderr.lines().filter_map(|line| line.strip_prefix("Templating release="));
    let names: Vec<&str> = templating.map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!((names.len(), names.first(), names.last()), (16, Some(&"bk-repo"), Some(&"bk-job")), "stage by stage: {names:?}");
    let prepared = fs::read_to_string(folder.path().join("prepared.txt")).expect("the prepare hook ran");
    assert!(prepared.starts_with("bk-repo http://bkrepo.bk.example.com"), "{prepared}");
    assert!(!folder.path().join("bucket.txt").exists(), "a presync hook has nothing to do here");

    let asked = repository.take_asked();
    assert_eq!(asked.len(), 17, "one index and 16 packages, each once: {asked:?}");
    let second = call.run();
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(repository.take_asked(), [""; 0], "the cache has all of it");
}

#[test]
fn a_repository_that_the_state_declares_needs_no_set_up() {
    let folder = deployment();
    let repository = repository(folder.path());
    let state = folder.path().join("base-blueking.yaml.gotmpl");
    let text = fs::read_to_string(&state).expect("the state");
    fs::write(
        &state,
        text.replace("commonLabels:", &format!("repositories:\n  - name: blueking\n    url: {}\n\ncommonLabels:", repository.url)),
    )
    .expect("written");

    let call = Call::new(folder.path()).arguments(["-f", "base-blueking.yaml.gotmpl", "-l", "seq=fifth", "template"]);
    let ran = call.run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("name: bk-nodeman"));
    assert_eq!(repository.take_asked().len(), 2, "the index and one package");
    assert_eq!(call.run().stdout, ran.stdout);
    assert_eq!(repository.take_asked(), ["/index.yaml"], "the index is asked for again, the package is kept");
    let skip = Call::new(folder.path()).arguments(["list", "-f", "base-blueking.yaml.gotmpl", "--output", "json"]).run();
    assert_eq!(skip.code, 0, "{}", skip.stderr);
    assert_eq!(repository.take_asked(), [""; 0], "a list needs no repository");
}

#[test]
fn what_a_repository_lacks_is_named_with_what_there_is() {
    let folder = deployment();
    let repository = repository(folder.path());
    let call = Call::new(folder.path()).arguments(["helm", "template", "x", "blueking/bk-jobb"]);
    write_repositories(&call, &repository.url);
    let ran = call.run();
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .contains("Error: chart \"bk-jobb\" matching  not found in blueking index. (try 'helm repo update'): no chart name found"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("did you mean bk-job?"), "{}", ran.stderr);

    let call = Call::new(folder.path()).arguments(["helm", "template", "x", "bluking/bk-job"]);
    write_repositories(&call, &repository.url);
    let ran = call.run();
    assert!(ran.stderr.contains("Error: repo bluking not found"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean blueking?"), "{}", ran.stderr);
}

#[test]
fn a_package_that_is_not_what_the_index_says_is_refused_and_not_kept() {
    let folder = deployment();
    let repository = repository(folder.path());
    let call = Call::new(folder.path()).arguments(["helm", "template", "x", "blueking/bk-job"]);
    write_repositories(&call, &repository.url);
    let cache = call.home().join(".cache/helm/repository");
    fs::create_dir_all(&cache).expect("a folder");
    let wrong = "0".repeat(64);
    let version = "1.16.4";
    fs::write(
        cache.join("blueking-index.yaml"),
        format!(
            "entries:\n  bk-job:\n  - name: bk-job\n    version: {version}\n    digest: \"{wrong}\"\n    urls: [charts/bk-job-{version}.tgz]\n"
        ),
    )
    .expect("written");
    let ran = call.run();
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the package's SHA-256 is") && ran.stderr.contains(&wrong), "{}", ran.stderr);
    assert!(!call.home().join(".cache/helm/content").exists(), "nothing was kept");
}
