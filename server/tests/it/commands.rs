//! The command line, as somebody at a shell uses it.

use std::process::Stdio;

use backend::accounts;
use domain::role::Role;
use sqlx::PgPool;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::support::{PASSWORD, WebConsole};

/// Runs `callwarden`; its exit, what it printed, and what it complained about.
async fn callwarden(pool: &PgPool, arguments: &[&str], input: &str) -> (bool, String, String) {
    let options = pool.connect_options();
    // A private Postgres is reached by a socket, which is named in the query.
    let place = match options.get_socket() {
        Some(socket) => format!("/{{}}?host={}&", socket.display()),
        None => format!("{}:{}/{{}}?", options.get_host(), options.get_port()),
    };
    let url = format!(
        "postgres://{}user={}",
        place.replace("{}", options.get_database().unwrap()),
        options.get_username(),
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_callwarden"))
        .args(arguments)
        .env("CALLWARDEN_DATABASE_URL", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // A command that refuses at once does not read it.
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .await;
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn makes_tokens_users_and_nodes(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (done, printed, _) = callwarden(&pool, &["setup-token"], "").await;
    assert!(done);
    let token = printed
        .trim()
        .strip_prefix("setup token: ")
        .expect("a token")
        .to_owned();
    let fields = [
        ("token", token.as_str()),
        ("name", "ann"),
        ("password", PASSWORD),
    ];
    assert_eq!(
        console
            .browser()
            .post("/api/ui/setup", &fields)
            .await
            .location(),
        "/"
    );
    let (done, printed, complaint) = callwarden(&pool, &["setup-token"], "").await;
    assert!(
        !done && printed.is_empty() && complaint.contains("users already"),
        "{complaint}"
    );

    let add = ["user", "add", "bob", "--role", "operator"];
    let (done, _, complaint) = callwarden(&pool, &add, "short\n").await;
    assert!(
        !done && complaint.contains("shorter than 10"),
        "{complaint}"
    );
    let (done, printed, _) = callwarden(&pool, &add, &format!("{PASSWORD}\n")).await;
    assert!(done && !printed.contains(PASSWORD), "{printed}");
    console.browser().sign_in("bob").await;
    let users = accounts::list(&console.backend).await.unwrap();
    assert_eq!(
        users.iter().find(|user| user.name == "bob").unwrap().role,
        Role::Operator
    );
    let (done, _, complaint) = callwarden(&pool, &add, &format!("{PASSWORD}\n")).await;
    assert!(!done && complaint.contains("taken"), "{complaint}");
    let (done, ..) = callwarden(&pool, &["user", "add", "eve", "--role", "king"], PASSWORD).await;
    assert!(!done);

    let (done, code, _) = callwarden(&pool, &["node", "add", "n1"], "").await;
    assert!(
        done && code.trim().len() > 20 && code.lines().count() == 1,
        "{code}"
    );
    let audit = backend::audit::list(&console.backend, None, 1)
        .await
        .unwrap();
    assert_eq!(
        (audit[0].actor.as_str(), audit[0].user),
        ("command line", None)
    );
}
