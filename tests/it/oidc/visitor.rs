//! A browser as far as signing in needs one: it keeps cookies, follows redirects when told to, and
//! fills in the provider's forms.

use std::collections::BTreeMap;

use openidconnect::url::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};

/// More redirects than any sign-in has.
const MAX_STEPS: usize = 12;

/// What an address answered.
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub text: String,
    /// Where it leads on.
    pub leads_to: Option<Url>,
}

/// A browser with nothing in it.
pub struct Visitor {
    client: Client,
    /// By host and port, and name.
    cookies: BTreeMap<(String, String), String>,
}

impl Visitor {
    pub fn new() -> Self {
        super::choose_cryptography();
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, url: &str, name: &str) -> Option<&str> {
        let key = (place(&Url::parse(url).unwrap()), name.to_owned());
        self.cookies.get(&key).map(String::as_str)
    }

    /// Puts a cookie in, as who stole it would.
    pub fn put_cookie(&mut self, url: &Url, name: &str, value: &str) {
        let key = (place(url), name.to_owned());
        self.cookies.insert(key, value.to_owned());
    }

    /// Opens an address, and no other.
    pub async fn open(&mut self, url: &Url) -> Page {
        let request = self.client.get(url.as_str());
        self.send(url, request).await
    }

    /// Opens an address and follows it on, up to one that begins with `stop`, which is not opened.
    pub async fn follow(&mut self, url: &Url, stop: &str) -> Result<Page, Url> {
        let page = self.open(url).await;
        self.on_from(page, stop).await
    }

    async fn on_from(&mut self, mut page: Page, stop: &str) -> Result<Page, Url> {
        for _ in 0..MAX_STEPS {
            let Some(next) = page.leads_to.take() else {
                return Ok(page);
            };
            if next.as_str().starts_with(stop) {
                return Err(next);
            }
            page = self.open(&next).await;
        }
        panic!("it leads on and on: {}", page.url);
    }

    /// Goes through the provider's own pages as `account`, from the address that begins a sign-in
    /// to the one that the provider sends the browser back to.
    pub async fn through_provider(&mut self, begin: &str, account: &str, stop: &str) -> Url {
        let mut next = self.follow(&Url::parse(begin).unwrap(), stop).await;
        for _ in 0..MAX_STEPS {
            let page = match next {
                Err(callback) => return callback,
                Ok(page) => page,
            };
            let login = page.text.contains("name=\"password\"");
            let form: &[(&str, &str)] = if login {
                &[("prompt", "login"), ("login", account), ("password", "x")]
            } else {
                &[("prompt", "consent")]
            };
            let body: Vec<_> = form
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let request = self
                .client
                .post(page.url.as_str())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.join("&"));
            let answer = self.send(&page.url, request).await;
            next = self.on_from(answer, stop).await;
        }
        panic!("the provider asks again and again");
    }

    async fn send(&mut self, url: &Url, request: RequestBuilder) -> Page {
        let at = place(url);
        let own = self.cookies.iter().filter(|((place, _), _)| *place == at);
        let cookies: Vec<_> = own
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(COOKIE, cookies.join("; "))
            .header("accept", "text/html");
        let answer = request.send().await.unwrap();
        for line in answer.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies
                .insert((at.clone(), name.to_owned()), value.to_owned());
        }
        let location = answer.headers().get(LOCATION);
        Page {
            leads_to: location.map(|to| url.join(to.to_str().unwrap()).unwrap()),
            status: answer.status(),
            text: answer.text().await.unwrap(),
            url: url.clone(),
        }
    }
}

fn place(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap(),
        url.port_or_known_default().unwrap()
    )
}
