"""A database of the earlier backend, made up: as its tables are there, and with each defect that tables
without constraints come to hold. FLAWS says, for each, what the report must tell of it.

A plain installation: users 1 to 4, problems 1 to 4, contest 1 between Ada (1) and Ben (2), contest 2
between Ada and Cem (3).
"""

NOW = 1_700_000_000_000
MINUTE = 60_000

TABLES = """
CREATE TABLE users (id bigint, email text, name text, provider varchar(255));
CREATE TABLE problems (id bigint, title varchar(255), description text, difficulty varchar(255));
CREATE TABLE test_cases (id bigint, problem_id bigint, input text, expected_output text, is_sample boolean);
CREATE TABLE rooms (id bigint, host_user_id bigint, password varchar(255), status varchar(255),
    start_time bigint, end_time bigint, duration bigint);
CREATE TABLE participants (id bigint, room_id bigint, user_id bigint);
CREATE TABLE room_problems (id bigint, room_id bigint, problem_id bigint);
CREATE TABLE participant_problems (id bigint, user_id bigint, room_id bigint, problem_id bigint,
    attempts integer, penalty integer, solved boolean, solved_at bigint);
CREATE TABLE app_submissions (id bigint, user_id bigint, room_id bigint, problem_id bigint, code text,
    language_id integer, status varchar(255), created_at bigint);
CREATE TABLE contest_history (id bigint, user_id bigint, room_id bigint, solved integer, penalty bigint,
    result varchar(255), "timestamp" bigint);
"""

# The same database as another installation has it: other types, other names, and without what it never had.
OTHER_TABLES = """
CREATE TABLE users (id varchar(20), email varchar(255), name varchar(255));
CREATE TABLE problems (id integer, title varchar(255), description oid, difficulty varchar(255));
CREATE TABLE test_cases (id integer, problem_id integer, input text, output text);
CREATE TABLE rooms (id numeric, host_user_id integer, status varchar(255), start_time timestamp,
    end_time timestamptz, duration double precision);
CREATE TABLE participants (room_id integer, user_id integer);
CREATE TABLE room_problems (room_id integer, problem_id integer);
CREATE TABLE app_submissions (id integer, user_id integer, room_id integer, problem_id integer,
    source_code text, language_id varchar(10), verdict integer, submitted_at varchar(40));
CREATE TABLE contest_history (id integer, user_id integer, room_id integer, solved integer, penalty varchar(20),
    result varchar(20), "timestamp" timestamp, note bytea);
"""

ADDENDS = {1: 1, 2: 2, 3: 3, 4: 4}  # as harness.py's problems


def _value(value):
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def insert(table, *rows):
    return "".join(f"INSERT INTO {table} VALUES ({', '.join(map(_value, row))});\n" for row in rows)


def contest(room, host, guest, start, history=True, first=1):
    """A decided contest: the host solves problem 1 after a wrong attempt, the guest nothing."""
    end = start + 10 * MINUTE
    sql = insert("rooms", (room, host, f"secret{room}", "FINISHED", start, end, 10 * MINUTE))
    sql += insert("participants", (room * 10, room, host), (room * 10 + 1, room, guest))
    for problem in (1, 2, 3):
        sql += insert("room_problems", (room * 10 + problem, room, problem))
        for seat, user in enumerate((host, guest)):
            solved = user == host and problem == 1
            sql += insert("participant_problems", (room * 100 + seat * 10 + problem, user, room, problem,
                                                   2 if solved else 0, 1 if solved else 0, solved,
                                                   start + 3 * MINUTE if solved else None))
    sql += insert("app_submissions",
                  (first, host, room, 1, "print(1)", 71, "Wrong Answer", start + MINUTE),
                  (first + 1, host, room, 1, "print(2)", 71, "Accepted", start + 2 * MINUTE))
    if history:
        sql += insert("contest_history", (room * 10, host, room, 1, 720, "WIN", end),
                      (room * 10 + 1, guest, room, 0, 0, "LOSS", end))
    return sql


