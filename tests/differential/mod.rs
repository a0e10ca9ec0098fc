//! Random charts through bkhelm and through Helm's own engine: outputs and errors must be the same to the last byte.
//!
//! `just oracle-diff N SEED` runs N cases of a seed (`DIFFERENTIAL_CASES`, `DIFFERENTIAL_SEED`; `DIFFERENTIAL_ONLY=7` runs
//! the seventh alone). What differs is made small and written to `target/tmp/differential-SEED.jsonl`, in the form of
//! `tests/cases/gotmpl/differential.jsonl`, where those that were repaired are kept with Helm's answers.

mod case;
mod damage;
mod engine;
mod grammar;
mod literals;
pub mod random;
mod shrink;
mod signatures;
mod texts;
mod tokens;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use data_encoding::BASE64;
use serde_json::{Value as Json, json};

use self::case::{Case, Outcome, difference};
use self::engine::{Answer, Engine};
use self::random::Random;
use crate::harness::project;

/// Cases that are under way together.
const BATCH: usize = 2_000;
/// Differences that are made small; the others are counted.
const SHOWN: usize = 30;

#[test]
fn kept_cases_give_what_helm_gives() {
    let file = project().join("tests/cases/gotmpl/differential.jsonl");
    let lines = fs::read_to_string(file).expect("the kept cases");
    let mut wrong = String::new();
    for line in lines.lines() {
        let json: Json = serde_json::from_str(line).expect("a JSON object a line");
        let (case, expected) = (Case::from_json(&json), expected(&json));
        let ours = case.ours();
        if ours != expected {
            writeln!(wrong, "{}\n  helm   {}\n  bkhelm {}", case.to_json(), expected.shown(), ours.shown()).expect("a string takes all");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[ignore = "needs Go and Helm's module: just oracle-diff"]
fn engines_agree() {
    let variable = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().expect("a number"));
    let (cases, seed) = (variable("DIFFERENTIAL_CASES").unwrap_or(2_000), variable("DIFFERENTIAL_SEED").unwrap_or(1));
    let mut engine = match Engine::build() {
        Ok(engine) => engine,
        Err(reason) if std::env::var_os("DIFFERENTIAL_IF_THERE").is_some() => {
            println!("skipped: {reason}");
            return;
        }
        Err(reason) => panic!("{reason}"),
    };
    let numbers: Vec<u64> = variable("DIFFERENTIAL_ONLY").map_or_else(|| (0..cases).collect(), |only| vec![only]);
    let mut counts = Counts::default();
    for numbers in numbers.chunks(BATCH) {
        let cases: Vec<Case> = numbers.iter().map(|number| grammar::case(&mut Random::new(seed, *number))).collect();
        compare(&mut engine, numbers, &cases, &mut counts);
    }
    println!(
        "seed {seed}: {} cases, {} of them errors; {} vary in Go, {} take Go down, {} differ",
        numbers.len(),
        counts.errors,
        counts.varying,
        counts.died,
        counts.different.len()
    );
    let kept: Vec<String> = counts.different.iter().take(SHOWN).map(|(number, case)| report(&mut engine, *number, case)).collect();
    if !kept.is_empty() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("differential-{seed}.jsonl"));
        fs::write(&file, kept.concat()).expect("a writable folder");
        panic!("{} of {} cases differ; see {}", counts.different.len(), numbers.len(), file.display());
    }
}

#[derive(Default)]
struct Counts {
    errors: usize,
    varying: usize,
    died: usize,
    different: Vec<(u64, Case)>,
}

fn compare(engine: &mut Engine, numbers: &[u64], cases: &[Case], counts: &mut Counts) {
    let answers = engine.ask(cases, 0);
    let ours = all_ours(cases, &answers);
    for ((number, case), (answer, ours)) in numbers.iter().zip(cases).zip(answers.iter().zip(ours)) {
        let (Answer::Same(theirs), Some(ours)) = (answer, ours) else {
            counts.died += 1;
            println!("case {number} takes Go down: {}", case.to_json());
            continue;
        };
        counts.errors += usize::from(matches!(theirs, Outcome::Error(_)));
        if difference(theirs, &ours).is_none() {
            continue;
        }
        match engine.ask(std::slice::from_ref(case), shrink::REPEAT).pop() {
            Some(Answer::Same(_)) => counts.different.push((*number, case.clone())),
            Some(Answer::Varies) => counts.varying += 1,
            _ => counts.died += 1,
        }
    }
}

/// bkhelm's outcomes of the cases that Helm could answer.
fn all_ours(cases: &[Case], answers: &[Answer]) -> Vec<Option<Outcome>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match (cases.get(at), answers.get(at)) {
                (Some(case), Some(Answer::Same(_))) => done.push((at, case.ours())),
                (Some(_), _) => {}
                (None, _) => return done,
            }
        }
    };
    let mut outcomes = vec![None; cases.len()];
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            for (at, outcome) in worker.join().expect("panics are caught inside") {
                outcomes[at] = Some(outcome);
            }
        }
    });
    outcomes
}

/// Makes a difference small, prints it, and gives the line to keep.
fn report(engine: &mut Engine, number: u64, case: &Case) -> String {
    let small = shrink::shrunk(engine, case.clone());
    let Some(Answer::Same(theirs)) = engine.ask(std::slice::from_ref(&small), 0).pop() else { return String::new() };
    println!("case {number}: {}\n  helm   {}\n  bkhelm {}", small.to_json(), theirs.shown(), small.ours().shown());
    let mut line = small.to_json();
    match &theirs {
        Outcome::Error(error) => line["err"] = json!(error),
        Outcome::Output(output) => match std::str::from_utf8(output) {
            Ok(text) => line["out"] = json!(text),
            Err(_) => line["out_b64"] = json!(BASE64.encode(output)),
        },
        Outcome::Panic => {}
    }
    format!("{line}\n")
}

fn expected(json: &Json) -> Outcome {
    if let Some(error) = json["err"].as_str() {
        return Outcome::Error(error.to_owned());
    }
    let coded = json["out_b64"].as_str().map(|text| BASE64.decode(text.as_bytes()).expect("base64"));
    Outcome::Output(coded.unwrap_or_else(|| json["out"].as_str().unwrap_or_default().as_bytes().to_vec()))
}
