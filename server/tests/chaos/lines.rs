//! What the writer puts into the log, and how it is expected back.

use domain::inert::inert;
use domain::wire::RAW_LIMIT;
use rand::Rng;
use rand::rngs::StdRng;

/// One line without its newline.
pub fn line(number: usize, random: &mut StdRng) -> Vec<u8> {
    let host = random.random_range(1..255);
    let good = format!(
        "ip[203.0.113.{host}] user[{number}] at[2026-11-22T10:40:28.123456+0000] Registration failed succeed!"
    );
    match random.random_range(0..1_000) {
        0..5 => format!("a line of nobody's, {number}").into_bytes(),
        5..10 => {
            let mut torn = good.into_bytes();
            torn.truncate(random.random_range(1..30));
            torn
        }
        10..15 => {
            let noise = (0..random.random_range(1..200)).map(|_| random.random::<u8>());
            let mut bytes = format!("ip[203.0.113.{host}] user[{number} ").into_bytes();
            bytes.extend(noise.filter(|byte| *byte != b'\n'));
            bytes
        }
        15 => {
            let mut long = good.into_bytes();
            long.resize(random.random_range(60_000..80_000), b'u');
            long
        }
        16 => Vec::new(),
        _ => good.into_bytes(),
    }
}

/// How it is stored; a blank one is not.
pub fn stored(line: &[u8]) -> Option<String> {
    let trimmed = line.trim_ascii();
    (!trimmed.is_empty()).then(|| inert(trimmed, RAW_LIMIT))
}