def plain():
    sql = insert("users", (1, "ada@example.org", "Ada", "GOOGLE"), (2, "ben@example.org", "Ben", "GOOGLE"),
                 (3, "cem@example.org", "Cem", "GOOGLE"), (4, "dot@example.org", "Dot", "GOOGLE"))
    for problem, addend in ADDENDS.items():
        sql += insert("problems", (problem, f"Add {addend}", f"Print the number read plus {addend}.", "EASY"))
        sql += insert("test_cases", (problem * 10, problem, "20\n", f"{20 + addend}\n", False),
                      (problem * 10 + 1, problem, "1\n", f"{1 + addend}\n", True))
    return sql + contest(1, 1, 2, NOW, first=1) + contest(2, 3, 1, NOW + 60 * MINUTE, first=11)


# (what stands there, what the report must say of it: kind, table, id, a part of the sentence)
FLAWS = [
    # users
    (insert("users", (None, "x@example.org", "Nobody", "GOOGLE")), [("left out", "users", "-", "no usable id")]),
    (insert("users", (-5, "x@example.org", "Nobody", "GOOGLE")), [("left out", "users", "-5", "no usable id")]),
    (insert("users", (2**53, "x@example.org", "Nobody", "GOOGLE")),
     [("left out", "users", str(2**53), "no usable id")]),
    (insert("users", (4, "dot2@example.org", "Dot again", "GOOGLE")), [("left out", "users", "4", "the same id")]),
    (insert("users", (20, "ada@example.org", "Ada too", "GOOGLE")), [("mended", "users", "20", "no email of its own")]),
    (insert("users", (21, None, "Mute", "GOOGLE")), [("mended", "users", "21", "user21@takeover.invalid")]),
    (insert("users", (22, "  ", None, None)), [("mended", "users", "22", "no email of its own"),
                                               ("mended", "users", "22", "Player 22")]),
    (insert("users", (23, "e" * 300 + "ü" * 20, "é" * 200, "GOOGLE")),
     [("mended", "users", "23", "no email of its own"), ("mended", "users", "23", "no usable name")]),
    # problems and tests
    (insert("problems", (None, "Lost", "", "EASY")), [("left out", "problems", "-", "no usable id")]),
    (insert("problems", (1, "Add 1 again", "", "EASY")), [("left out", "problems", "1", "the same id")]),
    (insert("problems", (30, None, None, "IMPOSSIBLE")), [("mended", "problems", "30", "its title is now"),
                                                         ("mended", "problems", "30", "no test")]),
    (insert("test_cases", (900, 99, "1", "1", False)), [("left out", "test_cases", "900", "its problem is not")]),
    (insert("test_cases", (901, None, "1", "1", None)), [("left out", "test_cases", "901", "its problem is not")]),
    (insert("test_cases", (902, 1, "1", None, False)), [("left out", "test_cases", "902", "no expected output")]),
    (insert("test_cases", (10, 1, "1\n", "2\n", False)), [("left out", "test_cases", "10", "the same id")]),
    (insert("test_cases", (None, 4, "300\n", "304\n", False)), []),  # taken, under an id of its own
    # rooms
    (insert("rooms", (None, 1, "p", "FINISHED", NOW, NOW, 600000)), [("left out", "rooms", "-", "no usable id")]),
    (insert("rooms", (1, 4, "p", "FINISHED", NOW, NOW, 600000)), [("left out", "rooms", "1", "the same id")]),
    (insert("rooms", (40, 777, "p", "FINISHED", NOW, NOW, 600000)), [("left out", "rooms", "40", "anybody in it")]),
    (insert("rooms", (41, 1, "p", "WAITING", None, None, 600000)) + insert("participants", (410, 41, 1)),
     [("mended", "rooms", "41", "never decided")]),
    (contest(42, 1, 2, NOW, history=False, first=421).replace("FINISHED", "ACTIVE"),
     [("mended", "rooms", "42", "never decided"), ("left out", "app_submissions", "421", "never decided"),
      ("left out", "app_submissions", "422", "never decided")]),
    (insert("rooms", (43, 1, None, "???", -1, 2**62, -7)), [("mended", "rooms", "43", "never decided"),
                                                            ("mended", "rooms", "43", "user 1 was not listed")]),
    (insert("rooms", (44, 777, "p" * 99, "FINISHED", NOW, NOW + MINUTE, 1))
     + insert("participants", (440, 44, 4)),
     [("mended", "rooms", "44", "user 4 takes that place"), ("mended", "rooms", "44", "never decided")]),
    # three in a room; the second guest has the result
    (contest(45, 1, 2, NOW, first=451).replace("(450,", "(459, 45, 3); INSERT INTO participants VALUES (450,", 1)
     + insert("app_submissions", (453, 3, 45, 1, "x", 71, "Accepted", NOW)),
     [("left out", "participants", "459", "two others"), ("left out", "app_submissions", "453", "no seat")]),
    (insert("participants", (11, 1, 2), (500, 1, 2)), [("left out", "participants", "11", "same user"),
                                                      ("left out", "participants", "500", "same user")]),
    (insert("participants", (501, 99, 1)), [("left out", "participants", "501", "its room is not")]),
    (insert("participants", (502, 1, 99)), [("left out", "participants", "502", "its user is not")]),
    (insert("participants", (None, None, None)), [("left out", "participants", "-", "its room is not")]),
    # what was played
    (insert("room_problems", (600, 1, 1)), [("left out", "room_problems", "600", "same problem")]),
    (insert("room_problems", (601, 99, 1)), [("left out", "room_problems", "601", "its room is not")]),
    (insert("room_problems", (602, 1, 99)), [("left out", "room_problems", "602", "its problem is not")]),
    (insert("room_problems", (11, 1, 4)),  # its id is another's: it gets one of its own
     [("mended", "rooms", "1", "how far user 1 came with problem 4"),
      ("mended", "rooms", "1", "how far user 2 came with problem 4")]),
    (insert("participant_problems", (700, 1, 1, 1, 9, 9, False, None)),
     [("left out", "participant_problems", "700", "another row")]),
    (insert("participant_problems", (701, 4, 1, 1, 0, 0, False, None)),
     [("left out", "participant_problems", "701", "no seat")]),
    (insert("participant_problems", (702, 1, 1, 30, 0, 0, False, None)),
     [("left out", "participant_problems", "702", "not one of its room")]),
    # submissions
    (insert("app_submissions", (800, 1, 1, 1, None, None, None, None)),
     [("mended", "app_submissions", "800", "no verdict"), ("mended", "app_submissions", "800", "no time")]),
    (insert("app_submissions", (801, 2, 1, 2, "x", 54, "In Queue", NOW + MINUTE)),
     [("mended", "app_submissions", "801", "no verdict that we know")]),
    (insert("app_submissions", (802, 2, 1, 2, "x", 54, "Runtime Error (NZEC)", NOW + 60 * MINUTE)),
     [("mended", "app_submissions", "802", "outside its contest")]),
    (insert("app_submissions", (803, 2, 1, 2, "x", 54, "COMPILATION_ERROR", NOW + 2 * MINUTE)), []),
    (insert("app_submissions", (804, 99, 1, 2, "x", 54, "Accepted", NOW)),
     [("left out", "app_submissions", "804", "its user is not")]),
    (insert("app_submissions", (805, 1, 99, 2, "x", 54, "Accepted", NOW)),
     [("left out", "app_submissions", "805", "its room is not")]),
    (insert("app_submissions", (806, 1, 1, 30, "x", 54, "Accepted", NOW)),
     [("left out", "app_submissions", "806", "not one of its room")]),
    (insert("app_submissions", (1, 1, 1, 1, "x", 54, "Accepted", NOW)),
     [("left out", "app_submissions", "1", "the same id")]),
    # results
    (insert("contest_history", (850, 1, 1, 1, 720, "WIN", NOW)),
     [("left out", "contest_history", "850", "same user")]),
    (insert("contest_history", (851, 1, 99, 1, 720, "WIN", NOW)),
     [("left out", "contest_history", "851", "its room is not")]),
    (insert("contest_history", (852, 1, 2, 1, 720, "ABANDONED", NOW)),
     [("left out", "contest_history", "852", "no word")]),
    (insert("contest_history", (853, 4, 1, 1, 720, "WIN", NOW)),
     [("left out", "contest_history", "853", "two others")]),
    # a contest with results and nothing else: they stay, for the users' sake
    (insert("rooms", (46, 1, "p", "FINISHED", NOW, NOW + MINUTE, 600000))
     + insert("contest_history", (860, 1, 46, 1, 2**63 - 1, "win", None), (861, 4, 46, -3, None, "lose", NOW)),
     [("mended", "rooms", "46", "lacks participants, problems or times"),
      ("mended", "rooms", "46", "user 1 was not listed"), ("mended", "rooms", "46", "user 4 was not listed"),
      ("mended", "contest_history", "860", "counts as 0"), ("mended", "contest_history", "861", "counts as 0")]),
    # both say that they won
    (contest(47, 3, 4, NOW, first=471).replace("'LOSS'", "'WIN'"), [("mended", "rooms", "47", "a draw")]),
]


