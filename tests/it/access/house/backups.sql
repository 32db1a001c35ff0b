-- What the collector keeps beside the two backups of customer $NUMBER, and what a person wrote.
UPDATE devices
SET newest_snapshot_id = $NUMBER * 2, last_verified_snapshot_id = $NUMBER * 2,
    last_verified_at = '2026-05-03T0$NUMBER:00:00Z', snapshot_count = 2
WHERE id = $NUMBER * 2 - 1;
UPDATE snapshots SET comment = '$WORD comment' WHERE device_id = $NUMBER * 2 - 1;
UPDATE snapshots SET pinned = true WHERE id = $NUMBER * 2;
UPDATE snapshots SET indexed_at = '2026-05-03T02:00:00Z' WHERE device_id = $NUMBER * 2 - 1;
UPDATE runs SET snapshot_id = $NUMBER * 2 - 1 WHERE id = $NUMBER * 3 - 2;
