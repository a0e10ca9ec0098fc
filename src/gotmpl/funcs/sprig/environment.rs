//! The environment, for dialects that let templates see it: helmfile's does, Helm's does not.

use super::arguments::text;
use super::{Call, Failure, Function, row};
use crate::data::Value;
use crate::golang::bytes;

/// The rows.
pub const TABLE: &[Function] = &[
    row("env", "(string) string", env, "An environment variable; an empty text where it is not set.", r#"{{ env "HOME" }}"#),
    row(
        "expandenv",
        "(string) string",
        expand_env,
        "The text with $NAME and ${NAME} replaced by environment variables.",
        r#"{{ expandenv "at $HOME" }}"#,
    ),
];

fn variable(call: &Call<'_>, name: &[u8]) -> Vec<u8> {
    std::str::from_utf8(name).ok().and_then(|name| call.world.variable(name)).unwrap_or_default().into_bytes()
}

fn env(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::string(variable(call, text(arguments, 0))))
}

fn expand_env(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut rest = text(arguments, 0);
    let mut out = Vec::new();
    while let Some((before, after)) = bytes::cut(rest, b'$') {
        out.extend_from_slice(before);
        let (name, size) = shell_name(after);
        match name {
            _ if after.is_empty() => out.push(b'$'),
            // parity: Go's os.Expand drops a bad ${ but keeps the $ before what can't be a name
            b"" if size == 0 => out.push(b'$'),
            b"" => {}
            name => out.extend(variable(call, name)),
        }
        call.check_size(out.len() as u128)?;
        rest = after.get(size..).unwrap_or(&[]);
    }
    out.extend_from_slice(rest);
    Ok(Value::string(out).from_origin(super::arguments::origin(arguments)))
}

/// The name at the start of what follows a `$`, and how much of it to skip.
fn shell_name(text: &[u8]) -> (&[u8], usize) {
    let special = |byte: u8| matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match text {
        [b'{', byte, b'}', ..] if special(*byte) => (text.get(1..2).unwrap_or(&[]), 3),
        [b'{', rest @ ..] => match rest.iter().position(|byte| *byte == b'}') {
            Some(0) => (&[], 2),
            Some(end) => (rest.get(..end).unwrap_or(&[]), end.saturating_add(2)),
            None => (&[], 1),
        },
        [byte, ..] if special(*byte) => (text.get(..1).unwrap_or(&[]), 1),
        _ => {
            let size = text.iter().take_while(|byte| in_name(byte)).count();
            (text.get(..size).unwrap_or(&[]), size)
        }
    }
}