def flawed():
    return plain() + "".join(sql for sql, _ in FLAWS)


def other():
    """Into OTHER_TABLES: contest 1 of plain()."""
    sql = insert("users", ("1", "ada@example.org", "Ada"), (" 2 ", "ben@example.org", "Ben"), ("x", "no@example.org", "No"))
    for problem, addend in ADDENDS.items():
        sql += (f"INSERT INTO problems VALUES ({problem}, 'Add {addend}',"
                f" lo_from_bytea(0, convert_to('Plus {addend}. é', 'UTF8')), 'Medium');\n")
        sql += insert("test_cases", (problem, problem, "20\n", f"{20 + addend}\n"), (None, problem, None, ""))
    sql += insert("rooms", (1.0, 1, "FINISHED", "2023-11-14 22:13:20", "2023-11-14 23:23:20+01", 6e5))
    sql += insert("participants", (1, 1), (1, 2))
    sql += insert("room_problems", (1, 1), (1, 2))
    sql += insert("app_submissions", (1, 1, 1, 1, "print(1)", "71", 4, "2023-11-14T22:14:20Z"),
                  (2, 1, 1, 1, "print(2)", "seventy", 3, f"{NOW + 2 * MINUTE}"),
                  (3, 2, 1, 2, "print(3)", "71", 11, "yesterday"))
    sql += insert("contest_history", (1, 1, 1, 1, "720", "WIN", "2023-11-14 22:23:20", None),
                  (2, 2, 1, 0, "none", "LOSS", "infinity", None))
    return sql


