//! Schedules of cron jobs (robfig/cron v3, `ParseStandard`).

use crate::golang::time::Duration;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule.
pub(super) fn fault(text: &str) -> Option<String> {
    // A time zone before the schedule is refused by Kubernetes itself, with words of its own.
    if text.contains("TZ") {
        return Some("names a time zone; that is said by timeZone".to_owned());
    }
    if text.starts_with('@') {
        let every = text.strip_prefix("@every ").is_some_and(|duration| Duration::parse(duration.as_bytes()).is_ok());
        return (!every && !WORDS.contains(&text)).then(|| "is no word for a schedule".to_owned());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Some(format!("has {} fields, not the five minute, hour, day, month and day of the week", fields.len()));
    };
    let parts = [
        ("minute", minute, 0_u32, 59, &[][..], 0_u32),
        ("hour", hour, 0, 23, &[], 0),
        ("day", day, 1, 31, &[], 0),
        ("month", month, 1, 12, &MONTHS, 1),
        ("day of the week", weekday, 0, 6, &DAYS, 0),
    ];
    parts.iter().find_map(|(name, field, least, most, names, first)| {
        let number = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|at| (at as u32).saturating_add(*first));
            named.or_else(|| text.parse().ok())
        };
        let fits = field.split(',').filter(|part| !part.is_empty()).all(|part| is_range(part, *least, *most, &number));
        (!fits).then(|| format!("has a {name} that is none: {field}"))
    })
}

/// `*`, `5`, `1-5`, each with a step or without.
fn is_range(part: &str, least: u32, most: u32, number: &dyn Fn(&str) -> Option<u32>) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
        return false;
    }
    if range == "*" || range == "?" {
        return true;
    }
    let (from, to) = match range.split_once('-') {
        Some((from, to)) => (number(from), number(to)),
        None => (number(range), number(range)),
    };
    matches!((from, to), (Some(from), Some(to)) if from >= least && to <= most && from <= to)
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn schedules_are_understood_as_kubernetes_does() {
        for good in ["* * * * *", "*/5 0-6 1,15 jan-Mar MON", "0 4 ? * *", "@hourly", "@every 1h30m", "0 0 1 1 0"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "@never",
            "TZ=UTC * * * * *",
            "a * * * *",
            "5-1 * * * *",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
