//! What is wrong with a field, in words.

use backend::Problem;
use domain::guard::{Protected, Refusal};
use domain::net::NetError;

use crate::words::Words;

words! {
    problem_missing: "Fill this in.", "此项必填。";
    problem_too_long(max: usize): "At most {max} characters.", "最多 {max} 个字符。";
    problem_too_short(min: usize): "At least {min} characters.", "至少 {min} 个字符。";
    problem_too_large(max: i64): "At most {max}.", "不能大于 {max}。";
    problem_characters: "It has characters that are not allowed here.", "包含不允许的字符。";
    problem_taken: "This name is taken.", "该名称已被使用。";
    problem_whitelisted: "It is in the whitelist already, for at least as long.", "已在白名单中，且有效期不短于所选时间。";
    problem_gone: "A node you chose has no worker yet, or no longer exists. Choose again.", "所选节点尚未接入或已不存在，请重新选择。";
    problem_no_nodes: "There is no enrolled node yet. Add one first.", "还没有已接入的节点，请先添加。";
    problem_no_choice: "Choose at least one node.", "请至少选择一个节点。";
    problem_too_much: "Refused: together with the networks banned already it would cut off too much of the internet. Bans on one node may cover at most a sixteenth of all IPv4 addresses (sixteen /8) and one /16 of IPv6. Unban a network first.", "已拒绝：与现有封堵的网段合计，将切断过大范围的互联网。单个节点的封堵合计不得超过全部 IPv4 地址的十六分之一（16 个 /8）或 IPv6 的一个 /16，请先解封部分网段。";
    problem_address: "This is not an IPv4 or IPv6 address or network.", "不是有效的 IPv4 或 IPv6 地址或网段。";
    problem_prefix(max: u8): "The number after the slash must be 0 to {max}.", "斜杠后的数字必须在 0 到 {max} 之间。";
    problem_host_bits(network: &str): "The address has host bits set. Did you mean the network {network}?", "该地址含有主机位，您是否指网段 {network}？";
    problem_wide: "Wider than /24 (IPv4) or /48 (IPv6): only an admin may do this.", "大于 /24（IPv4）或 /48（IPv6）的网段仅管理员可以操作。";
    problem_wide_confirm: "Wider than /24 (IPv4) or /48 (IPv6): tick the box below to confirm it.", "大于 /24（IPv4）或 /48（IPv6）的网段：请勾选下方的确认框。";
    problem_everybody: "This is too much of the internet.", "网段过大，涉及整个互联网。";
    problem_past: "This time is in the past.", "该时间已过。";
    problem_deletes: "Not saved yet: this would delete what is stored. See below what, and confirm it.", "尚未保存：此更改会删除已有数据。请查看下方说明并确认。";
    problem_last_admin: "Nobody would be left who can manage users.", "系统中必须保留至少一名管理员。";
    problem_wrong: "This is not valid.", "无效。";
    problem_edited(by: &str): "{by} saved this draft while you were editing. Nothing of yours was saved: compare and save again.", "您编辑期间 {by} 已保存此草稿，您的修改尚未保存：请对比后重新保存。";
    problem_unchanged: "Nothing has changed since the newest revision.", "与最新版本相比没有改动。";
    problem_own_line: "A node you chose has its own configuration. Change it there, or drop it first.", "所选节点使用独立配置，请在该节点上修改，或先取消其独立配置。";
    problem_unreadable: "What stands on the node cannot be read, so it cannot be taken over.", "无法读取节点上的现有内容，不能采用。";
    problem_another_place: "The stored password was entered for another host, port or user. Enter it once more.", "已保存的密码对应另一主机、端口或用户，请重新填写。";
    problem_default_password: "This is FreeSWITCH's default password, which every scanner tries first. Change it on the node (param password in autoload_configs/event_socket.conf.xml, then fs_cli -x 'reload mod_event_socket'), and enter the new one.", "这是 FreeSWITCH 的默认密码，扫描器首先尝试的就是它。请先在节点上修改（autoload_configs/event_socket.conf.xml 中的 password 参数，然后执行 fs_cli -x 'reload mod_event_socket'），再填写新密码。";
    protected_local(network: &str): "It touches {network}, which every host needs for itself.", "涉及 {network}，这是主机自身必需的地址。";
    problem_url: "This is no http:// or https:// address of a host (without a user name or #).", "不是有效的 http:// 或 https:// 地址（不得包含用户名或 #）。";
    problem_mail_address: "This is no mail address.", "不是有效的邮箱地址。";
    problem_plain: "A password is not sent in plain text: choose TLS or STARTTLS, or leave the user empty.", "不允许明文发送密码：请选择 TLS 或 STARTTLS，或将用户留空。";
    problem_private_address: "This is a loopback or private address. Where the receiver is on your own network, set allow_private = true under [alerts] in the console's settings.", "这是本机或内网地址。如接收方位于内网，请在控制台配置的 [alerts] 中设置 allow_private = true。";
    problem_no_receiver: "Nothing is sent to this address: link-local, multicast and reserved ones are refused.", "不向此地址发送：链路本地、组播和保留地址一律拒绝。";
    problem_too_many(max: usize): "At most {max} of them.", "最多 {max} 个。";
    protected_whitelisted(network: &str): "It touches {network}, which is whitelisted.", "涉及白名单中的 {network}。";
    protected_node(network: &str, name: &str): "It touches {network}, an address of node {name}.", "涉及节点 {name} 的地址 {network}。";
    protected_console(network: &str): "It touches {network}, an address of this console.", "涉及控制台的地址 {network}。";
    protected_operator(network: &str, name: &str): "It touches {network}, where {name} is signed in.", "涉及 {network}，{name} 正从该地址登录。";
    protected_phone(network: &str, name: &str): "It touches {network}, where phone {name} is registered.", "涉及 {network}，话机 {name} 正从该地址注册。";
    protected_gateway(network: &str, name: &str): "It touches {network}, an address of gateway {name}.", "涉及网关 {name} 的地址 {network}。";
    protected_unknown(network: &str): "It touches {network}, which is protected.", "涉及受保护的 {network}。";
}

