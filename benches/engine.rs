//! The template engine beside others, in one run on one thread: Go's text/template with helm's functions (the program in
//! `benches/engine`, where Go is there to build it), `minijinja` doing the same work written in its language, and `gtmpl`.
//!
//! `cargo bench --bench engine -- [ROUNDS]`. Each case is a folder of `benches/engine/cases`: `template.tpl`, `data.json`,
//! and `template.jinja` where minijinja can do that work. All programs must give the same text. They take short turns
//! in many rounds, in processor time, and the medians are compared.
#![allow(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bkhelm::charts::Profile;
use bkhelm::data::{Kind, SourceFile, Sources, Value, json};
use bkhelm::gotmpl::{Engine, Environment, Family, Function, FunctionTable, MissingKey, Options, TemplateSet};
use bkhelm::render;
use cpu_time::ThreadTime;

/// The program's own; `minijinja` and `gtmpl` have it, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured: the row's name, its case, and whether only parsing is.
const ROWS: &[(&str, &str, bool)] = &[
    ("parse", "loops", true),
    ("parse a deployment", "deployment", true),
    ("text", "text", false),
    ("loops", "loops", false),
    ("includes", "includes", false),
    ("toYaml", "to-yaml", false),
    ("tpl", "tpl", false),
    ("regexp", "regexp", false),
    ("a deployment", "deployment", false),
];
/// How much processor time one engine's turn takes.
const TURN: Duration = Duration::from_millis(10);
const ROUNDS: usize = 31;

/// One engine with one case loaded.
trait Contender {
    /// What it renders.
    fn output(&mut self) -> Result<String, String>;
    /// Nanoseconds of one rendering, or of one parsing, as a mean over a turn.
    fn turn(&mut self, parse: bool) -> f64;
}

/// Repeats the work for a turn; the mean time of one.
fn measure(mut work: impl FnMut()) -> f64 {
    let start = ThreadTime::now();
    let (mut count, mut batch) = (0u32, 1u32);
    loop {
        (0..batch).for_each(|_| work());
        count += batch;
        let spent = start.elapsed();
        if spent >= TURN {
            return spent.as_nanos() as f64 / f64::from(count);
        }
        if spent < TURN / 16 {
            batch *= 2;
        }
    }
}

struct Case {
    name: String,
    template: String,
    jinja: Option<String>,
    data: Value,
}

impl Case {
    fn load(folder: &Path, name: &str) -> Self {
        let read = |file: &str| std::fs::read_to_string(folder.join(name).join(file));
        let source: SourceFile = Sources::new().add("data.json", read("data.json").expect("data.json"));
        Case {
            name: name.to_owned(),
            template: read("template.tpl").expect("template.tpl"),
            jinja: read("template.jinja").ok(),
            data: json::read(&source).expect("good JSON"),
        }
    }
}

// ---- this project

struct Ours {
    engine: Engine,
    set: TemplateSet,
    text: String,
    data: Value,
    out: Vec<u8>,
}

impl Ours {
    fn new(case: &Case) -> Self {
        let rows: Vec<Function> = render::functions(Profile::HELM4).rows().copied().collect();
        let functions = Arc::new(FunctionTable::new(&[Family { title: "All", functions: &rows }]).expect("the functions of charts"));
        let engine = Engine::new(functions, Options { missing_key: MissingKey::Zero, ..Options::default() });
        let mut set = TemplateSet::new(&engine, "gotpl");
        set.add(&engine.parse("main", case.template.as_str()).expect("a good template"));
        Ours { engine, set, text: case.template.clone(), data: case.data.clone(), out: Vec::new() }
    }
    fn render(&mut self) -> Result<(), String> {
        self.out.clear();
        let environment = Environment::default();
        self.set.execute("main", &self.data, &environment, &mut self.out).map_err(|error| error.to_string())
    }
}

impl Contender for Ours {
    fn output(&mut self) -> Result<String, String> {
        self.render()?;
        Ok(String::from_utf8_lossy(&self.out).into_owned())
    }
    fn turn(&mut self, parse: bool) -> f64 {
        if parse {
            return measure(|| drop(self.engine.parse("main", self.text.as_str()).expect("a good template")));
        }
        measure(|| self.render().expect("a good template"))
    }
}

// ---- Go

