//! CEL's grammar: `text → expression`, or where it is none.
//!
//! The tree is that of `kube_cel`, so that its functions can be asked with parts of it, but the parser is ours: the library's
//! takes longer for a file of rules than everything else that lint does. Loops (`all`, `map` …) become what the language
//! defines them as. An expression's `id` is its offset in the text.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, ListExpr, LiteralValue, MapEntryExpr, MapExpr, SelectExpr, operators,
};
use kube_cel::cel::common::types::{CelBytes, CelString};

/// What is wrong, and how far into the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) message: String,
}

/// How deep brackets and signs may stand inside each other, and how many operators and dots there may be: evaluation goes as deep.
const MAX_DEPTH: usize = 40;
const MAX_LINKS: usize = 500;

/// Operators with two sides, by how strongly they bind: the weakest first.
const LEVELS: [&[(&str, &str)]; 5] = [
    &[("||", operators::LOGICAL_OR)],
    &[("&&", operators::LOGICAL_AND)],
    &[
        ("<=", operators::LESS_EQUALS),
        (">=", operators::GREATER_EQUALS),
        ("==", operators::EQUALS),
        ("!=", operators::NOT_EQUALS),
        ("<", operators::LESS),
        (">", operators::GREATER),
        ("in", operators::IN),
    ],
    &[("+", operators::ADD), ("-", operators::SUBSTRACT)],
    &[("*", operators::MULTIPLY), ("/", operators::DIVIDE), ("%", operators::MODULO)],
];

/// The name under which a loop keeps what it has so far.
const RESULT: &str = "@result";

