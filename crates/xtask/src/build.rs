//! `cargo xtask build`: wasm → bindgen → content hashes → precompressed files → native binaries.
//!
//! Replaces cargo-leptos, which takes longer to install than the whole product takes to build
//! (`docs/decisions`).

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{paths, program};

/// What to build.
#[derive(clap::Args, Clone, Default)]
pub struct Options {
    /// Build the binaries optimised (the wasm half always is)
    #[arg(long)]
    pub release: bool,
    /// Only the site: skip the binaries
    #[arg(long)]
    pub site_only: bool,
}

/// Builds what `options` ask for.
pub fn run(options: &Options) -> Result<()> {
    build_site(&paths::binaries(options.release))?;
    if options.site_only {
        return Ok(());
    }
    let mut arguments = vec!["build", "-p", "server", "-p", "worker"];
    if options.release {
        arguments.push("--release");
    }
    program::run("cargo", &arguments)
}

/// Builds everything the browser loads into `target/site` and `hash.txt` beside the binaries.
fn build_site(binaries: &Path) -> Result<()> {
    let target = paths::wasm_target();
    program::run(
        "cargo",
        &[
            "build",
            "-p",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-release",
            "--target-dir",
            &target.to_string_lossy(),
        ],
    )?;
    let wasm = target.join("wasm32-unknown-unknown/wasm-release/frontend.wasm");
    let generated = target.join("bindgen");
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("console")
        .generate(&generated)?;

    let site = paths::site();
    let pkg = site.join("pkg");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    fs::create_dir_all(&pkg)?;
    copy_tree(&paths::root().join("public"), &site)?;

    let script = fs::read(generated.join("console.js"))?;
    let module = fs::read(generated.join("console_bg.wasm"))?;
    let style = style_sheet(&paths::root().join("style"))?;
    let hashes = format!(
        "js: {}\nwasm: {}\ncss: {}\n",
        hash(&script),
        hash(&module),
        hash(&style)
    );
    fs::write(pkg.join(format!("console.{}.js", hash(&script))), &script)?;
    fs::write(pkg.join(format!("console.{}.wasm", hash(&module))), &module)?;
    fs::write(pkg.join(format!("console.{}.css", hash(&style))), &style)?;
    fs::create_dir_all(binaries)?;
    fs::write(binaries.join("hash.txt"), hashes)?;

    let sizes = [("js", script), ("wasm", module), ("css", style)]
        .iter()
        .map(|(name, bytes)| Ok((*name, bytes.len(), brotli(bytes)?.len())))
        .collect::<Result<Vec<_>>>()?;
    precompress(&site)?;
    for (name, raw, compressed) in &sizes {
        println!("  {name:<5} {raw:>8} bytes, {compressed:>7} with brotli");
    }
    let travels: usize = sizes
        .iter()
        .filter(|(name, ..)| *name != "css")
        .map(|s| s.2)
        .sum();
    println!("  wasm + js over the wire: {travels} bytes (budget 200,000)");
    ensure!(
        travels <= 200_000,
        "wasm + js weigh {travels} bytes with brotli; the budget is 200,000"
    );
    Ok(())
}

/// Sixteen hex digits of the content: enough to tell two builds apart.
fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let first = digest[..8].try_into().expect("a digest has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(first))
}

/// `style/*.css` in name order as one sheet: `00-tokens.css` comes first.
fn style_sheet(folder: &Path) -> Result<Vec<u8>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "css"));
    files.sort();
    let mut sheet = Vec::new();
    for file in files {
        sheet.extend(fs::read(file)?);
        sheet.push(b'\n');
    }
    Ok(sheet)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Writes `.br` and `.gz` beside every text-like file, which the file handler serves by itself.
fn precompress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            precompress(&path)?;
            continue;
        }
        let Some(ending) = path.extension().and_then(|ending| ending.to_str()) else {
            continue;
        };
        if !["js", "wasm", "css", "svg", "txt"].contains(&ending) {
            continue;
        }
        let bytes = fs::read(&path)?;
        fs::write(path.with_extension(format!("{ending}.br")), brotli(&bytes)?)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&bytes)?;
        fs::write(path.with_extension(format!("{ending}.gz")), gzip.finish()?)?;
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}
