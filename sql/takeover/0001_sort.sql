-- Sorts what was found in the earlier backend's database, in SQLite, in a file of its own that only
-- `codecomp migrate --from` has. Nothing here touches either database.
--
--   found_*      in    each table as it was read, in its order there (row); what is no number where
--                      one belongs is NULL; columns that are missing there are NULL
--   left_out     out   what can't be taken, and why
--   mended       out   what is taken with something changed, and what
--   users …      out   what is taken, in our schema's columns
--
-- The earlier backend had no constraints: nothing is assumed of found_*. Whatever is decided here
-- is decided by the rows alone, in the order of ids, so a second run decides the same.

CREATE TABLE left_out (source TEXT NOT NULL, id INTEGER, why TEXT NOT NULL);
CREATE TABLE mended (source TEXT NOT NULL, id INTEGER, what TEXT NOT NULL);

-- ids: below 2^52, so that those after the largest one still fit

-- ---- users -------------------------------------------------------------------------------------

CREATE TABLE sorted_users AS
SELECT *, CASE
    WHEN COALESCE(id NOT BETWEEN 1 AND 4503599627370496, 1) THEN 'it has no usable id'
    WHEN row_number() OVER (PARTITION BY id ORDER BY row) > 1 THEN 'an earlier row has the same id'
    END AS why
FROM found_users;
INSERT INTO left_out SELECT 'users', id, why FROM sorted_users WHERE why IS NOT NULL ORDER BY row;

-- Of several users with one email the one with the lowest id keeps it. Nobody can own an address in
-- .invalid (RFC 2606), so no provider will ever vouch for one.
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, provider TEXT, created_ms INTEGER);
INSERT INTO users
SELECT id,
    CASE WHEN TRIM(COALESCE(name, '')) = '' THEN 'Player ' || id
         WHEN length(CAST(name AS BLOB)) > 256 THEN substr(name, 1, 64) ELSE name END,
    CASE WHEN flaw IS NULL THEN email ELSE 'user' || id || '@takeover.invalid' END,
    CASE WHEN COALESCE(provider, '') = '' OR length(provider) > 64 THEN 'GOOGLE' ELSE provider END,
    COALESCE(created_ms, 0)
FROM (SELECT *, CASE
        WHEN TRIM(COALESCE(email, '')) = '' THEN 'none'
        WHEN length(CAST(email AS BLOB)) > 320 OR email LIKE '%@takeover.invalid' THEN 'unusable'
        WHEN row_number() OVER (PARTITION BY email ORDER BY id) > 1 THEN 'of another'
        END AS flaw
    FROM sorted_users WHERE why IS NULL);
INSERT INTO mended
SELECT 'users', u.id,
    'it has no email of its own: ' || u.email || ' stands for it, and nobody can log in with that'
FROM users u JOIN sorted_users s ON s.id = u.id AND s.why IS NULL
WHERE u.email IS NOT s.email ORDER BY u.id;
INSERT INTO mended
SELECT 'users', u.id, 'it has no usable name: it is called ' || u.name
FROM users u JOIN sorted_users s ON s.id = u.id AND s.why IS NULL
WHERE u.name IS NOT s.name ORDER BY u.id;

-- ---- problems and their tests --------------------------------------------------------------------

CREATE TABLE sorted_problems AS
SELECT *, CASE
    WHEN COALESCE(id NOT BETWEEN 1 AND 4503599627370496, 1) THEN 'it has no usable id'
    WHEN row_number() OVER (PARTITION BY id ORDER BY row) > 1 THEN 'an earlier row has the same id'
    END AS why
FROM found_problems;
INSERT INTO left_out SELECT 'problems', id, why FROM sorted_problems WHERE why IS NOT NULL ORDER BY row;

-- Where nothing is said: the limits that the earlier backend's judge had by default, and more memory,
-- since ours counts all of a program's. tests_* and content_hash are filled in after the tests.
CREATE TABLE problems (id INTEGER PRIMARY KEY, slug TEXT, title TEXT, description TEXT, difficulty TEXT,
    time_limit_ms INTEGER, memory_limit_mb INTEGER, tests_total INTEGER DEFAULT 0,
    tests_hash TEXT DEFAULT '', content_hash TEXT DEFAULT '');
