//! In-process benchmarks of a comparison: two manifests of 10,000 objects of which each hundredth differs, and one object
//! whose 10,000 lines were shuffled. `cargo bench --bench compare`.
#![allow(missing_docs)] // criterion's macros

use bkhelm::plan::compare::{Document, Options, Parsing, compare, documents};
use bkhelm::report::diff::{Format, Style, write};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

/// A Deployment of some thirty lines for each number.
fn manifest(objects: usize, image: impl Fn(usize) -> usize) -> String {
    let object = |number: usize| {
        format!(
            "---\n# Source: chart/templates/web.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\n  labels:\n    \
             app.kubernetes.io/name: web\n    app.kubernetes.io/instance: release\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      \
             app: web-{number}\n  template:\n    metadata:\n      labels:\n        app: web-{number}\n    spec:\n      containers:\n        - name: \
             web\n          image: \"registry.example.com/web:{}\"\n          ports:\n            - name: http\n              containerPort: \
             80\n          env:\n            - name: NUMBER\n              value: \"{number}\"\n          resources:\n            limits:\n              \
             cpu: 500m\n              memory: 256Mi\n",
            image(number)
        )
    };
    (0..objects).map(object).collect()
}

fn read(manifest: &str) -> Vec<Document> {
    documents(manifest.as_bytes(), Parsing::default()).expect("a good manifest").documents
}

/// Reads, compares and writes; gives the bytes that were written.
fn whole(old: &str, new: &str) -> usize {
    let comparison = compare(&read(old), &read(new), &[], &Options::default());
    let style = Style { format: Format::Diff, colour: false, context: Some(3) };
    write(&comparison, &style).expect("written").len()
}

/// The lines of a text in another order, the same each time.
fn shuffled(lines: usize) -> [Document; 2] {
    let text = |step: usize| {
        let line = |at: usize| format!("  key-{}: value\n", at * step % lines);
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n{}", (0..lines).map(line).collect::<String>())
    };
    [1, 7919].map(|step| read(&text(step)).pop().expect("an object"))
}

fn benchmarks(criterion: &mut Criterion) {
    let (old, new) = (manifest(10_000, |_| 1), manifest(10_000, |number| usize::from(number % 100 == 0)));
    assert!(whole(&old, &new) > 10_000);
    let mut group = criterion.benchmark_group("compare");
    group.sample_size(10);
    group.bench_function("10,000 objects: read, compare, write", |bencher| bencher.iter(|| whole(&old, &new)));
    let (old, new) = (read(&old), read(&new));
    group.bench_function("10,000 objects: compare", |bencher| {
        bencher.iter_batched(Options::default, |options| compare(&old, &new, &[], &options).entries.len(), BatchSize::SmallInput);
    });
    let [one, other] = shuffled(10_000);
    group.bench_function("one object of 10,000 shuffled lines", |bencher| {
        let (one, other) = (std::slice::from_ref(&one), std::slice::from_ref(&other));
        bencher.iter(|| compare(one, other, &[], &Options::default()).entries.len());
    });
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
