//! Reads profiles from a file or from what a switch has loaded, and changes the two parameters in a file
//! without touching another byte.

use std::ops::Range;

use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::access::{AUTOMATIC_LISTS, ProfileAccess, ProfileName, Profiles};
use crate::switch_xml::{Directive, Lines, Place, SIZE_LIMIT, XmlError};
use crate::switch_xml::{
    check_size, insert_before_close, is_true, parse, preprocess, tag, whole_lines,
};

const INBOUND_ACL: &str = "apply-inbound-acl";
const AUTH_CALLS: &str = "auth-calls";

/// Why a file is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FileError {
    /// Not XML that is read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A profile without `<settings>` does not start.
    #[error("{place}: profile {profile} has no <settings>")]
    NoSettings {
        /// The profile.
        profile: ProfileName,
        /// Where it stands.
        place: Place,
    },
    /// Two profiles of one name: FreeSWITCH starts one of them.
    #[error("{place}: a second profile {profile}")]
    Twice {
        /// The profile.
        profile: ProfileName,
        /// The second.
        place: Place,
    },
    /// What is written would be too big.
    #[error("the file would be bigger than 5 MB")]
    TooBigToWrite,
    /// What was to be written reads back as something else.
    #[error("the new text does not read back as it should; nothing is written")]
    NotReadBack,
}

/// A profile as it stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundProfile {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Every `apply-inbound-acl`.
    pub inbound_acl: Vec<Param>,
    /// Every `auth-calls`; the last counts.
    pub auth_calls: Vec<Param>,
    /// Other files come in among its settings; what they hold is not seen.
    pub has_unseen: bool,
    settings: Option<Range<usize>>,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// As written; may be a `$${variable}`.
    pub value: String,
    /// Where it stands.
    pub place: Place,
    element: Range<usize>,
    value_range: Option<Range<usize>>,
}

/// A changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The whole text.
    pub text: String,
    /// The profiles that are in this file.
    pub profiles: Vec<ProfileName>,
}

/// The profiles of a file in `sip_profiles`.
pub fn read(text: &str) -> Result<Vec<FoundProfile>, XmlError> {
    check_size(text)?;
    let seen = preprocess(text);
    profiles(&seen.text, &seen.brought)
}

/// The profiles in the answer to `xml_locate configuration configuration name sofia.conf`: what the
/// switch has loaded, which is what runs only after a rescan.
pub fn loaded(xml: &str) -> Result<Vec<FoundProfile>, XmlError> {
    profiles(xml, &[])
}

impl FoundProfile {
    /// The lists that count: `none` forgets those before it, an empty value is passed over.
    pub fn effective_acl(&self) -> Vec<&str> {
        let mut lists = Vec::new();
        for value in self.inbound_acl.iter().map(|param| param.value.as_str()) {
            if value.eq_ignore_ascii_case("none") {
                lists.clear();
            } else if !value.is_empty() {
                lists.push(value);
            }
        }
        lists
    }

    /// The lists of `acl.conf.xml` that are asked. FreeSWITCH takes what stands before the first colon;
    /// a list that it does not have lets nobody in.
    pub fn named_lists(&self) -> Vec<&str> {
        let names = self.effective_acl().into_iter();
        let names = names.map(|value| value.split(':').next().unwrap_or(value));
        names
            .filter(|name| !name.contains('/') && !AUTOMATIC_LISTS.contains(name))
            .collect()
    }

    /// Whether callers must authenticate; none: nothing is said.
    pub fn effective_auth_calls(&self) -> Option<bool> {
        self.auth_calls.last().map(|param| is_true(&param.value))
    }

    /// Does it hold what is wanted?
    pub fn agrees(&self, wanted: &ProfileAccess) -> bool {
        let acl = wanted.inbound_acl.as_ref().is_none_or(|wanted| {
            let wanted = wanted.iter().map(ToString::to_string);
            wanted.eq(self.effective_acl().into_iter().map(str::to_owned))
        });
        let auth = wanted
            .auth_calls
            .is_none_or(|wanted| self.effective_auth_calls() == Some(wanted));
        self.name == wanted.profile.as_str() && acl && auth
    }
}

fn profiles(text: &str, brought: &[Directive]) -> Result<Vec<FoundProfile>, XmlError> {
    let document = parse(text)?;
    let lines = Lines::new(text);
    let is = |node: &Node<'_, '_>, name: &str| node.is_element() && tag(*node, text) == name;
    let root = document.root_element();
    if is(&root, "profile") {
        return Ok(vec![profile(root, text, &lines, brought)]);
    }
    let mut parent = root;
    if is(&root, "configuration") {
        let Some(profiles) = root.children().find(|child| is(child, "profiles")) else {
            return Ok(Vec::new());
        };
        parent = profiles;
    }
    let found = parent.children().filter(|child| is(child, "profile"));
    Ok(found
        .map(|found| profile(found, text, &lines, brought))
        .collect())
}

