//! The pages of ACL lists and SIP profiles.

use domain::acl::checks::Warning;
use domain::acl::file::{CannotImport, CidrFault, Fault};
use domain::acl::paste::PasteFault;
use domain::acl::{AclError, Action, CommentError, EntryError, NameError};
use domain::profile::Lingering;

use crate::words::Words;

words! {
    acl_text: "Who may call a SIP profile or reach the Event Socket: named lists in acl.conf.xml.", "决定谁可以呼入 SIP profile 或连接 Event Socket：acl.conf.xml 中的命名列表。";
    profiles_text: "Which ACL list a SIP profile asks about callers, and whether it wants a password.", "SIP profile 用哪个 ACL 列表检查来电，以及是否要求认证。";
    acl_empty_title: "No lists yet", "还没有列表";
    acl_empty_text: "Add a list below, for example \"inbound\" with default deny and one entry for each carrier, or bring one in from a file.", "请在下方新建列表，例如默认拒绝的 inbound，并为每家运营商添加一个条目；也可从现有文件导入。";
    acl_list: "List", "列表";
    acl_default: "Default", "默认动作";
    acl_default_hint: "For addresses that no entry matches.", "未匹配任何条目的 IP 按此处理。";
    default_allow: "default allow", "默认允许";
    default_deny: "default deny", "默认拒绝";
    allow: "allow", "允许";
    deny: "deny", "拒绝";
    acl_action: "Action", "动作";
    entries: "Entries", "条目";
    comment: "Comment", "备注";
    add_list: "Add a list", "新建列表";
    change_list: "Name and default", "名称与默认动作";
    list_name: "Name", "名称";
    list_name_hint: "Letters, digits, _ - . ; FreeSWITCH tells upper from lower case.", "字母、数字及 _ - . ，区分大小写。";
    adopt: "Take the place of a list of this name that stands in the file already", "接管文件中已有的同名列表";
    adopted_chip: "takes over", "接管";
    adopt_hint: "Without this, a node whose file has such a list outside our part refuses the deployment. With it, that list is taken out of the file and nothing else.", "不勾选时，若节点文件中已有同名列表，下发会被拒绝；勾选后仅删除文件中的该列表，其余内容不变。";
    remove_list_named(name: &str): "Remove list {name}", "删除列表 {name}";
    remove_list_text: "Whatever asks for a list that is gone keeps everybody out.", "引用已删除列表的配置将拒绝所有人。";
    add_entry: "Add entry", "添加条目";
    add_entry_to(name: &str): "Add an entry to {name}", "向 {name} 添加条目";
    change_entry(network: &str): "Change {network}", "修改 {network}";
    save_entry: "Save entry", "保存条目";
    cancel: "Cancel", "取消";
    edit_named(network: &str): "Edit {network}", "编辑 {network}";
    edit_short: "Edit", "编辑";
    no_entries: "No entries: everybody gets the default.", "没有条目，所有 IP 按默认动作处理。";
    entries_of(name: &str, n: usize): "{name}: {n} entries", "{name}：{n} 个条目";
    entry_order: "The most specific network decides, whatever the order; of the very same network the first entry counts.", "最精确的网段优先，与顺序无关；相同网段以先出现的条目为准。";
    paste_title: "Add many entries", "批量添加";
    paste_lines: "Lines", "内容";
    paste_hint: "One address or network a line, with a comment behind it if you like; or CSV: allow,203.0.113.0/24,comment.", "每行一个 IP 或网段，后面可加备注；也可为 CSV：allow,203.0.113.0/24,备注。";
    paste_replace: "Replace all entries of the list", "替换列表中的全部条目";
    paste_add: "Add these lines", "添加以上内容";
    paste_done(n: usize, name: &str): "{n} entries were added to {name} in the draft.", "已在草稿的 {name} 中添加 {n} 个条目。";
    import_title: "Bring lists in from a file", "从文件导入列表";
    import_file: "The text of acl.conf.xml", "acl.conf.xml 的内容";
    import_hint: "Paste the file of a node. Its lists come into the draft and, once deployed, take the place of those in the file.", "粘贴节点上的文件内容，其中的列表会加入草稿，下发后接管文件中的原有列表。";
    import_from: "From", "来源";
    import_pasted: "the text below", "下方粘贴的内容";
    import_no_text: "This node has not told the text of its file.", "该节点尚未上报文件内容。";
    import_only: "Only this list", "仅导入此列表";
    import_only_hint: "Empty: every list of the file.", "留空则导入文件中的全部列表。";
    import_do: "Bring in", "导入";
    import_done(names: &str): "Brought into the draft: {names}.", "已导入草稿：{names}。";
    import_left(left: &str): "Left out: {left}", "未导入：{left}";
    import_stays(name: &str, why: &str): "list {name} ({why}; in the file it keeps its meaning. To take the rest of it, name it under \"Only this list\")", "列表 {name}（含{why}，保留在文件中不变；如仍要导入其余部分，请在“仅导入此列表”中填写其名称）";
    import_none: "There is no list to bring in.", "没有可导入的列表。";
    acl_saved(name: &str): "{name} is changed in the draft. No node has it yet.", "草稿中的 {name} 已修改，尚未下发。";
    acl_removed(name: &str): "{name} is gone from the draft. No node has it yet.", "已从草稿中删除 {name}，尚未下发。";
    acl_tester: "Would this address be let in?", "该 IP 会被允许吗？";
    acl_tester_text(name: &str): "Asks {name} as edited here, by FreeSWITCH's own rules.", "按 FreeSWITCH 的规则，用当前编辑的 {name} 判断。";
    acl_test: "Test", "测试";
    test_address: "Address to test", "测试 IP";
    test_allowed: "Allowed", "允许";
    test_denied: "Denied", "拒绝";
    test_by: "decided by entry", "由此条目决定";
    test_default: "no entry matches: the default decides", "无匹配条目，按默认动作";
    test_not_address: "not an IPv4 or IPv6 address", "不是有效的 IPv4 或 IPv6 地址";
    acl_preview: "What is written into acl.conf.xml", "写入 acl.conf.xml 的内容";
    acl_preview_text: "Between these two comments inside <network-lists>. Every other byte of each node's file stays.", "写在 <network-lists> 内的这两行注释之间，各节点文件的其他内容逐字节保持不变。";
    more_changes(n: usize): "{n} more", "另有 {n} 项";
    preview_link: "Preview its file", "预览文件";
    gone_entry: "This entry was changed meanwhile. Look again.", "该条目已被改动，请重新查看。";
    more_entries(from: usize, to: usize, all: usize): "{from} to {to} of {all}", "第 {from} 至 {to} 条，共 {all} 条";
    next_page: "Next", "下一页";
    previous_page: "Previous", "上一页";
    acl_nodes_title: "What stands on the nodes", "节点现状";
    acl_nodes_none: "No node has reported its acl.conf.xml yet.", "尚无节点上报 acl.conf.xml。";
    acl_nothing_ours: "nothing of ours yet", "尚无本系统的列表";
    list_taken: "There is a list of this name already.", "已有同名列表。";
    name_missing: "A name is missing.", "请填写名称。";
    name_long: "A name has at most 64 characters.", "名称最多 64 个字符。";
    name_character: "A name starts with a letter or digit and holds only letters, digits, _ - and .", "名称须以字母或数字开头，只能包含字母、数字、_ - 和 .";
    name_automatic: "Names that end in .auto belong to FreeSWITCH.", "以 .auto 结尾的名称由 FreeSWITCH 保留。";
    name_reserved: "FreeSWITCH reads this word as a command.", "FreeSWITCH 会将该名称当作命令。";
    comment_long: "A comment has at most 120 characters.", "备注最多 120 个字符。";
    comment_character: "A comment is one line without control characters.", "备注须为单行，且不含控制字符。";
    comment_markup: "A comment cannot hold \"<!\".", "备注中不能出现 “<!”。";
    entry_unspecified: "FreeSWITCH takes 0.0.0.0/32 for everybody. Write 0.0.0.0/0 if that is meant.", "FreeSWITCH 会把 0.0.0.0/32 当作所有 IP；如确有此意请填写 0.0.0.0/0。";
    too_many_entries: "A list has at most 5,000 entries.", "每个列表最多 5,000 个条目。";
    too_many_lists: "At most 64 lists with 20,000 entries together are possible.", "最多 64 个列表、合计 20,000 个条目。";
    open_quote: "A quotation mark is not closed.", "引号未闭合。";
    not_importable_default(name: &str): "{name}: its default is a variable of the switch", "{name}：默认动作是 FreeSWITCH 变量";

    warn_out(list: &str): "{list} has no entries and default deny: it keeps everybody out.", "{list} 没有条目且默认拒绝：将拒绝所有人。";
    warn_in(list: &str): "{list} has no entries and default allow: it lets everybody in.", "{list} 没有条目且默认允许：将放行所有人。";
    warn_all(list: &str, network: &str): "{list} allows {network}: that is (nearly) everybody.", "{list} 允许 {network}：几乎等于放行所有人。";
    warn_twice(list: &str, network: &str): "{list} has {network} twice.", "{list} 中 {network} 重复。";
    warn_no_effect(list: &str, network: &str): "{list}: the later entry for {network} has no effect, the first one counts.", "{list}：{network} 的后一个条目无效，以第一个为准。";
    warn_gateway(list: &str, name: &str, address: &str, node: &str): "{list} would no longer let in {address}, the gateway {name} on {node}.", "{list} 将不再允许节点 {node} 的网关 {name}（{address}）。";
    warn_cut(list: &str, address: &str, node: &str): "{list} would keep out {address}: the console could no longer reach the Event Socket of {node}.", "{list} 将拒绝 {address}：控制台将无法连接节点 {node} 的 Event Socket。";

    profile: "Profile", "profile";
    profile_hint: "As in sip_profiles, for example external.", "sip_profiles 中的名称，如 external。";
    inbound_acl: "Callers must be in (apply-inbound-acl)", "来电须匹配 (apply-inbound-acl)";
    inbound_acl_hint: "Names of lists, separated by commas; a match with any is enough. Also nat.auto and the like, or a network.", "列表名称，以逗号分隔，匹配任一即可；也可填 nat.auto 等自动列表或网段。";
    acl_keep: "leave as it is", "保持不变";
    acl_nobody: "no list: everybody may call", "不用列表：任何人可呼入";
    acl_these: "these lists", "以下列表";
    auth_calls: "Password for calls (auth-calls)", "呼叫认证 (auth-calls)";
    auth_calls_hint: "Off: no match in the list means 403. On: a match calls without a password, everybody else is asked for one.", "关：不匹配列表则返回 403。开：匹配者免认证，其余须认证。";
    auth_on: "on", "开";
    auth_off: "off", "关";
    profile_editor: "Set a profile", "设置 profile";
    profile_save: "Save profile", "保存 profile";
    profile_saved(name: &str): "{name} is set in the draft. No node has it yet.", "草稿中的 {name} 已设置，尚未下发。";
    profile_remove_named(name: &str): "Leave {name} to the node", "不再管理 {name}";
    profile_removed(name: &str): "{name} is no longer set in the draft.", "草稿中不再设置 {name}。";
    profile_on_nodes: "On the nodes", "节点现状";
    profiles_empty: "No profile is set yet. On the external profile the list of your carriers belongs with auth-calls off; on the internal one auth-calls on.", "尚未设置任何 profile。external 应使用运营商列表并关闭 auth-calls；internal 应开启 auth-calls。";
    profile_name_wrong: "A profile's name holds up to 64 letters, digits, _ - and .", "profile 名称最多 64 个字母、数字、_ - 和 .";
    acl_ipv6: "FreeSWITCH cannot take an IPv6 network here: its colons mean contexts. Put it into a list.", "此处不能填 IPv6 网段（冒号会被当作 context 分隔符），请放入列表。";
    profile_unknown_list(name: &str): "There is no list {name}: the profile would answer 403 to everybody. Add and deploy the list first.", "没有列表 {name}：profile 将对所有来电返回 403。请先新建并下发该列表。";
    profiles_step: "Which profile asks which list is a step of its own", "profile 使用哪个列表需单独设置";
    warn_nobody(profile: &str): "{profile}: everybody may call without a password.", "{profile}：任何人无需认证即可呼入。";
    lingers_contexts(profile: &str, value: &str): "{profile}: apply-inbound-acl \"{value}\" names contexts. FreeSWITCH keeps sending callers there, whatever list comes instead, until the profile is restarted (sofia profile {profile} restart; its calls drop).", "{profile}：apply-inbound-acl 的值“{value}”指定了 context。即使之后改成其他列表，在 profile 重启之前 FreeSWITCH 仍会把来电送往这些 context；请执行 sofia profile {profile} restart（会中断其通话）。";
    lingers_ipv6(profile: &str, value: &str): "{profile}: FreeSWITCH cannot read the IPv6 network \"{value}\" in apply-inbound-acl. It takes it for a list and contexts and keeps sending callers there until the profile is restarted (sofia profile {profile} restart; its calls drop). Put the network into a list.", "{profile}：FreeSWITCH 无法识别 apply-inbound-acl 中的 IPv6 网段“{value}”，会当作列表和 context，在 profile 重启之前一直把来电送往那里；请把网段放入列表，再执行 sofia profile {profile} restart（会中断其通话）。";
    lingers_on(node: &str, said: &str): "On {node}, also after this is deployed: {said}", "节点 {node}，下发后仍然存在：{said}";
    warn_all_password(profile: &str, lists: &str): "{profile}: who is in {lists} calls without a password.", "{profile}：匹配 {lists} 的来电无需认证。";
}

