//! One object that is fine and one that is not, for each sort of fault.

use std::time::Instant;

use super::{Sort, Validator, Violation};
use crate::data::yaml::{Reading, read_value};
use crate::data::{Sources, Str, Value};
use crate::diag::Severity;

fn object(text: &str) -> Value {
    read_value(&Sources::new().add("object", text), Reading::CHARTS).expect("YAML")
}

fn errors(validator: &Validator<'_>, text: &str) -> Vec<Violation> {
    validator.object(&object(text)).into_iter().filter(|violation| violation.severity == Severity::Error).collect()
}

fn said(violations: &[Violation]) -> Vec<(Sort, &str)> {
    violations.iter().map(|violation| (violation.sort, violation.path.as_str())).collect()
}

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - name: web
    image: nginx
    ports: [{name: http, containerPort: 80}]
    env: [{name: A, value: b}]
    resources: {requests: {cpu: 100m}, limits: {cpu: 1}}
    livenessProbe: {httpGet: {port: http}}
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
";

#[test]
fn each_sort_of_fault_is_found_where_it_is() {
    let validator = Validator::new(36);
    assert_eq!(errors(&validator, POD), []);
    let cases = [
        (
            "image: nginx",
            "imgae: nginx",
            vec![(Sort::Required, "spec.containers[name=web].image"), (Sort::Unknown, "spec.containers[name=web].imgae")],
        ),
        ("value: b", "value: 1", vec![(Sort::Type, "spec.containers[name=web].env[name=A].value")]),
        ("image: nginx", "image: ''", vec![(Sort::Required, "spec.containers[name=web].image")]),
        ("image: nginx", "image: nginx\n    imagePullPolicy: always", vec![(Sort::Enum, "spec.containers[name=web].imagePullPolicy")]),
        ("metadata: {", "metadata: {creationTimestamp: today, ", vec![(Sort::Format, "metadata.creationTimestamp")]),
        ("[{name: A, value: b}]", "[{name: A}, {name: A}]", vec![(Sort::DuplicateKey, "spec.containers[name=web].env[1]")]),
        ("containerPort: 80", "containerPort: 80000", vec![(Sort::Range, "spec.containers[name=web].ports[name=http].containerPort")]),
        ("{name: web, labels", "{name: We_b, labels", vec![(Sort::Name, "metadata.name")]),
        ("{app: web}", "{app: w e b}", vec![(Sort::Label, "metadata.labels.app")]),
        ("{cpu: 100m}", "{cpu: 100mm}", vec![(Sort::Quantity, "spec.containers[name=web].resources.requests.cpu")]),
        ("{cpu: 100m}", "{cpu: 2}", vec![(Sort::Quantity, "spec.containers[name=web].resources.requests.cpu")]),
        ("emptyDir: {}", "emptyDir: {}, hostPath: {path: /}", vec![(Sort::Choice, "spec.volumes[name=data].hostPath")]),
        (
            "volumeMounts: [{name: data",
            "volumeMounts: [{name: date",
            vec![(Sort::Reference, "spec.containers[name=web].volumeMounts[name=date].name")],
        ),
        ("v1\nkind", "v2\nkind", vec![(Sort::Removed, "apiVersion")]),
    ];
    for (from, to, wanted) in cases {
        assert!(POD.contains(from), "{from}");
        assert_eq!(said(&errors(&validator, &POD.replacen(from, to, 1))), wanted, "{to}");
    }
    let hint = errors(&validator, &POD.replace("image: nginx", "image: nginx\n    enw: []")).remove(0).hint;
    assert_eq!(hint.as_deref(), Some("did you mean env?"));
}

#[test]
fn versions_of_apis_come_and_go() {
    let ingress = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: a}\n";
    let gone = errors(&Validator::new(34), ingress);
    assert_eq!(said(&gone), [(Sort::Removed, "apiVersion")]);
    assert_eq!(gone[0].hint.as_deref(), Some("use networking.k8s.io/v1 Ingress"));
    let old = "apiVersion: v1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n";
    assert_eq!(said(&errors(&Validator::new(34), old)), [(Sort::Removed, "apiVersion")]);
    let template = "apiVersion: networking.k8s.io/v1beta1\nkind: IPAddress\nmetadata: {name: 10.0.0.1}\n";
    let soon = Validator::new(35).object(&object(template));
    assert!(soon.iter().any(|violation| violation.sort == Sort::Deprecated && violation.severity == Severity::Warning), "{soon:?}");
    assert!(Validator::new(99).stand_in().is_some() && Validator::new(34).stand_in().is_none());
}

#[test]
fn a_secret_is_never_shown() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/tls\ndata: {password: hunter2!, other: 5, 'a b': aHVudGVyMg==}\n";
    let found = errors(&Validator::new(36), text);
    assert!(found.len() >= 4, "{found:?}");
    assert!(found.iter().all(|violation| !violation.message.contains("unter") && !violation.message.contains("aHV")), "{found:?}");
}

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size, mode]
            x-kubernetes-validations:
            - {rule: 'self.size <= self.most', message: size is more than most}
            properties:
              size: {type: integer, minimum: 1}
              most: {type: integer, default: 10}
              mode: {type: string, enum: [Fast, Slow], default: Fast}
              port: {x-kubernetes-int-or-string: true}
              code: {type: string, pattern: '^[a-z]+$'}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              list:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, required: [name], properties: {name: {type: string}}}
              pod: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
