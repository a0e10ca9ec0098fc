//! What runs did: `executions → which template place and which values wrote each byte, and which values were read`.
//!
//! A [`Recorder`] is handed to [`TemplateSet::execute_recorded`](super::TemplateSet::execute_recorded); without one the
//! executor asks an `Option` here and there, and nothing else is different. Text that is made while templates run has
//! origins of its own ([`Origin::made`]): positions in the recorder's list of such texts, so that a part of a text is found
//! again wherever it was handed to. Never changes what is written.

mod carry;
mod reads;
mod spans;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use super::error::Frame;
use super::program::Program;
use crate::data::{Map, Origin, Str, Value};

pub use carry::{Carry, Handling, Taking};
pub use reads::{Read, Use};
pub use spans::{Feed, Span};

use reads::Reads;
use spans::{FeedId, Texts};

/// Places that a recorder tells apart; whatever comes from further ones has no template place.
const MAX_SITES: usize = 1 << 20;

/// A place in a template and the places that called it: a number in the recorder that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Site(u32);

impl Site {
    /// No place.
    pub const NONE: Site = Site(0);
}

/// One template that ran.
#[derive(Debug)]
struct Running {
    program: Arc<Program>,
    template: usize,
    /// Where its text was written, if it was a value.
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Spot {
    /// The number of what ran.
    running: u32,
    /// The byte of its text.
    at: u32,
    caller: Site,
}

/// Where an execution is: what it returns to when it is done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    running: u32,
    caller: Site,
    here: Site,
}

/// Records executions, one after the other; afterwards it answers what they did.
#[derive(Debug, Default)]
pub struct Recorder {
    functions: HashMap<&'static str, Handling>,
    running: Vec<Running>,
    by_running: HashMap<(usize, usize, Origin), u32>,
    spots: Vec<Spot>,
    by_spot: HashMap<Spot, Site>,
    standing: Standing,
    texts: Texts,
    reads: Reads,
    /// What the values that are looked up now are for.
    usage: Use,
}

impl Recorder {
    /// A recorder for a dialect: what its functions do with the origins of their arguments, beside Go's and Sprig's, which
    /// are known. A later row replaces an earlier one.
    pub fn new(dialect: &[(&'static str, Handling)]) -> Self {
        let functions = carry::TABLE.iter().chain(dialect).copied().collect();
        Self { functions, ..Self::default() }
    }
    /// Says where a map of values stands, so that what is read below it has a path. The first word for a map counts.
    pub fn know(&mut self, map: &Map, path: &[&str]) {
        let path = path.iter().fold(reads::ROOT, |path, key| self.reads.below(path, &Str::from(*key)));
        self.reads.know(map, path);
    }
    /// The spans of the text that the last execution wrote, and forgets them.
    pub fn take_output(&mut self) -> Vec<Span> {
        self.texts.take_output()
    }
    /// Whether something was left out because there was too much of it.
    pub fn is_incomplete(&self) -> bool {
        self.texts.is_full() || self.reads.is_full() || self.spots.len() >= MAX_SITES
    }

    /// The values that a span was made from.
    pub fn feed(&self, span: &Span) -> &Feed {
        self.texts.feed(span.feed)
    }
    /// What wrote a span, behind what printed it and all that called that, the outermost template first.
    pub fn chain(&self, span: &Span) -> Vec<Site> {
        let known = |site: Site| Some(site).filter(|site| self.spot(*site).is_some());
        let printed = known(span.printed).or(known(span.site));
        let mut chain: Vec<Site> = std::iter::successors(printed, |site| known(self.spot(*site)?.caller)).collect();
        chain.reverse();
        if printed != known(span.site) {
            chain.extend(known(span.site));
        }
        chain
    }
    /// A site as frames of errors are, for [`place`](super::place): that many bytes further where it is text, else where its
    /// action begins. `None` for no place.
    pub fn frame(&self, site: Site, skip: Option<usize>) -> Option<Frame> {
        let (running, at) = self.byte_of(self.spot(site)?, skip)?;
        let text = running.program.text();
        let before = text.get(..at).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |end| end.saturating_add(1));
        let lines = memchr::memchr_iter(b'\n', before).count();
        Some(Frame {
            template: running.program.template_name(running.template),
            file: running.program.name().clone(),
            line: u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1),
            column: u32::try_from(at.saturating_sub(line_start)).unwrap_or(u32::MAX),
            node: String::new(),
            message: String::new(),
            source: text.clone(),
            origin: running.origin,
            facts: Vec::new(),
        })
    }
    /// The byte of the outermost template's text that a span comes from, and whether the span is that text itself.
    pub fn outermost(&self, span: &Span) -> Option<(usize, bool)> {
        let chain = self.chain(span);
        let skip = span.skip.filter(|_| chain.len() == 1);
        let (_, at) = self.byte_of(self.spot(*chain.first()?)?, skip)?;
        Some((at, skip.is_some()))
    }
    /// What ran, and the byte of its text: that of the whole action, where the spot is in one.
    fn byte_of(&self, spot: Spot, skip: Option<usize>) -> Option<(&Running, usize)> {
        let running = self.running.get(spot.running as usize)?;
        let at = spot.at as usize;
        Some((running, skip.map_or_else(|| start_of_action(running.program.text(), at), |skip| at.saturating_add(skip))))
    }
    fn spot(&self, site: Site) -> Option<Spot> {
        self.spots.get((site.0 as usize).checked_sub(1)?).copied()
    }

