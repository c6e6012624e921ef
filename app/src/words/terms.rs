//! Words of the field: kinds of attack, states of orders, roles.

use backend::bans::UNDO;
use backend::orders::{OrderState, WHITELISTED};
use domain::attack::Kind;
use domain::ban::{Act, BanEventKind};
use domain::role::Role;

use crate::words::Words;

words! {
    colon: ": ", "：";
    comma: ", ", "，";
    next_sentence: " ", "";
    registration_failed: "Registration failed", "注册失败";
    call_unauthorised: "Call without valid credentials", "呼叫未通过认证";
    number_refused: "Number refused", "号码被拒绝";
    malformed_sip: "Malformed SIP", "不规范的 SIP 报文";
    scan: "Scan", "扫描";
    other_kind: "Other", "其他";
    viewer: "Viewer", "只读";
    operator: "Operator", "值班员";
    admin: "Admin", "管理员";
    waiting: "waiting", "等待中";
    done: "done", "完成";
    already_so: "nothing to change", "无需更改";
    refused: "refused by the node", "被节点拒绝";
    failed: "failed", "失败";
    superseded: "replaced by a later order", "已被后来的操作取代";
    ban_verb: "Ban", "封堵";
    unban: "Unban", "解封";
    install_jail_verb: "Write jail files", "写入 jail 文件";
    banned_event: "Banned", "已封堵";
    unbanned_event: "Unbanned", "已解封";
    restored_event: "Restored after restart", "重启后恢复";
    node: "Node", "节点";
    source_address: "Source address", "来源 IP";
    extension: "Extension", "分机";
    number_called: "number", "被叫号码";
    time: "Time", "时间";
    kind: "Kind", "类型";
    actions: "Actions", "操作";
    permanent: "for ever", "永久";
    unknown: "Unknown", "未知";
}

impl Words {
    pub(crate) fn attack_kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::RegistrationFailed => self.registration_failed(),
            Kind::CallUnauthorised => self.call_unauthorised(),
            Kind::NumberRefused => self.number_refused(),
            Kind::MalformedSip => self.malformed_sip(),
            Kind::Scan => self.scan(),
            Kind::Other => self.other_kind(),
        }
    }

    /// Of an order: the console's own reasons in words, an operator's as typed.
    pub(crate) fn order_reason(self, reason: &str) -> &str {
        match reason {
            WHITELISTED => self.because_whitelisted(),
            UNDO => self.undo(),
            typed => typed,
        }
    }

    pub(crate) fn role(self, role: Role) -> &'static str {
        match role {
            Role::Viewer => self.viewer(),
            Role::Operator => self.operator(),
            Role::Admin => self.admin(),
        }
    }

    pub(crate) fn order_state(self, state: OrderState) -> &'static str {
        match state {
            OrderState::Waiting => self.waiting(),
            OrderState::Done => self.done(),
            OrderState::AlreadySo => self.already_so(),
            OrderState::Refused => self.refused(),
            OrderState::Failed => self.failed(),
            OrderState::Superseded => self.superseded(),
        }
    }

    pub(crate) fn act(self, act: Act) -> &'static str {
        match act {
            Act::Ban => self.ban_verb(),
            Act::Unban => self.unban(),
            Act::InstallJail => self.install_jail_verb(),
            Act::Unknown => self.unknown(),
        }
    }

    pub(crate) fn ban_event(self, kind: BanEventKind) -> &'static str {
        match kind {
            BanEventKind::Ban => self.banned_event(),
            BanEventKind::Unban => self.unbanned_event(),
            BanEventKind::Restore => self.restored_event(),
            BanEventKind::Other => self.unknown(),
        }
    }
}
