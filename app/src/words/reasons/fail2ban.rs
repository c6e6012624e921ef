//! fail2ban itself.

use domain::reason::Fail2banReason;

use super::file::zh_io;
use super::worker::zh_program;

pub(super) fn zh(reason: &Fail2banReason) -> String {
    match reason {
        Fail2banReason::NoJail(jail) => format!("fail2ban 中没有 jail {jail}"),
        Fail2banReason::Connect { path, io } => {
            format!("无法打开 fail2ban 的套接字 {path}：{}", zh_io(io))
        }
        Fail2banReason::Impostor { path, uid } => format!(
            "fail2ban 的套接字 {path} 由用户 {uid} 的程序提供，既不是 root，也不是节点代理自己的用户，因此没有发送请求"
        ),
        Fail2banReason::TimedOut { seconds } => format!("fail2ban 在 {seconds} 秒内没有应答"),
        Fail2banReason::Broke(io) => format!("与 fail2ban 的连接中断：{}", zh_io(io)),
        Fail2banReason::NotUnderstood { said } => format!("无法识别 fail2ban 的应答“{said}”"),
        Fail2banReason::Refused { said } => format!("fail2ban 拒绝执行“{said}”"),
        Fail2banReason::ClientRefused { said } => format!("fail2ban-client 拒绝执行“{said}”"),
        Fail2banReason::Program { said, why } => {
            format!("程序未能正常运行：{}", zh_program(why.as_ref(), said))
        }
        Fail2banReason::NotDone(networks) => {
            let some: Vec<String> = networks.iter().take(5).map(ToString::to_string).collect();
            let more = if networks.len() > 5 { " 等" } else { "" };
            format!(
                "fail2ban 应答已完成，但其列表中 {}{more} 并非如此",
                some.join("、")
            )
        }
    }
}
