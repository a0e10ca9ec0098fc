//! What functions do with the origins of their arguments.

use super::spans::{Span, Texts, part, push};
use crate::data::yaml::{self, Style};
use crate::data::{Kind, Mark, Origin, Value, json};
use crate::golang::{fmt, strconv};
use crate::gotmpl::funcs::sprig::strval;

/// What is known about a function.
#[derive(Debug, Clone, Copy, Default)]
pub struct Handling {
    /// Where its result comes from.
    pub carry: Carry,
    /// What it reads of maps and lists among its arguments.
    pub taking: Taking,
}

/// Where a function's result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carry {
    /// From all arguments, made to something else.
    #[default]
    Made,
    /// It is an argument or something in one, or holds them as they are: they say themselves.
    Given,
    /// It is the text of an execution, which was recorded.
    Ran,
    /// A part of the text of that argument.
    Part(usize),
    /// As long as the text of that argument, byte for byte.
    Recased(usize),
    /// A list or map of parts of the text of that argument.
    Parts(usize),
    /// `print`
    Printed,
    /// `printf`
    Formatted,
    /// `quote`, with Go's escapes
    Quoted,
    /// `squote`
    SingleQuoted,
    /// `cat`
    Spaced,
    /// `join`
    Joined,
    /// `indent` (0) and `nindent` (1): bytes before the first line.
    Indented(usize),
    /// `replace`
    Replaced,
    /// A YAML text of the first argument, with or without the final line end.
    Yaml(Style),
    /// A JSON text of the first argument: whether HTML is escaped, and by how many spaces a level is indented.
    Json(bool, usize),
}

/// What a function reads of maps and lists that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Taking {
    /// All that is in them.
    #[default]
    Whole,
    /// Whether they are there, empty, or of some kind.
    Tested,
    /// Nothing: what is done with its result will tell.
    Held,
    /// Their keys, and plain values in them.
    Entries,
    /// Nothing: its result is a copy of the first.
    Copied,
    /// One value at the end of keys: `holder` is the number of the argument that holds it (-1: the last one); the keys are the
    /// arguments from the first number on, without as many at the end as the second says. `asks`: only whether it is there.
    Keys {
        /// Which argument.
        holder: isize,
        /// The first key, and what follows the last.
        keys: (usize, usize),
        /// Whether the value itself is not wanted.
        asks: bool,
    },
    /// helmfile's `get`: a path with dots first, the map last.
    Dotted,
}

const fn row(name: &'static str, carry: Carry, taking: Taking) -> (&'static str, Handling) {
    (name, Handling { carry, taking })
}

/// Functions that give on or hold what they are given.
const fn given(name: &'static str) -> (&'static str, Handling) {
    row(name, Carry::Given, Taking::Held)
}

