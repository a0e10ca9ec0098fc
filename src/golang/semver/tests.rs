//! The table that `tests/cases/golang/semver.go` prints.

use super::{Constraints, Version};
use crate::data::{Member, Object, Value};
use crate::golang::fmt::sprintf;
use crate::golang::strconv::unquote;

fn text(column: &str) -> String {
    String::from_utf8(unquote(column.as_bytes()).unwrap()).unwrap()
}

fn show(version: Result<Version, String>) -> String {
    let version = match version {
        Ok(version) => version,
        Err(error) => return format!("error: {error}"),
    };
    let (major, minor, patch) = (version.inc_major(), version.inc_minor(), version.inc_patch());
    let numbers = [version.major().to_string(), version.minor().to_string(), version.patch().to_string()].join("|");
    let texts =
        [version.prerelease(), version.metadata(), version.original(), major.original(), minor.original(), patch.original()].join("|");
    format!("{version}|{numbers}|{texts}")
}

fn check(columns: &[&str]) -> Vec<(String, String)> {
    let given = text(columns[1]);
    match columns[0] {
        "version" => vec![(show(Version::new(&given)), text(columns[2])), (show(Version::strict(&given)), text(columns[3]))],
        "compare" => {
            let order = Version::new(&given).unwrap().compare(&Version::new(&text(columns[2])).unwrap());
            vec![((order as i32).to_string(), columns[3].to_owned())]
        }
        _ => match Constraints::new(&given) {
            Err(error) => vec![(format!("error: {error}"), text(columns[2]))],
            Ok(constraints) => {
                let mut pairs = vec![(constraints.to_string(), text(columns[2]))];
                for column in &columns[3..] {
                    let go = text(column);
                    let version = Version::new(go.split(' ').next().unwrap()).unwrap();
                    let errors = constraints.validate(&version).err().unwrap_or_default().join("; ");
                    let met = constraints.check(&version);
                    pairs.push((format!("{} {met} {errors}", version.original()), go));
                }
                pairs
            }
        },
    }
}

#[test]
fn versions_and_constraints_are_as_masterminds() {
    let mut failures = Vec::new();
    let mut pairs = 0;
    for line in include_str!("../../../tests/cases/golang/semver.txt").lines() {
        for (got, go) in check(&line.split('\t').collect::<Vec<_>>()) {
            pairs += 1;
            if got != go {
                failures.push(format!("{}\n    {got}\n    {go}", line.split('\t').take(2).collect::<Vec<_>>().join(" ")));
            }
        }
    }
    assert!(pairs > 2_000);
    assert!(failures.is_empty(), "{} of {pairs}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn templates_call_methods_of_versions() {
    let version = Version::new("v1.2.3-rc.1").unwrap();
    assert!(matches!(version.member("Compare"), Some(Member::Method(signature)) if signature.parameters.len() == 1));
    assert!(version.member("Nope").is_none());
    assert_eq!(sprintf(b"%v", &[version.call("Major", &[]).unwrap()]), "1");
    let next = version.call("IncPatch", &[]).unwrap();
    assert_eq!(sprintf(b"%v %T", &[next.clone(), next.clone()]), "1.2.3 semver.Version");
    assert_eq!(sprintf(b"%d", &[Value::object(version.clone())]), "&{1 2 3 %!d(string=rc.1) %!d(string=) %!d(string=v1.2.3-rc.1)}");
    let other = Value::object(Version::new("1.2.3").unwrap());
    assert_eq!(sprintf(b"%v", &[version.call("LessThan", &[other]).unwrap()]), "true");
}
