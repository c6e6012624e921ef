//! Connections to switches: up and down, who holds them, and what follows from what is seen.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use backend::links::{self, Form, LinkStatus, LinkWord, Times};
use backend::{Backend, Error, Problem, bans, nodes};
use domain::guard::Protected;
use domain::ids::NodeId;
use domain::role::Role;
use domain::wire::{Enrol, EventSocket, Refusal, RefusalKind, VERSION};
use esl::{Command, CommandError, DownReason, Options};
use esl_sim::{Misbehaviour, Registration, Sim};
use runtime::{Clock, Shutdown};
use sqlx::PgPool;
use tempfile::TempDir;

use crate::support::{TestConsole, actor, ban_request, key, until};

const PASSWORD: &str = "wolle-7351";

/// A replica that does nothing but hold links; stops when dropped.
struct Replica {
    backend: Backend,
    shutdown: Shutdown,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.shutdown.stop();
    }
}

impl Replica {
    fn start(pool: &PgPool) -> Self {
        let backend = Backend::new(pool.clone(), Clock::system()).with_sealer(key());
        let shutdown = Shutdown::new();
        let times = Times {
            lease: Duration::from_secs(3),
            renew: Duration::from_millis(50),
            measured: Duration::from_millis(50),
            peers: Duration::from_millis(100),
            link: Options {
                first_pause: Duration::from_millis(20),
                longest_pause: Duration::from_millis(100),
                measure_every: Duration::from_millis(50),
                ..Options::default()
            },
        };
        links::spawn(&backend, &shutdown, times);
        Self { backend, shutdown }
    }

    async fn node(&self, name: &str) -> NodeId {
        let code = nodes::add(&self.backend, &actor(Role::Admin), name)
            .await
            .unwrap();
        let peer = "192.0.2.10".parse().unwrap();
        nodes::enrol(&self.backend, &enrol(code.code, None), peer)
            .await
            .unwrap();
        code.node
    }

    /// A node whose settings lead there.
    async fn linked(&self, name: &str, address: SocketAddr) -> NodeId {
        let node = self.node(name).await;
        self.set(node, &form(address)).await.unwrap();
        node
    }

    async fn set(&self, node: NodeId, form: &Form) -> Result<(), Error> {
        links::set(&self.backend, &actor(Role::Admin), node, form).await
    }

    /// The stored status, once it is like this.
    async fn status(&self, node: NodeId, like: impl Fn(&LinkStatus) -> bool) -> LinkStatus {
        until("a status", || async {
            let view = links::get(&self.backend, node).await.unwrap()?;
            view.status.filter(|status| like(status))
        })
        .await
    }

    async fn is_up(&self, node: NodeId) -> LinkStatus {
        self.status(node, |status| status.state == LinkWord::Up)
            .await
    }

    fn holds(&self, node: NodeId) -> bool {
        self.backend.links().get(node).is_some()
    }
}

fn enrol(code: String, event_socket: Option<EventSocket>) -> Enrol {
    Enrol {
        version: VERSION,
        code,
        host_name: "host.example".to_owned(),
        worker_version: "test".to_owned(),
        event_socket,
    }
}

fn form(address: SocketAddr) -> Form {
    Form {
        host: address.ip().to_string(),
        port: address.port().to_string(),
        user: String::new(),
        password: PASSWORD.to_owned(),
    }
}

