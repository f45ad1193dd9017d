"""sql/audit.sql finds nothing in a sound database, and in one that was damaged exactly what was damaged."""

import shutil
import sqlite3
import unittest

from databases import AUDIT, Sqlite, broken_promises
from harness import main, new_data

START = 1_000_000
SOUND = f"""
INSERT INTO users (id, name, email, provider, created_ms)
    VALUES (1, 'a', 'a@', 'x', 0), (2, 'b', 'b@', 'x', 0), (3, 'c', 'c@', 'x', 0), (4, 'd', 'd@', 'x', 0);

-- 1: finished, won by 1. 2: running, between 3 and 4. 3: expired, 1 alone. 4: waiting, 2 alone.
INSERT INTO rooms (id, host_user_id, password, status, visibility, difficulty, problem_count, duration_ms,
        created_ms, start_ms, end_ms, closed_ms, last_number, command_high, command_low, winner_user_id, result)
    VALUES (1, 1, 'p', 'FINISHED', 'open', 'mixed', 2, 600000, 0, {START}, {START} + 500000, {START} + 500000, 5, 0, 1, 1, 'WIN'),
           (2, 3, 'p', 'ACTIVE', 'open', 'mixed', 2, 600000, 0, {START}, {START} + 600000, NULL, 2, 0, 2, NULL, NULL),
           (3, 1, 'p', 'FINISHED', 'open', 'mixed', 2, 600000, 0, NULL, 5, 5, 0, 0, 3, NULL, NULL),
           (4, 2, 'p', 'WAITING', 'open', 'mixed', 2, 600000, 0, NULL, NULL, NULL, 0, 0, 4, NULL, NULL);
INSERT INTO participants (room_id, user_id, seat, joined_ms)
    VALUES (1, 1, 1, 0), (1, 2, 2, 0), (2, 3, 1, 0), (2, 4, 2, 0), (3, 1, 1, 0), (4, 2, 1, 0);
INSERT INTO open_seats (user_id, room_id) VALUES (3, 2), (4, 2), (2, 4);
INSERT INTO room_problems (room_id, problem_id, position) VALUES (1, 1, 0), (1, 2, 1), (2, 1, 0), (2, 2, 1);

-- In room 1: 1 solves the first problem at the second try, after 30 s; 2 solves it after 1000 s less 300 wrong seconds.
INSERT INTO submissions (id, room_id, number, user_id, problem_id, status, created_ms, judged_ms, language_id, command_high, command_low, code)
    VALUES (1, 1, 1, 1, 1, 'Wrong Answer', {START} + 10000, {START} + 11000, 71, 1, 1, ''),
           (2, 1, 2, 1, 1, 'Accepted', {START} + 30500, {START} + 31000, 71, 1, 2, ''),
           (3, 1, 3, 1, 1, 'Wrong Answer', {START} + 40000, {START} + 41000, 71, 1, 3, ''),
           (4, 1, 4, 2, 1, 'Compilation Error', {START} + 50000, {START} + 51000, 71, 1, 4, ''),
           (5, 1, 5, 2, 1, 'Judge Error', {START} + 60000, {START} + 61000, 71, 1, 5, ''),
           (6, 2, 1, 3, 2, 'PENDING', {START} + 1000, NULL, 71, 1, 6, ''),
           (7, 2, 2, 4, 2, 'Time Limit Exceeded', {START} + 2000, {START} + 3000, 71, 1, 7, '');
INSERT INTO participant_problems (room_id, user_id, problem_id, attempts, penalty, solved, solved_ms)
    VALUES (1, 1, 1, 2, 1, 1, {START} + 30500), (1, 1, 2, 0, 0, 0, NULL), (1, 2, 1, 0, 0, 0, NULL),
           (1, 2, 2, 0, 0, 0, NULL), (2, 3, 1, 0, 0, 0, NULL), (2, 3, 2, 0, 0, 0, NULL),
           (2, 4, 1, 0, 0, 0, NULL), (2, 4, 2, 1, 1, 0, NULL);
INSERT INTO trials (id, kind, user_id, room_id, problem_id, submission_id, language_id, status, created_ms, judged_ms,
    fence, tests_run, tests_total, command_high, command_low, code)
    VALUES (1, 'run', 1, 1, 1, NULL, 71, 'Wrong Answer', {START} + 9000, {START} + 9500, 1, 1, 1, 1, 1, ''),
           (2, 'run', 3, 2, 2, NULL, 71, 'PENDING', {START} + 9000, NULL, 0, 0, 0, 1, 2, ''),
           (3, 'rejudge', 1, 1, 1, 1, 71, 'Accepted', {START} + 99000, {START} + 99500, 2, 5, 5, NULL, NULL, NULL);
INSERT INTO trial_tests (trial_id, test, status, cut, output, expected, errors) VALUES (1, 1, 'Wrong Answer', 0, '', '', '');

-- The solution was accepted by a rejudging.
INSERT INTO rejudgings (id, made_ms, submission_id, since_ms, until_ms, state, ended_ms)
    VALUES (8, {START} + 900000, 2, 0, {START} + 900000, 'applied', {START} + 900000);
INSERT INTO rejudging_rooms (rejudging_id, room_id, changed, done_ms) VALUES (8, 1, 1, {START} + 900000);
INSERT INTO trials (kind, user_id, room_id, problem_id, submission_id, rejudging_id, language_id, status, created_ms,
        judged_ms, fence, was, became)
    VALUES ('rejudge', 1, 1, 1, 2, 8, 71, 'Accepted', {START} + 900000, {START} + 900000, 1, 'Wrong Answer', 'Accepted');
INSERT INTO contest_history (user_id, room_id, revision, solved, penalty_s, result, timestamp_ms, rejudging_id)
    VALUES (1, 1, 1, 0, 0, 'DRAW', 0, NULL), (1, 1, 2, 1, 630, 'WIN', 0, 8), (2, 1, 1, 0, 0, 'LOSS', 0, NULL);
"""

