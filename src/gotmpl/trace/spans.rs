//! Texts as spans: which place of a template wrote them, from which values.

use std::collections::HashMap;
use std::ops::Range;

use super::Site;
use crate::data::{Kind, Origin, Value};

/// Spans that a recorder keeps; what is made when there are more has no origins.
const MAX_SPANS: usize = 1 << 22;
/// Origins that one text can be said to come from.
const MAX_ORIGINS: usize = 64;
/// Values that are looked at for the origins inside a list or map.
const MAX_PARTS: usize = 4096;

/// Bytes of a text, from the end of the span before up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Behind its last byte.
    pub end: usize,
    /// What wrote it.
    pub site: Site,
    /// What printed it, where that was not what called the one that wrote it: a variable was printed, for example.
    pub printed: Site,
    /// For the text of a template itself: how many of its bytes stand before.
    pub skip: Option<usize>,
    pub(super) feed: FeedId,
}

impl Span {
    /// So many bytes from one place and from some values.
    pub(super) fn new(end: usize, site: Site, feed: FeedId) -> Self {
        Self { end, site, printed: Site::NONE, skip: None, feed }
    }
    /// So many bytes that nobody knows anything about.
    pub(super) fn unknown(end: usize) -> Self {
        Self::new(end, Site::NONE, FeedId::NONE)
    }
    /// The spans that are left when some ranges, in order, are taken out of their text.
    pub fn cut_out(spans: Vec<Span>, cut: &[Range<usize>]) -> Vec<Span> {
        if cut.is_empty() {
            return spans;
        }
        let (mut left, mut gone, mut next) = (Vec::new(), 0usize, 0usize);
        for span in spans {
            let mut partly = 0usize;
            while let Some(range) = cut.get(next) {
                if range.end > span.end {
                    partly = span.end.saturating_sub(range.start);
                    break;
                }
                gone = gone.saturating_add(range.len());
                next = next.saturating_add(1);
            }
            push(&mut left, Span { end: span.end.saturating_sub(gone).saturating_sub(partly), ..span });
        }
        left
    }
    fn continues(&self, start: usize, before: &Span) -> bool {
        let goes_on = match (before.skip, self.skip) {
            (None, None) => true,
            (Some(before), Some(skip)) => skip.checked_sub(before) == Some(start),
            _ => false,
        };
        goes_on && (before.site, before.printed) == (self.site, self.printed) && before.feed == self.feed
    }
}

/// Values that a text was made from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Feed {
    /// Where they were written.
    pub origins: Vec<Origin>,
    /// The function that made something else of them, where one did.
    pub via: Option<&'static str>,
}

/// A feed's number; 0: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct FeedId(u32);

impl FeedId {
    pub(super) const NONE: FeedId = FeedId(0);
}

/// A text that was made: a range of the positions that [`Origin::made`] gives.
#[derive(Debug)]
struct Made {
    start: usize,
    length: usize,
    spans: Box<[Span]>,
}

/// A text that is being written.
#[derive(Debug)]
struct Open {
    /// What was in it before.
    base: usize,
    spans: Vec<Span>,
}

/// All texts of a recorder.
#[derive(Debug, Default)]
pub(super) struct Texts {
    feeds: Vec<Feed>,
    by_feed: HashMap<Feed, FeedId>,
    made: Vec<Made>,
    kept: usize,
    open: Vec<Open>,
    done: Vec<Span>,
    /// Where the text was written that is run next.
    source: Origin,
    nothing: Feed,
}

/// Appends a span, or makes the last one longer where it is of the same kind.
pub(super) fn push(spans: &mut Vec<Span>, span: Span) {
    let before = spans.len().checked_sub(2).and_then(|at| spans.get(at)).map_or(0, |span| span.end);
    let (start, same) = match spans.last() {
        Some(last) => (last.end, span.continues(last.end.saturating_sub(before), last)),
        None => (0, false),
    };
    if span.end <= start {
        return;
    }
    match spans.last_mut() {
        Some(last) if same => last.end = span.end,
        _ => spans.push(span),
    }
}

/// The spans of a part of a text, counted from its start.
pub(super) fn part(spans: &[Span], range: &Range<usize>) -> Vec<Span> {
    let first = spans.partition_point(|span| span.end <= range.start);
    let start = first.checked_sub(1).and_then(|before| spans.get(before)).map_or(0, |span| span.end);
    // What of the first one lies before the range.
    let mut before = range.start.saturating_sub(start);
    let mut part = Vec::new();
    for span in spans.get(first..).unwrap_or_default() {
        let skip = span.skip.map(|skip| skip.saturating_add(std::mem::take(&mut before)));
        push(&mut part, Span { end: span.end.min(range.end).saturating_sub(range.start), skip, ..*span });
        if span.end >= range.end {
            break;
        }
    }
    part
}

