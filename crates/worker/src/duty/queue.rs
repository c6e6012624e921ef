//! Orders that wait here, and which are done next: few overtake many, since somebody watches them,
//! but never an order that touches the same addresses, and never twice in a row.

use std::collections::{HashSet, VecDeque};

use domain::ban::Order;
use domain::ids::OrderId;
use domain::net::Network;

/// Most orders between two answers.
pub const GROUP: usize = 100;
/// Past this nothing more is taken in; the console sends at most a tenth of it unanswered.
const MOST: usize = 6_000;

/// Lists as the console sent them, oldest first; none is empty.
#[derive(Debug, Default)]
pub struct Queue {
    lists: VecDeque<Vec<Order>>,
    waiting: HashSet<OrderId>,
    overtook: bool,
}

impl Queue {
    /// Adds a list, without what waits already.
    pub fn push(&mut self, mut orders: Vec<Order>) {
        orders.retain(|order| self.waiting.insert(order.id));
        if !orders.is_empty() {
            self.lists.push_back(orders);
        }
    }

    /// Takes no more for now.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// Neighbours of one kind: order matters between ban and unban of one address.
    pub fn next(&mut self) -> Option<Vec<Order>> {
        let ahead = if self.overtook { None } else { self.ahead() };
        self.overtook = ahead.is_some();
        let index = ahead.unwrap_or(0);
        let list = self.lists.get_mut(index)?;
        let act = list.first()?.act;
        let same = list.iter().take_while(|order| order.act == act).count();
        let group: Vec<Order> = list.drain(..same.min(GROUP)).collect();
        if list.is_empty() {
            self.lists.remove(index);
        }
        for order in &group {
            self.waiting.remove(&order.id);
        }
        Some(group)
    }

    /// The first list that fits in one group and is shorter than the one whose turn it is.
    fn ahead(&self) -> Option<usize> {
        let longest = self.lists.front()?.len().min(GROUP + 1);
        (1..self.lists.len()).find(|index| {
            let list = &self.lists[*index];
            let mut before = self.lists.iter().take(*index).flatten();
            list.len() < longest && !before.any(|earlier| touches(earlier, list))
        })
    }
}

/// Would it matter which is done first? What names no address concerns the whole jail.
fn touches(earlier: &Order, list: &[Order]) -> bool {
    let overlap = |a: Network, b: Network| a.contains(b) || b.contains(a);
    list.iter()
        .any(|order| match (earlier.network, order.network) {
            (Some(earlier), Some(later)) => overlap(earlier, later),
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use domain::ban::Act;

    use super::*;

    fn order(id: i64, act: Act, network: &str) -> Order {
        Order {
            id: OrderId(id),
            act,
            network: network.parse().ok(),
        }
    }

    /// `count` unbans of `2001:db8::/64`, from this id on.
    fn many(from: i64, count: i64) -> Vec<Order> {
        let ids = from..from + count;
        ids.map(|id| order(id, Act::Unban, &format!("2001:db8::{id:x}")))
            .collect()
    }

    fn drain(queue: &mut Queue) -> Vec<Vec<i64>> {
        let ids = |group: Vec<Order>| group.iter().map(|order| order.id.0).collect();
        std::iter::from_fn(|| queue.next().map(ids)).collect()
    }

    #[test]
    fn ban_and_unban_keep_their_order() {
        let mut queue = Queue::default();
        let acts = [Act::Ban, Act::Ban, Act::Unban, Act::Ban];
        let orders = acts.iter().zip(1..);
        queue.push(
            orders
                .map(|(act, id)| order(id, *act, "198.51.100.7"))
                .collect(),
        );
        assert_eq!(drain(&mut queue), [vec![1, 2], vec![3], vec![4]]);
    }

    #[test]
    fn few_overtake_many_but_not_for_ever() {
        let mut queue = Queue::default();
        queue.push(many(1, 500));
        for id in 1_001..=1_010 {
            queue.push(vec![order(
                id,
                Act::Unban,
                &format!("198.51.100.{}", id - 1_000),
            )]);
        }
        let groups = drain(&mut queue);
        assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), 510);
        let firsts: Vec<i64> = groups.iter().map(|group| group[0]).collect();
        assert_eq!(firsts[..6], [1_001, 1, 1_002, 101, 1_003, 201]);
        assert!(groups.iter().all(|group| group.len() <= GROUP));
        // Among themselves those of one size keep their order.
        let singles: Vec<i64> = firsts.into_iter().filter(|id| *id > 1_000).collect();
        assert!(singles.is_sorted());
    }

    #[test]
    fn what_touches_the_same_addresses_waits_its_turn() {
        for network in ["2001:db8::96", "2001:db8::/120", ""] {
            let mut queue = Queue::default();
            queue.push(many(1, 150));
            queue.push(vec![order(999, Act::Ban, network)]);
            let last = drain(&mut queue).pop().unwrap();
            assert_eq!(last, [999], "{network}");
        }
    }

    #[test]
    fn an_order_that_comes_again_waits_once() {
        let mut queue = Queue::default();
        queue.push(many(1, 3));
        queue.push(many(1, 4));
        assert_eq!(drain(&mut queue).concat(), [4, 1, 2, 3]);
        queue.push(many(1, 1));
        assert_eq!(drain(&mut queue), [[1]]);
        queue.push(many(1, 20_000));
        assert!(queue.is_full());
    }
}
