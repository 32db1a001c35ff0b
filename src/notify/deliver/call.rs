//! One POST: no redirect followed, under the deadline of the attempt, and of the answer nothing is
//! read but its status.

use std::sync::OnceLock;

use reqwest::{StatusCode, Url, header, redirect};
use secrecy::{ExposeSecret as _, SecretString};

use super::Undelivered;

/// The HTTP client, made when it is needed first: it reads the certificates of the system.
#[derive(Default)]
pub struct Caller {
    client: OnceLock<reqwest::Client>,
}

impl Caller {
    fn client(&self) -> Result<&reqwest::Client, Undelivered> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let built = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent("RouterVault")
            .build();
        let client = built.map_err(|error| {
            Undelivered::for_now(format!("No connection can be made: {}.", causes(&error)))
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Posts JSON with these headers.
    ///
    /// # Errors
    /// When the answer is no success: for good with a 3xx, and with a 4xx other than 408 and 429.
    pub async fn post(
        &self,
        url: &SecretString,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> Result<(), Undelivered> {
        let unfit = |_| Undelivered::for_good("The address of the webhook can not be read.");
        let url: Url = url.expose_secret().parse().map_err(unfit)?;
        let mut request = self.client()?.post(url);
        request = request.header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answered = request.body(body).send().await;
        let answer = answered.map_err(|error| {
            // The address is a secret.
            let error = error.without_url();
            Undelivered::for_now(format!("It could not be reached: {}.", causes(&error)))
        })?;
        judge(answer.status())
    }
}

fn judge(status: StatusCode) -> Result<(), Undelivered> {
    let sentence = format!("It answered {}.", status.as_u16());
    let may_change = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_success() {
        Ok(())
    } else if status.is_redirection() || status.is_client_error() && !may_change.contains(&status) {
        Err(Undelivered::for_good(sentence))
    } else {
        Err(Undelivered::for_now(sentence))
    }
}

/// An error with its causes in one line.
fn causes(error: &reqwest::Error) -> String {
    let first: &dyn std::error::Error = error;
    let causes = std::iter::successors(Some(first), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_refuses_for_good_is_told_from_who_is_busy() {
        let of = |status: u16| {
            let judged = judge(StatusCode::from_u16(status).unwrap());
            judged.err().map(|error| error.is_final)
        };
        for (status, is_final) in [
            (200, None),
            (202, None),
            (301, Some(true)),
            (307, Some(true)),
            (400, Some(true)),
            (404, Some(true)),
            (410, Some(true)),
            (408, Some(false)),
            (429, Some(false)),
            (500, Some(false)),
            (503, Some(false)),
        ] {
            assert_eq!(of(status), is_final, "{status}");
        }
    }
}