    /// What was read of values with a known path, in the order of the first reading.
    pub fn reads(&self) -> impl Iterator<Item = Read> {
        self.reads.all()
    }
    /// Whether a value that was written there was used for more than a look whether it is there: it, or something that
    /// holds it and was taken as a whole.
    pub fn was_read(&self, origin: Origin) -> bool {
        self.reads.was_read(origin)
    }
    /// Whether somebody looked whether a value that was written there is there, empty or true.
    pub fn was_tested(&self, origin: Origin) -> bool {
        self.reads.was_tested(origin)
    }
    /// Notes that something outside templates reads a value: a chart's condition, for example.
    pub fn note_read(&mut self, value: &Value) {
        self.reads.take(value);
    }
}

/// While templates run.
impl Recorder {
    /// A template begins to write to a text of its own, which holds so many bytes already.
    pub(super) fn begin(&mut self, program: &Arc<Program>, template: usize, written: usize) -> Standing {
        self.texts.open(written);
        self.enter(program, template, Origin::NONE)
    }
    /// It is done.
    pub(super) fn end(&mut self, before: Standing) {
        self.texts.close();
        self.standing = before;
    }
    /// A template goes on where another one has called it, in the same text. `origin` says where its text was written,
    /// where that is known.
    pub(super) fn enter(&mut self, program: &Arc<Program>, template: usize, origin: Origin) -> Standing {
        let origin = origin.or(self.texts.take_source());
        let key = (Arc::as_ptr(program).addr(), template, origin);
        let running = match self.by_running.get(&key) {
            Some(known) => *known,
            None => {
                let number = u32::try_from(self.running.len()).unwrap_or(u32::MAX);
                // Past the limit of sites nobody asks for it, and memory must not grow.
                if self.spots.len() < MAX_SITES {
                    self.running.push(Running { program: program.clone(), template, origin });
                    self.by_running.insert(key, number);
                }
                number
            }
        };
        let caller = self.standing.here;
        std::mem::replace(&mut self.standing, Standing { running, caller, here: caller })
    }
    /// It is done, and its caller goes on.
    pub(super) fn leave(&mut self, before: Standing) {
        self.standing = before;
    }
    /// The execution is at that byte of the template.
    pub(super) fn look(&mut self, at: u32) {
        let Standing { running, caller, .. } = self.standing;
        let spot = Spot { running, at, caller };
        let next = Site(u32::try_from(self.spots.len()).unwrap_or(u32::MAX).saturating_add(1));
        self.standing.here = match self.by_spot.get(&spot) {
            Some(site) => *site,
            None if self.spots.len() >= MAX_SITES => Site::NONE,
            None => {
                self.spots.push(spot);
                self.by_spot.insert(spot, next);
                next
            }
        };
    }
    /// The text of the template was copied; so many bytes are in the text now.
    pub(super) fn copied(&mut self, written: usize) {
        self.texts.wrote(Span { skip: Some(0), ..Span::new(written, self.standing.here, FeedId::NONE) });
    }
    /// A value was printed.
    pub(super) fn printed(&mut self, value: &Value, written: usize) {
        self.reads.take(value);
        let (site, spots) = (self.standing.here, &self.spots);
        let caller = |site: &Site| Some(spots.get((site.0 as usize).checked_sub(1)?)?.caller);
        let called = |inner: Site| std::iter::successors(Some(inner), caller).any(|outer| outer == site);
        self.texts.printed(value, written, site, called);
    }
    /// The text that an execution inside a function has written, as a value.
    pub(super) fn text(&mut self, text: Value) -> Value {
        let spans = self.texts.take_output();
        let length = text.as_str().map_or(0, |text| text.len());
        let origin = self.texts.make(spans, length);
        text.from_origin(origin)
    }
    /// The text that is run next was written there.
    pub(super) fn running_text(&mut self, origin: Origin) {
        self.texts.set_source(origin);
    }
    /// What remains of a text when every `needle` is taken out, as a value with the spans of what is left.
    pub(super) fn without(&mut self, text: &Value, left: Value, needle: &[u8]) -> Value {
        let Some(whole) = text.as_str() else { return left };
        let spans = self.texts.spans_of(text, whole.len());
        let cut: Vec<_> = memchr::memmem::find_iter(whole, needle).map(|at| at..at.saturating_add(needle.len())).collect();
        let spans = Span::cut_out(spans, &cut);
        let length = left.as_str().map_or(0, |left| left.len());
        let origin = self.texts.make(spans, length);
        left.from_origin(origin)
    }
}

