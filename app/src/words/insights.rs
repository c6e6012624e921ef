//! What an operator should act on.

words! {
    insights_title: "To act on", "需要处理";
    insights_none: "Nothing. Looked for once a minute: bans that do not hold, numbers that slip through the call rules, guessed extensions, networks banned again and again, unusual hours.", "暂无。系统每分钟检查：未生效的封堵、漏过规则的号码、被猜测的分机、反复被封堵的网段、异常时段。";
    insight_since: "seen since", "首次发现于";
    insight_still_sending(network: &str, node: &str): "{network} still gets through to {node} although it is banned", "{network} 已封堵，但仍能访问 {node}";
    insight_still_sending_seen(lines: &str): "{lines} attack lines in the last 10 minutes, all more than half a minute after the ban.", "最近 10 分钟有 {lines} 条攻击日志，均在封堵半分钟之后。";
    insight_still_sending_why: "The firewall of the node does not stop it: often an open TCP connection, or a rule before the one of fail2ban.", "节点防火墙没有拦住：常见原因是已建立的 TCP 连接，或在 fail2ban 规则之前有放行规则。";
    insight_see_node(node: &str): "See node {node}", "查看节点 {node}";
    insight_number(number: &str, node: &str): "The call rules of {node} let {number} pass", "{node} 的被叫号码规则未拦截 {number}";
    insight_number_seen(lines: &str, refused: i64, example: &str): "{lines} lines name it. {refused} numbers with the same end are refused, such as {example}.", "出现在 {lines} 条日志中；尾号相同的 {refused} 个号码均被拒绝，例如 {example}。";
    insight_number_why: "Somebody tries one number behind every prefix there is; this prefix is missing in the rules. The call was stopped by its credentials only.", "有人在用各种前缀尝试同一个号码，而规则缺少这个前缀；该呼叫只是因未通过认证才被拦下。";
    insight_see_rules: "Try it in the call rules", "在被叫号码规则中检查";
    insight_extension(extension: &str, sources: &str): "The password of extension {extension} is guessed from {sources} addresses", "{sources} 个 IP 正在猜测分机 {extension} 的密码";
    insight_extension_seen(lines: &str): "{lines} lines in the last 24 hours.", "最近 24 小时 {lines} 条日志。";
    insight_extension_real: "A phone is registered with it, so it exists: too few tries from each address for a ban. Make sure that its password is long and random.", "该分机有话机注册，确实存在；每个 IP 的尝试次数都不足以触发封堵。请确认密码足够长且随机。";
    insight_extension_unknown: "No phone is registered with it now. Where it exists, make sure that its password is long and random.", "目前没有话机以该分机注册。如该分机存在，请确认密码足够长且随机。";
    insight_see_attacks: "See these attacks", "查看相关攻击";
    insight_network(addresses: i64, network: &str): "{addresses} addresses of {network} were banned within 7 days", "7 天内网段 {network} 有 {addresses} 个 IP 被封堵";
    insight_network_seen(bans: &str): "{bans} bans in all; the network itself is not banned.", "共封堵 {bans} 次；该网段本身未被封堵。";
    insight_network_why: "Whoever sends from it changes the address as soon as one is banned. Nothing that is whitelisted or protected lies in it.", "攻击者在该网段内不断更换 IP。该网段内没有白名单或受保护的地址。";
    insight_asn(addresses: i64, asn: &str): "{addresses} addresses of {asn} were banned within 7 days", "7 天内 {asn} 有 {addresses} 个 IP 被封堵";
    insight_asn_seen(networks: i64): "In {networks} different networks (/24 or /48).", "分布在 {networks} 个不同网段（/24 或 /48）。";
    insight_asn_why: "Its operator lets attackers be. Where you have no customers there, ban its worst networks.", "该网络的运营方放任攻击者。如您在该网络没有客户，可封堵其中最严重的网段。";
    insight_more(now: &str): "{now} attacks in the last hour: far more than usual", "最近 1 小时攻击 {now} 次，远高于往常";
    insight_fewer(now: &str): "{now} attacks in the last hour: far fewer than usual", "最近 1 小时攻击 {now} 次，远低于往常";
    insight_usual(least: &str, most: &str, weeks: i64): "In this hour of the last {weeks} weeks it was {least} to {most}.", "过去 {weeks} 周的同一时段为 {least} 至 {most} 次。";
    insight_more_why: "Somebody new has found you, or has changed the way. See who, and whether the bans hold.", "可能有新的攻击者或新的攻击方式。请查看来源以及封堵是否有效。";
    insight_fewer_why: "Attackers seldom stop all at once: more often the log is no longer written or read.", "攻击很少会突然全部停止，更可能是日志未写入或未被读取。";
    insight_see_hours: "See the last hours", "查看最近几小时";
    insight_dismiss_day: "Hide for a day", "隐藏 1 天";
    insight_dismiss_week: "for a week", "隐藏 1 周";
    insight_dismiss_named(what: &str): "Hide for a day: {what}", "隐藏 1 天：{what}";
    insight_dismiss_week_named(what: &str): "Hide for a week: {what}", "隐藏 1 周：{what}";
    insight_dismissed: "Hidden for everybody.", "已对所有人隐藏。";
    insight_shown_again: "It is shown again.", "已恢复显示。";
}
