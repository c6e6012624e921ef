//! The stack machine that a pickle is a program for, with every door shut but the plain values'.

use super::error::PickleError;
use super::input::{Input, class_name, literal};
use super::node::{Id, Node};
use super::value::Value;

/// Most values in one answer (40,000 bans need about 40,000).
const MAX_NODES: usize = 1_000_000;
/// Most values after everything that is referred to twice is written out.
const MAX_WRITTEN_OUT: usize = 2_000_000;
/// Deepest nesting (`status` has 6).
const MAX_DEPTH: usize = 48;

#[derive(Default)]
struct Machine<'a> {
    nodes: Vec<Node<'a>>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
}

/// Reads one pickle; bytes after its end are refused.
///
/// # Errors
/// [`PickleError`]; never panics.
pub fn read(bytes: &[u8]) -> Result<Value, PickleError> {
    let mut input = Input(bytes);
    let mut machine = Machine::default();
    loop {
        let code = input.byte()?;
        if code == b'.' {
            break;
        }
        machine.step(code, &mut input)?;
    }
    if !input.0.is_empty() || machine.stack.len() != 1 || !machine.marks.is_empty() {
        return Err(PickleError::Malformed);
    }
    let root = machine.pop()?;
    let mut left = MAX_WRITTEN_OUT;
    machine.write_out(root, 0, &mut left)
}

