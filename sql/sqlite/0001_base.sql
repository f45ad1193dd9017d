-- The schema, for SQLite. Numbered, applied once each, never edited after a release.
--
-- Times are milliseconds since the epoch, words are those of proto/words.def, flags are 0 or 1.
-- The actors decide; what stands here is what must hold even if two of them believe they own the
-- same room. Tables are STRICT: a value of another type is an error, not a surprise.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    name TEXT NOT NULL CHECK (length(name) <= 256),
    email TEXT NOT NULL UNIQUE CHECK (length(email) BETWEEN 1 AND 320),
    provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
    created_ms INTEGER NOT NULL CHECK (created_ms >= 0)
) STRICT;

-- room's, but for status, end_ms, winner and result at the finish, and score_rev: scoring's.
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    host_user_id INTEGER NOT NULL REFERENCES users (id),
    password TEXT NOT NULL CHECK (length(password) BETWEEN 1 AND 64),
    status TEXT NOT NULL CHECK (status IN ('WAITING', 'ACTIVE', 'FINISHED')),
    visibility TEXT NOT NULL CHECK (visibility IN ('open', 'private')),
    difficulty TEXT NOT NULL CHECK (difficulty IN ('easy', 'medium', 'hard', 'mixed')),
    problem_count INTEGER NOT NULL CHECK (problem_count BETWEEN 1 AND 8),
    duration_ms INTEGER NOT NULL CHECK (duration_ms BETWEEN 60000 AND 18000000),
    created_ms INTEGER NOT NULL CHECK (created_ms >= 0),
    start_ms INTEGER CHECK (start_ms >= created_ms),
    end_ms INTEGER CHECK (end_ms >= created_ms AND end_ms >= start_ms),
    closed_ms INTEGER CHECK (closed_ms >= created_ms AND closed_ms >= start_ms),
    last_number INTEGER NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 20000),
    last_ms INTEGER NOT NULL DEFAULT 0 CHECK (last_ms >= 0), -- largest time stored for the room
    room_rev INTEGER NOT NULL DEFAULT 0 CHECK (room_rev >= 0),
    room_command_high INTEGER, -- the command of the last commit that room made
    room_command_low INTEGER,
    score_rev INTEGER NOT NULL DEFAULT 0 CHECK (score_rev >= 0),
    winner_user_id INTEGER REFERENCES users (id),
    result TEXT CHECK (result IN ('WIN', 'DRAW')),
    command_high INTEGER NOT NULL, -- the command that created it
    command_low INTEGER NOT NULL,
    UNIQUE (command_high, command_low),
    CHECK (status <> 'WAITING' OR (start_ms IS NULL AND end_ms IS NULL AND closed_ms IS NULL)),
    CHECK (status <> 'ACTIVE' OR (start_ms IS NOT NULL AND end_ms IS NOT NULL)),
    CHECK (status <> 'FINISHED' OR (end_ms IS NOT NULL AND closed_ms IS NOT NULL)),
    CHECK (result IS NULL OR status = 'FINISHED'),
    CHECK (COALESCE(result = 'WIN', 0) = (winner_user_id IS NOT NULL))
) STRICT;
CREATE INDEX rooms_open ON rooms (id) WHERE status <> 'FINISHED';

CREATE TABLE participants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    seat INTEGER NOT NULL CHECK (seat IN (1, 2)),
    joined_ms INTEGER NOT NULL CHECK (joined_ms >= 0),
    UNIQUE (room_id, user_id),
    UNIQUE (room_id, seat)
) STRICT;

-- A user's one open room.
CREATE TABLE open_seats (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id)
) STRICT;
CREATE INDEX open_seats_room ON open_seats (room_id);

CREATE TABLE problems (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 256),
    description TEXT NOT NULL CHECK (length(description) <= 262144),
    difficulty TEXT NOT NULL CHECK (difficulty IN ('easy', 'medium', 'hard')),
    time_limit_ms INTEGER NOT NULL CHECK (time_limit_ms > 0),
    memory_limit_mb INTEGER NOT NULL CHECK (memory_limit_mb > 0),
    output_limit_bytes INTEGER NOT NULL CHECK (output_limit_bytes > 0),
    tests_total INTEGER NOT NULL CHECK (tests_total BETWEEN 0 AND 500),
    tests_hash TEXT NOT NULL CHECK (length(tests_hash) = 64 OR tests_total = 0),
    content_hash TEXT NOT NULL CHECK (length(content_hash) = 64),
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    updated_ms INTEGER NOT NULL CHECK (updated_ms >= 0)
) STRICT;

-- ordinal: from 1, samples first. The flag stands before the contents, which may be large.
CREATE TABLE test_cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    problem_id INTEGER NOT NULL REFERENCES problems (id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 500),
    sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 512),
    input BLOB NOT NULL CHECK (length(input) <= 16777216),
    output BLOB NOT NULL CHECK (length(output) <= 16777216),
    UNIQUE (problem_id, ordinal)
) STRICT;

