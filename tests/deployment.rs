//! The embedded deployment against what the real helmfile and helm made of it (`snapshots/deployment/`, see
//! `snapshots/README.md`), and the commands on it as a newcomer types them.

use std::fs;
use std::path::PathBuf;

use crate::harness::{Call, Ran, first_difference, project};

fn golden(name: &str) -> String {
    let path = project().join("snapshots/deployment").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn bkhelm(arguments: &[&str]) -> Ran {
    Call::new(project()).arguments(arguments.iter().copied()).run()
}

fn same(what: &str, ran: &Ran, want: &str) {
    assert_eq!(ran.code, 0, "{what}: {}", ran.stderr);
    let got = ran.stdout.replace(&project().display().to_string(), "@DEPLOY@");
    assert!(got == want, "{what}: {}", first_difference(want, &got));
}

#[test]
fn template_prints_what_helmfile_with_helm_prints() {
    let arguments = ["template", "--skip-deps", "--args", "--kube-version v1.34.0"];
    same("helm 4", &bkhelm(&arguments), &golden("template.helm4.yaml"));
    same("helm 3", &bkhelm(&[&arguments[..], &["--compat", "helm3"]].concat()), &golden("template.helm3.yaml"));
}

#[test]
fn list_and_build_print_what_helmfile_prints() {
    same("list", &bkhelm(&["list"]), &golden("list.txt"));
    same("list as JSON", &bkhelm(&["list", "--output", "json"]), &golden("list.json"));
    same("list of the first stage", &bkhelm(&["list", "-l", "seq=first"]), &golden("list-first.txt"));
    same("build", &bkhelm(&["build"]), &golden("build.yaml"));
}

#[test]
fn write_values_writes_what_helmfile_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = format!("{}/{{{{ .Release.Name }}}}.yaml", folder.path().display());
    let ran = bkhelm(&["write-values", "--skip-deps", "--output-file-template", &template]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let names = |folder: PathBuf| {
        let mut names: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    let wanted = names(project().join("snapshots/deployment/values"));
    assert_eq!(names(folder.path().to_owned()), wanted);
    for name in wanted {
        let name = name.to_string_lossy();
        let got = fs::read_to_string(folder.path().join(&*name)).expect("written");
        let want = golden(&format!("values/{name}"));
        assert!(got == want, "{name}: {}", first_difference(&want, &got));
    }
}

#[test]
fn output_does_not_depend_on_the_number_of_threads() {
    let one = bkhelm(&["template", "--concurrency", "1"]);
    let many = bkhelm(&["template", "--concurrency", "16"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert!(one.stdout == many.stdout, "{}", first_difference(&one.stdout, &many.stdout));
}

#[test]
fn lint_finds_nothing_wrong() {
    let ran = bkhelm(&["lint", "--fail-on", "warning"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn nothing_is_written_beside_the_output() {
    let before = fs::read_dir(project()).expect("the project").count();
    let call = Call::new(project()).arguments(["template"]);
    assert_eq!(call.run().code, 0);
    assert_eq!(fs::read_dir(project()).expect("the project").count(), before);
    assert_eq!(fs::read_dir(call.home()).expect("home").count(), 0, "a deployment of local charts needs no cache");
}