/// Go's and Sprig's functions; all others make something of all they are given.
pub(super) const TABLE: &[(&str, Handling)] = &[
    row("print", Carry::Printed, Taking::Whole),
    row("printf", Carry::Formatted, Taking::Whole),
    row("quote", Carry::Quoted, Taking::Whole),
    row("squote", Carry::SingleQuoted, Taking::Whole),
    row("cat", Carry::Spaced, Taking::Whole),
    row("toString", Carry::Printed, Taking::Whole),
    row("join", Carry::Joined, Taking::Whole),
    row("indent", Carry::Indented(0), Taking::Whole),
    row("nindent", Carry::Indented(1), Taking::Whole),
    row("replace", Carry::Replaced, Taking::Whole),
    row("trim", Carry::Part(0), Taking::Whole),
    row("trimAll", Carry::Part(1), Taking::Whole),
    row("trimall", Carry::Part(1), Taking::Whole),
    row("trimSuffix", Carry::Part(1), Taking::Whole),
    row("trimPrefix", Carry::Part(1), Taking::Whole),
    row("trunc", Carry::Part(1), Taking::Whole),
    row("substr", Carry::Part(2), Taking::Whole),
    row("regexFind", Carry::Part(1), Taking::Whole),
    row("mustRegexFind", Carry::Part(1), Taking::Whole),
    row("upper", Carry::Recased(0), Taking::Whole),
    row("lower", Carry::Recased(0), Taking::Whole),
    row("title", Carry::Recased(0), Taking::Whole),
    row("untitle", Carry::Recased(0), Taking::Whole),
    row("split", Carry::Parts(1), Taking::Whole),
    row("splitn", Carry::Parts(2), Taking::Whole),
    row("splitList", Carry::Parts(1), Taking::Whole),
    row("regexSplit", Carry::Parts(1), Taking::Whole),
    row("mustRegexSplit", Carry::Parts(1), Taking::Whole),
    row("regexFindAll", Carry::Parts(1), Taking::Whole),
    row("mustRegexFindAll", Carry::Parts(1), Taking::Whole),
    row("toJson", Carry::Json(true, 0), Taking::Whole),
    row("mustToJson", Carry::Json(true, 0), Taking::Whole),
    row("toPrettyJson", Carry::Json(true, 2), Taking::Whole),
    row("mustToPrettyJson", Carry::Json(true, 2), Taking::Whole),
    row("toRawJson", Carry::Json(false, 0), Taking::Whole),
    row("mustToRawJson", Carry::Json(false, 0), Taking::Whole),
    row("fromJson", Carry::Given, Taking::Whole),
    row("mustFromJson", Carry::Given, Taking::Whole),
    // choices
    row("default", Carry::Given, Taking::Tested),
    row("coalesce", Carry::Given, Taking::Tested),
    given("ternary"),
    given("and"),
    given("or"),
    given("plural"),
    // a value in another
    row("index", Carry::Given, Taking::Keys { holder: 0, keys: (1, 0), asks: false }),
    row("get", Carry::Given, Taking::Keys { holder: 0, keys: (1, 0), asks: false }),
    row("dig", Carry::Given, Taking::Keys { holder: -1, keys: (0, 2), asks: false }),
    row("hasKey", Carry::Made, Taking::Keys { holder: 0, keys: (1, 0), asks: true }),
    given("first"),
    given("mustFirst"),
    given("last"),
    given("mustLast"),
    // lists and maps
    given("rest"),
    given("mustRest"),
    given("initial"),
    given("mustInitial"),
    given("slice"),
    given("mustSlice"),
    given("chunk"),
    given("mustChunk"),
    given("list"),
    given("tuple"),
    given("append"),
    given("push"),
    given("mustAppend"),
    given("mustPush"),
    given("prepend"),
    given("mustPrepend"),
    given("concat"),
    given("reverse"),
    given("mustReverse"),
    given("dict"),
    given("set"),
    given("unset"),
    given("omit"),
    given("pick"),
    given("pluck"),
    given("merge"),
    given("mustMerge"),
    given("mergeOverwrite"),
    given("mustMergeOverwrite"),
    row("deepCopy", Carry::Given, Taking::Copied),
    row("mustDeepCopy", Carry::Given, Taking::Copied),
    row("keys", Carry::Given, Taking::Entries),
    row("values", Carry::Given, Taking::Entries),
    // questions
    row("not", Carry::Made, Taking::Tested),
    row("empty", Carry::Made, Taking::Tested),
    row("all", Carry::Made, Taking::Tested),
    row("any", Carry::Made, Taking::Tested),
    row("len", Carry::Made, Taking::Entries),
    row("kindIs", Carry::Made, Taking::Tested),
    row("kindOf", Carry::Made, Taking::Tested),
    row("typeIs", Carry::Made, Taking::Tested),
    row("typeIsLike", Carry::Made, Taking::Tested),
    row("typeOf", Carry::Made, Taking::Tested),
];

/// A text that grows from pieces.
#[derive(Default)]
struct Row {
    spans: Vec<Span>,
    length: usize,
}

impl Row {
    /// Bytes that the function itself writes.
    fn own(&mut self, length: usize) {
        self.length = self.length.saturating_add(length);
        push(&mut self.spans, Span::unknown(self.length));
    }
    /// The spans of a piece of that length.
    fn piece(&mut self, spans: &[Span], length: usize) {
        for span in spans {
            push(&mut self.spans, Span { end: self.length.saturating_add(span.end.min(length)), ..*span });
        }
        self.own(length);
    }
}

