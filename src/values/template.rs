//! helmfile's dialect of the template language: `text + data → text`, with the `_*.tpl` files beside it.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, PoisonError};

use super::glob::named;
use super::setting::{Folder, Setting};
use super::{exec, files, get, secrets, trace, yaml_functions};
use crate::data::{Origin, Piece, SourceFile, Str, Value};
use crate::diag::{Error, Kind, Place, nearest};
use crate::gotmpl;
use crate::gotmpl::funcs::{builtin, sprig};
use crate::gotmpl::{
    Budget, Call, Engine, Environment, ExecError, Fact, Failure, Family, Frame, Function, FunctionTable, Limit, Limits, Link, MissingKey,
    Options, ParseError, Program, Reached, Recorder, Source, TemplateSet, Usage, World, explain,
};
use crate::host::Host;

/// helmfile's own functions.
const FAMILIES: &[Family] = &[
    Family { title: "Templates", functions: TABLE },
    Family { title: "Files", functions: files::TABLE },
    Family { title: "Programs and environment", functions: exec::TABLE },
    Family { title: "YAML", functions: yaml_functions::TABLE },
    Family { title: "Values by path", functions: get::TABLE },
    Family { title: "Secrets", functions: secrets::TABLE },
];

/// Who defines these rows.
const HELMFILE: Source = Source("helmfile");

type Run = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

/// One row of helmfile's.
pub(super) const fn row(name: &'static str, signature: &'static str, run: Run, doc: &'static str, example: &'static str) -> Function {
    Function { name, source: HELMFILE, signature, run, doc, example }
}

/// Go's name for every template that helmfile renders.
const NAME: &str = "stringTemplate";

/// How deep `tpl` may call `tpl`.
const TPL_DEPTH: usize = 100;

/// How often a template may include itself.
const INCLUDE_DEPTH: usize = 1000;

static ENGINE: LazyLock<Result<Engine, String>> = LazyLock::new(|| {
    let families = [&[builtin::FAMILY], sprig::FAMILIES, &[sprig::ENVIRONMENT], FAMILIES].concat();
    let options = Options { missing_key: MissingKey::Error, ..Options::default() };
    FunctionTable::new(&families).map(|table| Engine::new(Arc::new(table), options))
});

/// The functions that helmfile's templates can call.
///
/// # Errors
/// None: the rows are ours.
pub fn functions() -> Result<&'static FunctionTable, Error> {
    ENGINE.as_ref().map(Engine::functions).map_err(|fault| Error::new(Kind::Template, fault.clone()))
}

/// What helmfile's functions see of a run.
pub(super) struct Context {
    pub(super) setting: Setting,
    pub(super) folder: Folder,
    depth: usize,
}

/// Templates of the `_*.tpl` files of a folder.
pub(super) struct Helpers {
    programs: Vec<(SourceFile, Arc<Program>)>,
    may_change_data: bool,
}

/// A template to render.
pub struct Template<'a> {
    /// The file it stands in and the origin of its own first byte, where it has one.
    pub source: Option<&'a SourceFile>,
    /// Its text.
    pub text: &'a [u8],
    /// The folder that its functions start from.
    pub folder: &'a Folder,
}

/// A rendered text and where its lines come from.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The text, registered as a source whose places are those of the template.
    pub source: SourceFile,
}

/// Renders a file's (or a part's) text and registers the result.
///
/// # Errors
/// A text that is no template or that fails, with Go's text as message and the place in the file.
pub fn render_file(setting: &Setting, template: &Template<'_>, data: &Value) -> Result<Rendered, Error> {
    let (name, base) = match template.source {
        Some(source) => (format!("{} (rendered)", source.name), source.base),
        None => ("template".to_owned(), Origin::NONE),
    };
    let (text, pieces) = render_pieces(setting, template, data)?;
    if let Some(pieces) = pieces.filter(|pieces| !pieces.is_empty()) {
        return Ok(Rendered { source: setting.sources.add_recorded(name, text, base, pieces) });
    }
    let lines = super::lines::template_lines(template.text, &text);
    Ok(Rendered { source: setting.sources.add_rendered(name, text, base, lines) })
}

