//! One plain-text mail over SMTP.

use std::net::SocketAddr;
use std::time::Duration;

use domain::alert::Security;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;

use super::super::views::Shown;
use super::{Letter, Outcome, reach, stream};

/// For opening the connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Sends it through the mail server of the channel, at an address that was looked at.
pub(super) async fn send(shown: &Shown, password: Option<&str>, letter: Letter<'_>) -> Outcome {
    match exchange(shown, password, letter).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn exchange(
    shown: &Shown,
    password: Option<&str>,
    letter: Letter<'_>,
) -> Result<Outcome, Outcome> {
    let Shown::Email {
        host,
        port,
        security,
        user,
        from,
        to,
    } = shown
    else {
        return Err(Outcome::Broken);
    };
    let message = message(from, to, letter).ok_or(Outcome::Broken)?;
    let addresses = reach::addresses(host, *port, letter.allow_private).await?;
    let stream = connect(&addresses).await?;
    let mut mail = greet(stream, host, *security).await?;
    if let (Some(user), Some(password)) = (user, password) {
        let credentials = Credentials::new(user.clone(), password.to_owned());
        let signed_in = mail.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        signed_in.await.map_err(|error| failure(&error))?;
    }
    let sent = mail.send(message.envelope(), &message.formatted()).await;
    let sent = sent.map_err(|error| failure(&error))?;
    // It is taken; how the other side says goodbye is no matter.
    let _ = tokio::time::timeout(Duration::from_secs(1), mail.quit()).await;
    let status = sent.code().to_string().parse().unwrap_or(250);
    Ok(Outcome::Accepted(status))
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Outcome> {
    let mut outcome = Outcome::Unreachable;
    for address in addresses {
        match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(_)) => outcome = Outcome::Unreachable,
            Err(_) => outcome = Outcome::TimedOut,
        }
    }
    Err(outcome)
}

/// Up to where it may be signed in: encrypted, unless that was ruled out.
async fn greet(
    stream: TcpStream,
    host: &str,
    security: Security,
) -> Result<AsyncSmtpConnection, Outcome> {
    super::use_ring();
    let hello = ClientId::Domain("callwarden".to_owned());
    let failed = |error: Error| failure(&error);
    if security == Security::Tls {
        let stream = stream::encrypted(stream, host).await?;
        return AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
            .await
            .map_err(failed);
    }
    let stream = Box::new(stream::Limited::new(stream));
    let mut mail = AsyncSmtpConnection::connect_with_transport(stream, &hello)
        .await
        .map_err(failed)?;
    if security == Security::Starttls {
        if !mail.can_starttls() {
            return Err(Outcome::Unsuited);
        }
        let tls = TlsParameters::new(host.to_owned()).map_err(|_| Outcome::Tls)?;
        mail.starttls(tls, &hello).await.map_err(|error| {
            // The handshake's failure comes as one of the connection.
            match failure(&error) {
                Outcome::Broken => Outcome::Tls,
                outcome => outcome,
            }
        })?;
    }
    Ok(mail)
}

/// Nothing that is not one line gets into the head: names and titles are harmless by their types, and
/// the builder encodes what is left.
fn message(from: &str, to: &[String], letter: Letter<'_>) -> Option<Message> {
    let mailbox = |address: &str| Some(Mailbox::new(None, address.parse().ok()?));
    let mut builder = Message::builder()
        .from(mailbox(from)?)
        .subject(format!("[Callwarden] {}", letter.title))
        .date(letter.now.into())
        .message_id(Some(format!("<{}@callwarden>", letter.id)))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(ContentType::TEXT_PLAIN);
    for address in to {
        builder = builder.to(mailbox(address)?);
    }
    builder.body(letter.body.to_owned()).ok()
}

/// Never with the other side's text: it may repeat the password.
fn failure(error: &Error) -> Outcome {
    if let Some(code) = error.status() {
        return Outcome::Refused(code.to_string().parse().unwrap_or(500));
    }
    if error.is_timeout() {
        Outcome::TimedOut
    } else if error.is_tls() {
        Outcome::Tls
    } else if error.is_client() {
        Outcome::Unsuited
    } else {
        Outcome::Broken
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn nothing_typed_becomes_a_header() {
        let letter = Letter {
            id: "m1",
            title: "x\r\nBcc: everybody@example.org\r\n\r\n节点 fs-1 失联",
            body: ".\r\nplain 文本\r\n.\r\n",
            now: datetime!(2026-11-18 12:31 UTC),
            allow_private: false,
        };
        let message = message("a@example.org", &["b@example.org".into()], letter).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_ascii_lowercase().contains("\r\nbcc:"), "{head}");
        assert!(head.contains("Message-ID: <m1@callwarden>"), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.is_ascii(), "{head}");
        assert_eq!(message.envelope().to().len(), 1);
    }
}
