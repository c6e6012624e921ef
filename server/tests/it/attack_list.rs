//! The list of attack lines against what stands in the table.

use backend::attacks::{self, LineQuery, LoggedLine, Matches};
use backend::{Backend, nodes};
use domain::attack::Kind;
use domain::ids::NodeId;
use domain::role::Role;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::PgPool;
use time::Duration;

use crate::support::{NOW, TestConsole, WebConsole, admin};

/// Rows of `attacks` that say the same kinds of things again and again.
const ROWS: &str = r#"
    with picked as (
        select n, $1::timestamptz - make_interval(secs => power(random(), 3) * 6000000) as at,
               ($2::bigint[])[1 + floor(random() * 2)] as node_id,
               floor(random() * 6)::int as s, floor(random() * 6)::int as k,
               floor(random() * 4)::int as e, floor(random() * 5)::int as p
        from generate_series(1, $3) n
    )
    insert into attacks (node_id, generation, "offset", at, source, kind, extension, number, raw,
                         country, asn, prefix)
    select node_id, 1, n, at,
           (array['198.51.100.7', '198.51.100.8', '203.0.113.5', '192.0.2.1', '2001:db8::5', null]::inet[])[s + 1],
           (array['registration_failed', 'call_unauthorised', 'number_refused', 'malformed_sip', 'scan', 'other'])[k + 1],
           (array['1001', '1002', '9', null])[e + 1],
           (array['00442', '+4420', '1001', 'x00', null])[p + 1], 'line ' || n,
           (array['CN', 'US', 'NL', 'NL', 'DE', null])[s + 1], (array[64500, 64500, 64501, 64502, 64503, null])[s + 1],
           (array['00', '+', '100', '?', null])[p + 1]
    from picked"#;

/// Every row is counted: of hours and days, of its node and of all.
pub const COUNTS: &str = r"
    with rows as (select * from attacks where ($1::bigint is null or node_id = $1)),
    levels as (select * from (values (1::smallint, 'hour'), (2::smallint, 'day')) as l (level, unit)),
    events as (
        insert into event_counts (level, node_id, start, kind, events)
        select level, n.id, date_trunc(unit, at, 'UTC'), kind, count(*)
        from rows cross join levels cross join lateral (values (0), (node_id)) as n (id)
        group by 1, 2, 3, 4
    )
    insert into facet_counts (level, facet, node_id, key, start, events)
    select level, facet, n.id, key, date_trunc(unit, at, 'UTC'), count(*)
    from rows cross join levels cross join lateral (values (0), (node_id)) as n (id)
    cross join lateral (values (1::smallint, host(source)), (2, asn::text), (3, country),
                               (4, extension), (5, prefix)) as f (facet, key)
    where key is not null group by 1, 2, 3, 4, 5";

/// … or not yet, but will be.
const PENDING: &str = r"
    insert into pending_counts (node_id, facet, starts, keys, events, lines)
    select node_id, facet, array_agg(start), array_agg(key), array_agg(events), sum(events)
    from (
        select node_id, facet, date_trunc('minute', at, 'UTC') as start, key, count(*) as events
        from attacks
        cross join lateral (values (0::smallint, kind), (1, host(source)), (2, asn::text), (3, country),
                                   (4, extension), (5, prefix)) as f (facet, key)
        where key is not null and node_id = $1 group by 1, 2, 3, 4
    ) counted group by 1, 2";

async fn make_weeks(pool: &PgPool) {
    sqlx::query(
        "select make_week('attacks', date_trunc('week', $1 at time zone 'UTC')::date - 7 * n)
         from generate_series(-1, 12) n",
    )
    .bind(NOW)
    .execute(pool)
    .await
    .unwrap();
}

pub async fn two_nodes(backend: &Backend) -> [NodeId; 2] {
    let admin = admin();
    let add = |name: &'static str| nodes::add(backend, &admin, name);
    [
        add("fs-1").await.unwrap().node,
        add("fs-2").await.unwrap().node,
    ]
}

pub async fn fill(pool: &PgPool, nodes: [NodeId; 2], rows: i32) {
    make_weeks(pool).await;
    sqlx::query(ROWS)
        .bind(NOW)
        .bind(nodes.map(|node| node.0).to_vec())
        .bind(rows)
        .execute(pool)
        .await
        .unwrap();
}

