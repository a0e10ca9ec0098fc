//! The Go program under `tests/oracle/engine`: Helm's engine, asked over pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use data_encoding::BASE64;
use serde_json::{Value as Json, json};

use super::case::{Case, Outcome};
use crate::harness::project;

/// What the program said about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Same(Outcome),
    /// The outcome is not the same each time: a Go map's order shows.
    Varies,
    /// The case took the program down: no end, all memory, Go's stack.
    Died,
}

/// The program, built.
pub struct Engine {
    program: PathBuf,
    running: Option<Child>,
}

impl Engine {
    /// Builds the program.
    ///
    /// # Errors
    /// Why it can't be built here: no Go, or Helm's module is not there and can't be fetched.
    pub fn build() -> Result<Self, String> {
        let folder = project().join("tests/oracle/engine");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle-engine");
        let built = Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(folder).output();
        let built = built.map_err(|error| format!("no Go here: {error}"))?;
        if !built.status.success() {
            return Err(format!("the oracle's engine does not build:\n{}", String::from_utf8_lossy(&built.stderr)));
        }
        Ok(Engine { program, running: None })
    }

    /// Helm's outcomes. Each case is rendered once and `repeat` times more, to see whether it gives the same.
    pub fn ask(&mut self, cases: &[Case], repeat: usize) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = vec![None; cases.len()];
        self.ask_some(cases, 0, repeat, &mut answers);
        answers.into_iter().map(|answer| answer.unwrap_or(Answer::Died)).collect()
    }

    /// Asks for `cases[offset..][..answers.len()]`; where the program dies, halves until it is clear of which.
    fn ask_some(&mut self, cases: &[Case], offset: usize, repeat: usize, answers: &mut [Option<Answer>]) {
        let open: Vec<usize> = (0..answers.len()).filter(|at| answers[*at].is_none()).collect();
        if open.is_empty() || self.ask_once(cases, offset, repeat, &open, answers) || answers.len() == 1 {
            return;
        }
        let (first, second) = answers.split_at_mut(answers.len() / 2);
        let middle = offset + first.len();
        self.ask_some(cases, offset, repeat, first);
        self.ask_some(cases, middle, repeat, second);
    }

    /// Whether all were answered.
    fn ask_once(&mut self, cases: &[Case], offset: usize, repeat: usize, open: &[usize], answers: &mut [Option<Answer>]) -> bool {
        let running = self.running.get_or_insert_with(|| {
            let mut command = Command::new(&self.program);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program that was built starts")
        });
        let (mut stdin, stdout) = (running.stdin.take().expect("a pipe"), running.stdout.as_mut().expect("a pipe"));
        let mut missing = open.len();
        let stdin = std::thread::scope(|scope| {
            let writer = scope.spawn(move || {
                for at in open {
                    let mut line = cases[offset + at].to_json();
                    line["id"] = json!(at);
                    line["repeat"] = json!(repeat);
                    if writeln!(stdin, "{line}").is_err() {
                        break;
                    }
                }
                stdin
            });
            let mut lines = BufReader::new(stdout).lines();
            while missing > 0 {
                let Some(Ok(line)) = lines.next() else { break };
                let json: Json = serde_json::from_str(&line).expect("a JSON object a line");
                answers[json["id"].as_u64().expect("a number") as usize] = Some(answer(&json));
                missing -= 1;
            }
            writer.join().expect("a writer that ends")
        });
        running.stdin = Some(stdin);
        if missing > 0 {
            self.stop();
        }
        missing == 0
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            drop(child.stdin.take());
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

fn answer(json: &Json) -> Answer {
    let decoded = |field: &str| json[field].as_str().map(|text| BASE64.decode(text.as_bytes()).expect("base64"));
    if let Some(error) = decoded("err") {
        return Answer::Same(Outcome::Error(String::from_utf8_lossy(&error).into_owned()));
    }
    decoded("out").map_or(Answer::Varies, |output| Answer::Same(Outcome::Output(output)))
}
