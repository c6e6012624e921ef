//! Events, and the three forms they travel in.

use time::OffsetDateTime;
use time::macros::format_description;

/// An event before it is sent. What every event carries (names, dates, sequence) is added then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    name: String,
    subclass: Option<String>,
    source: (String, String, u32),
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Event {
    /// An event of that name, e.g. `HEARTBEAT`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            subclass: None,
            source: ("switch_event.c".into(), "switch_event_fire".into(), 1),
            headers: Vec::new(),
            body: None,
        }
    }

    /// A `CUSTOM` event, e.g. `sofia::register_failure`.
    pub fn custom(subclass: &str) -> Self {
        Self {
            subclass: Some(subclass.to_owned()),
            ..Self::new("CUSTOM")
        }
    }

    /// Where in the source it says it comes from.
    #[must_use]
    pub fn source(mut self, file: &str, function: &str, line: u32) -> Self {
        self.source = (file.to_owned(), function.to_owned(), line);
        self
    }

    /// Adds a header; a name may occur twice.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Its body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds what every event carries.
    pub(crate) fn stamp(self, origin: &Origin<'_>, now: OffsetDateTime, sequence: u64) -> Stamped {
        let local = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        let gmt = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        let micros = now.unix_timestamp_nanos() / 1_000;
        let (file, function, line) = self.source;
        let mut headers = Vec::with_capacity(16 + self.headers.len());
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
        if let Some(subclass) = &self.subclass {
            add("Event-Subclass", subclass.clone());
        }
        add("Event-Name", self.name.clone());
        add("Core-UUID", origin.core_uuid.to_owned());
        add("FreeSWITCH-Hostname", origin.hostname.to_owned());
        add("FreeSWITCH-Switchname", origin.hostname.to_owned());
        add("FreeSWITCH-IPv4", origin.ipv4.to_owned());
        add("FreeSWITCH-IPv6", "::1".to_owned());
        add("Event-Date-Local", now.format(local).unwrap_or_default());
        add("Event-Date-GMT", now.format(gmt).unwrap_or_default());
        add("Event-Date-Timestamp", micros.to_string());
        add("Event-Calling-File", file);
        add("Event-Calling-Function", function);
        add("Event-Calling-Line-Number", line.to_string());
        add("Event-Sequence", sequence.to_string());
        headers.extend(self.headers);
        Stamped {
            name: self.name,
            subclass: self.subclass,
            headers,
            body: self.body.filter(|body| !body.is_empty()),
        }
    }
}

/// Who sends an event.
pub struct Origin<'a> {
    pub core_uuid: &'a str,
    pub hostname: &'a str,
    pub ipv4: &'a str,
}

/// An event as it is sent.
#[derive(Debug)]
pub struct Stamped {
    pub name: String,
    pub subclass: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// How a connection wants its events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Plain,
    Json,
    Xml,
}

impl Format {
    /// By its name in the `event` command.
    pub fn by_name(name: &str) -> Option<Self> {
        let known = [Self::Plain, Self::Json, Self::Xml];
        known
            .into_iter()
            .find(|format| name.eq_ignore_ascii_case(format.name()))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

impl Stamped {
    /// A header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// The whole frame.
    pub fn frame(&self, format: Format) -> Vec<u8> {
        let body = match format {
            Format::Plain => self.plain(),
            Format::Json => self.json(),
            Format::Xml => self.xml(),
        };
        let (length, name) = (body.len(), format.name());
        let head = format!("Content-Length: {length}\nContent-Type: text/event-{name}\n\n");
        [head, body].concat().into_bytes()
    }

    fn plain(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.headers {
            let value = if value.is_empty() {
                "_undef_".to_owned()
            } else {
                percent_encode(value)
            };
            put!(text, "{name}: {value}\n");
        }
        match &self.body {
            Some(body) => put!(text, "Content-Length: {}\n\n{body}", body.len()),
            None => text.push('\n'),
        }
        text
    }

    fn json(&self) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let length = self.body.as_ref().map(|body| body.len().to_string());
        if let (Some(length), Some(body)) = (&length, &self.body) {
            pairs.push(("Content-Length", length));
            pairs.push(("_body", body));
        }
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|(name, value)| format!("{}:{}", quote(name), quote(value)))
            .collect();
        format!("{{{}}}", pairs.join(","))
    }

    fn xml(&self) -> String {
        let mut text = String::from("<event>\n  <headers>\n");
        for (name, value) in &self.headers {
            let value = escape(&percent_encode(value));
            put!(text, "    <{name}>{value}</{name}>\n");
        }
        text.push_str("  </headers>\n");
        if let Some(body) = &self.body {
            put!(text, "  <Content-Length>{}</Content-Length>\n", body.len());
            put!(text, "  <body>{}</body>\n", escape(body));
        }
        text.push_str("</event>\n");
        text
    }
}

/// As FreeSWITCH does: what looks encoded already (`%0A`, not `%0a`) stays as it is.
fn percent_encode(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_hex = |byte: Option<&u8>| byte.is_some_and(|byte| b"0123456789ABCDEF".contains(byte));
    let mut encoded = String::with_capacity(text.len());
    for (index, byte) in bytes.iter().enumerate() {
        let looks_encoded =
            *byte == b'%' && is_hex(bytes.get(index + 1)) && is_hex(bytes.get(index + 2));
        let is_safe =
            (b' '..=b'~').contains(byte) && !b"\r\n #%&+:;<=>?@[\\]^`{|}\"".contains(byte);
        if is_safe || looks_encoded {
            encoded.push(char::from(*byte));
        } else {
            put!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..=' ' if letter != ' ' => {
                put!(quoted, "\\u{:04x}", u32::from(letter));
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A line of the log, sent to connections that asked for its level.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// 0 console … 7 debug.
    pub level: u8,
    /// Where in the source it comes from: file, function, line.
    pub source: (String, String, u32),
    /// The line, without its end.
    pub text: String,
}

impl LogLine {
    pub(crate) fn frame(&self) -> Vec<u8> {
        let (file, function, line) = &self.source;
        let text = format!("{}\n", self.text);
        format!(
            "Content-Type: log/data\nContent-Length: {}\nLog-Level: {}\nText-Channel: 0\n\
             Log-File: {file}\nLog-Func: {function}\nLog-Line: {line}\nUser-Data: \n\n{text}",
            text.len(),
            self.level,
        )
        .into_bytes()
    }
}
