-- A large installation, made up: 100,000 users and rooms, 1,000,000 submissions; of the rooms the last
-- 5,000 are being played, with some submissions that wait. Keys hold, so foreign keys need not be checked.
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO users SELECT i, 'User ' || i, 'user' || i || '@example.org', 'GOOGLE', 1
    FROM generate_series(1, 100000) i;
INSERT INTO problems (slug, title, description, difficulty, time_limit_ms, memory_limit_mb,
    output_limit_bytes, tests_total, tests_hash, content_hash, updated_ms)
    SELECT 'p' || i, 'Problem', repeat('x', 2000), 'easy', 1000, 256, 8000000, 20, repeat('0', 64),
    repeat('0', 64), 1 FROM generate_series(1, 2000) i;
INSERT INTO test_cases (problem_id, ordinal, sample, name, input, output)
    SELECT p, o, CASE WHEN o <= 2 THEN 1 ELSE 0 END, 't' || o, '\x31', '\x31'
    FROM generate_series(1, 2000) p, generate_series(1, 20) o;
INSERT INTO problem_files (problem_id, kind, path, content)
    SELECT p, 'picture', 'user' || p || '@example.org', '\x31' FROM generate_series(1, 50000) p;
INSERT INTO rooms (host_user_id, password, status, visibility, difficulty, problem_count, duration_ms,
    created_ms, start_ms, end_ms, closed_ms, last_number, last_ms, room_rev, command_high,
    command_low, room_command_high, room_command_low, result)
    SELECT i, 'secret', CASE WHEN i <= 95000 THEN 'FINISHED' ELSE 'ACTIVE' END, 'open', 'mixed', 3,
    600000, i, i, i + 600000, CASE WHEN i <= 95000 THEN i + 600000 END, 10, i, 13, 7, i, 7, i,
    CASE WHEN i <= 95000 THEN 'DRAW' END FROM generate_series(1, 100000) i;
INSERT INTO participants (room_id, user_id, seat, joined_ms)
    SELECT i, (i + (s - 1) * 50000) % 100000 + 1, s, i FROM generate_series(1, 100000) i,
    generate_series(1, 2) s;
INSERT INTO open_seats SELECT user_id, max(room_id) FROM participants WHERE room_id > 95000
    GROUP BY user_id;
INSERT INTO room_problems (room_id, problem_id, position)
    SELECT i, (i * 3 + k) % 2000 + 1, k FROM generate_series(1, 100000) i, generate_series(1, 3) k;
INSERT INTO participant_problems (user_id, room_id, problem_id)
    SELECT p.user_id, p.room_id, q.problem_id FROM participants p
    JOIN room_problems q ON q.room_id = p.room_id;
INSERT INTO submissions (user_id, room_id, problem_id, number, language_id, status, created_ms,
    judged_ms, command_high, command_low, code)
    SELECT (i + n % 2 * 50000) % 100000 + 1, i, (i * 3 + n % 3 + 1) % 2000 + 1, n, 54,
    CASE WHEN i > 95000 AND n = 10 THEN 'PENDING' ELSE 'Wrong Answer' END, i + n,
    CASE WHEN i > 95000 AND n = 10 THEN NULL ELSE i + n + 1 END, i, n, repeat('x', 200)
    FROM generate_series(1, 100000) i, generate_series(1, 10) n;
INSERT INTO contest_history (user_id, room_id, solved, penalty_s, result, timestamp_ms)
    SELECT user_id, room_id, 0, 0, 'DRAW', room_id FROM participants WHERE room_id <= 95000;
INSERT INTO trials (kind, user_id, room_id, problem_id, language_id, status, created_ms, judged_ms,
    command_high, command_low, code)
    SELECT 'run', i % 100000 + 1, i % 100000 + 1, (i * 3 + 1) % 2000 + 1, 54,
    CASE WHEN i > 199900 THEN 'PENDING' ELSE 'Wrong Answer' END, i, CASE WHEN i > 199900 THEN NULL ELSE i + 1 END,
    9, i, repeat('x', 200) FROM generate_series(1, 200000) i;
INSERT INTO rejudgings (made_ms, problem_id, since_ms, until_ms, state, ended_ms)
    SELECT i, i, 0, 1000000, CASE WHEN i < 199 THEN 'applied' WHEN i = 199 THEN 'applying' ELSE 'judging' END,
    CASE WHEN i < 199 THEN i END FROM generate_series(1, 200) i;
INSERT INTO trials (kind, user_id, room_id, problem_id, submission_id, rejudging_id, language_id, status,
    created_ms, judged_ms, was)
    SELECT 'rejudge', s.user_id, s.room_id, s.problem_id, s.id, s.room_id / 500 + 1, 54, 'Accepted', 1, 1, s.status
    FROM submissions s WHERE s.number < 4 AND s.room_id < 100000;
INSERT INTO rejudging_rooms SELECT i / 500 + 1, i, 0, CASE WHEN i < 99000 THEN i END
    FROM generate_series(1, 99999) i;
INSERT INTO trial_tests (trial_id, test, status, cut, output, expected, errors)
    SELECT i, 1, 'Wrong Answer', 0, 'x', 'x', '' FROM generate_series(1, 199900) i;
INSERT INTO partition_claims SELECT a, p, 'somebody', 1, 1 FROM unnest(ARRAY['room', 'scoring']) a,
    generate_series(0, 63) p;
ANALYZE;