impl Words {
    pub(crate) fn lingers(self, found: &Lingering) -> String {
        if found.is_ipv6 {
            self.lingers_ipv6(&found.profile, &found.value)
        } else {
            self.lingers_contexts(&found.profile, &found.value)
        }
    }

    pub(crate) fn acl_action_word(self, action: Action) -> &'static str {
        match action {
            Action::Allow => self.allow(),
            Action::Deny => self.deny(),
        }
    }

    pub(crate) fn acl_default_word(self, action: Action) -> &'static str {
        match action {
            Action::Allow => self.default_allow(),
            Action::Deny => self.default_deny(),
        }
    }

    pub(crate) fn name_error(self, error: NameError) -> &'static str {
        match error {
            NameError::Empty => self.name_missing(),
            NameError::TooLong => self.name_long(),
            NameError::Character => self.name_character(),
            NameError::Automatic => self.name_automatic(),
            NameError::Reserved => self.name_reserved(),
        }
    }

    pub(crate) fn comment_error(self, error: CommentError) -> &'static str {
        match error {
            CommentError::TooLong => self.comment_long(),
            CommentError::Character => self.comment_character(),
            CommentError::Markup => self.comment_markup(),
        }
    }

    pub(crate) fn entry_error(self, error: &EntryError) -> String {
        match error {
            EntryError::Network(error) => self.net_error(error),
            EntryError::Unspecified => self.entry_unspecified().to_owned(),
        }
    }

    pub(crate) fn acl_error(self, error: &AclError) -> &'static str {
        match error {
            AclError::SameName(_) => self.list_taken(),
            AclError::TooManyEntries(_) => self.too_many_entries(),
            AclError::TooManyLists | AclError::TooManyTogether => self.too_many_lists(),
        }
    }

    pub(crate) fn paste_fault(self, fault: &PasteFault) -> String {
        match fault {
            PasteFault::Entry(error) => self.entry_error(error),
            PasteFault::Comment(error) => self.comment_error(*error).to_owned(),
            PasteFault::Quote => self.open_quote().to_owned(),
            PasteFault::TooMany => self.too_many_entries().to_owned(),
        }
    }

    pub(crate) fn cannot_import(self, error: &CannotImport) -> String {
        match error {
            CannotImport::Name { name, fault, .. } => {
                let name = domain::inert::inert(name.as_bytes(), 100);
                format!("{name}: {}", self.name_error(*fault))
            }
            CannotImport::Default { name, .. } => self.not_importable_default(name.as_str()),
            CannotImport::Limit(error) => self.acl_error(error).to_owned(),
            CannotImport::Foreign(finding) => self.acl_fault(&finding.fault),
        }
    }

    pub(crate) fn acl_warning(self, warning: &Warning, network: &str) -> String {
        match warning {
            Warning::KeepsEverybodyOut { list } => self.warn_out(list.as_str()),
            Warning::LetsEverybodyIn { list } => self.warn_in(list.as_str()),
            Warning::AllowsEverybody { list, network, .. } => {
                self.warn_all(list.as_str(), &network.to_string())
            }
            Warning::Twice { list, .. } => self.warn_twice(list.as_str(), network),
            Warning::NoEffect { list, .. } => self.warn_no_effect(list.as_str(), network),
            Warning::GatewayKeptOut { list, gateway } => self.warn_gateway(
                list.as_str(),
                &gateway.name,
                &gateway.address.to_string(),
                &gateway.node,
            ),
            Warning::CutsUsOff {
                list,
                node,
                console,
            } => self.warn_cut(list.as_str(), &console.to_string(), node),
        }
    }
}

