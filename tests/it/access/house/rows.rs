//! What stands in the database, in short: whether anything was changed, and of whom.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};

use super::Customer;

/// What changes though nobody changed anything: who was seen, and when.
const SEEN: [&str; 4] = ["audit", "sessions", "heartbeats", "collectors"];

/// How many rows a table has, and a hash of them all.
pub type Rows = BTreeMap<String, (i64, String)>;

/// Every table.
pub async fn all(pool: &PgPool) -> Rows {
    let mut parts = Vec::new();
    for (table, _) in tables(pool).await {
        parts.push((table, "true".to_owned()));
    }
    read(pool, &parts).await
}

/// What belongs to a customer: their site, and rows that name it or a device of theirs.
pub async fn of(pool: &PgPool, customer: &Customer) -> Rows {
    let number = customer.number;
    let mut parts = vec![("sites".to_owned(), format!("id = {number}"))];
    for (table, columns) in tables(pool).await {
        let has = |name: &str| columns.iter().any(|column| column == name);
        if has("site_id") {
            parts.push((table, format!("site_id = {number}")));
        } else if has("device_id") {
            let own = format!("SELECT id FROM devices WHERE site_id = {number}");
            parts.push((table, format!("device_id IN ({own})")));
        }
    }
    read(pool, &parts).await
}

/// The tables with their columns.
async fn tables(pool: &PgPool) -> Vec<(String, Vec<String>)> {
    sqlx::query_as(
        "SELECT table_name::text, array_agg(column_name::text)
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> ALL ($1)
         GROUP BY table_name",
    )
    .bind(SEEN.map(str::to_owned).to_vec())
    .fetch_all(pool)
    .await
    .unwrap()
}

async fn read(pool: &PgPool, parts: &[(String, String)]) -> Rows {
    let each = parts.iter().map(|(table, condition)| {
        format!(
            "SELECT '{table}', count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
             FROM {table} AS t WHERE {condition}"
        )
    });
    let statement = each.collect::<Vec<_>>().join(" UNION ALL ");
    let rows: Vec<(String, i64, String)> = sqlx::query_as(AssertSqlSafe(statement))
        .fetch_all(pool)
        .await
        .unwrap();
    let rows = rows.into_iter();
    rows.map(|(table, count, hash)| (table, (count, hash)))
        .collect()
}
