//! What a browser does: keeps the cookie, says where a form comes from, shows redirects.

use std::fmt::Write;
use std::sync::{Mutex, Once};

use reqwest::header::{
    ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, ORIGIN, REFERER, SET_COOKIE,
};
use reqwest::{Client, Method, Response};

use super::{Events, PASSWORD};

/// A browser with one cookie.
pub struct Browser {
    url: String,
    client: Client,
    cookie: Mutex<Option<String>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where it leads.
    pub fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .map_or("", |to| to.to_str().unwrap())
    }
}

impl Browser {
    pub fn new(url: &str) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            url: url.to_owned(),
            client,
            cookie: Mutex::default(),
        }
    }

    /// The same cookie in another browser, on this console or another replica.
    pub fn copy(&self, url: &str) -> Self {
        let copy = Self::new(url);
        *copy.cookie.lock().unwrap() = self.cookie();
        copy
    }

    /// `callwarden=…`
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    /// A request with nothing but the cookie.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}{path}", self.url));
        match self.cookie() {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        self.keep(&response);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            body: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// A form of one of our own pages.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        self.request("POST", path)
            .header(ORIGIN, &self.url)
            .header("accept", "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(fields))
    }

    /// Sends a form of one of our own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.form(path, fields)).await
    }

    /// The same from the page `stood`, in a language.
    pub async fn post_from(
        &self,
        stood: &str,
        language: &str,
        function: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request = self
            .form(&format!("/api/ui/{function}"), fields)
            .header(REFERER, format!("{}{stood}", self.url))
            .header(ACCEPT_LANGUAGE, language);
        self.send(request).await
    }

    pub async fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        let fields = [("name", name), ("password", password), ("next", "")];
        self.post("/api/ui/sign_in", &fields).await
    }

    pub async fn sign_in(&self, name: &str) {
        let answer = self.try_sign_in(name, PASSWORD).await;
        assert_eq!(answer.location(), "/", "{} {}", answer.status, answer.body);
        assert!(self.is_signed_in().await);
    }

    /// Does it get a page that only users see?
    pub async fn is_signed_in(&self) -> bool {
        let answer = self.get("/live/poll").await;
        assert!(
            [200, 401].contains(&answer.status),
            "{} {}",
            answer.status,
            answer.body
        );
        answer.status == 200
    }

    /// Opens the event stream.
    pub async fn events(&self, last_event: Option<&str>) -> Events {
        let mut request = self.request("GET", "/live");
        if let Some(id) = last_event {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Events::new(response)
    }

    fn keep(&self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            if pair.starts_with("callwarden=") {
                let kept = (pair != "callwarden=").then(|| pair.to_owned());
                *self.cookie.lock().unwrap() = kept;
            }
        }
    }
}

/// As browsers do it, brackets of names included.
fn form(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        for (part, end) in [(name, '='), (value, '&')] {
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    write!(text, "%{byte:02X}").unwrap();
                }
            }
            text.push(end);
        }
    }
    text.pop();
    text
}