impl Words {
    pub(crate) fn problem(self, problem: &Problem) -> String {
        match problem {
            Problem::Missing => self.problem_missing().to_owned(),
            Problem::TooLong { max } => self.problem_too_long(*max),
            Problem::TooShort { min } => self.problem_too_short(*min),
            Problem::TooLarge { max } => self.problem_too_large(*max),
            Problem::BadCharacters => self.problem_characters().to_owned(),
            Problem::Taken => self.problem_taken().to_owned(),
            Problem::Whitelisted => self.problem_whitelisted().to_owned(),
            Problem::NoNodes => self.problem_no_nodes().to_owned(),
            Problem::TooMuch => self.problem_too_much().to_owned(),
            Problem::Gone => self.problem_gone().to_owned(),
            Problem::Net(error) => self.net_error(error),
            Problem::Protected(refusal) => self.refusal(refusal),
            Problem::Wide => self.problem_wide().to_owned(),
            Problem::Everybody => self.problem_everybody().to_owned(),
            Problem::Past => self.problem_past().to_owned(),
            Problem::AnotherPlace => self.problem_another_place().to_owned(),
            Problem::DefaultPassword => self.problem_default_password().to_owned(),
            Problem::Deletes => self.problem_deletes().to_owned(),
            Problem::LastAdmin => self.problem_last_admin().to_owned(),
            Problem::Edited { by } => self.problem_edited(by),
            Problem::Unchanged => self.problem_unchanged().to_owned(),
            Problem::OwnLine => self.problem_own_line().to_owned(),
            Problem::Unreadable => self.problem_unreadable().to_owned(),
            Problem::Range { least, most } => {
                self.problem_range(&least.to_string(), &most.to_string())
            }
            Problem::Url => self.problem_url().to_owned(),
            Problem::MailAddress => self.problem_mail_address().to_owned(),
            Problem::Plain => self.problem_plain().to_owned(),
            Problem::PrivateAddress => self.problem_private_address().to_owned(),
            Problem::NoReceiver => self.problem_no_receiver().to_owned(),
            Problem::TooMany { max } => self.problem_too_many(*max),
            Problem::Wrong => self.problem_wrong().to_owned(),
        }
    }

    pub(crate) fn net_error(self, error: &NetError) -> String {
        match error {
            NetError::Empty => self.problem_missing().to_owned(),
            NetError::NotAnAddress => self.problem_address().to_owned(),
            NetError::PrefixLength { max } => self.problem_prefix(*max),
            NetError::HostBits { network } => self.problem_host_bits(&network.to_string()),
        }
    }

    pub(crate) fn refusal(self, refusal: &Refusal) -> String {
        let network = refusal.network.to_string();
        match &refusal.why {
            Protected::Local => self.protected_local(&network),
            Protected::Whitelisted => self.protected_whitelisted(&network),
            Protected::Node { name } => self.protected_node(&network, name),
            Protected::Console => self.protected_console(&network),
            Protected::Operator { name } => self.protected_operator(&network, name),
            Protected::Phone { name } => self.protected_phone(&network, name),
            Protected::Gateway { name } => self.protected_gateway(&network, name),
            Protected::Unknown => self.protected_unknown(&network),
        }
    }
}
