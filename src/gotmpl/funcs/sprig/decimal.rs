//! Exact decimals, as far as sums, products and quotients of floats need them: shopspring/decimal 1.4.0.

use num_bigint::BigInt;

use crate::gotmpl::funcs::Failure;

/// Decimal places of a quotient.
const DIVISION_PRECISION: i64 = 16;

/// `digits` times 10 to the `exponent`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    digits: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The decimal that Go prints for the float: the shortest that reads back as the same.
    ///
    /// # Errors
    /// Infinities and NaN are no decimals.
    pub(super) fn from_float(number: f64) -> Result<Self, Failure> {
        let refused = || {
            let name = if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            Failure::from(format!("Cannot create a Decimal from {name}"))
        };
        if !number.is_finite() {
            return Err(refused());
        }
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').ok_or_else(refused)?;
        let places = mantissa.split_once('.').map_or(0, |(_, places)| places.len() as i64);
        let digits = mantissa.replace('.', "").parse().map_err(|_| refused())?;
        let exponent: i64 = exponent.parse().map_err(|_| refused())?;
        Ok(Self { digits, exponent: exponent.saturating_sub(places) })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(0.0)
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { digits: self.digits_at(exponent) + other.digits_at(exponent), exponent }
    }

    /// The difference.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { digits: self.digits_at(exponent) - other.digits_at(exponent), exponent }
    }

    /// The product.
    pub(super) fn times(&self, other: &Self) -> Self {
        Self { digits: &self.digits * &other.digits, exponent: self.exponent.saturating_add(other.exponent) }
    }

    /// The quotient to 16 places, half away from zero.
    ///
    /// # Errors
    /// Division by 0.
    pub(super) fn over(&self, other: &Self) -> Result<Self, Failure> {
        let zero = BigInt::ZERO;
        if other.digits == zero {
            return Err("decimal division by 0".into());
        }
        let shift = self.exponent.saturating_sub(other.exponent).saturating_add(DIVISION_PRECISION);
        let dividend = &self.digits * ten_to(shift);
        let divisor = &other.digits * ten_to(shift.saturating_neg());
        let quotient = &dividend / &divisor;
        let rest: BigInt = (&dividend - &quotient * &divisor) * 2;
        let away = if rest.magnitude() < divisor.magnitude() {
            zero
        } else if self.digits.sign() == other.digits.sign() {
            BigInt::from(1)
        } else {
            BigInt::from(-1)
        };
        Ok(Self { digits: quotient + away, exponent: -DIVISION_PRECISION })
    }

    fn digits_at(&self, exponent: i64) -> BigInt {
        &self.digits * ten_to(self.exponent.saturating_sub(exponent))
    }
}

/// 10 to the power; 1 for negative powers.
fn ten_to(power: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(number: f64) -> Decimal {
        Decimal::from_float(number).unwrap()
    }

    #[test]
    fn decimals_are_exact_between() {
        assert_eq!(decimal(0.1).plus(&decimal(0.2)).to_float(), 0.3);
        assert_eq!(decimal(1.1).times(&decimal(1.1)).to_float(), 1.21);
        assert_eq!(decimal(-0.5).minus(&decimal(1e21)).to_float(), -1e21 - 0.5);
    }

    #[test]
    fn quotients_have_sixteen_places() {
        assert_eq!(decimal(2.0).over(&decimal(3.0)).unwrap().to_float(), 0.6666666666666667);
        assert_eq!(decimal(-1.0).over(&decimal(3e16)).unwrap().to_float(), 0.0);
        assert_eq!(decimal(-1.0).over(&decimal(2e16)).unwrap().to_float(), -1e-16);
        assert!(decimal(1.0).over(&decimal(0.0)).is_err());
        assert!(Decimal::from_float(f64::NAN).is_err());
    }
}