impl<'a> Machine<'a> {
    fn step(&mut self, code: u8, input: &mut Input<'a>) -> Result<(), PickleError> {
        match code {
            // PROTO, FRAME: nothing to do with them.
            0x80 => drop(input.take(1)?),
            0x95 => drop(input.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'a' => self.append_to_list(1)?,
            b'e' | 0x90 => {
                let count = self.since_mark()?;
                self.append_to_list(count)?;
            }
            b's' => self.append_to_dict(2)?,
            b'u' => {
                let count = self.since_mark()?;
                self.append_to_dict(count)?;
            }
            b'R' | 0x81 => self.call()?,
            b'b' => self.build()?,
            0x93 => self.global_from_stack()?,
            0x94 => self.memoize(self.memo.len())?,
            b'q' => {
                let at = input.length(1)?;
                self.memoize(at)?;
            }
            b'r' => {
                let at = input.length(4)?;
                self.memoize(at)?;
            }
            b'h' => {
                let at = input.length(1)?;
                self.recall(at)?;
            }
            b'j' => {
                let at = input.length(4)?;
                self.recall(at)?;
            }
            b't' => {
                let count = self.since_mark()?;
                self.tuple(count)?;
            }
            0x85..=0x87 => self.tuple(usize::from(code - 0x84))?,
            _ => {
                let node = literal(code, input)?;
                self.push(node)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, node: Node<'a>) -> Result<(), PickleError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        let id = Id::try_from(self.nodes.len()).map_err(|_| PickleError::TooLarge)?;
        self.nodes.push(node);
        self.stack.push(id);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, PickleError> {
        // What lies under an open mark is not this instruction's.
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(PickleError::Malformed);
        }
        self.stack.pop().ok_or(PickleError::Malformed)
    }

    fn take(&mut self, count: usize) -> Result<Vec<Id>, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let at = self
            .stack
            .len()
            .checked_sub(count)
            .filter(|at| *at >= floor)
            .ok_or(PickleError::Malformed)?;
        Ok(self.stack.split_off(at))
    }

    fn since_mark(&mut self) -> Result<usize, PickleError> {
        let mark = self.marks.pop().ok_or(PickleError::Malformed)?;
        Ok(self.stack.len() - mark)
    }

    fn top(&mut self) -> Result<&mut Node<'a>, PickleError> {
        let id = *self.stack.last().ok_or(PickleError::Malformed)?;
        self.nodes
            .get_mut(id as usize)
            .ok_or(PickleError::Malformed)
    }

    fn append_to_list(&mut self, count: usize) -> Result<(), PickleError> {
        let members = self.take(count)?;
        match self.top()? {
            Node::List(list) => list.extend(members),
            _ => return Err(PickleError::Malformed),
        }
        Ok(())
    }

    fn append_to_dict(&mut self, count: usize) -> Result<(), PickleError> {
        let members = self.take(count)?;
        match self.top()? {
            Node::Dict(dict) if count.is_multiple_of(2) => dict.extend(members),
            _ => return Err(PickleError::Malformed),
        }
        Ok(())
    }

    fn tuple(&mut self, count: usize) -> Result<(), PickleError> {
        let members = self.take(count)?;
        self.push(Node::Tuple(members))
    }

    /// `class(args)`: kept as data; `str(x)` is x.
    fn call(&mut self) -> Result<(), PickleError> {
        let (args, class) = (self.pop()?, self.pop()?);
        let (Some(Node::Global(class)), Some(Node::Tuple(args))) = (
            self.nodes.get(class as usize),
            self.nodes.get(args as usize),
        ) else {
            return Err(PickleError::Malformed);
        };
        let text = match (class.as_str(), args.as_slice()) {
            ("builtins.str" | "__builtin__.str" | "__builtin__.unicode", [text]) => Some(*text),
            _ => None,
        };
        let Some(text) = text else {
            let object = Node::Object(class.clone(), args.clone());
            return self.push(object);
        };
        self.stack.push(text);
        Ok(())
    }

    /// State of an object: kept as one more argument.
    fn build(&mut self) -> Result<(), PickleError> {
        let state = self.pop()?;
        match self.top()? {
            Node::Object(_, args) => args.push(state),
            _ => return Err(PickleError::Malformed),
        }
        Ok(())
    }

    fn global_from_stack(&mut self) -> Result<(), PickleError> {
        let (name, module) = (self.pop()?, self.pop()?);
        let (Some(Node::Text(module)), Some(Node::Text(name))) = (
            self.nodes.get(module as usize),
            self.nodes.get(name as usize),
        ) else {
            return Err(PickleError::Malformed);
        };
        let global = Node::Global(class_name(module, name)?);
        self.push(global)
    }

    fn memoize(&mut self, at: usize) -> Result<(), PickleError> {
        let id = *self.stack.last().ok_or(PickleError::Malformed)?;
        if at >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        // Numbers come in order; a gap would only buy memory for nothing.
        if at > self.memo.len() {
            return Err(PickleError::Malformed);
        }
        if at == self.memo.len() {
            self.memo.push(None);
        }
        self.memo[at] = Some(id);
        Ok(())
    }

    fn recall(&mut self, at: usize) -> Result<(), PickleError> {
        let id = self
            .memo
            .get(at)
            .copied()
            .flatten()
            .ok_or(PickleError::Malformed)?;
        if self.stack.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        self.stack.push(id);
        Ok(())
    }

    fn write_out(&self, id: Id, depth: usize, left: &mut usize) -> Result<Value, PickleError> {
        if depth > MAX_DEPTH {
            return Err(PickleError::TooLarge);
        }
        *left = left.checked_sub(1).ok_or(PickleError::TooLarge)?;
        let mut all = |ids: &[Id]| -> Result<Vec<Value>, PickleError> {
            ids.iter()
                .map(|id| self.write_out(*id, depth + 1, left))
                .collect()
        };
        let node = self.nodes.get(id as usize).ok_or(PickleError::Malformed)?;
        Ok(match node {
            Node::None => Value::None,
            Node::Bool(bit) => Value::Bool(*bit),
            Node::Int(number) => Value::Int(*number),
            Node::Float(number) => Value::Float(*number),
            Node::Text(text) => {
                spend(left, text.len())?;
                Value::Text(text.clone().into_owned())
            }
            Node::Bytes(bytes) => {
                spend(left, bytes.len())?;
                Value::Bytes(bytes.to_vec())
            }
            Node::List(ids) => Value::List(all(ids)?),
            Node::Tuple(ids) => Value::Tuple(all(ids)?),
            Node::Object(class, ids) => {
                let args = all(ids)?;
                spend(left, class.len())?;
                Value::Object {
                    class: class.clone(),
                    args,
                }
            }
            Node::Global(class) => Value::Object {
                class: class.clone(),
                args: Vec::new(),
            },
            Node::Dict(ids) => {
                let mut pairs = Vec::with_capacity(ids.len() / 2);
                for pair in ids.chunks_exact(2) {
                    let key = self.write_out(pair[0], depth + 1, left)?;
                    pairs.push((key, self.write_out(pair[1], depth + 1, left)?));
                }
                Value::Dict(pairs)
            }
        })
    }
}

/// A long text that is referred to a million times must not be copied a million times.
fn spend(left: &mut usize, bytes: usize) -> Result<(), PickleError> {
    *left = left.checked_sub(bytes / 64).ok_or(PickleError::TooLarge)?;
    Ok(())
}
