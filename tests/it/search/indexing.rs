//! The indexer: spans that follow the snapshots, secrets that stay out, and what goes wrong.

use routervault::db::{search as db, snapshots};
use routervault::model::{DeviceId, Scope, SnapshotId};
use routervault::search::{index_next, sweep};

use super::House;

/// Each span of a device as `text first-last`, in the order of the lines.
async fn spans(house: &House, device: i64) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT text || ' ' || first_snapshot_id || '-' || coalesce(last_snapshot_id::text, '')
         FROM search_spans
         JOIN search_lines ON search_lines.id = line_id
         WHERE device_id = $1
           AND text LIKE 'add%'
         ORDER BY text, first_snapshot_id",
    )
    .bind(device)
    .fetch_all(&house.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn spans_follow_the_lines_through_the_snapshots_of_a_device() {
    let house = House::new().await;
    house.keep(1, (1, 2), "/ip route\nadd a\nadd b\n").await;
    house.keep(2, (1, 9), "/ip route\nadd a\n").await;
    house.keep(1, (3, 4), "/ip route\nadd b\nadd c\n").await;
    house.keep(1, (5, 6), "/ip route\nadd a\nadd b\n").await;
    assert_eq!(house.index().await, 4);
    assert_eq!(
        spans(&house, 1).await,
        ["add a 1-1", "add a 4-", "add b 1-", "add c 3-3"]
    );
    assert_eq!(spans(&house, 2).await, ["add a 2-"]);
    assert_eq!(house.index().await, 0, "nothing is indexed twice");
}

#[tokio::test]
async fn a_line_is_kept_once_for_all_devices_and_menus_tell_lines_apart() {
    let house = House::new().await;
    for device in 1..=3 {
        house
            .keep(
                device,
                (1, 1),
                "/ip route\nadd a\n/ip address\nadd a\nadd a\n",
            )
            .await;
    }
    house.index().await;
    assert_eq!(house.count("SELECT count(*) FROM search_lines").await, 4);
    assert_eq!(house.count("SELECT count(*) FROM search_spans").await, 12);
}

#[tokio::test]
async fn a_dump_of_the_index_shows_no_secret() {
    let house = House::new().await;
    let export = "/ppp secret\nadd name=anna password=\"Tulip-Rose-77\" service=l2tp\n\
                  /interface wifi\nset wifi1 security.passphrase=\\\n    Crocus-Field-12\n\
                  /system note\nset note=\"the old one was Tulip-Rose-77\"\n";
    house.keep(1, (1, 1), export).await;
    house.index().await;
    let dump: Vec<String> = sqlx::query_scalar(
        "SELECT search_lines::text FROM search_lines
         UNION ALL
         SELECT search_spans::text FROM search_spans",
    )
    .fetch_all(&house.pool)
    .await
    .unwrap();
    let dump = dump.join("\n");
    assert!(dump.contains("name=anna password=*****"), "{dump}");
    for secret in ["Tulip", "Rose-77", "Crocus", "Field-12"] {
        assert!(!dump.contains(secret), "{secret}: {dump}");
    }
    let page = house.search("q=anna").await;
    assert!(page.contains("*****") && !page.contains("Tulip"));
}

#[tokio::test]
async fn suspect_snapshots_are_not_indexed() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\n").await;
    house.run("UPDATE snapshots SET verdict = 'suspect'").await;
    assert_eq!(house.index().await, 0);
    assert!(house.found("q=add").await.is_empty());
    assert!(!house.search("q=add").await.contains("still being read"));
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_left_out_and_holds_nothing_up() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\nadd b\n").await;
    house.keep(1, (2, 2), "/ip route\nadd lost\n").await;
    house.keep(1, (3, 3), "/ip route\nadd a\nadd c\n").await;
    house
        .run("UPDATE snapshots SET body = '\\x0011' WHERE id = 2")
        .await;
    assert!(
        house
            .search("q=add")
            .await
            .contains("3 backups are still being read")
    );
    house.index().await;
    assert_eq!(
        spans(&house, 1).await,
        ["add a 1-", "add b 1-1", "add c 3-"]
    );
    let page = house.search("q=add").await;
    assert!(page.contains("1 stored backup can not be read"), "{page}");
    assert!(!page.contains("still being read"));
}

#[tokio::test]
async fn a_snapshot_older_than_the_index_of_its_device_is_put_in_its_place() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\n").await;
    house.keep(1, (2, 2), "/ip route\nadd b\n").await;
    house.keep(1, (3, 3), "/ip route\nadd b\nadd c\n").await;
    house
        .run("UPDATE snapshots SET verdict = 'suspect' WHERE id = 2")
        .await;
    house.index().await;
    assert_eq!(
        spans(&house, 1).await,
        ["add a 1-1", "add b 3-", "add c 3-"]
    );
    house
        .run("UPDATE snapshots SET verdict = 'verified' WHERE id = 2")
        .await;
    house.index().await;
    assert_eq!(
        spans(&house, 1).await,
        ["add a 1-1", "add b 2-", "add c 3-"]
    );
}