/// Renders a text written in a state, such as a release's name. Text without `{{` is itself.
///
/// # Errors
/// As [`render_file`].
pub fn render_inline(setting: &Setting, folder: &Folder, text: &Str, data: &Value) -> Result<Str, Error> {
    if !text.windows(2).any(|pair| pair == b"{{") {
        return Ok(text.clone());
    }
    render(setting, &Template { source: None, text, folder }, data).map(Str::from)
}

/// Renders the template of an output path: Go's own functions only, a missing key is `<no value>`.
///
/// # Errors
/// `executing output-dir template: template: output-dir:1:3: …`
pub fn render_path(setting: &Setting, name: &str, text: &Str, data: &Value) -> Result<Str, Error> {
    let fail = |words: String| Error::new(Kind::Template, words);
    let table = FunctionTable::new(&[builtin::FAMILY]).map_err(fail)?;
    let engine = Engine::new(Arc::new(table), Options { limits: setting.limits, ..Options::default() });
    let program =
        engine.parse(name, text.clone()).map_err(|fault| fail(format!("parsing {name} template {:?}: {fault}", text.to_text())))?;
    let mut set = TemplateSet::new(&engine, name);
    set.add(&program);
    let world = Outside(setting.host.clone());
    let mut out = Vec::new();
    let run = set.execute(name, data, &Environment { world: &world, context: &() }, &mut out);
    run.map_err(|fault| fail(format!("executing {name} template: {fault}")))?;
    Ok(out.into())
}

/// Whether a template could change the maps it is given (`set`, `unset`, `merge` and what they may hide in): only then
/// it needs a copy of its own. Says yes rather than no.
pub fn may_change_data(setting: &Setting, folder: &Folder, text: &[u8]) -> bool {
    if names_a_changing_function(text) {
        return true;
    }
    let Ok(engine) = ENGINE.as_ref() else { return true };
    let context = Context { setting: setting.clone(), folder: folder.clone(), depth: 0 };
    helpers(&context, engine).map_or(true, |helpers| helpers.may_change_data)
}

fn names_a_changing_function(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(open) = rest.windows(2).position(|pair| pair == b"{{") {
        let action = &rest[open..];
        let end = action.windows(2).position(|pair| pair == b"}}").unwrap_or(action.len());
        if action[..end].windows(3).any(|window| matches!(window, b"set" | b"Set" | b"tpl" | b"erg")) {
            return true;
        }
        rest = &action[end..];
    }
    false
}

/// Renders a text.
///
/// # Errors
/// As [`render_file`].
pub fn render(setting: &Setting, template: &Template<'_>, data: &Value) -> Result<Vec<u8>, Error> {
    render_pieces(setting, template, data).map(|(text, _)| text)
}

/// Renders a text; what made its pieces, where that is recorded.
fn render_pieces(setting: &Setting, template: &Template<'_>, data: &Value) -> Result<(Vec<u8>, Option<Vec<Piece>>), Error> {
    let context = Context { setting: setting.clone(), folder: template.folder.clone(), depth: 0 };
    let mut recorder = setting.trace.as_ref().map(|trace| trace.recorder(data));
    let ran = run(&context, template.text, data, recorder.as_mut());
    let pieces = recorder.as_mut().map(|recorder| {
        let spans = recorder.take_output();
        trace::pieces(recorder, &spans)
    });
    if let (Some(trace), Some(recorder)) = (&setting.trace, recorder) {
        trace.keep(recorder);
    }
    Ok((ran.map_err(|failure| report(setting, template, failure))?, pieces))
}

enum Broken {
    Other(String),
    Helper(String, ParseError, Box<SourceFile>),
    Parse(ParseError),
    Exec(ExecError, Arc<Helpers>),
}

