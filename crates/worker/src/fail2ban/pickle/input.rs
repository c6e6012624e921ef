//! Bytes of a pickle, and the instructions that stand for one value.

use super::error::PickleError;
use super::node::Node;

/// What is left of a pickle.
pub(super) struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(PickleError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.take(1)?[0])
    }

    /// Little-endian, at most 8 bytes.
    pub(super) fn unsigned(&mut self, length: usize) -> Result<u64, PickleError> {
        let mut all = [0; 8];
        all[..length].copy_from_slice(self.take(length)?);
        Ok(u64::from_le_bytes(all))
    }

    pub(super) fn length(&mut self, length: usize) -> Result<usize, PickleError> {
        usize::try_from(self.unsigned(length)?).map_err(|_| PickleError::TooLarge)
    }

    pub(super) fn counted(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let length = self.length(length)?;
        self.take(length)
    }

    pub(super) fn line(&mut self) -> Result<&'a [u8], PickleError> {
        let end = self
            .0
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or(PickleError::Truncated)?;
        let line = self.take(end)?;
        self.take(1)?;
        Ok(line)
    }
}

/// `module.name`, bounded.
pub(super) fn class_name(module: &str, name: &str) -> Result<String, PickleError> {
    if module.len() + name.len() > 256 {
        return Err(PickleError::TooLarge);
    }
    Ok(format!("{module}.{name}"))
}

/// Instructions that push one value.
pub(super) fn literal<'a>(code: u8, input: &mut Input<'a>) -> Result<Node<'a>, PickleError> {
    Ok(match code {
        b'N' => Node::None,
        0x88 => Node::Bool(true),
        0x89 => Node::Bool(false),
        b'K' => Node::Int(i64::from(input.byte()?)),
        b'M' => Node::Int(input.unsigned(2)?.cast_signed()),
        b'J' => {
            let bytes: [u8; 4] = input
                .take(4)?
                .try_into()
                .map_err(|_| PickleError::Truncated)?;
            Node::Int(i64::from(i32::from_le_bytes(bytes)))
        }
        0x8a => long(input.counted(1)?)?,
        b'G' => {
            let bytes: [u8; 8] = input
                .take(8)?
                .try_into()
                .map_err(|_| PickleError::Truncated)?;
            Node::Float(f64::from_be_bytes(bytes))
        }
        0x8c => text(input.counted(1)?),
        b'X' => text(input.counted(4)?),
        0x8d => text(input.counted(8)?),
        b'C' => Node::Bytes(input.counted(1)?),
        b'B' => Node::Bytes(input.counted(4)?),
        b']' | 0x8f => Node::List(Vec::new()),
        b'}' => Node::Dict(Vec::new()),
        b')' => Node::Tuple(Vec::new()),
        b'c' => {
            let (module, name) = (input.line()?, input.line()?);
            Node::Global(class_name(
                &String::from_utf8_lossy(module),
                &String::from_utf8_lossy(name),
            )?)
        }
        _ => return Err(PickleError::Unknown(code)),
    })
}

fn text(bytes: &[u8]) -> Node<'_> {
    Node::Text(String::from_utf8_lossy(bytes))
}

/// Little-endian two's complement.
fn long<'a>(bytes: &[u8]) -> Result<Node<'a>, PickleError> {
    if bytes.len() > 8 {
        return Err(PickleError::TooLarge);
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut all = [if negative { 0xff } else { 0 }; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    Ok(Node::Int(i64::from_le_bytes(all)))
}
