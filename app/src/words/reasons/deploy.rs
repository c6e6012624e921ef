//! What became of a deployment, and the jail's settings.

use domain::jail::{IGNORE_LIMIT, IgnoreError};
use domain::profile::ProfileError;
use domain::reason::{DeployReason, JailReason};

use super::inside;
use crate::words::Words;

pub(super) fn zh(reason: &DeployReason) -> String {
    match reason {
        DeployReason::OtherFiles => "节点文件的内容与下发的不同".to_owned(),
        DeployReason::NoProfiles => "SIP profile 的目录中没有 *.xml 文件".to_owned(),
        DeployReason::NoProfile(profile) => format!("没有文件包含 profile {profile}"),
        DeployReason::Profiles(ProfileError::SameName(profile)) => {
            format!("有两个 profile 名为 {profile}")
        }
        DeployReason::Profiles(ProfileError::TooMany) => {
            "最多 64 个 profile，每个最多 16 个列表".to_owned()
        }
        DeployReason::NotReadBack => "将写入的内容读回后不一致，未写入".to_owned(),
        DeployReason::NotKept(why) => {
            format!("无法保存用于恢复的原内容，因此未写入：{}", super::zh(why))
        }
        DeployReason::NotConfirmed { seconds } => format!("修改未在 {seconds} 秒内得到确认"),
        DeployReason::NotTold(why) => format!("未能通知 FreeSWITCH：{}", super::zh(why)),
        DeployReason::EditedSince => {
            "修改未及时得到确认，但此后有人改写了文件，因此文件保持原样".to_owned()
        }
        DeployReason::NotToldBack => "节点代理尚未报告原列表已恢复".to_owned(),
        DeployReason::NewerWorker => "无法识别节点代理的应答：其版本比控制台新".to_owned(),
    }
}

pub(super) fn zh_jail(reason: &JailReason) -> String {
    match reason {
        JailReason::Rejected(why) => format!("fail2ban 不接受其配置：{}", super::zh(why)),
        JailReason::NoJail(jail) => {
            format!("fail2ban 的文件中没有 jail {jail}，请先写入 jail 和过滤器文件")
        }
        JailReason::Overridden(setting) => format!("{setting} 被其他文件覆盖，文件已恢复原样"),
        JailReason::Unlike(setting) => format!("运行中的 jail 的 {setting} 与下发的不同"),
        JailReason::NotANumber { setting, said } => format!("{setting} 的值“{said}”无法识别"),
        JailReason::OutOfRange { setting, range } => {
            let (least, most) = (range.least, range.most);
            format!("{setting} 须为 {least} 至 {most} 的整数")
        }
        JailReason::Ignore(error) => {
            let words = Words::Zh;
            let why = match error {
                IgnoreError::TooMany => words.problem_ignore_many(IGNORE_LIMIT),
                IgnoreError::Everybody(network) => {
                    words.problem_ignore_everybody(&network.to_string())
                }
                IgnoreError::Loopback => words.problem_loopback().to_owned(),
            };
            format!("ignoreip：{}", inside(&why))
        }
    }
}