INSERT INTO problems (id, slug, title, description, difficulty, time_limit_ms, memory_limit_mb)
SELECT id, 'takeover-' || id,
    CASE WHEN TRIM(COALESCE(title, '')) = '' THEN 'Problem ' || id
         WHEN length(CAST(title AS BLOB)) > 256 THEN substr(title, 1, 64) ELSE title END,
    CASE WHEN length(CAST(description AS BLOB)) > 262144 THEN substr(description, 1, 65536)
         ELSE COALESCE(description, '') END,
    CASE WHEN lower(TRIM(difficulty)) IN ('easy', 'medium', 'hard') THEN lower(TRIM(difficulty))
         ELSE 'medium' END,
    CASE WHEN time_limit_ms BETWEEN 1 AND 60000 THEN time_limit_ms ELSE 5000 END,
    CASE WHEN memory_limit_mb BETWEEN 1 AND 4096 THEN memory_limit_mb ELSE 256 END
FROM sorted_problems WHERE why IS NULL;
INSERT INTO mended
SELECT 'problems', p.id, CASE WHEN s.title IS NOT p.title THEN 'its title is now "' || p.title || '"'
    ELSE 'its description is cut to 65536 characters' END
FROM problems p JOIN sorted_problems s ON s.id = p.id AND s.why IS NULL
WHERE s.title IS NOT p.title OR length(s.description) > length(p.description) ORDER BY p.id;

-- Samples first. Without a column that says so, none is one: what was secret stays secret.
CREATE TABLE sorted_test_cases AS
SELECT *, CASE
    WHEN why IS NULL AND row_number() OVER (PARTITION BY problem_id, why IS NULL ORDER BY place, id, row) > 500
    THEN 'its problem has 500 tests without it' ELSE why END AS why_not,
    row_number() OVER (PARTITION BY problem_id, why IS NULL ORDER BY place, id, row) AS ordinal,
    row_number() OVER (PARTITION BY problem_id, why IS NULL, place ORDER BY id, row) <= 16
        AND place = 0 AS shown
FROM (SELECT row, id, problem_id, CASE WHEN sample = 1 THEN 0 ELSE 1 END AS place, CASE
        WHEN problem_id IS NULL OR problem_id NOT IN (SELECT id FROM problems)
            THEN 'its problem is not there'
        WHEN output IS NULL THEN 'it has no expected output'
        WHEN length(output) > 16777216 OR length(input) > 16777216 THEN 'it is larger than 16 MiB'
        WHEN id BETWEEN 1 AND 4503599627370496
            AND row_number() OVER (PARTITION BY id ORDER BY row) > 1 THEN 'an earlier row has the same id'
        END AS why
    FROM found_test_cases);
INSERT INTO left_out
SELECT 'test_cases', id, why_not FROM sorted_test_cases WHERE why_not IS NOT NULL ORDER BY row;
CREATE TABLE test_cases (id INTEGER PRIMARY KEY, problem_id INTEGER, ordinal INTEGER, sample INTEGER,
    found INTEGER);
INSERT INTO test_cases (id, problem_id, ordinal, sample, found)
SELECT id, problem_id, ordinal, shown, row FROM sorted_test_cases
WHERE why_not IS NULL AND id BETWEEN 1 AND 4503599627370496 ORDER BY id;
INSERT INTO test_cases (problem_id, ordinal, sample, found)
SELECT problem_id, ordinal, shown, row FROM sorted_test_cases
WHERE why_not IS NULL AND COALESCE(id NOT BETWEEN 1 AND 4503599627370496, 1) ORDER BY row;
CREATE UNIQUE INDEX test_cases_order ON test_cases (problem_id, ordinal);
INSERT INTO mended
SELECT 'problems', id, 'it has no test: no contest will draw it' FROM problems
WHERE id NOT IN (SELECT problem_id FROM test_cases) ORDER BY id;

