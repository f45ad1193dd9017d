-- What problem packages say of judging, and their files.
--
-- judging: how an output is looked at. tokens: our comparison, by the options in each test's arguments.
-- validator: the problem's checker reads it. interactive: the checker talks with the program.
-- checker_protocol: how the checker is called. icpc: judge_in judge_ans feedback_dir [arguments], the
-- output (or the talk) on stdin; 42 accepted, 43 wrong. testlib: input output answer; 0 accepted, 1, 2
-- and 8 wrong; an interactor alike, and then the checker on what it wrote, when there is one.
-- checker_hash: of the checker's and the interactor's files; '' without any.
ALTER TABLE problems ADD COLUMN judging TEXT NOT NULL DEFAULT 'tokens'
    CHECK (judging IN ('tokens', 'validator', 'interactive'));
ALTER TABLE problems ADD COLUMN checker_protocol TEXT NOT NULL DEFAULT 'icpc'
    CHECK (checker_protocol IN ('icpc', 'testlib'));
ALTER TABLE problems ADD COLUMN checker_hash TEXT NOT NULL DEFAULT ''
    CHECK (length(checker_hash) IN (0, 64));
ALTER TABLE test_cases ADD COLUMN arguments TEXT NOT NULL DEFAULT '' CHECK (length(arguments) <= 1024);

-- checker: a program that judges: one source, whose extension names the language, and headers. With
-- testlib an interactive problem has an interactor, and may have a checker besides; else its checker is
-- what talks. picture: of the statement; its path is made of its content and never means another.
CREATE TABLE problem_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    problem_id INTEGER NOT NULL REFERENCES problems (id),
    kind TEXT NOT NULL CHECK (kind IN ('checker', 'interactor', 'picture')),
    path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 512),
    content BLOB NOT NULL CHECK (length(content) <= 4194304),
    UNIQUE (problem_id, kind, path)
) STRICT;
CREATE INDEX problem_files_by_path ON problem_files (path);
