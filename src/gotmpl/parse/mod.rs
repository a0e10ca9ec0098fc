//! Text to a compiled tree: `(engine, name, text) → Tree`, with Go's faults in Go's words.
//!
//! Names of functions become rows, variables become places on a stack. Called by [`Engine::parse`](super::Engine) and
//! for the texts of `tpl`. Never runs anything.

mod control;
mod lex;
mod node;
mod number;
mod print;
mod scope;

use std::collections::HashMap;

use self::lex::{Kind as TokenKind, Lexer, Token};
use self::scope::Scope;
use super::engine::Engine;
use super::error::ParseError;
use super::limits::Limit;
use super::stack::{Recursive, Stack, deeper};
use crate::data::{Str, Value};
use crate::golang::strconv;

pub(super) use node::{Branch, Kind, Node, NodeId, Number, Pipe, Span, Template, Tree, UNRESOLVED, Variable};
pub(super) use print::print;

/// Parentheses inside parentheses, as Go allows.
const MAX_PARENTHESES: usize = 10_000;

type Result<T> = std::result::Result<T, ParseError>;

/// Parses a file.
///
/// # Errors
/// The first fault.
pub(super) fn parse(engine: &Engine, file: &Str, text: &[u8]) -> Result<Tree> {
    if text.len() >= UNRESOLVED as usize {
        let message = format!("text of {} bytes is larger than the limit of {UNRESOLVED} bytes", text.len());
        return Err(ParseError { file: file.clone(), line: 1, message, limit: None });
    }
    let mut parser = Parser {
        engine,
        file,
        text,
        lexer: Lexer::new(text),
        tree: Tree::default(),
        symbols: HashMap::new(),
        names: HashMap::new(),
        at: Level::default(),
        nesting: 0,
        stack: Stack::here(),
        pending: Vec::new(),
    };
    parser.at = parser.level();
    parser.file()?;
    Ok(parser.tree)
}

/// What is separate for every template of a file.
#[derive(Default)]
struct Level {
    /// The tokens that were read or looked at, the last one first.
    tokens: [Token; 3],
    peeked: usize,
    /// Variables that may be named here, as Go's parser sees it.
    known: Scope,
    /// Variables on the stack when a run is here.
    stack: Scope,
    irregular: bool,
    action_line: u32,
    ranges: usize,
    parentheses: usize,
}

impl Level {
    /// The token that is so many before the last one.
    fn token(&self, back: usize) -> Token {
        let [last, before, first] = self.tokens;
        match back {
            0 => last,
            1 => before,
            _ => first,
        }
    }
}

struct Parser<'p> {
    engine: &'p Engine,
    file: &'p Str,
    text: &'p [u8],
    lexer: Lexer<'p>,
    tree: Tree,
    symbols: HashMap<&'p [u8], u32>,
    /// Templates by name.
    names: HashMap<Str, usize>,
    at: Level,
    nesting: usize,
    stack: Stack,
    /// Children of the nodes that are being read.
    pending: Vec<NodeId>,
}

impl Recursive for Parser<'_> {
    fn stack(&mut self) -> &mut Stack {
        &mut self.stack
    }
}

