//! Proof that a request comes from this console and is not an old one: HMAC-SHA256 over the time, a
//! dot and the body.

use ring::hmac;

/// `v1=` and 64 hexadecimal digits.
pub(super) fn signature(secret: &str, unix: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(unix.to_string().as_bytes());
    context.update(b".");
    context.update(body.as_bytes());
    let tag = context.sign();
    let hex = |text: String, byte: &u8| text + &format!("{byte:02x}");
    tag.as_ref().iter().fold("v1=".to_owned(), hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `printf '1795000000.{"id":"m1"}' | openssl dgst -sha256 -hmac 'a secret of 20 chars'`.
    #[test]
    fn as_openssl_computes_it() {
        let signed = signature("a secret of 20 chars", 1_795_000_000, r#"{"id":"m1"}"#);
        assert_eq!(
            signed,
            "v1=05ed21b99d7c1f9f0cab25e35b38ac6452ba1d25ecfe672d8086c89f42f54497"
        );
    }
}
