//! The call rules page.

use domain::cti::{CallRules, Field};

use crate::islands::Texts;
use crate::words::Words;

words! {
    rules_text: "Which destination numbers may be called; whoever dials others is written to the log that fail2ban reads.", "允许呼叫哪些被叫号码；拨打其他号码的来源会写入 fail2ban 监视的日志。";
    rules_editor: "Rules", "规则";
    max_length: "Maximum length", "最大长度";
    max_length_hint: "Longer numbers are refused: 1 to 1,000 characters. Numbers with an outside line's prefix are longer.", "超过该长度的号码被拒绝，1 至 1,000 个字符。注意计入出局前缀。";
    denied_prefixes: "Denied prefixes", "拒绝前缀";
    denied_prefixes_hint: "One a line, or between commas. A number that begins so is refused, whatever is allowed: 00 and + are calls abroad.", "每行一个或用逗号分隔。以此开头的号码一律拒绝，优先于允许前缀：00 和 + 为国际长途。";
    allowed_prefixes: "Allowed prefixes", "允许前缀";
    allowed_prefixes_hint: "Empty: every number that is not denied. Otherwise only numbers that begin so.", "留空表示允许所有未被拒绝的号码，否则仅允许以此开头的号码。";
    log_name: "Log file", "日志文件";
    log_name_hint: "Refused calls are written here. Without a leading / it is in FreeSWITCH's log folder. The jail and the worker must read the same file.", "被拒绝的呼叫写入此文件。不以 / 开头时位于 FreeSWITCH 日志目录。须与 jail 和节点代理读取的文件一致。";
    check_unsaved: "Check without saving", "仅检查，不保存";
    unsaved_shown: "What you typed is checked below and is not saved yet.", "以下为未保存内容的检查结果。";

    tester: "Try a number", "号码测试";
    tester_text: "Exactly as it is dialed, with the outside line's prefix; nothing is called.", "按实际拨号填写，含出局前缀；不会真正呼叫。";
    destination_number: "Destination number", "被叫号码";
    test_number: "Try", "测试";
    verdict_allowed: "Allowed: no rule refuses it.", "允许：没有规则拒绝该号码。";
    verdict_allowed_by(prefix: &str): "Allowed: it begins with the allowed prefix {prefix}.", "允许：以允许前缀 {prefix} 开头。";
    verdict_too_long(length: &str, max: &str): "Refused: it has {length} characters, {max} are allowed.", "拒绝：共 {length} 个字符，最多允许 {max} 个。";
    verdict_denied(prefix: &str): "Refused: it begins with the denied prefix {prefix}.", "拒绝：以拒绝前缀 {prefix} 开头。";
    verdict_not_allowed: "Refused: it begins with none of the allowed prefixes.", "拒绝：不以任何允许前缀开头。";
    verdict_no_rules: "Mend the rules first.", "请先修正规则。";
    rules_notes: "Look at the rules again", "请检查规则";
    warn_shadowed(allow: &str, deny: &str): "The allowed prefix {allow} does nothing: {deny} is denied, and denying comes first.", "允许前缀 {allow} 不起作用：{deny} 已被拒绝，拒绝优先。";
    warn_too_long(prefix: &str, list: &str): "{list}: {prefix} is longer than the maximum length, so no number that is short enough begins with it.", "{list}：{prefix} 超过最大长度，没有号码能匹配。";
    warn_duplicate(prefix: &str, list: &str): "{list}: {prefix} stands there more than once.", "{list}：{prefix} 重复。";
    problem_of(field: &str, problem: &str): "{field}: {problem}", "{field}：{problem}";
    problem_prefix_empty: "An empty prefix would match every number; a comma may be too many.", "空前缀会匹配所有号码，请检查是否多了逗号。";
    problem_prefix_space(entry: &str): "“{entry}” has a space inside: write one prefix a line.", "“{entry}”中有空格，请每行填写一个前缀。";
    problem_prefix_undialable(entry: &str): "“{entry}” cannot be dialed: use 0-9 * # + and letters, without hyphens or brackets.", "“{entry}”无法拨打：只能使用半角 0-9 * # + 和字母，不含连字符和括号。";
    problem_prefix_long(entry: &str): "“{entry}” is longer than 64 characters.", "“{entry}”超过 64 个字符。";
    problem_prefix_many: "At most 1,000 prefixes.", "最多 1,000 个前缀。";
    problem_length_number: "Write a whole number.", "请填写整数。";
    problem_length_zero: "0 would refuse every call.", "填 0 将拒绝所有呼叫。";
    problem_length_large: "At most 1,000.", "最多 1,000。";
    problem_log_missing: "Name the log file.", "请填写日志文件名。";
    problem_log_escapes: "“..” would leave the folder.", "不能使用“..”跳出目录。";
    problem_log_folder: "This names a folder, not a file.", "这是目录，不是文件。";
    problem_log_character: "Use letters, digits and . _ - + @ /", "只能使用字母、数字和 . _ - + @ /";
    problem_log_long: "At most 255 bytes.", "最多 255 字节。";

    sentence_max(max: &str): "Numbers of up to {max} characters may be called", "允许不超过 {max} 个字符的号码";
    sentence_deny(prefixes: &str): ", but none that begins with {prefixes}", "，拒绝以 {prefixes} 开头";
    sentence_allow(prefixes: &str): ", only those that begin with {prefixes}", "，仅允许以 {prefixes} 开头";
    sentence_end: ".", "。";
    and_more(n: usize): "{n} more", "另外 {n} 个";

    impact: "What it would have changed", "对近期号码的影响";
    impact_text(n: usize): "{n} numbers in the last 7 days' attack lines, judged by the rules above and by those deployed now. Calls that went through leave no line: they are not known here.", "近 7 天攻击日志中的 {n} 个号码，分别按以上规则和当前已下发的规则判断。接通的呼叫不写日志，因此不在统计之内。";
    impact_first_text(n: usize): "{n} numbers in the last 7 days' attack lines, judged by the rules above. Nothing of ours is deployed yet.", "近 7 天攻击日志中的 {n} 个号码，按以上规则判断。尚未下发过规则。";
    impact_more: "Only the 5,000 most frequent ones are judged.", "仅判断出现最多的 5,000 个号码。";
    impact_none: "No verdict changes.", "判断结果均无变化。";
    newly_refused(n: usize): "Refused from now on ({n})", "将被拒绝（{n}）";
    newly_allowed(n: usize): "Allowed from now on ({n})", "将被允许（{n}）";
    lines_count: "Lines", "行数";

    rules_preview: "What goes into cti.json", "写入 cti.json 的内容";
    rules_preview_text: "Only this part of each node's file is changed; every other byte stays.", "只修改各节点文件中的这一部分，其余内容逐字节保留。";
    rules_no_node: "No node has reported its cti.json yet.", "尚无节点上报 cti.json。";
    rules_absent: "no call rules in the file", "文件中没有被叫号码规则";
}