/// Reads a text that is one expression.
///
/// # Errors
/// The first place where it can't go on.
pub(super) fn parse(text: &str) -> Result<IdedExpr, Fault> {
    let mut parser = Parser { text, at: 0, depth: 0, links: 0 };
    let expression = parser.expression()?;
    parser.skip();
    match parser.rest().chars().next() {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    links: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes over blanks and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len().saturating_sub(rest.trim_start().len());
            self.at = self.at.saturating_add(blanks);
            if !self.rest().starts_with("//") {
                return;
            }
            let line = self.rest().find('\n').unwrap_or(self.rest().len());
            self.at = self.at.saturating_add(line);
        }
    }

    /// Goes over a sign, if it stands here. A word ends where no letter follows.
    fn take(&mut self, sign: &str) -> bool {
        self.skip();
        let Some(after) = self.rest().strip_prefix(sign) else { return false };
        let is_word = sign.starts_with(char::is_alphabetic);
        if is_word && after.starts_with(|one: char| one.is_alphanumeric() || one == '_') {
            return false;
        }
        self.at = self.at.saturating_add(sign.len());
        true
    }

    fn expect(&mut self, sign: &str) -> Result<(), Fault> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn fault(&self, offset: usize, message: &str) -> Fault {
        Fault { offset, message: message.to_owned() }
    }

    /// What stands here is not what has to.
    fn unexpected(&mut self, wanted: &str) -> Fault {
        self.skip();
        let rest = self.rest();
        let word = rest.find(|one: char| !(one.is_alphanumeric() || one == '_')).filter(|end| *end > 0);
        let here: String = match word {
            Some(end) => rest.chars().take(end).collect(),
            None => rest.chars().take(if rest.starts_with(char::is_alphanumeric) { rest.len() } else { 1 }).collect(),
        };
        let found = if here.is_empty() { "its end".to_owned() } else { format!("`{here}`") };
        self.fault(self.at, &format!("{wanted} should stand here, not {found}"))
    }

    fn link(&mut self) -> Result<(), Fault> {
        self.links = self.links.saturating_add(1);
        if self.links > MAX_LINKS { Err(self.fault(self.at, "too long an expression")) } else { Ok(()) }
    }

    fn expression(&mut self) -> Result<IdedExpr, Fault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.fault(self.at, "too deep an expression"));
        }
        let condition = self.level(&LEVELS)?;
        let whole = if self.take("?") {
            let yes = self.expression()?;
            self.expect(":")?;
            let no = self.expression()?;
            call(condition.id, operators::CONDITIONAL, vec![condition, yes, no])
        } else {
            condition
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(whole)
    }

    /// Operators of one strength, from the left.
    fn level(&mut self, levels: &[&[(&str, &str)]]) -> Result<IdedExpr, Fault> {
        let Some((signs, stronger)) = levels.split_first() else { return self.unary() };
        let mut left = self.level(stronger)?;
        loop {
            self.skip();
            let first = self.rest().bytes().next();
            if !signs.iter().any(|(sign, _)| sign.bytes().next() == first) {
                return Ok(left);
            }
            let Some((_, name)) = signs.iter().find(|(sign, _)| self.take(sign)) else { return Ok(left) };
            self.link()?;
            let right = self.level(stronger)?;
            left = call(left.id, name, vec![left, right]);
        }
    }

    fn unary(&mut self) -> Result<IdedExpr, Fault> {
        self.skip();
        let start = self.at;
        let name = match self.rest().chars().next() {
            Some('!') => operators::LOGICAL_NOT,
            Some('-') => operators::NEGATE,
            _ => return self.member(),
        };
        self.at = self.at.saturating_add(1);
        self.link()?;
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.fault(start, "too deep an expression"));
        }
        let inner = self.unary()?;
        self.depth = self.depth.saturating_sub(1);
        match (name, &inner.expr) {
            (operators::NEGATE, Expr::Literal(LiteralValue::Int(number))) => {
                let number = number.inner().checked_neg().ok_or_else(|| self.fault(start, "too large a number"))?;
                Ok(at(start, Expr::Literal(LiteralValue::Int(number.into()))))
            }
            (operators::NEGATE, Expr::Literal(LiteralValue::Double(number))) => {
                Ok(at(start, Expr::Literal(LiteralValue::Double((-number.inner()).into()))))
            }
            _ => Ok(call(start as u64, name, vec![inner])),
        }
    }

    /// A value with dots, brackets and calls behind it.
    fn member(&mut self) -> Result<IdedExpr, Fault> {
        let mut value = self.primary()?;
        loop {
            if self.take(".") {
                self.link()?;
                let optional = self.take("?");
                self.skip();
                let start = self.at;
                let Some(name) = self.word() else { return Err(self.unexpected("a name")) };
                if optional {
                    let field = at(start, text_literal(name));
                    value = call(start as u64, operators::OPT_SELECT, vec![value, field]);
                } else if self.take("(") {
                    let arguments = self.list_until(")")?;
                    value = self.method(start, value, name, arguments)?;
                } else {
                    let select = SelectExpr { operand: Box::new(value), field: name.to_owned(), test: false };
                    value = at(start, Expr::Select(select));
                }
            } else if self.take("[") {
                self.link()?;
                let start = self.at;
                let name = if self.take("?") { operators::OPT_INDEX } else { operators::INDEX };
                let index = self.expression()?;
                self.expect("]")?;
                value = call(start as u64, name, vec![value, index]);
            } else {
                return Ok(value);
            }
        }
    }

    /// Elements with commas between them, up to a closing sign.
    fn list_until(&mut self, end: &str) -> Result<Vec<IdedExpr>, Fault> {
        let mut elements = Vec::new();
        while !self.take(end) {
            elements.push(self.expression()?);
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(elements)
    }

    fn primary(&mut self) -> Result<IdedExpr, Fault> {
        self.skip();
        let start = self.at;
        let mut characters = self.rest().chars();
        match (characters.next(), characters.next()) {
            (Some('('), _) => {
                self.at = self.at.saturating_add(1);
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            (Some('['), _) => {
                self.at = self.at.saturating_add(1);
                let elements = self.list_until("]")?;
                Ok(at(start, Expr::List(ListExpr::new(elements))))
            }
            (Some('{'), _) => self.map(start),
            (Some('"' | '\''), _) => self.quoted(start, false, false),
            (Some('r' | 'R'), Some('"' | '\'')) => {
                self.at = self.at.saturating_add(1);
                self.quoted(start, true, false)
            }
            (Some('b' | 'B'), Some('"' | '\'')) => {
                self.at = self.at.saturating_add(1);
                self.quoted(start, false, true)
            }
            (Some(digit), _) if digit.is_ascii_digit() => self.number(start),
            _ => {
                let Some(name) = self.word() else { return Err(self.unexpected("a value")) };
                let literal = match name {
                    "true" | "false" => Some(LiteralValue::Boolean((name == "true").into())),
                    "null" => Some(LiteralValue::Null),
                    "in" => return Err(self.fault(start, "a value should stand here, not `in`")),
                    _ => None,
                };
                if let Some(literal) = literal {
                    return Ok(at(start, Expr::Literal(literal)));
                }
                if self.take("(") {
                    let arguments = self.list_until(")")?;
                    return self.function(start, name, arguments);
                }
                Ok(at(start, Expr::Ident(name.to_owned())))
            }
        }
    }

    /// A word of letters, digits and `_`, if one begins here.
    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest.find(|one: char| !(one.is_ascii_alphanumeric() || one == '_')).unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| word.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_'))?;
        self.at = self.at.saturating_add(end);
        Some(word)
    }

    fn map(&mut self, start: usize) -> Result<IdedExpr, Fault> {
        self.at = self.at.saturating_add(1);
        let mut entries = Vec::new();
        while !self.take("}") {
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            entries.push(IdedEntryExpr { id: key.id, expr: EntryExpr::MapEntry(MapEntryExpr { key, value, optional: false }) });
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(at(start, Expr::Map(MapExpr { entries })))
    }

    fn number(&mut self, start: usize) -> Result<IdedExpr, Fault> {
        let rest = self.rest();
        let (digits, radix) = match rest.get(..2) {
            Some("0x" | "0X") => (rest.get(2..).unwrap_or_default(), 16),
            _ => (rest, 10),
        };
        let mut end = digits.find(|one: char| !one.is_digit(radix)).unwrap_or(digits.len());
        let mut is_double = false;
        if radix == 10 {
            let after = |end: usize| digits.get(end..).unwrap_or_default();
            let run = |from: usize| after(from).find(|one: char| !one.is_ascii_digit()).unwrap_or(after(from).len());
            if after(end).starts_with('.') && run(end.saturating_add(1)) > 0 {
                is_double = true;
                end = end.saturating_add(1).saturating_add(run(end.saturating_add(1)));
            }
            if after(end).starts_with(['e', 'E']) {
                let sign = usize::from(after(end.saturating_add(1)).starts_with(['+', '-']));
                let from = end.saturating_add(1).saturating_add(sign);
                if run(from) > 0 {
                    is_double = true;
                    end = from.saturating_add(run(from));
                }
            }
        }
        let written = digits.get(..end).unwrap_or_default();
        self.at = self.at.saturating_add(if radix == 16 { 2 } else { 0 }).saturating_add(end);
        let unsigned = !is_double && self.rest().starts_with(['u', 'U']);
        self.at = self.at.saturating_add(usize::from(unsigned));
        let literal = if is_double {
            written.parse::<f64>().ok().map(|number| LiteralValue::Double(number.into()))
        } else if unsigned {
            u64::from_str_radix(written, radix).ok().map(|number| LiteralValue::UInt(number.into()))
        } else {
            i64::from_str_radix(written, radix).ok().map(|number| LiteralValue::Int(number.into()))
        };
        let literal = literal.ok_or_else(|| self.fault(start, "no number, or too large a one"))?;
        if self.rest().starts_with(|one: char| one.is_alphanumeric() || one == '_') {
            return Err(self.unexpected("an operator"));
        }
        Ok(at(start, Expr::Literal(literal)))
    }

    /// A text or bytes in quotes: one of either sort, or three, between which lines may end.
    fn quoted(&mut self, start: usize, raw: bool, bytes: bool) -> Result<IdedExpr, Fault> {
        let rest = self.rest();
        let quote = rest.get(..1).unwrap_or_default();
        let thrice = quote.repeat(3);
        let mark = if rest.starts_with(&thrice) { thrice.as_str() } else { quote };
        self.at = self.at.saturating_add(mark.len());
        let mut content: Vec<u8> = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(mark) {
                self.at = self.at.saturating_add(mark.len());
                break;
            }
            let here = self.at;
            let Some(one) = rest.chars().next().filter(|one| *one != '\n' || mark.len() == 3) else {
                return Err(self.fault(start, "a text without its closing quote"));
            };
            self.at = self.at.saturating_add(one.len_utf8());
            if one == '\\' && !raw {
                self.escape(here, bytes, &mut content)?;
            } else {
                content.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        let literal = if bytes {
            LiteralValue::Bytes(CelBytes::from(content))
        } else {
            LiteralValue::String(CelString::from(String::from_utf8_lossy(&content).as_ref()))
        };
        Ok(at(start, Expr::Literal(literal)))
    }

    /// What stands behind a backslash.
    fn escape(&mut self, start: usize, bytes: bool, content: &mut Vec<u8>) -> Result<(), Fault> {
        let wrong = Fault { offset: start, message: "no escape that CEL knows; write `\\\\` for a backslash".to_owned() };
        let rest = self.rest();
        let Some(one) = rest.chars().next() else { return Err(wrong) };
        let plain = match one {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '\\' | '"' | '\'' | '`' | '?' => Some(one),
            _ => None,
        };
        if let Some(plain) = plain {
            self.at = self.at.saturating_add(1);
            content.push(plain as u8);
            return Ok(());
        }
        let (skipped, length, radix) = match one {
            'x' | 'X' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            '0'..='3' => (0, 3, 8),
            _ => return Err(wrong),
        };
        let digits = rest.get(skipped..).and_then(|digits| digits.get(..length));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, radix).ok()) else { return Err(wrong) };
        self.at = self.at.saturating_add(skipped).saturating_add(length);
        match (bytes && length < 4, char::from_u32(code)) {
            (true, _) => content.push(code as u8),
            (false, Some(character)) => content.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            (false, None) => return Err(wrong),
        }
        Ok(())
    }

    /// A call without a target. `has(a.b)` asks for the key.
    fn function(&self, start: usize, name: &str, mut arguments: Vec<IdedExpr>) -> Result<IdedExpr, Fault> {
        if name == operators::HAS {
            return match (arguments.pop(), arguments.is_empty()) {
                (Some(IdedExpr { id, expr: Expr::Select(select) }), true) => {
                    Ok(IdedExpr { id, expr: Expr::Select(SelectExpr { test: true, ..select }) })
                }
                _ => Err(self.fault(start, "has(…) takes one path that ends with `.key`; for others: `key in map`")),
            };
        }
        Ok(call(start as u64, name, arguments))
    }

    /// A call on a value: a loop, or a function.
    fn method(&self, start: usize, target: IdedExpr, name: &str, mut arguments: Vec<IdedExpr>) -> Result<IdedExpr, Fault> {
        let looped = match name {
            operators::ALL | operators::EXISTS | operators::EXISTS_ONE | "existsOne" | operators::FILTER => arguments.len() == 2,
            operators::MAP => arguments.len() == 2 || arguments.len() == 3,
            _ => false,
        };
        if !looped {
            let call = CallExpr { func_name: name.to_owned(), target: Some(Box::new(target)), args: arguments };
            return Ok(at(start, Expr::Call(call)));
        }
        let body = arguments.pop();
        let condition = if arguments.len() == 2 { arguments.pop() } else { None };
        let (Some(body), Some(IdedExpr { expr: Expr::Ident(variable), .. })) = (body, arguments.pop()) else {
            return Err(self.fault(start, &format!("{name}(…) takes a name first")));
        };
        Ok(at(start, Expr::Comprehension(Box::new(loop_of(name, target, variable, condition, body)))))
    }
}

