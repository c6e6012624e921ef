use std::collections::BTreeMap;

use backend::bans::{self, BanQuery, BanSort};
use domain::ban::HeldBan;
use domain::net::Network;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::PgPool;

use crate::support::{NOW, TestConsole, ban_list, held, whole_list};

const SORTS: [BanSort; 5] = [
    BanSort::Since,
    BanSort::Until,
    BanSort::Repeats,
    BanSort::Network,
    BanSort::Nodes,
];

/// What a row is sorted by: the column's value, then the network.
type Key = (i64, Network);

/// Bans with many equal values, so that pages end inside them.
fn generate(random: &mut StdRng) -> Vec<HeldBan> {
    let mut bans = BTreeMap::new();
    for _ in 0..180 {
        let network = match random.random_range(0..5) {
            0 => format!("2001:db8::{:x}", random.random_range(0..200)),
            1 => format!("198.51.{}.0/24", random.random_range(0..200)),
            _ => format!("203.0.113.{}", random.random_range(0..200)),
        };
        let since = NOW.unix_timestamp() - random.random_range(0..5) * 3_600;
        let until = random
            .random_bool(0.7)
            .then(|| since + random.random_range(1..4) * 86_400);
        bans.insert(
            network.clone(),
            HeldBan {
                since,
                until,
                ..held(&network)
            },
        );
    }
    bans.into_values().collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn pages_forward_and_back_are_the_sorted_list(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let mut random = StdRng::seed_from_u64(7);
    let mut model: BTreeMap<Network, Vec<HeldBan>> = BTreeMap::new();
    for n in 0..2 {
        let bans = generate(&mut random);
        for ban in &bans {
            model.entry(ban.network).or_default().push(ban.clone());
        }
        let worker = console.node(&format!("fs-{n}")).await;
        worker.report(&whole_list(bans)).await;
    }
    for (network, repeats) in model
        .keys()
        .map(|network| (*network, random.random_range(0..4)))
    {
        let sql = "update banned set repeats = $2 where network = $1";
        sqlx::query(sql)
            .bind(network.ipnet())
            .bind(repeats)
            .execute(&pool)
            .await
            .unwrap();
    }
    let repeats: BTreeMap<Network, i32> =
        sqlx::query_as::<_, (ipnet::IpNet, i32)>("select network, repeats from banned")
            .fetch_all(&pool)
            .await
            .unwrap()
            .into_iter()
            .map(|(net, repeats)| (Network::from(net), repeats))
            .collect();
    // Postgres' order of networks, which the pages follow.
    let order: Vec<ipnet::IpNet> =
        sqlx::query_scalar("select network from banned order by network")
            .fetch_all(&pool)
            .await
            .unwrap();
    let place: BTreeMap<Network, usize> = order
        .iter()
        .enumerate()
        .map(|(n, net)| (Network::from(*net), n))
        .collect();
    for sort in SORTS {
        let key = |network: &Network| -> i64 {
            let held = &model[network];
            match sort {
                BanSort::Since => held.iter().map(|ban| ban.since).min().unwrap(),
                BanSort::Until => held
                    .iter()
                    .map(|ban| ban.until.unwrap_or(i64::MAX))
                    .max()
                    .unwrap(),
                BanSort::Repeats => i64::from(repeats[network]),
                BanSort::Network => 0,
                BanSort::Nodes => i64::try_from(held.len()).unwrap(),
            }
        };
        let mut expected: Vec<Key> = model
            .keys()
            .map(|network| (key(network), *network))
            .collect();
        expected.sort_by_key(|(value, network)| (*value, place[network]));
        for descending in [false, true] {
            if descending {
                expected.reverse();
            }
            let query = BanQuery {
                sort,
                descending,
                limit: 17,
                ..BanQuery::default()
            };
            walk(&console, &query, &expected).await;
        }
    }
}

/// Forward to the end and back to the beginning.
async fn walk(console: &TestConsole, query: &BanQuery, expected: &[Key]) {
    let mut query = query.clone();
    let mut pages: Vec<Vec<Network>> = Vec::new();
    let mut last = loop {
        let page = bans::list(&console.backend, &query).await.unwrap();
        assert_eq!(page.total, i64::try_from(expected.len()).unwrap());
        assert_eq!(page.previous.is_some(), !pages.is_empty(), "{query:?}");
        pages.push(page.rows.iter().map(|row| row.network).collect());
        match &page.next {
            Some(next) => query.after = Some(next.clone()),
            None => break page,
        }
    };
    let all: Vec<Network> = pages.iter().flatten().copied().collect();
    assert_eq!(
        all,
        expected.iter().map(|key| key.1).collect::<Vec<_>>(),
        "{query:?}"
    );
    query.after = None;
    for page in pages.iter().rev().skip(1) {
        query.before = last.previous.clone();
        last = bans::list(&console.backend, &query).await.unwrap();
        let rows: Vec<Network> = last.rows.iter().map(|row| row.network).collect();
        assert_eq!(&rows, page, "{query:?}");
        assert!(last.next.is_some());
    }
    assert_eq!(last.previous, None, "{query:?}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_foreign_cursor_starts_at_the_beginning(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    worker.report(&ban_list(&["198.51.100.7"])).await;
    for after in [
        "",
        "x",
        "t1_nowhere",
        "n1_192.0.2.1",
        "t99999999999999999999_1.2.3.4",
        "' --",
    ] {
        let query = BanQuery {
            after: Some(after.to_owned()),
            limit: 5,
            ..BanQuery::default()
        };
        assert_eq!(
            bans::list(&console.backend, &query)
                .await
                .unwrap()
                .rows
                .len(),
            1,
            "{after}"
        );
    }
    let query = BanQuery {
        limit: i64::MIN,
        ..BanQuery::default()
    };
    assert_eq!(
        bans::list(&console.backend, &query)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
}
