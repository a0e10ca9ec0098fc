//! Go's flag syntax where it differs from ours: `--flag=true`, `--flag=false`.

use clap::{ArgAction, Command, CommandFactory};

use super::{Cli, HelmCli};

/// The arguments with `--switch=true` and `--switch=false` as our parser takes them: spelled without the value,
/// and left out. What follows `--` stays.
pub fn arguments(typed: Vec<String>) -> Vec<String> {
    let mut switches = Vec::new();
    collect(&Cli::command(), &mut switches);
    collect(&HelmCli::command(), &mut switches);
    let mut open = true;
    typed
        .into_iter()
        .filter_map(|argument| {
            open = open && argument != "--";
            let Some((name, value)) = argument.strip_prefix("--").filter(|_| open).and_then(|rest| rest.split_once('=')) else {
                return Some(argument);
            };
            if !switches.iter().any(|switch| switch == name) {
                return Some(argument);
            }
            match value {
                "true" | "True" | "TRUE" | "t" | "T" | "1" => Some(format!("--{name}")),
                "false" | "False" | "FALSE" | "f" | "F" | "0" => None,
                _ => Some(argument),
            }
        })
        .collect()
}

fn collect(command: &Command, switches: &mut Vec<String>) {
    for argument in command.get_arguments().filter(|argument| matches!(argument.get_action(), ArgAction::SetTrue)) {
        switches.extend(argument.get_long_and_visible_aliases().into_iter().flatten().map(str::to_owned));
    }
    for below in command.get_subcommands() {
        collect(below, switches);
    }
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn switches_take_a_go_boolean_and_other_flags_stay() {
        let typed = ["bkhelm", "template", "--include-crds=true", "--skip-tests=false", "--set=a=true", "--", "--debug=false"];
        let read = arguments(typed.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(read, ["bkhelm", "template", "--include-crds", "--set=a=true", "--", "--debug=false"]);
    }
}
