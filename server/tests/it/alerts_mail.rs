//! Alerts as mail, with a mail server that speaks SMTP.

use backend::Backend;
use backend::alerts::{self, ChannelForm, DeliveryState, EmailForm, Outcome, To};
use domain::ids::ChannelId;
use sqlx::PgPool;

use crate::alerts::{admin, nodes, pass, quiet};
use crate::support::{Mail, MailServer, until};

fn form(server: &MailServer) -> EmailForm {
    EmailForm {
        host: "127.0.0.1".into(),
        port: server.port.to_string(),
        security: "none".into(),
        from: "console@example.org".into(),
        recipients: "one@example.org, two@example.org".into(),
        ..EmailForm::default()
    }
}

async fn add(backend: &Backend, name: &str, language: &str, form: EmailForm) -> ChannelId {
    let form = ChannelForm {
        name: name.into(),
        language: language.into(),
        per_hour: "20".into(),
        to: To::Email(form),
    };
    alerts::add(backend, &admin(), &form).await.unwrap()
}

/// The one conversation.
async fn only(server: &MailServer) -> Mail {
    until("the mail", async || server.mails().pop()).await
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_alert_arrives_as_plain_text_in_the_channels_language(pool: PgPool) {
    let (backend, server) = (quiet(&pool), MailServer::start().await);
    add(&backend, "值班", "zh", form(&server)).await;
    nodes(&backend, 2).await;
    pass(&backend, 6).await;
    let mail = only(&server).await;
    let commands: Vec<&str> = mail.commands.iter().map(String::as_str).collect();
    assert_eq!(
        commands,
        [
            "EHLO callwarden",
            "MAIL FROM:<console@example.org>",
            "RCPT TO:<one@example.org>",
            "RCPT TO:<two@example.org>",
            "DATA",
            "QUIT",
        ]
    );
    let (head, body) = mail.data.split_once("\n\n").unwrap();
    let header = |name: &str| {
        let unfolded = head.replace("\n ", " ");
        let line = unfolded.lines().find(|line| line.starts_with(name));
        line.unwrap_or_default().to_owned()
    };
    assert!(head.is_ascii(), "{head}");
    assert!(header("Subject: ").contains("[Callwarden]"), "{head}");
    assert!(header("Content-Type: ").contains("text/plain"), "{head}");
    assert_eq!(header("Auto-Submitted: "), "Auto-Submitted: auto-generated");
    let row = alerts::deliveries(&backend).await.unwrap().remove(0);
    assert_eq!(
        header("Message-ID: "),
        format!("Message-ID: <{}@callwarden>", row.message)
    );
    assert_eq!(row.title, "2 个节点失联");
    assert_eq!(
        (row.state, row.outcome),
        (DeliveryState::Sent, Some(Outcome::Accepted(250)))
    );
    // Base64 or quoted: what a mail program shows is the text itself.
    let encoding = header("Content-Transfer-Encoding: ");
    let text = match encoding.rsplit(' ').next() {
        Some("base64") => {
            use base64::Engine;
            let packed: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed);
            String::from_utf8(bytes.unwrap()).unwrap()
        }
        _ => body.to_owned(),
    };
    assert!(text.starts_with("2 个节点失联"), "{encoding} {text}");
    assert!(
        text.contains("https://console.example.org/alerts"),
        "{text}"
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_a_mail_server_refuses_is_named_and_its_words_go_nowhere(pool: PgPool) {
    let (backend, server) = (quiet(&pool), MailServer::start().await);
    let channel = add(&backend, "mail", "en", form(&server)).await;
    let answer = |to, text: &str| *server.answers.lock().unwrap() = vec![(to, text.to_owned())];
    let test = async || alerts::test(&backend, &admin(), channel).await.unwrap();
    answer("RCPT TO:<two", "550 5.1.1 no such user: hunter22\r\n");
    let refused = test().await;
    assert_eq!(
        (refused.outcome, refused.excerpt),
        (Outcome::Refused(550), None)
    );
    answer("DATA", "451 later");
    assert_eq!(test().await.outcome, Outcome::Refused(451));
    answer("", "554 go away");
    assert_eq!(test().await.outcome, Outcome::Refused(554));
    answer("", "HTTP/1.1 400 Bad Request");
    assert_eq!(test().await.outcome, Outcome::Broken);
    // A line without end ends the conversation, not the console.
    answer("", &"220-x".repeat(1_000_000));
    assert_eq!(test().await.outcome, Outcome::Broken);
    server.answers.lock().unwrap().clear();
    assert_eq!(test().await.outcome, Outcome::Accepted(250));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn no_password_travels_in_plain_text(pool: PgPool) {
    let (backend, server) = (quiet(&pool), MailServer::start().await);
    let secret = |security: &str| EmailForm {
        security: security.into(),
        user: "console".into(),
        password: "hunter22".into(),
        ..form(&server)
    };
    let starttls = add(&backend, "starttls", "en", secret("starttls")).await;
    let tls = add(&backend, "tls", "en", secret("tls")).await;
    let test = async |channel| {
        alerts::test(&backend, &admin(), channel)
            .await
            .unwrap()
            .outcome
    };
    // It does not offer it.
    assert_eq!(test(starttls).await, Outcome::Unsuited);
    // It offers it, takes the command, and goes on in plain text.
    server
        .offers
        .lock()
        .unwrap()
        .extend(["STARTTLS".into(), "AUTH PLAIN LOGIN".into()]);
    *server.answers.lock().unwrap() = vec![("STARTTLS", "220 go on".into())];
    assert_eq!(test(starttls).await, Outcome::Tls);
    assert_eq!(test(tls).await, Outcome::Tls);
    let mails = until("three conversations", async || {
        Some(server.mails()).filter(|mails| mails.len() == 3)
    })
    .await;
    let said = format!("{mails:?}");
    assert!(!said.contains("AUTH ") && !said.contains("MAIL"), "{said}");
}
