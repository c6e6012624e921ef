//! The audit log's own short phrases, in the reader's language.

use backend::Problem;
use domain::alert::Kind;

use crate::words::Words;

words! {
    audit_text: "Every change, by whom and from where. Nothing here can be edited.", "每一次更改、操作人及来源。此处内容不可修改。";
    who: "Who", "操作人";
    source: "From", "来源";
    what: "What", "操作";
    object: "Object", "对象";
    details: "Details", "详情";
    older: "Older", "更早";
    newest: "Newest", "最新";
    audit_empty: "Nothing has been changed yet.", "还没有任何更改。";
    by_console: "Callwarden itself", "Callwarden 自动";
    by_command_line: "Command line", "命令行";
    by_nobody: "Not signed in", "未登录";
    did_ban: "Banned", "封堵";
    did_ban_refused: "Ban refused", "封堵被拒绝";
    did_unban: "Unbanned", "解封";
    did_whitelist_add: "Whitelisted", "加入白名单";
    did_whitelist_remove: "Removed from the whitelist", "移出白名单";
    did_whitelist_restore: "Put back into the whitelist", "恢复到白名单";
    did_whitelist_expired: "Whitelist entry expired", "白名单到期";
    did_add_node: "Added node", "添加节点";
    did_new_code: "New enrolment code", "生成接入代码";
    did_enrol: "Worker connected first", "节点代理首次接入";
    did_revoke: "Revoked token", "吊销令牌";
    did_remove_node: "Removed node", "移除节点";
    did_install_jail: "Wrote jail files", "写入 jail 文件";
    did_save_draft: "Saved draft", "保存草稿";
    did_discard_draft: "Discarded draft", "放弃草稿";
    did_commit: "Saved revision", "保存版本";
    did_deploy: "Deployed revision", "下发版本";
    did_roll_back: "Rolled back", "回滚";
    did_retry: "Tried deployment again", "重试下发";
    did_drop_own: "Follows all nodes again", "恢复沿用所有节点的配置";
    did_take_theirs: "Took the node's version", "采用节点的版本";
    did_put_ours: "Put ours back", "恢复为已下发的版本";
    did_sign_in: "Signed in", "登录";
    did_sign_in_failed: "Sign-in failed", "登录失败";
    did_sign_in_throttled: "Sign-in blocked: too many attempts", "登录被限制：尝试过多";
    did_sign_out: "Signed out", "退出";
    did_setup: "Created the first admin", "创建第一个管理员";
    did_setup_failed: "Setup token refused", "初始化令牌被拒绝";
    did_add_user: "Added user", "添加用户";
    did_disable_user: "Disabled user", "停用用户";
    did_enable_user: "Enabled user", "启用用户";
    did_change_role: "Changed role", "更改角色";
    did_set_password: "Set password", "设置密码";
    did_dismiss_insight: "Hid a finding", "隐藏风险项";
    did_restore_insight: "Showed a finding again", "恢复显示风险项";
    key_insight: "Finding", "风险项";
    kind_still_sending: "Still sending though banned", "封堵后仍在发送";
    kind_number_got_through: "Number that the rules let pass", "漏过规则的号码";
    kind_guessed_extension: "Guessed extension", "被猜测的分机";
    kind_repeat_network: "Network banned again and again", "反复被封堵的网段";
    kind_repeat_asn: "Operator banned again and again", "反复被封堵的运营网络";
    kind_unusual_hour: "Unusual hour", "异常时段";
    hour_more: "more than usual", "高于往常";
    hour_fewer: "fewer than usual", "低于往常";
    did_add_channel: "Added alert channel", "添加告警通道";
    did_change_channel: "Changed alert channel", "修改告警通道";
    did_remove_channel: "Removed alert channel", "删除告警通道";
    did_test_channel: "Tested alert channel", "测试告警通道";
    did_set_alert_rule: "Set alert rule", "设置告警规则";
    did_set_event_socket: "Set event socket", "设置 Event Socket";
    did_remove_event_socket: "Removed event socket", "移除 Event Socket";
    did_forget_secrets: "Forgot stored secrets", "清除已保存的密钥和密码";
    did_set_retention: "Set how much is kept", "设置数据保留";
    key_days: "Days", "天数";
    key_attack_rows: "Attack lines", "攻击日志条数";
    key_ban_event_rows: "Lines about bans", "封堵日志条数";
    key_refused: "Refused", "拒绝原因";
    key_until: "Until", "到期";
    key_host: "Host", "主机";
    key_sessions_ended: "Sessions ended", "结束会话";
    key_disabled: "Disabled", "停用";
    key_role: "Role", "角色";
    yes: "yes", "是";
    no: "no", "否";
    because_whitelisted: "it was whitelisted", "已加入白名单";
}

