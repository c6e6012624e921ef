//! The page of alerts.

use backend::alerts::{DeliveryState, Outcome};
use domain::alert::{Kind, Language, Security};

use crate::words::Words;

words! {
    alerts: "Alerts", "告警";
    alerts_text: "Who is told when something is wrong: once when it begins, again at most every so often, and when it is over.", "出现异常时通知相关人员：发生时通知一次，持续期间按间隔提醒，恢复后再次通知。";

    open_alerts: "Open now", "当前告警";
    open_alerts_none: "Nothing is wrong that a rule watches.", "当前没有触发任何规则。";
    alert_what: "What", "内容";
    alert_since: "Since", "开始时间";
    alert_told: "Last told", "最近通知";
    alert_not_told: "not yet", "尚未通知";

    alert_rules: "Rules", "规则";
    alert_rules_wait: "Rules begin with the first channel.", "添加第一个通道后规则开始生效。";
    alert_rule: "Rule", "规则";
    rule_attack_rate: "Attack rate", "攻击频率";
    rule_new_country: "First attack from a new country", "新国家/地区的首次攻击";
    rule_node_silent: "Node silent", "节点失联";
    rule_ban_not_effective: "Ban not effective", "封堵未生效";
    rule_deployment_failed: "Deployment failed", "下发失败";
    rule_says_attack_rate(lines: &str, minutes: u32): "{lines} attack lines or more in {minutes} min", "{minutes} 分钟内攻击日志达到 {lines} 条";
    rule_says_new_country(days: u32): "no attack from there in {days} days before", "此前 {days} 天内没有来自该国家/地区的攻击";
    rule_says_node_silent(minutes: u32): "not heard for {minutes} min", "{minutes} 分钟没有联系";
    rule_says_ban_not_effective(minutes: u32): "held by fail2ban, but not in the firewall for {minutes} min", "fail2ban 已封堵，但 {minutes} 分钟未在防火墙生效";
    rule_says_deployment_failed: "failed, or rolled back", "下发失败或已被回滚";
    rule_active: "on", "已启用";
    rule_off: "off", "已停用";
    rule_waits: "no channel", "无通道";
    rule_reminds(every: &str): "; reminds every {every}", "；每 {every}提醒";
    rule_tells: "Tells", "通知";
    every_channel: "every channel", "所有通道";
    no_channel: "nobody", "无";
    rule_change: "Change", "修改";
    rule_change_named(rule: &str): "Change rule: {rule}", "修改规则：{rule}";
    rule_on: "This rule is on", "启用此规则";
    rule_lines: "Attack lines", "攻击日志条数";
    rule_minutes_window: "Within minutes", "统计时长（分钟）";
    rule_minutes_long: "For minutes", "持续时间（分钟）";
    rule_days: "Days without an attack from there", "此前无攻击的天数";
    rule_cool_down: "Remind at most every … minutes", "重复提醒间隔（分钟）";
    rule_scope: "Node", "节点";
    rule_scope_all: "all nodes", "所有节点";
    rule_scope_together: "all nodes together", "所有节点合计";
    rule_to_some: "these channels", "指定通道";
    rule_save: "Save rule", "保存规则";
    rule_saved(rule: &str): "Saved: {rule}. It starts afresh: what is still so is told again.", "已保存：{rule}。规则重新开始，仍存在的异常会再次通知。";

    alert_channels: "Channels", "通道";
    alert_channels_none: "There is no channel yet: nobody is told.", "尚无通道，不会通知任何人。";
    channel: "Channel", "通道";
    channel_to: "Leads to", "发送至";
    channel_limits: "Limit", "限制";
    channel_per_hour_of(count: u32): "{count} an hour", "每小时 {count} 条";
    channel_suppressed(count: i64): "{count} held back", "已抑制 {count} 条";
    channel_webhook: "Webhook", "Webhook";
    channel_email: "E-mail", "邮件";
    channel_add_webhook: "Add webhook", "添加 Webhook";
    channel_add_email: "Add e-mail", "添加邮件";
    channel_change: "Change", "修改";
    channel_change_named(name: &str): "Change channel {name}", "修改通道 {name}";
    channel_test: "Test", "测试";
    channel_test_named(name: &str): "Send a test message to {name}", "向 {name} 发送测试消息";
    channel_remove: "Remove channel", "删除通道";
    channel_remove_text: "What waits to be sent there is dropped, too. A rule that tells this channel only tells nobody then.", "待发送到该通道的消息会一并删除；仅通知该通道的规则将不再通知任何人。";
    channel_remove_named(name: &str): "Remove channel {name}", "删除通道 {name}";
    channel_name: "Name of the channel", "通道名称";
    channel_language: "Language of messages", "消息语言";
    channel_per_hour: "Messages an hour, at most", "每小时消息上限";
    channel_url: "Address", "地址";
    channel_url_hint: "https://…; stored sealed, as it may hold a token", "https://…；可能含令牌，加密保存";
    channel_url_stays: "empty: the address stays", "留空则保留原地址";
    channel_secret: "Signing secret", "签名密钥";
    channel_secret_hint: "at least 16 characters; the receiver needs the same one", "至少 16 个字符，接收方需使用相同的密钥";
    channel_secret_stays: "empty: the secret stays", "留空则保留原密钥";
    mail_host: "Mail server", "邮件服务器";
    mail_port: "Port", "端口";
    mail_security: "Encryption", "加密方式";
    security_tls: "TLS (port 465)", "TLS（端口 465）";
    security_starttls: "STARTTLS (port 587)", "STARTTLS（端口 587）";
    security_none: "none", "不加密";
    mail_user: "User", "用户";
    mail_user_hint: "empty: without signing in", "留空则不登录";
    mail_password: "Password", "密码";
    mail_password_stays: "empty: the one before stays, as long as server, port, encryption and user do", "留空则保留原密码（服务器、端口、加密方式和用户不变时）";
    mail_from: "Sender", "发件人";
    mail_recipients: "Recipients", "收件人";
    mail_recipients_hint: "with commas between them", "多个地址用逗号分隔";
    channel_save: "Save channel", "保存通道";
    channel_saved(name: &str): "Channel {name} is saved. Test it.", "通道 {name} 已保存，请测试。";
    channel_removed(name: &str): "Channel {name} is removed, with what waited for it.", "通道 {name} 及其待发送的消息已删除。";
    cancel_form: "Cancel", "取消";
    test_done(name: &str, outcome: &str, took: u128): "Test of {name}: {outcome}, {took} ms.", "测试 {name}：{outcome}，{took} 毫秒。";
    test_said(text: &str): " The receiver says: {text}", " 接收方回复：{text}";

    alert_deliveries: "Last messages", "最近消息";
    alert_deliveries_none: "Nothing has been sent yet.", "尚未发送任何消息。";
    alert_message: "Message", "消息";
    alert_state: "State", "状态";
    alert_test: "test", "测试";
    delivery_waiting: "waiting", "等待发送";
    delivery_again: "tried again", "等待重试";
    delivery_sent: "sent", "已发送";
    delivery_given_up: "given up", "已放弃";
    delivery_next(when: &str): "next try {when}", "{when}重试";
    delivery_tries(count: i32): "tries: {count}", "已尝试 {count} 次";

    outcome_accepted(status: u16): "taken ({status})", "已接收（{status}）";
    outcome_refused(status: u16): "refused with {status}", "被拒绝（{status}）";
    outcome_redirected(status: u16): "leads elsewhere ({status}); redirects are not followed", "返回重定向（{status}），不会跟随";
    outcome_address_refused: "a loopback, private or reserved address; see [alerts] allow_private", "本机、内网或保留地址；参见 [alerts] allow_private";
    outcome_unknown_name: "the name has no address", "域名无法解析";
    outcome_unreachable: "nobody listens there, or no way leads there", "无服务监听或无法到达";
    outcome_timed_out: "no answer in time", "响应超时";
    outcome_tls: "no certificate that is trusted", "证书不受信任或 TLS 握手失败";
    outcome_unsuited: "it offers no STARTTLS, or no way to sign in", "不支持 STARTTLS 或可用的登录方式";
    outcome_broken: "what answers there does not speak the protocol", "对端未按协议应答";
    outcome_sealed: "the secrets were sealed with another key; enter them again", "密钥不符，无法解密；请重新填写";
    outcome_unreadable: "what is stored of the message or its channel cannot be read", "存储的消息或通道内容无法读取";
}

