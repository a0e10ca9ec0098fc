//! The tokens of a template, roughly: enough to take some out and leave the rest as it was.

/// Cuts a template into texts, delimiters, words, constants, spaces and single signs, which joined are the template.
pub fn tokens(template: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    let mut inside = false;
    while !rest.is_empty() {
        let length = if inside { inner_length(rest) } else { outer_length(rest) };
        let (token, after) = rest.split_at(length);
        match token {
            "{{" | "{{-" => inside = true,
            "}}" | "-}}" => inside = false,
            _ => {}
        }
        tokens.push(token.to_owned());
        rest = after;
    }
    tokens
}

fn outer_length(rest: &str) -> usize {
    if rest.starts_with("{{/*") || rest.starts_with("{{- /*") {
        return rest.find("}}").map_or(rest.len(), |at| at + 2);
    }
    if rest.starts_with("{{- ") || rest.starts_with("{{-\n") {
        return 3;
    }
    if rest.starts_with("{{") {
        return 2;
    }
    rest.find("{{").unwrap_or(rest.len())
}

fn inner_length(rest: &str) -> usize {
    for delimiter in ["-}}", "}}", ":="] {
        if rest.starts_with(delimiter) {
            return delimiter.len();
        }
    }
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '"' | '\'' => quoted_length(rest, first),
        '`' => rest[1..].find('`').map_or(rest.len(), |at| at + 2),
        _ if first.is_whitespace() => run_length(rest, char::is_whitespace),
        _ if is_word(first) => run_length(rest, is_word),
        _ => first.len_utf8(),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || "_$.+-".contains(character)
}

fn run_length(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    let end = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
    // `-}}` at a word's end closes the action.
    match rest[..end].strip_suffix('-') {
        Some(word) if rest[end..].starts_with("}}") && !word.is_empty() => word.len(),
        _ => end,
    }
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
