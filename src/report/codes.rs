//! The table of codes and their pages.

use crate::diag::Code;

/// `CODE  SEVERITY  WHAT`, one a line.
pub fn code_list(codes: &[&Code]) -> String {
    let row = |(id, severity, title): (&str, &str, &str)| format!("{id:<8}{severity:<10}{title}\n");
    std::iter::once(("CODE", "SEVERITY", "WHAT"))
        .chain(codes.iter().map(|code| (code.id, code.severity.word(), code.title)))
        .map(row)
        .collect()
}

/// The page of a code, with its severity under the title.
pub fn code_page(code: &Code) -> String {
    match code.page.split_once("\n\n") {
        Some((title, rest)) => format!("{title}\n\nSeverity: {}.\n\n{rest}", code.severity.word()),
        None => code.page.to_owned(),
    }
}