/// Tokens.
impl<'p> Parser<'p> {
    fn next(&mut self) -> Token {
        match self.at.peeked.checked_sub(1) {
            Some(left) => self.at.peeked = left,
            None => self.at.tokens[0] = self.lexer.next(),
        }
        self.at.token(self.at.peeked)
    }
    fn backup(&mut self) {
        self.at.peeked = self.at.peeked.saturating_add(1);
    }
    fn peek(&mut self) -> Token {
        if self.at.peeked == 0 {
            self.at.peeked = 1;
            self.at.tokens[0] = self.lexer.next();
        }
        self.at.token(self.at.peeked.saturating_sub(1))
    }
    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }
    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }
    fn bytes(&self, token: Token) -> &'p [u8] {
        self.text.get(token.start..token.end).unwrap_or(&[])
    }

    /// A fault, on the line of the token that was read last.
    fn fault<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(self.error(message.into(), None))
    }
    fn error(&self, message: String, limit: Option<Limit>) -> ParseError {
        ParseError { file: self.file.clone(), line: self.at.tokens[0].line, message, limit }
    }
    /// Refuses to go on where the tree is as large as it may be.
    fn check_nodes(&self) -> Result<()> {
        let limit = self.engine.options().limits.nodes;
        if self.tree.nodes.len().saturating_add(self.pending.len()) > limit {
            return Err(self.error(format!("exceeded maximum number of nodes ({limit})"), Some(Limit::Nodes)));
        }
        Ok(())
    }
    /// A token that can't stand here.
    fn unexpected<T>(&self, token: Token, context: &str) -> Result<T> {
        if token.kind == TokenKind::Error {
            let message = &self.lexer.error;
            let line = self.at.action_line;
            if line == 0 || line == token.line {
                return self.fault(message.as_str());
            }
            let action = if message.ends_with(" action") { "" } else { " in action" };
            return self.fault(format!("{message}{action} started at {}:{line}", self.file));
        }
        self.fault(format!("unexpected {} in {context}", self.shown(token)))
    }
    /// The token as Go shows it.
    fn shown(&self, token: Token) -> String {
        let bytes = self.bytes(token);
        if token.kind == TokenKind::Eof {
            "EOF".to_owned()
        } else if token.kind.is_keyword() {
            format!("<{}>", String::from_utf8_lossy(bytes))
        } else if bytes.len() > 10 {
            format!("{}...", strconv::quote(first_runes(bytes, 10)))
        } else {
            strconv::quote(bytes)
        }
    }
    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }
    fn unquoted(&self, token: Token) -> Result<Str> {
        let literal = self.bytes(token);
        if let [b'"', inside @ .., b'"'] = literal
            && inside.is_ascii()
            && !inside.contains(&b'\\')
        {
            return Ok(inside.into());
        }
        match strconv::unquote(literal) {
            Some(text) => Ok(text.into()),
            None => self.fault("invalid syntax"),
        }
    }
    fn symbol(&mut self, name: &'p [u8]) -> u32 {
        let next = self.tree.symbols.len() as u32;
        let symbol = *self.symbols.entry(name).or_insert(next);
        if symbol == next {
            self.tree.symbols.push(name.into());
        }
        symbol
    }
    /// Children that are read now: what has been pending from there on.
    fn children_from(&mut self, first: usize) -> Span {
        let span = self.tree.add_children(self.pending.get(first..).unwrap_or(&[]));
        self.pending.truncate(first);
        span
    }
    /// A fresh level for a template's body, `$` known.
    fn level(&mut self) -> Level {
        let dollar = self.symbol(b"$");
        let mut level = Level::default();
        level.known.push(dollar);
        level.stack.push(dollar);
        level
    }
}

