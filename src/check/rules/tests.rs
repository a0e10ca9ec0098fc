//! What rules find in a small deployment, and what becomes of rules that are wrong.

use std::time::Instant;

use super::{Deployment, Member, Rules};
use crate::check::Object;
use crate::data::yaml::{Documents, Reading, read_value, read_values};
use crate::data::{Map, Sources};
use crate::diag::Errors;

const ENV: &str = "\
domain: bk.cn
password: hidden-marker
mysql: {host: db.corp.cn, port: 3306}
uri: redis://:other-marker@redis:6379/1
";

const WEB: &str = "\
name: web
adminToken: third-marker
hosts: [a.bk.cn, b.old.cn]
replicas: 2
";

const OBJECTS: [&str; 2] = [
    "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata:\n  plain: fourth-marker\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n",
];

/// What the rules of a file say about the deployment above: code, place, message and hints of each finding.
fn said(rules: &str) -> Vec<String> {
    let (sources, mut deployment) = (Sources::new(), Deployment::default());
    let values = |name: &str, text: &str| -> Map { read_values(&sources.add(name, text), Documents::First).expect("values") };
    deployment.environment("default", &values("env.yaml", ENV));
    let objects = OBJECTS.map(|text| {
        let source = Sources::new().add("web/x.yaml", text);
        Object::of_file(read_value(&source, Reading::CHARTS).expect("an object"), source)
    });
    let web = Member { name: "bk-web".to_owned(), values: values("web.yaml", WEB), objects: objects.into(), ..Member::default() };
    deployment.add(web);
    deployment.know("bk-job");
    let (read, mut found) = Rules::read("rules.yaml", rules.as_bytes());
    found.extend(read.check(&deployment, &sources));
    shown(&found)
}

fn shown(found: &Errors) -> Vec<String> {
    let each = found.iter().map(|one| {
        let place = one.place().map(ToString::to_string).unwrap_or_default();
        let hints = one.hints().iter().map(|hint| format!(" ({hint})")).collect::<String>();
        format!("{} {place} {one}{hints}", one.code().id)
    });
    each.collect()
}

/// One rule that has to hold.
fn rule(check: &str) -> Vec<String> {
    said(&format!("rules:\n- name: r\n  message: broken\n  check: |\n    {check}\n"))
}

#[test]
fn a_finding_is_at_what_the_check_read_last() {
    assert_eq!(rule("env.mysql.port == 3306"), [""; 0]);
    assert_eq!(rule("env.domain == 'bk.cn' && env.mysql.host == 'x'"), ["BK1702 env.yaml:1:9 broken"]);
    assert_eq!(rule("releases['bk-web'].values.hosts.all(h, h.endsWith('.bk.cn'))"), ["BK1702 web.yaml:3:18 broken"]);
    assert_eq!(rule("manifests.all(m, m.kind != 'Service' || m.spec.ports.all(p, p.port == 81))"), ["BK1702 web/x.yaml:2:7 broken"]);
}

