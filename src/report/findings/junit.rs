//! Findings as JUnit XML: what every CI server shows as tests.

use std::fmt::Write;

use super::Checked;
use super::annotations::message;
use crate::diag::{Error, Severity};
use crate::report::describe;

/// A suite a release, and one for what is of no release; a finding is a case: errors fail, the rest is its output.
pub(super) fn write(checked: &Checked<'_>) -> String {
    let subjects = checked.releases.iter().map(|name| format!("release {name}"));
    let mut suites: Vec<(String, Vec<&Error>)> = subjects.map(|name| (name, Vec::new())).collect();
    for finding in checked.found.iter() {
        let subject = finding.about().unwrap_or("deployment");
        match suites.iter_mut().find(|(name, _)| name == subject) {
            Some((_, cases)) => cases.push(finding),
            None => suites.push((subject.to_owned(), vec![finding])),
        }
    }
    let failures = |cases: &[&Error]| cases.iter().filter(|finding| finding.level() == Severity::Error).count();
    let tests: usize = suites.iter().map(|(_, cases)| cases.len().max(1)).sum();
    let failed = checked.count(Severity::Error);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bkhelm lint\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">\n"
    );
    for (name, cases) in &suites {
        let (count, failed) = (cases.len().max(1), failures(cases));
        let _ =
            writeln!(xml, "  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">", escaped(name));
        if cases.is_empty() {
            let _ = writeln!(xml, "    <testcase name=\"lint\" classname=\"{}\"/>", escaped(name));
        }
        cases.iter().for_each(|finding| case(&mut xml, name, finding));
        xml.push_str("  </testsuite>\n");
    }
    xml + "</testsuites>\n"
}

fn case(xml: &mut String, suite: &str, finding: &Error) {
    let place = finding.place().map_or(String::new(), |place| format!(" at {place}"));
    let name = format!("{} {}{place}", finding.code().id, finding.code().title);
    let _ = writeln!(xml, "    <testcase name=\"{}\" classname=\"{}\">", escaped(&name), escaped(suite));
    let report = escaped(&describe(finding, false));
    let _ = if finding.level() == Severity::Error {
        writeln!(
            xml,
            "      <failure type=\"{}\" message=\"{}\">{report}</failure>",
            finding.code().id,
            escaped(&message(finding).replace('\n', "; "))
        )
    } else {
        writeln!(xml, "      <system-out>{report}</system-out>")
    };
    xml.push_str("    </testcase>\n");
}

/// Text for XML 1.0, which has no place for most control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}
