//! The calendar: days since 1970 to dates and back, for every year that fits.

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A date and a clock's reading. Parts beyond their range carry over where a [`Time`](super::Time) is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Civil {
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub nanosecond: i64,
}

/// Days from 1970-01-01 to a date; months from 1 to 12, any day.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "years come from `date_of` or were bounded by `normalized`: below 2^40, days below 2^49"
)]
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    // Years that start in March have their leap day last; 400 of them are 146,097 days.
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month <= 2 { month + 9 } else { month - 3 };
    let of_era = year.rem_euclid(400);
    let days = of_era * 365 + of_era / 4 - of_era / 100 + (month * 153 + 2) / 5;
    year.div_euclid(400) * 146_097 + days + day - 1 - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
#[expect(clippy::arithmetic_side_effects, reason = "all but the last line counts within 400 years; 400 × (2^63 / 146,097) fits 64 bits")]
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (year * 365 + year / 4 - year / 100);
    let month = (of_year * 5 + 2) / 153;
    let day = of_year - (month * 153 + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (days.div_euclid(146_097) * 400 + year + next, month, day)
}

/// Seconds and nanoseconds since 1970 of a date and clock, everything carried over.
#[expect(clippy::arithmetic_side_effects, reason = "years stay below 2^34, days below 2^44, and the sum of seconds has 128 bits")]
pub(super) fn normalized(civil: &Civil) -> (i64, u32) {
    // Beyond these nobody counts; they keep the sums below from overflowing.
    let bounded = |number: i64, limit: i64| number.clamp(-limit, limit);
    let months = bounded(civil.month, 1 << 40) - 1;
    let year = bounded(civil.year, 1 << 32) + months.div_euclid(12).clamp(-(1 << 32), 1 << 32);
    let days = days_of(year, months.rem_euclid(12) + 1, 1) + bounded(civil.day, 1 << 40) - 1;
    let clock = i128::from(civil.hour) * 3600
        + i128::from(civil.minute) * 60
        + i128::from(civil.second)
        + i128::from(civil.nanosecond.div_euclid(1_000_000_000));
    let seconds = i128::from(days) * i128::from(DAY) + clock;
    let limit = i128::from(i64::MAX / 4);
    (seconds.clamp(-limit, limit) as i64, civil.nanosecond.rem_euclid(1_000_000_000) as u32)
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month from 1 to 12.
pub(super) fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(super) const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The name of a month from 1 to 12.
pub(super) fn month_name(month: i64) -> &'static str {
    usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or_default()
}

/// The name of a day from 0 to 6.
pub(super) fn weekday_name(day: i64) -> &'static str {
    usize::try_from(day).ok().and_then(|at| WEEKDAYS.get(at)).copied().unwrap_or_default()
}
