//! Secrets of nodes: random, shown or sent once, stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

/// Longest text that is looked up at all.
const LONGEST: usize = 128;

/// 192 random bits as text for URLs and shells.
pub(super) fn new() -> String {
    let mut bytes = [0; 24];
    OsRng
        .try_fill_bytes(&mut bytes)
        .expect("a system without randomness cannot run a console");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored. The secret has 192 random bits, so no slow hash is needed.
pub(super) fn hash(secret: &str) -> Option<Vec<u8>> {
    let secret = secret.trim();
    let sane = !secret.is_empty() && secret.len() <= LONGEST;
    sane.then(|| Sha256::digest(secret).to_vec())
}