words! {
    fault_no_name: "a list without a name", "列表没有名称";
    fault_overridden: "another list of this name stands below and counts alone", "下方有同名列表，以后者为准";
    fault_automatic: "replaces the list that FreeSWITCH makes itself", "覆盖了 FreeSWITCH 的自动列表";
    fault_word(word: &str): "\"{word}\" is neither allow nor deny", "“{word}”既不是 allow 也不是 deny";
    fault_no_default: "it has no default: FreeSWITCH allows", "没有 default，FreeSWITCH 按允许处理";
    fault_no_type: "a node without a type", "node 没有 type";
    fault_no_network: "a node without a network", "node 没有网段";
    fault_cidr(text: &str, why: &str): "\"{text}\" {why}", "“{text}”{why}";
    fault_host_bits(text: &str, network: &str): "\"{text}\" means {network}", "“{text}”实为 {network}";
    fault_one(text: &str): "\"{text}\" matches one address only", "“{text}”只匹配一个 IP";
    fault_everybody(text: &str): "\"{text}\" matches every IPv4 address", "“{text}”匹配所有 IPv4 地址";
    fault_holes(text: &str): "\"{text}\" has a mask with holes", "“{text}”的掩码不连续";
    fault_cut(n: usize): "{n} networks past the 32nd of one attribute, which FreeSWITCH does not read", "单个属性超过 32 个网段，后 {n} 个 FreeSWITCH 不读取";
    fault_host_mask(text: &str): "\"{text}\" is no IPv4 host and mask", "“{text}”不是有效的 IPv4 地址与掩码";
    fault_domain(domain: &str): "the users of domain {domain}", "域 {domain} 的用户";
    fault_ports: "an entry for some ports only", "只针对部分端口的条目";
    fault_variable(text: &str): "the variable {text}", "变量 {text}";
    fault_element(name: &str): "the element <{name}>", "元素 <{name}>";
    fault_include(pattern: &str): "the included files {pattern}", "引用的文件 {pattern}";
    fault_program: "the output of a program", "程序输出的内容";
    cidr_no_length: "has no prefix length: FreeSWITCH passes over it", "没有前缀长度，FreeSWITCH 会忽略";
    cidr_length: "has an impossible prefix length", "前缀长度无效";
    cidr_address: "is not an address", "不是有效的 IP";
}

