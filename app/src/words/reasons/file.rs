//! A node's files.

use domain::acl::file::{CannotImport, Conflict, FileError, MarkerFault};
use domain::cti::file::{FileProblem, What};
use domain::profile;
use domain::reason::{FileReason, IoKind, IoReason};
use domain::switch_xml::{Place, XmlError};

use super::inside;
use crate::words::Words;

impl Words {
    /// What is wrong with a file that is named beside it.
    pub(crate) fn file_reason(self, what: &FileReason) -> String {
        match self {
            Self::En => what.to_string(),
            Self::Zh => zh(what),
        }
    }
}

pub(super) fn zh(what: &FileReason) -> String {
    match what {
        FileReason::Missing => "文件不存在".to_owned(),
        FileReason::Io { writing: true, io } => format!("无法写入：{}", zh_io(io)),
        FileReason::Io { writing: false, io } => format!("无法读取：{}", zh_io(io)),
        FileReason::TooLong => "文件超过 5 MiB".to_owned(),
        FileReason::NotUtf8 { line } => format!("第 {line} 行：不是 UTF-8 文本"),
        FileReason::Unknown => "文件过长，或不是文本".to_owned(),
        FileReason::NotXml { place } => format!("{}：不是有效的 XML", zh_place(*place)),
        FileReason::NotSet { param } => format!("{param} 没有设为可从文件中读出的值"),
        FileReason::Acl(error) => zh_acl(error),
        FileReason::Foreign(error) => zh_foreign(error),
        FileReason::Rules(problem) => zh_rules(problem),
        FileReason::Lacks(fields) => {
            let keys: Vec<&str> = fields.iter().map(|field| field.key()).collect();
            format!("“fail2ban”中缺少 {}", keys.join("、"))
        }
        FileReason::Profile(error) => zh_profile(error),
        FileReason::ProfileTwice { profile, other } => {
            format!("profile {profile} 在 {other} 中也有")
        }
        FileReason::WrittenMeanwhile => "文件同时被其他程序改写".to_owned(),
    }
}

/// With the system's own words, which the remedies name.
pub(super) fn zh_io(IoReason { kind, said }: &IoReason) -> String {
    let meaning = match kind {
        IoKind::Missing => "不存在",
        IoKind::Denied => "权限不足",
        IoKind::Full => "磁盘空间不足",
        IoKind::ReadOnly => "文件系统只读",
        IoKind::Refused => "无进程监听",
        IoKind::NotAFile => "不是普通文件",
        IoKind::ForeignLink => "是指向其他用户文件的链接，且链接不属于 root",
        IoKind::Other => return format!("系统提示“{said}”"),
    };
    format!("{meaning}（{said}）")
}

fn zh_place(Place { line, column }: Place) -> String {
    format!("第 {line} 行第 {column} 列")
}

pub(super) fn zh_xml(error: &XmlError) -> String {
    let at = error.place().map(zh_place).unwrap_or_default();
    match error {
        XmlError::TooBig => "文件超过 5 MB".to_owned(),
        XmlError::LongLine { .. } => format!("{at}：该行超过 1 MB，FreeSWITCH 会丢失其中的字节"),
        XmlError::Malformed { reason, .. } => format!("文件无法解析（{at}）：{reason}"),
        XmlError::Doctype { .. } => format!("{at}：不接受 DOCTYPE"),
        XmlError::TooDeep { .. } => format!("{at}：嵌套过深"),
        XmlError::TooMany => "文件中的元素过多".to_owned(),
    }
}

pub(super) fn zh_acl(error: &FileError) -> String {
    let at = error.place().map(zh_place).unwrap_or_default();
    match error {
        FileError::Xml(error) => zh_xml(error),
        FileError::NotAclConf { .. } => {
            format!("{at}：最外层不是 <configuration name=\"acl.conf\">")
        }
        FileError::NoNetworkLists { .. } => format!("{at}：<configuration> 中没有 <network-lists>"),
        FileError::TwoNetworkLists { .. } => format!("{at}：出现第二个 <network-lists>"),
        FileError::Marker { begin, fault, .. } => {
            let comment = if *begin { "begin" } else { "end" };
            let fault = match fault {
                MarkerFault::Alone => "没有对应的另一行注释",
                MarkerFault::Twice => "出现两次",
                MarkerFault::Misplaced => "不在 <network-lists> 内，或位于某个列表之内",
            };
            format!("{at}：注释“callwarden: {comment}”{fault}")
        }
        FileError::Conflicts(conflicts) => {
            let each: Vec<String> = conflicts.iter().map(zh_conflict).collect();
            each.join("；")
        }
        FileError::Unshowable { .. } => format!(
            "{at}：该属性或文本中有“<!”，FreeSWITCH 从此处起无法以 XML 显示已加载的内容，因而无法验证，\
             请删除“<!”"
        ),
        FileError::TooBigToWrite => "写入后文件将超过 5 MB".to_owned(),
        FileError::NotReadBack => "新内容回读不一致，未写入".to_owned(),
    }
}

fn zh_conflict(conflict: &Conflict) -> String {
    let (at, name) = (zh_place(conflict.place), &conflict.name);
    let why = if conflict.has_unseen {
        "该列表引用了其他文件，不能接管"
    } else {
        "请勾选接管，或使用其他名称"
    };
    format!("{at}：已有列表 {name}，{why}")
}

fn zh_foreign(error: &CannotImport) -> String {
    let what = Words::Zh.cannot_import(error);
    let what = inside(&what);
    match error {
        CannotImport::Name { place, .. } | CannotImport::Default { place, .. } => {
            format!("{}：{what}", zh_place(*place))
        }
        CannotImport::Foreign(finding) => {
            let list = finding.list.as_deref().unwrap_or_default();
            let list = domain::inert::inert(list.as_bytes(), 100);
            format!("{}：列表 {list}：{what}", zh_place(finding.place))
        }
        CannotImport::Limit(_) => what.to_owned(),
    }
}

fn zh_rules(problem: &FileProblem) -> String {
    let (line, column) = (problem.line, problem.column);
    let what = match &problem.what {
        What::TooLarge => "文件超过 5 MiB".to_owned(),
        What::NotUtf8 => "不是 UTF-8 文本".to_owned(),
        What::NotJson => "不是有效的 JSON".to_owned(),
        What::EndsEarly => "文件到此结束，JSON 不完整".to_owned(),
        What::TooDeep => "括号嵌套超过 512 层".to_owned(),
        What::NotAnObject => "文件不是 JSON 对象".to_owned(),
        What::SectionNotAnObject => "“fail2ban”不是对象".to_owned(),
        What::Twice(key) => format!("“{key}”重复出现"),
        What::OtherCase(key) => format!("“{key}”的大小写不同"),
        What::Type(field) => format!("{} 的类型不正确", field.key()),
        What::Value(field, reason) => {
            let reason = Words::Zh.tester_texts().reason(reason);
            format!("{}：{}", field.key(), inside(&reason))
        }
    };
    format!("第 {line} 行第 {column} 列：{what}")
}

fn zh_profile(error: &profile::FileError) -> String {
    match error {
        profile::FileError::Xml(error) => zh_xml(error),
        profile::FileError::NoSettings { profile, place } => {
            format!("{}：profile {profile} 没有 <settings>", zh_place(*place))
        }
        profile::FileError::Twice { profile, place } => {
            format!("{}：出现第二个 profile {profile}", zh_place(*place))
        }
        profile::FileError::TooBigToWrite => "写入后文件将超过 5 MB".to_owned(),
        profile::FileError::NotReadBack => "新内容回读不一致，未写入".to_owned(),
    }
}
