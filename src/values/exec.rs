//! exec, envExec, requiredEnv.

use super::files::allowed;
use super::template::{context, row};
use crate::data::{Kind as Is, Value};
use crate::golang::fmt::sprint;
use crate::gotmpl::{Call, Failure, Function};
use crate::host::{Command, Host, Output};

pub(super) const TABLE: &[Function] = &[
    row(
        "exec",
        "(string, []interface {}, ...string) string",
        exec,
        "What a program prints; its arguments are a list, what it reads may follow.",
        r#"{{ exec "echo" (list "hello") }}"#,
    ),
    row(
        "envExec",
        "(map[string]interface {}, string, []interface {}, ...string) string",
        env_exec,
        "What a program prints that sees more variables in its environment.",
        r#"{{ envExec (dict "NAME" "world") "sh" (list "-c" "echo hello $NAME") }}"#,
    ),
    row(
        "requiredEnv",
        "(string) string",
        required_env,
        "An environment variable; fails where it is not set or empty.",
        r#"{{ requiredEnv "PATH" | empty }}"#,
    ),
];

fn exec(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [program, list, input @ ..] = arguments else { return Err("exec takes a program and a list".into()) };
    start(call, Vec::new(), program, list, input)
}

fn env_exec(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [variables, program, list, input @ ..] = arguments else { return Err("envExec takes variables, a program and a list".into()) };
    let mut added = Vec::new();
    for (key, value) in variables.as_map().map(|map| map.snapshot()).unwrap_or_default() {
        let Is::String(text) = &value.kind else {
            let kind = value.go_type().map_or("<nil>", |of| of.name());
            return Err(
                format!("unexpected type of env \"{kind}\" in envs {} at index {key}", sprint(std::slice::from_ref(variables))).into()
            );
        };
        added.push((key.to_text().into_owned(), text.to_text().into_owned()));
    }
    start(call, added, program, list, input)
}

fn start(call: &Call<'_>, variables: Vec<(String, String)>, program: &Value, list: &Value, input: &[Value]) -> Result<Value, Failure> {
    let context = allowed(call)?;
    let mut arguments = Vec::new();
    for (position, item) in list.as_list().map(|list| list.items().to_vec()).unwrap_or_default().iter().enumerate() {
        let Is::String(text) = &item.kind else {
            let kind = item.go_type().map_or("<nil>", |of| of.name());
            return Err(
                format!("unexpected type of arg \"{kind}\" in args {} at index {position}", sprint(std::slice::from_ref(list))).into()
            );
        };
        arguments.push(text.to_text().into_owned());
    }
    let text = |value: &Value| value.as_str().map_or(Vec::new(), |text| text.to_vec());
    let command = Command {
        program: String::from_utf8_lossy(&text(program)).into_owned(),
        arguments,
        folder: context.folder.real(&context.folder.shown),
        variables,
        input: input.first().map(text).unwrap_or_default(),
    };
    call.outside(|| run(&*context.setting.host, &command)).map(Value::string).map_err(Failure::from)
}

/// Runs a program and gives what it prints.
///
/// # Errors
/// helmfile's words for a program that can't be started or that fails.
pub fn run(host: &dyn Host, command: &Command) -> Result<Vec<u8>, String> {
    let output = host.run(command).map_err(|error| match error.message() {
        message if message.contains("no such file or directory") && !command.program.contains('/') => {
            format!("unexpected error: exec: {:?}: executable file not found in $PATH", command.program)
        }
        message => format!("unexpected error: {message}"),
    })?;
    if output.code == 0 { Ok(output.stdout) } else { Err(exit_words(command, &output)) }
}

/// helmfile's report of a program that failed (pkg/helmexec/exit_error.go).
fn exit_words(command: &Command, output: &Output) -> String {
    let mut words = format!("command {:?} exited with non-zero status:\n\nPATH:\n{}\n\nARGS:", command.program, indent(&command.program));
    let arguments = std::iter::once(&command.program).chain(&command.arguments);
    let mut hidden = false;
    for (position, argument) in arguments.enumerate() {
        let shown = if hidden { "*** STRIP ***" } else { argument };
        words.push('\n');
        words.push_str(&indent(&format!("{position}: {shown} ({} bytes)", shown.len())));
        hidden = argument.starts_with("--set");
    }
    words.push_str(&format!(
        "\n\nERROR:\n{}\n\nEXIT STATUS\n{}",
        indent(&format!("exit status {}", output.code)),
        indent(&output.code.to_string())
    ));
    let error = String::from_utf8_lossy(&output.stderr);
    if !error.is_empty() {
        words.push_str(&format!("\n\nSTDERR:\n{}", indent(&error)));
    }
    let all = format!("{}{error}", String::from_utf8_lossy(&output.stdout));
    if !all.is_empty() {
        words.push_str(&format!("\n\nCOMBINED OUTPUT:\n{}", indent(&all)));
    }
    words
}

// parity: helmfile pkg/helmexec/exit_error.go Indent joins the last line to the one before when it is not empty
fn indent(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = String::new();
    for (position, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        if position > 0 && position < lines.len() - 1 {
            out.push('\n');
        }
        out.push_str("  ");
        out.push_str(line);
    }
    out
}

fn required_env(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = arguments.first().and_then(Value::as_str).map_or(String::new(), |name| name.to_text().into_owned());
    match context(call)?.setting.host.variable(&name) {
        Some(value) if !value.is_empty() => Ok(Value::string(value)),
        _ => Err(format!("required env var `{name}` is not set").into()),
    }
}
