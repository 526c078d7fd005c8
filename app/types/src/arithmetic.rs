//! Products and quotients of exact decimals. They are rounded once, half to even, at a place that the caller names; between
//! factors nothing is lost, because the product is held in 256 bits.

use crate::{Decimal, DecimalError};

impl Decimal {
    /// The exact product.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn checked_mul(self, other: Self) -> Result<Self, DecimalError> {
        let scale = self.scale().checked_add(other.scale()).ok_or(DecimalError::Overflow)?;
        let product = self.mantissa().checked_mul(other.mantissa()).ok_or(DecimalError::Overflow)?;
        Ok(Self::new(product, scale))
    }

    /// Rounded half to even at `digits` behind the point; a finer number is never the result, a coarser stays as it is.
    #[must_use]
    pub fn rounded(self, digits: u8) -> Self {
        self.mul_div(Self::new(1, 0), Self::new(1, 0), digits).unwrap_or(self)
    }

    /// `self × by / per`, rounded once, half to even, at `digits` behind the point.
    ///
    /// # Errors
    /// When `per` is nought, or the result does not fit.
    pub fn mul_div(self, by: Self, per: Self, digits: u8) -> Result<Self, DecimalError> {
        if per.is_zero() {
            return Err(DecimalError::DivisionByZero);
        }
        let negative = [self, by, per].iter().filter(|number| number.is_negative()).count() % 2 == 1;
        let mut above = Wide::product(self.mantissa().unsigned_abs(), by.mantissa().unsigned_abs());
        let mut below = Wide { high: 0, low: per.mantissa().unsigned_abs() };
        // self × by / per = above / below × 10^(per.scale − self.scale − by.scale); the result is wanted times 10^digits.
        let shift = i32::from(per.scale()) + i32::from(digits) - i32::from(self.scale()) - i32::from(by.scale());
        let side = if shift < 0 { &mut below } else { &mut above };
        for _ in 0..shift.unsigned_abs() {
            *side = side.times_ten().ok_or(DecimalError::Overflow)?;
        }
        let size = above.divided_half_even(below).and_then(|size| i128::try_from(size).ok());
        let size = size.ok_or(DecimalError::Overflow)?;
        Ok(Self::new(if negative { -size } else { size }, digits))
    }
}

/// A whole number of 256 bits, not below nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

const HALF: u128 = u64::MAX as u128;

impl Wide {
    fn product(a: u128, b: u128) -> Self {
        let (a1, a0, b1, b0) = (a >> 64, a & HALF, b >> 64, b & HALF);
        let (low, cross, other, high) = (a0 * b0, a1 * b0, a0 * b1, a1 * b1);
        // The middle is at most three times 2^64, so it does not overflow.
        let middle = (low >> 64) + (cross & HALF) + (other & HALF);
        Self { high: high + (cross >> 64) + (other >> 64) + (middle >> 64), low: (middle << 64) | (low & HALF) }
    }

    fn times_ten(self) -> Option<Self> {
        let low = Self::product(self.low, 10);
        Some(Self { high: self.high.checked_mul(10)?.checked_add(low.high)?, low: low.low })
    }

    fn doubled(self, bit: u128) -> Self {
        Self { high: (self.high << 1) | (self.low >> 127), low: (self.low << 1) | bit }
    }

    fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrow)), low }
    }

    /// The quotient, rounded half to even; none where it has more than 128 bits or the divisor more than 255.
    fn divided_half_even(self, by: Self) -> Option<u128> {
        if by.high >> 127 != 0 || (by.high, by.low) == (0, 0) {
            return None;
        }
        let (quotient, rest) = match by {
            Self { high: 0, low: ..=HALF } => self.divided_by_half(by.low),
            // What nearly every amount and price comes to: the machine's own division does it.
            Self { high: 0, low } if self.high == 0 => {
                (Self { high: 0, low: self.low / low }, Self { high: 0, low: self.low % low })
            }
            _ => self.divided_by_bits(by),
        };
        let twice = rest.doubled(0);
        let up = twice > by || (twice == by && quotient.low & 1 == 1);
        (quotient.high == 0).then_some(quotient.low).and_then(|low| low.checked_add(u128::from(up)))
    }

    /// The quotient and the rest, by a divisor of at most 64 bits and not nought: 64 bits at a time, as by hand.
    fn divided_by_half(self, by: u128) -> (Self, Self) {
        let (mut digits, mut rest) = ([self.high >> 64, self.high & HALF, self.low >> 64, self.low & HALF], 0);
        for digit in &mut digits {
            let part = (rest << 64) | *digit;
            (*digit, rest) = (part / by, part % by);
        }
        let [d3, d2, d1, d0] = digits;
        (Self { high: (d3 << 64) | d2, low: (d1 << 64) | d0 }, Self { high: 0, low: rest })
    }

    /// The quotient and the rest, one bit after another, from the first that is set.
    fn divided_by_bits(self, by: Self) -> (Self, Self) {
        let (mut quotient, mut rest) = (Self { high: 0, low: 0 }, Self { high: 0, low: 0 });
        let bits = if self.high == 0 { 128 - self.low.leading_zeros() } else { 256 - self.high.leading_zeros() };
        for place in (0..bits).rev() {
            let bit = if place < 128 { self.low >> place } else { self.high >> (place - 128) } & 1;
            rest = rest.doubled(bit);
            let fits = rest >= by;
            if fits {
                rest = rest.minus(by);
            }
            quotient = quotient.doubled(u128::from(fits));
        }
        (quotient, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_half_goes_to_the_even_neighbour() {
        for (number, rounded) in [
            ("0.125", "0.12"),
            ("0.135", "0.14"),
            ("-0.125", "-0.12"),
            ("0.1250001", "0.13"),
            ("2.5", "2.5"),
            ("7", "7"),
        ] {
            assert_eq!(d(number).rounded(2), d(rounded), "{number}");
        }
        assert_eq!(d("2.5").rounded(0), d("2"));
        assert_eq!(d("3.5").rounded(0), d("4"));
    }

    #[test]
    fn a_product_of_many_digits_is_rounded_once() {
        // Worked out apart, with exact fractions: the product is 282579.703356150554371103627076.
        let product =
            d("19.59000015258789").checked_mul(d("12345.678901")).and_then(|p| p.mul_div(d("1.1684"), d("1"), 6));
        assert_eq!(product, Ok(d("282579.703356")));
        assert_eq!(d("1").mul_div(d("2"), d("3"), 18), Ok(d("0.666666666666666667")));
        assert_eq!(d("1").mul_div(d("1"), d("0"), 2), Err(DecimalError::DivisionByZero));
        let large = d("999999999999999999999999999999");
        assert_eq!(large.checked_mul(large), Err(DecimalError::Overflow));
        assert_eq!(large.mul_div(large, large, 2), Ok(large));
        assert_eq!(large.mul_div(large, d("1"), 2), Err(DecimalError::Overflow));
    }

    proptest! {
        #[test]
        fn times_and_divided_by_the_same_is_the_same(a in any::<i64>(), b in any::<i64>(), s in 0_u8..12, t in 0_u8..12) {
            prop_assume!(b != 0);
            let (a, b) = (Decimal::from_units(a, s), Decimal::from_units(b, t));
            prop_assert_eq!(a.mul_div(b, b, 12), Ok(a));
            prop_assert_eq!(a.checked_mul(b).and_then(|p| p.mul_div(Decimal::new(1, 0), b, 12)), Ok(a));
        }

        #[test]
        fn every_way_to_divide_comes_to_the_same(high in any::<u128>(), low in any::<u128>(), by in 1_u128.., narrow in 0_u32..128, cut in 0_u32..128) {
            let (number, by) = (Wide { high: high >> cut >> 1, low }, by >> narrow);
            prop_assume!(by > 0);
            let wide = Wide { high: 0, low: by };
            let bits = number.divided_by_bits(wide);
            if by <= HALF {
                prop_assert_eq!(number.divided_by_half(by), bits);
            }
            let small = Wide { high: 0, low };
            prop_assert_eq!((Wide { high: 0, low: low / by }, Wide { high: 0, low: low % by }), small.divided_by_bits(wide));
            // Quotient times divisor and the rest are the number again.
            let (quotient, rest) = small.divided_by_bits(wide);
            prop_assert_eq!(quotient.low.checked_mul(by).and_then(|back| back.checked_add(rest.low)), Some(low));
        }

        #[test]
        fn a_quotient_is_off_by_no_more_than_half_a_unit(a in any::<i64>(), b in 1_i64.., digits in 0_u8..9) {
            let (a, b) = (Decimal::from_units(a, 0), Decimal::from_units(b, 0));
            let quotient = a.mul_div(Decimal::new(1, 0), b, digits).unwrap_or_default();
            let off = quotient.checked_mul(b).and_then(|back| back.checked_sub(a)).unwrap_or_default().abs();
            let half = b.checked_mul(Decimal::new(5, digits + 1)).unwrap_or_default();
            prop_assert!(off <= half, "{} / {} = {}", a, b, quotient);
        }
    }
}
