//! The list of attack lines against what stands in the table, and as a file.

use backend::attacks::{self, LineQuery, LoggedLine};
use backend::{Backend, nodes};
use domain::attack::Kind;
use domain::ids::NodeId;
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::PgPool;
use time::Duration;

use crate::support::{NOW, TestConsole, WebConsole, admin, attack, chunk};

/// Rows of `attacks` that say the same kinds of things again and again.
const ROWS: &str = r#"
    with picked as (
        select n, $1::timestamptz - make_interval(secs => power(random(), 3) * 6000000) as at,
               ($2::bigint[])[1 + floor(random() * 2)] as node_id,
               floor(random() * 6)::int as s, floor(random() * 6)::int as k,
               floor(random() * 4)::int as e, floor(random() * 4)::int as p
        from generate_series(1, $3) n
    )
    insert into attacks (node_id, generation, "offset", at, source, kind, extension, number, raw,
                         country, asn, prefix)
    select node_id, 1, n, at,
           (array['198.51.100.7', '198.51.100.8', '203.0.113.5', '192.0.2.1', '2001:db8::5', null]::inet[])[s + 1],
           (array['registration_failed', 'call_unauthorised', 'number_refused', 'malformed_sip', 'scan', 'other'])[k + 1],
           (array['1001', '1002', '9', null])[e + 1],
           (array['00442', '+4420', '1001', null])[p + 1], 'line ' || n,
           (array['CN', 'US', 'NL', 'NL', 'DE', null])[s + 1], (array[64500, 64500, 64501, 64502, 64503, null])[s + 1],
           (array['00', '+', '100', null])[p + 1]
    from picked"#;

/// Every row is counted: of hours and days, of its node and of all.
const COUNTS: &str = r"
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

async fn two_nodes(backend: &Backend) -> [NodeId; 2] {
    let admin = admin();
    let add = |name: &'static str| nodes::add(backend, &admin, name);
    [
        add("fs-1").await.unwrap().node,
        add("fs-2").await.unwrap().node,
    ]
}

async fn fill(pool: &PgPool, nodes: [NodeId; 2], rows: i32) {
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
    let second = LineQuery {
        after: first.next,
        ..query
    };
    let second = attacks::list(&console.backend, &second).await.unwrap();
    assert_eq!((second.rows.len(), second.next), (1, None));
}

/// Texts that are something else to a browser, a spreadsheet or a terminal.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
];

fn hostile_lines() -> Vec<AttackEvent> {
    let lines = HOSTILE.iter().zip(0_i64..).map(|(text, n)| AttackEvent {
        kind: Kind::ALL[usize::try_from(n).unwrap() % 6],
        user: Some((*text).to_owned()),
        number: Some((*text).to_owned()),
        raw: format!("ip[198.51.100.7] user[{text}] number[{text}] {text}"),
        ..attack(n * 100, "198.51.100.7")
    });
    lines.collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_34_payloads_are_inert_in_list_charts_and_file(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let node = console.enrolled("fs-1").await.0;
    let now = console.backend.clock.now();
    let mut lines = hostile_lines();
    for line in &mut lines {
        line.at = Some((now.unix_timestamp() - 60) * 1_000_000);
    }
    let report = Report {
        chunks: vec![chunk(1, 0, 10_000, lines)],
        ..Report::default()
    };
    let peer = "192.0.2.10".parse().unwrap();
    backend::ingest::accept(&console.backend, node, peer, report)
        .await
        .unwrap();
    let browser = console.signed_in(Role::Viewer).await;
    let first = browser.get("/attacks").await;
    let open = first
        .body
        .split("open=")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a line to open");
    let opened = format!("/attacks?open={open}");
    let searched = HOSTILE.map(|text| {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let text = bytes.concat();
        format!("/attacks?search={text}&extension={text}&prefix={text}&country={text}&from={text}&window={text}")
    });
    let pages = ["/", "/?window=1h", "/attacks", &opened];
    for page in pages.into_iter().chain(searched.iter().map(String::as_str)) {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        for tag in [
            "<script>alert",
            "<img src=x",
            "<svg onload",
            "href=\"javascript",
        ] {
            assert!(!answer.body.contains(tag), "{tag} in {page}");
        }
    }
    assert!(first.body.contains("&lt;script&gt;alert(1)"), "it is shown");
    assert!(
        browser.get("/").await.body.contains("&lt;img src=x"),
        "it is shown"
    );

    let file = browser.get("/attacks.csv").await;
    assert_eq!(
        file.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), HOSTILE.len());
    for row in &rows {
        for cell in row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
    }
    let shown = |text: &str| {
        rows.iter()
            .any(|row| row[7].trim_start_matches('\'') == text)
    };
    for text in HOSTILE {
        assert!(shown(text.trim_start_matches('\'')), "{text}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_export_has_every_line_that_the_list_has(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    fill(&pool, nodes, 5_000).await;
    sqlx::query(COUNTS)
        .bind(None::<i64>)
        .execute(&pool)
        .await
        .unwrap();
    let browser = console.signed_in(Role::Viewer).await;
    for (question, sql) in [
        ("", "select raw from attacks"),
        (
            "?country=NL&kind=scan",
            "select raw from attacks where country = 'NL' and kind = 'scan'",
        ),
        (
            "?search=198.51.100.0/24",
            "select raw from attacks where source <<= '198.51.100.0/24'",
        ),
    ] {
        let file = browser.get(&format!("/attacks.csv{question}")).await;
        let mut reader = csv::Reader::from_reader(file.body.as_bytes());
        let mut lines: Vec<String> = reader
            .records()
            .map(|row| row.unwrap()[11].to_owned())
            .collect();
        let mut expected: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        lines.sort();
        expected.sort();
        assert!(
            !lines.is_empty() && lines == expected,
            "{question}: {}",
            lines.len()
        );
    }
}