DAMAGES = (  # what is done, and what the audit says: words of the promises, the lowest id of each
    ("UPDATE submissions SET status = 'JUDGING', judged_ms = NULL WHERE id = 5", {"one final verdict": 5}),
    ("DELETE FROM submissions WHERE id = 4", {"numbered": 1}),
    ("UPDATE rooms SET last_number = 3 WHERE id = 2", {"numbered": 2}),
    ("UPDATE submissions SET created_ms = created_ms + 10500, judged_ms = judged_ms + 10500 WHERE id = 4", {"later number": 5}),
    ("UPDATE submissions SET created_ms = 1600000, judged_ms = 1600000 WHERE id = 7", {"within its contest": 7}),
    ("UPDATE rooms SET closed_ms = 1050000 WHERE id = 1", {"within its contest": 5}),
    ("UPDATE submissions SET user_id = 1 WHERE id = 6", {"a submission is a participant's": 6}),
    ("UPDATE submissions SET problem_id = 3 WHERE id = 6", {"a submission is a participant's": 6}),
    ("UPDATE submissions SET judged_ms = 1000999 WHERE id = 4", {"has its time": 4}),
    ("UPDATE submissions SET judged_ms = NULL WHERE id = 7", {"has its time": 7}),
    ("INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (3, 2, 2, 0), (3, 3, 3, 0)",
     {"at most two participants": 3}),
    ("UPDATE rooms SET host_user_id = 4 WHERE id = 3", {"at most two participants": 3}),
    ("INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (2, 1, 3, 0);"
     "INSERT INTO open_seats VALUES (1, 2);"
     "INSERT INTO participant_problems (room_id, user_id, problem_id) VALUES (2, 1, 1), (2, 1, 2)",
     {"at most two participants": 2, "two participants and its problems": 2}),
    ("INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (4, 3, 2, 0)",
     {"at most one open room": 3, "a seat is held": 4}),
    ("DELETE FROM open_seats WHERE user_id = 2", {"a seat is held": 4}),
    ("INSERT INTO open_seats (user_id, room_id) VALUES (1, 3)", {"a seat is held": 3}),
    ("UPDATE rooms SET result = NULL, winner_user_id = NULL WHERE id = 1",
     {"has a result": 1, "winner follows": 1}),
    ("UPDATE rooms SET result = 'DRAW' WHERE id = 3", {"has a result": 3}),
    ("DELETE FROM contest_history WHERE user_id = 2", {"one history row": 1}),
    ("INSERT INTO contest_history (user_id, room_id, solved, penalty_s, result, timestamp_ms)"
     " VALUES (3, 2, 0, 0, 'DRAW', 0)", {"one history row": 2}),
    ("UPDATE rooms SET winner_user_id = 2 WHERE id = 1", {"winner follows": 1}),
    ("UPDATE rooms SET winner_user_id = NULL, result = 'DRAW' WHERE id = 1", {"winner follows": 1}),
    ("UPDATE contest_history SET penalty_s = 30 WHERE revision = 2", {"history follows": 1}),
    ("UPDATE contest_history SET result = 'DRAW' WHERE user_id = 2", {"history follows": 1}),
    ("DELETE FROM participant_problems WHERE user_id = 4 AND problem_id = 1", {"one row for each": 2}),
    ("INSERT INTO participant_problems (room_id, user_id, problem_id) VALUES (4, 2, 1)", {"one row for each": 4}),
    ("UPDATE participant_problems SET attempts = 3 WHERE room_id = 1 AND solved = 1", {"leaderboard": 1}),
    ("UPDATE participant_problems SET penalty = 0 WHERE room_id = 2", {"leaderboard": 2}),
    ("UPDATE participant_problems SET solved_ms = solved_ms + 1 WHERE room_id = 1", {"leaderboard": 1}),
    ("UPDATE trials SET became = status, status = 'Runtime Error' WHERE rejudging_id = 8", {"a rejudging changed": 2}),
    ("UPDATE trials SET became = 'Runtime Error', status = 'Runtime Error' WHERE rejudging_id = 8", {"a rejudging changed": 2}),
    ("UPDATE contest_history SET rejudging_id = NULL", {"history is revised": 1}),
    ("UPDATE contest_history SET revision = 3 WHERE revision = 2", {"history is revised": 1}),
    ("UPDATE rejudgings SET state = 'judging', ended_ms = NULL", {"what it has done": 8}),
    ("UPDATE rejudging_rooms SET done_ms = NULL", {"what it has done": 8}),
    ("UPDATE rejudging_rooms SET changed = 2", {"what it has done": 8}),
    ("UPDATE submissions SET status = 'Accepted' WHERE id = 1",
     {"history follows": 1, "leaderboard": 1}),
    ("UPDATE trials SET judged_ms = NULL WHERE id = 3", {"a trial has its time": 3}),
    ("UPDATE trials SET judged_ms = created_ms - 1 WHERE id = 1", {"a trial has its time": 1}),
    ("UPDATE trials SET fence = 0 WHERE id = 1", {"a trial has its time": 1}),
    ("UPDATE trial_tests SET trial_id = 2", {"a trial has its time": 2}),
    ("UPDATE trial_tests SET test = 2", {"a trial has its time": 1}),
    ("UPDATE trials SET user_id = 4 WHERE id = 1", {"a run is a participant's": 1}),
    ("UPDATE trials SET problem_id = 3 WHERE id = 2", {"a run is a participant's": 2}),
    ("INSERT INTO trials (kind, user_id, room_id, problem_id, language_id, status, created_ms, judged_ms, fence,"
     " command_high, command_low, code) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 28)"
     " SELECT 'run', 1, 1, 1, 71, 'Accepted', 5, 6, 1, 9, i, '' FROM n", {"kept and waiting runs": 1}),
)


