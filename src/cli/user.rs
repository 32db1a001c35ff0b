//! `user`: letting somebody in again who lost their password, or the second factor, where no
//! administrator can sign in to do it.

use anyhow::bail;
use chrono::Utc;
use sqlx::{Connection as _, PgConnection};

use crate::access::{Token, link, subject};
use crate::db::audit::{self, Entry};
use crate::db::managing::{self, StoredUser};
use crate::db::second_factors;
use crate::model::AuditAction;
use crate::web;

use super::args::{UserArgs, UserCommand, UserLinkArgs};
use super::store::Database;
use super::{Outcome, block_on, operator};

pub fn run(args: &UserArgs) -> anyhow::Result<Outcome> {
    match &args.command {
        UserCommand::Link(args) => link(args),
    }
}

fn link(args: &UserLinkArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(&args.store)?;
    block_on(async {
        let pool = database.connect().await?;
        let mut conn = pool.acquire().await?;
        let token = make(&mut conn, args).await?;
        println!(
            "{}{}\n\
             Whoever opens it first chooses the password of {}. It works once, for {} hours, and\n\
             instead of earlier ones.",
            args.public_url,
            web::welcome_link(&token),
            args.name,
            link::WORKS_FOR.num_hours(),
        );
        Ok(Outcome::AllGood)
    })
}

async fn make(conn: &mut PgConnection, args: &UserLinkArgs) -> anyhow::Result<Token> {
    let mut tx = conn.begin().await?;
    let user = find(&mut tx, &args.name).await?;
    if args.without_second_factor {
        if !second_factors::delete(&mut tx, user.id).await? {
            bail!("{} has no second factor", args.name);
        }
        let done = (AuditAction::SecondFactorChanged, "taken away");
        record(&mut tx, &user, done).await?;
    }
    let token = link::for_user(&mut tx, user.id, Utc::now()).await?;
    record(
        &mut tx,
        &user,
        (AuditAction::LinkMade, "to choose a password"),
    )
    .await?;
    tx.commit().await?;
    Ok(token)
}

/// Somebody who signs in here, by a password.
async fn find(conn: &mut PgConnection, name: &str) -> anyhow::Result<StoredUser> {
    let user = match managing::get_user_id(conn, name).await? {
        Some(id) => managing::get_user(conn, id).await?,
        None => None,
    };
    match user {
        None => bail!("there is no user {name}"),
        Some(user) if user.is_archived => bail!("{name} is archived"),
        Some(user) if user.is_single_sign_on => {
            bail!("{name} signs in by single sign-on, where their password is")
        }
        Some(user) => Ok(user),
    }
}

async fn record(
    conn: &mut PgConnection,
    user: &StoredUser,
    (action, detail): (AuditAction, &str),
) -> Result<(), sqlx::Error> {
    let entry = Entry {
        action,
        site: None,
        subject: &subject::user(&user.values.name),
        detail,
    };
    audit::record(conn, &operator::actor(), &entry, Utc::now()).await
}