def many(rooms):
    """That many contests of users 1 and 2, three submissions each, by the database itself."""
    return plain() + f"""
INSERT INTO rooms SELECT 1000 + n, 1, 'p', 'FINISHED', {NOW} + n, {NOW + 10 * MINUTE} + n, 600000
    FROM generate_series(1, {rooms}) n;
INSERT INTO participants SELECT 10000 + 2 * n + u, 1000 + n, u FROM generate_series(1, {rooms}) n,
    generate_series(1, 2) u;
INSERT INTO room_problems SELECT 100000 + n, 1000 + n, 1 FROM generate_series(1, {rooms}) n;
INSERT INTO app_submissions SELECT 100000 + 3 * n + k, 1 + k % 2, 1000 + n, 1, repeat('x', 300), 71,
    CASE k WHEN 1 THEN 'Accepted' ELSE 'Wrong Answer' END, {NOW + MINUTE} + n + k
    FROM generate_series(1, {rooms}) n, generate_series(0, 2) k;
INSERT INTO contest_history SELECT 10000 + 2 * n + u, u, 1000 + n, u - 1, 0,
    CASE u WHEN 2 THEN 'WIN' ELSE 'LOSS' END, {NOW + 10 * MINUTE} + n
    FROM generate_series(1, {rooms}) n, generate_series(1, 2) u;
"""
