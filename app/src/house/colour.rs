//! Colours as the design derives them (`style/tokens.css`): sRGB and OKLCH, and how well one is read on another (WCAG 2.2,
//! contrast ratio). What the browser works out for itself is worked out here as well, to say before it is published whether it
//! can be read, and for browsers that cannot derive colours.

#![expect(clippy::float_arithmetic, reason = "colours are no money")]

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A colour as an administrator writes it: `#0c5a6b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl FromStr for Colour {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no colour; one is written #0c5a6b");
        let digits = text.trim().strip_prefix('#').unwrap_or_else(|| text.trim());
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| wrong());
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl TryFrom<String> for Colour {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// Lightness from 0 to 1, chroma from 0, hue in degrees (CSS Color 4, 9.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oklch {
    /// Lightness.
    pub l: f64,
    /// Chroma.
    pub c: f64,
    /// Hue.
    pub h: f64,
}

fn linear(channel: f64) -> f64 {
    if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

fn curved(channel: f64) -> f64 {
    if channel <= 0.003_130_8 { channel * 12.92 } else { 1.055f64.mul_add(channel.powf(1.0 / 2.4), -0.055) }
}

impl Colour {
    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| linear(f64::from(channel) / 255.0))
    }

    /// Relative luminance (WCAG 2.2).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b))
    }

    /// How well one is read on the other: 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }

    /// In OKLCH (Björn Ottosson's matrices, as CSS Color 4 has them).
    #[must_use]
    pub fn oklch(self) -> Oklch {
        let [r, g, b] = self.linear();
        let l = 0.412_221_470_8f64.mul_add(r, 0.536_332_536_3f64.mul_add(g, 0.051_445_992_9 * b)).cbrt();
        let m = 0.211_903_498_2f64.mul_add(r, 0.680_699_545_1f64.mul_add(g, 0.107_396_956_6 * b)).cbrt();
        let s = 0.088_302_461_9f64.mul_add(r, 0.281_718_837_6f64.mul_add(g, 0.629_978_700_5 * b)).cbrt();
        let lightness = 0.210_454_255_3f64.mul_add(l, 0.793_617_785f64.mul_add(m, -0.004_072_046_8 * s));
        let a = 1.977_998_495_1f64.mul_add(l, (-2.428_592_205f64).mul_add(m, 0.450_593_709_9 * s));
        let b = 0.025_904_037_1f64.mul_add(l, 0.782_771_766_2f64.mul_add(m, -0.808_675_766 * s));
        Oklch { l: lightness, c: a.hypot(b), h: b.atan2(a).to_degrees().rem_euclid(360.0) }
    }

    /// Some of this, the rest of the other, mixed as `color-mix(in oklab, …)` does; the share from 0 to 1.
    #[must_use]
    pub fn mixed(self, share: f64, other: Self) -> Self {
        let (one, two) = (self.oklch().lab(), other.oklch().lab());
        let mix = |index: usize| one[index].mul_add(share, two[index] * (1.0 - share));
        Oklch::of_lab([mix(0), mix(1), mix(2)]).colour()
    }
}

impl Oklch {
    fn lab(self) -> [f64; 3] {
        let (sin, cos) = self.h.to_radians().sin_cos();
        [self.l, self.c * cos, self.c * sin]
    }

    fn of_lab([l, a, b]: [f64; 3]) -> Self {
        Self { l, c: a.hypot(b), h: b.atan2(a).to_degrees().rem_euclid(360.0) }
    }

    fn linear(self) -> [f64; 3] {
        let [lightness, a, b] = self.lab();
        let l = 0.396_337_777_4f64.mul_add(a, 0.215_803_757_3f64.mul_add(b, lightness)).powi(3);
        let m = (-0.105_561_345_8f64).mul_add(a, (-0.063_854_172_8f64).mul_add(b, lightness)).powi(3);
        let s = (-0.089_484_177_5f64).mul_add(a, (-1.291_485_548f64).mul_add(b, lightness)).powi(3);
        [
            4.076_741_662_1f64.mul_add(l, (-3.307_711_591_3f64).mul_add(m, 0.230_969_929_2 * s)),
            (-1.268_438_004_6f64).mul_add(l, 2.609_757_401_1f64.mul_add(m, -0.341_319_396_5 * s)),
            (-0.004_196_086_3f64).mul_add(l, (-0.703_418_614_7f64).mul_add(m, 1.707_614_701 * s)),
        ]
    }

    /// The nearest colour of sRGB: with less chroma where it lies outside, as a browser shows it.
    #[must_use]
    pub fn colour(self) -> Colour {
        let inside = |channels: [f64; 3]| channels.iter().all(|channel| (-0.000_1..=1.000_1).contains(channel));
        let mut best = self.linear();
        if !inside(best) {
            let (mut low, mut high) = (0.0, self.c);
            for _ in 0..24 {
                let middle = f64::midpoint(low, high);
                if inside(Self { c: middle, ..self }.linear()) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            best = Self { c: low, ..self }.linear();
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let byte = |channel: f64| (curved(channel.clamp(0.0, 1.0)) * 255.0).round() as u8;
        Colour(best.map(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn black_and_white_and_the_primaries_are_where_the_standard_has_them() {
        let contrast = Colour([0; 3]).contrast(Colour([255; 3]));
        assert!((contrast - 21.0).abs() < 0.001, "{contrast}");
        // CSS Color 4, examples: red is oklch(62.8% 0.258 29.23).
        let red = Colour([255, 0, 0]).oklch();
        assert!(
            (red.l - 0.628).abs() < 0.001 && (red.c - 0.2577).abs() < 0.001 && (red.h - 29.23).abs() < 0.05,
            "{red:?}"
        );
        assert!("#12345".parse::<Colour>().is_err() && "red".parse::<Colour>().is_err());
        assert_eq!("0C5A6B".parse(), Ok(Colour([12, 90, 107])));
    }

    proptest! {
        #[test]
        fn every_colour_comes_back_from_oklch(r: u8, g: u8, b: u8) {
            let colour = Colour([r, g, b]);
            prop_assert_eq!(colour.oklch().colour(), colour);
            prop_assert_eq!(colour.to_string().parse(), Ok(colour));
        }

        #[test]
        fn contrast_is_the_same_from_both_sides(a: [u8; 3], b: [u8; 3]) {
            let (a, b) = (Colour(a), Colour(b));
            prop_assert!((a.contrast(b) - b.contrast(a)).abs() < 1e-12);
            prop_assert!((1.0..=21.001).contains(&a.contrast(b)));
        }
    }
}
