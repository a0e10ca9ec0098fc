//! The one test binary. Where to add: a case of a command or an error is a folder under `tests/cases/` (no Rust);
//! a rule about the source is in `tidy.rs`; template vectors run in `vectors.rs`.

// Tests read files, look at the environment and print what they counted.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stdout, clippy::print_stderr)]

/// The program's own: the simulation's long proofs allocate more than anything else.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod bad_input;
mod cases;
mod cluster;
mod compare;
mod deployment;
mod differential;
mod functions;
mod fuzz_seeds;
mod harness;
mod lint;
mod lint_cases;
mod lint_places;
mod recorded;
mod recorded_helm;
mod recorded_patches;
mod recorded_states;
#[cfg(feature = "cluster")]
mod records;
mod repository;
mod rules;
mod schema;
#[cfg(feature = "cluster")]
mod simulation;
mod tidy;
mod trace;
mod vectors;
