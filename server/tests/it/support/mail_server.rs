//! A mail server of one conversation after the other, written by hand.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it was handed.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Commands, in order.
    pub commands: Vec<String>,
    /// The mail itself, dots undoubled; empty where none came.
    pub data: String,
}

/// Ends when dropped.
pub struct MailServer {
    pub port: u16,
    /// Lines of its answer to EHLO, after the first.
    pub offers: Arc<Mutex<Vec<String>>>,
    /// Answers that differ from `250 ok`, by the beginning of the command; `""` is the greeting.
    pub answers: Arc<Mutex<Vec<(&'static str, String)>>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let offers = Arc::new(Mutex::new(vec!["8BITMIME".to_owned()]));
        let answers = Arc::new(Mutex::new(Vec::new()));
        let mails = Arc::new(Mutex::new(Vec::new()));
        let parts = (offers.clone(), answers.clone(), mails.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (offers, answers, mails) = parts.clone();
                let (offers, answers) = (
                    offers.lock().unwrap().clone(),
                    answers.lock().unwrap().clone(),
                );
                tokio::spawn(async move {
                    let mut mail = Mail::default();
                    converse(stream, &offers, &answers, &mut mail).await;
                    mails.lock().unwrap().push(mail);
                });
            }
        });
        Self {
            port,
            offers,
            answers,
            mails,
            task,
        }
    }

    /// Conversations that have ended.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

async fn converse(
    stream: TcpStream,
    offers: &[String],
    answers: &[(&'static str, String)],
    mail: &mut Mail,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let greeting = answers.iter().find(|(to, _)| to.is_empty());
    let greeting = greeting.map_or("220 mail.example.org", |(_, answer)| answer);
    say(&mut stream, greeting).await?;
    loop {
        let command = line(&mut stream).await?;
        mail.commands.push(command.clone());
        let other = answers
            .iter()
            .find(|(to, _)| !to.is_empty() && command.starts_with(to));
        if let Some((_, answer)) = other {
            say(&mut stream, answer).await?;
            continue;
        }
        match command.get(..4)? {
            "EHLO" => {
                let mut lines = vec!["mail.example.org".to_owned()];
                lines.extend_from_slice(offers);
                let (last, first) = lines.split_last()?;
                for line in first {
                    say(&mut stream, &format!("250-{line}")).await?;
                }
                say(&mut stream, &format!("250 {last}")).await?;
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                loop {
                    let line = line(&mut stream).await?;
                    if line == "." {
                        break;
                    }
                    let line = line.strip_prefix('.').unwrap_or(&line);
                    mail.data.push_str(line);
                    mail.data.push('\n');
                }
                say(&mut stream, "250 taken").await?;
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return Some(());
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let mut bounded = stream.take(100_000);
    bounded.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) -> Option<()> {
    let text = format!("{text}\r\n");
    stream.get_mut().write_all(text.as_bytes()).await.ok()
}
