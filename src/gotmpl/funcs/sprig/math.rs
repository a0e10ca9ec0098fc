//! Numbers: whole ones wrap around as Go's do; those with `f` at the end are exact decimals in between.

use super::arguments::{float, from, int, made, origin, printed, text, value};
use super::casts::{to_float64, to_int64};
use super::decimal::Decimal;
use super::{Call, Failure, Function, row};
use crate::data::{Kind, List, Type, Value};
use crate::golang::strconv;

/// The rows.
pub const TABLE: &[Function] = &[
    row("add", "(...interface {}) int64", add, "The sum of whole numbers.", "{{ add 1 2 3 }}"),
    row("add1", "(interface {}) int64", add1, "The whole number after this one.", "{{ add1 2 }}"),
    row("sub", "(interface {}, interface {}) int64", sub, "The difference of two whole numbers.", "{{ sub 5 2 }}"),
    row("mul", "(interface {}, ...interface {}) int64", mul, "The product of whole numbers.", "{{ mul 2 3 4 }}"),
    row("div", "(interface {}, interface {}) int64", div, "The quotient of two whole numbers, rounded towards 0.", "{{ div 7 2 }}"),
    row(
        "mod",
        "(interface {}, interface {}) int64",
        modulo,
        "The remainder of a division of whole numbers, with the sign of the first.",
        "{{ mod 7 2 }}",
    ),
    row("max", "(interface {}, ...interface {}) int64", max, "The largest of some whole numbers.", "{{ max 1 3 2 }}"),
    row(
        "biggest",
        "(interface {}, ...interface {}) int64",
        max,
        "The largest of some whole numbers; the old name of max.",
        "{{ biggest 1 3 2 }}",
    ),
    row("min", "(interface {}, ...interface {}) int64", min, "The smallest of some whole numbers.", "{{ min 1 3 2 }}"),
    row("addf", "(...interface {}) float64", addf, "The sum of decimals.", "{{ addf 1.5 2 }}"),
    row("add1f", "(interface {}) float64", add1f, "The decimal number and one more.", "{{ add1f 1.5 }}"),
    row("subf", "(interface {}, ...interface {}) float64", subf, "The first decimal less all others.", "{{ subf 7.5 2 3 }}"),
    row("mulf", "(interface {}, ...interface {}) float64", mulf, "The product of decimals.", "{{ mulf 1.5 2 2 }}"),
    row(
        "divf",
        "(interface {}, ...interface {}) float64",
        divf,
        "The first decimal divided by all others, to 16 places.",
        "{{ divf 10 2 4 }}",
    ),
    row("maxf", "(interface {}, ...interface {}) float64", maxf, "The largest of some numbers, fractions kept.", "{{ maxf 1 2.5 3 }}"),
    row("minf", "(interface {}, ...interface {}) float64", minf, "The smallest of some numbers, fractions kept.", "{{ minf 1.5 2 3 }}"),
    row("ceil", "(interface {}) float64", ceil, "The number rounded up.", "{{ ceil 1.2 }}"),
    row("floor", "(interface {}) float64", floor, "The number rounded down.", "{{ floor 1.8 }}"),
    row(
        "round",
        "(interface {}, int, ...float64) float64",
        round,
        "The number rounded to so many places; up from .5, or from the last argument.",
        "{{ round 3.14159 2 }}",
    ),
    row("int", "(interface {}) int", int_of, "The value as a whole number; 0 for what is none.", r#"{{ int "12" }}"#),
    row(
        "int64",
        "(interface {}) int64",
        int64_of,
        "The value as a whole number of the type int64; 0 for what is none.",
        r#"{{ int64 "12" }}"#,
    ),
    row("float64", "(interface {}) float64", float64_of, "The value as a number; 0 for what is none.", r#"{{ float64 "1.5" }}"#),
    row("atoi", "(string) int", atoi, "The text as a whole number; 0 for what is none.", r#"{{ atoi "12" }}"#),
    row(
        "toDecimal",
        "(interface {}) int64",
        to_decimal,
        "The number that octal digits stand for, as in file modes.",
        "{{ toDecimal 777 }}",
    ),
    row("until", "(int) []int", until, "A list of the numbers from 0 up to before another.", "{{ until 3 }}"),
    row(
        "untilStep",
        "(int, int, int) []int",
        until_step,
        "A list of the numbers from one up to before another, by steps.",
        "{{ untilStep 0 10 3 }}",
    ),
    row(
        "seq",
        "(...int) string",
        seq,
        "The numbers up to and with another as text, as the shell's seq: last, or first and last, or first, step and last.",
        "{{ seq 1 2 7 }}",
    ),
];

/// Folds the arguments as whole numbers.
fn folded(arguments: &[Value], first: i64, rest: &[Value], combine: impl Fn(i64, i64) -> i64) -> Value {
    made(Value::int64(rest.iter().map(to_int64).fold(first, combine)), arguments, 0)
}

fn whole(arguments: &[Value], at: usize) -> i64 {
    to_int64(value(arguments, at))
}

fn add(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, 0, arguments, i64::wrapping_add))
}

fn add1(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, 1, arguments, i64::wrapping_add))
}

