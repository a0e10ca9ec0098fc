//! gobwas' pattern syntax.

use super::Fault;

/// Patterns longer or deeper than this are refused: the simplification is cubic in the parts of a pattern.
const MAX_PARTS: usize = 128;
const MAX_DEPTH: usize = 64;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Text(String),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    /// `[abc]`
    List {
        characters: Vec<char>,
        negative: bool,
    },
    /// `[a-z]`
    Range {
        low: char,
        high: char,
        negative: bool,
    },
    /// `{a,b}`
    AnyOf(Vec<Node>),
    Pattern(Vec<Node>),
    Nothing,
}

fn check_length(nodes: &[Node]) -> Result<(), Fault> {
    if nodes.len() > MAX_PARTS { Err(Fault::TooLarge("pattern is too long")) } else { Ok(()) }
}

/// Reads a pattern; an unclosed `{` ends with it.
pub(super) fn parse(pattern: &str) -> Result<Node, Fault> {
    let mut reader = Reader { rest: pattern };
    // Alternatives and the nodes of each that are being read, outermost first.
    let mut open: Vec<Vec<Node>> = Vec::new();
    let mut current = Vec::new();
    loop {
        let in_braces = !open.is_empty();
        let node = match reader.next()? {
            None => break,
            Some('{') => {
                // The text so far waits as a pattern of its own, until the brace closes.
                open.push(vec![Node::Pattern(std::mem::take(&mut current))]);
                if open.len() > MAX_DEPTH {
                    return Err(Fault::TooLarge("pattern nests too deeply"));
                }
                continue;
            }
            Some(',') if in_braces => {
                if let Some(group) = open.last_mut() {
                    group.push(Node::Pattern(std::mem::take(&mut current)));
                    check_length(group)?;
                }
                continue;
            }
            Some('}') if in_braces => {
                close(&mut open, &mut current);
                check_length(&current)?;
                continue;
            }
            Some('[') => reader.bracket()?,
            Some('?') => Node::Single,
            Some('*') => match reader.peek()? {
                Some('*') => {
                    reader.next()?;
                    Node::Super
                }
                _ => Node::Any,
            },
            Some(first) => {
                let breakers: &[char] = if in_braces { &['?', '*', '[', '{', '}', ','] } else { &['?', '*', '[', '{'] };
                match reader.text(first, breakers)? {
                    Some(text) => Node::Text(text),
                    None => continue,
                }
            }
        };
        current.push(node);
        check_length(&current)?;
    }
    while !open.is_empty() {
        close(&mut open, &mut current);
    }
    Ok(Node::Pattern(current))
}

/// Ends the innermost braces: `current` becomes what stood before them, and they.
fn close(open: &mut Vec<Vec<Node>>, current: &mut Vec<Node>) {
    let Some(mut group) = open.pop() else { return };
    group.push(Node::Pattern(std::mem::take(current)));
    if let Node::Pattern(before) = group.remove(0) {
        *current = before;
    }
    current.push(Node::AnyOf(group));
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// The next character.
    fn peek(&self) -> Result<Option<char>, String> {
        match self.rest.chars().next() {
            Some(char::REPLACEMENT_CHARACTER) => Err("could not read rune".to_owned()),
            next => Ok(next),
        }
    }

    fn next(&mut self) -> Result<Option<char>, String> {
        let next = self.peek()?;
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
        Ok(next)
    }

    /// Text up to one of the breakers; `None` where that is empty. The first character was read already.
    fn text(&mut self, first: char, breakers: &[char]) -> Result<Option<String>, String> {
        let mut text = String::new();
        let mut next = Some(first);
        while let Some(character) = next {
            if character == '\\' {
                match self.next()? {
                    Some(escaped) => text.push(escaped),
                    None => break,
                }
            } else {
                text.push(character);
            }
            if self.peek()?.is_some_and(|next| breakers.contains(&next)) {
                break;
            }
            next = self.next()?;
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// What follows a `[`.
    fn bracket(&mut self) -> Result<Node, String> {
        let end = || "unexpected end of input".to_owned();
        let mut first = self.next()?.ok_or_else(end)?;
        let negative = first == '!';
        if negative {
            first = self.next()?.ok_or_else(end)?;
        }
        if self.peek()? == Some('-') {
            self.next()?;
            let high = self.next()?.ok_or_else(end)?;
            return match self.next()? {
                Some(']') if high < first => Err(format!("hi character '{high}' should be greater than lo '{first}'")),
                Some(']') => Ok(Node::Range { low: first, high, negative }),
                Some(_) => Err("expected close range character".to_owned()),
                None => Err(end()),
            };
        }
        let text = if first == ']' { None } else { self.text(first, &[']'])? };
        if first != ']' {
            self.next()?.ok_or_else(end)?;
        }
        let characters: Vec<char> = text.unwrap_or_default().chars().collect();
        if characters.is_empty() {
            return Err("could not parse range".to_owned());
        }
        Ok(Node::List { characters, negative })
    }
}
