//! What a client sends: a line, headers, an empty line, perhaps a body.

/// More than this without an empty line is taken for a whole packet.
const LONGEST: usize = 10 * 1024 * 1024;

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its first line.
    pub command: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
}

impl Packet {
    /// Takes the first whole packet out of `bytes`. Line ends may be LF or CR LF.
    pub fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        bytes.drain(..start.unwrap_or(bytes.len()));
        let end = end_of_head(bytes)?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split(['\r', '\n']).filter(|line| !line.is_empty());
        let command = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim_start_matches(' ').to_owned()))
            .collect();
        let mut packet = Self {
            command,
            headers,
            body: None,
        };
        let length = packet
            .header("content-length")
            .and_then(|length| length.parse::<usize>().ok());
        let length = length.unwrap_or(0).min(LONGEST);
        if bytes.len() < end + length {
            return None;
        }
        if length > 0 {
            let body = &bytes[end..end + length];
            packet.body = Some(String::from_utf8_lossy(body).into_owned());
        }
        bytes.drain(..end + length);
        Some(packet)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut same = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| value.as_str())
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut ends = 0;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => ends += 1,
            b'\r' => {}
            _ => ends = 0,
        }
        if ends == 2 {
            return Some(index + 1);
        }
    }
    (bytes.len() >= LONGEST).then_some(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_packet_at_a_time() {
        let mut bytes = b"\n\napi eval one\r\n\r\nbgapi x\nJob-UUID: 1\n\nsendevent A\n\
                          Content-Length: 3\n\nabcapi half"
            .to_vec();
        let commands: Vec<_> = std::iter::from_fn(|| Packet::take(&mut bytes)).collect();
        let lines: Vec<_> = commands
            .iter()
            .map(|packet| packet.command.as_str())
            .collect();
        assert_eq!(lines, ["api eval one", "bgapi x", "sendevent A"]);
        assert_eq!(commands[1].header("job-uuid"), Some("1"));
        assert_eq!(commands[2].body.as_deref(), Some("abc"));
        assert_eq!(bytes, b"api half");
    }
}