fn random_query(random: &mut StdRng, nodes: [NodeId; 2]) -> LineQuery {
    let mut pick = |of: &[&str]| -> Option<String> {
        let rare = random.random_bool(0.7);
        (!rare).then(|| of[random.random_range(0..of.len())].to_owned())
    };
    let search = pick(&[
        "198.51.100.7",
        "198.51.100.0/24",
        "2001:db8::/32",
        "0.0.0.0/0",
        "203.0.",
        "1001",
        "00442",
        "9",
        "x00",
        "nobody",
    ]);
    let kind = pick(&["scan", "number_refused"]);
    let node = pick(&["0", "1"]);
    let (country, asn) = (pick(&["NL", "CN", "FR"]), pick(&["64500", "64502"]));
    let (extension, prefix) = (pick(&["1001", "9"]), pick(&["00", "+", "7"]));
    let from = pick(&["1", "30", "100", "1600"]);
    let to = pick(&["0", "20", "700"]);
    let hours = |text: String| NOW - Duration::minutes(text.parse::<i64>().unwrap() * 60 + 7);
    LineQuery {
        search: search.unwrap_or_default(),
        kind: kind.map(|kind| Kind::from_text(&kind)),
        node: node.map(|node| nodes[node.parse::<usize>().unwrap()]),
        country,
        asn: asn.map(|asn| asn.parse().unwrap()),
        extension,
        prefix,
        from: from.map(hours),
        to: to.map(hours),
        after: None,
        limit: random.random_range(1..60),
    }
}

/// The same question, asked of every row.
fn is_asked(line: &LoggedLine, query: &LineQuery) -> bool {
    let same = |asked: &Option<String>, has: &Option<String>| asked.is_none() || asked == has;
    let text = Some(query.search.clone());
    let found = match query.search.as_str() {
        "" => true,
        "203.0." => line
            .source
            .is_some_and(|ip| ip.to_string().starts_with("203.0.")),
        search => match search.parse::<domain::net::Network>() {
            Ok(network) => line
                .source
                .is_some_and(|ip| network.contains(domain::net::Network::host(ip))),
            Err(_) => line.extension == text || line.number == text,
        },
    };
    found
        && query.kind.is_none_or(|kind| kind == line.kind)
        && query.node.is_none_or(|node| node == line.node)
        && same(&query.country, &line.country)
        && (query.asn.is_none() || query.asn == line.asn)
        && same(&query.extension, &line.extension)
        && same(&query.prefix, &line.prefix)
        && query.from.is_none_or(|from| line.at >= from)
        && query.to.is_none_or(|to| line.at < to)
}

