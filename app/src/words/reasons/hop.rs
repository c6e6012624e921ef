//! Hops from log to firewall.

use domain::reason::HopReason;

use super::order::zh_scope;

pub(super) fn zh(reason: &HopReason) -> String {
    match reason {
        HopReason::Unread { bytes } => format!("尚有 {bytes} 字节未读取"),
        HopReason::Waiting { bytes } => format!("{bytes} 字节等待上传到控制台"),
        HopReason::NotTaken { bytes, said } => {
            format!("{bytes} 字节等待上传，控制台没有接收“{said}”")
        }
        HopReason::SpoolBroken { said } => format!("无法使用节点磁盘缓存“{said}”"),
        HopReason::Silent { path, seconds } => format!("{path}：{seconds} 秒没有应答"),
        HopReason::NoFailregex => "没有 failregex".to_owned(),
        HopReason::FirewallUnread { said } => format!("无法读取防火墙“{said}”"),
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
