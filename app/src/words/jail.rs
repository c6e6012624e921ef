//! The jail page.

words! {
    jail_text: "When fail2ban bans an address, for how long, and whom it never bans.", "fail2ban 何时封堵、封堵多久、从不封堵谁。";
    jail_editor: "Settings", "设置";
    bantime: "Ban time (bantime)", "封堵时长 (bantime)";
    bantime_hint: "How long an address stays banned: 10 s to 10 years, as 24h, 7d or 86400; -1 is for ever.", "IP 的封堵时长，10 秒至 10 年，可写 24h、7d 或 86400；-1 为永久。";
    findtime: "Counting window (findtime)", "统计时间窗 (findtime)";
    findtime_hint: "Only failures within this time count: 1 s to 30 days, as 3m, 2h or 180.", "只统计该时间内的失败次数，1 秒至 30 天，可写 3m、2h 或 180。";
    maxretry: "Failures before a ban (maxretry)", "封堵前失败次数 (maxretry)";
    maxretry_hint: "So many failures within the window ban the address: 1 to 1,000.", "时间窗内失败达到该次数即封堵，1 至 1,000。";
    ignoreip: "Never banned (ignoreip)", "永不封堵 (ignoreip)";
    ignoreip_hint: "One address or network a line. The whitelist is kept beside it; 127.0.0.0/8 and ::1 must stay.", "每行一个 IP 或网段。白名单另行管理；127.0.0.0/8 和 ::1 必须保留。";
    jail_sentence(maxretry: i64, findtime: &str, bantime: &str): "Failures before a ban: {maxretry} within {findtime}. A ban lasts {bantime}.", "{findtime}内失败 {maxretry} 次，封堵 {bantime}。";
    jail_sentence_ever(maxretry: i64, findtime: &str): "Failures before a ban: {maxretry} within {findtime}. A ban never ends.", "{findtime}内失败 {maxretry} 次，永久封堵。";
    ignored_count(n: usize): "Networks never banned: {n}.", "{n} 个网段永不封堵。";
    problem_span: "Write a number of seconds, or a number with s, m, h or d (3m, 24h, 7d).", "请填写秒数，或带单位 s、m、h、d 的数字（如 3m、24h、7d）。";
    problem_range(least: &str, most: &str): "It must be from {least} to {most}.", "必须在 {least} 至 {most} 之间。";
    problem_line(line: usize, problem: &str): "Line {line}: {problem}", "第 {line} 行：{problem}";
    problem_ignore_many(most: usize): "At most {most} networks.", "最多 {most} 个网段。";
    problem_ignore_everybody(network: &str): "{network} is (nearly) the whole internet: nobody would ever be banned.", "{network} 几乎覆盖整个互联网，将无法封堵任何人。";
    problem_loopback: "127.0.0.0/8 and ::1 must stay: the host itself must never be banned.", "必须保留 127.0.0.0/8 和 ::1，主机自身绝不能被封堵。";
    warn_short_ban(bantime: &str, findtime: &str): "The ban ({bantime}) is shorter than the counting window ({findtime}): an attacker is free again while their failures still count.", "封堵时长（{bantime}）短于统计时间窗（{findtime}）：失败次数仍在统计，攻击者却已被放行。";
    warn_very_short(bantime: &str): "A ban of {bantime} is over before an attacker notices it; a day is usual.", "封堵 {bantime} 过短，攻击者几乎不受影响，通常设为一天。";
    warn_one_failure: "One failure bans: a phone with a mistyped password is locked out at once.", "失败 1 次即封堵：话机密码输错一次就会被封。";
    warn_many_failures(maxretry: i64): "{maxretry} failures are allowed: that is room for guessing passwords.", "允许失败 {maxretry} 次，为猜测密码留下了空间。";
    warn_wide_public(network: &str): "{network} is a wide public network: no attack from it is ever banned.", "{network} 是较大的公网网段：来自该网段的攻击永远不会被封堵。";
    warn_for_ever: "Bans never end by themselves: somebody has to lift each wrong one.", "封堵永不自动解除，误封只能人工解封。";
    jail_differs_text: "The file and the running jail are not the same: somebody set it at run time, or fail2ban was not reloaded.", "文件与运行中的 jail 不一致：可能在运行时被修改，或 fail2ban 未重载。";
    networks_count(n: usize): "{n} networks", "{n} 个网段";
    ignored_network: "Never banned", "永不封堵";
    jail_no_node: "No node has reported its jail yet.", "尚无节点上报 jail 配置。";
}