-- ---- rooms: which, and who sits where --------------------------------------------------------------

-- The result words that the earlier backend wrote, and others that mean the same.
CREATE TABLE result_words (theirs TEXT PRIMARY KEY, ours TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO result_words VALUES ('win', 'WIN'), ('won', 'WIN'), ('loss', 'LOSS'), ('lose', 'LOSS'),
    ('lost', 'LOSS'), ('draw', 'DRAW'), ('tie', 'DRAW');

CREATE TABLE room_ids (id INTEGER PRIMARY KEY, row INTEGER);
INSERT INTO room_ids SELECT id, MIN(row) FROM found_rooms WHERE id BETWEEN 1 AND 4503599627370496
    GROUP BY id;

-- The room's host, who has a result of it, and who is listed in it. A room has two seats: the host's,
-- and of the others it is the one who has a result, or came first.
CREATE TABLE in_rooms AS
SELECT room_id, user_id, MAX(host) AS host, MAX(ended) AS ended, MIN(row) AS row FROM (
    SELECT r.id AS room_id, f.host_user_id AS user_id, 1 AS host, 0 AS ended, NULL AS row
        FROM room_ids r JOIN found_rooms f ON f.row = r.row
    UNION ALL SELECT room_id, user_id, 0, 1, NULL FROM found_contest_history
        WHERE lower(TRIM(result)) IN (SELECT theirs FROM result_words)
    UNION ALL SELECT room_id, user_id, 0, 0, row FROM found_participants)
WHERE room_id IN (SELECT id FROM room_ids) AND user_id IN (SELECT id FROM users)
GROUP BY room_id, user_id;
CREATE TABLE seats AS
SELECT room_id, user_id, row, host, row_number() OVER
    (PARTITION BY room_id ORDER BY host DESC, ended DESC, row IS NULL, row, user_id) AS seat
FROM in_rooms;
DELETE FROM seats WHERE seat > 2;
CREATE UNIQUE INDEX seats_by_room ON seats (room_id, user_id);

INSERT INTO left_out
SELECT 'rooms', id, CASE
    WHEN COALESCE(id NOT BETWEEN 1 AND 4503599627370496, 1) THEN 'it has no usable id'
    WHEN row NOT IN (SELECT row FROM room_ids) THEN 'an earlier row has the same id'
    ELSE 'neither its host nor anybody in it is there' END
FROM found_rooms
WHERE row NOT IN (SELECT row FROM room_ids) OR id NOT IN (SELECT room_id FROM seats) ORDER BY row;
DELETE FROM room_ids WHERE id NOT IN (SELECT room_id FROM seats);

CREATE TABLE sorted_participants AS
SELECT f.row, f.id, f.room_id, f.user_id, CASE
    WHEN f.room_id IS NULL OR f.room_id NOT IN (SELECT id FROM room_ids) THEN 'its room is not there'
    WHEN f.user_id IS NULL OR f.user_id NOT IN (SELECT id FROM users) THEN 'its user is not there'
    WHEN s.seat IS NULL THEN 'two others have its room''s seats'
    WHEN s.row <> f.row THEN 'an earlier row seats the same user there'
    END AS why,
    COALESCE(f.id BETWEEN 1 AND 4503599627370496, 0)
        AND row_number() OVER (PARTITION BY f.id ORDER BY f.row) = 1 AS own_id
FROM found_participants f LEFT JOIN seats s ON s.room_id = f.room_id AND s.user_id = f.user_id;
INSERT INTO left_out
SELECT 'participants', id, why FROM sorted_participants WHERE why IS NOT NULL ORDER BY row;
CREATE TABLE participants (id INTEGER PRIMARY KEY, room_id INTEGER, user_id INTEGER, seat INTEGER);
INSERT INTO participants
SELECT f.id, s.room_id, s.user_id, s.seat FROM seats s JOIN sorted_participants f ON f.row = s.row
WHERE f.own_id AND f.why IS NULL ORDER BY f.id;
INSERT INTO participants (room_id, user_id, seat)
SELECT room_id, user_id, seat FROM seats s WHERE NOT EXISTS
    (SELECT 1 FROM participants p WHERE p.room_id = s.room_id AND p.user_id = s.user_id)
ORDER BY room_id, seat;
INSERT INTO mended
SELECT 'rooms', room_id, 'user ' || user_id || ' was not listed in it, but was its host or has a result of it'
FROM seats WHERE row IS NULL ORDER BY room_id, seat;
INSERT INTO mended
SELECT 'rooms', room_id, 'its host is not there: user ' || user_id || ' takes that place'
FROM seats WHERE seat = 1 AND NOT host ORDER BY room_id;

-- ---- what was played -------------------------------------------------------------------------------

CREATE TABLE sorted_room_problems AS
SELECT *, CASE WHEN why IS NULL AND position > 7 THEN 'its room has eight problems without it' ELSE why
    END AS why_not
FROM (SELECT *, row_number() OVER (PARTITION BY room_id, why IS NULL ORDER BY id, row) - 1 AS position
    FROM (SELECT row, id, room_id, problem_id, CASE
            WHEN room_id IS NULL OR room_id NOT IN (SELECT id FROM room_ids) THEN 'its room is not there'
            WHEN problem_id IS NULL OR problem_id NOT IN (SELECT id FROM problems)
                THEN 'its problem is not there'
            WHEN row_number() OVER (PARTITION BY room_id, problem_id ORDER BY id, row) > 1
                THEN 'an earlier row gives its room the same problem'
            END AS why,
            COALESCE(id BETWEEN 1 AND 4503599627370496, 0)
                AND row_number() OVER (PARTITION BY id ORDER BY row) = 1 AS own_id
        FROM found_room_problems));
INSERT INTO left_out
SELECT 'room_problems', id, why_not FROM sorted_room_problems WHERE why_not IS NOT NULL ORDER BY row;
CREATE TABLE room_problems (id INTEGER PRIMARY KEY, room_id INTEGER, problem_id INTEGER, position INTEGER);
INSERT INTO room_problems SELECT id, room_id, problem_id, position FROM sorted_room_problems
WHERE why_not IS NULL AND own_id ORDER BY id;
INSERT INTO room_problems (room_id, problem_id, position)
SELECT room_id, problem_id, position FROM sorted_room_problems WHERE why_not IS NULL AND NOT own_id ORDER BY row;
CREATE UNIQUE INDEX room_problems_by_room ON room_problems (room_id, problem_id);

-- ---- how it ended ------------------------------------------------------------------------------------

CREATE TABLE sorted_contest_history AS
SELECT f.row, f.id, f.user_id, f.room_id, f.solved, f.penalty, w.ours AS result, f.timestamp_ms, CASE
    WHEN COALESCE(f.id NOT BETWEEN 1 AND 4503599627370496, 1) THEN 'it has no usable id'
    WHEN row_number() OVER (PARTITION BY f.id ORDER BY f.row) > 1 THEN 'an earlier row has the same id'
    WHEN f.room_id IS NULL OR f.room_id NOT IN (SELECT id FROM room_ids) THEN 'its room is not there'
    WHEN f.user_id IS NULL OR f.user_id NOT IN (SELECT id FROM users) THEN 'its user is not there'
    WHEN w.ours IS NULL THEN 'its result is no word that we know'
    WHEN s.seat IS NULL THEN 'two others have its room''s seats'
    END AS why
FROM found_contest_history f
LEFT JOIN seats s ON s.room_id = f.room_id AND s.user_id = f.user_id
LEFT JOIN result_words w ON w.theirs = lower(TRIM(f.result));
UPDATE sorted_contest_history SET why = 'an earlier row has the same user''s result there'
WHERE why IS NULL AND row IN (SELECT row FROM (SELECT row, row_number() OVER
    (PARTITION BY room_id, user_id ORDER BY id) AS nth FROM sorted_contest_history WHERE why IS NULL)
    WHERE nth > 1);
INSERT INTO left_out
SELECT 'contest_history', id, why FROM sorted_contest_history WHERE why IS NOT NULL ORDER BY row;
CREATE TABLE contest_history (id INTEGER PRIMARY KEY, user_id INTEGER, room_id INTEGER, solved INTEGER,
    penalty_s INTEGER, result TEXT, timestamp_ms INTEGER);
INSERT INTO contest_history
SELECT id, user_id, room_id, CASE WHEN solved BETWEEN 0 AND 8 THEN solved ELSE 0 END,
    CASE WHEN penalty BETWEEN 0 AND 4503599627370496 THEN penalty ELSE 0 END, result, timestamp_ms
FROM sorted_contest_history WHERE why IS NULL;
CREATE INDEX contest_history_by_room ON contest_history (room_id);
INSERT INTO mended
SELECT 'contest_history', h.id, 'its solved or penalty is no number that can be: it counts as 0'
FROM contest_history h JOIN sorted_contest_history s ON s.id = h.id AND s.why IS NULL
WHERE h.solved IS NOT s.solved OR h.penalty_s IS NOT s.penalty ORDER BY h.id;

-- ---- rooms: what became of them ------------------------------------------------------------------------

-- The newest time that is known stands where a time is needed and none is known.
CREATE TABLE newest AS SELECT COALESCE(MAX(at), 0) AS at FROM (
    SELECT MAX(start_ms) AS at FROM found_rooms UNION ALL SELECT MAX(end_ms) FROM found_rooms
    UNION ALL SELECT MAX(created_ms) FROM found_app_submissions
    UNION ALL SELECT MAX(judged_ms) FROM found_app_submissions
    UNION ALL SELECT MAX(timestamp_ms) FROM found_contest_history
    UNION ALL SELECT MAX(solved_ms) FROM found_participant_problems);

CREATE TABLE first_submissions (room_id INTEGER PRIMARY KEY, at INTEGER);
INSERT INTO first_submissions
SELECT room_id, MIN(created_ms) FROM found_app_submissions
WHERE room_id IN (SELECT id FROM room_ids) GROUP BY room_id;

-- A contest was decided when somebody has a result of it; then it had two participants, problems and a
-- beginning. Every other room is taken as one that was abandoned before its start: no result is made up.
-- Both said to have won is a draw of the room's; what stands in their histories stays.
CREATE TABLE decided AS
SELECT r.id, f.row,
    CASE WHEN f.duration_ms BETWEEN 60000 AND 18000000 THEN f.duration_ms ELSE 600000 END AS duration_ms,
    COALESCE(f.start_ms, s.at, h.at - CASE WHEN f.duration_ms BETWEEN 60000 AND 18000000
        THEN f.duration_ms ELSE 600000 END) AS start_ms,
    h.at AS decided_ms,
    CASE WHEN h.wins = 1 THEN h.winner
         WHEN h.wins = 0 AND h.draws = 0 AND h.losses = 1 THEN
            (SELECT user_id FROM seats o WHERE o.room_id = r.id AND o.user_id <> h.loser) END AS winner
FROM room_ids r JOIN found_rooms f ON f.row = r.row
JOIN (SELECT room_id, MAX(timestamp_ms) AS at, SUM(result = 'WIN') AS wins, SUM(result = 'DRAW') AS draws,
        SUM(result = 'LOSS') AS losses, MAX(CASE WHEN result = 'WIN' THEN user_id END) AS winner,
        MAX(CASE WHEN result = 'LOSS' THEN user_id END) AS loser
    FROM contest_history GROUP BY room_id) h ON h.room_id = r.id
LEFT JOIN first_submissions s ON s.room_id = r.id
WHERE (SELECT COUNT(*) FROM seats o WHERE o.room_id = r.id) = 2
AND EXISTS (SELECT 1 FROM room_problems p WHERE p.room_id = r.id);
DELETE FROM decided WHERE COALESCE(start_ms < 0, 1);
CREATE UNIQUE INDEX decided_by_id ON decided (id);

CREATE TABLE rooms (id INTEGER PRIMARY KEY, host_user_id INTEGER, password TEXT, problem_count INTEGER,
    duration_ms INTEGER, created_ms INTEGER, start_ms INTEGER, end_ms INTEGER, winner INTEGER,
    result TEXT, last_number INTEGER DEFAULT 0);
INSERT INTO rooms (id, host_user_id, password, problem_count, duration_ms, created_ms, start_ms, end_ms,
    winner, result)
SELECT r.id, s.user_id,
    CASE WHEN COALESCE(f.password, '') = '' THEN 'none' ELSE substr(f.password, 1, 64) END,
    MAX(1, (SELECT COUNT(*) FROM room_problems p WHERE p.room_id = r.id)),
    COALESCE(d.duration_ms, CASE WHEN f.duration_ms BETWEEN 60000 AND 18000000 THEN f.duration_ms
        ELSE 600000 END),
    COALESCE(d.start_ms, f.start_ms, n.at), d.start_ms,
    CASE WHEN d.id IS NULL THEN MAX(COALESCE(f.start_ms, n.at), COALESCE(f.end_ms, 0))
         WHEN f.end_ms >= d.start_ms THEN f.end_ms
         WHEN d.decided_ms >= d.start_ms THEN d.decided_ms
         ELSE d.start_ms + d.duration_ms END,
    d.winner,
    CASE WHEN d.winner IS NOT NULL THEN 'WIN' WHEN d.id IS NOT NULL THEN 'DRAW' END
FROM room_ids r JOIN found_rooms f ON f.row = r.row JOIN seats s ON s.room_id = r.id AND s.seat = 1
CROSS JOIN newest n LEFT JOIN decided d ON d.id = r.id;
INSERT INTO mended
SELECT 'rooms', r.id, CASE
    WHEN EXISTS (SELECT 1 FROM contest_history h WHERE h.room_id = r.id)
        THEN 'it lacks participants, problems or times: its results stay, the contest itself does not'
    ELSE 'it was never decided: it counts as abandoned, without a result' END
FROM rooms r WHERE r.start_ms IS NULL ORDER BY r.id;
INSERT INTO mended
SELECT 'rooms', r.id, 'more than one says that it won: the room counts as a draw' FROM rooms r
WHERE (SELECT COUNT(*) FROM contest_history h WHERE h.room_id = r.id AND h.result = 'WIN') > 1 ORDER BY r.id;
UPDATE contest_history SET timestamp_ms = (SELECT end_ms FROM rooms r WHERE r.id = room_id)
WHERE timestamp_ms IS NULL;

-- ---- submissions -----------------------------------------------------------------------------------------

-- The judge's words and numbers of statuses, in lower case, _ as blank, without what stands in brackets.
CREATE TABLE verdict_words (theirs TEXT PRIMARY KEY, ours TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO verdict_words VALUES
    ('accepted', 'Accepted'), ('ac', 'Accepted'), ('3', 'Accepted'),
    ('wrong answer', 'Wrong Answer'), ('wa', 'Wrong Answer'), ('4', 'Wrong Answer'),
    ('time limit exceeded', 'Time Limit Exceeded'), ('tle', 'Time Limit Exceeded'),
    ('5', 'Time Limit Exceeded'),
    ('memory limit exceeded', 'Memory Limit Exceeded'), ('mle', 'Memory Limit Exceeded'),
    ('output limit exceeded', 'Output Limit Exceeded'), ('ole', 'Output Limit Exceeded'),
    ('compilation error', 'Compilation Error'), ('compile error', 'Compilation Error'),
    ('ce', 'Compilation Error'), ('6', 'Compilation Error'),
    ('runtime error', 'Runtime Error'), ('re', 'Runtime Error'), ('7', 'Runtime Error'),
    ('8', 'Runtime Error'), ('9', 'Runtime Error'), ('10', 'Runtime Error'), ('11', 'Runtime Error'),
    ('12', 'Runtime Error'), ('exec format error', 'Runtime Error'), ('14', 'Runtime Error'),
    ('internal error', 'Judge Error'), ('judge error', 'Judge Error'), ('13', 'Judge Error');

CREATE TABLE sorted_submissions AS
SELECT f.row, f.id, f.user_id, f.room_id, f.problem_id, f.language_id, f.judged_ms,
    MIN(MAX(COALESCE(f.created_ms, f.judged_ms, 0), r.start_ms), r.end_ms,
        r.start_ms + r.duration_ms - 1) AS created_ms,
    f.created_ms AS found_ms, f.status AS word, w.ours AS verdict, CASE
    WHEN COALESCE(f.id NOT BETWEEN 1 AND 4503599627370496, 1) THEN 'it has no usable id'
    WHEN row_number() OVER (PARTITION BY f.id ORDER BY f.row) > 1 THEN 'an earlier row has the same id'
    WHEN r.id IS NULL THEN 'its room is not there'
    WHEN f.user_id IS NULL OR f.user_id NOT IN (SELECT id FROM users) THEN 'its user is not there'
    WHEN s.seat IS NULL THEN 'its user has no seat in its room'
    WHEN r.start_ms IS NULL THEN 'its room''s contest was never decided'
    WHEN p.id IS NULL THEN 'its problem is not one of its room''s'
    END AS why
FROM (SELECT row, id, user_id, room_id, problem_id, language_id, judged_ms, created_ms, status,
        lower(TRIM(replace(substr(status, 1, CASE instr(status, '(') WHEN 0 THEN 64 ELSE instr(status, '(') - 1
            END), '_', ' '))) AS theirs FROM found_app_submissions) f
LEFT JOIN rooms r ON r.id = f.room_id
LEFT JOIN seats s ON s.room_id = f.room_id AND s.user_id = f.user_id
LEFT JOIN room_problems p ON p.room_id = f.room_id AND p.problem_id = f.problem_id
LEFT JOIN verdict_words w ON w.theirs = f.theirs;
CREATE TABLE submissions (id INTEGER PRIMARY KEY, user_id INTEGER, room_id INTEGER, problem_id INTEGER,
    number INTEGER, language_id INTEGER, status TEXT, created_ms INTEGER, judged_ms INTEGER, found INTEGER);
INSERT INTO submissions
SELECT id, user_id, room_id, problem_id,
    row_number() OVER (PARTITION BY room_id ORDER BY created_ms, id), COALESCE(language_id, 0),
    COALESCE(verdict, 'Judge Error'), created_ms, MAX(COALESCE(judged_ms, created_ms), created_ms), row
FROM sorted_submissions WHERE why IS NULL;
UPDATE sorted_submissions SET why = 'its room has 20000 submissions without it'
WHERE why IS NULL AND id IN (SELECT id FROM submissions WHERE number > 20000);
DELETE FROM submissions WHERE number > 20000;
INSERT INTO left_out
SELECT 'app_submissions', id, why FROM sorted_submissions WHERE why IS NOT NULL ORDER BY row;
UPDATE rooms SET last_number = n FROM
    (SELECT room_id, MAX(number) AS n FROM submissions GROUP BY room_id) WHERE room_id = id;
INSERT INTO mended
SELECT 'app_submissions', id, CASE WHEN TRIM(COALESCE(word, '')) = '' THEN 'it has no verdict: Judge Error'
    ELSE '"' || word || '" is no verdict that we know: Judge Error' END
FROM sorted_submissions WHERE why IS NULL AND verdict IS NULL ORDER BY id;
INSERT INTO mended
SELECT 'app_submissions', id, CASE WHEN found_ms IS NULL THEN 'it has no time: it counts as of ' || created_ms
    ELSE 'its time is outside its contest: it counts as of ' || created_ms END
FROM sorted_submissions WHERE why IS NULL AND found_ms IS NOT created_ms ORDER BY id;
INSERT INTO mended
SELECT 'app_submissions', s.id, 'its code is cut to 262144 characters'
FROM submissions s JOIN found_app_submissions f ON f.row = s.found
WHERE length(CAST(f.code AS BLOB)) > 1048576 ORDER BY s.id;

-- ---- how far each came -------------------------------------------------------------------------------------

CREATE TABLE sorted_participant_problems AS
SELECT f.*, CASE
    WHEN f.room_id IS NULL OR f.room_id NOT IN (SELECT id FROM rooms) THEN 'its room is not there'
    WHEN f.user_id IS NULL OR f.user_id NOT IN (SELECT id FROM users) THEN 'its user is not there'
    WHEN s.seat IS NULL THEN 'its user has no seat in its room'
    WHEN p.id IS NULL THEN 'its problem is not one of its room''s'
    WHEN row_number() OVER (PARTITION BY f.room_id, f.user_id, f.problem_id
        ORDER BY COALESCE(f.solved, 0) DESC, f.id, f.row) > 1
        THEN 'another row tells of the same user and problem there'
    END AS why,
    COALESCE(f.id BETWEEN 1 AND 4503599627370496, 0)
        AND row_number() OVER (PARTITION BY f.id ORDER BY f.row) = 1 AS own_id
FROM found_participant_problems f
LEFT JOIN seats s ON s.room_id = f.room_id AND s.user_id = f.user_id
LEFT JOIN room_problems p ON p.room_id = f.room_id AND p.problem_id = f.problem_id;
INSERT INTO left_out
SELECT 'participant_problems', id, why FROM sorted_participant_problems WHERE why IS NOT NULL ORDER BY row;
CREATE TABLE participant_problems (id INTEGER PRIMARY KEY, user_id INTEGER, room_id INTEGER,
    problem_id INTEGER, attempts INTEGER, penalty INTEGER, solved INTEGER, solved_ms INTEGER);
CREATE TABLE standings AS
SELECT f.row, f.id, f.own_id, f.user_id, f.room_id, f.problem_id,
    CASE WHEN f.attempts BETWEEN 0 AND 20000 THEN f.attempts ELSE 0 END AS attempts,
    CASE WHEN f.penalty BETWEEN 0 AND 20000 THEN f.penalty ELSE 0 END AS penalty,
    COALESCE(f.solved, 0) AS solved,
    CASE WHEN f.solved = 1 THEN COALESCE(f.solved_ms, r.end_ms) END AS solved_ms
FROM sorted_participant_problems f JOIN rooms r ON r.id = f.room_id WHERE f.why IS NULL;
INSERT INTO participant_problems
SELECT id, user_id, room_id, problem_id, attempts, penalty, solved, solved_ms FROM standings
WHERE own_id ORDER BY id;
INSERT INTO participant_problems (user_id, room_id, problem_id, attempts, penalty, solved, solved_ms)
SELECT user_id, room_id, problem_id, attempts, penalty, solved, solved_ms FROM standings
WHERE NOT own_id ORDER BY row;
CREATE UNIQUE INDEX participant_problems_by_room ON participant_problems (room_id, user_id, problem_id);
-- A contest that was decided has a row for each participant and problem.
CREATE TABLE made AS
SELECT s.user_id, s.room_id, p.problem_id, s.seat, p.position FROM rooms r JOIN seats s ON s.room_id = r.id
JOIN room_problems p ON p.room_id = r.id WHERE r.start_ms IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM participant_problems q WHERE q.room_id = r.id AND q.user_id = s.user_id
     AND q.problem_id = p.problem_id);
INSERT INTO participant_problems (user_id, room_id, problem_id, attempts, penalty, solved)
SELECT user_id, room_id, problem_id, 0, 0, 0 FROM made ORDER BY room_id, seat, position;
INSERT INTO mended
SELECT 'rooms', room_id, 'nothing told how far user ' || user_id || ' came with problem ' || problem_id
FROM made ORDER BY room_id, seat, position;