impl Words {
    /// What was found in a file, without its place.
    pub(crate) fn acl_fault(self, fault: &Fault) -> String {
        let shown = |text: &str| domain::inert::inert(text.as_bytes(), 100);
        match fault {
            Fault::NoName => self.fault_no_name().to_owned(),
            Fault::Overridden => self.fault_overridden().to_owned(),
            Fault::AutomaticName => self.fault_automatic().to_owned(),
            Fault::Word { word, .. } => self.fault_word(&shown(word)),
            Fault::NoDefault => self.fault_no_default().to_owned(),
            Fault::NoType => self.fault_no_type().to_owned(),
            Fault::NoNetwork => self.fault_no_network().to_owned(),
            Fault::Cidr { text, fault } => {
                let why = match fault {
                    CidrFault::NoLength => self.cidr_no_length(),
                    CidrFault::Length => self.cidr_length(),
                    CidrFault::NotAnAddress => self.cidr_address(),
                };
                self.fault_cidr(&shown(text), why)
            }
            Fault::HostBits { text, network } => {
                self.fault_host_bits(&shown(text), &network.to_string())
            }
            Fault::OneAddress { text } => self.fault_one(&shown(text)),
            Fault::Everybody { text } => self.fault_everybody(&shown(text)),
            Fault::Holes { text } => self.fault_holes(&shown(text)),
            Fault::CutOff { count } => self.fault_cut(*count),
            Fault::HostMask { text } => self.fault_host_mask(&shown(text)),
            Fault::Domain { domain } => self.fault_domain(&shown(domain)),
            Fault::Ports => self.fault_ports().to_owned(),
            Fault::Variable { text } => self.fault_variable(&shown(text)),
            Fault::UnknownElement { name } => self.fault_element(&shown(name)),
            Fault::Include { pattern } => self.fault_include(&shown(pattern)),
            Fault::Program => self.fault_program().to_owned(),
        }
    }
}
