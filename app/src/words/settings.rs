//! The page of settings.

use crate::words::Words;

words! {
    settings: "Settings", "设置";
    settings_text: "What is kept, how much it takes, and where countries and networks of addresses are known from.", "数据保留期限、占用空间，以及 IP 归属数据的来源。";

    kept_title: "How much is kept", "数据保留";
    kept_text: "What comes first counts. Bans, the whitelist and the audit log are never deleted; an address that is banned keeps its newest five lines.", "以先达到的限制为准。封堵、白名单和审计日志不会被删除；已封堵的地址始终保留最近五条日志。";
    kept_from_file: "These are the limits of the console's settings file. Once they are saved here, these count on every replica.", "当前使用控制台配置文件中的限制。在此保存后，所有控制台实例均以此处为准。";
    kept_days: "Days that lines are kept", "日志保留天数";
    kept_days_hint(most: u16): "1 to {most}. A week goes as a whole, when its last day is older. Top lists reach back as far; charts 400 days.", "1 到 {most} 天。按周整体删除：当一周的最后一天也超期时删除。排行榜的回溯时间与此相同，图表可回溯 400 天。";
    kept_attack_rows: "Most attack lines", "攻击日志最大条数";
    kept_attack_rows_hint: "A usual line takes 0.4 KB, so a million 0.4 GB. The oldest go first; charts and top lists keep counting them.", "一般每条约 0.4 KB，一百万条约 0.4 GB。优先删除最旧的日志，图表和排行榜的统计不受影响。";
    kept_ban_event_rows: "Most lines about bans", "封堵日志最大条数";
    kept_ban_event_rows_hint: "Bans and unbans as fail2ban.log tells them; the oldest go first. “Banned before” counts what is still there.", "fail2ban.log 中的封堵与解封记录，优先删除最旧的记录。“曾被封堵”只统计仍保留的记录。";
    kept_save: "Save limits", "保存限制";
    kept_saved: "The limits are saved. They count from now on.", "限制已保存，即刻生效。";
    kept_only_admins: "Only admins change these.", "仅管理员可以修改。";
    kept_unit_days(days: u16): "{days} days", "{days} 天";

    loss_title: "This deletes what is stored now, for good", "此更改将永久删除已有数据";
    loss_attacks(lines: &str): "the oldest {lines} attack lines", "最旧的 {lines} 条攻击日志";
    loss_ban_events(lines: &str): "the oldest {lines} lines about bans", "最旧的 {lines} 条封堵日志";
    loss_days(days: i64): "the top lists of the oldest {days} days", "最早 {days} 天的排行榜数据";
    loss_nothing: "Nothing of it is stored any more: save again.", "相关数据已不存在，请直接保存。";
    loss_text: "Nothing has been saved yet. Choose larger limits above and save, or:", "尚未保存。请在上方改用更大的限制后保存，或者：";
    loss_agree(what: &str): "Delete {what} and save", "删除{what}并保存";
    loss_and: " and ", "和";

    stored_title: "Stored now", "当前存储";
    stored_rows: "Rows", "条数";
    stored_oldest: "Oldest", "最早";
    stored_on_disk: "On disk", "占用空间";
    stored_attacks: "Attack lines", "攻击日志";
    stored_ban_events: "Lines about bans", "封堵日志";
    stored_counts: "Counts for charts and top lists", "图表和排行榜的统计";
    stored_database: "The whole database", "整个数据库";
    stored_nothing: "none", "无";
    stored_of(rows: &str, most: &str): "{rows} of at most {most}", "{rows}（上限 {most}）";

    geo_title: "Countries and networks", "国家/地区和网络";
    geo_text: "Looked up in files on the console's machine; no address ever leaves it. A line keeps what was known when it arrived.", "在控制台本机的文件中查询，任何地址都不会发往外部。每条日志保留其到达时的查询结果。";
    geo_unset: "Unknown: no folder is named", "未启用：尚未指定目录";
    geo_unset_text: "Put the files of npm's @ip-location-db/asn-country and @ip-location-db/asn into a folder, name it as “folder” under [geo] in the console's settings file, and start the console again.", "请将 npm 包 @ip-location-db/asn-country 和 @ip-location-db/asn 的文件放入一个目录，在控制台配置文件 [geo] 的 folder 中指定该目录，然后重启控制台。";
    geo_unread: "Unknown: nothing could be read", "未启用：没有可读取的文件";
    geo_in_use: "in use", "使用中";
    geo_old: "older than 3 months", "超过 3 个月";
    geo_missing: "missing", "缺失";
    geo_refused: "What lies in the folder now is not in use:", "目录中的当前文件未被采用：";
    geo_file: "File", "文件";
    geo_written: "File date", "文件日期";
    geo_ranges: "Ranges", "地址段数";
    geo_licence: "Licence", "许可";
    geo_folder: "Folder", "目录";
    geo_read: "Read", "读取时间";
    geo_update_title: "How to update", "如何更新";
    geo_update_text: "Once a month is often enough. Get newer files of the same form, put each beside the old one, and rename it over it; the console looks every minute and takes what it can use. Each replica reads its own folder.", "每月更新一次即可。获取相同格式的新文件，放在旧文件旁边，再改名覆盖；控制台每分钟检查一次并采用有效的文件。每个控制台实例读取各自的目录。";
}

impl Words {
    /// What would be deleted, in one phrase.
    pub(crate) fn losses(self, parts: &[String]) -> String {
        parts.join(self.loss_and())
    }
}
