#![no_main]

#[path = "../bodies.rs"]
mod bodies;
#[path = "../../tests/harness/memory.rs"]
mod memory;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::template_parse(data));
