//! Every page's path on one screen.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::pages::accounts::{SetupPage, SignInPage};
use crate::pages::acl::AclPage;
use crate::pages::addresses::AddressesPage;
use crate::pages::alerts::AlertsPage;
use crate::pages::attacks::AttacksPage;
use crate::pages::audit::AuditPage;
use crate::pages::bans::{BanHistoryPage, BansPage};
use crate::pages::dashboard::DashboardPage;
use crate::pages::jail::JailPage;
use crate::pages::nodes::{NodePage, NodesPage};
use crate::pages::not_found::NotFoundPage;
use crate::pages::profiles::ProfilesPage;
use crate::pages::revisions::{DeploymentPage, DeploymentsPage};
use crate::pages::rules::RulesPage;
use crate::pages::search::SearchPage;
use crate::pages::settings::SettingsPage;
use crate::pages::whitelist::WhitelistPage;
use crate::request::provide_flash;

/// The pages. Each is rendered whole before it is sent (`Async`): without JavaScript nothing would
/// put later parts in place.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_flash();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/") view=DashboardPage ssr=SsrMode::Async/>
                <Route path=path!("/attacks") view=AttacksPage ssr=SsrMode::Async/>
                <Route path=path!("/bans") view=BansPage ssr=SsrMode::Async/>
                <Route path=path!("/bans/history") view=BanHistoryPage ssr=SsrMode::Async/>
                <Route path=path!("/whitelist") view=WhitelistPage ssr=SsrMode::Async/>
                <Route path=path!("/rules") view=RulesPage ssr=SsrMode::Async/>
                <Route path=path!("/acl") view=AclPage ssr=SsrMode::Async/>
                <Route path=path!("/acl/profiles") view=ProfilesPage ssr=SsrMode::Async/>
                <Route path=path!("/jail") view=JailPage ssr=SsrMode::Async/>
                <Route path=path!("/deployments") view=DeploymentsPage ssr=SsrMode::Async/>
                <Route path=path!("/deployments/:id") view=DeploymentPage ssr=SsrMode::Async/>
                <Route path=path!("/nodes") view=NodesPage ssr=SsrMode::Async/>
                <Route path=path!("/nodes/:name") view=NodePage ssr=SsrMode::Async/>
                <Route path=path!("/addresses/*network") view=AddressesPage ssr=SsrMode::Async/>
                <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async/>
                <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