impl Words {
    /// Of texts that the backend words itself.
    pub(crate) fn language(self) -> Language {
        match self {
            Self::En => Language::En,
            Self::Zh => Language::Zh,
        }
    }

    pub(crate) fn alert_kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::AttackRate => self.rule_attack_rate(),
            Kind::NewCountry => self.rule_new_country(),
            Kind::NodeSilent => self.rule_node_silent(),
            Kind::BanNotEffective => self.rule_ban_not_effective(),
            Kind::DeploymentFailed => self.rule_deployment_failed(),
        }
    }

    pub(crate) fn security(self, security: Security) -> &'static str {
        match security {
            Security::Tls => self.security_tls(),
            Security::Starttls => self.security_starttls(),
            Security::None => self.security_none(),
        }
    }

    pub(crate) fn delivery(self, state: DeliveryState, tries: i32) -> &'static str {
        match state {
            DeliveryState::Waiting if tries == 0 => self.delivery_waiting(),
            DeliveryState::Waiting => self.delivery_again(),
            DeliveryState::Sent => self.delivery_sent(),
            DeliveryState::GivenUp => self.delivery_given_up(),
        }
    }

    pub(crate) fn outcome(self, outcome: Outcome) -> String {
        let text = match outcome {
            Outcome::Accepted(status) => return self.outcome_accepted(status),
            Outcome::Refused(status) => return self.outcome_refused(status),
            Outcome::Redirected(status) => return self.outcome_redirected(status),
            Outcome::AddressRefused => self.outcome_address_refused(),
            Outcome::UnknownName => self.outcome_unknown_name(),
            Outcome::Unreachable => self.outcome_unreachable(),
            Outcome::TimedOut => self.outcome_timed_out(),
            Outcome::Tls => self.outcome_tls(),
            Outcome::Unsuited => self.outcome_unsuited(),
            Outcome::Broken => self.outcome_broken(),
            Outcome::Sealed => self.outcome_sealed(),
            Outcome::Unreadable => self.outcome_unreadable(),
        };
        text.to_owned()
    }
}