impl Words {
    /// What was done; a phrase of a newer console as it is.
    pub(crate) fn audit_action(self, action: &str) -> String {
        let text = match action {
            "ban" => self.did_ban(),
            "ban refused" => self.did_ban_refused(),
            "unban" => self.did_unban(),
            "whitelist add" => self.did_whitelist_add(),
            "whitelist remove" => self.did_whitelist_remove(),
            "whitelist restore" => self.did_whitelist_restore(),
            "whitelist expired" => self.did_whitelist_expired(),
            "add node" => self.did_add_node(),
            "new enrol code" => self.did_new_code(),
            "enrol node" => self.did_enrol(),
            "revoke node" => self.did_revoke(),
            "remove node" => self.did_remove_node(),
            "install jail" => self.did_install_jail(),
            "save draft" => self.did_save_draft(),
            "discard draft" => self.did_discard_draft(),
            "commit revision" => self.did_commit(),
            "deploy revision" => self.did_deploy(),
            "roll back" => self.did_roll_back(),
            "retry deployment" => self.did_retry(),
            "drop own configuration" => self.did_drop_own(),
            "take node's version" => self.did_take_theirs(),
            "put ours back" => self.did_put_ours(),
            "sign in" => self.did_sign_in(),
            "sign-in failed" => self.did_sign_in_failed(),
            "sign-in throttled" => self.did_sign_in_throttled(),
            "sign out" => self.did_sign_out(),
            "setup" => self.did_setup(),
            "setup failed" => self.did_setup_failed(),
            "add user" => self.did_add_user(),
            "disable user" => self.did_disable_user(),
            "enable user" => self.did_enable_user(),
            "change role" => self.did_change_role(),
            "set password" => self.did_set_password(),
            "dismiss insight" => self.did_dismiss_insight(),
            "restore insight" => self.did_restore_insight(),
            "add alert channel" => self.did_add_channel(),
            "change alert channel" => self.did_change_channel(),
            "remove alert channel" => self.did_remove_channel(),
            "test alert channel" => self.did_test_channel(),
            "set alert rule" => self.did_set_alert_rule(),
            "set event socket" => self.did_set_event_socket(),
            "remove event socket" => self.did_remove_event_socket(),
            "forget secrets" => self.did_forget_secrets(),
            "set retention" => self.did_set_retention(),
            other => other,
        };
        text.to_owned()
    }

    /// What it was done to, where that has no name of its own.
    pub(crate) fn audit_object(self, action: &str, object: &str) -> String {
        let text = match (action, object) {
            ("set retention", _) => self.kept_title(),
            ("dismiss insight" | "restore insight", "more") => self.hour_more(),
            ("dismiss insight" | "restore insight", "fewer") => self.hour_fewer(),
            ("set alert rule", kind) => {
                Kind::from_text(kind).map_or(object, |kind| self.alert_kind(kind))
            }
            (_, object) => object,
        };
        text.to_owned()
    }

    /// A kind of finding; one of a newer console as it is.
    pub(crate) fn insight_kind(self, kind: &str) -> String {
        let text = match kind {
            "still_sending" => self.kind_still_sending(),
            "number_got_through" => self.kind_number_got_through(),
            "guessed_extension" => self.kind_guessed_extension(),
            "repeat_network" => self.kind_repeat_network(),
            "repeat_asn" => self.kind_repeat_asn(),
            "unusual_hour" => self.kind_unusual_hour(),
            other => other,
        };
        text.to_owned()
    }

    /// Why a ban was refused.
    pub(crate) fn audit_refused(self, text: &str) -> String {
        if let Some(network) = text.strip_suffix(" is protected") {
            return self.protected_unknown(network);
        }
        let known = [Problem::Wide, Problem::TooMuch, Problem::Everybody];
        let known = known.iter().find(|problem| problem.to_string() == text);
        known.map_or_else(|| text.to_owned(), |problem| self.problem(problem))
    }

    /// Who did it where it was no user.
    pub(crate) fn audit_actor(self, actor: &str) -> String {
        let text = match actor {
            "console" => self.by_console(),
            "command line" => self.by_command_line(),
            "nobody" => self.by_nobody(),
            other => other,
        };
        text.to_owned()
    }

    /// The name of a detail.
    pub(crate) fn audit_key(self, key: &str) -> String {
        let text = match key {
            "reason" => self.reason(),
            "note" => self.note(),
            "nodes" => self.holders(),
            "refused" => self.key_refused(),
            "until" => self.key_until(),
            "insight" => self.key_insight(),
            "host" => self.key_host(),
            "worker" => self.worker(),
            "sessions_ended" => self.key_sessions_ended(),
            "to" => self.channel_to(),
            "name" => self.channel_name(),
            "language" => self.channel_language(),
            "per_hour" => self.channel_per_hour(),
            "rule" => self.alert_rule(),
            "disabled" => self.key_disabled(),
            "role" => self.key_role(),
            "message" => self.message(),
            "revision" => self.revision(),
            "deployment" => self.deployments(),
            "days" => self.key_days(),
            "attack_rows" => self.key_attack_rows(),
            "ban_event_rows" => self.key_ban_event_rows(),
            other => other,
        };
        text.to_owned()
    }
}
