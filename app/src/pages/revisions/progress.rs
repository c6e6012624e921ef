//! How a deployment fares, node by node.

use backend::config::{DeploymentRow, NodeStep, Reply};
use domain::config::{Kind, Step};
use domain::ids::DeploymentId;
use domain::role::Permission;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::pages::revisions::screen::Screen;
use crate::request::{may, words};
use crate::widgets::{Ago, Chip, Icon, Shade};

/// More nodes than this are shown on the deployment's own page, but for those that need a look.
const MOST_ON_LINE: usize = 8;

/// The line's newest deployment, on its page.
#[component]
pub(super) fn Latest(screen: Screen) -> impl IntoView {
    let words = words();
    let view = screen.latest.clone()?;
    let row = view.row.clone();
    let mut nodes = view.nodes.clone();
    let all = nodes.len();
    if all > MOST_ON_LINE {
        nodes.sort_by_key(|node| node.step == Step::Verified || node.step == Step::Superseded);
        nodes.truncate(MOST_ON_LINE);
    }
    let more = all - nodes.len();
    let href = format!("/deployments/{}", row.id);
    Some(view! {
        <section class="card" id="progress" aria-labelledby="progress-title">
            <h2 id="progress-title">{words.progress()}</h2>
            <p class="deployment-line">
                <a href=href.clone()>{words.deployment(row.id.0)}</a>
                <span>{words.revision_number(row.revision.number)}</span>
                <BackFrom row=row.clone()/>
                <span class="muted">{row.actor.clone()}" · "<Ago at=row.created_at/></span>
                <Counts row=row.clone()/>
            </p>
            <Steps kind=screen.kind deployment=row.id nodes/>
            {(more > 0).then(|| view! { <p><a href=href>{words.more_nodes(more)}</a></p> })}
        </section>
    })
}

/// Which newer revision it took back.
#[component]
pub(super) fn BackFrom(row: DeploymentRow) -> impl IntoView {
    let words = words();
    row.back_from
        .map(|newest| view! { <Chip shade=Shade::Attention icon="undo" text=words.rollback_of(newest)/> })
}

/// `3 of 5 verified`, and what is not.
#[component]
pub(super) fn Counts(row: DeploymentRow) -> impl IntoView {
    let words = words();
    let verified = if row.verified == row.nodes {
        Shade::Good
    } else {
        Shade::Grey
    };
    let superseded = row.nodes - row.verified - row.under_way - row.failed;
    view! {
        <span class="chips">
            <Chip shade=verified text=words.progress_of(row.verified, row.nodes)/>
            {(row.under_way > 0)
                .then(|| view! { <Chip shade=Shade::Grey icon="clock" text=words.under_way(row.under_way)/> })}
            {(row.failed > 0)
                .then(|| view! { <Chip shade=Shade::Bad text=words.failed_count(row.failed)/> })}
            {(superseded > 0)
                .then(|| view! { <Chip shade=Shade::Grey icon="question" text=words.superseded_count(superseded)/> })}
        </span>
    }
}

/// A line for each node.
#[component]
pub(super) fn Steps(kind: Kind, deployment: DeploymentId, nodes: Vec<NodeStep>) -> impl IntoView {
    view! {
        <ol class="steps">
            {nodes.into_iter().map(|node| view! { <NodeLine kind deployment node/> }).collect_view()}
        </ol>
    }
}