/// What a loop is (google/cel-spec, doc/langdef.md, "Macros"): what it starts with, how long it goes on, a step, what it gives.
fn loop_of(name: &str, range: IdedExpr, variable: String, condition: Option<IdedExpr>, body: IdedExpr) -> ComprehensionExpr {
    let here = body.id;
    let result = || IdedExpr { id: here, expr: Expr::Ident(RESULT.to_owned()) };
    let literal = |value: LiteralValue| IdedExpr { id: here, expr: Expr::Literal(value) };
    let boolean = |truth: bool| literal(LiteralValue::Boolean(truth.into()));
    let number = |number: i64| literal(LiteralValue::Int(number.into()));
    let list = |elements: Vec<IdedExpr>| IdedExpr { id: here, expr: Expr::List(ListExpr::new(elements)) };
    let unless_false = |value: IdedExpr| call(here, operators::NOT_STRICTLY_FALSE, vec![value]);
    let with = |element: IdedExpr| call(here, operators::ADD, vec![result(), list(vec![element])]);
    let if_so = |condition: IdedExpr, step: IdedExpr| call(here, operators::CONDITIONAL, vec![condition, step, result()]);
    let (accu_init, loop_cond, loop_step, gives) = match name {
        operators::ALL => (boolean(true), unless_false(result()), call(here, operators::LOGICAL_AND, vec![result(), body]), result()),
        operators::EXISTS => {
            let go_on = unless_false(call(here, operators::LOGICAL_NOT, vec![result()]));
            (boolean(false), go_on, call(here, operators::LOGICAL_OR, vec![result(), body]), result())
        }
        operators::FILTER => {
            let element = IdedExpr { id: here, expr: Expr::Ident(variable.clone()) };
            (list(Vec::new()), boolean(true), if_so(body, with(element)), result())
        }
        operators::MAP => {
            let step = with(body);
            let step = match condition {
                Some(condition) => if_so(condition, step),
                None => step,
            };
            (list(Vec::new()), boolean(true), step, result())
        }
        _ => {
            let one_more = call(here, operators::ADD, vec![result(), number(1)]);
            (number(0), boolean(true), if_so(body, one_more), call(here, operators::EQUALS, vec![result(), number(1)]))
        }
    };
    let accu_var = RESULT.to_owned();
    ComprehensionExpr { iter_range: range, iter_var: variable, iter_var2: None, accu_var, accu_init, loop_cond, loop_step, result: gives }
}

