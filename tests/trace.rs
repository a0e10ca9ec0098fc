//! Rendered fields back to the lines that made them, through layers, charts and functions; and that recording changes
//! nothing. Expected places are written by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bkhelm::charts::{self, Profile};
use bkhelm::cli::Cli;
use bkhelm::commands::path::{Options, Path};
use bkhelm::commands::{Run, STACK};
use bkhelm::data::{Map, Origin, Sources};
use bkhelm::gotmpl::World;
use bkhelm::host::{Host, RealHost};
use bkhelm::render::{self, Aim, Manifest, PrintOptions, Rendered};
use bkhelm::state::{self, Needs};
use bkhelm::values::Trace;
use clap::Parser;

use crate::harness::{first_difference, project, shared};

const FILES: &[(&str, &str)] = &[
    (
        "helmfile.yaml",
        "environments:\n  default:\n    values:\n    - custom.yaml\n---\nreleases:\n- name: app\n  namespace: ns\n  chart: ./chart\n  values:\n  - values.yaml.gotmpl\n  - plain.yaml\n",
    ),
    ("custom.yaml", "domain:\n  bkDomain: example.com\nreplicas: 3\nlabels:\n  team: blue\n  tier: front\nidle: never\n"),
    (
        "values.yaml.gotmpl",
        "host: app.{{ .Values.domain.bkDomain }}\nreplicas: {{ .Values.replicas }}\nlabels: {{ .Values.labels | toYaml | nindent 2 }}\n",
    ),
    (
        "plain.yaml",
        "image:\n  repository: nginx\n  tag: \"1.2\"\nglobal:\n  registry: reg.example.com\nredis:\n  password: secret\n\
         motto: \"{{ .Values.image.tag }} rocks\"\nports:\n- name: http\n  port: 80\n- name: admin\n  port: 81\nunused: never\n",
    ),
    (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- name: redis\n  version: 1.0.0\n  condition: redis.enabled\n",
    ),
    ("chart/values.yaml", "image:\n  pullPolicy: IfNotPresent\nresources:\n  limits:\n    cpu: 100m\nredis:\n  enabled: true\n"),
    (
        "chart/templates/_helpers.tpl",
        "{{- define \"app.image\" -}}\n{{ .Values.global.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}\n{{- end }}\n\
         {{- define \"app.labels\" -}}\napp: {{ .Release.Name }}\n{{ toYaml .Values.labels }}\n{{- end }}\n",
    ),
    (
        "chart/templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  labels:\n    {{- include \"app.labels\" . | nindent 4 }}\n\
         data:\n  image: {{ include \"app.image\" . | quote }}\n  tag: {{ .Values.image.tag | quote }}\n  policy: {{ .Values.image.pullPolicy }}\n\
         \x20 host: {{ .Values.host }}\n  motto: {{ tpl .Values.motto . }}\n  missing: a{{ .Values.missing }}b\n  fixed: here\n---\n\
         apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name | default \"svc\" }}\nspec:\n  replicas: {{ .Values.replicas }}\n\
         \x20 ports:\n  {{- range .Values.ports }}\n  - name: {{ .name }}\n    port: {{ .port }}\n  {{- end }}\n\
         \x20 resources: {{- toYaml .Values.resources | nindent 4 }}\n",
    ),
    ("chart/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n"),
    (
        "chart/charts/redis/templates/s.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: redis\nstringData:\n  password: {{ .Values.password | b64enc }}\n  registry: {{ .Values.global.registry }}\n",
    ),
];

fn on_a_big_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread").join().expect("no panic")
}

fn run_for(file: &FilePath, trace: bool) -> Run {
    let file = file.display().to_string();
    let cli = Cli::parse_from(["bkhelm", "-q", "-f", file.as_str(), "list"]);
    let mut run = Run::new("bkhelm".to_owned(), &cli.global, Arc::new(RealHost), false).unwrap_or_else(|(_, error)| panic!("{error}"));
    run.setting.trace = trace.then(Trace::default);
    run
}

/// Renders all releases of a state.
fn releases(run: &Run) -> Vec<Rendered> {
    let desired = state::load(&run.request, &run.setting);
    assert!(desired.errors.is_empty(), "{:?}", desired.errors);
    let path = Path::new(run, Options { kube_version: Some("v1.34.0".to_owned()), ..Options::default() });
    let mut all = Vec::new();
    for state in &desired.states {
        let releases = state.planned(Needs { skip: true, ..Needs::default() }).expect("a good state").unwrap_or_default();
        path.render(state, &releases, |release, product| {
            all.push(product.unwrap_or_else(|errors| panic!("{}: {errors:?}", release.name)).rendered);
        });
    }
    all
}

