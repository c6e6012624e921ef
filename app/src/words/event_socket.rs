//! The connection to a switch's Event Socket, and what to do when there is none.

use std::net::IpAddr;

use crate::words::Words;

words! {
    event_socket: "FreeSWITCH (Event Socket)", "FreeSWITCH（Event Socket）";
    event_socket_none: "The console does not know where this node's Event Socket is. Without it no configuration is loaded or verified on this node.", "尚未设置该节点的 Event Socket。未设置时，无法在该节点上重载和验证配置。";
    link_up: "Connected", "已连接";
    link_down: "Not connected", "未连接";
    switch_away: "FreeSWITCH not connected", "FreeSWITCH 未连接";
    link_connecting: "Connecting", "正在连接";
    link_not_held: "Not tried yet", "尚未连接";
    switch_version: "Version", "版本";
    link_source: "Console connects from", "控制台来源 IP";
    switch_uptime: "Up for", "运行时长";
    sessions: "Sessions", "当前会话";
    registrations: "Registered phones", "已注册话机";
    gateways: "Gateways", "网关";
    round_trip: "Answers in", "响应时间";
    heartbeat: "Last heartbeat", "最近心跳";
    no_events: "events are not granted to this account", "该账号无权接收事件";
    lost_connections: "Connections lost", "断线次数";
    link_denied(commands: &str): "This account may not run: {commands}. Add them to esl-allowed-api of the directory user.", "该账号无权执行：{commands}。请将其加入目录用户的 esl-allowed-api。";
    link_too_many_peers: "More phones and gateways than can be protected from bans; those beyond the first 1,000 addresses are not.", "话机和网关数量过多：仅前 1,000 个地址受封堵保护。";
    link_change: "Change connection", "修改连接";
    link_add: "Set connection", "设置连接";
    link_host: "Host name or address", "主机名或地址";
    link_port: "Port", "端口";
    link_user: "User", "用户";
    link_user_hint: "user@domain of a directory user with esl-password; empty for the password of event_socket.conf.xml", "带有 esl-password 的目录用户，格式为 user@domain；留空则使用 event_socket.conf.xml 的密码";
    link_password: "Event Socket password", "Event Socket 密码";
    link_password_hint: "stored sealed and never shown again", "加密保存，不再显示";
    link_password_stays: "empty: the one before stays, as long as host, port and user do", "留空则保留原密码（主机、端口和用户不变时）";
    link_save: "Save connection", "保存连接";
    link_remove: "Forget connection", "删除连接";
    link_saved: "The connection is saved; it is tried at once.", "连接已保存，正在尝试连接。";
    link_removed: "The connection is forgotten, with its password.", "连接及其密码已删除。";

    why_refused: "Nothing listens on that port.", "该端口无服务监听。";
    why_unreachable: "The host cannot be reached.", "无法到达该主机。";
    why_unknown_name: "The host name is not known.", "主机名无法解析。";
    why_timed_out: "No answer in time.", "响应超时。";
    why_access_denied: "FreeSWITCH's access list does not let the console in.", "FreeSWITCH 的访问控制列表拒绝了控制台。";
    why_wrong_password: "FreeSWITCH does not accept the password.", "FreeSWITCH 不接受该密码。";
    why_permission_denied: "The account may neither run commands nor see events.", "该账号既不能执行命令，也不能接收事件。";
    why_broken: "What answers there does not speak the Event Socket's protocol.", "对端使用的不是 Event Socket 协议。";
    why_shutting_down: "FreeSWITCH was shut down.", "FreeSWITCH 已停止。";
    why_closed: "FreeSWITCH closed the connection.", "FreeSWITCH 关闭了连接。";
    why_broke: "The connection broke.", "连接中断。";

    do_refused: "Start FreeSWITCH, load mod_event_socket, and compare listen-ip and listen-port in autoload_configs/event_socket.conf.xml: 127.0.0.1 takes nobody from another host.", "请启动 FreeSWITCH 并加载 mod_event_socket，核对 autoload_configs/event_socket.conf.xml 中的 listen-ip 和 listen-port：监听 127.0.0.1 时其他主机无法连接。";
    do_unreachable: "Check the address, the route and the firewall between console and node; the port must be open for the console only.", "请检查地址、路由以及控制台与节点之间的防火墙；该端口只应对控制台开放。";
    do_unknown_name: "Correct the host name, or enter the address.", "请更正主机名，或直接填写地址。";
    do_timed_out: "Check that the firewall lets the console through. Where the switch hangs, look at a slow server of mod_xml_curl first.", "请确认防火墙放行控制台。若交换机无响应，请先检查 mod_xml_curl 的服务器是否过慢。";
    do_access_denied(networks: &str): "Without param apply-inbound-acl in autoload_configs/event_socket.conf.xml only loopback may connect. Set it there: <param name=\"apply-inbound-acl\" value=\"{networks}\"/> (loopback stays for fs_cli and the worker), then: fs_cli -x 'reload mod_event_socket'. Where it names a list already, let the console into that list, then: fs_cli -x reloadacl. freeswitch.log says which address was rejected, by which list.", "autoload_configs/event_socket.conf.xml 未设置 apply-inbound-acl 时仅允许本机连接。请添加：<param name=\"apply-inbound-acl\" value=\"{networks}\"/>（保留本机地址供 fs_cli 和节点代理使用），然后执行 fs_cli -x 'reload mod_event_socket'。若该参数已引用某个列表，请在该列表中允许控制台的 IP，再执行 fs_cli -x reloadacl。freeswitch.log 会记录被拒绝的 IP 及对应列表。";
    console_address: "CONSOLE/32", "控制台IP/32";
    do_wrong_password: "Enter the password that stands in autoload_configs/event_socket.conf.xml, or the user's esl-password.", "请填写 autoload_configs/event_socket.conf.xml 中的密码，或该用户的 esl-password。";
    do_permission_denied: "Give the directory user esl-allowed-api and esl-allowed-events, or use the password of event_socket.conf.xml.", "请为目录用户设置 esl-allowed-api 和 esl-allowed-events，或使用 event_socket.conf.xml 的密码。";
    do_broken: "Check host and port: another program answers there.", "请检查主机和端口：对端可能是其他程序。";
    do_shutting_down: "It is tried again by itself; start FreeSWITCH if it does not come back.", "控制台会自动重连；若未恢复，请启动 FreeSWITCH。";
    do_closed: "It is tried again by itself. If it stays, look into freeswitch.log.", "控制台会自动重连；若持续出现，请查看 freeswitch.log。";
}

