//! Setup, sign-in, sign-out.

use std::time::{Duration, Instant};

use backend::accounts;
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{PASSWORD, WebConsole, admin};

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_first_visit_makes_the_first_admin_once(pool: PgPool) {
    let (one, two) = (
        WebConsole::start(&pool).await,
        WebConsole::start(&pool).await,
    );
    let first = accounts::issue_setup_token(&one.backend)
        .await
        .unwrap()
        .unwrap();
    let second = accounts::issue_setup_token(&two.backend)
        .await
        .unwrap()
        .unwrap();
    let browser = two.browser();
    assert_eq!(browser.get("/bans").await.location(), "/setup");
    assert_eq!(browser.get("/setup").await.status, 200);

    let setup = |token: &str, name: &str| {
        let fields = [("token", token.to_owned()), ("name", name.to_owned())];
        let fields = fields.map(|(name, value)| (name, value));
        let browser = two.browser();
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .chain([("password", PASSWORD)])
                .collect();
            let answer = browser.post("/api/ui/setup", &fields).await;
            (answer.location().to_owned(), browser)
        }
    };
    for wrong in ["", "x", &first[1..], "' or 1=1 --"] {
        let (_, browser) = setup(wrong, "eve").await;
        assert!(!browser.is_signed_in().await, "{wrong}");
        assert!(accounts::setup_needed(&two.backend).await.unwrap());
    }
    // The token that the other replica has printed.
    let (location, browser) = setup(&first, "ann").await;
    assert_eq!(location, "/");
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.get("/setup").await.location(), "/");

    for used in [&first, &second] {
        let (_, browser) = setup(used, "eve").await;
        assert!(!browser.is_signed_in().await);
    }
    assert_eq!(one.browser().get("/setup").await.location(), "/sign-in");
    assert_eq!(
        accounts::issue_setup_token(&one.backend).await.unwrap(),
        None
    );
    assert_eq!(accounts::list(&one.backend).await.unwrap().len(), 1);
    let audit = one.audit().await;
    assert_eq!(audit.iter().filter(|action| *action == "setup").count(), 1);
    assert_eq!(
        audit
            .iter()
            .filter(|action| *action == "setup failed")
            .count(),
        6
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn signs_in_and_out(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("Ann", Role::Viewer).await;
    let browser = console.browser();
    let asked = browser.get("/bans?search=198.51.100.7").await;
    assert_eq!(
        (asked.status, asked.location()),
        (303, "/sign-in?next=/bans%3Fsearch%3D198.51.100.7")
    );

    // Names are compared without case.
    let answer = browser.try_sign_in("ANN", PASSWORD).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "plain HTTP on loopback: {cookie}"
    );
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.get("/").await.status, 200);
    assert_eq!(browser.get("/sign-in").await.location(), "/");

    let copy = browser.copy(&console.url);
    assert_eq!(
        browser.post("/api/ui/sign_out", &[]).await.location(),
        "/sign-in"
    );
    assert!(!browser.is_signed_in().await && !copy.is_signed_in().await);
    let audit = console.audit().await;
    assert_eq!(audit, ["sign out", "sign in", "add user"]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn cookies_are_secure_behind_https(pool: PgPool) {
    let console = WebConsole::start_with(&pool, |settings| {
        settings.http.public_url = Some("https://console.example.org".into());
    })
    .await;
    console.add_user("ann", Role::Viewer).await;
    let answer = console.browser().try_sign_in("ann", PASSWORD).await;
    assert!(
        answer.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Secure")
    );
    assert!(answer.headers.contains_key("strict-transport-security"));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nobody_learns_who_exists(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Admin).await;
    let gone = console.add_user("gone", Role::Admin).await;
    accounts::set_disabled(&console.backend, &admin(), gone.id, true)
        .await
        .unwrap();
    // The first hash of a process is slower than the others.
    console.browser().try_sign_in("warm-up", PASSWORD).await;

    // In turns, so that the machine's other work meets all alike; the fastest of each counts. On a
    // busy machine it takes more than a few tries until each has met a quiet moment.
    let cases = [
        ("ann", "wrong password"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
    ];
    let mut fastest = [Duration::MAX; 3];
    let mut said = Vec::new();
    for round in 0..60 {
        if round >= 6 && alike(&fastest) {
            break;
        }
        // Throttled ones would not be tried.
        sqlx::query("delete from sign_in_failures")
            .execute(&pool)
            .await
            .unwrap();
        for (case, (name, password)) in cases.into_iter().enumerate() {
            let browser = console.browser();
            let start = Instant::now();
            let answer = browser.try_sign_in(name, password).await;
            fastest[case] = fastest[case].min(start.elapsed());
            assert!(!browser.is_signed_in().await);
            let page = browser.get("/sign-in").await;
            let headers: Vec<&str> = answer
                .headers
                .keys()
                .map(reqwest::header::HeaderName::as_str)
                .collect();
            said.push((
                answer.status,
                answer.location().to_owned(),
                format!("{headers:?}"),
                // What was typed comes back, and nothing else tells one from another.
                message(&page.body).replace(&format!("value=\"{name}\""), ""),
            ));
        }
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].3.contains("wrong"), "it says something: {said:?}");
    assert!(alike(&fastest), "{fastest:?}");
}

/// Without the hash of a dummy an answer takes a tenth of the time.
fn alike(times: &[Duration]) -> bool {
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    *least * 4 > *most
}

/// What the page says, without what differs in every page.
fn message(page: &str) -> String {
    let body = page.split_once("<body").expect("a page").1;
    body.split("nonce=").next().unwrap().to_owned()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_planted_session_is_worth_nothing(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Admin).await;
    // The attacker gets a session with a message in it, and plants its id.
    let attacker = console.browser();
    attacker.try_sign_in("ann", "wrong password").await;
    let planted = attacker.cookie().expect("a session");
    let victim = attacker.copy(&console.url);

    // The store fails between the deletion of the old session and the creation of the new one.
    sqlx::query(
        "create function full_disk() returns trigger language plpgsql as
         $$ begin raise exception 'no space left'; end $$",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "create trigger full_disk before insert on sessions
         for each row when (new.user_id is not null) execute function full_disk()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let failed = victim.try_sign_in("ann", PASSWORD).await;
    assert_eq!(failed.status, 503, "the failure was met, and said");
    assert!(!victim.is_signed_in().await && !attacker.is_signed_in().await);
    sqlx::query("drop trigger full_disk on sessions")
        .execute(&pool)
        .await
        .unwrap();
    assert!(!victim.is_signed_in().await && !attacker.is_signed_in().await);

    let again = console.browser();
    again.try_sign_in("ann", "wrong password").await;
    let victim = again.copy(&console.url);
    victim.sign_in("ann").await;
    assert_ne!(victim.cookie(), again.cookie());
    assert_ne!(victim.cookie().unwrap(), planted);
    assert!(!again.is_signed_in().await && !attacker.is_signed_in().await);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_hashes_of_session_ids_are_stored(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let cookie = browser.cookie().unwrap();
    let id = cookie.trim_start_matches("callwarden=");
    let rows: Vec<String> = sqlx::query_scalar("select s::text from sessions s")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains(id), "{rows:?}");
}
