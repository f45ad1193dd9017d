-- What is to be done, now that it is known what is there.
--
--   todo    what goes in, and under which id
--   same    how many of each are there already, as they would go in
--   kept    what is there and was changed since, there or here: it stays as it is
--   highest ids that are, or were meant to be, in use: new ones are above them
--   clash   ids and names that belong to something else there: nothing can go in beside that

CREATE TABLE outgoing (source TEXT, id INTEGER, key TEXT, look TEXT, parent INTEGER, PRIMARY KEY (source, id))
    WITHOUT ROWID;
INSERT INTO outgoing SELECT 'users', id, key, look, parent FROM out_users;
INSERT INTO outgoing SELECT 'problems', id, key, look, parent FROM out_problems;
INSERT INTO outgoing SELECT 'test_cases', id, key, look, parent FROM out_test_cases;
INSERT INTO outgoing SELECT 'rooms', id, key, look, parent FROM out_rooms;
INSERT INTO outgoing SELECT 'participants', id, key, look, parent FROM out_participants;
INSERT INTO outgoing SELECT 'room_problems', id, key, look, parent FROM out_room_problems;
INSERT INTO outgoing SELECT 'participant_problems', id, key, look, parent FROM out_participant_problems;
INSERT INTO outgoing SELECT 'submissions', id, key, look, parent FROM out_submissions;
INSERT INTO outgoing SELECT 'contest_history', id, key, look, parent FROM out_contest_history;
CREATE INDEX there_by_key ON there (source, key);

-- Rows that only tie others together are known by what they tie; their ids may give way.
CREATE TABLE ties (source TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO ties VALUES ('test_cases'), ('participants'), ('room_problems'), ('participant_problems');

-- A user who has either kept the name or the email is the same one.
CREATE TABLE clash (source TEXT, id INTEGER, why TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID;
INSERT INTO clash
SELECT o.source, o.id, 'the id is another''s here' FROM outgoing o
JOIN there t ON t.source = o.source AND t.id = o.id
WHERE o.source NOT IN (SELECT source FROM ties) AND t.key <> o.key
AND NOT (o.source = 'users' AND t.look = o.look);
INSERT OR IGNORE INTO clash
SELECT o.source, o.id, 'the same stands here under id ' || t.id FROM outgoing o
JOIN there t ON t.source = o.source AND t.key = o.key AND t.id <> o.id
WHERE o.source NOT IN (SELECT source FROM ties);

CREATE TABLE kept (source TEXT, id INTEGER, PRIMARY KEY (source, id)) WITHOUT ROWID;
INSERT INTO kept
SELECT o.source, o.id FROM outgoing o JOIN there t ON t.source = o.source AND t.id = o.id
WHERE o.source NOT IN (SELECT source FROM ties) AND (t.key <> o.key OR t.look <> o.look)
AND NOT EXISTS (SELECT 1 FROM clash c WHERE c.source = o.source AND c.id = o.id);
INSERT INTO kept
SELECT o.source, o.id FROM outgoing o JOIN there t ON t.source = o.source AND t.key = o.key
WHERE o.source IN (SELECT source FROM ties) AND t.look <> o.look;

CREATE TABLE absent (source TEXT, id INTEGER, parent INTEGER, PRIMARY KEY (source, id)) WITHOUT ROWID;
INSERT INTO absent
SELECT o.source, o.id, o.parent FROM outgoing o WHERE o.source NOT IN (SELECT source FROM ties)
AND NOT EXISTS (SELECT 1 FROM there t WHERE t.source = o.source AND t.id = o.id)
AND NOT EXISTS (SELECT 1 FROM clash c WHERE c.source = o.source AND c.id = o.id);
INSERT INTO absent
SELECT o.source, o.id, o.parent FROM outgoing o WHERE o.source IN (SELECT source FROM ties)
AND NOT EXISTS (SELECT 1 FROM there t WHERE t.source = o.source AND t.key = o.key);

CREATE TABLE same AS
SELECT o.source, COUNT(*) AS n FROM outgoing o
WHERE NOT EXISTS (SELECT 1 FROM absent a WHERE a.source = o.source AND a.id = o.id)
AND NOT EXISTS (SELECT 1 FROM kept k WHERE k.source = o.source AND k.id = o.id)
AND NOT EXISTS (SELECT 1 FROM clash c WHERE c.source = o.source AND c.id = o.id) GROUP BY o.source;

-- A room or problem that is kept as it is takes nothing new in: half of one and half of another is neither.
INSERT INTO left_out
SELECT CASE a.source WHEN 'submissions' THEN 'app_submissions' ELSE a.source END, a.id,
    'the ' || CASE a.source WHEN 'test_cases' THEN 'problem' ELSE 'room' END
        || ' that it belongs to is kept as it is here'
FROM absent a JOIN kept k ON k.id = a.parent
    AND k.source = CASE a.source WHEN 'test_cases' THEN 'problems' ELSE 'rooms' END
WHERE a.parent IS NOT NULL ORDER BY a.source, a.id;

CREATE TABLE todo (source TEXT, id INTEGER, new_id INTEGER, PRIMARY KEY (source, id)) WITHOUT ROWID;
INSERT INTO todo
SELECT a.source, a.id, CASE WHEN t.id IS NULL THEN a.id ELSE
    MAX((SELECT MAX(id) FROM there m WHERE m.source = a.source),
        (SELECT MAX(id) FROM outgoing m WHERE m.source = a.source))
    + row_number() OVER (PARTITION BY a.source, t.id IS NULL ORDER BY a.id) END
FROM absent a LEFT JOIN there t ON t.source = a.source AND t.id = a.id
WHERE NOT EXISTS (SELECT 1 FROM kept k WHERE k.id = a.parent
    AND k.source = CASE a.source WHEN 'test_cases' THEN 'problems' ELSE 'rooms' END);

CREATE VIEW highest AS
SELECT source, new_id AS id FROM todo
UNION ALL SELECT 'rooms', MAX(id) FROM found_rooms WHERE id BETWEEN 1 AND 4503599627370496
UNION ALL SELECT 'submissions', MAX(id) FROM found_app_submissions
    WHERE id BETWEEN 1 AND 4503599627370496
UNION ALL SELECT 'problems', MAX(id) FROM found_problems WHERE id BETWEEN 1 AND 4503599627370496
UNION ALL SELECT 'contest_history', MAX(id) FROM found_contest_history
    WHERE id BETWEEN 1 AND 4503599627370496;