/// Every page from the first to the last.
async fn walk(console: &TestConsole, query: &LineQuery) -> Vec<LoggedLine> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    loop {
        let page = attacks::list(&console.backend, &query).await.unwrap();
        assert!(i64::try_from(page.rows.len()).unwrap() <= query.limit);
        rows.extend(page.rows);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return rows,
        }
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn every_filter_finds_what_stands_in_the_table(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    fill(&pool, nodes, 1_500).await;
    sqlx::query(COUNTS)
        .bind(nodes[0].0)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query(PENDING)
        .bind(nodes[1].0)
        .execute(&pool)
        .await
        .unwrap();
    // In some buckets rare keys are not counted.
    sqlx::query(
        "with gone as (delete from facet_counts where events = 1 and abs(hashtext(start::text)) % 3 = 0
                       returning level, facet, start, node_id)
         insert into facet_buckets (level, facet, start, node_id, keys, floor)
         select distinct level, facet, start, node_id, 0, 1 from gone
         on conflict (level, facet, start, node_id) do update set floor = 1",
    )
    .execute(&pool)
    .await
    .unwrap();
    let all = LineQuery {
        limit: 1_000,
        ..LineQuery::default()
    };
    let all = walk(&console, &all).await;
    assert_eq!(all.len(), 1_500);
    let key = |line: &LoggedLine| {
        let numbers = line
            .place
            .split('_')
            .map(|part| part.parse::<i64>().unwrap());
        numbers.collect::<Vec<_>>()
    };
    assert!(all.windows(2).all(|pair| key(&pair[0]) > key(&pair[1])));
    let mut random = StdRng::seed_from_u64(34);
    let mut hits = 0;
    for _ in 0..150 {
        let query = random_query(&mut random, nodes);
        let expected: Vec<&LoggedLine> = all.iter().filter(|line| is_asked(line, &query)).collect();
        let found = walk(&console, &query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
        let matches = attacks::matches(&console.backend, &query).await.unwrap();
        let lines = i64::try_from(found.len()).unwrap();
        match matches {
            Matches::Exactly(told) => assert_eq!(told, lines, "{query:?}"),
            // Many hours far from each other.
            Matches::AtLeast(told) => assert!(told <= lines && told > 100, "{told} {query:?}"),
            Matches::About(_) => panic!("{query:?}"),
        }
        hits += found.len();
    }
    assert!(hits > 3_000, "{hits}");
    let line = attacks::line(&console.backend, &all[7].place)
        .await
        .unwrap();
    assert_eq!(line.as_ref(), Some(&all[7]));
    for place in ["", "x", "1_2_3_4", "' or 1=1 --"] {
        assert_eq!(attacks::line(&console.backend, place).await.unwrap(), None);
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_page_looks_at_a_bounded_number_of_lines(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    make_weeks(&pool).await;
    // Half of them attack 1001, half of them come from CN; one alone does both, long ago.
    sqlx::query(
        r#"insert into attacks (node_id, generation, "offset", at, kind, extension, raw, country)
           select $1, 1, n, $2::timestamptz - n * interval '1 second', 'scan',
                  case when n % 2 = 0 or n = 299999 then '1001' end, '',
                  case when n % 2 = 1 then 'CN' end
           from generate_series(1, 300000) n"#,
    )
    .bind(nodes[0].0)
    .bind(NOW)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(COUNTS)
        .bind(None::<i64>)
        .execute(&pool)
        .await
        .unwrap();
    let query = LineQuery {
        extension: Some("1001".into()),
        country: Some("CN".into()),
        limit: 50,
        ..LineQuery::default()
    };
    let first = attacks::list(&console.backend, &query).await.unwrap();
    assert_eq!(first.rows, []);
    let reached = first.reached.expect("it stopped on the way");
    assert!(reached < NOW - Duration::hours(40) && reached > NOW - Duration::hours(80));
    // How many there are is looked for in fewer still.
    let matches =
        async |query: &LineQuery| attacks::matches(&console.backend, query).await.unwrap();
    assert_eq!(matches(&query).await, Matches::AtLeast(0));
    let of_cn = LineQuery {
        extension: None,
        ..query.clone()
    };
    assert_eq!(matches(&of_cn).await, Matches::AtLeast(10_000));
    let second = LineQuery {
        after: first.next,
        ..query
    };
    let second = attacks::list(&console.backend, &second).await.unwrap();
    assert_eq!((second.rows.len(), second.next), (1, None));
}

/// The counts cannot say where in an hour something stands.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_burst_within_one_minute_is_looked_at_page_by_page(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    make_weeks(&pool).await;
    // Seven at each moment. Few of them attack 1001, and the first ones do.
    sqlx::query(
        r#"insert into attacks (node_id, generation, "offset", at, source, kind, extension, raw)
           select ($1::bigint[])[1 + n % 2], 1, n,
                  $2::timestamptz - (n / 7) * interval '700 microseconds', inet '198.51.100.7', 'scan',
                  case when n % 9973 = 0 or n > 449990 then '1001' end, 'line ' || n
           from generate_series(1, 450000) n"#,
    )
    .bind(nodes.map(|node| node.0).to_vec())
    .bind(NOW - Duration::SECOND)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(COUNTS)
        .bind(None::<i64>)
        .execute(&pool)
        .await
        .unwrap();
    let expected: Vec<String> = sqlx::query_scalar(
        r#"select raw from attacks where extension = '1001'
           order by at desc, node_id desc, generation desc, "offset" desc"#,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(expected.len(), 55);
    for search in ["", "198.51.100.7"] {
        let mut query = LineQuery {
            search: search.to_owned(),
            extension: Some("1001".into()),
            limit: 100,
            ..LineQuery::default()
        };
        // How many there are is looked for in the newest 50,000.
        let matches = attacks::matches(&console.backend, &query).await.unwrap();
        assert_eq!(matches, Matches::AtLeast(5));
        let (mut found, mut pages, mut newest) = (Vec::new(), 0, NOW);
        loop {
            let page = attacks::list(&console.backend, &query).await.unwrap();
            let oldest = page.reached.unwrap_or(NOW - Duration::DAY);
            let looked: i64 =
                sqlx::query_scalar("select count(*) from attacks where at >= $1 and at < $2")
                    .bind(oldest)
                    .bind(newest)
                    .fetch_one(&pool)
                    .await
                    .unwrap();
            assert!(looked < 201_000, "{looked}");
            found.extend(page.rows.into_iter().map(|line| line.raw));
            pages += 1;
            query.after = page.next;
            newest = oldest;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{search}");
        assert_eq!(pages, 3, "{search}");
    }
}

/// Where nothing but a time, a kind and a node are asked for, the counts know what is too much to look at.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_no_filter_is_said_at_its_field(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let page = browser
        .get("/attacks?asn=Google&country=Germany")
        .await
        .body;
    for said in [
        "id=\"filter-asn-problem\"",
        "value=\"Google\"",
        "id=\"filter-country-problem\"",
        "value=\"Germany\"",
        "id=\"more-filters\" open",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = browser.get("/attacks?asn=AS64500&country=de").await.body;
    let page = page.replace("<!>", "");
    for said in ["-problem\"", "id=\"more-filters\" open"] {
        assert!(!page.contains(said), "{said}: {page}");
    }
    assert!(
        page.contains("<option value=\"DE\">Germany</option>"),
        "{page}"
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn many_lines_are_told_by_the_counts(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    make_weeks(&pool).await;
    sqlx::query(
        r#"insert into attacks (node_id, generation, "offset", at, kind, raw)
           select ($1::bigint[])[1 + n % 2], 1, n, $2::timestamptz - n * interval '1 second',
                  case when n % 3 = 0 then 'scan' else 'other' end, ''
           from generate_series(1, 60000) n"#,
    )
    .bind(nodes.map(|node| node.0).to_vec())
    .bind(NOW)
    .execute(&pool)
    .await
    .unwrap();
    for node in nodes {
        sqlx::query(PENDING)
            .bind(node.0)
            .execute(&pool)
            .await
            .unwrap();
    }
    sqlx::query("insert into log_weeks (log, week, rows) values ('attacks', '2026-11-16', 60000)")
        .execute(&pool)
        .await
        .unwrap();
    let matches =
        async |query: LineQuery| attacks::matches(&console.backend, &query).await.unwrap();
    let all = LineQuery::default();
    assert_eq!(matches(all.clone()).await, Matches::About(60_000));
    let window = LineQuery {
        from: Some(NOW - Duration::hours(10)),
        to: Some(NOW),
        ..all.clone()
    };
    assert_eq!(matches(window.clone()).await, Matches::About(36_000));
    let scans = LineQuery {
        kind: Some(Kind::Scan),
        ..window.clone()
    };
    assert_eq!(matches(scans.clone()).await, Matches::About(12_000));
    let of_node = LineQuery {
        node: Some(nodes[0]),
        ..scans
    };
    assert_eq!(matches(of_node).await, Matches::Exactly(6_000));
    // The counts know more than is kept, and do not know to the second.
    for other in [
        LineQuery {
            from: Some(NOW - Duration::days(2)),
            ..window.clone()
        },
        LineQuery {
            to: Some(NOW - Duration::seconds(7)),
            ..window.clone()
        },
        LineQuery {
            kind: Some(Kind::Scan),
            ..all
        },
        LineQuery {
            search: "::/0".to_owned(),
            to: None,
            ..window.clone()
        },
    ] {
        let expected = if other.search.is_empty() {
            Matches::AtLeast(10_000)
        } else {
            Matches::Exactly(0)
        };
        assert_eq!(matches(other.clone()).await, expected, "{other:?}");
    }
}