fn profile(
    element: Node<'_, '_>,
    text: &str,
    lines: &Lines<'_>,
    brought: &[Directive],
) -> FoundProfile {
    let is = |node: &Node<'_, '_>, name: &str| node.is_element() && tag(*node, text) == name;
    let settings = element.children().find(|child| is(child, "settings"));
    let params = |wanted: &str| {
        let children = settings
            .into_iter()
            .flat_map(|settings| settings.children());
        let named = children.filter(|child| {
            let name = child.attribute("name").unwrap_or_default();
            is(child, "param") && name.eq_ignore_ascii_case(wanted)
        });
        let param = |element: Node<'_, '_>| Param {
            value: element.attribute("value").unwrap_or_default().to_owned(),
            place: lines.place(element.range().start),
            element: element.range(),
            value_range: element
                .attribute_node("value")
                .map(|value| value.range_value()),
        };
        named.map(param).collect::<Vec<_>>()
    };
    let range = settings.map(|settings| settings.range());
    let inside = |directive: &Directive| {
        range
            .as_ref()
            .is_some_and(|range| range.contains(&directive.offset))
    };
    FoundProfile {
        name: element.attribute("name").unwrap_or_default().to_owned(),
        place: lines.place(element.range().start),
        inbound_acl: params(INBOUND_ACL),
        auth_calls: params(AUTH_CALLS),
        has_unseen: brought.iter().any(inside),
        settings: range,
    }
}

/// The file with what is wanted of the profiles in it.
///
/// # Errors
/// [`FileError`]; the file then stays as it is.
pub fn write(text: &str, wanted: &Profiles) -> Result<Written, FileError> {
    let found = read(text)?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut names: Vec<ProfileName> = Vec::new();
    for profile in &found {
        let Some(access) = wanted.get(&profile.name) else {
            continue;
        };
        let place = profile.place;
        let name = access.profile.clone();
        let Some(settings) = &profile.settings else {
            return Err(FileError::NoSettings {
                profile: name,
                place,
            });
        };
        if names.contains(&name) {
            return Err(FileError::Twice {
                profile: name,
                place,
            });
        }
        names.push(name);
        edits.extend(change(text, profile, settings, access));
    }
    edits.sort_by_key(|(range, _)| range.start);
    let text = crate::switch_xml::apply(text, &edits);
    if text.len() > SIZE_LIMIT {
        return Err(FileError::TooBigToWrite);
    }
    let after = read(&text)?;
    let proven = names.iter().all(|name| {
        let wanted = wanted.get(name.as_str());
        let found = after.iter().find(|found| found.name == name.as_str());
        wanted
            .zip(found)
            .is_some_and(|(wanted, found)| found.agrees(wanted))
    });
    if !proven || after.len() != found.len() {
        return Err(FileError::NotReadBack);
    }
    Ok(Written {
        text,
        profiles: names,
    })
}

/// The edits for one profile.
fn change(
    text: &str,
    found: &FoundProfile,
    settings: &Range<usize>,
    access: &ProfileAccess,
) -> Vec<(Range<usize>, String)> {
    let mut edits = Vec::new();
    let mut missing = Vec::new();
    let is_same = |wanted: &[String]| wanted.iter().map(String::as_str).eq(found.effective_acl());
    let wanted: Option<Vec<String>> = access
        .inbound_acl
        .as_ref()
        .map(|acl| acl.iter().map(ToString::to_string).collect());
    if let Some(mut wanted) = wanted.filter(|wanted| !is_same(wanted)) {
        let kept = found.inbound_acl.len().min(wanted.len());
        let (gone, kept) = found.inbound_acl.split_at(found.inbound_acl.len() - kept);
        let old = wanted.split_off(wanted.len() - kept.len());
        edits.extend(
            gone.iter()
                .map(|param| (whole_lines(text, &param.element), String::new())),
        );
        edits.extend(
            kept.iter()
                .zip(&old)
                .filter_map(|(param, value)| set(INBOUND_ACL, param, value)),
        );
        let new = wanted.iter().map(|value| element(INBOUND_ACL, value));
        match kept.first() {
            Some(first) => edits.extend(before(text, first, new)),
            None => missing.extend(new),
        }
    }
    if let Some(auth) = access.auth_calls {
        let value = if auth { "true" } else { "false" };
        let wrong = |param: &&Param| {
            is_true(&param.value) != auth || crate::switch_xml::has_variable(&param.value)
        };
        edits.extend(
            found
                .auth_calls
                .iter()
                .filter(wrong)
                .filter_map(|param| set(AUTH_CALLS, param, value)),
        );
        if found.auth_calls.is_empty() {
            missing.push(element(AUTH_CALLS, value));
        }
    }
    if !missing.is_empty() {
        edits.push(insert_before_close(text, settings, "settings", &missing));
    }
    edits
}

fn element(name: &str, value: &str) -> String {
    format!("<param name=\"{name}\" value=\"{value}\"/>")
}

/// Another value for a parameter.
fn set(name: &str, param: &Param, value: &str) -> Option<(Range<usize>, String)> {
    match &param.value_range {
        Some(_) if param.value == value => None,
        Some(range) => Some((range.clone(), value.to_owned())),
        None => Some((param.element.clone(), element(name, value))),
    }
}

/// New elements in front of a parameter, on lines of their own where it is the first of its line.
fn before(
    text: &str,
    param: &Param,
    new: impl Iterator<Item = String>,
) -> Option<(Range<usize>, String)> {
    let at = param.element.start;
    let gap = crate::switch_xml::indent(text, at)
        .map(|indent| format!("{}{indent}", crate::switch_xml::line_end(text)))
        .unwrap_or_default();
    let new: String = new.flat_map(|element| [element, gap.clone()]).collect();
    (!new.is_empty()).then_some((at..at, new))
}
