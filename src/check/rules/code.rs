//! Expressions as they stand in a file of rules: `text → expression`, with the names they use checked, or what is wrong
//! with them and where.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{EntryExpr, Expr};

use super::parse::parse;
use crate::diag::{Place, nearest};

/// An expression, and where it stands.
pub(super) struct Code {
    /// As written.
    pub(super) text: String,
    /// How far into the file its scalar begins.
    pub(super) offset: usize,
    /// What it says.
    pub(super) expression: IdedExpr,
}

/// What is wrong with a text that should be an expression.
#[derive(Debug)]
pub(super) struct Misread {
    /// Line and column in the text, from 1 and 0.
    pub(super) at: (usize, usize),
    /// What is wrong.
    pub(super) message: String,
    /// What may have been meant.
    pub(super) hint: Option<String>,
}

/// How long an expression may be.
const MAX_LENGTH: usize = 4000;

/// The functions that expressions can call, in order: CEL's own, and Kubernetes' libraries.
const FUNCTIONS: [&str; 100] = [
    "add",
    "all",
    "asApproximateFloat",
    "asInteger",
    "base64.decode",
    "base64.encode",
    "bytes",
    "charAt",
    "cidr",
    "compareTo",
    "contains",
    "containsCIDR",
    "containsIP",
    "distinct",
    "double",
    "endsWith",
    "exists",
    "existsOne",
    "exists_one",
    "family",
    "filter",
    "find",
    "findAll",
    "first",
    "flatten",
    "format",
    "format.dns1035Label",
    "format.dns1123Label",
    "format.dns1123Subdomain",
    "format.labelValue",
    "format.qualifiedName",
    "format.uri",
    "format.uuid",
    "getEscapedPath",
    "getHost",
    "getHostname",
    "getPort",
    "getQuery",
    "getScheme",
    "has",
    "hasValue",
    "indexOf",
    "int",
    "ip",
    "isCIDR",
    "isGreaterThan",
    "isIP",
    "isInteger",
    "isLessThan",
    "isQuantity",
    "isSemver",
    "isSorted",
    "isURL",
    "join",
    "last",
    "lastIndexOf",
    "lists.range",
    "lowerAscii",
    "major",
    "map",
    "matches",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.greatest",
    "math.least",
    "math.round",
    "max",
    "min",
    "minor",
    "optional.none",
    "optional.of",
    "or",
    "orValue",
    "patch",
    "prefixLength",
    "quantity",
    "replace",
    "reverse",
    "semver",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "size",
    "slice",
    "sort",
    "sortBy",
    "split",
    "startsWith",
    "string",
    "sub",
    "substring",
    "sum",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "url",
    "validate",
    "value",
];

/// What `type(…)` may be compared with.
pub(super) const TYPES: [&str; 8] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string"];

impl Code {
    /// Reads an expression that may use some names beside those it makes itself.
    pub(super) fn read(text: &str, offset: usize, names: &[String]) -> Result<Self, Misread> {
        if text.len() > MAX_LENGTH {
            return Err(Misread { at: (1, 0), message: format!("an expression of more than {MAX_LENGTH} characters"), hint: None });
        }
        let expression = parse(text).map_err(|fault| Misread {
            at: line_and_column(text, fault.offset),
            message: format!("no expression: {}", fault.message),
            hint: None,
        })?;
        let mut wrong = Vec::new();
        unknown(&expression, &mut names.to_vec(), &mut wrong);
        if let Some(Unknown { name, offset, function, near }) = wrong.into_iter().next() {
            let what = if function { format!("there is no function {name}()") } else { format!("there is no `{name}` here") };
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            return Err(Misread { at: line_and_column(text, offset), message: what, hint });
        }
        Ok(Self { text: text.to_owned(), offset, expression })
    }

    /// Where a word of it stands in its file; where it does not stand in it, the beginning.
    pub(super) fn place_of(&self, word: &str, file: &str, text: &[u8]) -> Place {
        place(file, text, self.offset, position(&self.text, word))
    }
}

/// The place of a line and column of a scalar that begins at an offset of a file.
pub(super) fn place(file: &str, text: &[u8], offset: usize, (line, column): (usize, usize)) -> Place {
    let scalar = text.get(offset..).unwrap_or_default();
    let is_block = matches!(scalar.first(), Some(b'|' | b'>'));
    let quotes = usize::from(matches!(scalar.first(), Some(b'"' | b'\'')));
    let inside = if is_block {
        // A block begins on the line after its mark, as far in as its first line that is not empty.
        let lines: Vec<&[u8]> = scalar.split_inclusive(|byte| *byte == b'\n').collect();
        let before: usize = lines.iter().take(line).map(|line| line.len()).sum();
        let first = lines.iter().skip(1).find(|line| !line.trim_ascii().is_empty());
        let indent = first.map_or(0, |line| line.iter().take_while(|byte| **byte == b' ').count());
        before.saturating_add(indent).saturating_add(column)
    } else if line == 1 {
        quotes.saturating_add(column)
    } else {
        0
    };
    Place::in_text(file, text, offset.saturating_add(inside).min(text.len()))
}