impl Texts {
    /// A function's result with its origin.
    pub(super) fn carried(&mut self, name: &'static str, carry: Carry, arguments: &[Value], result: Value) -> Value {
        match (carry, &result.kind) {
            (Carry::Given | Carry::Ran, _) => result,
            (Carry::Parts(at), Kind::List(_) | Kind::Map(_)) => parts(arguments.get(at), result),
            // What is in them says itself where it comes from.
            (_, Kind::Nil | Kind::List(_) | Kind::Map(_) | Kind::Object(_)) => result,
            (Carry::Part(at) | Carry::Recased(at), Kind::String(_)) => {
                let whole = arguments.get(at).cloned().unwrap_or_default();
                let origin = match carry {
                    Carry::Part(_) => offset_in(&whole, &result, 0).map(|(origin, _)| origin),
                    _ => whole.as_str().zip(result.as_str()).is_some_and(|(one, other)| one.len() == other.len()).then_some(whole.origin),
                };
                match origin {
                    Some(origin) => result.from_origin(origin),
                    None => self.made_of(name, arguments, result),
                }
            }
            (carry, Kind::String(text)) => {
                let length = text.len();
                match self.row(carry, arguments, &result).filter(|row| row.length == length) {
                    Some(row) => {
                        let origin = self.make(row.spans, length);
                        result.from_origin(origin)
                    }
                    None => self.made_of(name, arguments, result),
                }
            }
            _ => self.made_of(name, arguments, result),
        }
    }

    /// A result of which only is known what it was made from.
    fn made_of(&mut self, name: &'static str, arguments: &[Value], result: Value) -> Value {
        let length = result.as_str().map_or(1, |text| text.len());
        let spans = self.all_of(name, arguments, length);
        let origin = self.make(spans, length);
        result.from_origin(origin)
    }

    fn row(&mut self, carry: Carry, arguments: &[Value], result: &Value) -> Option<Row> {
        let text = result.as_str()?;
        let mut row = Row::default();
        match carry {
            Carry::Printed => {
                let is_text = |value: &Value| matches!(value.kind, Kind::String(_));
                for (at, value) in arguments.iter().enumerate() {
                    let before = at.checked_sub(1).and_then(|before| arguments.get(before));
                    row.own(usize::from(before.is_some_and(|before| !is_text(before) && !is_text(value))));
                    self.add(&mut row, value);
                }
            }
            Carry::Formatted => {
                let (format, rest) = arguments.split_first()?;
                for (argument, range) in fmt::sprintf_parts(format.as_str()?, rest) {
                    row.own(range.start.checked_sub(row.length)?);
                    let value = rest.get(argument)?;
                    let spans = self.spans_of(value, range.len());
                    let same = value.as_str().is_some_and(|text_of| text.get(range.clone()) == Some(&**text_of));
                    let spans = if same { spans } else { self.as_one(&spans, range.len()) };
                    row.piece(&spans, range.len());
                }
                row.own(text.len().checked_sub(row.length)?);
            }
            Carry::Quoted | Carry::SingleQuoted | Carry::Spaced => {
                for (at, value) in arguments.iter().filter(|value| !value.is_nil()).enumerate() {
                    row.own(usize::from(at > 0));
                    match carry {
                        Carry::Spaced => self.add(&mut row, value),
                        Carry::SingleQuoted => {
                            row.own(1);
                            self.add(&mut row, value);
                            row.own(1);
                        }
                        _ => self.add_quoted(&mut row, value),
                    }
                }
            }
            Carry::Joined => {
                let separator = arguments.first()?.as_str()?.len();
                let items = arguments.get(1)?;
                match &items.kind {
                    Kind::List(list) => {
                        for (at, item) in list.iter().filter(|item| !item.is_nil()).enumerate() {
                            row.own(if at > 0 { separator } else { 0 });
                            self.add(&mut row, item);
                        }
                    }
                    _ => self.add(&mut row, items),
                }
            }
            Carry::Indented(before) => {
                let Kind::Int(spaces, _) = arguments.first()?.kind else { return None };
                let (spaces, whole) = (usize::try_from(spaces).ok()?, arguments.get(1)?);
                let lines = whole.as_str()?;
                let spans = self.spans_of(whole, lines.len());
                row.own(before.saturating_add(spaces));
                let mut start = 0usize;
                for line in lines.split_inclusive(|byte| *byte == b'\n') {
                    let end = start.saturating_add(line.len());
                    row.piece(&part(&spans, &(start..end)), line.len());
                    row.own(if line.ends_with(b"\n") { spaces } else { 0 });
                    start = end;
                }
            }
            Carry::Replaced => self.replaced(&mut row, arguments)?,
            Carry::Yaml(style) => {
                let (written, marks) = yaml::write_marked(arguments.first()?, style).ok()?;
                self.marked(&mut row, &written, text, &marks)?;
            }
            Carry::Json(escape_html, indent) => {
                let (written, marks) = json::write_marked(arguments.first()?, escape_html, &" ".repeat(indent)).ok()?;
                self.marked(&mut row, &written, text, &marks)?;
            }
            _ => return None,
        }
        Some(row)
    }

