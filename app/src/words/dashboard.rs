//! The dashboard.

words! {
    bans_now: "Banned now", "当前封堵";
    bans_new: "New in 24 hours", "24 小时新增";
    nodes_up(up: usize, all: usize): "{up} of {all} connected", "已连接 {up}/{all}";
    hour_before(n: &str): "{n} in the hour before", "前一小时 {n} 次";
    not_effective_count(n: i64): "Bans not effective in the firewall: {n}", "{n} 个封堵在防火墙中未生效";
    all_effective: "All bans are in the firewall", "所有封堵均已生效";
    attacks_per_minute: "Attacks per minute, last hour", "最近 1 小时每分钟攻击次数";
    automatic_and_by_hand: "automatic and by hand", "自动与手动";
    minute: "Minute", "分钟";
    count: "Count", "次数";
    per_minute(n: i64): "{n} a minute", "每分钟 {n} 次";
    show_table: "Show as table", "以表格显示";
    last_attacks: "Last attacks", "最近攻击";
    last_bans: "Last bans and unbans", "最近封堵与解封";
    attacks_empty: "No attack seen yet. Attack lines appear here within a second of being written.", "尚未发现攻击。攻击日志写入后一秒内会显示在这里。";
    bans_events_empty: "No ban or unban seen yet.", "尚无封堵或解封记录。";
    quiet_title: "Quiet", "暂无攻击";
    under_attack_title: "Under attack, and held", "正在遭受攻击，已拦截";
    not_held_title: "Attention: something is not held", "注意：部分攻击未被拦截";
    away_title: "Attention: a node is away", "注意：有节点离线";
    no_nodes_title: "Add your first node", "添加第一个节点";
    quiet_text: "No attack in the last hour.", "最近 1 小时没有攻击。";
    held_text(attacks: &str, bans: &str): "{attacks} attacks in the last hour; {bans} addresses are banned now, each in the firewall of every node that holds it.", "最近 1 小时攻击 {attacks} 次；当前封堵 {bans} 个 IP，均已在相应节点的防火墙中生效。";
    see_bans: "See the bans", "查看封堵";
    see_nodes: "See the nodes", "查看节点";
    nodes_away_text(names: &str): "Away: {names}. fail2ban keeps banning there; you see it again when the worker is back.", "离线：{names}。fail2ban 仍在该处封堵，节点代理恢复后即可看到。";
    hops_broken_text(names: &str): "A hop is broken on: {names}.", "以下节点链路故障：{names}。";
}
