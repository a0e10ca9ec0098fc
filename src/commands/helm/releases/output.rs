//! Forms of output (helm pkg/cli/output/output.go), and colours in tables (helm internal/cli/output/color.go).

use crate::charts::RecordForm;
use crate::cli::{ColorMode, OutputShape};
use crate::cluster::records::Status;
use crate::commands::Run;
use crate::data::yaml::{Duplicates, Reading, Resolver, Style, read_value, write};
use crate::data::{Origin, SourceFile, Str, Value};
use crate::diag::{Error, Kind, Result};
use crate::report::{stdout_is_terminal, table};

/// Prints JSON text as it is, or as YAML; `table` makes what is printed for people.
pub fn print(run: &Run, shape: OutputShape, json: impl FnOnce() -> Vec<u8>, table: impl FnOnce() -> Vec<u8>) -> Result<()> {
    run.write(&match shape {
        OutputShape::Table => table(),
        OutputShape::Json => [json().as_slice(), b"\n"].concat(),
        OutputShape::Yaml => yaml_of(json())?,
    })
}

/// JSON as sigs.k8s.io/yaml writes it: keys sorted, whole numbers as such.
fn yaml_of(json: Vec<u8>) -> Result<Vec<u8>> {
    let failed = |why: String| Error::new(Kind::Values, format!("unable to write YAML output: {why}"));
    let source = SourceFile { name: Str::default(), base: Origin::NONE, text: Str::from(json) };
    let reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::LastWins };
    let value = read_value(&source, reading).map_err(|errors| failed(crate::data::yaml::go_text(&errors)))?;
    write(&value, Style::Helm).map_err(failed)
}

/// A value as YAML.
pub fn yaml(value: &Value) -> Result<Vec<u8>> {
    write(value, Style::Helm).map_err(|why| Error::new(Kind::Values, format!("unable to write YAML output: {why}")))
}

/// A table with its line end.
pub fn rows(rows: &[Vec<String>]) -> Vec<u8> {
    (table(rows, 0) + "\n").into_bytes()
}

/// Helm 4's colours.
#[derive(Debug, Clone, Copy)]
pub struct Colours(bool);

impl Colours {
    pub fn of(run: &Run) -> Self {
        let variable = |name: &str| run.host().variable(name).filter(|text| !text.is_empty());
        let from_environment = || match variable("HELM_COLOR").map(|mode| mode.to_lowercase()).as_deref() {
            _ if variable("NO_COLOR").is_some() => ColorMode::Never,
            Some("never") => ColorMode::Never,
            Some("always") => ColorMode::Always,
            _ => ColorMode::Auto,
        };
        let on = match run.cluster.color.unwrap_or_else(from_environment) {
            ColorMode::Never => false,
            ColorMode::Always => true,
            // Only Helm 4 knows the flag, and colours at all.
            ColorMode::Auto => stdout_is_terminal() && variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb"),
        };
        Self(on && run.profile.record_form == RecordForm::WithTimes)
    }

    pub fn head(self, text: &str) -> String {
        self.painted("1", "22", text)
    }
    pub fn namespace(self, text: &str) -> String {
        self.painted("36", "0", text)
    }
    pub fn status(self, status: Status) -> String {
        let colour = match status {
            Status::Deployed => "32",
            Status::Failed | Status::Unknown => "31",
            Status::Uninstalling => "33",
            status if status.is_pending() => "33",
            _ => return status.word().to_owned(),
        };
        self.painted(colour, "0", status.word())
    }
    fn painted(self, begin: &str, end: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{begin}m{text}\u{1b}[{end}m") } else { text.to_owned() }
    }
}