/// Line and column of the first place where a word stands by itself; the beginning where it does not.
fn position(text: &str, word: &str) -> (usize, usize) {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let found = text.match_indices(word).filter(|_| !word.is_empty()).find(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at.saturating_add(word.len())..).and_then(|after| after.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    });
    line_and_column(text, found.map_or(0, |(at, _)| at))
}

/// Line (from 1) and column (from 0) of an offset.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().len();
    (before.matches('\n').count().saturating_add(1), column)
}

/// A name that nothing has.
struct Unknown {
    name: String,
    offset: usize,
    function: bool,
    near: Option<String>,
}

/// The names that an expression uses and nobody gave it.
fn unknown(expression: &IdedExpr, names: &mut Vec<String>, wrong: &mut Vec<Unknown>) {
    let offset = usize::try_from(expression.id).unwrap_or(0);
    match &expression.expr {
        Expr::Ident(name) => {
            if !name.starts_with('@') && !names.contains(name) && !TYPES.contains(&name.as_str()) {
                let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
                wrong.push(Unknown { name: name.clone(), offset, function: false, near });
            }
        }
        Expr::Select(select) => unknown(&select.operand, names, wrong),
        Expr::Call(call) => {
            let name = &call.func_name;
            match call.target.as_deref() {
                Some(IdedExpr { expr: Expr::Ident(space), .. }) if is_function(&format!("{space}.{name}")) => {}
                target => {
                    if name.chars().next().is_some_and(char::is_alphabetic) && !is_function(name) {
                        let near = nearest(name, FUNCTIONS).map(str::to_owned);
                        wrong.push(Unknown { name: name.clone(), offset, function: true, near });
                    }
                    target.into_iter().for_each(|target| unknown(target, names, wrong));
                }
            }
            call.args.iter().for_each(|argument| unknown(argument, names, wrong));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| unknown(element, names, wrong)),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    unknown(&entry.key, names, wrong);
                    unknown(&entry.value, names, wrong);
                }
            }
        }
        Expr::Comprehension(loops) => {
            unknown(&loops.iter_range, names, wrong);
            unknown(&loops.accu_init, names, wrong);
            let known = names.len();
            names.extend([loops.iter_var.clone(), loops.accu_var.clone()]);
            names.extend(loops.iter_var2.clone());
            for part in [&loops.loop_cond, &loops.loop_step, &loops.result] {
                unknown(part, names, wrong);
            }
            names.truncate(known);
        }
        Expr::Struct(made) => wrong.push(Unknown { name: made.type_name.clone(), offset, function: false, near: None }),
        Expr::Literal(_) | Expr::Unspecified => {}
    }
}

fn is_function(name: &str) -> bool {
    FUNCTIONS.binary_search(&name).is_ok()
}

/// A path as it is written: `env.mysql.host`, `releases["bk-paas"].values`; other expressions as `…`.
pub(super) fn shown(expression: &IdedExpr) -> String {
    match &expression.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) => format!("{}.{}", shown(&select.operand), select.field),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            ("_[_]", [operand, IdedExpr { expr: Expr::Literal(literal), .. }]) => match literal {
                kube_cel::cel::common::ast::LiteralValue::String(key) => format!("{}[\"{}\"]", shown(operand), key.inner()),
                kube_cel::cel::common::ast::LiteralValue::Int(at) => format!("{}[{}]", shown(operand), at.inner()),
                _ => "…".to_owned(),
            },
            ("_[_]", [operand, _]) => format!("{}[…]", shown(operand)),
            _ => "…".to_owned(),
        },
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, FUNCTIONS, place};

    fn says(text: &str) -> String {
        match Code::read(text, 0, &["env".to_owned()]) {
            Ok(_) => "fine".to_owned(),
            Err(wrong) => format!("{}:{} {} {}", wrong.at.0, wrong.at.1, wrong.message, wrong.hint.unwrap_or_default()).trim().to_owned(),
        }
    }

    #[test]
    fn functions_stand_in_order() {
        assert!(FUNCTIONS.is_sorted());
    }

    #[test]
    fn names_and_functions_are_known_before_anything_is_asked() {
        assert_eq!(says("env.a.all(x, x.matches('b') && base64.decode(x) != b'')"), "fine");
        assert_eq!(says("env.?a.orValue('') == ''"), "fine");
        assert_eq!(says("size(emv.a) > 0"), "1:5 there is no `emv` here did you mean `env`?");
        assert_eq!(says("env.a.startWith('b')"), "1:6 there is no function startWith() did you mean `startsWith`?");
        assert_eq!(says("env.a ==\n  1 +"), "2:5 no expression: a value should stand here, not its end");
        assert!(says(&"(".repeat(100)).contains("too deep"));
        assert!(says(&"1+".repeat(3000)).contains("4000"));
    }

    #[test]
    fn places_in_blocks_are_those_of_their_lines() {
        let text = b"check: |\n  a &&\n    b\nother: \"x y\"\n";
        assert_eq!(place("f", text, 7, (2, 2)).to_string(), "f:3:5");
        assert_eq!(place("f", text, 29, (1, 2)).to_string(), "f:4:11");
    }
}
