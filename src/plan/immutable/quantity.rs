//! Quantities by what they are worth (apimachinery api/resource).

use std::cmp::Ordering;

use serde_json::Value as Json;

/// How two quantities compare (`1Gi` is `1024Mi`); `None` where one is none.
pub(super) fn compare(one: &Json, other: &Json) -> Option<Ordering> {
    Some(nanos(one)?.cmp(&nanos(other)?))
}

fn nanos(value: &Json) -> Option<i128> {
    match value {
        Json::String(text) => quantity(text),
        Json::Number(number) => quantity(&number.to_string()),
        _ => None,
    }
}

/// What a quantity is worth in billionths, which is the finest that Kubernetes knows; `None` where it is none.
pub fn quantity(text: &str) -> Option<i128> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let digits = i32::try_from(fraction.len()).ok()?;
    let (base, power): (i128, i32) = match suffix {
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "" => (1, 0),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => (1, exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    let power = power.checked_add(9)?.checked_sub(digits)?;
    let scale = 10_i128.checked_pow(power.unsigned_abs())?;
    let scaled = mantissa.checked_mul(base)?;
    if power < 0 { scaled.checked_div(scale) } else { scaled.checked_mul(scale) }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use serde_json::json;

    use super::compare;

    #[test]
    fn quantities_compare_by_worth() {
        let cases = [
            (json!("1Gi"), json!("1024Mi"), Some(Equal)),
            (json!("1000m"), json!(1), Some(Equal)),
            (json!("0.5"), json!("500m"), Some(Equal)),
            (json!("1e3"), json!("1k"), Some(Equal)),
            (json!("1.5Gi"), json!("1536Mi"), Some(Equal)),
            (json!("1G"), json!("1Gi"), Some(Less)),
            (json!("8Ei"), json!("1"), Some(Greater)),
            (json!("x"), json!("1"), None),
            (json!("1Xi"), json!("1"), None),
            (json!("1e999999999999"), json!("1"), None),
        ];
        for (one, other, wanted) in cases {
            assert_eq!(compare(&one, &other), wanted, "{one} {other}");
        }
    }
}
