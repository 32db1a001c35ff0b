-- Since when a device is due on the days on which it is due now. A report of a past month counts the days on which
-- a backup was due; a schedule that was changed meanwhile would have it blame a device for days on
-- which nothing was asked of it.

ALTER TABLE devices
    -- When its schedule became another, or the days of its schedule did. Before that nobody knows
    -- on which days it was due, as of what was there before this column.
    ADD COLUMN schedule_since timestamptz NOT NULL DEFAULT now();
