//! The dashboard.

use domain::attack::facet::Facet;

use crate::words::Words;

words! {
    bans_now: "Banned now", "当前封堵";
    bans_new: "New in 24 hours", "24 小时新增";
    nodes_up(up: usize, all: usize): "{up} of {all} connected", "已连接 {up}/{all}";
    hour_before(n: &str): "{n} in the hour before", "前一小时 {n} 次";
    not_effective_count(n: i64): "Bans not effective in the firewall: {n}", "{n} 个封堵在防火墙中未生效";
    all_effective: "All bans are in the firewall", "所有封堵均已生效";
    in_the_period: "In this period", "所选时段";
    attacks_over_time: "Attacks over time", "攻击趋势";
    bans_over_time: "Bans and unbans over time", "封堵与解封趋势";
    top_sources: "Top sources", "主要来源";
    top_networks: "Top networks", "主要网络";
    top_countries: "Top countries", "主要国家和地区";
    top_extensions: "Attacked extensions", "受攻击分机";
    top_prefixes: "Tried prefixes", "尝试的号码前缀";
    network_asn: "Network (ASN)", "所属网络";
    country: "Country", "国家/地区";
    prefix: "Prefix", "前缀";
    top_of(n: &str): "of {n}", "共 {n} 个";
    top_of_equals: "Many have nearly as many: others may belong here, too.", "多项次数相近，可能还有其他项应列入。";
    sources_empty: "No attack in this period.", "该时段没有攻击。";
    places_empty: "No source of this period has a known place.", "该时段的来源均无归属信息。";
    extensions_empty: "No extension was attacked in this period.", "该时段没有分机受到攻击。";
    prefixes_empty: "No number was dialed in this period.", "该时段没有呼叫号码。";
    automatic_and_by_hand: "automatic and by hand", "自动与手动";
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
    alert_title: "Attention: an alert is open", "注意：有未恢复的告警";
    alerts_open(n: usize, kinds: &str): "Open alerts: {n} ({kinds}).", "当前有 {n} 条告警（{kinds}）。";
    see_alerts: "See the alerts", "查看告警";
    see_bans: "See the bans", "查看封堵";
    see_nodes: "See the nodes", "查看节点";
    nodes_away_text(names: &str): "Away: {names}. fail2ban keeps banning there; you see it again when the worker is back.", "离线：{names}。fail2ban 仍在该处封堵，节点代理恢复后即可看到。";
    hops_broken_text(names: &str): "A hop is broken on: {names}.", "以下节点链路故障：{names}。";
}

impl Words {
    /// Of a top list: its title, what its names are, and what is said where there are none.
    pub(crate) fn top(self, facet: Facet) -> (&'static str, &'static str, &'static str) {
        match facet {
            Facet::Source => (
                self.top_sources(),
                self.source_address(),
                self.sources_empty(),
            ),
            Facet::Network => (self.top_networks(), self.network_asn(), self.places_empty()),
            Facet::Country => (self.top_countries(), self.country(), self.places_empty()),
            Facet::Extension => (
                self.top_extensions(),
                self.extension(),
                self.extensions_empty(),
            ),
            Facet::Prefix => (self.top_prefixes(), self.prefix(), self.prefixes_empty()),
        }
    }

    /// Of the rules of open alerts.
    pub(crate) fn alerts_open_of(self, count: usize, rules: &[&str]) -> String {
        let rules = rules.join(match self {
            Self::En => ", ",
            Self::Zh => "、",
        });
        self.alerts_open(count, &rules)
    }
}
