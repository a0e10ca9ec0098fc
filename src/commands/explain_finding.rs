//! `bkhelm explain-finding`: the page of a code.

use super::{Exit, Run};
use crate::check::codes;
use crate::cli::ExplainFindingArgs;
use crate::diag::{Error, Errors, Kind, nearest};
use crate::report;

/// Prints the pages of the codes that were asked for; without any, a table of all codes.
pub fn explain_finding(run: &Run, args: &ExplainFindingArgs) -> Exit {
    if args.codes.is_empty() {
        return run.print(report::code_list(&codes::every().collect::<Vec<_>>()).as_bytes());
    }
    let mut errors = Errors::new();
    let mut pages = Vec::new();
    for wanted in &args.codes {
        match codes::every().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
            Some(code) => pages.push(report::code_page(code)),
            None => {
                let error = Error::new(Kind::Usage, format!("no finding has the code {wanted:?}"));
                let near = nearest(&wanted.to_ascii_uppercase(), codes::every().map(|code| code.id));
                errors.push(match near {
                    Some(near) => error.hint(format!("did you mean {near}?")),
                    None => error.hint("without a code, all are listed"),
                });
            }
        }
    }
    let exit = run.print(pages.join("\n").as_bytes());
    if errors.is_empty() { exit } else { run.fail(errors) }
}
