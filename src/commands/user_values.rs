//! The user's values of a rendering, from a release of a state or from helm's flags.

use super::Run;
use super::path::Options;
use crate::charts::UserValues;
use crate::cli::ValueFlags;
use crate::data::Map;
use crate::diag::Result;
use crate::state::{ReleaseValues, State};
use crate::values::set::{Flag, Setting};

/// The values that helmfile would hand to helm for a release: its layers, then `--values`, then its `set:` entries and
/// `--set` of the command line. Files that the state names for `set:` start from its folder.
pub fn of_release(run: &Run, state: &State, values: &ReleaseValues, options: &Options) -> Result<Map> {
    let setting = |(flag, argument): &(&'static str, String)| Setting { flag: flag_named(flag), argument: argument.clone() };
    let user = UserValues {
        layers: values.layers.iter().filter_map(|layer| layer.values.as_map().cloned()).collect(),
        files: options.values_files.clone(),
        settings: values.set.iter().map(setting).chain(options.set.iter().cloned()).collect(),
        folder: state.folder.clone(),
    };
    for layer in &values.layers {
        run.output.debug(&format!("values layer {}", layer.name.as_deref().unwrap_or("written in the state")));
    }
    user.merge(run.host(), &run.setting.sources, run.profile)
}

/// The values of the command line alone: one map for each `--values`, then one for `--set`.
pub fn of_command_line(run: &Run, options: &Options) -> Result<Vec<Map>> {
    let one =
        |files, settings| UserValues { files, settings, ..UserValues::default() }.merge(run.host(), &run.setting.sources, run.profile);
    let mut maps = options.values_files.iter().map(|file| one(vec![file.clone()], Vec::new())).collect::<Result<Vec<_>>>()?;
    if !options.set.is_empty() {
        maps.push(one(Vec::new(), options.set.clone())?);
    }
    Ok(maps)
}

/// The values of helm's own flags. `-f` takes several files with commas between them, quoted as in CSV.
pub fn of_flags(run: &Run, flags: &ValueFlags) -> Result<Map> {
    let files = flags.files.iter().flat_map(|list| comma_separated(list)).collect();
    UserValues { files, settings: settings(flags), ..UserValues::default() }.merge(run.host(), &run.setting.sources, run.profile)
}

/// The `--set` family of helm's flags.
pub fn settings(flags: &ValueFlags) -> Vec<Setting> {
    let family = [
        (Flag::Set, &flags.set),
        (Flag::SetString, &flags.set_string),
        (Flag::SetJson, &flags.set_json),
        (Flag::SetFile, &flags.set_file),
        (Flag::SetLiteral, &flags.set_literal),
    ];
    let setting = |flag| move |argument: &String| Setting { flag, argument: argument.clone() };
    family.into_iter().flat_map(|(flag, arguments)| arguments.iter().map(setting(flag))).collect()
}

/// A flag of helm by its name, with or without dashes.
fn flag_named(name: &str) -> Flag {
    match name.trim_start_matches('-') {
        "set-string" => Flag::SetString,
        "set-json" => Flag::SetJson,
        "set-file" => Flag::SetFile,
        "set-literal" => Flag::SetLiteral,
        _ => Flag::Set,
    }
}

/// One CSV record, as Go's flag library reads a list.
pub fn comma_separated(list: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields
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