/// Values on their way.
impl Recorder {
    /// What values are looked up for from here on; what it was before.
    pub(super) fn using(&mut self, usage: Use) -> Use {
        std::mem::replace(&mut self.usage, usage)
    }
    /// A name was looked up in a value. `found` is what it gave; `last` says that this is what was wanted, not a step there.
    pub(super) fn step(&mut self, holder: &Value, name: &Str, found: &Value, last: bool) {
        self.reads.step((holder, name), found, last, (self.standing.here, self.usage));
    }
    /// A condition was decided by a value.
    pub(super) fn tested(&mut self, value: &Value) {
        self.reads.test(value);
    }
    /// A range goes over a value's entry; gives the key as it is said to come from there.
    pub(super) fn visited(&mut self, holder: &Value, key: Value, item: &Value) -> Value {
        self.reads.visit(holder, &key, item);
        match item.origin.made_at() {
            Some(_) => key,
            None => key.from_origin(item.origin),
        }
    }
    /// A function gave a result: the same with what is known about where it comes from.
    pub(super) fn called(&mut self, name: &'static str, arguments: &[Value], result: Value) -> Value {
        let handling = self.functions.get(name).copied().unwrap_or_default();
        self.reads.called(handling.taking, arguments, &result, (self.standing.here, self.usage));
        if handling.carry == Carry::Given {
            self.reads.given(&result);
        }
        self.texts.carried(name, handling.carry, arguments, result)
    }
}

/// Where the action begins that a place is in; a place in text is where it is.
fn start_of_action(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let open = memchr::memmem::rfind(before, b"{{");
    let close = memchr::memmem::rfind(before, b"}}").map(|end| end.saturating_add(2));
    match (open, close) {
        (Some(open), None) => open,
        (Some(open), Some(close)) if open >= close => open,
        _ => at,
    }
}