impl Texts {
    pub(super) fn is_full(&self) -> bool {
        self.kept >= MAX_SPANS
    }

    // ---- feeds

    pub(super) fn feed(&self, id: FeedId) -> &Feed {
        (id.0 as usize).checked_sub(1).and_then(|at| self.feeds.get(at)).unwrap_or(&self.nothing)
    }
    pub(super) fn feed_of(&mut self, mut feed: Feed) -> FeedId {
        if feed.origins.is_empty() || self.is_full() {
            return FeedId::NONE;
        }
        feed.origins.truncate(MAX_ORIGINS);
        let next = FeedId(u32::try_from(self.feeds.len()).unwrap_or(u32::MAX).saturating_add(1));
        if let Some(known) = self.by_feed.get(&feed) {
            return *known;
        }
        self.kept = self.kept.saturating_add(1);
        self.feeds.push(feed.clone());
        self.by_feed.insert(feed, next);
        next
    }
    fn plain(&mut self, origin: Origin) -> FeedId {
        if origin.is_some() { self.feed_of(Feed { origins: vec![origin], via: None }) } else { FeedId::NONE }
    }
    /// All values behind some spans as one feed.
    fn union(&mut self, spans: &[Span], via: Option<&'static str>) -> FeedId {
        let mut all = Feed { origins: Vec::new(), via };
        let mut last = FeedId::NONE;
        for span in spans.iter().filter(|span| span.feed != FeedId::NONE) {
            if span.feed == last {
                continue;
            }
            last = span.feed;
            let feed = self.feed(span.feed);
            all.via = all.via.or(feed.via);
            for origin in &feed.origins {
                if all.origins.len() < MAX_ORIGINS && !all.origins.contains(origin) {
                    all.origins.push(*origin);
                }
            }
        }
        self.feed_of(all)
    }

    // ---- texts that were made

    fn made(&self, origin: Origin) -> Option<(&Made, usize)> {
        let at = origin.made_at()?;
        let after = self.made.partition_point(|made| made.start <= at);
        let made = self.made.get(after.checked_sub(1)?)?;
        let offset = at.checked_sub(made.start)?;
        (offset <= made.length).then_some((made, offset))
    }
    /// Keeps the spans of a text of that length; gives its origin: the value's own, where all of it is one value as it is.
    pub(super) fn make(&mut self, spans: Vec<Span>, length: usize) -> Origin {
        if spans.iter().all(|span| span.feed == FeedId::NONE && span.site == Site::NONE) {
            return Origin::NONE;
        }
        if let [Span { site: Site::NONE, feed, end, .. }] = spans.as_slice()
            && *end >= length
            && let Feed { origins, via: None } = self.feed(*feed)
            && let [only] = origins.as_slice()
        {
            return *only;
        }
        if self.is_full() {
            return Origin::NONE;
        }
        let start = self.made.last().map_or(0, |last| last.start.saturating_add(last.length).saturating_add(1));
        // Where the room for the end is used up, too, nothing of it may be found.
        let origin = if Origin::made(start.saturating_add(length)).is_some() { Origin::made(start) } else { Origin::NONE };
        if origin.is_some() {
            self.kept = self.kept.saturating_add(spans.len()).saturating_add(1);
            self.made.push(Made { start, length, spans: spans.into() });
        }
        origin
    }
    /// The spans of a value's text, which has that length: those of the text itself where the value is that text, else one.
    pub(super) fn spans_of(&mut self, value: &Value, length: usize) -> Vec<Span> {
        let holds = matches!(value.kind, Kind::List(_) | Kind::Map(_) | Kind::Object(_));
        if let Some((made, offset)) = self.made(value.origin).filter(|_| !holds) {
            // What is no text any more stood at one byte of it.
            let own = value.as_str().map_or(1, |text| text.len());
            let spans = part(&made.spans, &(offset..offset.saturating_add(own).min(made.length)));
            if value.as_str().is_some() && own == length {
                return spans;
            }
            let feed = self.union(&spans, None);
            return vec![Span::new(length, Site::NONE, feed)];
        }
        let feed = match value.origin {
            _ if holds => self.inside(value),
            made if made.made_at().is_some() => FeedId::NONE,
            written => self.plain(written),
        };
        vec![Span::new(length, Site::NONE, feed)]
    }
    /// What a list or map was made from: all values in it.
    fn inside(&mut self, value: &Value) -> FeedId {
        let mut spans = Vec::new();
        let mut next = vec![value.clone()];
        let mut left = MAX_PARTS;
        while let Some(value) = next.pop()
            && left > 0
            && spans.len() < MAX_ORIGINS
        {
            left = left.saturating_sub(1);
            match &value.kind {
                Kind::List(list) => next.extend(list.iter().rev().take(MAX_PARTS).cloned()),
                Kind::Map(map) => next.extend(map.read().values().rev().take(MAX_PARTS).cloned()),
                Kind::Object(object) => next.extend(object.underlying()),
                _ => spans.extend(self.spans_of(&value, 1)),
            }
        }
        if spans.iter().all(|span| span.feed == FeedId::NONE) && value.origin.made_at().is_none() {
            return self.plain(value.origin);
        }
        self.union(&spans, None)
    }
    /// All values behind some arguments, as one span over a result of that length.
    pub(super) fn all_of(&mut self, name: &'static str, arguments: &[Value], length: usize) -> Vec<Span> {
        let spans: Vec<Span> =
            arguments.iter().flat_map(|argument| self.spans_of(argument, argument.as_str().map_or(1, |text| text.len()))).collect();
        let feed = self.union(&spans, Some(name));
        vec![Span::new(length, Site::NONE, feed)]
    }
    /// One span of several.
    pub(super) fn as_one(&mut self, spans: &[Span], length: usize) -> Vec<Span> {
        let feed = self.union(spans, None);
        vec![Span::new(length, Site::NONE, feed)]
    }