async fn switch() -> (Sim, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    esl_sim::vanilla(folder.path()).unwrap();
    let gateway = r#"<include>
<gateway name="carrier">
  <param name="username" value="x"/>
  <param name="password" value="x"/>
  <param name="proxy" value="198.51.100.77:5080"/>
  <param name="register" value="false"/>
</gateway>
</include>
"#;
    std::fs::write(
        folder.path().join("sip_profiles/external/carrier.xml"),
        gateway,
    )
    .unwrap();
    let sim = Sim::builder(folder.path())
        .password(PASSWORD)
        .heartbeat(Duration::from_millis(50));
    (sim.start_on("127.0.0.1:0").await.unwrap(), folder)
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_link_comes_up_and_its_page_knows(pool: PgPool) {
    let (sim, _folder) = switch().await;
    let replica = Replica::start(&pool);
    let mut ups = replica.backend.links().ups();
    let node = replica.linked("fs-1", sim.address()).await;
    assert_eq!(ups.next().await, Some(node));
    let measured = |status: &LinkStatus| {
        status.heartbeat.is_some() && status.round_trip.is_some() && status.registrations.is_some()
    };
    let status = replica.status(node, measured).await;
    assert_eq!((status.state, status.why), (LinkWord::Up, None));
    assert_eq!(status.version.as_deref(), Some("1.11.3-dev"));
    assert_eq!(status.registrations, Some(0));
    assert_eq!(status.console, Some(IpAddr::from([127, 0, 0, 1])));
    assert_eq!(status.heartbeat.unwrap().max_sessions, 1000);
    assert!(
        status
            .gateways
            .iter()
            .any(|gateway| gateway.name == "carrier")
    );
    let held = replica.backend.links().get(node).unwrap();
    let acl = Command::Acl {
        address: "192.168.42.42".parse().unwrap(),
        list: "lan".parse().unwrap(),
    };
    assert!(held.link.run(acl).await.unwrap().yes());

    // A new connection is another question than the one that stands.
    held.check_new_connection().await.unwrap();
    sim.misbehave(Misbehaviour::RudeRejection);
    let refused = replica.backend.links().check_new_connection(node).await;
    assert_eq!(refused, Err(CommandError::NotUp(DownReason::AccessDenied)));
    assert!(held.link.is_up());
    sim.behave();

    // Another process of the switch.
    sim.restart().await.unwrap();
    assert_eq!(ups.next().await, Some(node));
    let again = replica.status(node, |status| status.connections == 2).await;
    assert_eq!(again.lost_connections, 1);
    assert_eq!(held.link.state().borrow().up().unwrap().restarts, 1);

    // The password is nowhere in clear.
    let rows: String = sqlx::query_scalar(
        "select coalesce(string_agg(t, ' '), '') from (select l::text as t from node_links l
         union all select a::text from audit a) as rows",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let hex = PASSWORD
        .bytes()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert!(rows.contains("event socket") && !rows.contains(PASSWORD) && !rows.contains(&hex));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn why_it_is_down_is_told_and_new_settings_count_at_once(pool: PgPool) {
    let (sim, _folder) = switch().await;
    let replica = Replica::start(&pool);
    let node = replica.node("fs-1").await;
    let wrong = Form {
        password: "another".to_owned(),
        ..form(sim.address())
    };
    replica.set(node, &wrong).await.unwrap();
    let why = |why: &'static str| move |status: &LinkStatus| status.why.as_deref() == Some(why);
    replica.status(node, why("wrong_password")).await;
    replica.set(node, &form(sim.address())).await.unwrap();
    replica.is_up(node).await;
    sim.shutdown().await;
    replica.status(node, why("refused")).await;
    assert_eq!(links::down(&replica.backend).await.unwrap(), [node]);
    sim.restart().await.unwrap();
    replica.is_up(node).await;
    assert!(links::down(&replica.backend).await.unwrap().is_empty());
    links::remove(&replica.backend, &actor(Role::Admin), node)
        .await
        .unwrap();
    until("the link to go", || async {
        (!replica.holds(node)).then_some(())
    })
    .await;
    assert!(links::get(&replica.backend, node).await.unwrap().is_none());
}

/// What a page says to do about a switch that lets nobody but loopback in.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn networks_in_the_switchs_own_settings_let_the_console_in(pool: PgPool) {
    let (sim, folder) = switch().await;
    sim.set_peer(Some(IpAddr::from([192, 0, 2, 5])));
    let replica = Replica::start(&pool);
    let node = replica.linked("fs-1", sim.address()).await;
    let denied = |status: &LinkStatus| {
        status.why.as_deref() == Some("access_denied") && status.console.is_some()
    };
    replica.status(node, denied).await;

    let file = folder.path().join("autoload_configs/event_socket.conf.xml");
    let stock = std::fs::read_to_string(&file).unwrap();
    let networks = "127.0.0.0/8,::1/128,192.0.2.5/32";
    let param = format!("<param name=\"apply-inbound-acl\" value=\"{networks}\"/>");
    let commented = "<!--<param name=\"apply-inbound-acl\" value=\"loopback.auto\"/>-->";
    assert!(stock.contains(commented));
    std::fs::write(&file, stock.replace(commented, &param)).unwrap();
    sim.restart().await.unwrap();
    let told = |status: &LinkStatus| status.inbound_acl == [networks];
    let status = replica.status(node, told).await;
    assert_eq!(status.state, LinkWord::Up);
    sim.set_peer(Some(IpAddr::from([192, 0, 2, 6])));
    let refused = replica.backend.links().check_new_connection(node).await;
    assert_eq!(refused, Err(CommandError::NotUp(DownReason::AccessDenied)));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_22_of_two_consoles_one_holds_the_link(pool: PgPool) {
    let (sim, _folder) = switch().await;
    let (one, two) = (Replica::start(&pool), Replica::start(&pool));
    let node = one.linked("fs-1", sim.address()).await;
    one.is_up(node).await;
    assert!(one.holds(node) != two.holds(node));
    let (holder, other) = if one.holds(node) {
        (one, two)
    } else {
        (two, one)
    };
    let before = holder.backend.links().get(node).unwrap().fence;
    // It says that it goes …
    holder.shutdown.stop();
    until("the other to take over", || async {
        other.holds(node).then_some(())
    })
    .await;
    assert!(other.backend.links().get(node).unwrap().fence > before);
    other.is_up(node).await;
    until("one connection", || async {
        (sim.connections() == 1).then_some(())
    })
    .await;
    assert!(!holder.holds(node));

    // … or it is gone without a word: its lease runs out.
    sqlx::query("update node_links set replica = 'dead', fence = fence + 1, lease_until = clock_timestamp() + '1 second'")
        .execute(&pool)
        .await
        .unwrap();
    until("the link to be closed", || async {
        (!other.holds(node)).then_some(())
    })
    .await;
    until("the lease to be taken", || async {
        other.holds(node).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_22_a_fenced_console_writes_nothing_and_closes_its_link(pool: PgPool) {
    let (sim, _folder) = switch().await;
    let replica = Replica::start(&pool);
    let node = replica.linked("fs-1", sim.address()).await;
    replica.is_up(node).await;
    let held = replica.backend.links().get(node).unwrap();
    let mut tx = replica.backend.begin().await.unwrap();
    assert!(links::hold(&mut tx, node, held.fence).await.unwrap());
    tx.rollback().await.unwrap();

    let status = serde_json::json!({"state": "up", "version": "of the other"});
    sqlx::query("update node_links set replica = 'other', fence = fence + 1, status = $1, lease_until = clock_timestamp() + '1 hour'")
        .bind(&status)
        .execute(&pool)
        .await
        .unwrap();
    until("the link to be closed", || async {
        (!replica.holds(node) && sim.connections() == 0).then_some(())
    })
    .await;
    let answer = held.link.run(Command::Hostname).await;
    assert_eq!(answer, Err(CommandError::NotUp(DownReason::Stopped)));
    let mut tx = replica.backend.begin().await.unwrap();
    assert!(!links::hold(&mut tx, node, held.fence).await.unwrap());
    tx.rollback().await.unwrap();
    // What it saw last, it did not write over what the other wrote.
    let stored: serde_json::Value = sqlx::query_scalar("select status from node_links")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stored, status);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_revoked_node_has_no_link(pool: PgPool) {
    let (sim, _folder) = switch().await;
    let replica = Replica::start(&pool);
    let node = replica.linked("fs-1", sim.address()).await;
    replica.is_up(node).await;
    nodes::revoke(&replica.backend, &actor(Role::Admin), node)
        .await
        .unwrap();
    until("the link to be closed", || async {
        (!replica.holds(node) && sim.connections() == 0).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_registered_phones_and_gateways_are_not_banned_on_their_node(pool: PgPool) {
    let (sim, _folder) = switch().await;
    sim.register(Registration {
        profile: "internal".to_owned(),
        user: "1001@198.51.100.10".to_owned(),
        realm: "198.51.100.10".to_owned(),
        call_id: "x".to_owned(),
        network: ("203.0.113.20".to_owned(), 5060),
        agent: "phone".to_owned(),
        expires: i64::from(u32::MAX),
    });
    let replica = Replica::start(&pool);
    let node = replica.linked("fs-1", sim.address()).await;
    let other = replica.node("fs-2").await;
    replica
        .status(node, |status| status.registrations == Some(1))
        .await;
    let peers = || async {
        let count: i64 = sqlx::query_scalar("select count(*) from node_peers")
            .fetch_one(&pool)
            .await
            .unwrap();
        (count == 2).then_some(())
    };
    until("both addresses", peers).await;
    let on = |network: &str, nodes: Vec<NodeId>| bans::BanRequest {
        scope: bans::Scope::Nodes(nodes),
        confirm_wide: true,
        ..ban_request(network)
    };
    let admin = actor(Role::Admin);
    let why = async |network: &str| match bans::ban(
        &replica.backend,
        &admin,
        on(network, vec![node, other]),
    )
    .await
    {
        Err(Error::Invalid {
            problem: Problem::Protected(refusal),
            ..
        }) => refusal.why,
        other => panic!("{other:?}"),
    };
    let name = "1001@198.51.100.10".to_owned();
    assert_eq!(
        why("203.0.113.20").await,
        Protected::Phone { name: name.clone() }
    );
    assert_eq!(why("203.0.113.0/24").await, Protected::Phone { name });
    let name = "carrier".to_owned();
    assert_eq!(why("198.51.100.77").await, Protected::Gateway { name });
    // Elsewhere nobody is registered from there, and the neighbour is nobody.
    bans::ban(&replica.backend, &admin, on("203.0.113.20", vec![other]))
        .await
        .unwrap();
    bans::ban(&replica.backend, &admin, on("203.0.113.21", vec![node]))
        .await
        .unwrap();
    // The worker is told, too, which puts them into fail2ban's `ignoreip`.
    let desired = nodes::desired(&replica.backend, node).await.unwrap();
    let guarded = |network: &str| {
        desired
            .never_ban
            .iter()
            .any(|guarded| guarded.network.to_string() == network)
    };
    assert!(
        guarded("203.0.113.20") && guarded("198.51.100.77"),
        "{:?}",
        desired.never_ban
    );
    let elsewhere = nodes::desired(&replica.backend, other).await.unwrap();
    assert!(
        elsewhere
            .never_ban
            .iter()
            .all(|guarded| guarded.network.to_string() != "203.0.113.20")
    );

    // A restarted switch knows no phone any more.
    sim.restart().await.unwrap();
    replica
        .status(node, |status| status.registrations == Some(0))
        .await;
    until("the phone to be forgotten", || async {
        let banned = bans::ban(&replica.backend, &admin, on("203.0.113.20", vec![node])).await;
        banned.is_ok().then_some(())
    })
    .await;
    let version = async |node| {
        let desired = nodes::desired(&replica.backend, node).await;
        desired.unwrap().version
    };
    assert!(version(node).await > desired.version);
    // What is new for one is not sent to the others.
    assert_eq!(version(other).await, elsewhere.version);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_admins_set_it_and_the_password_goes_nowhere_else(pool: PgPool) {
    let replica = Replica::start(&pool);
    let node = replica.node("fs-1").await;
    let address = "192.0.2.1:8021".parse().unwrap();
    for role in [Role::Viewer, Role::Operator] {
        let refused = links::set(&replica.backend, &actor(role), node, &form(address)).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        let refused = links::remove(&replica.backend, &actor(role), node).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
    let wrong = async |change: fn(&mut Form)| {
        let mut form = form(address);
        change(&mut form);
        match replica.set(node, &form).await {
            Err(Error::Invalid { field, problem }) => (field, problem),
            other => panic!("{other:?}"),
        }
    };
    let (missing, bad) = (|| Problem::Missing, || Problem::BadCharacters);
    assert_eq!(
        wrong(|form| form.password.clear()).await,
        ("password", missing())
    );
    assert_eq!(
        wrong(|form| form.password = "ClueCon".into()).await,
        ("password", Problem::DefaultPassword)
    );
    assert_eq!(
        wrong(|form| form.password = "a\r\n\napi system id".into()).await,
        ("password", bad())
    );
    assert_eq!(wrong(|form| form.host.clear()).await, ("host", missing()));
    assert_eq!(
        wrong(|form| form.host = "a;b".into()).await,
        ("host", bad())
    );
    assert_eq!(wrong(|form| form.port = "0".into()).await, ("port", bad()));
    assert_eq!(
        wrong(|form| form.port = "70000".into()).await,
        ("port", bad())
    );
    assert_eq!(
        wrong(|form| form.user = "noone".into()).await,
        ("user", bad())
    );
    assert_eq!(
        wrong(|form| form.user = "a@b\nc".into()).await,
        ("user", bad())
    );
    replica.set(node, &form(address)).await.unwrap();
    // The one before stays where it is, and is not sent to another host or for another user.
    assert_eq!(
        wrong(|form| {
            form.password.clear();
            form.host = "192.0.2.66".into();
        })
        .await,
        ("password", Problem::AnotherPlace)
    );
    let same = Form {
        password: String::new(),
        ..form(address)
    };
    replica.set(node, &same).await.unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_27_a_node_with_the_default_password_is_not_enrolled(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let code = nodes::add(&console.backend, &actor(Role::Admin), "fs-1")
        .await
        .unwrap();
    let ask = async |password: Option<&str>| {
        let found = EventSocket {
            port: 18_021,
            password: password.map(str::to_owned),
        };
        let url = format!("{}/api/node/v1/enrol", console.url);
        let message = enrol(code.code.clone(), Some(found));
        console.http.post(url).json(&message).send().await.unwrap()
    };
    let refused = ask(Some("ClueCon")).await;
    assert_eq!(refused.status(), 422);
    let refusal: Refusal = refused.json().await.unwrap();
    assert_eq!(refusal.kind, RefusalKind::Never);
    for word in [
        "ClueCon",
        "event_socket.conf.xml",
        "password",
        "reload mod_event_socket",
    ] {
        assert!(refusal.error.contains(word), "{}", refusal.error);
    }
    let node = nodes::get(&console.backend, "fs-1")
        .await
        .unwrap()
        .unwrap()
        .row;
    assert!(!node.enrolled);
    // Changed, the same code is taken, and the link is set without anybody's typing.
    assert_eq!(ask(Some(PASSWORD)).await.status(), 200);
    let view = links::get(&console.backend, code.node)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (view.host.as_str(), view.port, view.user.as_str()),
        ("127.0.0.1", 18_021, "")
    );
    assert_eq!(console.audited("set event socket", "fs-1").await, 1);
}
