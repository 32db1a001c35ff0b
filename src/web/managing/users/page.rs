//! The page of one person, or of one to be made.

use askama::Template;
use askama_web::WebTemplate;
use chrono_tz::Tz;
use sqlx::PgConnection;

use super::{LIST, sent::Sent};
use crate::access::session;
use crate::db::api_tokens::TokenRow;
use crate::db::managing::{self as db, StoredUser};
use crate::db::sessions::{self, SessionRow};
use crate::managing::{Difference, MOST_SITES, Problems, UserText, stamp};
use crate::model::{Right, Role, UserId};
use crate::web::{
    actions,
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    managing::{done::Done, site_ticks::Found},
    roles,
    shell::{Area, Shell},
    state::AppState,
};

/// How many sessions are shown.
const MOST_SESSIONS: i64 = 50;

#[derive(Template, WebTemplate)]
#[template(path = "managing/user.html")]
pub struct UserPage {
    shell: Shell,
    pub notice: Option<Done>,
    /// `None`: they are to be made.
    stored: Option<StoredUser>,
    /// Whether who looks at the page is who it is about.
    is_own: bool,
    pub text: UserText,
    pub problems: Problems,
    /// What the form was filled from.
    pub stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    pub meanwhile: Option<Vec<Difference>>,
    found: Option<Found>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    zone: Tz,
}

impl UserPage {
    /// For somebody to be made.
    pub fn new(state: &AppState, person: &SignedIn, text: UserText) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            is_own: false,
            text,
            problems: Problems::default(),
            stamp: String::new(),
            meanwhile: None,
            found: None,
            sessions: Vec::new(),
            tokens: Vec::new(),
            zone: Tz::UTC,
        }
    }

    /// For somebody who is there, with `text` in the form, else with what is stored.
    ///
    /// # Errors
    /// When there is no such person, or the database fails.
    pub async fn of(
        state: &AppState,
        person: &SignedIn,
        id: UserId,
        text: Option<UserText>,
    ) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let stored = db::get_user(&mut conn, id).await?;
        let stored = stored.ok_or(PageError::NotFound("user"))?;
        let now = state.now();
        let used_since = now - session::IDLE;
        let sessions = sessions::list(&mut conn, id, now, used_since, MOST_SESSIONS).await?;
        let own = UserText::from(&stored.values);
        let text = UserText {
            name: own.name.clone(),
            ..text.unwrap_or(own)
        };
        Ok(Self {
            is_own: person.user == id,
            stamp: stamp(&stored),
            stored: Some(stored),
            sessions,
            tokens: actions::list_tokens(&mut conn, id).await?,
            ..Self::new(state, person, text)
        })
    }

    /// The same as it was sent, with the sites that its search finds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn searched(
        mut self,
        conn: &mut PgConnection,
        sent: Sent,
        search: String,
    ) -> Result<Self, sqlx::Error> {
        let ticked = self.text.slugs();
        self.found = Some(Found::find(conn, search, &ticked).await?);
        if self.stored.is_some() {
            self.stamp = sent.stamp;
        }
        Ok(self)
    }

    /// What is stored.
    pub fn stored_text(&self) -> UserText {
        let stored = self.stored.as_ref();
        stored.map_or_else(UserText::new, |user| UserText::from(&user.values))
    }

    fn name(&self) -> &str {
        let stored = self.stored.as_ref();
        stored.map_or("", |user| user.values.name.as_str())
    }

    /// What they did.
    fn audit_link(&self) -> String {
        links::query("/manage/audit", [("name", self.name())])
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(user) => links::user(&user.id),
            None => "/manage/users/new".to_owned(),
        }
    }

    fn is_archived(&self) -> bool {
        self.stored.as_ref().is_some_and(|user| user.is_archived)
    }

    fn is_single_sign_on(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|user| user.is_single_sign_on)
    }

    fn is_fixed(&self) -> bool {
        self.is_archived() || self.is_single_sign_on()
    }

    /// Whether their way in can be mended here.
    fn is_mendable(&self) -> bool {
        self.stored.is_some() && !self.is_fixed() && !self.is_own
    }

    fn is_role(&self, role: &Role) -> bool {
        self.text.role == role.as_str()
    }

    fn most_sites(&self) -> usize {
        MOST_SITES
    }
}
