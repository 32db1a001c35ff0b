//! What a deletion makes of the spans of the search.

use super::History;

/// The spans of a line, by position in the history; `-` for an open end.
pub(super) async fn spans(history: &History, line: &str) -> Vec<String> {
    let rows: Vec<(i64, Option<i64>)> = sqlx::query_as(
        "SELECT first_snapshot_id, last_snapshot_id
         FROM search_spans
         JOIN search_lines ON search_lines.id = line_id
         WHERE text = $1
         ORDER BY first_snapshot_id",
    )
    .bind(line)
    .fetch_all(history.pool())
    .await
    .unwrap();
    let place = |id: i64| {
        let found = history.kept.iter().position(|(kept, _)| kept.0 == id);
        found.unwrap().to_string()
    };
    rows.into_iter()
        .map(|(first, last)| {
            let last = last.map_or_else(|| "-".to_owned(), place);
            format!("{}..{last}", place(first))
        })
        .collect()
}

/// Spans as the search would make them: each line with the snapshots that have it, by position.
pub(super) async fn index(history: &History, lines: &[(&str, &[usize])]) {
    sqlx::query("UPDATE snapshots SET indexed_at = now()")
        .execute(history.pool())
        .await
        .unwrap();
    let newest = history.kept.len() - 1;
    for (line, has) in lines {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO search_lines (digest, menu, text) VALUES (sha256($1::bytea), '', $2)
             RETURNING id",
        )
        .bind(line.as_bytes())
        .bind(line)
        .fetch_one(history.pool())
        .await
        .unwrap();
        for &first in *has {
            if first > 0 && has.contains(&(first - 1)) {
                continue;
            }
            let last = (first..=newest).take_while(|at| has.contains(at)).last();
            let last = last.filter(|last| *last < newest);
            sqlx::query(
                "INSERT INTO search_spans (line_id, device_id, first_snapshot_id, last_snapshot_id)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(id)
            .bind(history.device.0)
            .bind(history.kept[first].0.0)
            .bind(last.map(|last| history.kept[last].0.0))
            .execute(history.pool())
            .await
            .unwrap();
        }
    }
}

const LINES: [(&str, &[usize]); 7] = [
    ("always", &[0, 1, 2, 3]),
    ("only the second", &[1]),
    ("from the second on", &[1, 2, 3]),
    ("up to the second", &[0, 1]),
    ("not in the second", &[0, 2, 3]),
    ("only the newest", &[3]),
    ("up to the third", &[0, 1, 2]),
];

#[tokio::test]
async fn the_search_forgets_one_in_the_middle_and_joins_what_it_parted() {
    let mut history = History::of(4).await;
    index(&history, &LINES).await;
    history.delete_at(1).await;
    assert_eq!(spans(&history, "always").await, ["0..-"]);
    assert!(spans(&history, "only the second").await.is_empty());
    assert_eq!(spans(&history, "from the second on").await, ["1..-"]);
    assert_eq!(spans(&history, "up to the second").await, ["0..0"]);
    assert_eq!(spans(&history, "not in the second").await, ["0..-"]);
    assert_eq!(spans(&history, "only the newest").await, ["2..-"]);
    assert_eq!(spans(&history, "up to the third").await, ["0..1"]);
}

#[tokio::test]
async fn the_search_takes_the_one_before_for_the_current_one_when_the_newest_goes() {
    let mut history = History::of(4).await;
    index(&history, &LINES).await;
    history.archive().await;
    history.delete_at(3).await;
    assert_eq!(spans(&history, "always").await, ["0..-"]);
    assert_eq!(spans(&history, "from the second on").await, ["1..-"]);
    assert_eq!(spans(&history, "up to the second").await, ["0..1"]);
    assert!(spans(&history, "only the newest").await.is_empty());
    assert_eq!(spans(&history, "up to the third").await, ["0..-"]);
}

#[tokio::test]
async fn the_search_starts_later_when_the_oldest_goes() {
    let mut history = History::of(4).await;
    index(&history, &LINES).await;
    history.delete_at(0).await;
    assert_eq!(spans(&history, "always").await, ["0..-"]);
    assert_eq!(spans(&history, "up to the second").await, ["0..0"]);
    assert_eq!(spans(&history, "not in the second").await, ["1..-"]);
}

#[tokio::test]
async fn the_newest_that_the_search_knows_is_the_current_one_for_it() {
    let mut history = History::of(4).await;
    index(&history, &LINES).await;
    // A fifth that is not indexed yet.
    history.grow().await;
    history.delete_at(3).await;
    assert_eq!(spans(&history, "always").await, ["0..-"]);
    assert!(spans(&history, "only the newest").await.is_empty());
    assert_eq!(spans(&history, "up to the third").await, ["0..-"]);
}