/// A text with the templates beside it.
fn linked(context: &Context, text: &[u8]) -> Result<(TemplateSet, Arc<Helpers>), Broken> {
    let engine = ENGINE.as_ref().map_err(|fault| Broken::Other(fault.clone()))?;
    let engine = &engine.with_limits(context.setting.limits);
    let helpers = helpers(context, engine)?;
    let mut set = TemplateSet::new(engine, NAME);
    for (_, program) in &helpers.programs {
        set.add(program);
    }
    set.add(&engine.parse(NAME, text).map_err(Broken::Parse)?);
    Ok((set, helpers))
}

fn run(context: &Context, text: &[u8], data: &Value, recorder: Option<&mut Recorder>) -> Result<Vec<u8>, Broken> {
    let (set, helpers) = linked(context, text)?;
    let world = Outside(context.setting.host.clone());
    let mut out = Vec::with_capacity(text.len() * 2);
    let environment = Environment { world: &world, context };
    let budget = Budget::new();
    let ran = match recorder {
        None => set.execute_within(NAME, data, &environment, &budget, &mut out),
        Some(recorder) => set.execute_recorded(NAME, data, (&environment, &budget), &mut out, recorder),
    };
    ran.map_err(|error| Broken::Exec(error, helpers))?;
    Ok(out)
}

/// The programs of the folder's `_*.tpl` files, parsed once per load.
fn helpers(context: &Context, engine: &Engine) -> Result<Arc<Helpers>, Broken> {
    let folder = &context.folder;
    let key: PathBuf = folder.real(&folder.shown);
    let known = context.setting.helpers.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let mut programs = Vec::new();
    for shown in named(&*context.setting.host, folder, "_", ".tpl") {
        let text = folder.read(&*context.setting.host, &shown).map_err(|error| Broken::Other(error.to_string()))?;
        let source = context.setting.sources.add(folder.typed(&*context.setting.host, &shown), text);
        match engine.parse(NAME, source.text.clone()) {
            Ok(program) => programs.push((source, program)),
            Err(error) => return Err(Broken::Helper(shown, error, Box::new(source))),
        }
    }
    let may_change_data = programs.iter().any(|(source, _)| names_a_changing_function(&source.text));
    let helpers = Arc::new(Helpers { programs, may_change_data });
    context.setting.helpers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, helpers.clone());
    Ok(helpers)
}

fn report(setting: &Setting, template: &Template<'_>, broken: Broken) -> Error {
    let place = |line: u32, column: Option<u32>| template.source.map(|source| place_in(setting, source, template.text, line, column));
    let (error, at) = match broken {
        Broken::Other(text) => (Error::new(Kind::Template, text), None),
        Broken::Helper(shown, fault, source) => {
            let message = format!("failed to parse helper template {shown}: {fault}");
            let at = place_in(setting, &source, &source.text, fault.line, None);
            (Error::new(Kind::Template, message), Some(at))
        }
        Broken::Parse(fault) => {
            let error = match fault.limit {
                Some(limit) => Error::new(Kind::Limit, fault.to_string()).hint(raise(&setting.limits, limit)),
                None => Error::new(Kind::Template, fault.to_string()),
            };
            let near = fault.unknown_function().and_then(|name| nearest(name, functions().ok()?.rows().map(|row| row.name)));
            let error = match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            };
            (error, place(fault.line, fault.column(template.text)))
        }
        Broken::Exec(fault, helpers) => return failed(setting, template, &fault, &helpers),
    };
    match at {
        Some(at) => error.at(at),
        None => error,
    }
}

/// What to do about a limit that was reached.
pub fn raise(limits: &Limits, limit: Limit) -> String {
    format!("the limit `{0}` is {1}: raise it with --limit {0}=… or BKHELM_LIMITS", limit.name(), limits.shown(limit))
}