/// As many prefixes as a sentence bears.
const IN_A_SENTENCE: usize = 6;

impl Words {
    pub(crate) fn rules_field(self, field: Field) -> &'static str {
        match field {
            Field::Filename => self.log_name(),
            Field::MaxLength => self.max_length(),
            Field::Deny => self.denied_prefixes(),
            Field::Allow => self.allowed_prefixes(),
        }
    }

    /// The rules as one sentence.
    pub(crate) fn rules_sentence(self, rules: &CallRules) -> String {
        let list = |prefixes: &[domain::cti::Prefix]| {
            let shown = prefixes.iter().take(IN_A_SENTENCE);
            let mut texts: Vec<String> = shown.map(ToString::to_string).collect();
            if prefixes.len() > IN_A_SENTENCE {
                texts.push(self.and_more(prefixes.len() - IN_A_SENTENCE));
            }
            texts.join(match self {
                Self::En => ", ",
                Self::Zh => "、",
            })
        };
        let mut text = self.sentence_max(&rules.max_len.to_string());
        if !rules.allow.is_empty() {
            text.push_str(&self.sentence_allow(&list(&rules.allow)));
        }
        if !rules.deny.is_empty() {
            text.push_str(&self.sentence_deny(&list(&rules.deny)));
        }
        text.push_str(self.sentence_end());
        text
    }

    /// What the number tester says; `{0}` and `{1}` are filled in there.
    pub(crate) fn tester_texts(self) -> Texts {
        let text = str::to_owned;
        Texts {
            label: text(self.destination_number()),
            test: text(self.test_number()),
            notes: text(self.rules_notes()),
            allowed: text(self.verdict_allowed()),
            allowed_by: self.verdict_allowed_by("{0}"),
            too_long: self.verdict_too_long("{0}", "{1}"),
            denied: self.verdict_denied("{0}"),
            not_allowed: text(self.verdict_not_allowed()),
            no_rules: text(self.verdict_no_rules()),
            shadowed: self.warn_shadowed("{0}", "{1}"),
            longer: self.warn_too_long("{0}", "{1}"),
            duplicate: self.warn_duplicate("{0}", "{1}"),
            problem: self.problem_of("{0}", "{1}"),
            fields: Field::ALL.map(|field| text(self.rules_field(field))),
            prefix_empty: text(self.problem_prefix_empty()),
            prefix_space: self.problem_prefix_space("{0}"),
            prefix_undialable: self.problem_prefix_undialable("{0}"),
            prefix_long: self.problem_prefix_long("{0}"),
            prefix_many: text(self.problem_prefix_many()),
            length_number: text(self.problem_length_number()),
            length_zero: text(self.problem_length_zero()),
            length_large: text(self.problem_length_large()),
            log_missing: text(self.problem_log_missing()),
            log_escapes: text(self.problem_log_escapes()),
            log_folder: text(self.problem_log_folder()),
            log_character: text(self.problem_log_character()),
            log_long: text(self.problem_log_long()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::cti::FormText;

    use super::*;

    #[test]
    fn sentences() {
        let stock = CallRules::default();
        assert_eq!(
            Words::En.rules_sentence(&stock),
            "Numbers of up to 12 characters may be called, but none that begins with 00, +."
        );
        assert_eq!(
            Words::Zh.rules_sentence(&stock),
            "允许不超过 12 个字符的号码，拒绝以 00、+ 开头。"
        );
        let mut form = FormText::from(&stock);
        (form.deny, form.allow) = (String::new(), "1,2,3,4,5,6,7,8".to_owned());
        assert_eq!(
            Words::En.rules_sentence(&form.parse().unwrap()),
            "Numbers of up to 12 characters may be called, only those that begin with 1, 2, 3, 4, 5, 6, 2 more."
        );
    }
}
