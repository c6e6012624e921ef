//! Setup, sign-in, audit.

words! {
    sign_in: "Sign in", "登录";
    name: "Name", "用户名";
    password: "Password", "密码";
    password_hint: "At least 10 characters", "至少 10 个字符";
    sign_in_failed: "Name or password is wrong, or the account is disabled.", "用户名或密码错误,或账号已停用。";
    setup_title: "Create the first admin", "创建第一个管理员";
    setup_text: "This console has no users yet. The setup token was printed where the console was started.", "控制台还没有用户。初始化令牌已在启动控制台的终端中打印。";
    setup_token: "Setup token", "初始化令牌";
    setup_submit: "Create admin and sign in", "创建管理员并登录";
    audit_text: "Every change, by whom and from where. Nothing here can be edited.", "每一次更改、操作人及来源。此处内容不可修改。";
    who: "Who", "操作人";
    source: "From", "来源";
    what: "What", "操作";
    object: "Object", "对象";
    before: "Before", "更改前";
    after: "After", "更改后";
    details: "Details", "详情";
    older: "Older", "更早";
    newest: "Newest", "最新";
    audit_empty: "Nothing has been changed yet.", "还没有任何更改。";
}