/// The program in `benches/engine`, which answers line by line.
struct GoProgram {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl GoProgram {
    /// Builds and starts it; `None` where that can't be done.
    fn start(folder: &Path) -> Option<Self> {
        let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("engine-of-helm");
        let built = Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(folder).status();
        if !built.as_ref().is_ok_and(|status| status.success()) {
            eprintln!("without Go's column: its program was not built ({built:?})");
            return None;
        }
        let command = &mut Command::new(program);
        let mut child = command.arg(folder.join("cases")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (input, output) = (child.stdin.take()?, child.stdout.take()?);
        Some(GoProgram { child, input, output: BufReader::new(output) })
    }
    /// Asks; gives the member of the answer that has that name.
    fn ask(&mut self, question: &str, member: &str) -> Result<Value, String> {
        writeln!(self.input, "{question}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(|error| error.to_string())?;
        let source = Sources::new().add("answer", answer.as_str());
        let answer = json::read(&source).map_err(|(message, _)| message)?;
        match answer.path(["error"]) {
            Some(error) => Err(format!("{:?}", error.as_str())),
            None => answer.path([member]).ok_or_else(|| format!("no {member} in the answer")),
        }
    }
}

impl Drop for GoProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Go<'p> {
    program: &'p mut GoProgram,
    case: &'p str,
}

impl Contender for Go<'_> {
    fn output(&mut self) -> Result<String, String> {
        let output = self.program.ask(&format!("output {}", self.case), "output")?;
        Ok(output.as_str().map(|text| text.to_text().into_owned()).unwrap_or_default())
    }
    fn turn(&mut self, parse: bool) -> f64 {
        let verb = if parse { "parse" } else { "render" };
        let question = format!("{verb} {} {}", self.case, TURN.as_millis());
        match self.program.ask(&question, "nanoseconds").expect("an answer").kind {
            Kind::Float(nanoseconds) => nanoseconds,
            other => panic!("{other:?} nanoseconds"),
        }
    }
}

// ---- minijinja

struct Jinja {
    environment: minijinja::Environment<'static>,
    text: String,
    data: minijinja::Value,
}

impl Jinja {
    fn new(case: &Case) -> Option<Self> {
        let mut environment = minijinja::Environment::new();
        let mut syntax = minijinja::syntax::SyntaxConfig::builder();
        environment.set_syntax(syntax.keep_trailing_newline(true).build().expect("a good syntax"));
        // what Sprig has and minijinja has not
        environment.add_filter("truncated", |text: &str, most: usize| text.get(..most).unwrap_or(text).to_owned());
        environment.add_filter("without_end", |text: &str, end: &str| text.strip_suffix(end).unwrap_or(text).to_owned());
        environment.add_filter("quoted", |text: &str| format!("{text:?}"));
        let text = case.jinja.clone()?;
        environment.add_template_owned("main", text.clone()).expect("a good template");
        Some(Jinja { environment, text, data: jinja_value(&case.data) })
    }
    /// Into a text of its own: its faster way, it knows how long the text will be.
    fn render(&self) -> Result<String, String> {
        let rendered = self.environment.get_template("main").and_then(|template| template.render(&self.data));
        rendered.map_err(|error| error.to_string())
    }
}

fn jinja_value(value: &Value) -> minijinja::Value {
    match &value.kind {
        Kind::Bool(truth) => (*truth).into(),
        Kind::Float(number) if number.fract() == 0.0 => (*number as i64).into(),
        Kind::Float(number) => (*number).into(),
        Kind::String(text) => (*text.to_text()).into(),
        Kind::List(list) => list.iter().map(jinja_value).collect(),
        Kind::Map(map) => {
            map.read().iter().map(|(key, value)| (key.to_text().into_owned(), jinja_value(value))).collect::<BTreeMap<_, _>>().into()
        }
        _ => ().into(),
    }
}

impl Contender for Jinja {
    fn output(&mut self) -> Result<String, String> {
        self.render()
    }
    fn turn(&mut self, parse: bool) -> f64 {
        if parse {
            return measure(|| drop(self.environment.template_from_str(&self.text).expect("a good template")));
        }
        measure(|| drop(self.render().expect("a good template")))
    }
}

// ---- gtmpl

struct Gtmpl {
    template: gtmpl::Template,
    text: String,
    data: gtmpl::Context,
    out: Vec<u8>,
}

impl Gtmpl {
    fn new(case: &Case) -> Result<Self, String> {
        let mut template = gtmpl::Template::default();
        template.parse(case.template.as_str()).map_err(|error| error.to_string())?;
        Ok(Gtmpl { template, text: case.template.clone(), data: gtmpl::Context::from(gtmpl_value(&case.data)), out: Vec::new() })
    }
    fn render(&mut self) -> Result<(), String> {
        self.out.clear();
        self.template.execute(&mut self.out, &self.data).map_err(|error| error.to_string())
    }
}

fn gtmpl_value(value: &Value) -> gtmpl::Value {
    match &value.kind {
        Kind::Bool(truth) => (*truth).into(),
        Kind::Float(number) if number.fract() == 0.0 => (*number as i64).into(),
        Kind::Float(number) => (*number).into(),
        Kind::String(text) => (*text.to_text()).into(),
        Kind::List(list) => gtmpl::Value::Array(list.iter().map(gtmpl_value).collect()),
        Kind::Map(map) => {
            let entries = map.read().iter().map(|(key, value)| (key.to_text().into_owned(), gtmpl_value(value))).collect::<HashMap<_, _>>();
            gtmpl::Value::Map(entries)
        }
        _ => gtmpl::Value::Nil,
    }
}

impl Contender for Gtmpl {
    fn output(&mut self) -> Result<String, String> {
        self.render()?;
        Ok(String::from_utf8_lossy(&self.out).into_owned())
    }
    fn turn(&mut self, parse: bool) -> f64 {
        if parse {
            return measure(|| gtmpl::Template::default().parse(self.text.as_str()).expect("a good template"));
        }
        measure(|| self.render().expect("a good template"))
    }
}

// ---- the comparison

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Everybody who can do the case; who can't, or gives another text, is left out with a word on stderr.
fn contenders<'c>(case: &'c Case, go: Option<&'c mut GoProgram>, expected: &str) -> [Option<Box<dyn Contender + 'c>>; 3] {
    let go = go.map(|program| Ok(Box::new(Go { program, case: &case.name }) as Box<dyn Contender>));
    let jinja = Jinja::new(case).map(|jinja| Ok(Box::new(jinja) as Box<dyn Contender>));
    let gtmpl = Some(Gtmpl::new(case).map(|gtmpl| Box::new(gtmpl) as Box<dyn Contender>));
    [("Go", go), ("minijinja", jinja), ("gtmpl", gtmpl)].map(|(name, made)| {
        let fits = |mut contender: Box<dyn Contender + 'c>| match contender.output()? {
            output if output == expected => Ok(contender),
            output => Err(format!("gives another text:\n{}", first_difference(&output, expected))),
        };
        made.and_then(|made| made.and_then(fits).map_err(|error| eprintln!("{}: not with {name}: {error}", case.name)).ok())
    })
}

