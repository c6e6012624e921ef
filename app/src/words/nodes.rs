//! Nodes, their hops, and what to do about each.

use domain::gap::Cause;
use domain::health::{HopName, HopState};

use crate::words::Words;

words! {
    nodes_text: "Each node is one FreeSWITCH host with its worker.", "每个节点是一台安装了节点代理的 FreeSWITCH 主机。";
    add_node: "Add a node", "添加节点";
    node_name: "Node name", "节点名称";
    node_name_hint: "lower-case letters, digits, dots and hyphens", "小写字母、数字、点和连字符";
    nodes_empty_title: "No node yet", "还没有节点";
    nodes_empty_text: "Add your first FreeSWITCH host: give it a name, then paste one command there.", "添加第一台 FreeSWITCH 主机：先命名，再在主机上粘贴一条命令。";
    worker: "Worker", "节点代理";
    connected: "Connected", "已连接";
    away: "Away", "离线";
    waiting_for_worker: "Waiting for its worker", "等待节点代理";
    revoked: "Revoked", "已吊销";
    last_seen: "Last seen", "最近在线";
    bans_here: "Bans", "封堵";
    attacks_last_hour: "Attacks, last hour", "最近 1 小时攻击";
    waiting_orders: "Waiting orders", "等待执行";
    health: "Health", "状态";
    all_good: "Every hop works", "链路全部正常";
    attention: "Attention", "需要注意";
    broken: "Broken", "故障";
    good: "Good", "正常";
    hops_title: "From the log to the firewall", "从日志到防火墙";
    hops_text: "A line travels down these hops. The first one that is broken explains an empty list.", "日志依次经过以下环节。列表为空时，第一个故障环节就是原因。";
    remedy: "Remedy", "处理办法";
    enrol_title(name: &str): "Connect {name}", "接入 {name}";
    enrol_text: "Paste this on the FreeSWITCH host as root. The code works once and for 15 minutes.", "请在 FreeSWITCH 主机上以 root 粘贴执行。该代码仅可使用一次，15 分钟内有效。";
    new_code: "New enrolment code", "重新生成接入代码";
    revoke: "Revoke token", "吊销令牌";
    revoke_named(name: &str): "Revoke the token of {name}", "吊销 {name} 的令牌";
    revoke_text: "The worker is shut out at once. fail2ban keeps banning on the node.", "节点代理立即断开，节点上的 fail2ban 仍继续封堵。";
    remove_node: "Remove node", "移除节点";
    remove_node_named(name: &str): "Remove {name} and its history", "移除 {name} 及其历史";
    remove_node_text: "Its bans stay in its own firewall; its events are no longer shown here and are deleted soon.", "该节点防火墙中的封堵会保留；控制台不再显示其事件，并会很快删除。";
    install_jail: "Write jail and filter files", "写入 jail 和过滤器文件";
    install_jail_text: "Writes jail.d/callwarden-cti.local and filter.d/cti.conf on the node, loads them and reads them back. Other jails stay untouched.", "在节点上写入 jail.d/callwarden-cti.local 和 filter.d/cti.conf，加载并回读验证。不影响其他 jail。";
    node_added(name: &str): "{name} is added.", "已添加 {name}。";
    node_revoked(name: &str): "The token of {name} is revoked.", "{name} 的令牌已吊销。";
    node_removed(name: &str): "{name} is removed.", "{name} 已移除。";
    jail_ordered: "The node writes its jail files now; see below for the result.", "节点正在写入 jail 文件，结果见下方。";
    position: "Read", "已读取";
    lag: "Behind", "滞后";
    host: "Host", "主机";
    addresses: "Addresses", "地址";
    versions: "Versions", "版本";
    worker_version(version: &str): "worker {version}", "节点代理 {version}";
    fail2ban_version(version: &str): "fail2ban {version}", "fail2ban {version}";
    clock_offset: "Clock", "时钟";
    milliseconds(n: i64): "{n} ms", "{n} 毫秒";
    jail_settings: "Jail", "jail";
    jail_settings_text(maxretry: i64, findtime: &str, bantime: &str): "{maxretry} failures in {findtime}, ban {bantime}", "{findtime}内失败 {maxretry} 次，封堵 {bantime}";
    gaps_title: "Gaps", "缺口";
    gaps_text: "Bytes of a log that vanished before they could be read.", "读取之前就已消失的日志字节。";
    gap_unknown(from: i64, cause: &str): "at byte {from}, nobody knows how many: {cause}", "字节 {from} 处，数量未知：{cause}";
    gap(from: i64, to: i64, cause: &str): "bytes {from} to {to}: {cause}", "字节 {from} 至 {to}：{cause}";
    gap_truncated: "the file was cut or rewritten", "文件被截断或改写";
    gap_position_lost: "the saved position was lost", "已保存的读取位置丢失";
    gap_after_rotation: "written to the old file after its rotation", "轮转之后仍写入了旧文件";
    gap_too_old: "older than what is kept when they arrived", "到达时已超过保留天数";
    gap_unexplained: "the worker passed over them and did not say why", "节点代理跳过了这些内容，未说明原因";
    gap_refused(said: &str): "the console will never take them: “{said}”", "控制台不接受这些内容“{said}”";
    gap_other(said: &str): "“{said}”", "“{said}”";
    odd_bans: "Entries in the jail that are no addresses", "jail 中不是 IP 的条目";
    recent_orders: "Last orders", "最近操作";
    orders_empty: "No order was given to this node yet.", "尚未对该节点下发操作。";
    no_health: "The worker has not reported yet.", "节点代理尚未上报。";
    danger: "Danger", "危险操作";
    log: "Attack log", "攻击日志";

    hop_log_found: "Attack log file", "攻击日志文件";
    hop_log_readable: "Reading the attack log", "读取攻击日志";
    hop_fail2ban_log: "Reading fail2ban.log", "读取 fail2ban.log";
    hop_spool: "Spool on the node's disk", "节点磁盘缓存";
    hop_socket: "Connection to fail2ban", "与 fail2ban 的连接";
    hop_jail: "Jail", "jail";
    hop_logpath: "Log that the jail watches", "jail 监视的日志";
    hop_failregex: "Jail's filter", "jail 过滤器";
    hop_firewall: "Bans in the firewall", "防火墙中的封堵";
    hop_firewall_scope: "Traffic that bans stop", "封堵覆盖的流量";
    hop_clock: "Clock", "时钟";
    hop_unknown: "From a newer worker", "来自更新版本的节点代理";
    hop_worker: "Worker", "节点代理";

    fix_worker: "Start the worker on the host: systemctl start callwarden-worker. It opens the connection itself; check that the host reaches the console over HTTPS.", "在主机上启动节点代理：systemctl start callwarden-worker。连接由它主动发起，请确认主机能通过 HTTPS 访问控制台。";
    fix_not_enrolled: "Press \"New enrolment code\" on this page and paste the command on the host as root.", "点击本页的“重新生成接入代码”，并在主机上以 root 身份执行显示的命令。";
    fix_log_found: "The CTI module writes this file at the first attack. If it never appears, compare the path with fail2ban.filename in cti.json, or create it empty.", "CTI 模块在首次攻击时创建该文件。若一直没有，请核对 cti.json 中的 fail2ban.filename，或先创建空文件。";
    fix_log_readable: "Let the worker read the file: run it as root or add its user to the file's group.", "请允许节点代理读取该文件：以 root 运行或将其用户加入文件所属组。";
    fix_fail2ban_log: "Set logtarget in fail2ban.conf to a file and name it in the worker's configuration. Bans are still shown, from the polled list.", "请在 fail2ban.conf 中将 logtarget 设为文件，并在节点代理配置中填写。封堵仍会通过轮询显示。";
    fix_spool: "Lines wait on the node's disk because the console was away or the disk is full. They follow by themselves once there is room. Where a proxy in front of the console answers 413 or 403, let /api/node/ pass unfiltered with bodies of 16 MB (nginx: client_max_body_size 16m).", "控制台曾离线或磁盘已满，日志暂存在节点磁盘上，恢复后会自动上传。若控制台前的代理返回 413 或 403，请对 /api/node/ 放行、不做内容过滤，并允许 16 MB 的请求体（nginx：client_max_body_size 16m）。";
    fix_socket: "Start fail2ban: systemctl start fail2ban. If it refuses, a jail's log file is probably missing: fail2ban-client -t says which. \"Permission denied\": the socket is root's, run the worker as root. If another user serves the socket, stop that program and make the folder root's.", "启动 fail2ban：systemctl start fail2ban。若启动失败，通常是某个 jail 的日志文件缺失，可用 fail2ban-client -t 查看。若提示 Permission denied，该套接字仅限 root 访问，请以 root 运行节点代理。若套接字由其他用户的程序提供，请停止该程序，并将所在目录的属主改为 root。";
    fix_jail: "Press \"Write jail and filter files\" on this page.", "点击本页的“写入 jail 和过滤器文件”。";
    fix_logpath: "The jail watches another file than the worker tails. Press \"Write jail and filter files\", or correct attack_log.path in the worker's configuration.", "jail 监视的文件与节点代理读取的不同。请点击“写入 jail 和过滤器文件”，或修正节点代理配置中的 attack_log.path。";
    fix_failregex: "The jail's failregex does not find the lines of the CTI module. Press \"Write jail and filter files\".", "jail 的 failregex 无法匹配 CTI 模块的日志。请点击“写入 jail 和过滤器文件”。";
    fix_firewall: "Jail and firewall differ: another tool may have flushed the rules, or a killed fail2ban left some behind. Restart the jail: fail2ban-client restart cti.", "jail 与防火墙不一致：规则可能被其他工具清空，或被强制结束的 fail2ban 遗留了规则。请重启 jail：fail2ban-client restart cti。";
    fix_firewall_scope: "The jail's action stops only some traffic, and SIP over another protocol or port passes: fail2ban's stock actions stop TCP only. Press \"Write jail and filter files\" on this page, or set protocol=all in the jail's action.", "jail 的 action 只拦截部分流量，其他协议或端口上的 SIP 仍可通过：fail2ban 自带的 action 默认只拦截 TCP。请点击本页的“写入 jail 和过滤器文件”，或在 jail 的 action 中设置 protocol=all。";
    fix_clock: "Set the host's clock (timedatectl set-ntp true). fail2ban counts failures by time.", "请校准主机时钟（timedatectl set-ntp true）。fail2ban 按时间统计失败次数。";
    fix_unknown: "Upgrade the console.", "请升级控制台。";
}