";
const THING: &str = "
apiVersion: example.org/v1
kind: Thing
metadata: {name: a}
spec: {size: 3, port: http, code: abc, free: {a: {b: 1}}, list: [{name: a}, {name: b}], pod: {apiVersion: v1, kind: Pod, metadata: {name: x}}}
";

#[test]
fn custom_resources_are_judged_by_their_crd() {
    let mut validator = Validator::new(36);
    assert_eq!(validator.object(&object(THING))[0].sort, Sort::NoSchema);
    assert_eq!(validator.define(&object(DEFINITION)), []);
    assert_eq!(errors(&validator, DEFINITION), []);
    assert_eq!(validator.object(&object(THING)), []);
    let cases = [
        ("size: 3", "size: 30", (Sort::Rule, "spec")),
        ("size: 3", "size: 0", (Sort::Range, "spec.size")),
        ("size: 3, ", "", (Sort::Required, "spec.size")),
        ("size: 3", "size: null", (Sort::Required, "spec.size")),
        ("size: 3", "size: 3, mode: Medium", (Sort::Enum, "spec.mode")),
        ("port: http", "port: true", (Sort::Type, "spec.port")),
        ("code: abc", "code: ABC", (Sort::Pattern, "spec.code")),
        ("code: abc", "cods: abc", (Sort::Unknown, "spec.cods")),
        ("{name: b}", "{name: a}", (Sort::DuplicateKey, "spec.list[1]")),
        ("v1\nkind: Thing", "v2\nkind: Thing", (Sort::Removed, "apiVersion")),
        ("metadata: {name: a}", "metadata: {name: a, nome: b}", (Sort::Unknown, "metadata.nome")),
    ];
    for (from, to, wanted) in cases {
        assert_eq!(said(&errors(&validator, &THING.replacen(from, to, 1))), [wanted], "{to}");
    }
}

#[test]
fn faulty_schemas_end_in_a_finding() {
    let started = Instant::now();
    let mut validator = Validator::new(36);
    let faulty = validator.define(&object(&DEFINITION.replace("{type: integer, minimum: 1}", "{type: wrong}")));
    assert_eq!(said(&faulty), [(Sort::Schema, "spec.versions[name=v1].schema.openAPIV3Schema")]);
    validator.define(&object(&DEFINITION.replace("^[a-z]+$", "(a+)+$")));
    let catastrophic = format!("code: {}!", "a".repeat(5000));
    assert_eq!(said(&errors(&validator, &THING.replace("code: abc", &catastrophic))), [(Sort::Pattern, "spec.code")]);
    validator.define(&object(&DEFINITION.replace("^[a-z]+$", "(a{1000}){1000}")));
    assert_eq!(said(&errors(&validator, THING)), [(Sort::Schema, "spec.code")]);
    let item = "self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, self.list.all(e, true)))))";
    validator.define(&object(&DEFINITION.replace("self.size <= self.most", item)));
    let many: Vec<String> = (0..200).map(|number| format!("{{name: n{number}}}")).collect();
    let slow = validator.object(&object(&THING.replace("{name: a}, {name: b}", &many.join(", "))));
    assert_eq!(said(&slow), [(Sort::Limit, "")]);
    let cyclic = |path: &std::path::Path| {
        let text = match path.file_name()?.to_str()? {
            "thing-example-v1.json" => {
                r##"{"properties": {"spec": {"$ref": "#/definitions/a"}}, "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}"##
            }
            "other-example-v1.json" => r##"{"properties": {"spec": {"$ref": "else.json#/x"}}}"##,
            "deep-example-v1.json" => {
                r##"{"$ref": "#/definitions/a", "definitions": {"a": {"additionalProperties": {"anyOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}]}}}}"##
            }
            _ => return None,
        };
        Some(Str::from(text))
    };
    let validator = Validator::new(36).with_locations(vec!["folder".to_owned()], Box::new(cyclic));
    assert_eq!(said(&errors(&validator, THING)), [(Sort::Schema, "spec")]);
    assert_eq!(said(&errors(&validator, &THING.replace("Thing", "Other"))), [(Sort::Schema, "spec")]);
    let deep = format!("{}x{}", "{a: ".repeat(300), "}".repeat(300));
    let found = errors(&validator, &format!("apiVersion: example.org/v1\nkind: Deep\nmetadata: {{name: a}}\nspec: {deep}\n"));
    assert!(found.iter().any(|violation| violation.sort == Sort::Limit || violation.sort == Sort::Schema), "{found:?}");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn schemas_in_files_are_found_by_kubeconforms_templates() {
    let reader = |path: &std::path::Path| {
        (path == std::path::Path::new("s/example.org/thing_v1.json")).then(|| {
            r##"{"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object", "additionalProperties": false, "properties": {"size": {"$ref": "#/definitions/size"}}}},
                "definitions": {"size": {"oneOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]}}}"##
                .into()
        })
    };
    let places = vec!["s/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json".to_owned()];
    let validator = Validator::new(36).with_locations(places, Box::new(reader));
    let head = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n";
    assert_eq!(errors(&validator, &format!("{head}spec: {{size: 1}}\n")), []);
    assert_eq!(said(&errors(&validator, &format!("{head}spec: {{size: 0}}\n"))), [(Sort::Schema, "spec.size")]);
    assert_eq!(said(&errors(&validator, &format!("{head}spec: {{sise: 1}}\n"))), [(Sort::Unknown, "spec.sise")]);
    assert_eq!(said(&errors(&validator, head)), [(Sort::Required, "spec")]);
    assert!(super::check_template("a/{{ .Group }}").is_ok() && super::check_template("a/{{ .Grup }}").is_err());
}
