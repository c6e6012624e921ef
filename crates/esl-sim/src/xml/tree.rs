//! The tree of elements, and where things are found in it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use super::parse::{Mistake, parse};

/// One element.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// All character content, what stood between the children included.
    pub(super) text: String,
    /// How much of the parent's text stood before it.
    pub(super) offset: usize,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An attribute's value; the first of two equal names.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The children of that name.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first child of that name whose attribute has that value, whatever the case.
    pub fn find(&self, name: &str, attribute: &str, value: &str) -> Option<&Self> {
        self.children.iter().find(|child| {
            child.name == name
                && child
                    .attribute(attribute)
                    .is_some_and(|found| found.eq_ignore_ascii_case(value))
        })
    }

    /// `<param name=… value=…/>` of this element, in order; also `<variable …/>` and the like.
    pub fn settings<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.children(tag).filter_map(|child| {
            Some((
                child.attribute("name")?,
                child.attribute("value").unwrap_or(""),
            ))
        })
    }
}

/// Trees that somebody holds, by hash and length of their texts.
type Known = HashMap<(u64, usize), Weak<Tree>>;

/// A whole configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Tree(Element);

impl Tree {
    /// Parses a preprocessed text. Equal texts give the same tree, so many nodes with one
    /// configuration cost as much as one.
    pub fn read(text: &[u8]) -> Result<Arc<Self>, Mistake> {
        static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = (hasher.finish(), text.len());
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = known().get(&key).and_then(Weak::upgrade) {
            return Ok(tree);
        }
        let tree = Arc::new(Self(parse(text)?));
        let mut known = known();
        known.retain(|_, tree| tree.strong_count() > 0);
        known.insert(key, Arc::downgrade(&tree));
        Ok(tree)
    }

    /// The outermost element.
    pub fn root(&self) -> &Element {
        &self.0
    }

    /// A section: `configuration`, `directory`, `dialplan`.
    pub fn section(&self, name: &str) -> Option<&Element> {
        self.0.find("section", "name", name)
    }

    /// What one `*.conf.xml` holds, e.g. `acl.conf`.
    pub fn configuration(&self, name: &str) -> Option<&Element> {
        self.section("configuration")?
            .find("configuration", "name", name)
    }

    /// A domain of the directory.
    pub fn domain(&self, name: &str) -> Option<&Element> {
        self.section("directory")?.find("domain", "name", name)
    }
}
