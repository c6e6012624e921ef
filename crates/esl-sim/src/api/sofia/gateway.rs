//! What a gateway shows of itself.

use crate::switch::{Gateway, Profile};

/// The fields of `sofia xmlstatus gateway`, in order.
pub fn fields(profile: &Profile, gateway: &Gateway) -> Vec<(&'static str, String)> {
    let get = |name: &str| gateway.param(name);
    let user = get("username").unwrap_or("FreeSWITCH");
    let name = &gateway.name;
    let realm = get("realm").unwrap_or(name);
    let from_domain = get("from-domain").unwrap_or(realm);
    let proxy = get("proxy").unwrap_or(realm);
    let transport = get("register-transport").unwrap_or("udp");
    let (address, port) = (profile.given_address(), profile.port());
    let expires = get("expire-seconds").unwrap_or("600");
    let text = |value: &str| value.to_owned();
    let uptime = if gateway.up {
        gateway.since.elapsed().as_micros()
    } else {
        0
    };
    vec![
        ("name", text(name)),
        ("profile", profile.name.clone()),
        ("scheme", text("Digest")),
        ("realm", text(realm)),
        ("username", text(user)),
        (
            "password",
            text(if get("password").is_some() {
                "yes"
            } else {
                "no"
            }),
        ),
        (
            "from",
            format!("<sip:{}@{from_domain}>", get("from-user").unwrap_or(user)),
        ),
        (
            "contact",
            format!("<sip:gw+{name}@{address}:{port};transport={transport};gw={name}>"),
        ),
        ("exten", text(get("extension").unwrap_or(user))),
        ("to", to(gateway)),
        ("proxy", format!("sip:{proxy}")),
        (
            "context",
            text(
                get("context")
                    .or(profile.param("context"))
                    .unwrap_or("default"),
            ),
        ),
        ("expires", text(expires)),
        ("freq", text(expires)),
        ("ping", text("0")),
        ("pingfreq", text("0")),
        ("pingmin", text("0")),
        ("pingcount", text("0")),
        ("pingmax", text("0")),
        ("pingtime", text("0.00")),
        ("pinging", text("0")),
        ("state", gateway.state.clone()),
        ("status", text(if gateway.up { "UP" } else { "DOWN" })),
        ("uptime-usec", uptime.to_string()),
        ("calls-in", text("0")),
        ("calls-out", text("0")),
        ("failed-calls-in", text("0")),
        ("failed-calls-out", text("0")),
    ]
}

/// Whom it registers as.
pub fn to(gateway: &Gateway) -> String {
    let get = |name: &str| gateway.param(name);
    let realm = get("realm").unwrap_or(&gateway.name);
    let domain = get("register-proxy").or(get("proxy")).unwrap_or(realm);
    format!("sip:{}@{domain}", get("username").unwrap_or("FreeSWITCH"))
}
