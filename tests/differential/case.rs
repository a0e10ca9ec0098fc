//! One chart of the test and what the two engines make of it.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use bkhelm::charts::{self, Profile, UserValues};
use bkhelm::data::Sources;
use bkhelm::diag::{Error, bytes_of};
use bkhelm::render;
use bkhelm::values::set::{Flag, Setting};
use serde_json::{Value as Json, json};

use crate::harness::memory::{Memory, Still};

const CHART: &str = "apiVersion: v2\nname: t\nversion: 0.1.0\n";
const FOLDER: &str = "/chart";
/// The `-f` file.
const USER_FILE: &str = "/user.yaml";
/// The character that stands for the byte 0 in a text; those behind it for the other bytes.
const BYTE_ZERO: u32 = 0x10_FF00;

/// A text with a character for each byte that is no UTF-8.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u32::from(character).checked_sub(BYTE_ZERO).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// A chart. Its result is what `templates/NOTES.txt` gives: the one file that nothing looks at afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The text of `values.yaml`.
    pub values: String,
    pub templates: BTreeMap<String, String>,
    pub files: BTreeMap<String, String>,
    /// The text of a `-f` file; none where empty.
    pub user: String,
    /// Arguments of `--set` and its like, with the flag's name.
    pub set: Vec<(String, String)>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Output(Vec<u8>),
    /// The error's text in full; what is no UTF-8 in it as U+FFFD.
    Error(String),
    Panic,
}

impl Outcome {
    /// What kind of thing came out.
    pub fn class(&self) -> &'static str {
        match self {
            Outcome::Output(_) => "output",
            Outcome::Error(_) => "error",
            Outcome::Panic => "panic",
        }
    }
    pub fn shown(&self) -> String {
        match self {
            Outcome::Output(output) => format!("output {:?}", String::from_utf8_lossy(output)),
            Outcome::Error(error) => format!("error  {error:?}"),
            Outcome::Panic => "panic".to_owned(),
        }
    }
}

/// How two outcomes differ, for telling one finding from another; `None` where they do not.
pub fn difference(theirs: &Outcome, ours: &Outcome) -> Option<(&'static str, &'static str)> {
    (theirs != ours).then(|| (theirs.class(), ours.class()))
}

impl Case {
    pub fn to_json(&self) -> Json {
        let mut json = json!({ "values": self.values, "templates": self.templates, "files": self.files });
        if !self.user.is_empty() {
            json["user"] = json!(self.user);
        }
        if !self.set.is_empty() {
            json["set"] = json!(self.set);
        }
        json
    }
    pub fn from_json(json: &Json) -> Self {
        let texts = |field: &str| {
            let entries = json[field].as_object().into_iter().flatten();
            entries.map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned())).collect()
        };
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let set = json["set"].as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
        Case { values: text(&json["values"]), templates: texts("templates"), files: texts("files"), user: text(&json["user"]), set }
    }
    /// How much there is to read.
    pub fn size(&self) -> usize {
        let texts = |texts: &BTreeMap<String, String>| texts.iter().map(|(name, text)| name.len() + text.len()).sum::<usize>();
        let set = self.set.iter().map(|(flag, argument)| flag.len() + argument.len()).sum::<usize>();
        self.values.len() + texts(&self.templates) + texts(&self.files) + self.user.len() + set
    }
    /// bkhelm's outcome.
    pub fn ours(&self) -> Outcome {
        match std::panic::catch_unwind(AssertUnwindSafe(|| self.rendered())) {
            Ok(Ok(output)) => Outcome::Output(output),
            Ok(Err(error)) => Outcome::Error(String::from_utf8_lossy(&bytes_of(&error.to_string())).into_owned()),
            Err(_) => Outcome::Panic,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let flag = |name: &str| {
            [Flag::Set, Flag::SetString, Flag::SetJson, Flag::SetLiteral]
                .into_iter()
                .find(|flag| flag.name().trim_start_matches('-') == name)
        };
        let setting = |(name, argument): &(String, String)| Some(Setting { flag: flag(name)?, argument: argument.clone() });
        self.set.iter().filter_map(setting).collect()
    }

    fn rendered(&self) -> Result<Vec<u8>, Error> {
        let own = [("Chart.yaml", CHART), ("values.yaml", self.values.as_str())];
        let given = self.templates.iter().chain(&self.files).map(|(name, text)| (name.as_str(), text.as_str()));
        let mut files: BTreeMap<PathBuf, Vec<u8>> =
            own.into_iter().chain(given).map(|(name, text)| (Path::new(FOLDER).join(name), bytes(text))).collect();
        let mut user = UserValues { settings: self.settings(), ..UserValues::default() };
        if !self.user.is_empty() {
            files.insert(PathBuf::from(USER_FILE), bytes(&self.user));
            user.files.push(USER_FILE.to_owned());
        }
        let host = Memory { files };
        let sources = Sources::new();
        let values = user.merge(&host, &sources, Profile::HELM4)?;
        let chart = charts::load(&host, Path::new(FOLDER), &sources, Profile::HELM4)?;
        let request = render::Request::new("rel", "ns", &Still);
        let rendered = render::render(&chart, &values, &request).map_err(|failure| failure.error)?;
        Ok(rendered.notes.to_vec())
    }
}
