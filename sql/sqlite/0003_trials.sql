-- Judgings beside the contest: runs on samples or on one's own input, and an operator's rejudgings.

-- kind run: a contestant's, with code, and an input unless it is of the samples. kind rejudge: of a
-- submission, whose code it is. fence, queued_ms, lease_by, lease_until_ms as with submissions. A
-- user's old runs are deleted when he makes another one, and everybody's when they are a day old.
CREATE TABLE trials (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    kind TEXT NOT NULL CHECK (kind IN ('run', 'rejudge')),
    user_id INTEGER NOT NULL REFERENCES users (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    problem_id INTEGER NOT NULL REFERENCES problems (id),
    submission_id INTEGER REFERENCES submissions (id),
    rejudging_id INTEGER,
    language_id INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'JUDGING', 'Accepted', 'Wrong Answer',
        'Time Limit Exceeded', 'Memory Limit Exceeded', 'Output Limit Exceeded', 'Runtime Error',
        'Compilation Error', 'Judge Error')),
    created_ms INTEGER NOT NULL CHECK (created_ms >= 0),
    judged_ms INTEGER CHECK (judged_ms >= created_ms),
    fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
    queued_ms INTEGER CHECK (queued_ms >= 0),
    lease_by INTEGER,
    lease_until_ms INTEGER CHECK (lease_until_ms >= 0),
    tests_run INTEGER NOT NULL DEFAULT 0 CHECK (tests_run >= 0),
    tests_total INTEGER NOT NULL DEFAULT 0 CHECK (tests_total >= 0),
    failed_test INTEGER,
    time_ms INTEGER,
    memory_kb INTEGER,
    command_high INTEGER, -- of a run
    command_low INTEGER,
    compile_output TEXT NOT NULL DEFAULT '' CHECK (length(compile_output) <= 8192),
    input TEXT CHECK (length(input) <= 65536),
    code TEXT CHECK (length(code) <= 1048576),
    UNIQUE (command_high, command_low),
    CHECK ((status IN ('PENDING', 'JUDGING')) = (judged_ms IS NULL)),
    CHECK ((kind = 'run') = (code IS NOT NULL)),
    CHECK ((kind = 'run') = (submission_id IS NULL)),
    CHECK ((kind = 'run') = (command_high IS NOT NULL AND command_low IS NOT NULL)),
    CHECK (kind = 'run' OR input IS NULL)
) STRICT;
CREATE INDEX trials_waiting ON trials (id) WHERE status IN ('PENDING', 'JUDGING');
CREATE INDEX trials_runs_of ON trials (user_id, id) WHERE kind = 'run';
CREATE INDEX trials_runs_by_age ON trials (created_ms) WHERE kind = 'run';
CREATE INDEX trials_by_submission ON trials (submission_id) WHERE kind = 'rejudge';

CREATE TRIGGER trials_one_final_verdict BEFORE UPDATE OF status ON trials
WHEN OLD.status NOT IN ('PENDING', 'JUDGING') AND NEW.status <> OLD.status
BEGIN
    SELECT RAISE(ABORT, 'a final verdict stays');
END;

-- What a run's program did with each input.
CREATE TABLE trial_tests (
    trial_id INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
    test INTEGER NOT NULL CHECK (test BETWEEN 1 AND 500),
    status TEXT NOT NULL CHECK (status IN ('Accepted', 'Wrong Answer', 'Time Limit Exceeded',
        'Memory Limit Exceeded', 'Output Limit Exceeded', 'Runtime Error')),
    time_ms INTEGER,
    memory_kb INTEGER,
    exit_code INTEGER,
    signal INTEGER,
    cut INTEGER NOT NULL CHECK (cut IN (0, 1)),
    output TEXT NOT NULL CHECK (length(output) <= 49152),
    expected TEXT NOT NULL CHECK (length(expected) <= 49152),
    errors TEXT NOT NULL CHECK (length(errors) <= 49152),
    PRIMARY KEY (trial_id, test)
) STRICT, WITHOUT ROWID;