#[test]
fn rounds_go_through_releases_objects_and_lists() {
    let found = said("
rules:
- {name: a, for: each release, message: '${release.name} has ${release.values.replicas}', check: release.values.replicas == 3, at: release.values.replicas}
- {name: b, for: each Service, message: '${release.name} ${manifest.metadata.name}', check: 'false', at: manifest.spec.ports}
- {name: c, for: 'each h in releases[\"bk-web\"].values.hosts', message: '${h} of ${environment}', check: 'h.endsWith(env.domain)', at: h, severity: note}
- {name: d, for: each manifest, message: x, when: manifest.kind == 'Pod', check: 'false'}
- {name: e, for: release bk-job, message: x, check: 'false'}
");
    assert_eq!(
        found,
        ["BK1702 web.yaml:4:11 bk-web has 2", "BK1702 web/x.yaml:5:10 bk-web web", "BK1702 web.yaml:3:18 b.old.cn of default"]
    );
}

#[test]
fn secrets_are_in_no_message() {
    let found = said("
rules:
- name: a
  message: '${env.password} ${env.uri} ${[env.password]} ${env.password + \"x\"} ${releases[\"bk-web\"].values.adminToken.substring(2)} ${env}
    ${manifests[0].data.plain} ${manifests[0].data} ${base64.encode(bytes(env.password))} ${env.password.size()} ${env.password == \"x\"}'
  check: env.password == ''
  at: env.password
");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(!found[0].contains("marker") && found[0].contains("redis://:********@redis:6379/1"), "{found:?}");
    assert!(found[0].ends_with("13 false"), "{found:?}");
}

#[test]
fn releases_that_are_not_there_end_the_question() {
    assert_eq!(rule("releases['bk-job'].values.x == 1"), [""; 0]);
    assert_eq!(rule("env.domain == 'x' || releases['bk-job'].values.x == 1"), [""; 0]);
    assert_eq!(rule("'bk-job' in releases || env.domain == 'bk.cn'"), [""; 0]);
    assert_eq!(rule("releases['something-else'].values.x == 1"), [""; 0]);
    let found = rule("releases['bk-wep'].values.x == 1");
    let words = "BK1705 rules.yaml:5:15 rule r: the deployment has no release bk-wep, so the rule is never asked (did you mean `bk-web`?)";
    assert_eq!(found, [words]);
}

#[test]
fn paths_that_lead_nowhere_are_faults_of_the_rule() {
    let fault = "BK1703 rules.yaml:5:15 rule r could not be asked: `env.mysql.hots` is not set (did you mean `host`?)";
    assert_eq!(rule("env.mysql.hots == 'x'"), [fault]);
    assert_eq!(rule("env.domain == 'bk.cn' || env.mysql.hots == 'x'"), [""; 0]);
    assert_eq!(rule("!has(env.nothing.at.all) && env.?nothing.?at.orValue('') == ''"), [""; 0]);
    let null = "!has({'a': null}.a) && {'a': null}.?a.orValue(1) == 1 && {'a': null}[?'a'].orValue(2) == 2 && {'a': null}.a == null";
    assert_eq!(rule(null), [""; 0]);
    assert_eq!(
        rule("!has(env.mysq.host)"),
        ["BK1703 rules.yaml:5:14 rule r could not be asked: `env.mysq` is not set (did you mean `mysql`?)"]
    );
    assert_eq!(rule("env.domain"), ["BK1703 rules.yaml:5:5 rule r could not be asked: it is a text, and should be true or false"]);
    assert_eq!(rule("env.mysql.port < 'x'"), ["BK1703 rules.yaml:5:5 rule r could not be asked: a number can't be compared with a text"]);
    assert_eq!(rule("base64.decode(env.password) == b''").len(), 1);
}

#[test]
fn what_is_wrong_with_a_file_is_said_at_its_place() {
    let found = said(
        "
rules:
- {name: a, message: x, chek: 'true'}
- {name: b, mesage: x, check: 'tru'}
- {name: c, message: x, check: 'true', severity: warn, for: each relase}
- {name: d, message: '${env.', check: 'true'}
- {name: d, message: '${emv}', check: 'true'}
- {name: ok, message: x, check: 'true'}
- {name: ok, message: x, check: 'false'}
other: 1
",
    );
    let want = [
        "BK1701 rules.yaml:10:1 there is no field `other`",
        "BK1701 rules.yaml:3:25 there is no field `chek` (did you mean `check`?)",
        "BK1701 rules.yaml:3:3 rule a has no `check`",
        "BK1701 rules.yaml:4:13 there is no field `mesage` (did you mean `message`?)",
        "BK1701 rules.yaml:4:32 there is no `tru` here",
        "BK1701 rules.yaml:4:3 a rule has no `message`",
        "BK1701 rules.yaml:5:50 rule c: `severity` is error, warning or note",
        "BK1701 rules.yaml:5:61 `for` is one of: environment, release NAME, each release, each manifest, each KIND, each x in LIST (did you mean `each release`?)",
        "BK1701 rules.yaml:6:23 a `${` without its `}`",
        "BK1701 rules.yaml:7:25 there is no `emv` here (did you mean `env`?)",
        "BK1701 rules.yaml:9:3 there are two rules of the name ok",
    ];
    assert_eq!(found, want);
    assert_eq!(said("rules: [a"), ["BK1701 rules.yaml:1:10 yaml: line 1: did not find expected ',' or ']'"]);
    assert_eq!(said("- a"), ["BK1701 rules.yaml:1:1 a file of rules is a mapping with the key `rules`"]);
    assert_eq!(said(""), [""; 0]);
}

#[test]
fn rules_without_end_are_given_up() {
    // As deep as the program's own threads go.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(give_up);
    thread.expect("a thread").join().expect("an end");
}

fn give_up() {
    let given_up = |check: &str| {
        let start = Instant::now();
        let found = rule(check);
        assert!(found.len() == 1 && found[0].starts_with("BK1704 "), "{check}: {found:?}");
        assert!(start.elapsed().as_secs() < 20, "{check}: {:?}", start.elapsed());
    };
    let list = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]";
    given_up(&format!("{list}.all(a, {list}.all(b, {list}.all(c, {list}.all(d, {list}.all(e, {list}.all(f, true))))))"));
    given_up("lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, true)))");
    given_up("size(lists.range(1000000000)) > 0");
    let grown = (0..12).fold("'aaaaaaaaaa'".to_owned(), |text, _| format!("{text}.replace('a', 'aaaaaaaaaa')"));
    given_up(&format!("{grown} == ''"));
    let doubled = (0..24).fold("'aaaaaaaaaa'".to_owned(), |text, _| format!("[{text}].map(x, x + x)[0]"));
    given_up(&format!("{doubled} == ''"));
    given_up("'%1000000000d'.format([1]) == ''");
    assert!(rule("'a'.matches('((((a{1000}){1000}){1000}){1000})')")[0].contains("is no pattern, or too large a one"));
    assert!(rule(&"!".repeat(3999)).len() == 1);
}
