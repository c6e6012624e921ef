//! Reads server-sent events.

use futures::StreamExt;
use futures::stream::BoxStream;

use super::PATIENCE;

/// An open stream.
pub struct Events {
    chunks: BoxStream<'static, String>,
    text: String,
}

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Empty is `message`.
    pub name: String,
    pub id: String,
    pub data: String,
}

impl Events {
    pub fn new(response: reqwest::Response) -> Self {
        let chunks = response
            .bytes_stream()
            .map(|chunk| String::from_utf8(chunk.unwrap_or_default().to_vec()).unwrap());
        Self {
            chunks: chunks.boxed(),
            text: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(PATIENCE, self.read())
            .await
            .expect("an event in time")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                let event = parse(&std::mem::replace(&mut self.text, rest));
                // Comments keep the connection alive.
                if event != Event::default() {
                    return Some(event);
                }
                continue;
            }
            self.text.push_str(&self.chunks.next().await?);
        }
    }

    /// The next message that names `topic`; fails when the stream ends.
    pub async fn topic(&mut self, topic: &str) -> Event {
        loop {
            let event = self.next().await.expect("the stream to go on");
            if event.name.is_empty() && event.data.contains(&format!("\"{topic}\"")) {
                return event;
            }
        }
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match name {
            "event" => event.name = value,
            "id" => event.id = value,
            "data" => event.data = value,
            _ => {}
        }
    }
    event
}
