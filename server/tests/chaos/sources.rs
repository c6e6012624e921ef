//! The log of a flood: a line from each of many sources, broken lines and an attacker among them.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use runtime::Clock;

use crate::node::module_time;

/// The first so many sources are of 198.18.0.0/15, the others of `2001:db8::/32`.
pub const IPV4: u32 = 1 << 17;
/// Good lines between two broken ones.
const EVERY: u32 = 100;
/// One line of this kind is enough.
const LONG: usize = 10 << 20;

/// What is written.
pub struct Flood {
    /// One good line each.
    pub sources: u32,
    /// Somebody else, whose lines begin after so many others and stand apart.
    pub attacker: &'static str,
    pub attacker_after: u32,
    pub attacker_lines: u32,
}

impl Flood {
    /// Broken lines, the last of which has no newline.
    pub const fn broken(&self) -> u32 {
        self.sources / EVERY
    }

    /// Appends all of it as fast as it goes.
    pub fn write(&self, log: &Path) {
        let file = OpenOptions::new().append(true).open(log).unwrap();
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let mut attacks = 0;
        for round in 0..self.broken() {
            let rest = format!(
                "at[{}] Registration failed succeed!",
                module_time(Clock::system().now())
            );
            for number in round * EVERY..(round + 1) * EVERY {
                writeln!(file, "ip[{}] user[{number}] {rest}", source(number)).unwrap();
            }
            if round * EVERY >= self.attacker_after && attacks < self.attacker_lines {
                writeln!(file, "ip[{}] user[admin] {rest}", self.attacker).unwrap();
                attacks += 1;
            }
            file.write_all(&broken(round)).unwrap();
            if round + 1 < self.broken() {
                file.write_all(b"\n").unwrap();
            }
        }
        file.flush().unwrap();
        assert_eq!(attacks, self.attacker_lines);
    }
}

/// None of them has a source.
fn broken(number: u32) -> Vec<u8> {
    match number % 4 {
        _ if number == 5 => vec![b'A'; LONG],
        0 => vec![0, 0xff, 0xfe, 0x80, b'[', 0x1b],
        1 => b"ip[\xe5\x88 torn inside a character".to_vec(),
        2 => b"no address at all".to_vec(),
        _ => format!("ip[1.2.3.999] user[{number}]").into_bytes(),
    }
}

fn source(number: u32) -> String {
    if number < IPV4 {
        Ipv4Addr::from(0xc612_0000 + number).to_string()
    } else {
        let base = u128::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0));
        Ipv6Addr::from(base + u128::from(number)).to_string()
    }
}
