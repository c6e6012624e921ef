//! Where things stand in the repository.

use std::path::{Path, PathBuf};

/// The repository root: this crate lives in `crates/xtask`.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask has two parents")
        .to_path_buf()
}

/// Cargo's target folder, also where the environment moves it.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Where the binaries and `hash.txt` stand.
pub fn binaries(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" })
}

/// The wasm half has a target folder of its own, so that its build and the native one never wait
/// for each other's lock.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// The folder the console serves files from.
pub fn site() -> PathBuf {
    target().join("site")
}
