//! The node's token: one file, readable by its owner only, never shown.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Longer files hold no token.
const LIMIT: u64 = 4_096;

/// A secret. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes what the console handed out; `None` if it could not stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let sound = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.to_owned()))
    }

    /// For the header only.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where it is kept.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("token")
}

/// Reads it; `None` where the node is not enrolled.
///
/// # Errors
/// When the file cannot be read, holds no token or is open to others.
pub fn load(state_dir: &Path) -> io::Result<Option<Token>> {
    let file = match fs::File::open(path(state_dir)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other(
            "others may read the token; chmod 600 it, or enrol again",
        ));
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Token::new(&text)
        .map(Some)
        .ok_or_else(|| io::Error::other("the token file holds no token; enrol again"))
}

/// Writes it, whole or not at all; makes the folder if missing.
///
/// # Errors
/// When the folder cannot be written.
pub fn save(state_dir: &Path, token: &Token) -> io::Result<()> {
    prepare(state_dir)?;
    let temporary = state_dir.join("token.new");
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(token.0.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&temporary, path(state_dir))
}

/// Makes the state folder, for its owner only.
///
/// # Errors
/// When it cannot be made.
pub fn prepare(state_dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_for_the_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        assert!(load(&state).unwrap().is_none());
        let token = Token::new("s3cret-token\n").unwrap();
        save(&state, &token).unwrap();
        save(&state, &token).unwrap();
        assert_eq!(load(&state).unwrap(), Some(token.clone()));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path(&state)), mode(&state)), (0o600, 0o700));
        assert!(!format!("{token:?}").contains("s3cret"));
        fs::set_permissions(path(&state), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!load(&state).unwrap_err().to_string().contains("s3cret"));
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        for text in ["", " ", "a b", "a\nb", "a\u{e9}", "a\0"] {
            assert!(Token::new(text).is_none(), "{text:?}");
        }
    }
}
