//! The frame round every page.

words! {
    product: "Callwarden", "Callwarden";
    tagline: "Security console for FreeSWITCH call centers", "FreeSWITCH 呼叫中心安全控制台";
    skip_to_content: "Skip to content", "跳到正文";
    main_navigation: "Main", "主导航";
    menu: "Menu", "菜单";
    dashboard: "Dashboard", "总览";
    bans: "Bans", "封堵";
    whitelist: "Whitelist", "白名单";
    nodes: "Nodes", "节点";
    audit: "Audit log", "审计日志";
    search: "Search", "搜索";
    search_hint: "Address, network or node", "IP、网段或节点";
    theme: "Theme", "主题";
    theme_system: "As the system", "跟随系统";
    theme_light: "Light", "浅色";
    theme_dark: "Dark", "深色";
    account: "Account", "账号";
    sign_out: "Sign out", "退出";
    live: "Live", "实时";
    polling: "Polling", "轮询";
    offline: "Offline", "离线";
    live_explained: "Changes appear without reloading", "变化自动显示,无需刷新";
    polling_explained: "The live stream is blocked; looking every few seconds", "实时连接不可用,每隔几秒查询一次";
    offline_explained: "The console does not answer; what you see may be old", "控制台无响应,页面内容可能已过时";
    dismiss: "Dismiss", "关闭";
    not_found_title: "There is no such page", "没有这个页面";
    not_found_text: "The address may be mistyped, or what it showed was removed.", "网址可能有误,或内容已被删除。";
    to_dashboard: "To the dashboard", "返回总览";
    failed_title: "This could not be loaded", "无法加载";
    failed_text: "The database does not answer. Bans stay in force on every node. This page tries again by itself.", "数据库无响应。各节点上的封堵仍然有效,本页会自动重试。";
    forbidden_title: "Your role does not allow this", "您的角色无权查看";
    forbidden_text: "Ask an admin if you need it.", "如有需要请联系管理员。";
    too_many_title: "Too many attempts", "尝试次数过多";
    too_many_text: "Wait a few minutes, then try again.", "请等待几分钟后再试。";
    too_many: "Too many attempts. Wait a few minutes, then try again.", "尝试次数过多,请等待几分钟后再试。";
    read_only: "The database takes no changes now: nothing can be saved, and what you see may be old. Bans stay in force on every node.", "数据库当前为只读:无法保存任何更改,页面内容可能已过时。各节点上的封堵仍然有效。";
    gone_meanwhile: "It no longer exists; nothing was changed. Somebody else may have removed it.", "该对象已不存在,未做任何更改,可能已被他人删除。";
    shortcuts: "Keyboard: / search, j and k move, Enter opens, u unbans", "快捷键:/ 搜索,j/k 上下移动,Enter 打开,u 解封";
    close: "Close", "关闭";
    copy: "Copy", "复制";
    copied: "Copied", "已复制";
    your_actions: "Your last actions", "您最近的操作";
    undo: "Undo", "撤销";
}
