//! The parser's other half: text, actions, control structures, definitions.

use super::{Branch, Kind, NodeId, Parser, Result, Template, TokenKind};
use crate::data::Str;
use crate::gotmpl::limits::Limit;
use crate::gotmpl::stack::deeper;

/// What ended a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    /// `else`; what follows it is still to be read.
    Else,
}

impl Ending {
    fn shown(self) -> &'static str {
        match self {
            Ending::End => "{{end}}",
            Ending::Else => "{{else}}",
        }
    }
}

/// A part of a list, or its end.
enum Item {
    Node(NodeId),
    Ending(Ending),
}

/// What a control structure is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        }
    }
}

impl Parser<'_> {
    /// The whole file: a list with definitions in between.
    pub(super) fn file(&mut self) -> Result<()> {
        // The file's own template is the first, wherever the definitions in it stand.
        self.tree.templates.push(Template { name: self.file.clone(), root: 0, empty: true, irregular: false });
        let at = self.peek().start;
        let first = self.pending.len();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.at.tokens[1] = delim;
                self.at.peeked = 2;
            }
            match self.item()? {
                Item::Node(node) => self.pending.push(node),
                Item::Ending(ending) => return self.fault(format!("unexpected {}", ending.shown())),
            }
        }
        let items = self.children_from(first);
        let root = self.tree.add(at, Kind::List(items));
        let name = self.file.clone();
        self.define(name, root, true)
    }

    /// `{{define "x"}} … {{end}}`; the keyword is read.
    fn definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        let inner = self.level();
        let outer = std::mem::replace(&mut self.at, inner);
        let token = self.next_non_space();
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return self.unexpected(token, CONTEXT);
        }
        let name = self.unquoted(token)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        let (root, ending) = self.list()?;
        if ending != Ending::End {
            return self.fault(format!("unexpected {} in {CONTEXT}", ending.shown()));
        }
        self.define(name, root, false)?;
        self.at = outer;
        Ok(())
    }

    /// Names a body, if nothing in this file but white space has that name.
    fn define(&mut self, name: Str, root: NodeId, main: bool) -> Result<()> {
        let template = Template { empty: self.is_empty(root), name: name.clone(), root, irregular: self.at.irregular };
        let before = self.names.get(&name).copied();
        let occupied = before.and_then(|index| self.tree.templates.get(index)).is_some_and(|template| !template.empty);
        if occupied {
            if template.empty {
                return Ok(());
            }
            return self.fault(format!("template: multiple definition of template {}", crate::golang::strconv::quote(&name)));
        }
        let index = match before {
            Some(index) => index,
            // A definition under the file's own name takes the file's place, too.
            None if main || name == *self.file => 0,
            None => self.tree.templates.len(),
        };
        match self.tree.templates.get_mut(index) {
            Some(place) => *place = template,
            None => self.tree.templates.push(template),
        }
        self.names.insert(name, index);
        Ok(())
    }

    fn is_empty(&self, list: NodeId) -> bool {
        let Kind::List(items) = &self.tree.node(list).kind else { return false };
        self.tree.span(*items).iter().all(|item| {
            let node = self.tree.node(*item);
            let Kind::Text { end } = node.kind else { return false };
            let text = self.text.get(node.at as usize..end as usize).unwrap_or(&[]);
            is_space(text)
        })
    }

    /// A list up to its end or else, which is read.
    fn list(&mut self) -> Result<(NodeId, Ending)> {
        let at = self.peek_non_space().start;
        let first = self.pending.len();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.item()? {
                Item::Node(node) => self.pending.push(node),
                Item::Ending(ending) => {
                    let items = self.children_from(first);
                    return Ok((self.tree.add(at, Kind::List(items)), ending));
                }
            }
        }
        self.fault("unexpected EOF")
    }

    /// Text or an action.
    fn item(&mut self) -> Result<Item> {
        self.check_nodes()?;
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(self.tree.add(token.start, Kind::Text { end: token.end as u32 }))),
            TokenKind::LeftDelim => {
                self.at.action_line = token.line;
                let item = self.action()?;
                self.at.action_line = 0;
                Ok(item)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        let node = match token.kind {
            TokenKind::Block => self.block()?,
            TokenKind::Break => self.leave(token.start, Kind::Break, "{{break}}")?,
            TokenKind::Continue => self.leave(token.start, Kind::Continue, "{{continue}}")?,
            TokenKind::Else => {
                if !matches!(self.peek_non_space().kind, TokenKind::If | TokenKind::With) {
                    self.expect(TokenKind::RightDelim, "else")?;
                }
                return Ok(Item::Ending(Ending::Else));
            }
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::Ending(Ending::End));
            }
            TokenKind::If => self.control(Control::If)?,
            TokenKind::Range => self.control(Control::Range)?,
            TokenKind::Template => self.template()?,
            TokenKind::With => self.control(Control::With)?,
            _ => {
                self.backup();
                let at = self.peek().start;
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                self.tree.add(at, Kind::Action { pipe })
            }
        };
        Ok(Item::Node(node))
    }

    /// `break` or `continue`
    fn leave(&mut self, at: usize, kind: Kind, shown: &str) -> Result<NodeId> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelim {
            return self.unexpected(token, shown);
        }
        if self.at.ranges == 0 {
            return self.fault(format!("{shown} outside {{{{range}}}}"));
        }
        Ok(self.tree.add(at, kind))
    }

    /// `if`, `with` or `range`; the keyword is read.
    fn control(&mut self, control: Control) -> Result<NodeId> {
        if self.stack.is_low() {
            return deeper(self, |parser| parser.control(control)).unwrap_or_else(|| self.fault("no stack for nested actions"));
        }
        self.nesting = self.nesting.saturating_add(1);
        let limit = self.engine.options().limits.nesting;
        if self.nesting > limit {
            return Err(self.error(format!("max nesting depth exceeded ({limit})"), Some(Limit::Nesting)));
        }
        let (known, outer) = (self.at.known.len(), self.at.stack.len());
        let pipe = self.pipeline(control.name(), TokenKind::RightDelim)?;
        let inner = self.at.stack.len();
        let range = usize::from(control == Control::Range);
        self.at.ranges = self.at.ranges.saturating_add(range);
        let (list, ending) = self.list()?;
        self.at.ranges = self.at.ranges.saturating_sub(range);
        self.at.stack.truncate(inner);
        let otherwise = match ending {
            Ending::End => None,
            Ending::Else => Some(self.otherwise(control)?),
        };
        self.at.known.truncate(known);
        self.at.stack.truncate(outer);
        self.nesting = self.nesting.saturating_sub(1);
        let branch = Branch { pipe, list, otherwise };
        let at = self.tree.node(pipe).at as usize;
        let kind = match control {
            Control::If => Kind::If(branch),
            Control::With => Kind::With(branch),
            Control::Range => Kind::Range(branch),
        };
        Ok(self.tree.add(at, kind))
    }

    /// What follows an `else`: a list, or, in `else if` and `else with`, one control structure whose end is ours too.
    fn otherwise(&mut self, control: Control) -> Result<NodeId> {
        let token = self.peek();
        let chained = matches!((control, token.kind), (Control::If, TokenKind::If) | (Control::With, TokenKind::With));
        if chained {
            self.next();
            let node = self.control(control)?;
            let items = self.tree.add_children(&[node]);
            return Ok(self.tree.add(token.start, Kind::List(items)));
        }
        let (list, ending) = self.list()?;
        if ending != Ending::End {
            return self.fault(format!("expected end; found {}", ending.shown()));
        }
        Ok(list)
    }

    /// `{{block "x" pipeline}} … {{end}}`: a definition and a call of it.
    fn block(&mut self) -> Result<NodeId> {
        const CONTEXT: &str = "block clause";
        if self.stack.is_low() {
            return deeper(self, Self::block).unwrap_or_else(|| self.fault("no stack for nested actions"));
        }
        self.nesting = self.nesting.saturating_add(1);
        let limit = self.engine.options().limits.nesting;
        if self.nesting > limit {
            return Err(self.error(format!("max nesting depth exceeded ({limit})"), Some(Limit::Nesting)));
        }
        let (at, name) = self.template_name(CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        let inner = self.level();
        let outer = std::mem::replace(&mut self.at, inner);
        let (root, ending) = self.list()?;
        if ending != Ending::End {
            self.at = outer;
            return self.fault(format!("unexpected {} in {CONTEXT}", ending.shown()));
        }
        self.define(name.clone(), root, false)?;
        self.at = outer;
        self.nesting = self.nesting.saturating_sub(1);
        Ok(self.tree.add(at, Kind::Template { name, pipe: Some(pipe) }))
    }

    /// `{{template "x" pipeline}}`
    fn template(&mut self) -> Result<NodeId> {
        const CONTEXT: &str = "template clause";
        let (at, name) = self.template_name(CONTEXT)?;
        let pipe = if self.next_non_space().kind == TokenKind::RightDelim {
            None
        } else {
            self.backup();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?)
        };
        Ok(self.tree.add(at, Kind::Template { name, pipe }))
    }

    fn template_name(&mut self, context: &str) -> Result<(usize, Str)> {
        let token = self.next_non_space();
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return self.unexpected(token, context);
        }
        Ok((token.start, self.unquoted(token)?))
    }
}

/// `len(bytes.TrimSpace(text)) == 0`: invalid UTF-8 is no space.
fn is_space(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.chars().all(char::is_whitespace))
}
