//! Secrets of nodes and alert channels as they are stored: sealed with the console's key, which is not in the database.
//!
//! The place a secret belongs to is sealed with it, so that a row copied over another one does not
//! open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// Bytes of a key.
pub const KEY: usize = 32;

const NONCE: usize = 24;
/// First byte of what is sealed; another one stands for another way.
const WAY: u8 = 1;

/// Not sealed by us, with another key, for another place, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was sealed with another key, or is damaged")]
pub struct Unopened;

/// Seals and opens with one key.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    id: String,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// With this key; every replica has the same one.
    pub fn new(key: &[u8; KEY]) -> Self {
        let digest = Sha256::new_with_prefix("callwarden key id")
            .chain_update(key)
            .finalize();
        let head = digest.first_chunk().expect("a digest is longer");
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
            id: format!("{:016x}", u64::from_be_bytes(*head)),
        }
    }

    /// Tells keys apart without telling anything of them.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// With a key that nobody else has and that is gone with the process.
    pub fn of_this_process() -> Self {
        Self::new(&new_key())
    }

    /// Seals `secret` for `place`, such as `node 7 password`.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce);
        let payload = Payload {
            msg: secret,
            aad: place.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("only terabytes cannot be sealed");
        [&[WAY], &nonce[..], &sealed].concat()
    }

    /// What [`Sealer::seal`] was given for this place.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let rest = sealed.strip_prefix(&[WAY]).ok_or(Unopened)?;
        let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(Unopened)?;
        let payload = Payload {
            msg,
            aad: place.as_bytes(),
        };
        let opened = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map_err(|_| Unopened)
    }
}

/// A random one.
pub fn new_key() -> [u8; KEY] {
    let mut key = [0; KEY];
    fill(&mut key);
    key
}

fn fill(bytes: &mut [u8]) {
    rand::rng().fill_bytes(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_at_its_place_and_whole() {
        let sealer = Sealer::new(&[7; KEY]);
        let sealed = sealer.seal("node 7", b"secret");
        assert_eq!(sealer.open("node 7", &sealed).unwrap(), b"secret");
        assert_ne!(sealer.seal("node 7", b"secret"), sealed);
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
        assert_eq!(sealer.open("node 8", &sealed), Err(Unopened));
        assert_eq!(
            Sealer::of_this_process().open("node 7", &sealed),
            Err(Unopened)
        );
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert_eq!(sealer.open("node 7", &broken), Err(Unopened));
            assert_eq!(sealer.open("node 7", &sealed[..at]), Err(Unopened));
        }
    }
}
