//! What happened to which release, in helmfile's tables (helmfile pkg/state/state.go `DisplayAffectedReleases`).

use std::time::{Duration, Instant};

use crate::report::Output;
use crate::state::Release;

/// One release of a table.
pub struct Row {
    name: String,
    namespace: String,
    chart: String,
    version: String,
    time: Duration,
}

impl Row {
    /// A release, and how long work on it took.
    pub fn of(release: &Release, time: Duration) -> Self {
        Self {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            chart: release.chart.clone(),
            version: release.version.clone(),
            time,
        }
    }
}

/// What work gives, and how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed())
}

/// Releases by what happened to them.
#[derive(Default)]
pub struct Affected {
    /// Installed or upgraded.
    pub updated: Vec<Row>,
    /// Removed.
    pub deleted: Vec<Row>,
    /// Not installed or upgraded.
    pub failed: Vec<Row>,
    /// Not removed.
    pub left: Vec<Row>,
}

impl Affected {
    /// Prints the tables to the log.
    pub fn show(&self, output: &Output) {
        let full = |row: &Row| vec![row.name.clone(), row.namespace.clone(), row.chart.clone(), row.version.clone(), took(row.time)];
        let short = |row: &Row| vec![row.name.clone(), row.namespace.clone(), took(row.time)];
        let heads = ["NAME", "NAMESPACE", "CHART", "VERSION", "DURATION"];
        table(output, "Updated Releases", &heads, self.updated.iter().map(full).collect());
        table(output, "Deleted Releases", &["NAME", "NAMESPACE", "DURATION"], self.deleted.iter().map(short).collect());
        table(output, "Failed Releases", &heads, self.failed.iter().map(full).collect());
        table(output, "Failed to Delete Releases", &["NAME", "NAMESPACE", "DURATION"], self.left.iter().map(short).collect());
    }
}

/// Rounded to seconds, as Go prints it.
fn took(time: Duration) -> String {
    let seconds = (time.as_secs_f64()).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn table(output: &Output, title: &str, heads: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).chain([head.len(), 6]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let last = cells.len().saturating_sub(1);
        let padded = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at == last {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        });
        padded.collect::<Vec<_>>().join("   ")
    };
    let head = line(heads.to_vec());
    let width = head.chars().count();
    let bars = width.saturating_sub(title.len() + 2);
    let heading = format!("{} {title} {}", "=".repeat(bars / 2), "=".repeat(bars - bars / 2));
    output.info(&format!("\n{}", output.bold(&heading)));
    output.info(&head);
    for row in &rows {
        output.info(&line(row.iter().map(String::as_str).collect()));
    }
    output.info("");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::took;

    #[test]
    fn times_are_rounded_to_seconds() {
        assert_eq!(took(Duration::from_millis(400)), "0s");
        assert_eq!(took(Duration::from_millis(61_600)), "1m2s");
        assert_eq!(took(Duration::from_secs(3_600)), "1h0m0s");
    }
}
