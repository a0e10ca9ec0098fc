//! Findings about rendered documents at what caused them: `document + what of it → the line of a layer or a template`.

use std::sync::Arc;

use crate::data::yaml::{key_before, scalar_extent};
use crate::data::{Origin, SourceFile, Sources, Str};
use crate::diag::{Error, Place};
use crate::render::{Aim, Cause, Manifest, Rendered, Trace};

/// The text of a rendered document, and what is known of how it came about.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// What origins in the document count from.
    pub(super) source: SourceFile,
    /// The template's file, as a user would type it.
    file: String,
    /// The document; `None` for a file that is no template.
    manifest: Option<Manifest>,
    /// What wrote it, where that was recorded.
    trace: Option<Arc<Trace>>,
    /// The layers.
    sources: Sources,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The value that was read there, which is at the end of that path.
    Value(Origin, &'a str),
    /// What stands at a byte.
    Byte(usize),
    /// The key that was read there.
    KeyItself(Origin),
    /// The key at the end of that path, whose value was read there.
    Key(Origin, &'a str),
    /// What is not there, at the end of that path: the key of what it is missing in, whose value was read there.
    Missing(Origin, &'a str),
}

/// A value of a document; where it was set is looked for when somebody asks.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    text: Arc<Text>,
    origin: Origin,
}

impl Spot {
    /// The value that was read there.
    pub(super) fn new(text: &Arc<Text>, origin: Origin) -> Self {
        Self { text: text.clone(), origin }
    }
    /// As [`Text::blame`].
    pub(super) fn blame(&self, finding: Error) -> Error {
        self.text.blame(finding, Subject::Value(self.origin, ""))
    }
    /// As [`Text::place`].
    pub(super) fn place(&self) -> Place {
        self.text.place(Subject::Value(self.origin, ""))
    }
    /// The start of a file.
    #[cfg(test)]
    pub(super) fn of_file(name: &str) -> Self {
        let sources = Sources::new();
        Self { text: Arc::new(Text::of_source(sources.add(name, ""))), origin: Origin::NONE }
    }
}

impl Text {
    /// Of a document of a rendering. `sources` has the layers that it was rendered from.
    pub(super) fn of_manifest(manifest: &Manifest, rendered: &Rendered, sources: &Sources) -> Self {
        Self {
            manifest: Some(manifest.clone()),
            trace: rendered.trace.clone(),
            ..Self::of_file(&manifest.path, &manifest.content, rendered, sources)
        }
    }

    /// Of a file that charts bring as it is.
    pub(super) fn of_file(path: &Str, content: &Str, rendered: &Rendered, sources: &Sources) -> Self {
        let source = Sources::new().add(path.clone(), content.clone());
        let file = rendered.tree.file(&path.to_text()).unwrap_or_else(|| path.to_text().into_owned());
        Self { source, file, manifest: None, trace: None, sources: sources.clone() }
    }

    /// Of a file that nothing was rendered for.
    pub(super) fn of_source(source: SourceFile) -> Self {
        let file = source.name.to_text().into_owned();
        Self { source, file, manifest: None, trace: None, sources: Sources::new() }
    }

    /// The finding with its place and what else took part: where the value was set that made it, or the template's line.
    pub(super) fn blame(&self, finding: Error, subject: Subject<'_>) -> Error {
        let aim = self.aim(subject);
        let rendered = self.rendered(aim.offset);
        // Of a text that can't be read it has to be seen.
        let unread = matches!(subject, Subject::Byte(_));
        match self.cause(aim) {
            Some(cause) if unread => Cause { plain: false, ..cause }.blame(finding, rendered, self.is_secret()),
            Some(cause) => cause.blame(finding, rendered, self.is_secret()),
            None => finding.at(self.shown(rendered)),
        }
    }

    /// Where what a finding is about was set or written.
    pub(super) fn place(&self, subject: Subject<'_>) -> Place {
        let aim = self.aim(subject);
        self.shown(self.cause(aim).map_or_else(|| self.rendered(aim.offset), |cause| cause.place))
    }

    fn cause(&self, aim: Aim<'_>) -> Option<Cause> {
        let trace = self.trace.as_ref()?;
        trace.cause(self.manifest.as_ref()?, aim, &self.sources)
    }

    fn is_secret(&self) -> bool {
        self.manifest.as_ref().is_some_and(Manifest::is_secret)
    }

    fn shown(&self, place: Place) -> Place {
        Place { excerpt: place.excerpt.filter(|_| !self.is_secret()), ..place }
    }

    /// A place in the document, which is none of the template's file.
    fn rendered(&self, offset: usize) -> Place {
        let name = if self.manifest.is_some() { format!("{} (rendered)", self.file) } else { self.file.clone() };
        Place::in_text(name, &self.source.text, offset)
    }

    /// The byte of the document that is meant, and the key that stands there.
    fn aim<'s>(&'s self, subject: Subject<'s>) -> Aim<'s> {
        let text = &self.source.text;
        let offset = |origin: Origin| origin.offset_in(&self.source).unwrap_or(0);
        let key = |offset: usize, path: &'s str| {
            let found = last_key(path).and_then(|key| Some((key, key_before(text, offset, key)?)));
            found.map_or(Aim { offset, key: None }, |(key, offset)| Aim { offset, key: Some(key) })
        };
        match subject {
            Subject::Byte(offset) => Aim { offset, key: None },
            Subject::KeyItself(origin) => {
                let offset = offset(origin);
                let name = text.get(scalar_extent(text, offset)).and_then(|name| std::str::from_utf8(name).ok());
                Aim { offset, key: name.map(|name| name.trim_matches(['"', '\''])) }
            }
            Subject::Key(origin, path) => key(offset(origin), path),
            Subject::Missing(origin, path) => key(offset(origin), parent(path)),
            Subject::Value(origin, path) => {
                let offset = offset(origin);
                let line = text.get(..offset).unwrap_or_default().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
                // A mapping or list on lines of its own begins with its key.
                if line.trim_ascii().is_empty() { key(offset, path) } else { Aim { offset, key: None } }
            }
        }
    }
}

/// The path of what the last field or element of a path stands in.
fn parent(path: &str) -> &str {
    let cut = if path.ends_with(']') { path.rfind('[') } else { path.rfind('.') };
    cut.and_then(|cut| path.get(..cut)).unwrap_or_default()
}

/// The field that a path ends with; `None` for an element of a list.
fn last_key(path: &str) -> Option<&str> {
    let key = match path.strip_suffix("\"]") {
        Some(rest) => rest.rsplit("[\"").next()?,
        None if path.ends_with(']') => return None,
        None => path.rsplit('.').next()?,
    };
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::{last_key, parent};

    #[test]
    fn paths_have_ends() {
        for (path, above, key) in [
            ("spec.containers[name=web].image", "spec.containers[name=web]", Some("image")),
            ("spec.containers[name=a.b]", "spec.containers", None),
            ("metadata.labels[\"a.b/c\"]", "metadata.labels", Some("a.b/c")),
            ("spec", "", Some("spec")),
            ("", "", None),
        ] {
            assert_eq!((parent(path), last_key(path)), (above, key), "{path}");
        }
    }
}
