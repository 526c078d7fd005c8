//! The stylesheet of a brand, and whether what it derives can be read.
//!
//! A browser of today derives every colour from four values. For one that cannot, the colours stand there ready, worked out by
//! the same rules; the table of contrasts is made of them, and of the pairs that stand on each other in the design.

#![expect(clippy::float_arithmetic, reason = "colours are no money")]

use super::{
    colour::{Colour, Oklch},
    settings::{Brand, Face},
};
use std::fmt::Write as _;

/// The colours that a brand leads to, in one scheme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Buttons.
    pub fill: Colour,
    /// Text on buttons.
    pub on_brand: Colour,
    /// Progress, switches, routes.
    pub mark: Colour,
    /// Links.
    pub ink_brand: Colour,
    /// Tints.
    pub soft: Colour,
    /// Lines of tints.
    pub brand_line: Colour,
    /// Bands.
    pub deep: Colour,
    /// The other end of bands.
    pub deep2: Colour,
    /// The page.
    pub bg: Colour,
    /// Panels.
    pub surface: Colour,
    /// Sunken areas.
    pub sunken: Colour,
    /// Lines.
    pub line: Colour,
    /// Text.
    pub ink: Colour,
    /// The lamp.
    pub lamp: Colour,
    /// Text on the lamp.
    pub on_lamp: Colour,
    /// A tint of the lamp.
    pub lamp_soft: Colour,
}

/// The colours of a brand, by the rules of `style/tokens.css`.
#[must_use]
pub fn palette(brand: &Brand, dark: bool) -> Palette {
    let from = |Oklch { h, .. }: Oklch, l: f64, c: f64| Oklch { l, c, h }.colour();
    let b = brand.brand.oklch();
    // Leaves the zone where neither black nor white text can be read.
    let jump = ((b.l - 0.6) * 1e9).clamp(0.0, 1.0);
    let f = Oklch { l: jump.mul_add(b.l.max(0.74) - 0.5, b.l.min(0.5)), ..b };
    let quiet = ((0.75 - f.l) * 4.0).clamp(0.2, 1.0);
    let lamp = brand.accent.oklch();
    let lamp = Oklch { l: lamp.l.clamp(0.76, 0.9), ..lamp };
    let deep = ((0.75 - f.l) * 4.0).clamp(0.25, 1.0);
    let fill = if dark { from(b, b.l.clamp(0.78, 0.88), b.c.min(0.14)) } else { f.colour() };
    let pick = |light: (f64, f64), dark_: (f64, f64)| {
        let (l, c) = if dark { dark_ } else { light };
        from(b, l, b.c.min(c))
    };
    Palette {
        fill,
        on_brand: if dark {
            from(b, 0.19, b.c.min(0.03))
        } else {
            from(f, ((0.62 - f.l) * 99.0).clamp(0.19, 0.99), f.c.min(0.01))
        },
        mark: if dark { fill } else { from(f, f.l.min(1.02 - f.l), f.c * quiet) },
        ink_brand: if dark {
            from(b, b.l.max(0.82), b.c.min(0.11))
        } else {
            from(f, f.l.min(0.44), f.c.min(0.14) * ((0.75 - f.l) * 4.0).clamp(0.5, 1.0))
        },
        soft: pick((0.948, 0.014), (0.29, 0.036)),
        brand_line: pick((0.85, 0.04), (0.42, 0.06)),
        deep: from(f, 0.27, f.c.min(0.055) * deep),
        deep2: from(f, 0.335, f.c.min(0.064) * deep),
        bg: pick((0.97, 0.005), (0.17, 0.012)),
        surface: if dark { pick((0.0, 0.0), (0.212, 0.014)) } else { Colour([255; 3]) },
        sunken: pick((0.952, 0.007), (0.255, 0.016)),
        line: pick((0.9, 0.01), (0.31, 0.018)),
        ink: pick((0.235, 0.03), (0.96, 0.006)),
        lamp: lamp.colour(),
        on_lamp: from(lamp, 0.22, lamp.c.min(0.04)),
        lamp_soft: if dark { from(lamp, 0.3, lamp.c.min(0.05)) } else { from(lamp, 0.96, lamp.c.min(0.05)) },
    }
}

/// Two colours that stand on each other, and how well they are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The key of its words: `contrast-button`.
    pub name: &'static str,
    /// In the light scheme.
    pub light: f64,
    /// In the dark scheme.
    pub dark: f64,
    /// What it needs (WCAG 2.2, 1.4.3 and 1.4.11).
    pub least: f64,
}