#[tokio::test]
async fn a_rebuilt_device_comes_to_the_same() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\nadd b\n").await;
    house.keep(1, (2, 2), "/ip route\nadd b\n").await;
    house.keep(2, (2, 2), "/ip route\nadd b\n").await;
    house.index().await;
    let before = (spans(&house, 1).await, spans(&house, 2).await);
    let mut tx = house.pool.begin().await.unwrap();
    db::lock(&mut tx).await.unwrap();
    db::rebuild(&mut tx, DeviceId(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(spans(&house, 1).await, [""; 0]);
    assert_eq!(house.index().await, 2);
    assert_eq!((spans(&house, 1).await, spans(&house, 2).await), before);
}

#[tokio::test]
async fn two_indexers_at_once_come_to_the_same_as_one() {
    let house = House::new().await;
    for day in 1..=10 {
        for device in 1..=3 {
            let export = format!("/ip route\nadd a\nadd day={day}\nadd week={}\n", day / 7);
            house.keep(device, (day, day), &export).await;
        }
    }
    let all_indexed = async || {
        house
            .count("SELECT count(*) FROM snapshots WHERE indexed_at IS NULL")
            .await
            == 0
    };
    let work = async || {
        while !all_indexed().await {
            index_next(&house.pool, &house.vault).await.unwrap();
        }
    };
    tokio::join!(work(), work(), work());
    for device in 1..=3 {
        let spans = spans(&house, device).await;
        assert_eq!(spans.len(), 1 + 10 + 2, "{spans:?}");
        let open = spans.iter().filter(|span| span.ends_with('-')).count();
        assert_eq!(open, 3, "{spans:?}");
    }
}

#[tokio::test]
async fn nobody_indexes_while_another_has_the_lock() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\n").await;
    let mut tx = house.pool.begin().await.unwrap();
    db::lock(&mut tx).await.unwrap();
    assert_eq!(house.index().await, 0);
    tx.commit().await.unwrap();
    assert_eq!(house.index().await, 1);
}

#[tokio::test]
async fn lines_that_no_snapshot_has_any_more_are_swept_away() {
    let house = House::new().await;
    house.keep(1, (1, 1), "/ip route\nadd a\nadd b\n").await;
    house.keep(2, (1, 1), "/ip route\nadd b\n").await;
    house.index().await;
    house
        .run("DELETE FROM search_spans WHERE device_id = 1")
        .await;
    sweep(&house.pool).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT text FROM search_lines ORDER BY text")
        .fetch_all(&house.pool)
        .await
        .unwrap();
    assert_eq!(left, ["/ip route", "add b"]);
    assert_eq!(spans(&house, 2).await, ["add b 2-"]);
}

#[tokio::test]
async fn a_deleted_snapshot_leaves_the_spans_as_an_index_made_anew_has_them() {
    let house = House::new().await;
    for (day, lines) in [(1, "ab"), (2, "bc"), (3, "ab"), (4, "cd"), (5, "ad")] {
        let added = lines.chars().map(|line| format!("add {line}\n"));
        let export = format!("/ip route\n{}", added.collect::<String>());
        house.keep(1, (day, day), &export).await;
    }
    house.index().await;
    for deleted in [2, 1, 5] {
        let mut tx = house.pool.begin().await.unwrap();
        let done = snapshots::delete(&mut tx, &Scope::All, &house.vault, SnapshotId(deleted)).await;
        assert!(matches!(done.unwrap(), snapshots::Deleted::Done));
        tx.commit().await.unwrap();
        let left = spans(&house, 1).await;
        let mut tx = house.pool.begin().await.unwrap();
        db::rebuild(&mut tx, DeviceId(1)).await.unwrap();
        tx.commit().await.unwrap();
        house.index().await;
        assert_eq!(left, spans(&house, 1).await, "without {deleted}");
    }
    assert_eq!(
        spans(&house, 1).await,
        ["add a 3-3", "add b 3-3", "add c 4-", "add d 4-"]
    );
}

#[tokio::test]
async fn an_export_with_more_lines_than_search_keeps_is_told_on_the_page() {
    let house = House::new().await;
    let lines = (0..=200_000).map(|line| format!("add n{line}\n"));
    let export = format!("/ip route\n{}", lines.collect::<String>());
    house.keep(1, (1, 2), &export).await;
    let before = house.search("q=n7").await;
    assert!(!before.contains("is not searched"), "{before}");
    house.index().await;
    let page = house.search("q=no-such-thing").await;
    assert!(
        page.contains("1 stored backup has more than 200,000 different lines"),
        "{page}"
    );
}
