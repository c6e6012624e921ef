//! Heights of the pieces of one bar, in tenths of a pixel.

/// What is there is seen, however small.
const LEAST: i64 = 15;

/// Where each value's piece begins (from the top of the plot) and how high it is, the first value at
/// the bottom. `None` for zero. Pieces neither overlap nor leave the plot of `height`.
pub(super) fn pieces(values: &[i64], top: i64, height: i64) -> Vec<Option<(i64, i64)>> {
    let top = i128::from(top.max(1));
    let mut heights: Vec<i64> = values
        .iter()
        .map(|value| {
            let exact = i128::from(*value.max(&0)) * i128::from(height) / top;
            let exact = i64::try_from(exact).unwrap_or(height).min(height);
            if *value > 0 { exact.max(LEAST) } else { 0 }
        })
        .collect();
    let mut over = heights.iter().sum::<i64>() - height;
    // What small pieces were given is taken from the large ones.
    while over > 0 {
        let Some(largest) = heights.iter_mut().max() else {
            break;
        };
        let taken = over.min(*largest / 2 + 1);
        *largest -= taken;
        over -= taken;
    }
    let mut below = 0;
    heights
        .into_iter()
        .map(|tall| {
            below += tall;
            (tall > 0).then(|| (height - below, tall))
        })
        .collect()
}

/// `12.5` of 125 tenths.
pub(super) fn pixels(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_on_each_other() {
        assert_eq!(
            pieces(&[50, 0, 25], 100, 1_000),
            [Some((500, 500)), None, Some((250, 250))]
        );
        assert_eq!(pieces(&[0, 0], 100, 1_000), [None, None]);
        assert_eq!(pieces(&[-3, 100], 100, 1_000), [None, Some((0, 1_000))]);
    }

    #[test]
    fn what_is_there_is_seen_and_nothing_leaves_the_plot() {
        for values in [
            [1, 1, 1, 1, 1, 1_000_000],
            [1_000_000, 1, 0, 1, 1, 1],
            [i64::MAX / 8; 6],
            [0, 0, 0, 0, 0, 1],
        ] {
            let top = values.iter().sum::<i64>();
            let pieces = pieces(&values, top, 1_600);
            let mut floor = 1_600;
            for (value, piece) in values.iter().zip(pieces) {
                assert_eq!(*value > 0, piece.is_some());
                let Some((y, tall)) = piece else { continue };
                assert!(tall > 0 && y >= 0 && y + tall == floor, "{values:?}");
                floor = y;
            }
        }
    }

    #[test]
    fn tenths() {
        assert_eq!(pixels(125), "12.5");
        assert_eq!(pixels(0), "0.0");
    }
}
