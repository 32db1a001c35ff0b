//! `key`: which key the database needs, and replacing it while everything runs.

use chrono::Utc;

use crate::keyring::{self, By, Standing};
use crate::vault::KeyPlace;

use super::args::{KeyArgs, KeyCommand, StoreArgs};
use super::store::Database;
use super::{Outcome, block_on, operator};

pub fn run(args: &KeyArgs) -> anyhow::Result<Outcome> {
    match &args.command {
        KeyCommand::Show(store) => show(store),
        KeyCommand::Rotate(store) => rotate(store),
    }
}

fn show(args: &StoreArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(args)?;
    block_on(async {
        let pool = database.connect().await?;
        let place = database.key_place();
        let standing = keyring::standing(&mut *pool.acquire().await?, &place).await?;
        print_standing(&standing, &place);
        Ok(match standing.fits() {
            true => Outcome::AllGood,
            false => Outcome::SomeFailed,
        })
    })
}

fn print_standing(standing: &Standing, place: &KeyPlace) {
    let held = standing.held.as_ref();
    let held = held.map_or("there is no such file".to_owned(), |key| {
        format!("key {}", hex::encode(key.id()))
    });
    let wanted = standing.wanted.as_ref();
    let wanted = wanted.map_or("not sealed yet".to_owned(), |id| {
        format!("sealed with key {}", hex::encode(id))
    });
    println!("{}: {held}", place.path().display());
    println!("The database: {wanted}");
    println!("{}", verdict(standing));
}

fn verdict(standing: &Standing) -> &'static str {
    if standing.fits() {
        "The key file opens the database."
    } else if standing.unfinished.is_some() {
        "A replacement of the key was interrupted; the next start finishes it."
    } else if standing.wanted.is_none() {
        "The first `serve` or `backup` seals it."
    } else {
        "The key file does not open the database."
    }
}

fn rotate(args: &StoreArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(args)?;
    block_on(async {
        // Finishes what an earlier rotation left.
        let store = database.open().await?;
        let place = database.key_place();
        let by = By {
            user_name: operator::actor().name,
            at: Utc::now(),
        };
        let mut conn = store.pool.acquire().await?;
        let rotated = keyring::rotate(&mut conn, &place, &by).await?;
        println!(
            "The key {} is replaced by {} in {}.\n\
             What runs goes on; RouterVault on other machines needs a copy of this file at its next start.\n\
             Keep a copy elsewhere now: without it no backup can be read.\n\
             The old key is kept as {}. It opens only dumps of the database made before now; remove it when you have none left.",
            rotated.old_id,
            rotated.new_id,
            place.path().display(),
            rotated.kept.display(),
        );
        Ok(Outcome::AllGood)
    })
}
