//! Weights and lengths in the units that carriers use, as whole grams and millimetres. Exact up to the last rounding.

use guichet_types::Decimal;

/// A unit, and how much of ours it is: so many for so many.
type Unit = (&'static str, i128, i128);

/// The international pound is 0.45359237 kilograms; an ounce is a sixteenth of it.
const WEIGHTS: [Unit; 12] = [
    ("kg", 1_000, 1),
    ("kgs", 1_000, 1),
    ("kilogram", 1_000, 1),
    ("kilograms", 1_000, 1),
    ("g", 1, 1),
    ("gram", 1, 1),
    ("grams", 1, 1),
    ("lb", 45_359_237, 100_000),
    ("lbs", 45_359_237, 100_000),
    ("pounds", 45_359_237, 100_000),
    ("oz", 45_359_237, 1_600_000),
    ("ounces", 45_359_237, 1_600_000),
];

/// An inch is 25.4 millimetres.
const LENGTHS: [Unit; 6] =
    [("mm", 1, 1), ("cm", 10, 1), ("m", 1_000, 1), ("in", 254, 10), ("inch", 254, 10), ("inches", 254, 10)];

/// More than this is no parcel: a hundred tonnes, or a hundred metres.
const MOST: i64 = 100_000_000;

fn whole(value: &str, unit: &str, units: &[Unit]) -> Option<i64> {
    let value: Decimal = value.trim().parse().ok()?;
    let unit = unit.trim();
    let (_, ours, theirs) = units.iter().find(|(name, ..)| name.eq_ignore_ascii_case(unit))?;
    let down = theirs.checked_mul(10_i128.checked_pow(u32::from(value.scale()))?)?;
    let up = value.mantissa().checked_mul(*ours)?;
    // Half a unit goes up.
    let whole = up.checked_mul(2)?.checked_add(down)?.div_euclid(down.checked_mul(2)?);
    i64::try_from(whole).ok().filter(|whole| (1..=MOST).contains(whole))
}

/// A weight in grams; none when it is no weight of a parcel, or the unit is not known.
pub(super) fn grams(value: &str, unit: &str) -> Option<i64> {
    whole(value, unit, &WEIGHTS)
}

/// A length in millimetres; none when it is no length of a parcel, or the unit is not known.
pub(super) fn millimetres(value: &str, unit: &str) -> Option<i64> {
    whole(value, unit, &LENGTHS).filter(|length| *length <= MOST / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_told_in_grams_whatever_its_unit() {
        assert_eq!(grams("2.4", "KG"), Some(2_400));
        assert_eq!(grams("2400", "g"), Some(2_400));
        assert_eq!(grams("5", "LBS"), Some(2_268));
        assert_eq!(grams("17.6", "oz"), Some(499));
        for (value, unit) in
            [("0", "kg"), ("-1", "kg"), ("1e3", "kg"), ("2.4", "stone"), ("", "kg"), ("99999999999999999999", "kg")]
        {
            assert_eq!(grams(value, unit), None, "{value} {unit}");
        }
    }

    #[test]
    fn a_length_is_told_in_millimetres() {
        assert_eq!(millimetres("40", "cm"), Some(400));
        assert_eq!(millimetres("12", "IN"), Some(305));
        assert_eq!(millimetres("101", "m"), None);
    }
}
