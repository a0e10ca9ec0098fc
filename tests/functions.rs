//! The function tables: none is missing, each row explains itself, and its example runs. What is random or looks at
//! the clock sees the world that it is given.

use std::sync::Mutex;

use bkhelm::charts::Profile;
use bkhelm::gotmpl::{Function, World};
use bkhelm::{render, values};

use crate::harness;

/// A clock that stands still, and numbers that follow from a seed.
struct Fixed {
    seconds: i64,
    state: Mutex<u64>,
}

impl Fixed {
    fn new(seconds: i64, seed: u64) -> Self {
        Self { seconds, state: Mutex::new(seed) }
    }
}

impl World for Fixed {
    fn now(&self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000
    }
    fn random(&self, buffer: &mut [u8]) {
        let mut state = self.state.lock().expect("nobody panics here");
        for byte in buffer {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (*state >> 56) as u8;
        }
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

fn rendered(text: &str, world: &Fixed) -> String {
    match render::render_text(text, Profile::HELM4, world) {
        Ok(out) => String::from_utf8(out).expect("text"),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Helm 4.3.1's functions, one a line, as `../shared/conformance/vectors/functions.json` lists them.
fn names() -> Vec<&'static str> {
    include_str!("cases/gotmpl/helm-names.txt").lines().collect()
}

#[test]
fn every_function_of_helm_has_a_row_and_no_other_has() {
    let mut ours: Vec<&str> = render::functions(Profile::HELM4).rows().map(|row| row.name).collect();
    let mut all = names();
    ours.sort_unstable();
    all.sort_unstable();
    assert_eq!(ours, all);
    for absent in ["env", "expandenv"] {
        let error = render::render_text(&format!("{{{{ {absent} \"HOME\" }}}}"), Profile::HELM4, &Fixed::new(0, 0)).expect_err("not there");
        assert!(error.message().contains(&format!("function \"{absent}\" not defined")), "{error}");
    }
}

#[test]
fn the_list_of_functions_is_the_recorded_one() {
    let Some(folder) = harness::shared() else { return };
    let text = std::fs::read_to_string(folder.join("vectors/functions.json")).expect("the recorded functions");
    let recorded: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let word = |function: &serde_json::Value, key: &str| function[key].as_str().expect("a text").to_owned();
    let functions = recorded["functions"].as_array().expect("a list");
    let there = functions.iter().filter(|function| !word(function, "origin").starts_with("absent"));
    assert_eq!(there.map(|function| word(function, "name")).collect::<Vec<_>>(), names());
    let table = render::functions(Profile::HELM4);
    for function in functions.iter().filter(|function| !word(function, "origin").starts_with("absent")) {
        let name = word(function, "name");
        let source = table.get(&name).map(|row| row.source.to_string().to_lowercase());
        let origin = word(function, "origin");
        assert_eq!(source.as_deref(), origin.split(' ').next(), "{name}");
    }
}

#[test]
fn every_row_explains_itself_and_every_example_of_helm_runs() {
    let world = Fixed::new(1_700_000_000, 1);
    for row in render::functions(Profile::HELM4).rows() {
        explains_itself(row);
        // Offline there is no address of any host.
        let given = rendered(row.example, &world);
        assert!(!given.is_empty() || row.name == "getHostByName", "{}: {} gives nothing", row.name, row.example);
    }
    for row in values::functions().expect("helmfile's table").rows() {
        explains_itself(row);
    }
}

fn explains_itself(row: &Function) {
    let (name, doc) = (row.name, row.doc);
    assert!(row.example.contains(name), "{name}: {}", row.example);
    assert!(doc.ends_with('.') && doc.starts_with(|c: char| c.is_ascii_uppercase()), "{name}: {doc}");
    assert!(doc.split(' ').count() >= 3, "{name}: {doc}");
    assert!(!doc.starts_with("The same as") && !doc.contains('\n') && doc.len() <= 140, "{name}: {doc}");
}

#[test]
fn chance_and_time_come_from_the_world() {
    // RSA keys are left out, because threads race for their primes, and DSA keys, because they take seconds.
    let random = "randAlphaNum 8;randAlpha 8;randNumeric 8;randAscii 8;randBytes 8;randInt 0 1000000;uuidv4;shuffle \"a long text to shuffle\";\
        bcrypt \"secret\";htpasswd \"user\" \"secret\";encryptAES \"secret\" \"text\";genPrivateKey \"ecdsa\";genPrivateKey \"ed25519\";\
        (genCAWithKey \"ca\" 365 (genPrivateKey \"ed25519\")).Cert";
    let time = "now;now | unixEpoch;date \"2006-01-02T15:04:05\" now;htmlDate now;dateInZone \"15:04\" now \"Asia/Shanghai\";toDate \"2006\" \"2020\" | ago;\
        date \"2006-01-02\" \"no date is now\"";
    for expression in random.split(';') {
        let text = format!("{{{{ {expression} }}}}");
        let once = rendered(&text, &Fixed::new(0, 1));
        assert_eq!(once, rendered(&text, &Fixed::new(0, 1)), "{expression}");
        assert_ne!(once, rendered(&text, &Fixed::new(0, 2)), "{expression}");
    }
    for expression in time.split(';') {
        let text = format!("{{{{ {expression} }}}}");
        let once = rendered(&text, &Fixed::new(1_700_000_000, 1));
        assert_eq!(once, rendered(&text, &Fixed::new(1_700_000_000, 2)), "{expression}");
        assert_ne!(once, rendered(&text, &Fixed::new(1_600_000_000, 1)), "{expression}");
    }
    let fixed = |text: &str| rendered(text, &Fixed::new(1_700_000_000, 1));
    assert_eq!(fixed("{{ now }}"), "2023-11-14 22:13:20 +0000 UTC");
    assert_eq!(fixed("{{ now | dateModify \"-90m\" | ago }}"), "1h30m0s");
}