/// A template that failed while it ran, with all that is known about it.
fn failed(setting: &Setting, template: &Template<'_>, fault: &ExecError, helpers: &Helpers) -> Error {
    let known = |frame: &Frame| {
        let helper = helpers.programs.iter().find(|(_, program)| *program.text() == frame.source);
        match helper {
            Some((source, _)) => Some(place_in(setting, source, &source.text, frame.line, Some(frame.column))),
            None if *frame.source != *template.text => Some(gotmpl::place(frame, &setting.sources)),
            None => template.source.map(|source| place_in(setting, source, template.text, frame.line, Some(frame.column))),
        }
    };
    let kind = if fault.limit().is_some() { Kind::Limit } else { Kind::Render };
    let error = explain(fault, Error::new(kind, fault.to_string()), &setting.sources, &known);
    let error = match fault.limit() {
        Some(limit) => error.hint(raise(&setting.limits, limit)),
        None => error,
    };
    let facts = fault.links().filter_map(|link| if let Link::Frame(frame) = link { Some(&frame.facts) } else { None });
    match facts.flatten().any(|fact| matches!(fact, Fact::Missing { names: 0, .. })) {
        true => error.hint("there are no values here at all: is the environment the right one?"),
        false => error,
    }
}

/// The place of a line and column (bytes from 0) of a text that starts at a source's base.
fn place_in(setting: &Setting, source: &SourceFile, text: &[u8], line: u32, column: Option<u32>) -> Place {
    let skipped = text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1) as usize).map(<[u8]>::len).sum::<usize>();
    let offset = (skipped + column.unwrap_or(0) as usize).min(text.len());
    let mut place = setting.sources.place(source.base.plus(offset)).unwrap_or_else(|| Place::file(source.name.to_text()));
    if column.is_none() {
        place.column = 0;
    }
    place
}

/// The outside as Go's and Sprig's functions see it.
struct Outside(Arc<dyn Host>);

impl World for Outside {
    fn now(&self) -> i128 {
        self.0.now()
    }
    fn random(&self, buffer: &mut [u8]) {
        self.0.random(buffer);
    }
    fn zone(&self) -> String {
        self.0.zone()
    }
    fn variable(&self, name: &str) -> Option<String> {
        self.0.variable(name)
    }
    fn usage(&self) -> Usage {
        usage(&*self.0)
    }
}

/// What the process has used, as the limits of templates see it.
pub fn usage(host: &dyn Host) -> Usage {
    let (time, memory) = host.usage();
    Usage { time, memory }
}

const TABLE: &[Function] = &[
    row(
        "include",
        "(string, interface {}) string",
        include,
        "The text that a named template gives for some data.",
        r#"{{ define "greeting" }}Hello, {{ . }}!{{ end }}{{ include "greeting" "world" }}"#,
    ),
    row(
        "tpl",
        "(string, interface {}) string",
        tpl,
        "The text, rendered as a template with some data.",
        r#"{{ tpl "Hello, {{ .name }}!" (dict "name" "world") }}"#,
    ),
    row(
        "sprigGet",
        "(map[string]interface {}, string) interface {}",
        sprig_get,
        "The value under a key of a map, or an empty text: Sprig's get, whose name helmfile's own took.",
        r#"{{ sprigGet (dict "port" 80) "port" }}"#,
    ),
];

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [name, data] = arguments else { return Err("include takes a name and data".into()) };
    let name = name.as_str().cloned().unwrap_or_default();
    if call.enter(&name) > INCLUDE_DEPTH {
        call.leave(&name);
        return Err(format!("rendering template has a nested reference name: {name}: unable to execute template").into());
    }
    let result = call.execute(&name, data);
    call.leave(&name);
    Ok(result?)
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [text, data] = arguments else { return Err("tpl takes a text and data".into()) };
    let context = context(call)?;
    if context.depth >= TPL_DEPTH {
        return Err(format!("tpl calls itself more than {TPL_DEPTH} times").into());
    }
    let nested = Context { setting: context.setting.clone(), folder: context.folder.clone(), depth: context.depth + 1 };
    let ran = linked(&nested, text.as_str().map_or(&[][..], |text| text)).and_then(|(set, helpers)| {
        let world = Outside(nested.setting.host.clone());
        let environment = Environment { world: &world, context: &nested };
        call.execute_other((&set, NAME), text.origin, data, &environment).map_err(|error| Broken::Exec(error, helpers))
    });
    match ran {
        Ok(out) => Ok(out),
        Err(Broken::Other(text)) => Err(text.into()),
        Err(Broken::Helper(shown, fault, _)) => Err(format!("failed to parse helper template {shown}: {fault}").into()),
        Err(Broken::Parse(fault)) => Err(fault.to_string().into()),
        Err(Broken::Exec(fault, _)) => {
            let message = fault.to_string();
            Err(match fault.limit() {
                Some(limit) => Reached { limit, message }.into(),
                None => message.into(),
            })
        }
    }
}