CREATE TABLE room_problems (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    problem_id INTEGER NOT NULL REFERENCES problems (id),
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 8),
    UNIQUE (room_id, problem_id),
    UNIQUE (room_id, position)
) STRICT;

CREATE TABLE participant_problems (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    room_id INTEGER NOT NULL,
    problem_id INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    penalty INTEGER NOT NULL DEFAULT 0 CHECK (penalty >= 0), -- wrong attempts that count
    solved INTEGER NOT NULL DEFAULT 0 CHECK (solved IN (0, 1)),
    solved_ms INTEGER,
    UNIQUE (room_id, user_id, problem_id),
    FOREIGN KEY (room_id, user_id) REFERENCES participants (room_id, user_id),
    FOREIGN KEY (room_id, problem_id) REFERENCES room_problems (room_id, problem_id),
    CHECK ((solved = 1) = (solved_ms IS NOT NULL))
) STRICT;
CREATE INDEX participant_problems_met ON participant_problems (user_id, problem_id);

-- number: strictly growing within the room. fence: which try at judging it is; retried_fence: the one
-- after which an operator had it judged again. Where several judges share a queue: queued_ms, when a
-- sweep put it back; lease_by and lease_until_ms, which judge has it in hand, and until when.
CREATE TABLE submissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    user_id INTEGER NOT NULL,
    room_id INTEGER NOT NULL,
    problem_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 20000),
    language_id INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'JUDGING', 'Accepted', 'Wrong Answer',
        'Time Limit Exceeded', 'Memory Limit Exceeded', 'Output Limit Exceeded', 'Runtime Error',
        'Compilation Error', 'Judge Error')),
    created_ms INTEGER NOT NULL CHECK (created_ms >= 0),
    judged_ms INTEGER,
    fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
    retried_fence INTEGER NOT NULL DEFAULT 0 CHECK (retried_fence BETWEEN 0 AND fence),
    queued_ms INTEGER CHECK (queued_ms >= 0),
    lease_by INTEGER,
    lease_until_ms INTEGER CHECK (lease_until_ms >= 0),
    tests_run INTEGER NOT NULL DEFAULT 0 CHECK (tests_run >= 0),
    tests_total INTEGER NOT NULL DEFAULT 0 CHECK (tests_total >= 0),
    failed_test INTEGER,
    time_ms INTEGER,
    memory_kb INTEGER,
    command_high INTEGER NOT NULL,
    command_low INTEGER NOT NULL,
    compile_output TEXT NOT NULL DEFAULT '' CHECK (length(compile_output) <= 8192),
    code TEXT NOT NULL CHECK (length(code) <= 1048576),
    UNIQUE (command_high, command_low),
    UNIQUE (room_id, number),
    FOREIGN KEY (room_id, user_id) REFERENCES participants (room_id, user_id),
    FOREIGN KEY (room_id, problem_id) REFERENCES room_problems (room_id, problem_id),
    CHECK ((status IN ('PENDING', 'JUDGING')) = (judged_ms IS NULL))
) STRICT;
CREATE INDEX submissions_by_user ON submissions (room_id, user_id);
CREATE INDEX submissions_waiting ON submissions (id) WHERE status IN ('PENDING', 'JUDGING');
CREATE INDEX submissions_waiting_in_room ON submissions (room_id)
    WHERE status IN ('PENDING', 'JUDGING');

CREATE TRIGGER submissions_one_final_verdict BEFORE UPDATE OF status ON submissions
WHEN OLD.status NOT IN ('PENDING', 'JUDGING') AND NEW.status <> OLD.status
    AND NOT (OLD.status = 'Judge Error' AND NEW.status = 'PENDING') -- an operator has it judged again
BEGIN
    SELECT RAISE(ABORT, 'a final verdict stays');
END;

CREATE TABLE contest_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    room_id INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
    solved INTEGER NOT NULL CHECK (solved BETWEEN 0 AND 8),
    penalty_s INTEGER NOT NULL CHECK (penalty_s >= 0),
    result TEXT NOT NULL CHECK (result IN ('WIN', 'LOSS', 'DRAW')),
    timestamp_ms INTEGER NOT NULL CHECK (timestamp_ms >= 0),
    UNIQUE (room_id, user_id, revision),
    FOREIGN KEY (room_id, user_id) REFERENCES participants (room_id, user_id)
) STRICT;
CREATE INDEX contest_history_by_user ON contest_history (user_id);

-- Which process holds which partitions of which actor.
CREATE TABLE partition_claims (
    actor TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 32),
    partition INTEGER NOT NULL CHECK (partition BETWEEN 0 AND 63),
    process TEXT NOT NULL CHECK (length(process) BETWEEN 1 AND 256),
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    renewed_ms INTEGER NOT NULL CHECK (renewed_ms >= 0),
    PRIMARY KEY (actor, partition)
) STRICT, WITHOUT ROWID;
