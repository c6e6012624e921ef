//! The worker's host, and the console's door.

use domain::reason::{ConsoleReason, ProgramReason, SpoolReason};

use super::file::zh_io;

/// `said` where an older worker told nothing else.
pub(super) fn zh_spool(why: Option<&SpoolReason>, said: &str) -> String {
    match why {
        None => format!("无法使用节点磁盘缓存“{said}”"),
        Some(SpoolReason::Full { bytes }) => {
            format!("节点磁盘缓存已满，{bytes} 字节等待上传到控制台")
        }
        Some(SpoolReason::Taken { path }) => {
            format!("无法使用节点磁盘缓存：{path} 正由另一个节点代理使用")
        }
        Some(SpoolReason::Io { path, io }) => {
            format!("无法使用节点磁盘缓存 {path}：{}", zh_io(io))
        }
        Some(SpoolReason::Closed) => "节点磁盘缓存已关闭".to_owned(),
    }
}

/// Likewise; behind a colon or a comma.
pub(super) fn zh_program(why: Option<&ProgramReason>, said: &str) -> String {
    match why {
        None => format!("“{said}”"),
        Some(ProgramReason::Nothing) => "没有可用的程序".to_owned(),
        Some(ProgramReason::NotStarted { program, io }) => {
            format!("{program} 无法启动，{}", zh_io(io))
        }
        Some(ProgramReason::NotRead { program, io }) => {
            format!("{program} 的输出中断，{}", zh_io(io))
        }
        Some(ProgramReason::TimedOut { program, seconds }) => {
            format!("{program} 运行超过 {seconds} 秒，已被终止")
        }
        Some(ProgramReason::TooMuch { program, bytes }) => {
            format!("{program} 输出超过 {bytes} 字节，已被终止")
        }
        Some(ProgramReason::Refused { program, said }) => format!("{program} 拒绝执行“{said}”"),
        Some(ProgramReason::NotUnderstood { program }) => format!("无法识别 {program} 的输出"),
    }
}

pub(super) fn zh_not_taken(
    bytes: u64,
    said: &str,
    lines: Option<&ConsoleReason>,
    bans: Option<&ConsoleReason>,
) -> String {
    let of = |what: &str, why: Option<&ConsoleReason>| {
        why.map(|why| format!("{what}：{}", zh_console(why)))
    };
    let parts: Vec<String> = [of("日志", lines), of("封堵列表", bans)]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return format!("{bytes} 字节等待上传，控制台没有接收“{said}”");
    }
    format!("{bytes} 字节等待上传，{}", parts.join("；"))
}

fn zh_console(why: &ConsoleReason) -> String {
    match why {
        ConsoleReason::TooLarge => "报告超过控制台或其前置代理的大小限制".to_owned(),
        ConsoleReason::Answers { status } => format!("控制台或其前置代理返回 {status}"),
        ConsoleReason::Refused { said } => format!("控制台拒绝接收“{said}”"),
        ConsoleReason::NotUnderstood => "无法识别控制台的应答".to_owned(),
    }
}