/// The pairs of the design that a brand changes.
#[must_use]
pub fn contrasts(brand: &Brand) -> [Pair; 6] {
    let (light, dark) = (palette(brand, false), palette(brand, true));
    let pair = |name, least, of: fn(&Palette) -> f64| Pair { name, light: of(&light), dark: of(&dark), least };
    [
        pair("contrast-button", 4.5, |p| p.on_brand.contrast(p.fill)),
        pair("contrast-link", 4.5, |p| p.ink_brand.contrast(p.bg).min(p.ink_brand.contrast(p.surface))),
        // A band is dark in both schemes.
        pair("contrast-band", 4.5, |p| Oklch { l: 0.96, c: 0.006, h: p.deep2.oklch().h }.colour().contrast(p.deep2)),
        pair("contrast-lamp", 4.5, |p| p.on_lamp.contrast(p.lamp)),
        pair("contrast-text", 4.5, |p| {
            let faint = p.ink.mixed(0.67, p.surface);
            faint.contrast(p.surface).min(faint.contrast(p.bg)).min(p.ink.contrast(p.soft))
        }),
        pair("contrast-mark", 3.0, |p| p.mark.contrast(p.surface)),
    ]
}

/// A ratio in tenths, rounded down: what is shown never says more than there is.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a ratio is 1 to 21")]
pub fn tenths(ratio: f64) -> i64 {
    (ratio * 10.0).floor() as i64
}

const fn family(face: Face) -> &'static str {
    match face {
        Face::Plex => {
            "\"IBM Plex Sans Variable\",\"IBM Plex Sans\",system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif"
        }
        Face::System => "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif",
        Face::Serif => "Charter,\"Bitstream Charter\",\"Sitka Text\",Cambria,Georgia,\"Noto Serif\",serif",
    }
}

/// The stylesheet of a brand, for what `selector` names: `:root`, or a part of a page for a look ahead.
#[must_use]
pub fn stylesheet(brand: &Brand, selector: &str) -> String {
    let mut css = String::with_capacity(2_048);
    let round = (brand.round / 10, brand.round % 10);
    let _ = write!(
        css,
        "{selector}{{--brand:{};--accent:{};--round:{}.{};--font:{}}}",
        brand.brand,
        brand.accent,
        round.0,
        round.1,
        family(brand.face)
    );
    // Whoever cannot derive gets what was derived.
    css.push_str("@supports not (color:oklch(from red l c h)){");
    for (dark, open, close) in
        [(false, String::new(), ""), (true, "@media (prefers-color-scheme:dark){".to_owned(), "}")]
    {
        let p = palette(brand, dark);
        let _ = write!(
            css,
            "{open}{selector}{{--fill:{f};--brand-fill:{f};--on-brand:{};--brand-mark:{};--brand-ink:{};--brand-soft:{};\
             --brand-line:{};--brand-deep:{};--brand-deep-2:{};--bg:{};--surface:{};--sunken:{};--line:{};--ink:{};\
             --lamp:{};--on-lamp:{};--lamp-soft:{}}}{close}",
            p.on_brand,
            p.mark,
            p.ink_brand,
            p.soft,
            p.brand_line,
            p.deep,
            p.deep2,
            p.bg,
            p.surface,
            p.sunken,
            p.line,
            p.ink,
            p.lamp,
            p.on_lamp,
            p.lamp_soft,
            f = p.fill,
        );
    }
    css.push('}');
    css
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // The design's promise: whatever brand somebody chooses, what follows from it can be read.
        #[test]
        fn text_on_buttons_bands_and_the_lamp_can_be_read_for_any_brand(brand: [u8; 3], accent: [u8; 3]) {
            let brand = Brand { brand: Colour(brand), accent: Colour(accent), ..Brand::default() };
            for pair in contrasts(&brand) {
                if ["contrast-button", "contrast-band", "contrast-lamp", "contrast-text"].contains(&pair.name) {
                    prop_assert!(pair.light >= 4.4 && pair.dark >= 4.4, "{brand:?} {pair:?}");
                }
            }
        }
    }

    // Between the brands that are made darker and those that are made paler there is no third kind: a slope there once left
    // 6,922 colours with text that nobody could read.
    #[test]
    fn a_brand_at_the_edge_is_made_darker_or_paler_and_nothing_between() {
        for brand in [[108, 142, 39], [151, 114, 149], [26, 155, 0]] {
            let fill = palette(&Brand { brand: Colour(brand), ..Brand::default() }, false);
            assert!(fill.on_brand.contrast(fill.fill) >= 4.5, "{brand:?} {}", fill.on_brand.contrast(fill.fill));
        }
    }

    #[test]
    fn the_houses_of_the_design_have_the_contrast_that_it_states() {
        let brand = |brand: &str, accent: &str| Brand {
            brand: brand.parse().unwrap(),
            accent: accent.parse().unwrap(),
            ..Brand::default()
        };
        for (one, two) in
            [("#0c5a6b", "#f4b740"), ("#5a2a82", "#ff9d6c"), ("#ffcc00", "#d6453d"), ("#0a6b3d", "#9fe0ff")]
        {
            for pair in contrasts(&brand(one, two)) {
                assert!(pair.light >= pair.least && pair.dark >= pair.least, "{one} {pair:?}");
            }
        }
        // 14-admin-branding: text on button 7.6 and 9.3, link on page 7.2 and 11.1, text on accent 9.7.
        let petrol = contrasts(&Brand::default());
        assert_eq!((tenths(petrol[0].light), tenths(petrol[0].dark)), (76, 93));
        assert_eq!(tenths(petrol[3].light), 96, "9.7, rounded; here never up");
    }
}
