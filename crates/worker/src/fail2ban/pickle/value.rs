//! What a pickle may hold.

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// Integers up to 64 bits; longer ones are refused.
    Int(i64),
    /// Floating point.
    Float(f64),
    /// Text; broken UTF-8 is replaced.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// List or set.
    List(Vec<Value>),
    /// Tuple.
    Tuple(Vec<Value>),
    /// Dictionary, in order.
    Dict(Vec<(Value, Value)>),
    /// An instance of a class other than `str`: its name and arguments, as data.
    Object {
        /// `module.Class`
        class: String,
        /// What it was made from.
        args: Vec<Value>,
    },
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, also from a text of digits (`bantime` answers either).
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Bool(bit) => Some(i64::from(*bit)),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The members of a list or tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// In a list of pairs (`status` answers such), the value beside `name`.
    pub fn beside(&self, name: &str) -> Option<&Value> {
        self.as_items()?.iter().find_map(|pair| match pair {
            Self::Tuple(pair) if pair.len() == 2 && pair[0].as_text() == Some(name) => pair.get(1),
            _ => None,
        })
    }
}