fn first_difference(one: &str, other: &str) -> String {
    let pair = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    pair.map_or("its length".to_owned(), |(one, other)| format!("  {one}\n  {other}"))
}

fn main() {
    let rounds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(ROUNDS);
    let only: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-') && word.parse::<usize>().is_err()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/engine");
    let mut go = GoProgram::start(&folder);
    println!("{:<22}{:>12}{:>14}{:>18}{:>14}", format!("{rounds} rounds"), "bkhelm", "than Go", "than minijinja", "than gtmpl");
    for (row, name, parse) in ROWS.iter().filter(|(row, ..)| only.is_empty() || only.iter().any(|word| row.contains(word.as_str()))) {
        let case = Case::load(&folder.join("cases"), name);
        let mut ours = Ours::new(&case);
        let expected = ours.output().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut others = contenders(&case, go.as_mut(), &expected);
        let mut times = Vec::new();
        let mut others_times: [Vec<f64>; 3] = Default::default();
        for _ in 0..rounds {
            times.push(ours.turn(*parse));
            for (other, times) in others.iter_mut().zip(&mut others_times) {
                times.extend(other.as_mut().map(|other| other.turn(*parse)));
            }
        }
        let own = median(times);
        let [go, jinja, gtmpl] = others_times.map(|times| match times.as_slice() {
            [] => "—".to_owned(),
            _ => format!("{:.1} ×", median(times) / own),
        });
        println!("{row:<22}{:>9.1} µs{go:>14}{jinja:>18}{gtmpl:>14}", own / 1000.0);
    }
}
