//! Several that follow each other go at once: as if they had gone one by one.

use routervault::db::snapshots;
use routervault::model::SnapshotId;

use super::History;
use super::spans::{index, spans};
use crate::support::vault;

/// Deletes these of the history at once; whether it was done.
async fn delete(history: &mut History, places: std::ops::Range<usize>) -> bool {
    let ids: Vec<SnapshotId> = history.kept[places.clone()]
        .iter()
        .map(|kept| kept.0)
        .collect();
    let mut tx = history.pool().begin().await.unwrap();
    snapshots::lock_for_deletion(&mut tx, history.device)
        .await
        .unwrap();
    let vault = vault();
    let deleted = snapshots::delete_gap(&mut tx, &vault, history.device, &ids);
    let is_done = deleted.await.unwrap().is_some();
    tx.commit().await.unwrap();
    if is_done {
        history.kept.drain(places);
    }
    is_done
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_anywhere_in_a_long_history_leave_the_others_readable() {
    let mut history = History::of(230).await;
    // Over the whole body between two chains; a middle; the oldest; all but the newest.
    for places in [90..140, 10..11, 40..60, 0..7, 120..150, 0..120] {
        assert!(delete(&mut history, places).await);
        history.check().await;
    }
    history.grow().await;
    history.check().await;
}

#[tokio::test]
async fn lines_of_the_search_have_the_spans_of_what_is_left() {
    let mut history = History::of(6).await;
    // Every way in which six snapshots can have a line.
    let ways: Vec<(String, Vec<usize>)> = (1..64_usize)
        .map(|way| {
            let has = (0..6).filter(|place| way >> place & 1 == 1).collect();
            (format!("way {way}"), has)
        })
        .collect();
    let lines: Vec<(&str, &[usize])> = ways
        .iter()
        .map(|(line, has)| (line.as_str(), has.as_slice()))
        .collect();
    index(&history, &lines).await;
    assert!(delete(&mut history, 2..4).await);
    for (line, has) in &ways {
        let left: Vec<usize> = [0, 1, 4, 5]
            .into_iter()
            .enumerate()
            .filter(|(_, before)| has.contains(before))
            .map(|(place, _)| place)
            .collect();
        let expected: Vec<String> = left
            .chunk_by(|one, next| one + 1 == *next)
            .map(|span| match (span[0], span[span.len() - 1]) {
                (first, 3) => format!("{first}..-"),
                (first, last) => format!("{first}..{last}"),
            })
            .collect();
        assert_eq!(spans(&history, line).await, expected, "{line}");
    }
}

#[tokio::test]
async fn nothing_goes_where_one_is_pinned_or_named_or_another_is_between() {
    let mut history = History::of(6).await;
    history.set(history.kept[2].0, "pinned = true").await;
    assert!(!delete(&mut history, 1..4).await, "one is pinned");
    assert!(
        !delete(&mut history, 3..6).await,
        "the device names the newest"
    );
    let apart = [history.kept[3].0, history.kept[5].0];
    let mut tx = history.pool().begin().await.unwrap();
    let deleted = snapshots::delete_gap(&mut tx, &vault(), history.device, &apart).await;
    assert!(deleted.unwrap().is_none(), "another is between");
    tx.commit().await.unwrap();
    history.check().await;
}