fn sub(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, whole(arguments, 0), from(arguments, 1), i64::wrapping_sub))
}

fn mul(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, 1, arguments, i64::wrapping_mul))
}

fn div(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    divided(arguments, i64::wrapping_div)
}

fn modulo(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    divided(arguments, i64::wrapping_rem)
}

fn divided(arguments: &[Value], divide: fn(i64, i64) -> i64) -> Result<Value, Failure> {
    match whole(arguments, 1) {
        0 => Err("runtime error: integer divide by zero".into()),
        by => Ok(made(Value::int64(divide(whole(arguments, 0), by)), arguments, 0)),
    }
}

fn max(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, whole(arguments, 0), from(arguments, 1), i64::max))
}

fn min(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded(arguments, whole(arguments, 0), from(arguments, 1), i64::min))
}

/// Folds the arguments as decimals.
fn folded_decimals(
    arguments: &[Value],
    first: f64,
    rest: &[Value],
    combine: impl Fn(Decimal, Decimal) -> Result<Decimal, Failure>,
) -> Result<Value, Failure> {
    let mut result = Decimal::from_float(first)?;
    for value in rest {
        result = combine(result, Decimal::from_float(to_float64(value))?)?;
    }
    Ok(made(result.to_float(), arguments, 0))
}

fn addf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    folded_decimals(arguments, 0.0, arguments, |left, right| Ok(left.plus(&right)))
}

fn add1f(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    folded_decimals(arguments, 1.0, arguments, |left, right| Ok(left.plus(&right)))
}

fn subf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let first = to_float64(value(arguments, 0));
    folded_decimals(arguments, first, from(arguments, 1), |left, right| Ok(left.minus(&right)))
}

fn mulf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let first = to_float64(value(arguments, 0));
    folded_decimals(arguments, first, from(arguments, 1), |left, right| Ok(left.times(&right)))
}

fn divf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let first = to_float64(value(arguments, 0));
    folded_decimals(arguments, first, from(arguments, 1), |left, right| left.over(&right))
}

fn maxf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded_floats(arguments, f64::INFINITY, |left, right| {
        if left == right { if left.is_sign_negative() { right } else { left } } else { left.max(right) }
    }))
}

fn minf(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(folded_floats(arguments, f64::NEG_INFINITY, |left, right| {
        if left == right { if left.is_sign_negative() { left } else { right } } else { left.min(right) }
    }))
}

/// Go's `math.Max` and `math.Min` over all arguments: the infinity that ends it wins over NaN, NaN over the rest.
fn folded_floats(arguments: &[Value], end: f64, choose: impl Fn(f64, f64) -> f64) -> Value {
    let numbers = arguments.iter().map(to_float64);
    let result = numbers.reduce(|left, right| {
        if left == end || right == end {
            end
        } else if left.is_nan() || right.is_nan() {
            f64::NAN
        } else {
            choose(left, right)
        }
    });
    made(result.unwrap_or(0.0), arguments, 0)
}

fn ceil(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(to_float64(value(arguments, 0)).ceil(), arguments, 0))
}

fn floor(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(to_float64(value(arguments, 0)).floor(), arguments, 0))
}

fn round(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let up_from = if arguments.len() > 2 { float(arguments, 2) } else { 0.5 };
    let power = power_of_ten(int(arguments, 1));
    let shifted = power * to_float64(value(arguments, 0));
    let rounded = if shifted.fract() >= up_from { shifted.ceil() } else { shifted.floor() };
    Ok(made(rounded / power, arguments, 0))
}

/// Go's `math.Pow(10, exponent)`, which multiplies binary fractions and is not always the nearest float.
fn power_of_ten(exponent: i64) -> f64 {
    match exponent {
        0 => return 1.0,
        1 => return 10.0,
        _ => {}
    }
    // 10 is 0.625 * 2^4
    let (mut fraction, mut power, mut result, mut result_power) = (0.625f64, 4i64, 1.0f64, 0i64);
    let mut left = exponent.unsigned_abs();
    while left != 0 {
        if !(-4096..=4096).contains(&power) {
            result_power = result_power.saturating_add(power);
            break;
        }
        if left & 1 == 1 {
            result *= fraction;
            result_power = result_power.saturating_add(power);
        }
        fraction *= fraction;
        power <<= 1;
        if fraction < 0.5 {
            fraction += fraction;
            power = power.saturating_sub(1);
        }
        left >>= 1;
    }
    if exponent < 0 {
        result = 1.0 / result;
        result_power = result_power.saturating_neg();
    }
    scaled(result, result_power)
}

