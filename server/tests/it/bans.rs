use backend::bans::{self, BanQuery, BanRequest, BanState, Scope};
use backend::overview::overview;
use domain::attack::Kind;
use domain::ban::{HeldBan, Outcome};
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;
use time::Duration;

use crate::support::{
    NOW, TestConsole, actor, attack, ban_event, ban_list, changed, chunk, held, log_of_bans, net,
    whole_list,
};

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_difference_applies_to_the_version_it_names(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let first = worker
        .report(&ban_list(&["198.51.100.7", "198.51.100.8"]))
        .await;
    let difference = changed(first.ban_list, &["198.51.100.9"], &["198.51.100.7"]);
    let second = worker.report(&difference).await;
    assert!(!second.resync && second.ban_list > first.ban_list);
    // The same again, after a torn connection: not applied, the whole list is asked for.
    let again = worker.report(&difference).await;
    assert!(again.resync);
    assert_eq!(again.ban_list, second.ban_list);
    let listed = || async {
        let page = console.bans().await;
        let mut networks: Vec<String> = page
            .rows
            .iter()
            .map(|row| row.network.to_string())
            .collect();
        networks.sort();
        networks
    };
    assert_eq!(listed().await, ["198.51.100.8", "198.51.100.9"]);
    // Whoever stands in both lists is held.
    let both = changed(
        second.ban_list,
        &["198.51.100.8"],
        &["198.51.100.8", "198.51.100.9"],
    );
    worker.report(&both).await;
    assert_eq!(listed().await, ["198.51.100.8"]);
    // The same network twice in one list is one ban, whatever the spelling.
    worker
        .report(&ban_list(&[
            "2001:db8::1",
            "2001:DB8:0::1",
            "192.0.2.4",
            "192.0.2.4",
        ]))
        .await;
    assert_eq!(listed().await, ["192.0.2.4", "2001:db8::1"]);
    worker.report(&ban_list(&[])).await;
    assert_eq!(listed().await, [""; 0]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nodes_that_report_at_once_both_count(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let mut workers = Vec::new();
    for n in 0..5 {
        workers.push(console.node(&format!("fs-{n}")).await);
    }
    let list: Vec<String> = (0..200).map(|n| format!("198.51.100.{n}")).collect();
    let list = ban_list(&list.iter().map(String::as_str).collect::<Vec<_>>());
    for round in 0..3 {
        let empty = ban_list(&[]);
        let report = if round == 1 { &empty } else { &list };
        futures::future::join_all(workers.iter().map(|worker| worker.report(report))).await;
        let page = console.bans().await;
        let expected = if round == 1 { 0 } else { 200 };
        assert_eq!(page.total, expected);
        assert!(page.rows.iter().all(|row| row.holders.len() == 5));
        let heads: i64 = sqlx::query_scalar("select count(*) from banned where nodes = 5")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(heads, expected, "round {round}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_row_says_since_until_why_and_how_often(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let refused = AttackEvent {
        kind: Kind::NumberRefused,
        ..attack(90, "198.51.100.7")
    };
    let lines = vec![
        attack(0, "198.51.100.7"),
        attack(45, "198.51.100.7"),
        refused,
    ];
    let lines = chunk(
        1,
        0,
        200,
        [lines, vec![attack(150, "198.51.100.77")]].concat(),
    );
    one.report(&Report {
        chunks: vec![lines],
        ..Report::default()
    })
    .await;
    let now = NOW.unix_timestamp();
    let events = [now - 90_000, now - 50_000, now].map(|at| (at, "198.51.100.7"));
    let events = (0..)
        .zip(events)
        .map(|(n, (at, who))| ban_event(n * 50, who, at))
        .collect();
    one.report(&log_of_bans(0, 150, events)).await;
    one.report(&ban_list(&["198.51.100.7"])).await;
    let for_ever = HeldBan {
        since: now + 60,
        until: None,
        in_firewall: Some(false),
        ..held("198.51.100.7")
    };
    two.report(&whole_list(vec![for_ever])).await;

    let row = console.bans().await.rows.remove(0);
    assert_eq!((row.since, row.until, row.repeats), (NOW, None, 2));
    let holders: Vec<_> = row
        .holders
        .iter()
        .map(|holder| (holder.name.as_str(), holder.in_firewall))
        .collect();
    assert_eq!(holders, [("fs-1", Some(true)), ("fs-2", Some(false))]);
    assert_eq!(
        row.why.kinds,
        [(Kind::RegistrationFailed, 2), (Kind::NumberRefused, 1)]
    );
    assert_eq!(row.why.last_lines.len(), 3);
    assert_eq!(row.why.by_hand, None);

    let detail = bans::detail(&console.backend, net("198.51.100.7"))
        .await
        .unwrap();
    assert_eq!((detail.events.len(), detail.lines.len()), (3, 3));
    assert_eq!(detail.row, Some(row));
    let around = bans::detail(&console.backend, net("198.51.100.0/24"))
        .await
        .unwrap();
    assert_eq!((around.row, around.lines.len()), (None, 4));

    let overview = overview(&console.backend, None).await.unwrap();
    assert_eq!(
        (
            overview.bans_now,
            overview.not_effective,
            overview.bans_new_today
        ),
        (1, 1, 2)
    );
    assert_eq!(
        (overview.attacks_last_hour, overview.attacks_previous_hour),
        (4, 0)
    );
    assert_eq!(overview.per_minute.len(), 60);
    assert_eq!(
        overview
            .per_minute
            .iter()
            .map(|minute| minute.1)
            .sum::<i64>(),
        4
    );
    assert_eq!(
        (overview.last_attacks.len(), overview.last_bans.len()),
        (4, 3)
    );
    let broken = overview
        .nodes
        .iter()
        .find(|node| node.name == "fs-2")
        .unwrap();
    assert_eq!(
        (broken.bans, broken.connected, broken.attacks_last_hour),
        (1, true, 0)
    );

    // Of one node only.
    for (name, expected) in [("fs-1", (1, 0, 4, 4)), ("fs-2", (1, 1, 0, 0))] {
        let node = overview
            .nodes
            .iter()
            .find(|node| node.name == name)
            .unwrap();
        let of_node = backend::overview::overview(&console.backend, Some(node.id))
            .await
            .unwrap();
        assert_eq!(
            (
                of_node.bans_now,
                of_node.not_effective,
                of_node.attacks_last_hour,
                of_node.last_attacks.len()
            ),
            expected,
            "{name}"
        );
        assert_eq!(of_node.nodes, std::slice::from_ref(node));
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_first_ban_has_no_repeats(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    // The list may come before the log's line, and the other way round.
    one.report(&ban_list(&["198.51.100.7"])).await;
    let event = || vec![ban_event(0, "198.51.100.7", NOW.unix_timestamp())];
    one.report(&log_of_bans(0, 50, event())).await;
    two.report(&log_of_bans(0, 50, event())).await;
    two.report(&ban_list(&["198.51.100.7"])).await;
    assert_eq!(console.bans().await.rows[0].repeats, 0);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_by_hand_names_who_and_why(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let request = BanRequest {
        network: " 198.51.100.7 ".to_owned(),
        scope: Scope::Nodes(vec![worker.node]),
        reason: "calls premium numbers".to_owned(),
        confirm_wide: false,
    };
    bans::ban(&console.backend, &actor(Role::Operator), request)
        .await
        .unwrap();
    let order = worker.stream().await.orders().await.remove(0);
    worker.answer(&order, Outcome::Done).await;
    worker.report(&ban_list(&["198.51.100.7"])).await;
    let by = console.bans().await.rows.remove(0).why.by_hand.unwrap();
    assert_eq!(by.actor, "test operator");
    assert_eq!(by.reason.as_deref(), Some("calls premium numbers"));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn filters_by_node_state_and_search(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&ban_list(&[
        "198.51.100.7",
        "198.51.100.0/24",
        "203.0.113.5",
    ]))
    .await;
    let odd = HeldBan {
        in_firewall: Some(false),
        ..held("203.0.113.5")
    };
    two.report(&whole_list(vec![odd, held("2001:db8::5")]))
        .await;
    let backend = &console.backend;
    let find = |query: BanQuery| async move {
        let page = bans::list(backend, &query).await.unwrap();
        let networks: Vec<String> = page
            .rows
            .iter()
            .map(|row| row.network.to_string())
            .collect();
        assert_eq!(
            page.total,
            i64::try_from(networks.len()).unwrap(),
            "{query:?}"
        );
        networks
    };
    let query = |search: &str| BanQuery {
        search: search.to_owned(),
        sort: bans::BanSort::Network,
        limit: 50,
        ..BanQuery::default()
    };
    let all = [
        "198.51.100.0/24",
        "198.51.100.7",
        "203.0.113.5",
        "2001:db8::5",
    ];
    assert_eq!(find(query("")).await, all);
    assert_eq!(find(query("198.51.100.9")).await, ["198.51.100.0/24"]);
    assert_eq!(find(query("198.51.100.7")).await, all[..2]);
    assert_eq!(find(query("198.51.")).await, all[..2]);
    assert_eq!(find(query("203.0.113.0/24")).await, all[2..3]);
    assert_eq!(find(query("2001:DB8::/32")).await, all[3..]);
    assert_eq!(find(query("192.0.2.1")).await, [""; 0]);
    assert_eq!(
        find(BanQuery {
            node: Some(one.node),
            ..query("")
        })
        .await,
        all[..3]
    );
    assert_eq!(
        find(BanQuery {
            node: Some(two.node),
            ..query("203")
        })
        .await,
        all[2..3]
    );
    let state = |state| BanQuery {
        state: Some(state),
        ..query("")
    };
    assert_eq!(find(state(BanState::NotEffective)).await, all[2..3]);
    assert_eq!(find(state(BanState::Effective)).await.len(), 3);
    for search in [
        "' or true --",
        "%",
        "(a+)+$",
        "198.51.100.7; drop table bans",
        "\0",
    ] {
        assert!(
            bans::list(&console.backend, &query(search)).await.is_err(),
            "{search}"
        );
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn impossible_times_are_stored_as_possible_ones(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let odd = HeldBan {
        since: i64::MIN,
        until: Some(i64::MAX),
        ..held("198.51.100.7")
    };
    worker.report(&whole_list(vec![odd])).await;
    let row = console.bans().await.rows.remove(0);
    assert_eq!(row.until, None);
    assert!(row.since < NOW - Duration::days(10_000));
}
