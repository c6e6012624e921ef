//! Values of `apply-inbound-acl` that FreeSWITCH keeps when they are gone: the pages say so.

use backend::config;
use domain::config::{Kind, Step};
use domain::role::Role;
use sqlx::PgPool;

use crate::config_acl::send;
use crate::config_switch::{deploy, profiles, reaches};
use crate::support::{Switch, TestConsole, WebConsole, until};

const CONTEXTS: &str = "external: apply-inbound-acl \"lan:friends:&lt;b&gt;\" names contexts.";
const IPV6: &str = "external: FreeSWITCH cannot read the IPv6 network \"2001:db8::/32\"";
const BEFORE: &str = "On fs-1, also after this is deployed: external";

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_a_restart_of_the_profile_only_ends_is_said(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let web = WebConsole::start(&pool).await;
    let admin = web.signed_in(Role::Admin).await;
    let switch = Switch::start(&console, "fs-1").await;
    let page = async || {
        let page = admin.get("/acl/profiles").await.body;
        page.replace("&quot;", "\"")
    };
    let clean = switch.text(Kind::Profiles);
    assert!(!page().await.contains("names contexts"));
    let odd = |text: String| {
        let set = "<settings>\n<param name=\"apply-inbound-acl\" value=\"lan:friends:&lt;b&gt;\"/>\n\
                   <param name=\"apply-inbound-acl\" value=\"2001:db8::/32\"/>";
        text.replacen("<settings>", set, 1)
    };
    switch.edit(Kind::Profiles, odd).await;
    let shown = page().await;
    let line = odd(clean.clone())
        .lines()
        .position(|line| line.contains("lan:friends"));
    let place = format!("sip_profiles/external.xml:{} {CONTEXTS}", line.unwrap() + 1);
    assert!(shown.contains(&place) && shown.contains(IPV6), "{shown}");
    assert!(!shown.contains(BEFORE));

    // Whoever sets that profile is told before deploying.
    let set = [
        ("profile", "external"),
        ("acl_mode", "lists"),
        ("lists", "rfc1918.auto"),
        ("auth_calls", "off"),
    ];
    let shown = send(&pool, &admin, "profile_save", &set).await;
    assert_eq!(shown.matches(BEFORE).count(), 2, "{shown}");
    let id = deploy(&console, &profiles("lan")).await;
    reaches(&console, id, switch.worker.node, Step::Verified).await;
    assert!(!page().await.contains("names contexts"));

    // Written by hand afterwards it is told with the drift, too.
    switch.edit(Kind::Profiles, |_| odd(clean)).await;
    until("drift", || async {
        config::drifts(&console.backend).await.unwrap().pop()
    })
    .await;
    let shown = page().await;
    let banner = shown.split("id=\"drift\"").nth(1).unwrap();
    assert_eq!(banner.matches(CONTEXTS).count(), 2, "{shown}");
}