/// Go's `math.Ldexp`: `fraction` times 2 to the `power`, rounded once.
fn scaled(fraction: f64, power: i64) -> f64 {
    let two_to = |power: i64| f64::from_bits((power.saturating_add(1023) as u64) << 52);
    if power < -1100 {
        0.0
    } else if power < -1000 {
        // first to a normal number, then below: only the last step rounds
        fraction * two_to(-900) * two_to(power.saturating_add(900))
    } else if power <= 1000 {
        fraction * two_to(power)
    } else if power <= 1100 {
        fraction * two_to(900) * two_to(power.saturating_sub(900))
    } else {
        f64::INFINITY
    }
}

fn int_of(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::int(whole(arguments, 0)), arguments, 0))
}

fn int64_of(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::int64(whole(arguments, 0)), arguments, 0))
}

fn float64_of(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(to_float64(value(arguments, 0)), arguments, 0))
}

fn atoi(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let number = strconv::atoi(text(arguments, 0)).unwrap_or_else(|error| match error.cause {
        // parity: Go gives the nearest number beside the error, and sprig drops the error
        strconv::Cause::Range if error.text.starts_with(b"-") => i64::MIN,
        strconv::Cause::Range => i64::MAX,
        _ => 0,
    });
    Ok(made(Value::int(number), arguments, 0))
}

fn to_decimal(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let number = strconv::parse_int(&printed(value(arguments, 0)), 8, 64).unwrap_or(0);
    Ok(made(Value::int64(number), arguments, 0))
}

fn until(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let count = int(arguments, 0);
    let step = if count < 0 { -1 } else { 1 };
    ints(arguments, steps(call, 0, count.into(), step)?)
}

fn until_step(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (start, stop, step) = (int(arguments, 0), int(arguments, 1), int(arguments, 2));
    ints(arguments, steps(call, start.into(), stop.into(), step.into())?)
}

fn ints(arguments: &[Value], numbers: impl Iterator<Item = i64>) -> Result<Value, Failure> {
    let from = origin(arguments);
    let items = numbers.map(|number| Value::int(number).from_origin(from)).collect();
    Ok(Value::from(Kind::List(List::appended(Type::Ints, items, 0))).from_origin(from))
}

/// The numbers from `start` up or down to before `stop`; none where the step leads away from it.
fn steps(call: &Call<'_>, start: i128, stop: i128, step: i128) -> Result<impl Iterator<Item = i64> + use<>, Failure> {
    let distance = stop.saturating_sub(start);
    let away = distance.signum() != step.signum();
    let count = if step == 0 || away { 0 } else { distance.unsigned_abs().div_ceil(step.unsigned_abs()) };
    call.check_items(count)?;
    let numbers = std::iter::successors(Some(start), move |number| number.checked_add(step));
    Ok(numbers.take(usize::try_from(count).unwrap_or(usize::MAX)).map_while(|number| i64::try_from(number).ok()))
}

fn seq(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let number = |at: usize| i128::from(int(arguments, at));
    let (start, step, end) = match arguments.len() {
        1 => (1, None, number(0)),
        2 => (number(0), None, number(1)),
        3 => (number(0), Some(number(1)), number(2)),
        _ => return Ok(made("", arguments, 0)),
    };
    let direction = if end < start { -1 } else { 1 };
    // parity: sprig seq gives nothing for a step up to a smaller number; a step of 0 gives nothing either way
    let numbers = steps(call, start, end.saturating_add(direction), step.unwrap_or(direction))?;
    let mut out = String::new();
    for number in numbers {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&number.to_string());
    }
    Ok(made(out, arguments, 0))
}

#[cfg(test)]
mod tests {
    use super::power_of_ten;

    #[test]
    fn powers_of_ten_are_go_s() {
        // from a Go program: strconv.FormatFloat(math.Pow(10, n), 'x', -1, 64)
        let bits = |exponent| power_of_ten(exponent).to_bits();
        assert_eq!(bits(2), 100f64.to_bits());
        assert_eq!(bits(22), 1e22f64.to_bits());
        assert_eq!(bits(400), f64::INFINITY.to_bits());
        assert_eq!(bits(-400), 0f64.to_bits());
        assert_eq!(bits(i64::MIN), 0f64.to_bits());
        assert_eq!(bits(i64::MAX), f64::INFINITY.to_bits());
    }
}
