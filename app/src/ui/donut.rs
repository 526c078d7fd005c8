//! Parts of a whole as a ring. The figures stand beside it; the picture says the same once more.

use leptos::prelude::*;

/// A part of the ring.
#[derive(Clone, Debug)]
pub struct Slice {
    /// In thousandths of the whole, above nought.
    pub permille: i64,
}

/// A point on a circle around the middle, at a thousandth of the way round from the top.
#[expect(clippy::float_arithmetic, reason = "an angle of a picture, not an amount")]
fn point(radius: f64, permille: f64) -> (f64, f64) {
    let angle = permille / 1_000.0 * std::f64::consts::TAU;
    (50.0 + radius * angle.sin(), 50.0 - radius * angle.cos())
}

/// The path of a part from one thousandth to another, with a small gap behind it.
#[expect(clippy::float_arithmetic, reason = "angles of a picture, not amounts")]
fn arc(from: i64, to: i64, alone: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let (from, to) = (from as f64, to as f64);
    // A whole ring has no beginning; an arc must have one.
    let (from, to) = if alone { (from, to - 0.01) } else { (from + 1.5, (to - 1.5).max(from + 1.6)) };
    let large = u8::from(to - from > 500.0);
    let ((ax, ay), (bx, by)) = (point(50.0, from), point(50.0, to));
    let ((cx, cy), (dx, dy)) = (point(36.0, to), point(36.0, from));
    format!("M{ax:.2} {ay:.2}A50 50 0 {large} 1 {bx:.2} {by:.2}L{cx:.2} {cy:.2}A36 36 0 {large} 0 {dx:.2} {dy:.2}z")
}

/// The class of the n-th part; there are five.
#[must_use]
pub fn slice_class(index: usize) -> &'static str {
    ["c-1", "c-2", "c-3", "c-4", "c-5"][index.min(4)]
}

/// The ring.
pub fn donut(slices: &[Slice], summary: String, label: String, figure: String) -> impl IntoView + use<> {
    let whole: i64 = slices.iter().map(|slice| slice.permille.max(0)).sum();
    let mut at = 0;
    let paths = slices
        .iter()
        .enumerate()
        .filter(|(_, slice)| slice.permille > 0)
        .map(|(index, slice)| {
            // Rounded thousandths need not add up to a thousand.
            let (from, to) = (at * 1_000 / whole.max(1), (at + slice.permille) * 1_000 / whole.max(1));
            at += slice.permille;
            view! { <path class=slice_class(index) d=arc(from, to, slice.permille == whole)></path> }
        })
        .collect_view();
    view! {
        <div class="donut"><svg viewBox="0 0 100 100" role="img" aria-label=summary>{paths}</svg>
            <div><span class="small muted">{label}</span><span class="figure--sm num">{figure}</span></div></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_begins_at_the_top_and_goes_with_the_clock() {
        assert_eq!(point(50.0, 0.0), (50.0, 0.0));
        let (x, y) = point(50.0, 250.0);
        assert!((x - 100.0).abs() < 1e-9 && (y - 50.0).abs() < 1e-9);
        assert!(arc(0, 600, false).contains("A50 50 0 1 1"));
        assert!(arc(0, 300, false).contains("A50 50 0 0 1"));
    }
}
