//! Drafts, revisions, deployments, drift: what every page of configuration shares.

use backend::config::Waits;
use domain::config::{Kind, Step};

use crate::words::Words;

words! {
    call_rules: "Call rules", "被叫号码规则";
    acl_lists: "ACL lists", "ACL 列表";
    sip_profiles: "SIP profiles", "SIP 配置 (profile)";
    jail_page: "Jail", "Jail";
    deployments: "Deployments", "下发记录";
    deployments_text: "Each is one revision on its way to nodes: written, loaded, then asked for and compared.", "每条记录是一个版本下发到节点的过程：写入文件、重载、再回读比对。";
    deployment_short: "Number", "编号";
    deployment(id: i64): "Deployment {id}", "下发 #{id}";
    deployments_empty_title: "Nothing was deployed yet", "还没有下发过";
    deployments_empty_text: "Save call rules, ACL lists or jail settings as a revision; its way to the nodes is shown here.", "将被叫号码规则、ACL 列表或 jail 设置保存为版本并下发，过程会显示在这里。";

    line_all: "These are the settings for all nodes.", "当前为所有节点的配置。";
    line_all_but(names: &str): "These are the settings for all nodes, except those with their own: {names}.", "当前为所有节点的配置，以下单独配置的节点除外：{names}。";
    line_own(name: &str): "These are {name}'s own settings. What is deployed to all nodes leaves it out.", "当前为 {name} 的单独配置，下发到所有节点时不包含该节点。";
    line_follows(name: &str): "{name} has no settings of its own: it follows those for all nodes, shown below. What you save here is for {name} alone, which then no longer follows them.", "{name} 没有单独配置，当前沿用所有节点的配置（如下）。在此保存后仅对 {name} 生效，且不再沿用所有节点的配置。";
    draft: "Draft", "草稿";
    unsaved_draft: "Unsaved draft", "草稿未保存为版本";
    draft_by(name: &str): "by {name},", "{name}，";
    discard_draft: "Discard draft", "放弃草稿";
    discard_draft_text: "What was typed since the newest revision is lost. No node is touched.", "自最新版本以来的修改将丢失，不影响任何节点。";
    draft_discarded: "The draft is discarded.", "已放弃草稿。";
    draft_saved: "The draft is saved. No node has it yet.", "草稿已保存，尚未下发到任何节点。";
    save_draft: "Save draft", "保存草稿";
    revision: "Revision", "版本";
    revision_number(n: i32): "Revision {n}", "版本 {n}";
    deployed_is(n: i32): "deployed is revision {n}", "已下发的是版本 {n}";
    no_revision: "No revision yet", "还没有版本";
    no_revision_text: "Nodes keep what they have until a first revision is deployed.", "下发第一个版本之前，节点保持现有配置不变。";

    publish: "Save and deploy", "保存并下发";
    publish_title: "Save as revision", "保存为版本";
    publish_text: "The draft becomes an unchangeable revision and goes to the nodes at once.", "草稿将保存为不可更改的版本，并立即下发到节点。";
    message: "Message", "版本说明";
    message_hint: "What changes, and why? Others find it in the history.", "改了什么？为什么改？便于他人查阅历史。";
    save_only: "Save only", "仅保存";
    deploy_revision(n: i32): "Deploy revision {n}", "下发版本 {n}";
    deploy_title(n: i32): "Revision {n} is not on every node", "版本 {n} 尚未下发到全部节点";
    deploy_text: "It was saved and is not deployed everywhere. A node that is away gets it when it returns.", "该版本已保存，但未下发到所有节点。离线节点恢复后自动获取。";
    revision_saved: "The revision is saved. No node has it yet.", "版本已保存，尚未下发。";
    revision_deployed: "The revision is saved and on its way.", "版本已保存，正在下发。";
    warnings: "Before you deploy", "下发前请注意";
    changes_of_draft: "What the draft changes", "草稿的修改内容";
    no_changes: "No difference.", "没有差异。";

    history_of_line: "Revisions", "版本历史";
    author: "Author", "提交人";
    deployed_where: "Deployed", "下发情况";
    not_deployed: "not deployed", "未下发";
    on_no_node: "on no node", "未在任何节点";
    on_one_node: "on 1 node", "1 个节点";
    on_nodes(n: i64): "on {n} nodes", "{n} 个节点";
    compare: "Compare", "比较";
    compare_title(a: &str, b: &str): "{a} → {b}", "{a} → {b}";
    compare_hint: "Choose any two and compare them.", "选择任意两个版本进行比较。";
    compare_old(what: &str): "Compare from {what}", "旧版本：{what}";
    compare_new(what: &str): "Compare to {what}", "新版本：{what}";
    side_from: "from", "旧";
    side_to: "to", "新";
    what_changed: "What changed", "查看修改";
    same_content: "Both are the same.", "两者内容相同。";
    as_text: "As text", "文本对比";
    more_not_shown: "There is more than is shown here.", "内容过长，仅显示部分。";
    added_mark: "added", "新增";
    removed_mark: "removed", "删除";
    changed_mark: "changed", "修改";
    setting: "Setting", "设置项";
    before_value: "Before", "修改前";
    after_value: "After", "修改后";
    roll_back: "Roll back", "回滚";
    roll_back_text(n: i32): "Every node of these settings gets revision {n} again, exactly as it was. Newer revisions stay in the history.", "相关节点将恢复为版本 {n} 的内容。较新的版本仍保留在历史中。";
    roll_back_named(what: &str, n: i32): "Roll {what} back to revision {n}", "将{what}回滚到版本 {n}";
    rollback_of(n: i32): "rolled back from revision {n}", "由版本 {n} 回滚";

    step_pending: "pending", "待下发";
    step_away: "waits for the node", "等待节点上线";
    step_no_link: "waits for the switch", "等待连接交换机";
    step_delivered: "delivered", "已送达";
    step_reloaded: "reloaded", "已重载";
    step_verified: "verified", "已验证";
    step_failed: "failed", "失败";
    step_rolled_back: "rolled back", "已回滚";
    step_superseded: "superseded", "已被新下发取代";
    step_pending_text: "The node's worker has not written it yet.", "节点代理尚未写入文件。";
    step_away_text: "Its worker is away. It gets the newest revision when it returns.", "节点代理离线，恢复后会自动获取最新版本。";
    step_no_link_text: "The console is not connected to its FreeSWITCH. It goes on when the connection is back; the node's page says what is wrong.", "控制台未连接到该节点的 FreeSWITCH，连接恢复后会自动继续，原因见节点页面。";
    step_delivered_text: "The worker wrote the files.", "节点代理已写入文件。";
    step_reloaded_text: "The switch confirmed that it loaded them.", "FreeSWITCH 已确认重载。";
    step_verified_text: "Asked and compared: in force as written.", "已回读比对，配置已生效。";
    step_superseded_text: "A newer deployment took its place.", "已有更新的下发取代本次下发。";
    progress: "On the nodes", "各节点进度";
    progress_of(verified: i64, all: i64): "{verified} of {all} verified", "已验证 {verified}/{all}";
    under_way(n: i64): "{n} under way", "{n} 个进行中";
    failed_count(n: i64): "{n} failed", "{n} 个失败";
    superseded_count(n: i64): "{n} superseded", "{n} 个已被取代";
    no_module: "This FreeSWITCH has no mod_cti: the file is in place, and there is nothing on the switch to load it.", "该 FreeSWITCH 没有 mod_cti：文件已写入，但交换机上没有模块需要加载。";
    comes_back: "Without a new connection the old lists come back 60 s after the change.", "若无法建立新连接，修改 60 秒后将自动恢复原列表。";
    reason_shown: "Reason", "原因";
    attempt(n: i32): "try {n}", "第 {n} 次";
    retry: "Try again", "重试";
    retry_named(name: &str): "Try again on {name}", "在 {name} 上重试";
    retried: "It is tried again.", "正在重试。";
    replies: "The switch's replies", "FreeSWITCH 应答";
    replies_text: "Word for word, in the order in which it was asked.", "按执行顺序逐字记录。";
    reply_empty: "(empty reply)", "（空应答）";
    started: "Started", "开始";
    all_its_nodes: "all nodes", "所有节点";
    own_of(name: &str): "{name} alone", "仅 {name}";

    drift_title(name: &str): "{name} differs from what was deployed", "{name} 的配置与已下发的不一致";
    drift_since: "since", "自";
    drift_text: "Somebody changed it on the node. Choose which one holds; until then the node keeps its own.", "节点上的配置被手动修改。请选择以哪一方为准，在此之前节点保持现状。";
    drift_loaded: "The file is as deployed, but the switch has loaded something else.", "文件与已下发的一致，但 FreeSWITCH 加载的内容不同。";
    drift_unreadable: "The file cannot be read any more, so nothing can be written into it either. Mend it on the node; FreeSWITCH keeps what it has loaded until then.", "文件已无法解析，因此也无法写入。请在节点上修复该文件；修复前 FreeSWITCH 保持已加载的内容。";
    load_ours_named(name: &str): "Load the file again on {name}", "在 {name} 上重新加载";
    load_ours_text: "The file stays as it is.", "文件保持不变。";
    drift_theirs: "On the node", "节点现状";
    drift_ours: "Deployed", "已下发";
    drift_on(names: &str): "Configuration drift on: {names}.", "以下节点存在配置漂移：{names}。";
    drift_title_short: "Attention: a node was changed by hand", "注意：有节点被手动修改";
    drift_of(what: &str): "drift: {what}", "漂移：{what}";
    take_theirs_named(name: &str): "Take {name}'s version", "采用 {name} 的版本";
    take_theirs_text: "What stands on the node becomes its newest revision.", "节点现状将成为该节点的最新版本。";
    put_ours_named(name: &str): "Put ours back on {name}", "恢复 {name} 为已下发的版本";
    put_ours_text: "The node's own change is overwritten.", "节点上的手动修改将被覆盖。";

    file_problem: "The file on the node cannot be changed", "无法修改节点上的文件";
    preview: "The files as they will be written", "将写入的文件内容";
    preview_text: "The whole text of a node's files; what is new is marked.", "节点上文件的完整内容，修改的行已标出。";
    preview_show: "Show", "查看";
    preview_unknown(name: &str): "The worker of {name} has not told what its files hold.", "{name} 的节点代理尚未上报文件内容。";
    preview_same: "This file does not change.", "该文件没有变化。";
    preview_new: "This file is made.", "该文件将新建。";
    configuration: "Configuration", "配置";
    configs_empty: "Nothing was deployed to this node yet; it keeps what it has.", "尚未向该节点下发配置，节点保持现状。";
    own_settings: "its own", "单独配置";
    node_has: "What each node has", "各节点现状";
    node_has_text: "Read from the node's files and from the running program.", "读取自节点文件和运行中的程序。";
    in_the_file: "File", "文件";
    in_force: "In force", "当前生效";
    differs: "differs", "不一致";
    not_reported: "not reported yet", "尚未上报";
    read_at: "Read", "读取时间";
    more_nodes(n: usize): "and {n} more nodes", "其余 {n} 个节点";
    follow_all: "Follow all nodes again", "恢复沿用所有节点的配置";
    follow_all_text(name: &str): "{name} gives its own settings up and gets those for all nodes.", "{name} 将放弃单独配置，改用所有节点的配置。";
    follow_all_named(name: &str): "Let {name} follow all nodes again", "让 {name} 沿用所有节点的配置";
    follows_again: "It follows the settings for all nodes again.", "已恢复沿用所有节点的配置。";
    decided: "It is on its way; see below.", "正在下发，进度如下。";
}

