//! Setup and sign-in.

words! {
    sign_in: "Sign in", "登录";
    name: "Name", "用户名";
    password: "Password", "密码";
    password_hint: "At least 10 characters", "至少 10 个字符";
    sign_in_failed: "Name or password is wrong, or the account is disabled.", "用户名或密码错误，或账号已停用。";
    setup_title: "Create the first admin", "创建第一个管理员";
    setup_text: "This console has no users yet. The setup token was printed where the console was started.", "控制台还没有用户。初始化令牌已在启动控制台的终端中打印。";
    setup_token: "Setup token", "初始化令牌";
    setup_token_wrong: "This is not the token, or it was used already. Run callwarden setup-token for a new one.", "令牌不正确或已被使用。可运行 callwarden setup-token 重新生成。";
    setup_submit: "Create admin and sign in", "创建管理员并登录";
}