/// The small deployment, rendered.
struct Small {
    folder: PathBuf,
    run: Run,
    rendered: Rendered,
}

impl Small {
    fn new(folder: &FilePath) -> Self {
        for (name, text) in FILES {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let run = run_for(&folder.join("helmfile.yaml"), true);
        let rendered = releases(&run).remove(0);
        Self { folder: folder.to_owned(), run, rendered }
    }
    fn manifest(&self, kind: &str) -> &Manifest {
        self.rendered.manifests.iter().find(|manifest| manifest.head.kind == *kind).expect("the document")
    }
    fn shown(&self, place: &bkhelm::diag::Place) -> String {
        let folder = self.folder.display().to_string();
        let shown = place.to_string();
        // Paths are shown from the folder that the test runs in.
        match shown.find(folder.trim_start_matches('/')) {
            Some(at) => shown[at + folder.len()..].to_owned(),
            None => shown,
        }
    }
    /// The cause of the field whose text begins behind `before`, then what is related to it.
    fn cause(&self, kind: &str, before: &str) -> String {
        let manifest = self.manifest(kind);
        let content = manifest.content.to_text();
        let offset = content.find(before).unwrap_or_else(|| panic!("{before} in {content}")) + before.len();
        let trace = self.rendered.trace.as_ref().expect("a trace");
        let cause = trace.cause(manifest, Aim { offset, key: None }, &self.run.setting.sources).expect("a cause");
        let mut shown = vec![self.shown(&cause.place)];
        shown.extend(cause.related.iter().map(|(place, words)| format!("{}: {words}", self.shown(place))));
        shown.join(" | ")
    }
    /// The origin of a text in a file of the deployment.
    fn origin(&self, file: &str, text: &str) -> Origin {
        let at = FILES.iter().find(|(name, _)| *name == file).and_then(|(_, all)| all.find(text)).expect("the text");
        let path = self.folder.join(file).display().to_string();
        // Sources follow each other from the first position on, which every load's first source has.
        let mut next = Sources::new().add("", "").base;
        loop {
            let source = self.run.setting.sources.file(next).unwrap_or_else(|| panic!("{file} was read"));
            if path.ends_with(source.name.to_text().trim_start_matches("../")) {
                return source.base.plus(at);
            }
            let after = source.base.plus(source.text.len() + 1);
            assert!(after > next, "{file} was read");
            next = after;
        }
    }
}

#[test]
fn fields_lead_to_the_lines_that_made_them() {
    on_a_big_stack(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let small = Small::new(folder.path());
        let cases = [
            ("ConfigMap", "\n  tag: ", "plain.yaml:3:8 | chart/templates/a.yaml:9:8: printed here"),
            ("ConfigMap", "policy: ", "chart/values.yaml:2:15 | chart/templates/a.yaml:10:11: printed here"),
            (
                "ConfigMap",
                "host: ",
                "custom.yaml:2:13 | values.yaml.gotmpl:1:7: passed on here | chart/templates/a.yaml:11:9: printed here",
            ),
            (
                "ConfigMap",
                "image: ",
                "chart/templates/a.yaml:8:10 | chart/templates/_helpers.tpl:2:1: written here | plain.yaml:5:13: a part of it is set here \
                 | plain.yaml:2:15: a part of it is set here | plain.yaml:3:8: a part of it is set here",
            ),
            // Any part of it alone has one origin.
            (
                "ConfigMap",
                "image: \"reg.example.com/nginx:",
                "plain.yaml:3:8 | chart/templates/_helpers.tpl:2:62: printed here | chart/templates/a.yaml:8:10: called from here",
            ),
            (
                "ConfigMap",
                "motto: ",
                "plain.yaml:3:8 | chart/templates/a.yaml:12:10: printed here | plain.yaml:8:9: in the template that is called there",
            ),
            ("ConfigMap", "motto: 1.2 ", "plain.yaml:8:33 | chart/templates/a.yaml:12:10: called from here"),
            ("ConfigMap", "missing: a", "chart/templates/a.yaml:13:34"),
            ("ConfigMap", "fixed: ", "chart/templates/a.yaml:14:10"),
            ("ConfigMap", "name: ", "chart/templates/a.yaml:4:9"),
            ("ConfigMap", "app: ", "chart/templates/_helpers.tpl:5:6 | chart/templates/a.yaml:6:5: called from here"),
            (
                "ConfigMap",
                "team: ",
                "custom.yaml:5:9 | values.yaml.gotmpl:3:9: passed on here | chart/templates/_helpers.tpl:6:1: printed here \
                 | chart/templates/a.yaml:6:5: called from here",
            ),
            ("Service", "name: ", "chart/templates/a.yaml:19:9"),
            (
                "Service",
                "replicas: ",
                "custom.yaml:3:11 | values.yaml.gotmpl:2:11: passed on here | chart/templates/a.yaml:21:13: printed here",
            ),
            ("Service", "  - name: ", "plain.yaml:10:9 | chart/templates/a.yaml:24:11: printed here"),
            ("Service", "port: 80\n  - name: ", "plain.yaml:12:9 | chart/templates/a.yaml:24:11: printed here"),
            ("Service", "admin\n    port: ", "plain.yaml:13:9 | chart/templates/a.yaml:25:11: printed here"),
            ("Service", "cpu: ", "chart/values.yaml:5:10 | chart/templates/a.yaml:27:14: printed here"),
            ("Secret", "password: ", "plain.yaml:7:13 | chart/charts/redis/templates/s.yaml:6:13: printed here, after `b64enc`"),
            ("Secret", "registry: ", "plain.yaml:5:13 | chart/charts/redis/templates/s.yaml:7:13: printed here"),
        ];
        let wrong: Vec<String> = cases
            .iter()
            .filter_map(|(kind, before, expected)| {
                let found = small.cause(kind, before);
                let found = found.replace(&format!("{}/", small.folder.display()), "");
                (found != *expected).then(|| format!("{kind} {before:?}\n  expected {expected}\n  found    {found}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn bytes_know_their_places_and_values() {
    on_a_big_stack(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let small = Small::new(folder.path());
        let manifest = small.manifest("ConfigMap");
        let content = manifest.content.to_text();
        let trace = small.rendered.trace.as_ref().expect("a trace");
        for offset in 0..content.len() {
            let made = trace.at(manifest, offset, &small.run.setting.sources).expect("every byte has a place");
            assert!(!made.places.is_empty(), "{offset}: {:?}", &content[offset..]);
        }
        let made = trace.at(manifest, content.find("1.2").expect("the tag"), &small.run.setting.sources).expect("made");
        assert_eq!((made.places.len(), made.origins.len(), made.via), (2, 1, None));
    });
}

#[test]
fn what_templates_read_is_known() {
    on_a_big_stack(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let small = Small::new(folder.path());
        let recorder = small.rendered.trace.as_ref().expect("a trace").recorder();
        let shown = |found: bool| -> BTreeSet<String> {
            let keys = |path: &[bkhelm::data::Str]| path.iter().map(|key| key.to_text().into_owned()).collect::<Vec<_>>().join(".");
            recorder.reads().filter(|read| read.found == found).map(|read| keys(&read.path)).collect()
        };
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let found = [
            "global.registry",
            "host",
            "image.pullPolicy",
            "image.repository",
            "image.tag",
            "labels",
            "motto",
            "ports",
            "ports.[0].name",
            "ports.[0].port",
            "ports.[1].name",
            "ports.[1].port",
            "redis.password",
            "replicas",
            "resources",
        ];
        assert_eq!(shown(true), set(&found));
        assert_eq!(shown(false), set(&["missing", "name"]));
        let read = |file, text| recorder.was_read(small.origin(file, text));
        assert!(read("plain.yaml", "secret") && read("plain.yaml", "admin") && read("chart/values.yaml", "100m"));
        assert!(read("chart/values.yaml", "true"), "a condition reads it");
        assert!(!read("plain.yaml", "never"), "nobody reads `unused`");
        let layers = small.run.setting.trace.as_ref().expect("a trace");
        let read = |text| layers.was_read(small.origin("custom.yaml", text));
        assert!(read("example.com") && read("3") && read("front") && !read("never"));
        assert!(!recorder.is_incomplete());
    });
}

/// A clock that stands and chance that is the same each time.
#[derive(Default)]
struct Same(AtomicU64);

impl World for Same {
    fn now(&self) -> i128 {
        1_700_000_000_000_000_000
    }
    fn random(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB).to_be_bytes()[0];
        }
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

#[derive(Default)]
struct Counts {
    same: usize,
    failed: usize,
    vary: usize,
    bytes: usize,
    with_origin: usize,
    plain: Duration,
    traced: Duration,
}

/// Renders a package with its own values in both ways.
fn both_ways(package: &FilePath, counts: &mut Counts) {
    let bytes = RealHost.read(package).expect("the package");
    let sources = Sources::new();
    let Ok(chart) = charts::load_archive(&bytes, "chart.tgz", &sources, Profile::HELM4) else { return };
    let render = |trace: bool| {
        let world = Same::default();
        let request = render::Request { trace, sources: Some(&sources), ..render::Request::new("rel", "ns", &world) };
        let start = Instant::now();
        let rendered = render::render(&chart, &Map::new(), &request).map_err(|failure| failure.error.to_string());
        (rendered, start.elapsed())
    };
    let text = |rendered: &Result<Rendered, String>| match rendered {
        Ok(rendered) => {
            let mut out = Vec::new();
            rendered.write_to(&mut out, &PrintOptions::default()).expect("printed");
            out.extend_from_slice(&rendered.notes);
            String::from_utf8_lossy(&out).into_owned()
        }
        Err(error) => error.clone(),
    };
    // The first time parses the templates, too.
    let (plain, plain_time) = render(false);
    let (traced, traced_time) = render(true);
    let (expected, got) = (text(&plain), text(&traced));
    // Keys are looked for by several threads: which one is first decides how much chance is drawn.
    if got != expected && (0..20).any(|_| text(&render(false).0) != expected) {
        counts.vary += 1;
        return;
    }
    assert!(got == expected, "{}: {}", package.display(), first_difference(&expected, &got));
    counts.same += 1;
    counts.plain += plain_time;
    counts.traced += traced_time;
    match traced {
        Ok(rendered) => count_origins(&rendered, &sources, counts),
        Err(_) => counts.failed += 1,
    }
}

/// Every byte of every document has a place.
fn count_origins(rendered: &Rendered, sources: &Sources, counts: &mut Counts) {
    let trace = rendered.trace.as_ref().expect("a trace");
    for manifest in rendered.manifests.iter().chain(rendered.hooks.iter().map(|hook| &hook.manifest)) {
        for offset in (0..manifest.content.len()).step_by(manifest.content.len() / 20 + 1) {
            let made = trace.at(manifest, offset, sources);
            let made = made.unwrap_or_else(|| panic!("{} {offset} of {}", manifest.path, manifest.content.len()));
            counts.bytes += 1;
            counts.with_origin += usize::from(made.origins.iter().any(|origin| sources.place(*origin).is_some()));
        }
    }
}

/// `BKHELM_ALL_CHARTS=1` takes all charts, not every tenth: minutes without optimisation.
#[test]
fn recording_changes_no_byte_of_public_charts() {
    let Some(shared) = shared() else { return };
    let all = std::env::var_os("BKHELM_ALL_CHARTS").is_some();
    let step = if all { 1 } else { 10 };
    let counts = on_a_big_stack(move || {
        let mut counts = Counts::default();
        let files = walkdir::WalkDir::new(shared).sort_by_file_name().into_iter().flatten();
        let packages = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "tgz"));
        packages.step_by(step).for_each(|entry| both_ways(entry.path(), &mut counts));
        counts
    });
    let ratio = counts.traced.as_secs_f64() / counts.plain.as_secs_f64();
    println!(
        "{} charts alike ({} fail both ways), {} vary by themselves; {} of {} bytes looked at come from values; {ratio:.2} times as long",
        counts.same, counts.failed, counts.vary, counts.with_origin, counts.bytes
    );
    assert!(counts.same > 100 / step && counts.with_origin * 100 > counts.bytes);
}

#[test]
fn recording_changes_no_byte_of_a_deployment() {
    on_a_big_stack(|| {
        let mut files = vec![project().join("helmfile.yaml.gotmpl")];
        // The charts of the storage tier, whose keys take long to make, are among the packages above.
        for folder in shared().iter().map(|shared| shared.join("blueking/deploy")) {
            files.extend(["00-ingress-nginx", "00-localpv", "monitor-storage"].map(|name| folder.join(format!("{name}.yaml.gotmpl"))));
        }
        for file in files {
            let text = |trace| {
                let mut out = Vec::new();
                for rendered in releases(&run_for(&file, trace)) {
                    rendered.write_to(&mut out, &PrintOptions::default()).expect("printed");
                }
                String::from_utf8_lossy(&out).into_owned()
            };
            let (plain, again, traced) = (text(false), text(false), text(true));
            // Random passwords differ each time: only the lines that don't can be compared.
            let fixed: Vec<bool> = plain.lines().zip(again.lines()).map(|(one, other)| one == other).collect();
            let lines =
                |text: &str| text.lines().zip(&fixed).filter(|(_, same)| **same).map(|(line, _)| line.to_owned()).collect::<Vec<_>>();
            assert!(lines(&plain) == lines(&traced), "{}: {}", file.display(), first_difference(&plain, &traced));
        }
    });
}
