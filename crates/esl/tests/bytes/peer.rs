//! The other end of a link, written and read byte by byte.

use std::time::Duration;

use esl::{Auth, Link, LinkState, Options, Secret, Target, Up};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Everything here happens in milliseconds; what takes longer than this never happens.
const LONG: Duration = Duration::from_secs(20);

pub const CHALLENGE: &str = "Content-Type: auth/request\n\n";
pub const ACCEPTED: &str = "Content-Type: command/reply\nReply-Text: +OK accepted\n\n";
pub const SUBSCRIBED: &str =
    "Content-Type: command/reply\nReply-Text: +OK event listener enabled json\n\n";
pub const DENIED: &str = "Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n";
pub const CORE_UUID: &str = "59588041-ff38-46e4-908e-8566a851de66";

pub struct Peer(TcpListener);

pub fn options() -> Options {
    Options {
        connect_within: LONG,
        sign_in_within: LONG,
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(50),
        // It asks for nothing by itself but once.
        quiet: Duration::from_hours(1),
        measure_every: Duration::from_hours(1),
        ..Options::default()
    }
}

impl Peer {
    pub async fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn target(&self) -> Target {
        Target {
            host: "127.0.0.1".parse().unwrap(),
            port: self.0.local_addr().unwrap().port(),
            auth: Auth::Password(Secret::new("s3cret of ours").unwrap()),
        }
    }

    pub async fn accept(&self) -> Conn {
        let (stream, _) = timeout(LONG, self.0.accept()).await.unwrap().unwrap();
        // What is torn is sent at once, not with the next piece.
        stream.set_nodelay(true).unwrap();
        Conn(stream)
    }

    /// A link that is up, and our end of it.
    pub async fn up(&self, options: Options) -> (Link, Conn) {
        let (link, _) = Link::start(self.target(), options);
        let mut conn = self.accept().await;
        conn.let_in(CORE_UUID).await;
        up(&link).await;
        // The first measurement.
        conn.expect("api hostname\n\n").await;
        conn.answer("pbx1").await;
        (link, conn)
    }
}

pub struct Conn(pub TcpStream);

impl Conn {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The link may have hung up on what we sent before.
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Exactly these bytes come next.
    pub async fn expect(&mut self, bytes: &str) {
        let mut came = vec![0; bytes.len()];
        timeout(LONG, self.0.read_exact(&mut came))
            .await
            .expect(bytes)
            .expect(bytes);
        assert_eq!(String::from_utf8_lossy(&came), bytes);
    }

    /// An `api/response`.
    pub async fn answer(&mut self, body: &str) {
        self.send(api(body)).await;
    }

    /// All of signing in and subscribing.
    pub async fn let_in(&mut self, core_uuid: &str) {
        self.send(CHALLENGE).await;
        self.expect("auth s3cret of ours\n\n").await;
        self.send(ACCEPTED).await;
        self.expect("event json HEARTBEAT\n\n").await;
        self.send(SUBSCRIBED).await;
        self.expect("api global_getvar core_uuid\n\n").await;
        self.answer(core_uuid).await;
        self.expect("api version short\n\n").await;
        self.answer("1.11.3-dev\n").await;
    }

    /// The link has hung up.
    pub async fn closed(mut self) {
        let mut rest = Vec::new();
        let _ = timeout(LONG, self.0.read_to_end(&mut rest))
            .await
            .expect("still open");
    }
}

pub fn api(body: &str) -> String {
    format!(
        "Content-Type: api/response\nContent-Length: {}\n\n{body}",
        body.len()
    )
}

pub fn event(body: &str) -> String {
    format!(
        "Content-Length: {}\nContent-Type: text/event-json\n\n{body}",
        body.len()
    )
}

pub async fn until(link: &Link, wanted: impl FnMut(&LinkState) -> bool) -> LinkState {
    let mut state = link.state();
    let state = timeout(LONG, state.wait_for(wanted))
        .await
        .expect("never came");
    state.expect("the link has ended").clone()
}

pub async fn up(link: &Link) -> Up {
    until(link, |state| state.up().is_some())
        .await
        .up()
        .unwrap()
        .clone()
}

/// Why the link went down next.
pub async fn down(link: &Link) -> esl::DownReason {
    match until(link, |state| matches!(state, LinkState::Down { .. })).await {
        LinkState::Down { why, .. } => why,
        state => panic!("{state:?}"),
    }
}
