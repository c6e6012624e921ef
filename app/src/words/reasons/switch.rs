//! What the switch said, or has loaded.

use domain::reason::{Answered, SwitchReason};

use super::file::{zh_acl, zh_xml};
use super::inside;
use crate::words::Words;

pub(super) fn zh(reason: &SwitchReason) -> String {
    match reason {
        SwitchReason::Command { command, answered } => {
            format!("{command}：{}", zh_answered(answered))
        }
        SwitchReason::NoNewConnection(answered) => {
            format!("控制台无法建立新连接：{}", zh_answered(answered))
        }
        SwitchReason::NoSettings => {
            "控制台没有该节点的 Event Socket 设置，请在节点页面填写后重试".to_owned()
        }
        SwitchReason::WouldVanish { profile, list } => format!(
            "列表 {list} 将不复存在，而 profile {profile} 正在使用它，届时会拒绝所有呼叫，因此没有让 FreeSWITCH \
             加载，请先修改该 profile"
        ),
        SwitchReason::Vanished { profile, list } => format!(
            "profile {profile} 使用的列表 {list} 在 FreeSWITCH 中已不存在，它会拒绝所有呼叫"
        ),
        SwitchReason::NoSuchList { profile, list } => format!(
            "profile {profile} 指定的列表 {list} 在 FreeSWITCH 中不存在，若加载会拒绝所有呼叫"
        ),
        SwitchReason::Probe {
            list,
            address,
            allowed,
        } => {
            let word = |allowed| if allowed { "允许" } else { "拒绝" };
            let (is, should) = (word(!allowed), word(*allowed));
            format!("列表 {list}：FreeSWITCH 会{is} {address}，应为{should}")
        }
        SwitchReason::NoLists => "FreeSWITCH 没有加载任何 acl.conf".to_owned(),
        SwitchReason::ListMissing(list) => format!("FreeSWITCH 没有加载列表 {list}"),
        SwitchReason::OtherList(list) => format!("列表 {list}：FreeSWITCH 加载的内容不同"),
        SwitchReason::ListsUnreadable(error) => format!(
            "无法读回 FreeSWITCH 已加载的内容（{}）；acl.conf.xml 引用的文件的属性中若有“<!”就会如此",
            zh_acl(error)
        ),
        SwitchReason::ProfilesUnreadable(error) => {
            format!("无法读回 FreeSWITCH 已加载的内容：{}", zh_xml(error))
        }
        SwitchReason::ProfileMissing(profile) => format!("FreeSWITCH 中没有 profile {profile}"),
        SwitchReason::OtherParams(profile) => {
            format!("profile {profile}：FreeSWITCH 加载的参数不同")
        }
    }
}

fn zh_answered(answered: &Answered) -> String {
    match answered {
        Answered::NotUp { why, .. } => inside(Words::Zh.link_why(why)).to_owned(),
        Answered::Busy => "等待执行的命令过多".to_owned(),
        Answered::TimedOut => "FreeSWITCH 没有及时应答".to_owned(),
        Answered::Denied { command } => format!("该账号无权执行 {command}"),
        Answered::Failed { said } => format!("FreeSWITCH 应答“{said}”"),
    }
}
