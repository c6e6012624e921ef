//! The list of attack lines.

use domain::cti::Rule;

use crate::words::Words;

words! {
    attacks_search: "Address, network, extension or number", "IP、网段、分机或号码";
    any_kind: "Any kind", "全部类型";
    more_filters: "More filters", "更多筛选";
    prefix_tried: "Tried prefix", "尝试的前缀";
    country_code: "Country (two letters)", "国家/地区（两位代码）";
    problem_country: "Two letters, such as DE; choose it from the list.", "请输入两位代码，例如 DE，或从列表中选择。";
    problem_asn: "A number, such as 64500 or AS64500.", "请输入网络编号，例如 64500 或 AS64500。";
    network_short: "network", "网络";
    raw_line: "Raw line", "原始日志";
    line_of(source: &str): "Raw line of {source}", "{source} 的原始日志";
    line_details: "Attack line", "攻击日志";
    line_gone: "This line is no longer kept.", "该日志已不再保留。";
    refused_by_rule: "Refused by", "拒绝规则";
    rule_deny(prefix: &str): "denied prefix {prefix}", "拒绝前缀 {prefix}";
    rule_longer(max: &str): "longer than {max}", "超过最大长度 {max}";
    rule_not_allowed: "no allowed prefix", "不在允许前缀内";
    user_agent: "User agent", "User-Agent";
    pause: "Pause", "暂停";
    paused_at: "Paused at", "已暂停于";
    go_on: "Continue", "继续";
    as_csv: "CSV", "导出 CSV";
    look_further: "Look further back", "继续向前查找";
    looked_back_to: "So far looked back to", "目前已查找至";
    exports_busy: "Too many files are being sent", "导出任务过多";
    exports_busy_text: "This console sends as many files of attack lines as it may at once. Nothing is wrong with what you asked for: wait until another one is done, then try again.", "控制台同时导出的攻击日志文件已达上限。您的请求没有问题，请等待其他导出完成后重试。";
    back_to_attacks: "Back to the attacks", "返回攻击列表";
    found_exactly(lines: &str): "{lines} found", "共 {lines} 条";
    found_at_least(lines: &str): "{lines}+ found", "{lines} 条以上";
    found_about(lines: &str): "about {lines} found", "约 {lines} 条";
    attacks_none: "No attack seen", "尚未发现攻击";
    attacks_none_match: "No line matches", "没有符合条件的日志";
    attacks_none_match_text: "Addresses and networks are found as such; extensions and numbers only when they are typed whole.", "IP 和网段可按范围查找；分机和号码需输入完整内容。";
}

impl Words {
    /// Of a stored rule; one of another version as it stands.
    pub(crate) fn stored_rule(self, rule: &str) -> String {
        rule.parse()
            .map_or_else(|_| rule.to_owned(), |rule| self.rule_broken(&rule))
    }

    /// Why a number was refused.
    pub(crate) fn rule_broken(self, rule: &Rule) -> String {
        match rule {
            Rule::Deny(prefix) => self.rule_deny(&prefix.to_string()),
            Rule::LongerThan(max) => self.rule_longer(&max.to_string()),
            Rule::NotAllowed => self.rule_not_allowed().to_owned(),
        }
    }
}
