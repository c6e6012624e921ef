//! Random ids in the form FreeSWITCH gives them.

/// A new one, e.g. `59588041-ff38-46e4-908e-8566a851de66`.
pub fn random() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        put!(text, "{byte:02x}");
    }
    text
}
