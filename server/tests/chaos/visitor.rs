//! Somebody with a browser who looks at pages meanwhile.

use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;

/// Signed in.
#[derive(Clone)]
pub struct Visitor {
    url: String,
    client: Client,
    cookie: String,
}

impl Visitor {
    pub async fn sign_in(url: &str, name: &str, password: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(Policy::none()).no_proxy();
        let client = client.build().unwrap();
        let form = client
            .post(format!("{url}/api/ui/sign_in"))
            .header(ORIGIN, url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("name={name}&password={password}&next="));
        let answer = form.send().await.unwrap();
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let mut pairs = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookie = pairs.find(|pair| pair.starts_with("callwarden="));
        Self {
            url: url.to_owned(),
            client,
            cookie: cookie.unwrap().to_owned(),
        }
    }

    /// A page, and how long it took.
    pub async fn see(&self, path: &str) -> (String, Duration) {
        let start = Instant::now();
        let request = self.client.get(format!("{}{path}", self.url));
        let answer = request.header(COOKIE, &self.cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        (answer.text().await.unwrap(), start.elapsed())
    }
}