#[component]
fn NodeLine(kind: Kind, deployment: DeploymentId, node: NodeStep) -> impl IntoView {
    let words = words();
    let retry = (node.can_retry && may(Permission::Configure)).then(|| {
        view! {
            <form method="post" action="/api/ui/deployment_retry" data-enhance="">
                <input type="hidden" name="deployment" value=deployment.to_string()/>
                <button class="button small" name="node" value=node.node.to_string() aria-label=words.retry_named(&node.name)>
                    {words.retry()}
                </button>
            </form>
        }
    });
    let reason = node.reason.as_ref().map(|reason| words.because(reason));
    let reason = reason.filter(|reason| !reason.is_empty());
    let no_module = kind == Kind::CallRules
        && node
            .replies
            .iter()
            .any(|said| said.command.starts_with("module_exists ") && said.reply == "false");
    // Said by the console while it tries to get in anew.
    let comes_back = kind == Kind::Acl && node.step == Step::Reloaded && reason.is_some();
    view! {
        <li data-key=node.node.to_string()>
            <a class="strong breaks" href=format!("/nodes/{}", node.name)>{node.name.clone()}</a>
            <StepChip node=node.clone()/>
            <Way kind node=node.clone()/>
            {(node.attempt > 1).then(|| view! { <span class="muted">{words.attempt(node.attempt)}</span> })}
            {retry}
            {reason.map(|reason| view! { <p class="step-reason"><span class="muted">{words.reason_shown()}": "</span><span class="mono breaks">{reason}</span></p> })}
            {no_module.then(|| view! { <p class="step-reason muted">{words.no_module()}</p> })}
            {comes_back.then(|| view! { <p class="step-reason muted">{words.comes_back()}</p> })}
            {(!node.replies.is_empty()).then(|| view! { <Replies replies=node.replies.clone()/> })}
        </li>
    }
}

/// Where it stands now.
#[component]
pub(in crate::pages) fn StepChip(node: NodeStep) -> impl IntoView {
    let words = words();
    let (shade, icon) = match node.step {
        Step::Pending | Step::Delivered | Step::Reloaded => (Shade::Grey, "clock"),
        Step::Verified => (Shade::Good, "check"),
        Step::Failed => (Shade::Bad, "broken"),
        Step::RolledBack => (Shade::Attention, "undo"),
        Step::Superseded => (Shade::Grey, "question"),
    };
    let (text, title) = match &node.waits {
        Some(waits) if !node.step.is_over() => words.waits(waits),
        _ => (words.step(node.step), words.step_text(node.step)),
    };
    view! { <Chip shade icon text title/> }
}

/// The steps that are done, each with its time.
#[component]
fn Way(kind: Kind, node: NodeStep) -> impl IntoView {
    let words = words();
    let verified = node.ended_at.filter(|_| node.step == Step::Verified);
    let switch = kind.needs_switch();
    let mut way = Vec::new();
    if switch || node.delivered_at.is_some() {
        way.push((Step::Delivered, node.delivered_at));
    }
    if switch {
        way.push((Step::Reloaded, node.reloaded_at));
    }
    way.push((Step::Verified, verified));
    let steps = way
        .into_iter()
        .map(|(step, at): (Step, Option<OffsetDateTime>)| {
            view! {
                <li class=at.is_none().then_some("todo")>
                    {at.map(|_| view! { <Icon name="check"/> })}
                    {words.step(step)}
                    {at.map(|at| view! { " "<span class="muted"><Ago at/></span> })}
                </li>
            }
        });
    view! { <ol class="way">{steps.collect_view()}</ol> }
}

/// What the switch answered; only data, whatever it holds.
#[component]
fn Replies(replies: Vec<Reply>) -> impl IntoView {
    let words = words();
    let lines = replies.into_iter().map(|said| {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(said.at) * 1_000_000).ok();
        let reply = if said.reply.is_empty() {
            words.reply_empty().to_owned()
        } else {
            said.reply
        };
        view! {
            <li>
                <span class="mono strong">{said.command}</span>
                {at.map(|at| view! { " "<span class="muted"><Ago at/></span> })}
                <code>{reply}</code>
            </li>
        }
    });
    view! {
        <details class="replies">
            <summary>{words.replies()}</summary>
            <p class="hint">{words.replies_text()}</p>
            <ol class="lines">{lines.collect_view()}</ol>
        </details>
    }
}
