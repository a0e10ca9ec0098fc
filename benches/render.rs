//! In-process benchmarks of the path: the embedded storage tier and platform, the recorded real tier where it lies beside
//! the project, and one big chart. `cargo bench --bench render`.
#![allow(missing_docs)] // criterion's macros

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bkhelm::charts::{self, Profile};
use bkhelm::cli::Cli;
use bkhelm::commands::path::{Options, Path};
use bkhelm::commands::{Run, STACK};
use bkhelm::data::{Map, Sources};
use bkhelm::host::{Host, RealHost};
use bkhelm::render::{self, PrintOptions};
use bkhelm::state::{self, Needs};
use clap::Parser;
use criterion::{Criterion, criterion_group, criterion_main};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Loads and renders all releases of a state file; gives the bytes that `template` prints.
fn template(file: &FilePath) -> usize {
    let file = file.display().to_string();
    let cli = Cli::parse_from(["bkhelm", "-q", "-f", file.as_str(), "list"]);
    let run = Run::new("bkhelm".to_owned(), &cli.global, Arc::new(RealHost), false).unwrap_or_else(|(_, error)| panic!("{error}"));
    let desired = state::load(&run.request, &run.setting);
    let path = Path::new(&run, Options { kube_version: Some("v1.34.0".to_owned()), ..Options::default() });
    let mut bytes = Vec::new();
    for state in &desired.states {
        let releases = state.planned(Needs { skip: true, ..Needs::default() }).expect("a good state").unwrap_or_default();
        path.render(state, &releases, |release, product| {
            let product = product.unwrap_or_else(|errors| panic!("{}: {:?}", release.name, errors));
            product.rendered.write_to(&mut bytes, &PrintOptions::default()).expect("printed");
        });
    }
    assert!(desired.errors.is_empty() && bytes.len() > 1000, "{file} rendered to {} bytes: {:?}", bytes.len(), desired.errors);
    bytes.len()
}

/// Loads one package and renders it with its defaults.
fn one_chart(package: &FilePath) -> usize {
    let cli = Cli::parse_from(["bkhelm", "list"]);
    let run = Run::new("bkhelm".to_owned(), &cli.global, Arc::new(RealHost), false).unwrap_or_else(|(_, error)| panic!("{error}"));
    let bytes = RealHost.read(package).expect("the package");
    let chart = charts::load_archive(&bytes, "chart.tgz", &Sources::new(), Profile::HELM4).expect("a good chart");
    let request = render::Request::new("rel", "ns", &run);
    let rendered = render::render(&chart, &Map::new(), &request).expect("rendered");
    let mut out = Vec::new();
    rendered.write_to(&mut out, &PrintOptions::default()).expect("printed");
    out.len()
}

fn on_a_big_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread").join().expect("no panic")
}

fn benchmarks(_: &mut Criterion) {
    on_a_big_stack(|| {
        let mut criterion = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(4)).configure_from_args();
        let recorded = project().join("../shared/conformance");
        let tiers = [
            ("embedded/storage", project().join("releases/storage.yaml.gotmpl")),
            ("embedded/whole", project().join("helmfile.yaml.gotmpl")),
            ("recorded/storage", recorded.join("blueking/deploy/base-storage.yaml.gotmpl")),
        ];
        for (name, file) in tiers.iter().filter(|(_, file)| file.exists()) {
            criterion.bench_function(name, |bencher| bencher.iter(|| template(file)));
        }
        let package = recorded.join("charts/grafana-tempo-distributed/chart.tgz");
        let packages = [
            ("chart/tempo-distributed", package),
            ("chart/redis-cluster", recorded.join("blueking/deploy/charts/redis-cluster-7.4.6.tgz")),
        ];
        for (name, package) in packages.iter().filter(|(_, package)| package.exists()) {
            criterion.bench_function(name, |bencher| bencher.iter(|| one_chart(package)));
        }
    });
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
