//! Why a deployment or an order failed, and how hops are, in a Chinese session: no English but what a
//! program said.

use backend::config::Content;
use backend::{bans, orders};
use domain::acl::AclLists;
use domain::ban::Outcome;
use domain::config::{Kind, Step};
use domain::gap::Cause;
use domain::health::{Health, Hop, HopName, HopState};
use domain::ids::DeploymentId;
use domain::reason::{HopReason, OrderReason, ProgramReason, SpoolReason};
use domain::role::Role;
use domain::wire::{Chunk, Gap, Report};
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::json;
use sqlx::PgPool;

use crate::config_switch::{acl, deploy, profiles, reaches};
use crate::support::{Browser, Switch, TestConsole, WebConsole, actor, ban_list, chunk, net};

/// The page as a visitor reads it.
async fn page(browser: &Browser, language: &str, path: &str) -> String {
    let request = browser
        .request("GET", path)
        .header(ACCEPT_LANGUAGE, language);
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 200, "{path}");
    let body = answer.body.replace("<!>", "");
    body.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// What its page says in Chinese, and not in English.
async fn says(browser: &Browser, id: DeploymentId, zh: &[&str], en: &str) {
    let path = format!("/deployments/{id}");
    let chinese = page(browser, "zh-CN", &path).await;
    for words in zh {
        assert!(chinese.contains(words), "{words}: {chinese}");
    }
    assert!(!chinese.contains(en), "{en}: {chinese}");
    let english = page(browser, "en", &path).await;
    assert!(english.contains(en), "{en}: {english}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_chinese_session_reads_why_in_chinese(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let web = WebConsole::start(&pool).await;
    let browser = web.signed_in(Role::Viewer).await;

    // A broken file on the node.
    let whole = switch.text(Kind::Acl);
    switch
        .edit(Kind::Acl, |text| text.replace("</network-lists>", ""))
        .await;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, id, node, Step::Failed).await;
    let broken = ["acl.conf.xml：文件无法解析（第 19 行第"];
    says(&browser, id, &broken, "not well-formed XML: ").await;
    for path in ["/acl", "/nodes/fs-1"] {
        let chinese = page(&browser, "zh-CN", path).await;
        assert!(chinese.contains(broken[0]), "{path}: {chinese}");
    }
    switch.edit(Kind::Acl, |_| whole).await;

    // A list that would vanish, and is taken back.
    let lists = deploy(&console, &acl(&["203.0.113.22"])).await;
    reaches(&console, lists, node, Step::Verified).await;
    let asks = deploy(&console, &profiles("inbound")).await;
    reaches(&console, asks, node, Step::Verified).await;
    let partners = json!([{ "name": "partners", "default": "deny",
                            "entries": [{ "action": "allow", "network": "198.51.100.7" }] }]);
    let partners: AclLists = serde_json::from_value(partners).unwrap();
    let id = deploy(&console, &Content::Acl(partners)).await;
    reaches(&console, id, node, Step::Failed).await;
    let vanishes = "列表 inbound 将不复存在，而 profile external 正在使用它";
    says(&browser, id, &[vanishes], "list inbound would be gone").await;
    assert!(switch.expire().await);
    reaches(&console, id, node, Step::RolledBack).await;
    let back = [vanishes, "；修改未在 60 秒内得到确认"];
    says(
        &browser,
        id,
        &back,
        "; the change was not confirmed within 60 s",
    )
    .await;

    // A switch that loads nothing, since another file of it is broken: its own words are quoted, and
    // nothing in them acts.
    let vars = switch.sim.folder().join("vars.xml");
    let text = std::fs::read_to_string(&vars).unwrap();
    std::fs::write(&vars, text.replacen("<include>", "<include", 1)).unwrap();
    let id = deploy(&console, &acl(&["203.0.113.21"])).await;
    reaches(&console, id, node, Step::Failed).await;
    let refused = ["reloadacl：FreeSWITCH 应答“", "[error near line"];
    says(&browser, id, &refused, "the switch answered: ").await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_order_and_a_hop_say_why_in_chinese(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let web = WebConsole::start(&pool).await;
    let browser = web.signed_in(Role::Viewer).await;
    let (name, state) = (HopName::Firewall, HopState::Broken);
    let (missing, held) = (1, 3);
    let detail = HopReason::Missing { missing, held }.into();
    let hops = vec![Hop {
        name,
        state,
        detail,
    }];
    let health = Health {
        hops,
        ..Health::default()
    };
    worker
        .report(&Report {
            health: Some(health),
            ..ban_list(&["198.51.100.7"])
        })
        .await;
    let network = net("198.51.100.7");
    bans::unban(&console.backend, &actor(Role::Operator), &[network])
        .await
        .unwrap();
    let order = orders::waiting(&console.backend, worker.node, 1)
        .await
        .unwrap()
        .remove(0);
    let jail = "cti".to_owned();
    let reason = OrderReason::LeftOver { by: network, jail }.into();
    worker.answer(&order, Outcome::Failed { reason }).await;
    for (language, words, other) in [
        (
            "zh-CN",
            [
                "3 个封堵中有 1 个不在防火墙中",
                "fail2ban 已解封，但防火墙仍拦截 198.51.100.7",
            ],
            "still blocks",
        ),
        (
            "en",
            [
                "1 of 3 bans are not in the firewall",
                "but the firewall still blocks 198.51.100.7",
            ],
            "遗留",
        ),
    ] {
        let page = page(&browser, language, "/nodes/fs-1").await;
        for words in words {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains(other), "{other}: {page}");
    }
}

/// Why bytes are missing, and what is in the way on the node's host.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn gaps_and_the_workers_host_are_told_in_chinese(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let web = WebConsole::start(&pool).await;
    let browser = web.signed_in(Role::Viewer).await;
    let said = "cannot use /var/lib/callwarden-worker: No space left on device";
    let full = std::io::Error::from_raw_os_error(28);
    let spool = HopReason::SpoolBroken {
        said: said.to_owned(),
        why: Some(SpoolReason::Io {
            path: "/var/lib/callwarden-worker".to_owned(),
            io: (&full).into(),
        }),
    };
    let firewall = HopReason::FirewallUnread {
        said: "nft took longer than 5 s and was killed".to_owned(),
        why: Some(ProgramReason::TimedOut {
            program: "nft".to_owned(),
            seconds: "5".to_owned(),
        }),
    };
    let hop = |name, detail: HopReason| Hop {
        name,
        state: HopState::Broken,
        detail: detail.into(),
    };
    let health = Health {
        hops: vec![hop(HopName::Spool, spool), hop(HopName::Firewall, firewall)],
        ..Health::default()
    };
    let refused = Cause::Refused("<b>no</b>".to_owned()).to_string();
    let causes = ["truncated", "position lost", "eaten", &refused];
    let gap = |(n, cause): (i64, &&str)| Chunk {
        gap: Some(Gap {
            generation: n,
            from: 0,
            to: 10,
            cause: (*cause).to_owned(),
        }),
        ..chunk(n, 10, 20, Vec::new())
    };
    let report = Report {
        health: Some(health),
        chunks: (1..).zip(&causes).map(gap).collect(),
        ..Report::default()
    };
    worker.report(&report).await;
    let chinese = page(&browser, "zh-CN", "/nodes/fs-1").await;
    for words in [
        "无法使用节点磁盘缓存 /var/lib/callwarden-worker：磁盘空间不足（No space left on device",
        "无法读取防火墙：nft 运行超过 5 秒，已被终止",
        "字节 0 至 10：文件被截断或改写",
        "字节 0 至 10：已保存的读取位置丢失",
        "字节 0 至 10：“eaten”",
        "字节 0 至 10：控制台不接受这些内容“<b>no</b>”",
    ] {
        assert!(chinese.contains(words), "{words}: {chinese}");
    }
    for words in ["truncated", "position lost", "cannot use", "took longer"] {
        assert!(!chinese.contains(words), "{words}: {chinese}");
    }
    let english = page(&browser, "en", "/nodes/fs-1").await;
    for words in ["the file was cut or rewritten", said] {
        assert!(english.contains(words), "{words}: {english}");
    }
    let raw = browser.get("/nodes/fs-1").await.body;
    assert!(!raw.contains("<b>no</b>"), "{raw}");
}

/// Rows that were written in words only.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_03_what_was_stored_before_is_shown_as_it_is_and_does_not_act(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let web = WebConsole::start(&pool).await;
    let browser = web.signed_in(Role::Viewer).await;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, id, node, Step::Verified).await;
    for stored in [
        "<script>alert(1)</script> old words",
        "<script>alert(1)</script> old words\n{\"moon\":{\"phase\":3}}",
        "old words\n{\"file\":{\"path\":\"<script>alert(1)</script>\",\"what\":\"missing\"}}",
    ] {
        sqlx::query("update deployment_nodes set step = 'failed', reason = $1")
            .bind(stored)
            .execute(&pool)
            .await
            .unwrap();
        let request = browser.request("GET", &format!("/deployments/{id}"));
        let body = browser.send(request).await.body;
        assert!(!body.contains("<script>alert"), "{body}");
        assert!(
            body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{body}"
        );
        assert!(
            !body.contains("phase") && !body.contains("{&quot;file"),
            "{body}"
        );
    }
}