/// Expressions.
impl<'p> Parser<'p> {
    /// `declarations? command ('|' command)*` up to a closing token.
    fn pipeline(&mut self, context: &'static str, end: TokenKind) -> Result<NodeId> {
        if self.stack.is_low() {
            return deeper(self, |parser| parser.pipeline(context, end)).unwrap_or_else(|| self.fault("no stack for nested expressions"));
        }
        let at = self.peek_non_space().start;
        let (declared, assign) = self.declarations(context)?;
        let first = self.pending.len();
        loop {
            let token = self.next_non_space();
            use TokenKind::*;
            match token.kind {
                kind if kind == end => break,
                Bool | CharConstant | Complex | Dot | Field | Identifier | Number | Nil | RawString | String | Variable | LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.pending.push(command);
                }
                _ => return self.unexpected(token, context),
            }
        }
        if self.pending.len() == first {
            return self.fault(format!("missing value for {context}"));
        }
        self.check_stages(self.pending.get(first..).unwrap_or(&[]))?;
        if !assign {
            self.at.irregular |= end == TokenKind::RightParen && !declared.is_empty();
            declared.iter().for_each(|symbol| self.at.stack.push(*symbol));
        }
        let declared: Vec<NodeId> = declared.into_iter().map(|symbol| self.variable_node(at, symbol, assign)).collect();
        let (declared, commands) = (self.tree.add_children(&declared), self.children_from(first));
        let named = if declared.is_empty() { self.named(commands) } else { None };
        let pipe = Pipe { declared, assign, commands, named };
        Ok(self.tree.add(at, Kind::Pipe(pipe)))
    }

    /// The word that is all there is in these commands, where it names a value.
    fn named(&self, commands: Span) -> Option<NodeId> {
        let [command] = self.tree.span(commands) else { return None };
        let Kind::Command(words) = self.tree.node(*command).kind else { return None };
        let [word] = self.tree.span(words) else { return None };
        matches!(self.tree.node(*word).kind, Kind::Field(_) | Kind::Variable(_) | Kind::Dot).then_some(*word)
    }

    fn variable_node(&mut self, at: usize, symbol: u32, assign: bool) -> NodeId {
        let slot = if assign { self.slot(symbol) } else { UNRESOLVED };
        self.tree.add(at, Kind::Variable(Variable { symbol, slot, fields: Span::default() }))
    }

    /// Where a variable stands on the stack now.
    fn slot(&self, symbol: u32) -> u32 {
        self.at.stack.place(symbol).unwrap_or(UNRESOLVED)
    }

    /// The variables that a pipeline begins with, and whether it assigns.
    fn declarations(&mut self, context: &str) -> Result<(Vec<u32>, bool)> {
        let mut declared = Vec::new();
        loop {
            let token = self.peek_non_space();
            if token.kind != TokenKind::Variable {
                return Ok((declared, false));
            }
            self.next();
            let adjacent = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    self.next_non_space();
                    declared.push(self.declare(token));
                    return Ok((declared, next.kind == TokenKind::Assign));
                }
                TokenKind::Char if self.bytes(next) == b"," => {
                    self.next_non_space();
                    declared.push(self.declare(token));
                    if context != "range" || declared.len() >= 2 {
                        return self.fault(format!("too many declarations in {context}"));
                    }
                    let follower = self.peek_non_space().kind;
                    if !matches!(follower, TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen) {
                        return self.fault("range can only initialize variables");
                    }
                }
                _ if adjacent.kind == TokenKind::Space => {
                    self.at.tokens[1] = adjacent;
                    self.at.tokens[2] = token;
                    self.at.peeked = 3;
                    return Ok((declared, false));
                }
                _ => {
                    self.at.tokens[1] = token;
                    self.at.peeked = 2;
                    return Ok((declared, false));
                }
            }
        }
    }

    fn declare(&mut self, token: Token) -> u32 {
        let symbol = self.symbol(self.bytes(token));
        self.at.known.push(symbol);
        symbol
    }

    /// Only the first command may be a constant.
    fn check_stages(&self, commands: &[NodeId]) -> Result<()> {
        for (stage, command) in commands.iter().enumerate().skip(1) {
            let Kind::Command(words) = &self.tree.node(*command).kind else { continue };
            let first = self.tree.span(*words).first().map(|word| &self.tree.node(*word).kind);
            if let Some(Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number(_) | Kind::String { .. }) = first {
                return self.fault(format!("non executable command in pipeline stage {}", stage.saturating_add(1)));
            }
        }
        Ok(())
    }

    /// Operands separated by spaces, up to a pipe (read) or the end of the pipeline (left).
    fn command(&mut self) -> Result<NodeId> {
        let at = self.peek_non_space().start;
        let first = self.pending.len();
        loop {
            self.peek_non_space();
            self.check_nodes()?;
            let word = self.operand()?;
            self.pending.extend(word);
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.backup(),
                TokenKind::Pipe => {}
                _ => return self.unexpected(token, "operand"),
            }
            break;
        }
        if self.pending.len() == first {
            return self.fault("empty command");
        }
        let words = self.children_from(first);
        Ok(self.tree.add(at, Kind::Command(words)))
    }

    /// A term with the fields behind it.
    fn operand(&mut self) -> Result<Option<NodeId>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        // The term's own name, if it is a field, was the last one.
        let start = self.tree.names.len().saturating_sub(usize::from(matches!(self.tree.node(term).kind, Kind::Field(_))));
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            self.add_name(token);
        }
        let fields = self.tree.names_from(start);
        // parity: text/template gives the longer node the place of its second part.
        let kind = match &self.tree.node(term).kind {
            Kind::Field(_) => Kind::Field(fields),
            Kind::Variable(variable) => Kind::Variable(Variable { fields, ..*variable }),
            Kind::Bool(_) | Kind::String { .. } | Kind::Number(_) | Kind::Nil | Kind::Dot => {
                let shown = print(self.engine.functions(), &self.tree, self.text, term);
                return self.fault(format!("unexpected . after term {}", strconv::quote(shown.as_bytes())));
            }
            _ => Kind::Chain { node: term, fields },
        };
        Ok(Some(self.tree.add(first.start, kind)))
    }

    fn add_name(&mut self, token: Token) -> Span {
        let start = self.tree.names.len();
        let name = self.bytes(token).get(1..).unwrap_or(&[]);
        self.tree.names.push(name.into());
        self.tree.names_from(start)
    }

    fn term(&mut self) -> Result<Option<NodeId>> {
        let token = self.next_non_space();
        let bytes = self.bytes(token);
        let kind = match token.kind {
            TokenKind::Identifier => {
                let row = std::str::from_utf8(bytes).ok().and_then(|name| self.engine.functions().index(name));
                match row {
                    Some(row) => Kind::Function(row),
                    None => return self.fault(format!("function {} not defined", strconv::quote(bytes))),
                }
            }
            TokenKind::Dot => Kind::Dot,
            TokenKind::Nil => Kind::Nil,
            TokenKind::Variable => {
                let symbol = self.symbol(bytes);
                if self.at.known.place(symbol).is_none() {
                    return self.fault(format!("undefined variable {}", strconv::quote(bytes)));
                }
                Kind::Variable(Variable { symbol, slot: self.slot(symbol), fields: Span::default() })
            }
            TokenKind::Field => Kind::Field(self.add_name(token)),
            TokenKind::Bool => Kind::Bool(bytes == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => match number::parse(bytes, token.kind, token.end) {
                Ok(number) => Kind::Number(Box::new(number)),
                Err(message) => return self.fault(message),
            },
            TokenKind::String | TokenKind::RawString => Kind::String { value: Value::string(self.unquoted(token)?), end: token.end as u32 },
            TokenKind::LeftParen => return self.parenthesis().map(Some),
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.tree.add(token.start, kind)))
    }

    fn parenthesis(&mut self) -> Result<NodeId> {
        if self.at.parentheses >= MAX_PARENTHESES {
            return self.fault("max expression depth exceeded");
        }
        self.at.parentheses = self.at.parentheses.saturating_add(1);
        let pipe = self.pipeline("parenthesized pipeline", TokenKind::RightParen)?;
        self.at.parentheses = self.at.parentheses.saturating_sub(1);
        Ok(pipe)
    }
}

/// The first `count` characters.
fn first_runes(bytes: &[u8], count: usize) -> &[u8] {
    let mut rest = bytes;
    for _ in 0..count {
        match lex::decode(rest) {
            Some((_, size)) => rest = crate::golang::bytes::skip(rest, size),
            None => break,
        }
    }
    crate::golang::bytes::before(bytes, rest)
}
