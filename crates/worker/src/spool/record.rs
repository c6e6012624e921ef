//! One record on disk: length and CRC-32 (both 32 bit, little endian), then a piece as JSON.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::tail::Piece;

/// Longer ones are no records of ours.
const RECORD_LIMIT: u32 = 32 << 20;
const HEADER: usize = 8;

/// A piece, ready to be written; `bytes` is emptied first.
pub(super) fn encode(piece: &Piece, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    bytes.resize(HEADER, 0);
    serde_json::to_writer(&mut *bytes, piece)?;
    let length = u32::try_from(bytes.len() - HEADER)
        .ok()
        .filter(|length| *length <= RECORD_LIMIT)
        .ok_or_else(|| io::Error::other("a record is too long"))?;
    let sum = crc32fast::hash(&bytes[HEADER..]);
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..HEADER].copy_from_slice(&sum.to_le_bytes());
    Ok(())
}

/// The record at `offset` and its length on disk; `None` where no whole valid record stands.
pub(super) fn read(file: &File, offset: u64) -> io::Result<Option<(Piece, u64)>> {
    let mut header = [0; HEADER];
    if !fill(file, &mut header, offset)? {
        return Ok(None);
    }
    let (length, sum) = header.split_at(4);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
    };
    let (length, sum) = (number(length), number(sum));
    if length == 0 || length > RECORD_LIMIT {
        return Ok(None);
    }
    let end = offset + HEADER as u64 + u64::from(length);
    // Before memory is asked for: a broken length must not cost 32 MB.
    if file.metadata()?.len() < end {
        return Ok(None);
    }
    let mut payload = vec![0; length as usize];
    if !fill(file, &mut payload, offset + HEADER as u64)? || crc32fast::hash(&payload) != sum {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&payload)
        .ok()
        .map(|piece| (piece, end - offset)))
}

fn fill(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<bool> {
    match file.read_exact_at(buffer, offset) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
