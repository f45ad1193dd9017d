-- The promises of the program, computed anew from the tables. Reads only, needs no right but SELECT; for
-- PostgreSQL and SQLite alike, at any time, also while the program runs:
--
--     psql "$CODECOMP_DATABASE" -f sql/audit.sql
--     sqlite3 -header -column data/codecomp.db < sql/audit.sql
--
-- One row for each promise: how many rooms, submissions or users break it, and the lowest of their ids.
-- Zero everywhere is sound. It is one statement, so it sees one instant; every promise here holds at
-- every instant, because what belongs together is committed together.

WITH
contests AS (
    SELECT id, status, start_ms, end_ms, closed_ms, duration_ms, last_number, winner_user_id, result
    FROM rooms WHERE start_ms IS NOT NULL
),
-- Rooms that `codecomp migrate --from` brought along: another program decided them, by rules of its own,
-- and what it told its users stays. Promises 12, 13, 14 and 16 are not about them.
taken_over AS (SELECT id FROM rooms WHERE command_high = 8386102064546473330),
-- ---- the score, from the submissions alone ----------------------------------------------------------
first_accepted AS (
    SELECT room_id, user_id, problem_id, MIN(number) AS number, MIN(created_ms) AS created_ms
    FROM submissions WHERE status = 'Accepted' GROUP BY room_id, user_id, problem_id
),
wrong AS (
    SELECT s.room_id, s.user_id, s.problem_id, COUNT(*) AS count
    FROM submissions s
    LEFT JOIN first_accepted a
        ON a.room_id = s.room_id AND a.user_id = s.user_id AND a.problem_id = s.problem_id
    WHERE s.status IN ('Wrong Answer', 'Time Limit Exceeded', 'Memory Limit Exceeded',
                       'Output Limit Exceeded', 'Runtime Error')
        AND (a.number IS NULL OR s.number < a.number)
    GROUP BY s.room_id, s.user_id, s.problem_id
),
way AS ( -- of one participant with one problem
    SELECT p.room_id, p.user_id, q.problem_id, COALESCE(w.count, 0) AS wrong,
        CASE WHEN a.number IS NULL THEN 0 ELSE 1 END AS solved, a.created_ms AS solved_ms
    FROM participants p
    JOIN room_problems q ON q.room_id = p.room_id
    LEFT JOIN first_accepted a
        ON a.room_id = p.room_id AND a.user_id = p.user_id AND a.problem_id = q.problem_id
    LEFT JOIN wrong w
        ON w.room_id = p.room_id AND w.user_id = p.user_id AND w.problem_id = q.problem_id
),
standing AS (
    SELECT c.id AS room_id, way.user_id, SUM(way.solved) AS solved,
        SUM(CASE WHEN way.solved = 1
            THEN 600 * way.wrong + (way.solved_ms - c.start_ms) / 1000 ELSE 0 END) AS penalty_s
    FROM contests c JOIN way ON way.room_id = c.id GROUP BY c.id, way.user_id
),
outcome AS ( -- of one participant
    SELECT mine.room_id, mine.user_id, mine.solved, mine.penalty_s,
        CASE WHEN mine.solved = other.solved AND mine.penalty_s = other.penalty_s THEN 'DRAW'
            WHEN mine.solved > other.solved THEN 'WIN'
            WHEN mine.solved = other.solved AND mine.penalty_s < other.penalty_s THEN 'WIN'
            ELSE 'LOSS' END AS result
    FROM standing mine
    JOIN standing other ON other.room_id = mine.room_id AND other.user_id <> mine.user_id
),
newest AS ( -- history that counts
    SELECT h.room_id, h.user_id, h.solved, h.penalty_s, h.result FROM contest_history h
    WHERE NOT EXISTS (SELECT 1 FROM contest_history n WHERE n.room_id = h.room_id
        AND n.user_id = h.user_id AND n.revision > h.revision)
),
-- ---- the promises -----------------------------------------------------------------------------------
promises (number, name) AS (VALUES
    (1, 'a submission has one final verdict when its contest is finished'),
    (2, 'submissions are numbered from 1 to the last, without a gap'),
    (3, 'a later number is not an earlier submission'),
    (4, 'a submission lies within its contest'),
    (5, 'a submission is a participant''s, for a problem of the room'),
    (6, 'a verdict has its time, and none comes before its submission'),
    (7, 'a room has at most two participants, its host among them'),
    (8, 'a contest has two participants and its problems'),
    (9, 'a user has at most one open room'),
    (10, 'a seat is held in an open room by each of its participants, and in no other'),
    (11, 'a finished contest has a result, and nothing else has'),
    (12, 'a finished contest has one history row for each participant, and nothing else has'),
    (13, 'a contest''s winner follows from its submissions'),
    (14, 'history follows from the submissions'),
    (15, 'each participant has one row for each problem'),
    (16, 'solved, attempts and penalties on the leaderboard follow from the submissions'),
    (17, 'a trial has its time with its verdict, and what its tests came to with both'),
    (18, 'a run is a participant''s, for a problem of the room'),
    (19, 'a user''s kept and waiting runs are few'),
    (20, 'a verdict that a rejudging changed is the one that judging it again came to'),
    (21, 'history is revised by rejudgings alone, once by each'),
    (22, 'a rejudging changes what it has done, all at once in each room, and nothing before it is applied')
),
broken (number, id) AS (
    SELECT 1, s.id FROM submissions s JOIN rooms r ON r.id = s.room_id
    WHERE r.status = 'FINISHED' AND s.status IN ('PENDING', 'JUDGING')
UNION ALL
    SELECT 2, r.id FROM rooms r
    LEFT JOIN (SELECT room_id, COUNT(DISTINCT number) AS count, MAX(number) AS last
        FROM submissions GROUP BY room_id) s ON s.room_id = r.id
    WHERE COALESCE(s.count, 0) <> r.last_number OR COALESCE(s.last, 0) <> r.last_number
UNION ALL
    SELECT 3, id FROM (SELECT id, created_ms, LAG(created_ms) OVER
        (PARTITION BY room_id ORDER BY number) AS before_ms FROM submissions) s
    WHERE created_ms < before_ms
UNION ALL
    SELECT 4, s.id FROM submissions s LEFT JOIN contests c ON c.id = s.room_id
    WHERE c.id IS NULL OR s.created_ms < c.start_ms OR s.created_ms >= c.start_ms + c.duration_ms
        OR s.created_ms > c.closed_ms
UNION ALL
    SELECT 5, s.id FROM submissions s
    LEFT JOIN participants p ON p.room_id = s.room_id AND p.user_id = s.user_id
    LEFT JOIN room_problems q ON q.room_id = s.room_id AND q.problem_id = s.problem_id
    WHERE p.id IS NULL OR q.id IS NULL
UNION ALL
    SELECT 6, id FROM submissions
    WHERE judged_ms < created_ms
        OR (status IN ('PENDING', 'JUDGING') AND judged_ms IS NOT NULL)
        OR (status NOT IN ('PENDING', 'JUDGING') AND judged_ms IS NULL)
UNION ALL
    SELECT 7, r.id FROM rooms r LEFT JOIN participants p ON p.room_id = r.id
    GROUP BY r.id, r.host_user_id
    HAVING COUNT(p.user_id) > 2 OR COUNT(DISTINCT p.user_id) < COUNT(p.user_id)
        OR SUM(CASE WHEN p.user_id = r.host_user_id THEN 1 ELSE 0 END) <> 1
UNION ALL
    SELECT 8, c.id FROM contests c
    WHERE (SELECT COUNT(*) FROM participants p WHERE p.room_id = c.id) <> 2
        OR NOT EXISTS (SELECT 1 FROM room_problems q WHERE q.room_id = c.id)
UNION ALL
    SELECT 9, p.user_id FROM participants p JOIN rooms r ON r.id = p.room_id
    WHERE r.status <> 'FINISHED' AND r.closed_ms IS NULL
    GROUP BY p.user_id HAVING COUNT(*) > 1
UNION ALL
    SELECT 10, p.room_id FROM participants p JOIN rooms r ON r.id = p.room_id
    LEFT JOIN open_seats o ON o.user_id = p.user_id AND o.room_id = p.room_id
    WHERE r.status <> 'FINISHED' AND r.closed_ms IS NULL AND o.user_id IS NULL
UNION ALL
    SELECT 10, o.room_id FROM open_seats o
    LEFT JOIN rooms r ON r.id = o.room_id AND r.status <> 'FINISHED' AND r.closed_ms IS NULL
    LEFT JOIN participants p ON p.room_id = o.room_id AND p.user_id = o.user_id
    WHERE r.id IS NULL OR p.id IS NULL
UNION ALL
    SELECT 11, r.id FROM rooms r
    WHERE CASE WHEN r.status = 'FINISHED' AND r.start_ms IS NOT NULL THEN 1 ELSE 0 END
        <> CASE WHEN r.result IS NULL THEN 0 ELSE 1 END
UNION ALL
    SELECT 12, c.id FROM contests c
    JOIN participants p ON p.room_id = c.id
    LEFT JOIN newest h ON h.room_id = c.id AND h.user_id = p.user_id
    WHERE c.status = 'FINISHED' AND c.id NOT IN (SELECT id FROM taken_over)
    GROUP BY c.id, p.user_id HAVING COUNT(h.user_id) <> 1
UNION ALL
    SELECT 12, h.room_id FROM contest_history h
    LEFT JOIN contests c ON c.id = h.room_id AND c.status = 'FINISHED'
    LEFT JOIN participants p ON p.room_id = h.room_id AND p.user_id = h.user_id
    WHERE (c.id IS NULL OR p.id IS NULL) AND h.room_id NOT IN (SELECT id FROM taken_over)
UNION ALL
    SELECT 13, c.id FROM contests c
    LEFT JOIN outcome o ON o.room_id = c.id AND o.result = 'WIN'
    WHERE c.status = 'FINISHED' AND c.id NOT IN (SELECT id FROM taken_over)
        AND (COALESCE(o.user_id, 0) <> COALESCE(c.winner_user_id, 0)
            OR COALESCE(c.result, '') <> CASE WHEN o.user_id IS NULL THEN 'DRAW' ELSE 'WIN' END)
UNION ALL
    SELECT 14, h.room_id FROM newest h
    LEFT JOIN outcome o ON o.room_id = h.room_id AND o.user_id = h.user_id
    WHERE (o.user_id IS NULL OR h.solved <> o.solved OR h.penalty_s <> o.penalty_s
            OR h.result <> o.result) AND h.room_id NOT IN (SELECT id FROM taken_over)
UNION ALL
    SELECT 15, w.room_id FROM way w JOIN contests c ON c.id = w.room_id
    LEFT JOIN participant_problems l
        ON l.room_id = w.room_id AND l.user_id = w.user_id AND l.problem_id = w.problem_id
    GROUP BY w.room_id, w.user_id, w.problem_id HAVING COUNT(l.id) <> 1
UNION ALL
    SELECT 15, l.room_id FROM participant_problems l
    LEFT JOIN way w
        ON w.room_id = l.room_id AND w.user_id = l.user_id AND w.problem_id = l.problem_id
    WHERE w.room_id IS NULL
UNION ALL
    SELECT 16, l.room_id FROM participant_problems l
    JOIN way w ON w.room_id = l.room_id AND w.user_id = l.user_id AND w.problem_id = l.problem_id
    WHERE (l.solved <> w.solved OR l.penalty <> w.wrong OR l.attempts <> w.wrong + w.solved
            OR COALESCE(l.solved_ms, -1) <> COALESCE(w.solved_ms, -1))
        AND l.room_id NOT IN (SELECT id FROM taken_over)
UNION ALL
    SELECT 17, id FROM trials
    WHERE judged_ms < created_ms
        OR (status IN ('PENDING', 'JUDGING') AND judged_ms IS NOT NULL)
        OR (status NOT IN ('PENDING', 'JUDGING') AND (judged_ms IS NULL OR fence = 0))
UNION ALL
    SELECT 17, t.id FROM trials t JOIN trial_tests o ON o.trial_id = t.id
    WHERE t.judged_ms IS NULL OR t.kind <> 'run' OR o.test > t.tests_total
UNION ALL
    SELECT 18, t.id FROM trials t
    LEFT JOIN participants p ON p.room_id = t.room_id AND p.user_id = t.user_id
    LEFT JOIN room_problems q ON q.room_id = t.room_id AND q.problem_id = t.problem_id
    WHERE p.id IS NULL OR q.id IS NULL
UNION ALL -- 20 that are judged are kept when he makes another one, and at most 8 wait
    SELECT 19, user_id FROM trials WHERE kind = 'run' GROUP BY user_id HAVING COUNT(*) > 28
UNION ALL
    SELECT 20, t.submission_id FROM trials t JOIN submissions s ON s.id = t.submission_id
    WHERE t.became IS NOT NULL AND (t.became <> t.status OR (s.status <> t.became
        AND NOT EXISTS (SELECT 1 FROM trials n WHERE n.submission_id = t.submission_id
            AND n.became IS NOT NULL AND n.rejudging_id > t.rejudging_id)))
UNION ALL
    SELECT 21, h.room_id FROM contest_history h GROUP BY h.room_id, h.user_id
    HAVING COUNT(h.rejudging_id) <> MAX(h.revision) - 1 OR COUNT(*) <> MAX(h.revision)
        OR COUNT(DISTINCT h.rejudging_id) <> COUNT(h.rejudging_id)
UNION ALL
    SELECT 22, o.rejudging_id FROM rejudging_rooms o JOIN rejudgings j ON j.id = o.rejudging_id
    LEFT JOIN trials t ON t.rejudging_id = o.rejudging_id AND t.room_id = o.room_id
    GROUP BY o.rejudging_id, o.room_id, o.done_ms, o.changed, j.state
    HAVING COUNT(t.became) <> o.changed OR (o.done_ms IS NULL AND o.changed <> 0)
        OR (o.done_ms IS NOT NULL AND j.state NOT IN ('applying', 'applied'))
        OR (o.done_ms IS NULL AND j.state = 'applied')
)
SELECT p.name AS promise, COUNT(DISTINCT b.id) AS violations, MIN(b.id) AS first_id
FROM promises p LEFT JOIN broken b ON b.number = p.number
GROUP BY p.number, p.name ORDER BY p.number;
