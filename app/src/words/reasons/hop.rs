//! Hops from log to firewall.

use domain::reason::HopReason;

use super::order::zh_scope;
use super::worker::{zh_not_taken, zh_program, zh_spool};

pub(super) fn zh(reason: &HopReason) -> String {
    match reason {
        HopReason::Unread { bytes } => format!("尚有 {bytes} 字节未读取"),
        HopReason::Waiting { bytes } => format!("{bytes} 字节等待上传到控制台"),
        HopReason::NotTaken {
            bytes,
            said,
            lines,
            bans,
        } => zh_not_taken(*bytes, said, lines.as_ref(), bans.as_ref()),
        HopReason::SpoolBroken { said, why } => zh_spool(why.as_ref(), said),
        HopReason::Silent { path, seconds } => format!("{path}：{seconds} 秒没有应答"),
        HopReason::NoFailregex => "没有 failregex".to_owned(),
        HopReason::FirewallUnread { said, why } => {
            format!("无法读取防火墙：{}", zh_program(why.as_ref(), said))
        }
        HopReason::Partly {
            partly,
            held,
            scope,
        } => format!("{held} 个封堵中有 {partly} 个只拦截{}", zh_scope(scope)),
        HopReason::Missing { missing, held } => {
            format!("{held} 个封堵中有 {missing} 个不在防火墙中")
        }
        HopReason::LeftOver { count, some } => {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            format!("{count} 个没有封堵却被拦截：{}", some.join("、"))
        }
        HopReason::Bans { held } => format!("{held} 个封堵"),
    }
}
