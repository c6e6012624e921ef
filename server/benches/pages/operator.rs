//! One operator's browser: a page that stays open, and is fetched again when there is news.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

/// What they have open; each a fifth of them.
const PAGES: [&str; 5] = [
    "/",
    "/?window=30d",
    "/attacks",
    "/bans",
    "/addresses/198.51.100.7",
];
/// As `app/src/islands/browser/live.rs`: at most so often, …
const PAUSE: Duration = Duration::from_millis(150);
/// … so many times as rarely as the last one took, …
const SHARE: u32 = 6;
/// … and without news every so often, by a clock of its own that began with the page.
const POLL: Duration = Duration::from_secs(10);

/// What is before a phase is not looked at …
pub const SETTLE: Duration = Duration::from_secs(5);
/// … so long.
pub const PHASE: Duration = Duration::from_secs(30);

/// How long pages took, by page: to the first byte of the answer, and to the last.
#[derive(Default)]
pub struct Seen(Mutex<BTreeMap<&'static str, Vec<[Duration; 2]>>>);

impl Seen {
    /// Lets things settle, and tells how long pages took from then on.
    pub async fn phase(&self, what: &str) {
        tokio::time::sleep(SETTLE).await;
        self.0.lock().expect("a lock").clear();
        tokio::time::sleep(PHASE).await;
        self.tell(what, PHASE);
    }

    fn add(&self, page: &'static str, took: [Duration; 2]) {
        let mut times = self.0.lock().expect("a lock");
        times.entry(page).or_default().push(took);
    }

    fn tell(&self, what: &str, during: Duration) {
        println!("{what}:");
        for (page, times) in self.0.lock().expect("a lock").iter() {
            let at = |place: usize, share: usize| {
                let mut times: Vec<Duration> = times.iter().map(|both| both[place]).collect();
                times.sort_unstable();
                times[(times.len() - 1) * share / 100]
            };
            println!(
                "  {page:<26} first byte p50 {:>8.1?}, p99 {:>8.1?}; whole p50 {:>8.1?}, p99 {:>8.1?}; {:.1} a second",
                at(0, 50),
                at(0, 99),
                at(1, 50),
                at(1, 99),
                f64::from(u32::try_from(times.len()).expect("few")) / during.as_secs_f64(),
            );
        }
    }
}

pub struct Operator {
    url: String,
    number: usize,
    page: &'static str,
    cookie: String,
    http: Client,
    seen: Arc<Seen>,
}

impl Operator {
    pub async fn sign_in(url: &str, number: usize, password: &str, seen: Arc<Seen>) -> Self {
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        let answer = http
            .post(format!("{url}/api/ui/sign_in"))
            .header(ORIGIN, url)
            .header("accept", "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!(
                "name=ann&password={}&next=",
                password.replace(' ', "+")
            ))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.headers()[LOCATION], "/", "{}", answer.status());
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("a cookie");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        Self {
            url: url.to_owned(),
            number,
            page: PAGES[number % PAGES.len()],
            cookie,
            http,
            seen,
        }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.url));
        let answer = request.header(COOKIE, &self.cookie).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer
    }

    /// Until it is aborted; one of so many, who did not open their pages all at once.
    pub async fn work(self, of: usize) {
        let share = u32::try_from(of).expect("few");
        let begun = POLL / share * u32::try_from(self.number).expect("few");
        let mut poll = tokio::time::interval_at((Instant::now() + begun).into(), POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (tell, mut news) = mpsc::channel(1);
        let mut events = self.get("/live").await.bytes_stream();
        tokio::spawn(async move {
            while let Some(Ok(bytes)) = events.next().await {
                if bytes.windows(5).any(|piece| piece == b"data:") {
                    // One that waits already is enough.
                    let _ = tell.try_send(());
                }
            }
        });
        loop {
            let begin = Instant::now();
            let answer = self.get(self.page).await;
            let first = begin.elapsed();
            let body = answer.text().await.expect("a page");
            let whole = begin.elapsed();
            // After the page itself comes what was streamed into it.
            assert!(body.ends_with("</script>"), "{}", self.page);
            self.seen.add(self.page, [first, whole]);
            tokio::time::sleep((whole * SHARE).max(PAUSE).saturating_sub(whole)).await;
            tokio::select! {
                _ = news.recv() => {}
                _ = poll.tick() => {}
            }
        }
    }
}
