//! One of the customers: what is theirs, and by which words it is known.

use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::visitor::VISITOR;
use super::{SECRET, keep, run};

/// A line of both customers.
pub const SHARED_LINE: &str = "add name=shared";

/// How many hexadecimal digits of a hash tell whose it is.
const TELLING_DIGITS: usize = 12;

/// A customer, known by its number, from 1.
pub struct Customer {
    pub number: i64,
    /// Stands in every text that is theirs.
    pub word: &'static str,
    /// How their addresses begin,
    pub net: &'static str,
    /// and their serial numbers.
    pub serial: &'static str,
}

/// Nothing of one begins like anything of the other, or like a help text or a number of a page.
pub const CUSTOMERS: [Customer; 2] = [
    Customer {
        number: 1,
        word: "alderwood",
        net: "198.51.100",
        serial: "AW77",
    },
    Customer {
        number: 2,
        word: "birchfield",
        net: "203.0.113",
        serial: "BW88",
    },
];

/// Two that never were: what an address of something that does not exist is made of.
pub const NOBODY: [Customer; 2] = [nobody(888_888), nobody(999_999)];

const fn nobody(number: i64) -> Customer {
    Customer {
        number,
        word: "nowhere",
        net: "192.0.2",
        serial: "NW99",
    }
}

impl Customer {
    /// Whether there is such a customer.
    pub fn exists(&self) -> bool {
        CUSTOMERS.iter().any(|one| one.number == self.number)
    }

    /// The other one of the two.
    pub fn other(&self) -> &'static Self {
        &CUSTOMERS[usize::from(self.number == 1)]
    }

    /// The number of the device with two backups,
    pub const fn gateway(&self) -> i64 {
        self.number * 2 - 1
    }

    /// of the one that is asked for now,
    pub const fn access_point(&self) -> i64 {
        self.number * 2
    }

    /// of the batch in which it failed,
    pub const fn night(&self) -> i64 {
        self.number * 2
    }

    /// and of the one that waits.
    pub const fn waiting(&self) -> i64 {
        self.number * 2 + 1
    }

    /// The older of the backups; the newer has the next number.
    pub const fn older(&self) -> i64 {
        self.number * 2 - 1
    }

    /// The run that ended; the one that waits has the next number but one.
    pub const fn run(&self) -> i64 {
        self.number * 3 - 2
    }

    /// The connection test that failed; the one that is prepared has the next number.
    pub const fn test(&self) -> i64 {
        self.number * 2 - 1
    }

    /// A line that only they have.
    pub fn line(&self) -> String {
        format!("set name={}-identity", self.word)
    }

    /// The word without its first letter: finds everything of theirs, and is not the word.
    pub fn part(&self) -> &'static str {
        &self.word[1..]
    }

    fn exports(&self) -> [String; 2] {
        let old = format!("/interface bridge\n{SHARED_LINE}\n");
        let (word, line) = (self.word, self.line());
        let more = format!("/ppp secret\nadd name={word}-branch password={SECRET}\n");
        [
            old.clone() + &more,
            format!("{old}{more}/system identity\n{line}\n"),
        ]
    }

    /// What tells in an answer that it is of them.
    pub fn words(&self) -> Vec<String> {
        let hashes = self.exports().map(|export| {
            let hash = hex::encode(Sha256::digest(export));
            hash[..TELLING_DIGITS].to_owned()
        });
        let plain = [
            self.word.to_owned(),
            format!("{}.", self.net),
            self.serial.to_owned(),
        ];
        plain.into_iter().chain(hashes).collect()
    }

    /// Brings everything of theirs into the database.
    pub async fn move_in(&self, pool: &PgPool) {
        run(pool, &self.fill(include_str!("customer.sql"))).await;
        let [old, new] = self.exports();
        let older = keep(pool, self, old.as_bytes(), "2026-05-01T02:00:05Z", None).await;
        keep(
            pool,
            self,
            new.as_bytes(),
            "2026-05-02T02:00:05Z",
            Some(older),
        )
        .await;
        run(pool, &self.fill(include_str!("backups.sql"))).await;
    }

    fn fill(&self, script: &str) -> String {
        script
            .replace("$VISITOR", &VISITOR.to_string())
            .replace("$NUMBER", &self.number.to_string())
            .replace("$NET", self.net)
            .replace("$WORD", self.word)
            .replace("$SERIAL", self.serial)
    }
}
