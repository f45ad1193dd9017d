-- What goes into our schema, in the order of the columns that its insert takes behind the id. key: what
-- makes it the row that it is; look: what would tell that it was changed since. `there` is what the
-- database that takes over holds already, under the same two names.

CREATE TABLE there (source TEXT, id INTEGER, key TEXT, look TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID;

CREATE VIEW out_users AS
SELECT id, email AS key, name AS look, NULL AS parent, name, email, provider, created_ms FROM users;

CREATE VIEW out_problems AS
SELECT id, slug AS key, title || '/' || tests_hash AS look, NULL AS parent, slug, title, description,
    difficulty, time_limit_ms, memory_limit_mb, tests_total, tests_hash, content_hash FROM problems;

CREATE VIEW out_test_cases AS
SELECT t.id, t.problem_id || '/' || t.ordinal AS key, '' AS look, t.problem_id AS parent, t.problem_id,
    t.ordinal, t.sample, 'takeover/' || t.ordinal AS name, COALESCE(f.input, x'') AS input, f.output
FROM test_cases t JOIN found_test_cases f ON f.row = t.found;

-- 8386102064546473330: "takeover" in ASCII, the first half of the command that made it.
CREATE VIEW out_rooms AS
SELECT id, '8386102064546473330/' || id AS key, host_user_id || '/' || COALESCE(start_ms, '-') || '/' ||
    last_number || '/' || COALESCE(result, '-') || '/' || COALESCE(winner, '-') AS look, NULL AS parent,
    host_user_id, password, problem_count, duration_ms, created_ms, start_ms, end_ms, last_number, winner,
    result
FROM rooms;

CREATE VIEW out_participants AS
SELECT p.id, p.room_id || '/' || p.user_id AS key, CAST(p.seat AS TEXT) AS look, p.room_id AS parent,
    p.room_id, p.user_id, p.seat, r.created_ms FROM participants p JOIN rooms r ON r.id = p.room_id;

CREATE VIEW out_room_problems AS
SELECT id, room_id || '/' || problem_id AS key, CAST(position AS TEXT) AS look, room_id AS parent, room_id,
    problem_id, position FROM room_problems;

CREATE VIEW out_participant_problems AS
SELECT id, room_id || '/' || user_id || '/' || problem_id AS key,
    attempts || '/' || penalty || '/' || solved AS look, room_id AS parent, user_id, room_id, problem_id,
    attempts, penalty, solved, solved_ms FROM participant_problems;

CREATE VIEW out_submissions AS
SELECT s.id, '8386102064546473330/' || s.id AS key,
    s.status || '/' || s.room_id || '/' || s.user_id || '/' || s.problem_id AS look, s.room_id AS parent,
    s.user_id, s.room_id, s.problem_id, s.number, s.language_id, s.status, s.created_ms, s.judged_ms,
    CASE WHEN length(CAST(f.code AS BLOB)) > 1048576 THEN substr(f.code, 1, 262144)
        ELSE COALESCE(f.code, '') END AS code
FROM submissions s JOIN found_app_submissions f ON f.row = s.found;

CREATE VIEW out_contest_history AS
SELECT id, room_id || '/' || user_id AS key, result || '/' || solved || '/' || penalty_s AS look,
    room_id AS parent, user_id, room_id, solved, penalty_s, result, timestamp_ms FROM contest_history;