fn at(offset: usize, expr: Expr) -> IdedExpr {
    IdedExpr { id: offset as u64, expr }
}

fn call(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr { id, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

fn text_literal(text: &str) -> Expr {
    Expr::Literal(LiteralValue::String(CelString::from(text)))
}

#[cfg(test)]
mod tests {
    use kube_cel::cel::parser::Parser as Reference;
    use kube_cel::cel::{Context, Value};

    use super::parse;

    /// What the library's evaluator makes of both parsers' trees.
    fn values(text: &str) -> (String, String) {
        let context = Context::default();
        let shown = |tree: &kube_cel::cel::IdedExpr| format!("{:?}", Value::resolve(tree, &context));
        let reference = Reference::default().enable_optional_syntax(true).parse(text).expect(text);
        (shown(&parse(text).expect(text)), shown(&reference))
    }

    #[test]
    fn trees_come_to_the_same_as_the_librarys() {
        for text in [
            "1 + 2 * 3 - 4 / 2 % 3",
            "-2 - -3",
            "!true || !false && 1 < 2",
            "1 in [1, 2] == true",
            "true ? 1 : false ? 2 : 3",
            "(true ? false : true) ? 'a' : \"b\"",
            "[1, 2, 3].map(x, x > 1, x * 10)",
            "[1, 2, 3].filter(x, x != 2).map(y, [y, y + 1])",
            "[1, 2].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2].exists_one(x, x == 2)",
            "{'a': 1, 'b': {'c': [1, 2]}}.b.c[1]",
            "{'a': 1}.?a.orValue(2) + {'a': 1}[?'b'].orValue(2)",
            "has({'a': 1}.a) && !has({'a': 1}.b)",
            "'\\n\\t\\\\\\'\\x41\\u4e2d\\101' + r'\\n'",
            "b'a\\xff\\001'",
            "0x1F + 10",
            "5u",
            "1.5e3 + 2.0 - 1e-1",
            "null == null // the rest\n && true",
            "size('abc') == 3 && 'abc'.startsWith('ab')",
            "[1, 2, ]",
            "1 == 2 == false",
            "'a' + 'b' == 'ab' || 1 / 0 == 1",
        ] {
            let (ours, theirs) = values(text);
            assert_eq!(ours, theirs, "{text}");
        }
    }

    #[test]
    fn three_quotes_hold_lines() {
        let tree = parse("\"\"\"a\n\"b\"\"\" + '''c'd''' == 'a\\n\"bc\\'d'").expect("an expression");
        assert_eq!(format!("{:?}", Value::resolve(&tree, &Context::default())), "Ok(Bool(true))");
    }

    #[test]
    fn what_is_no_expression_is_so_at_its_place() {
        for (text, said) in [
            ("a ==", "4: a value should stand here, not its end"),
            ("a b", "2: the end of the expression should stand here, not `b`"),
            ("(a", "2: `)` should stand here, not its end"),
            ("a.all(1, true)", "2: all(…) takes a name first"),
            ("has(a)", "0: has(…) takes one path that ends with `.key`; for others: `key in map`"),
            ("'abc", "0: a text without its closing quote"),
            ("'\\q'", "1: no escape that CEL knows; write `\\\\` for a backslash"),
            ("99999999999999999999", "0: no number, or too large a one"),
            ("1x", "1: an operator should stand here, not `x`"),
            ("a = b", "2: the end of the expression should stand here, not `=`"),
            ("a.#", "2: a name should stand here, not `#`"),
            ("{1: }", "4: a value should stand here, not `}`"),
        ] {
            let fault = parse(text).expect_err(text);
            assert_eq!(format!("{}: {}", fault.offset, fault.message), said, "{text}");
        }
        for text in ["(".repeat(2000), "!".repeat(3000), "-".repeat(3000), "a.b".repeat(1000), "1+".repeat(1500), "a?b:".repeat(900)] {
            assert!(parse(&text).is_err());
        }
    }
}
