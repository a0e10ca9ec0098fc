//! Numbers as Go writes them where values leave as text. `golang::strconv` has the rest of Go's formats.

/// `strconv.FormatFloat(number, 'g', -1, 64)`: `1e+06`, `0.5`, `+Inf`.
pub(super) fn format_g(number: f64) -> String {
    special(number).map_or_else(|| shortest(&format!("{number:e}"), -4, 6), str::to_owned)
}

/// `strconv.FormatFloat(number, 'g', -1, 32)`.
pub(super) fn format_g32(number: f64) -> String {
    let number = number as f32;
    special(number.into()).map_or_else(|| shortest(&format!("{number:e}"), -4, 6), str::to_owned)
}

/// As encoding/json writes a finite float64: plain digits from 1e-6 up to 1e21.
pub(super) fn format_json(number: f64) -> String {
    let text = shortest(&format!("{number:e}"), -6, 21);
    // e-09 is written e-9
    match text.split_once("e-0") {
        Some((start, digit)) => format!("{start}e-{digit}"),
        None => text,
    }
}

fn special(number: f64) -> Option<&'static str> {
    match number {
        _ if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// Takes the shortest digits in exponent form (`-1.25e7`) to Go's form: with an exponent of two digits at least where
/// it is below `low` or from `high` on, plain otherwise.
fn shortest(scientific: &str, low: i32, high: i32) -> String {
    let (sign, rest) = scientific.strip_prefix('-').map_or(("", scientific), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once('e').unwrap_or((rest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < low || exponent >= high {
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{mark}{:02}", exponent.abs());
    }
    let digits: String = mantissa.chars().filter(|digit| *digit != '.').collect();
    let whole = exponent.saturating_add(1);
    if whole <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(whole.unsigned_abs() as usize));
    }
    match digits.split_at_checked(whole as usize) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", "0".repeat((whole as usize).saturating_sub(digits.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::{format_g, format_g32, format_json};

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases = [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1.5, "1.5", "1.5"),
            (100_000.5, "100000.5", "100000.5"),
            (999_999.0, "999999", "999999"),
            (1e6, "1e+06", "1000000"),
            (123_456_789.5, "1.234567895e+08", "123456789.5"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001"),
            (1e-7, "1e-07", "1e-7"),
            (1.5e-10, "1.5e-10", "1.5e-10"),
            (1e20, "1e+20", "100000000000000000000"),
            (1e21, "1e+21", "1e+21"),
            (-1.25e-9, "-1.25e-09", "-1.25e-9"),
            (5e-324, "5e-324", "5e-324"),
        ];
        for (number, g, json) in cases {
            assert_eq!(format_g(number), g);
            assert_eq!(format_json(number), json);
        }
        assert_eq!(format_g32(1.234_567_89), "1.2345679");
        assert_eq!(format_g32(16_777_217.5), "1.6777218e+07");
        assert_eq!(format_g(f64::NEG_INFINITY), "-Inf");
    }
}
