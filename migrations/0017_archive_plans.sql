-- Archives that are made by themselves: plans, of which each says of what, when and how many of
-- them are kept. There are few, so they are read whole.

CREATE TABLE archive_plans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Of which site. NULL: of everything.
    site_id bigint REFERENCES sites (id),
    -- What goes into one, as in archives.
    history text NOT NULL
        CONSTRAINT archive_plans_history_known CHECK (history IN ('whole', 'newest')),
    contents text NOT NULL
        CONSTRAINT archive_plans_contents_known CHECK (contents IN ('everything', 'configurations')),
    secrets text NOT NULL
        CONSTRAINT archive_plans_secrets_known CHECK (secrets IN ('exact', 'masked')),
    comment text NOT NULL DEFAULT '' CONSTRAINT archive_plans_comment_short CHECK (length(comment) <= 500),
    -- As in schedules; `off`: none is made by itself.
    rhythm text NOT NULL
        CONSTRAINT archive_plans_rhythm_known CHECK (rhythm ~ '^(off$|(hourly|daily|weekly|cron) )'),
    -- IANA name. NULL: that of its site, or UTC.
    timezone text,
    -- How many of its archives are kept; above that the oldest go.
    keep integer NOT NULL CONSTRAINT archive_plans_keep_bounded CHECK (keep BETWEEN 1 AND 100),
    -- When the next one is due. NULL: to be reckoned by the scheduler, or it is off.
    due_at timestamptz
);

ALTER TABLE archives
    -- The plan that asked for it. NULL: a person did, or the plan was deleted.
    ADD COLUMN plan_id bigint REFERENCES archive_plans (id) ON DELETE SET NULL,
    -- When it was due by its plan.
    ADD COLUMN due_at timestamptz;

-- One archive per plan and due time, whoever reckons it. Serves the archives of a plan, too.
CREATE UNIQUE INDEX archives_planned_once ON archives (plan_id, due_at);