fn sprig_get(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [map, key] = arguments else { return Err("sprigGet takes a map and a key".into()) };
    let found = map.as_map().zip(key.as_str()).and_then(|(map, key)| map.get(key));
    Ok(found.unwrap_or_else(|| Value::string("")))
}

/// The run's own data; every run of this dialect has it.
pub(super) fn context<'a>(call: &Call<'a>) -> Result<&'a Context, Failure> {
    call.context::<Context>().ok_or_else(|| Failure::from("helmfile's functions work in helmfile's templates only"))
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, Function, may_change_data, render_inline};
    use crate::data::{Map, Sources, Str};
    use crate::host::RealHost;
    use crate::values::{Folder, Setting};

    fn rendered(text: &str) -> Result<String, String> {
        let setting = Setting::new(std::sync::Arc::new(RealHost), Sources::new());
        let folder = Folder::here(std::path::PathBuf::from("."));
        let data = Map::new().into();
        render_inline(&setting, &folder, &Str::from(text), &data)
            .map(|text| text.to_text().into_owned())
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn helmfile_has_these_functions_and_their_examples_run() {
        // helmfile 1.7.4 pkg/tmpl/context_funcs.go, context_tmpl.go
        let names = "envExec exec expandSecretRefs fetchSecretValue fromYaml get getOrNil include isDir isFile readDir readDirEntries readFile required requiredEnv setValueAtPath sprigGet toYaml tpl";
        let rows: Vec<&Function> = FAMILIES.iter().flat_map(|family| family.functions).collect();
        let mut ours: Vec<&str> = rows.iter().map(|row| row.name).collect();
        ours.sort_unstable();
        assert_eq!(ours.join(" "), names);
        for row in rows {
            rendered(row.example).unwrap_or_else(|fault| panic!("{}: {fault}", row.name));
        }
    }

    #[test]
    fn a_missing_key_fails_even_with_a_default() {
        assert!(rendered("{{ .nope | default 1 }}").unwrap_err().ends_with("map has no entry for key \"nope\""));
        assert_eq!(rendered("{{ get \"a.b\" 2 . }}").unwrap(), "2");
        assert_eq!(rendered("{{ getOrNil \"a.b\" . | default 3 }}").unwrap(), "3");
        assert!(rendered("{{ tpl \"{{ tpl .x . }}\" (dict \"x\" \"{{ tpl .x . }}\") }}").unwrap_err().contains("tpl calls itself"));
    }

    #[test]
    fn only_templates_that_could_change_their_data_are_found() {
        let setting = Setting::new(std::sync::Arc::new(RealHost), Sources::new());
        let folder = Folder::here(std::path::PathBuf::from("."));
        assert!(may_change_data(&setting, &folder, b"{{ $_ := set .Values \"a\" 1 }}"));
        assert!(may_change_data(&setting, &folder, b"a {{ b }} {{ mergeOverwrite .Values .x }}"));
        assert!(!may_change_data(&setting, &folder, b"dataset: {{ .Values.a | quote }} set"));
    }
}