    /// A value as it is printed.
    fn add(&mut self, row: &mut Row, value: &Value) {
        let length = strval(value).len();
        let spans = self.spans_of(value, length);
        row.piece(&spans, length);
    }

    /// A value in double quotes: what is escaped gets longer.
    fn add_quoted(&mut self, row: &mut Row, value: &Value) {
        let text = strval(value);
        let spans = self.spans_of(value, text.len());
        let whole = strconv::quote(&text).len();
        let (mut pieces, mut start) = (Row::default(), 0usize);
        pieces.own(1);
        for span in &spans {
            let inner = strconv::quote(text.get(start..span.end).unwrap_or_default()).len().saturating_sub(2);
            pieces.piece(&[Span { end: inner, ..*span }], inner);
            start = span.end;
        }
        pieces.own(1);
        if pieces.length == whole {
            row.piece(&pieces.spans, whole);
        } else {
            // A character that two spans share is written in another way when it is cut.
            let spans = self.as_one(&spans, whole);
            row.piece(&spans, whole);
        }
    }

    fn replaced(&mut self, row: &mut Row, arguments: &[Value]) -> Option<()> {
        let [old, new, whole] = arguments else { return None };
        let (old, text) = (old.as_str()?, whole.as_str()?);
        if old.is_empty() {
            return None;
        }
        let spans = self.spans_of(whole, text.len());
        let mut start = 0usize;
        for found in memchr::memmem::find_iter(text, &**old) {
            row.piece(&part(&spans, &(start..found)), found.saturating_sub(start));
            self.add(row, new);
            start = found.saturating_add(old.len());
        }
        row.piece(&part(&spans, &(start..text.len())), text.len().saturating_sub(start));
        Some(())
    }

    /// A text that was written from a value, of which `written` is the text as it was written with marks.
    fn marked(&mut self, row: &mut Row, written: &[u8], text: &[u8], marks: &[Mark]) -> Option<()> {
        if !written.starts_with(text) || marks.is_empty() {
            return None;
        }
        for Mark { at, end, value } in marks {
            let inside = text.get(*at..(*end).min(text.len()))?;
            let space = inside.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            row.own(at.checked_sub(row.length)?.saturating_add(space));
            let inside = inside.get(space..).unwrap_or_default();
            let found = value.as_str().and_then(|part| Some((memchr::memmem::find(inside, part)?, part.len())));
            let (before, length) = found.unwrap_or((0, inside.len()));
            let spans = self.spans_of(value, found.map_or(inside.len(), |(_, length)| length));
            if found.is_some() {
                // Quotes and a block's sign belong to it, too.
                let after = inside.len().saturating_sub(before).saturating_sub(length);
                let around = self.as_one(&spans, before.max(after));
                row.piece(&around, before);
                row.piece(&spans, length);
                row.piece(&around, after);
            } else {
                let all = self.as_one(&spans, length);
                row.piece(&all, length);
            }
        }
        row.own(text.len().checked_sub(row.length)?);
        Some(())
    }
}

/// The origin of a part of a text that begins at `from` or later, and where it ends; of a text that was written somewhere all
/// parts come from there.
fn offset_in(whole: &Value, inner: &Value, from: usize) -> Option<(Origin, usize)> {
    let (text, inner) = (whole.as_str()?, inner.as_str()?);
    if whole.origin.made_at().is_none() {
        return Some((whole.origin, from));
    }
    let at = memchr::memmem::find(text.get(from..)?, inner)?.saturating_add(from);
    Some((whole.origin.plus(at), at.saturating_add(inner.len())))
}

/// A list or map of parts of a text.
fn parts(whole: Option<&Value>, mut result: Value) -> Value {
    let Some(whole) = whole.filter(|whole| whole.origin.made_at().is_some()) else { return result };
    match &mut result.kind {
        Kind::List(list) => {
            let mut from = 0;
            for item in list.make_mut() {
                if let Some((origin, end)) = offset_in(whole, item, from) {
                    item.origin = origin;
                    from = end;
                }
            }
        }
        Kind::Map(map) => {
            for (key, item) in map.snapshot() {
                if let Some((origin, _)) = offset_in(whole, &item, 0) {
                    map.insert(key, item.from_origin(origin));
                }
            }
        }
        _ => {}
    }
    result
}
