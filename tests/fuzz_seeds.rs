//! Inputs that fuzzing kept, those that once failed among them, through the same functions as in `fuzz/`.

use std::fs;

use crate::harness::{memory, project};

#[path = "../fuzz/bodies.rs"]
mod bodies;

fn replay(target: &str, body: fn(&[u8])) {
    let folder = project().join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder).expect("seeds").map(|entry| entry.expect("a file").path()).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    for seed in &seeds {
        println!("{}", seed.display());
        body(&fs::read(seed).expect("a readable seed"));
    }
}

#[test]
fn templates_parse() {
    replay("template_parse", bodies::template_parse);
}

#[test]
fn templates_render() {
    replay("template_render", bodies::template_render);
}

#[test]
fn yaml_reads() {
    replay("yaml_read", bodies::yaml_read);
}

#[test]
fn patterns_compile() {
    replay("regexp", bodies::regexp);
}
