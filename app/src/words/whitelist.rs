//! The whitelist page.

words! {
    whitelist_text: "Never banned by fail2ban. Adding an address lifts its bans.", "名单内的 IP 永不被 fail2ban 封堵，添加后立即解除现有封堵。";
    whitelist_my_ip: "Whitelist my IP", "将我的 IP 加入白名单";
    your_address(address: &str): "You come from {address}; the entry ends by itself after 8 hours", "您的 IP 是 {address}；条目 8 小时后自动失效";
    add_to_whitelist: "Add to the whitelist", "加入白名单";
    note: "Note", "备注";
    note_hint: "Who is it, and why?", "该 IP 属于谁？为何放行？";
    expires: "Expires", "有效期";
    in_8_hours: "in 8 hours", "8 小时";
    no_expiry: "never", "永不过期";
    in_30_days: "in 30 days", "30 天";
    at_a_time: "at a time", "指定时间";
    at_time: "Until", "截止时间";
    entry: "Entry", "条目";
    added: "Added", "添加时间";
    proof: "Proof", "验证";
    proven: "verified", "已验证";
    proven_explained: "read back: it stands in the jail's file and in the running jail", "已回读确认：写入文件并在 jail 中生效";
    in_file_only: "in the file, not in the running jail", "仅写入文件，jail 中未生效";
    in_jail_only: "in the running jail, not in the file", "仅在 jail 中生效，未写入文件";
    not_applied: "not applied", "未生效";
    on_its_way: "on its way", "下发中";
    remove: "Remove", "移除";
    remove_named(network: &str): "Remove {network}", "移除 {network}";
    whitelist_added(network: &str): "{network} is whitelisted; its bans are being lifted.", "{network} 已加入白名单，正在解除其封堵。";
    whitelist_removed(network: &str): "{network} is no longer whitelisted: fail2ban may ban it again.", "{network} 已移出白名单，fail2ban 可能再次封堵该地址。";
    whitelist_empty_title: "The whitelist is empty", "白名单为空";
    whitelist_empty_text: "Add the addresses of your offices and carriers first, so that a typo in a phone's password never locks a customer out.", "建议先添加办公室和运营商的 IP，避免话机密码输错导致客户被封堵。";
    no_note: "no note", "无备注";
}
