//! The user's values of a rendering, from a release of a state or from helm's flags.

use std::path::Path;

use super::Run;
use super::path::Options;
use crate::charts::ValuesDocuments;
use crate::cli::ValueFlags;
use crate::data::yaml::{Documents, read_values};
use crate::data::{Map, SourceFile, Str};
use crate::diag::{Error, Kind, Place, Result};
use crate::state::{ReleaseValues, State};
use crate::values::UserValues;
use crate::values::set::Flag;

/// The values that helmfile would hand to helm for a release: its layers, then `--values`, then its `set:` entries and
/// `--set` of the command line.
pub fn of_release(run: &Run, state: &State, values: &ReleaseValues, options: &Options) -> Result<Map> {
    let mut user = UserValues::default();
    for layer in &values.layers {
        user.files.extend(layer.values.as_map().cloned());
    }
    for file in &options.values_files {
        user.files.push(values_file(run, Path::new(file), file)?);
    }
    for (flag, argument) in &values.set {
        user.set.push((flag_named(flag), argument.clone()));
    }
    user.set.extend(options.set.iter().cloned());
    user.merge(run.profile.set_dialect, &run.setting.sources, &mut |file| run.host().read(&state.folder.join(file)))
}

/// The values of the command line alone: one map for each `--values`, then one for `--set`.
pub fn of_command_line(run: &Run, options: &Options) -> Result<Vec<Map>> {
    let mut maps = Vec::new();
    for file in &options.values_files {
        maps.push(values_file(run, Path::new(file), file)?);
    }
    if !options.set.is_empty() {
        let user = UserValues { files: Vec::new(), set: options.set.clone() };
        maps.push(user.merge(run.profile.set_dialect, &run.setting.sources, &mut |file| run.host().read(Path::new(file)))?);
    }
    Ok(maps)
}

/// The values of helm's own flags. `-f` takes several files with commas between them, quoted as in CSV.
pub fn of_flags(run: &Run, flags: &ValueFlags) -> Result<Map> {
    let mut user = UserValues { files: Vec::new(), set: set_arguments(flags) };
    for file in flags.files.iter().flat_map(|list| comma_separated(list)) {
        user.files.push(values_file(run, Path::new(&file), &file)?);
    }
    user.merge(run.profile.set_dialect, &run.setting.sources, &mut |file| run.host().read(Path::new(file)))
}

/// The `--set` family of helm's flags.
pub fn set_arguments(flags: &ValueFlags) -> Vec<(Flag, String)> {
    let family = [
        (Flag::Set, &flags.set),
        (Flag::SetString, &flags.set_string),
        (Flag::SetJson, &flags.set_json),
        (Flag::SetFile, &flags.set_file),
        (Flag::SetLiteral, &flags.set_literal),
    ];
    family.into_iter().flat_map(|(flag, arguments)| arguments.iter().map(move |argument| (flag, argument.clone()))).collect()
}

/// A flag of helm by its name, without dashes.
fn flag_named(name: &str) -> Flag {
    match name {
        "set-string" => Flag::SetString,
        "set-json" => Flag::SetJson,
        "set-file" => Flag::SetFile,
        "set-literal" => Flag::SetLiteral,
        _ => Flag::Set,
    }
}

/// A values file; `-` is standard input (helm pkg/cli/values/options.go).
fn values_file(run: &Run, path: &Path, shown: &str) -> Result<Map> {
    let bytes = if shown.trim() == "-" { run.host().stdin()? } else { run.host().read(path)? };
    let source = run.setting.sources.add(shown, Str::from(bytes));
    parsed(run, &source)
}

fn parsed(run: &Run, source: &SourceFile) -> Result<Map> {
    let documents = match run.profile.values_documents {
        ValuesDocuments::Merged => Documents::All,
        ValuesDocuments::First => Documents::First,
    };
    read_values(source, documents).map_err(|error| {
        Error::new(Kind::Values, format!("failed to parse {}: {}", source.name, error.message)).at(Place::in_text(
            source.name.to_text(),
            &source.text,
            error.offset,
        ))
    })
}

/// One CSV record, as Go's flag library reads a list.
fn comma_separated(list: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                push(&mut fields, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => push(&mut fields, c),
        }
    }
    fields
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::comma_separated;

    #[test]
    fn a_list_of_files_is_one_csv_record() {
        assert_eq!(comma_separated("a.yaml,b.yaml"), ["a.yaml", "b.yaml"]);
        assert_eq!(comma_separated("\"a,b\".yaml"), ["a,b.yaml"]);
        assert_eq!(comma_separated("\"say \"\"x\"\".yaml\""), ["say \"x\".yaml"]);
    }
}