    // ---- texts that are being written

    pub(super) fn open(&mut self, written: usize) {
        self.open.push(Open { base: written, spans: Vec::new() });
    }
    pub(super) fn close(&mut self) {
        self.done = self.open.pop().map(|open| open.spans).unwrap_or_default();
    }
    pub(super) fn take_output(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.done)
    }
    /// The text has grown to the span's end, counted from the text's own start.
    pub(super) fn wrote(&mut self, span: Span) {
        let full = self.is_full();
        if let Some(open) = self.open.last_mut() {
            let before = open.spans.len();
            let end = span.end.saturating_sub(open.base);
            push(&mut open.spans, if full { Span::unknown(end) } else { Span { end, ..span } });
            self.kept = self.kept.saturating_add(open.spans.len().saturating_sub(before));
        }
    }
    /// A value's text was written; what no other place wrote is this place's. `called` says whether a site lies in what this
    /// place called.
    pub(super) fn printed(&mut self, value: &Value, written: usize, site: Site, called: impl Fn(Site) -> bool) {
        let Some(open) = self.open.last() else { return };
        let start = open.spans.last().map_or(0, |last| last.end).saturating_add(open.base);
        let length = written.saturating_sub(start);
        for span in self.spans_of(value, length) {
            let span = match (span.site, span.printed) {
                (Site::NONE, _) => Span { site, ..span },
                (wrote, Site::NONE) if called(wrote) => span,
                (_, printed) if printed != Site::NONE && called(printed) => span,
                _ => Span { printed: site, ..span },
            };
            self.wrote(Span { end: start.saturating_add(span.end).min(written), ..span });
        }
        self.wrote(Span::new(written, site, FeedId::NONE));
    }
    pub(super) fn set_source(&mut self, origin: Origin) {
        self.source = origin;
    }
    pub(super) fn take_source(&mut self) -> Origin {
        std::mem::take(&mut self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::{FeedId, Site, Span, part, push};

    fn spans(ends: &[(usize, u32)]) -> Vec<Span> {
        ends.iter().map(|(end, site)| Span::new(*end, Site(*site), FeedId::NONE)).collect()
    }

    #[test]
    fn parts_of_texts_have_the_spans_of_their_bytes() {
        let whole = spans(&[(3, 1), (5, 2), (9, 3)]);
        assert_eq!(part(&whole, &(0..9)), whole);
        assert_eq!(part(&whole, &(2..6)), spans(&[(1, 1), (3, 2), (4, 3)]));
        assert_eq!(part(&whole, &(3..5)), spans(&[(2, 2)]));
        assert_eq!(part(&whole, &(9..9)), spans(&[]));
    }

    #[test]
    fn a_template_s_own_text_knows_what_stands_before() {
        let text = |end, skip| Span { skip: Some(skip), ..Span::new(end, Site(1), FeedId::NONE) };
        assert_eq!(part(&[text(9, 0)], &(4..6)), [text(2, 4)]);
        let mut spans = vec![text(3, 0)];
        push(&mut spans, text(5, 3));
        push(&mut spans, text(7, 9));
        assert_eq!(spans, [text(5, 0), text(7, 9)]);
    }

    #[test]
    fn what_is_taken_out_moves_what_follows() {
        let whole = spans(&[(3, 1), (5, 2), (9, 3)]);
        assert_eq!(Span::cut_out(whole.clone(), &[]), whole);
        assert_eq!(Span::cut_out(whole.clone(), std::slice::from_ref(&(3..5))), spans(&[(3, 1), (7, 3)]));
        assert_eq!(Span::cut_out(whole.clone(), &[1..4, 8..9]), spans(&[(1, 1), (2, 2), (5, 3)]));
        assert_eq!(Span::cut_out(whole, std::slice::from_ref(&(0..9))), spans(&[]));
    }
}