impl Words {
    /// The page's name.
    pub(crate) fn config_kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::CallRules => self.call_rules(),
            Kind::Acl => self.acl_lists(),
            Kind::Profiles => self.sip_profiles(),
            Kind::Jail => self.jail_page(),
        }
    }

    pub(crate) fn step(self, step: Step) -> &'static str {
        match step {
            Step::Pending => self.step_pending(),
            Step::Delivered => self.step_delivered(),
            Step::Reloaded => self.step_reloaded(),
            Step::Verified => self.step_verified(),
            Step::Failed => self.step_failed(),
            Step::RolledBack => self.step_rolled_back(),
            Step::Superseded => self.step_superseded(),
        }
    }

    /// What the step means; empty where the reason says it.
    pub(crate) fn step_text(self, step: Step) -> &'static str {
        match step {
            Step::Pending => self.step_pending_text(),
            Step::Delivered => self.step_delivered_text(),
            Step::Reloaded => self.step_reloaded_text(),
            Step::Verified => self.step_verified_text(),
            Step::Superseded => self.step_superseded_text(),
            Step::Failed | Step::RolledBack => "",
        }
    }

    /// What holds a node up, and what that means.
    pub(crate) fn waits(self, waits: &Waits) -> (&'static str, &'static str) {
        match waits {
            Waits::Worker => (self.step_away(), self.step_away_text()),
            Waits::Link(_) => (self.step_no_link(), self.step_no_link_text()),
        }
    }
}
