//! From degrees to places in the picture, in whole numbers: millionths of a degree in, tenths of a picture's unit out.

/// A place on the earth, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub east: i64,
    pub north: i64,
}

/// The picture is 360 by 186 units.
const MIDDLE: (i64, i64) = (1_800, 930);
/// What the stops may take of it: the rest is room for names.
const ROOM: (i64, i64) = (2_700, 1_050);
/// No closer than this: about two and a half degrees over the width.
const CLOSEST: i64 = 900;

/// Thousandths of the cosine of 0, 5, 10 … 90 degrees: how much narrower a degree of longitude is there.
const NARROWER: [i64; 19] =
    [1_000, 996, 985, 966, 940, 906, 866, 819, 766, 707, 643, 574, 500, 423, 342, 259, 174, 87, 40];

/// A flat picture of a piece of the earth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Projection {
    centre: Spot,
    narrower: i64,
    /// Millionths of a degree in a tenth of a unit.
    scale: i64,
}

impl Projection {
    /// So that all of these are in the picture.
    pub(super) fn around(spots: impl IntoIterator<Item = Spot>) -> Self {
        let mut bounds: Option<(Spot, Spot)> = None;
        for spot in spots {
            let (low, high) = bounds.get_or_insert((spot, spot));
            (low.east, low.north) = (low.east.min(spot.east), low.north.min(spot.north));
            (high.east, high.north) = (high.east.max(spot.east), high.north.max(spot.north));
        }
        let (low, high) = bounds.unwrap_or((Spot { east: 0, north: 0 }, Spot { east: 0, north: 0 }));
        let centre = Spot { east: (low.east + high.east) / 2, north: (low.north + high.north) / 2 };
        let step = usize::try_from(centre.north.abs() / 5_000_000).unwrap_or(0).min(NARROWER.len() - 1);
        let narrower = NARROWER[step];
        let wide = (high.east - low.east) * narrower / 1_000 / ROOM.0;
        let tall = (high.north - low.north) / ROOM.1;
        Self { centre, narrower, scale: wide.max(tall).max(CLOSEST) }
    }

    /// Where a place is in the picture, in tenths.
    pub(super) fn point(&self, spot: Spot) -> (i64, i64) {
        let east = (spot.east - self.centre.east) * self.narrower / 1_000;
        (MIDDLE.0 + east / self.scale, MIDDLE.1 - (spot.north - self.centre.north) / self.scale)
    }

    /// An outline in tenths of a degree, as a path.
    pub(super) fn path(&self, outline: &[(i16, i16)]) -> String {
        let mut path = String::with_capacity(outline.len() * 12);
        for (index, (east, north)) in outline.iter().enumerate() {
            let spot = Spot { east: i64::from(*east) * 100_000, north: i64::from(*north) * 100_000 };
            let (x, y) = self.point(spot);
            path.push(if index == 0 { 'M' } else { 'L' });
            path.push_str(&format!("{} {}", tenths(x), tenths(y)));
        }
        path.push('z');
        path
    }
}

/// A number of tenths as a decimal.
pub(super) fn tenths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{}", value.abs() / 10, value.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_is_in_the_picture() {
        let spots = [Spot { east: 12_375_000, north: 51_340_000 }, Spot { east: 1_099_000, north: 49_443_000 }];
        let on = Projection::around(spots);
        for spot in spots {
            let (x, y) = on.point(spot);
            assert!((0..=3_600).contains(&x) && (0..=1_860).contains(&y), "{x} {y}");
        }
        assert!(on.point(spots[0]).0 > on.point(spots[1]).0, "east is right");
        assert!(on.point(spots[0]).1 < on.point(spots[1]).1, "north is up");
        assert_eq!(tenths(-5), "-0.5");
        assert_eq!(tenths(1_234), "123.4");
    }
}