impl Words {
    /// By [`esl`'s word](backend::links::LinkStatus::why) for the reason.
    pub(crate) fn link_why(self, why: &str) -> &'static str {
        match why {
            "refused" => self.why_refused(),
            "unreachable" => self.why_unreachable(),
            "unknown_name" => self.why_unknown_name(),
            "timed_out" => self.why_timed_out(),
            "access_denied" => self.why_access_denied(),
            "wrong_password" => self.why_wrong_password(),
            "permission_denied" => self.why_permission_denied(),
            "broken" => self.why_broken(),
            "shutting_down" => self.why_shutting_down(),
            "closed" => self.why_closed(),
            _ => self.why_broke(),
        }
    }

    /// What the operator does about it.
    pub(crate) fn link_remedy(self, why: &str, console: Option<IpAddr>) -> String {
        let remedy = match why {
            "access_denied" => {
                let console = console.map(|address| domain::net::Network::host(address).ipnet());
                let console = console.map_or_else(
                    || self.console_address().to_owned(),
                    |network| network.to_string(),
                );
                return self.do_access_denied(&format!("127.0.0.0/8,::1/128,{console}"));
            }
            "refused" => self.do_refused(),
            "unreachable" => self.do_unreachable(),
            "unknown_name" => self.do_unknown_name(),
            "timed_out" => self.do_timed_out(),
            "wrong_password" => self.do_wrong_password(),
            "permission_denied" => self.do_permission_denied(),
            "broken" => self.do_broken(),
            "shutting_down" => self.do_shutting_down(),
            _ => self.do_closed(),
        };
        remedy.to_owned()
    }
}
