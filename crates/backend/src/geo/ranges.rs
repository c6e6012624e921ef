//! A sorted table of ranges, searched by halving.

/// Ranges of addresses with a value each; in three columns, since a row would be padded.
#[derive(Debug)]
pub(super) struct Ranges<A, V> {
    starts: Vec<A>,
    ends: Vec<A>,
    values: Vec<V>,
}

/// Why a range does not fit behind those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It ends before it begins.
    Backwards,
    /// It does not begin after the one before.
    Order,
}

impl<A, V> Default for Ranges<A, V> {
    fn default() -> Self {
        Self {
            starts: Vec::new(),
            ends: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<A: Copy + Ord, V: Copy> Ranges<A, V> {
    /// Adds a range, both ends in it. Where two overlap, the one that begins later counts.
    pub fn push(&mut self, start: A, end: A, value: V) -> Result<(), Misfit> {
        if end < start {
            return Err(Misfit::Backwards);
        }
        if self.starts.last().is_some_and(|last| start <= *last) {
            return Err(Misfit::Order);
        }
        self.starts.push(start);
        self.ends.push(end);
        self.values.push(value);
        Ok(())
    }

    /// The value at an address.
    pub fn get(&self, address: A) -> Option<V> {
        let after = self.starts.partition_point(|start| *start <= address);
        let at = after.checked_sub(1)?;
        (address <= self.ends[at]).then(|| self.values[at])
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Gives back what the columns have reserved for more.
    pub fn shrink(&mut self) {
        self.starts.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.values.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_does_not_rise() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.push(5, 9, 'a'), Ok(()));
        assert_eq!(ranges.push(5, 9, 'b'), Err(Misfit::Order));
        assert_eq!(ranges.push(4, 4, 'b'), Err(Misfit::Order));
        assert_eq!(ranges.push(12, 11, 'b'), Err(Misfit::Backwards));
        assert_eq!(ranges.len(), 1);
    }

    proptest! {
        /// As if every range were looked at.
        #[test]
        fn finds_what_a_scan_finds(rows in proptest::collection::btree_map(0_u8..250, 0_u8..20, 0..20)) {
            let mut ranges = Ranges::default();
            let rows: Vec<(u8, u8, usize)> = (0..)
                .zip(rows)
                .map(|(value, (start, length))| (start, start.saturating_add(length), value))
                .collect();
            for (start, end, value) in &rows {
                ranges.push(*start, *end, *value).unwrap();
            }
            for address in 0..=255 {
                let last = rows.iter().rfind(|(start, ..)| *start <= address);
                let expected = last.filter(|(_, end, _)| address <= *end);
                prop_assert_eq!(ranges.get(address), expected.map(|(.., value)| *value));
            }
        }
    }
}