class Audit(unittest.TestCase):
    def setUp(self):
        self.sound = new_data() / "codecomp.db"
        self.change(self.sound, SOUND)

    def change(self, path, sql):
        """Past the constraints, which are there to prevent just that."""
        database = sqlite3.connect(path)
        database.executescript("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
                               "DROP TRIGGER IF EXISTS submissions_one_final_verdict;"
                               "DROP TRIGGER IF EXISTS trials_one_final_verdict;" + sql)
        database.commit()
        database.close()

    def test_a_sound_database(self):
        self.assertEqual(broken_promises(Sqlite(self.sound)), {})

    def test_each_damage_is_found_and_nothing_else(self):
        seen = set()
        for number, (sql, expected) in enumerate(DAMAGES):
            damaged = self.sound.with_name(f"damaged-{number}.db")
            shutil.copy(self.sound, damaged)
            self.change(damaged, sql)
            found = broken_promises(Sqlite(damaged))
            words = {next((word for word in expected if word in promise), promise): first_id
                     for promise, (_, first_id) in found.items()}
            with self.subTest(sql):
                self.assertEqual(words, expected)
            seen |= set(found)
        promises = {row["promise"] for row in Sqlite(self.sound).rows(AUDIT)}
        self.assertEqual(promises - seen, set(), "never broken here")


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