impl Words {
    /// Why bytes are missing; what another program says about it stands as it is.
    pub(crate) fn gap_cause(self, cause: &str) -> String {
        let text = match Cause::from_text(cause) {
            Some(Cause::Truncated) => self.gap_truncated(),
            Some(Cause::PositionLost) => self.gap_position_lost(),
            Some(Cause::WrittenAfterRotation) => self.gap_after_rotation(),
            Some(Cause::TooOld) => self.gap_too_old(),
            Some(Cause::Unexplained) => self.gap_unexplained(),
            Some(Cause::Refused(said)) => return self.gap_refused(&said),
            None => return self.gap_other(cause),
        };
        text.to_owned()
    }

    pub(crate) fn hop(self, hop: HopName) -> &'static str {
        match hop {
            HopName::LogFound => self.hop_log_found(),
            HopName::LogReadable => self.hop_log_readable(),
            HopName::Fail2banLog => self.hop_fail2ban_log(),
            HopName::Spool => self.hop_spool(),
            HopName::Fail2banSocket => self.hop_socket(),
            HopName::Jail => self.hop_jail(),
            HopName::JailLogpath => self.hop_logpath(),
            HopName::JailFailregex => self.hop_failregex(),
            HopName::Firewall => self.hop_firewall(),
            HopName::FirewallScope => self.hop_firewall_scope(),
            HopName::Clock => self.hop_clock(),
            HopName::Unknown => self.hop_unknown(),
        }
    }

    /// What the operator does when the hop is not good.
    pub(crate) fn hop_remedy(self, hop: HopName) -> &'static str {
        match hop {
            HopName::LogFound => self.fix_log_found(),
            HopName::LogReadable => self.fix_log_readable(),
            HopName::Fail2banLog => self.fix_fail2ban_log(),
            HopName::Spool => self.fix_spool(),
            HopName::Fail2banSocket => self.fix_socket(),
            HopName::Jail => self.fix_jail(),
            HopName::JailLogpath => self.fix_logpath(),
            HopName::JailFailregex => self.fix_failregex(),
            HopName::Firewall => self.fix_firewall(),
            HopName::FirewallScope => self.fix_firewall_scope(),
            HopName::Clock => self.fix_clock(),
            HopName::Unknown => self.fix_unknown(),
        }
    }

    pub(crate) fn hop_state(self, state: HopState) -> &'static str {
        match state {
            HopState::Good => self.good(),
            HopState::Unknown => self.unknown(),
            HopState::Attention => self.attention(),
            HopState::Broken => self.broken(),
        }
    }
}
