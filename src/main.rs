//! The program: arguments in, exit code out. Everything else is in the library.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::Context;
use bkhelm::commands::STACK;
use bkhelm::host::RealHost;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let terminal = std::io::stderr().is_terminal();
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    // Templates may nest deep; the main thread's stack is the only one whose size we can't choose.
    let work = thread::Builder::new().stack_size(STACK).spawn(move || bkhelm::run(arguments, Arc::new(RealHost), terminal));
    let code = work.context("start a thread")?.join();
    Ok(ExitCode::from(code.unwrap_or(101)))
}
