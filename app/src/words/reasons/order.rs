//! Orders of operators.

use domain::guard::Refusal;
use domain::reason::OrderReason;

use super::inside;
use super::worker::zh_program;
use crate::words::Words;

pub(super) fn zh(reason: &OrderReason) -> String {
    match reason {
        OrderReason::Protected { network, why } => {
            let (network, why) = (*network, why.clone());
            let refusal = Words::Zh.refusal(&Refusal { network, why });
            format!("受保护：{}", inside(&refusal))
        }
        OrderReason::TooMuch => "封堵的网段合计范围过大".to_owned(),
        OrderReason::UnknownAct => "该版本的节点代理不支持此操作，请升级".to_owned(),
        OrderReason::NotDone => "未执行".to_owned(),
        OrderReason::NoAddress => "操作中没有 IP".to_owned(),
        OrderReason::NotBlocked(network) => {
            format!("fail2ban 已列出 {network}，但防火墙没有拦截，其 action 的报错见 fail2ban.log")
        }
        OrderReason::PartlyBlocked { network, scope } => format!(
            "fail2ban 已列出 {network}，但 jail 的 action 只拦截{}：请写入 jail 和过滤器文件，\
             或在其 action 中设置 protocol=all",
            zh_scope(scope)
        ),
        OrderReason::BannedAgain(network) => {
            format!("已解封，但 {network} 仍在攻击，又被封堵")
        }
        OrderReason::LeftOver { by, jail } => format!(
            "fail2ban 已解封，但防火墙仍拦截 {by}，是被强制结束的 fail2ban 遗留的规则，请执行：fail2ban-client \
             restart --if-exists {jail}"
        ),
        OrderReason::BlockedBy { network, by } => format!("{network} 仍因 {by} 的封堵被拦截"),
        OrderReason::FirewallUnread { said, why } => {
            let why = zh_program(why.as_ref(), said);
            format!("已执行，但无法读回防火墙：{why}")
        }
        OrderReason::NoFirewall { said, why } => {
            let why = zh_program(why.as_ref(), said);
            format!("没有可用的防火墙（{why}），请安装 nftables：apt-get install nftables")
        }
        OrderReason::BadJailName => "jail 名称须为 1 至 26 个字母、数字、- 或 _".to_owned(),
        OrderReason::BadLogPath => "攻击日志须为绝对路径，且不含空格和 *?[]%<>#;".to_owned(),
        OrderReason::Rejected(why) => {
            format!("fail2ban 不接受其配置，文件已恢复原样：{}", super::zh(why))
        }
        OrderReason::WhitelistRejected(why) => {
            format!(
                "fail2ban 不接受白名单文件，文件已恢复原样：{}",
                super::zh(why)
            )
        }
        OrderReason::Overridden { setting, said } => {
            format!("jail 已运行，但其 {setting} 为其他值（{said}），被其他文件覆盖")
        }
        OrderReason::Revoked => "节点的令牌已吊销".to_owned(),
        OrderReason::NewerWorker => "无法识别节点代理的应答".to_owned(),
    }
}

/// Of a worker's firewall.
pub(super) fn zh_scope(scope: &str) -> &str {
    match scope {
        "TCP only" => " TCP",
        "UDP only" => " UDP",
        _ => "部分端口或报文",
    }
}
