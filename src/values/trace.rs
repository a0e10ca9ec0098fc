//! What helmfile's templates read and made, for whoever asked for it with [`Setting::trace`](super::Setting::trace).

use std::sync::{Arc, Mutex, PoisonError};

use crate::data::yaml::Style;
use crate::data::{Origin, Piece, Value};
use crate::gotmpl::{Carry, Handling, Recorder, Span, Taking};

/// What helmfile's functions do with origins.
const FUNCTIONS: &[(&str, Handling)] = &[
    ("include", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("tpl", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("required", Handling { carry: Carry::Given, taking: Taking::Tested }),
    ("get", Handling { carry: Carry::Given, taking: Taking::Dotted }),
    ("getOrNil", Handling { carry: Carry::Given, taking: Taking::Dotted }),
    ("sprigGet", Handling { carry: Carry::Given, taking: Taking::Keys { holder: 0, keys: (1, 0), asks: false } }),
    ("setValueAtPath", Handling { carry: Carry::Given, taking: Taking::Held }),
    ("toYaml", Handling { carry: Carry::Yaml(Style::Helmfile), taking: Taking::Whole }),
    ("fromYaml", Handling { carry: Carry::Given, taking: Taking::Whole }),
];

/// The recorders of all templates that a load has run. Shared between threads; only grows.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Vec<Recorder>>>);

impl Trace {
    /// A recorder for a template that sees this data.
    pub(super) fn recorder(&self, data: &Value) -> Recorder {
        let mut recorder = Recorder::new(FUNCTIONS);
        for name in ["Values", "StateValues"] {
            let below = match &data.kind {
                crate::data::Kind::Object(object) => match object.member(name) {
                    Some(crate::data::Member::Field(value)) => Some(value),
                    _ => None,
                },
                _ => data.path([name]),
            };
            if let Some(map) = below.as_ref().and_then(Value::as_map) {
                recorder.know(map, &[]);
            }
        }
        recorder
    }
    /// Keeps what was recorded.
    pub(super) fn keep(&self, recorder: Recorder) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(recorder);
    }
    /// Whether a template has used a value that was written there: see [`Recorder::was_read`].
    pub fn was_read(&self, origin: Origin) -> bool {
        self.any(|recorder| recorder.was_read(origin))
    }
    /// Whether a template has looked whether a value that was written there is there: see [`Recorder::was_tested`].
    pub fn was_tested(&self, origin: Origin) -> bool {
        self.any(|recorder| recorder.was_tested(origin))
    }
    /// Shows each recorder, in the order in which the templates were done.
    pub fn each(&self, look: impl FnMut(&Recorder)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(look);
    }
    fn any(&self, holds: impl Fn(&Recorder) -> bool) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(holds)
    }
}

/// The spans of a rendered text as its sources keep them.
pub(super) fn pieces(recorder: &Recorder, spans: &[Span]) -> Vec<Piece> {
    let piece = |span: &Span| {
        let (at, own) = recorder.outermost(span).map_or((None, false), |(at, own)| (Some(at), own));
        Piece { end: span.end, at, own, origins: recorder.feed(span).origins.clone() }
    };
    spans.iter().map(piece).collect()
}
