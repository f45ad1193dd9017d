-- Rejudging: submissions are judged again, and an operator who has seen what that would change applies
-- it, or discards it. DECISIONS.md says who does what.

-- What was asked for: all final verdicts of a problem, of a room, or one submission's; of those received
-- from since_ms on and before until_ms. 'judging' lasts until it is applied or discarded; whether there is
-- anything left to be judged its trials tell. reason: an operator's, for those who read it later.
CREATE TABLE rejudgings (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    made_ms INTEGER NOT NULL CHECK (made_ms >= 0),
    problem_id INTEGER REFERENCES problems (id),
    room_id INTEGER REFERENCES rooms (id),
    submission_id INTEGER REFERENCES submissions (id),
    since_ms INTEGER NOT NULL CHECK (since_ms >= 0),
    until_ms INTEGER NOT NULL CHECK (until_ms >= since_ms),
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 256),
    state TEXT NOT NULL CHECK (state IN ('judging', 'applying', 'applied', 'discarded')),
    ended_ms INTEGER CHECK (ended_ms >= 0),
    CHECK ((problem_id IS NULL) + (room_id IS NULL) + (submission_id IS NULL) = 2),
    CHECK ((state IN ('applied', 'discarded')) = (ended_ms IS NOT NULL))
) STRICT;
CREATE INDEX rejudgings_open ON rejudgings (id) WHERE state IN ('judging', 'applying');
CREATE INDEX rejudgings_applying ON rejudgings (id) WHERE state = 'applying';

-- Each room is done once: in the commit that changes it. changed: how many verdicts.
CREATE TABLE rejudging_rooms (
    rejudging_id INTEGER NOT NULL REFERENCES rejudgings (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    changed INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0),
    done_ms INTEGER CHECK (done_ms >= 0),
    PRIMARY KEY (rejudging_id, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_problems_by_problem ON room_problems (problem_id);
CREATE INDEX rejudging_rooms_left ON rejudging_rooms (rejudging_id, room_id) WHERE done_ms IS NULL;

-- A trial that belongs to a rejudging judges a submission again. was: its verdict when the rejudging was
-- made; became: the one that the rejudging gave it, in its room's commit.
ALTER TABLE trials ADD COLUMN was TEXT;
ALTER TABLE trials ADD COLUMN became TEXT;
CREATE INDEX trials_of_rejudging ON trials (rejudging_id, room_id) WHERE rejudging_id IS NOT NULL;

-- A finished contest's result follows by a new revision; this says whose.
ALTER TABLE contest_history ADD COLUMN rejudging_id INTEGER REFERENCES rejudgings (id);

-- A final verdict stays, but for an operator: he has a Judge Error judged again, or applies a rejudging.
DROP TRIGGER submissions_one_final_verdict;
CREATE TRIGGER submissions_one_final_verdict BEFORE UPDATE OF status ON submissions
WHEN OLD.status NOT IN ('PENDING', 'JUDGING') AND NEW.status <> OLD.status
    AND NOT (OLD.status = 'Judge Error' AND NEW.status = 'PENDING')
    AND NOT EXISTS (SELECT 1 FROM rejudgings j JOIN trials t ON t.rejudging_id = j.id
        WHERE j.state = 'applying' AND t.room_id = OLD.room_id AND t.submission_id = OLD.id
        AND t.was = OLD.status AND t.became = NEW.status)
BEGIN
    SELECT RAISE(ABORT, 'a final verdict stays');
END;
