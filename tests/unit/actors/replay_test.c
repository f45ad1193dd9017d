/* Journals: a recorded run replays to the same bytes, a changed rule is caught at its message, a
 * tear is told and ignored, damage and other programs' journals are errors. */
#include "tests/unit/gateway/cmocka_all.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/replay.h"
#include "actors/runtime/transcript.h"
#include "proto/journal.h"
#include "tests/sim/solo.h"

#define T0 1800000000000

/* ---- a folder of one's own ------------------------------------------------------------------ */

static char s_folder[64];

static int s_setup(void **state)
{
    (void)state;
    snprintf(s_folder, sizeof s_folder, "/tmp/codecomp-replay-XXXXXX");
    return mkdtemp(s_folder) ? 0 : -1;
}

static int s_teardown(void **state)
{
    char path[PATH_MAX];
    struct dirent *entry;
    (void)state;
    DIR *folder = opendir(s_folder);
    while (folder && (entry = readdir(folder))) {
        snprintf(path, sizeof path, "%s/%s", s_folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    return rmdir(s_folder);
}

static void s_read_file(const char *path, struct buffer *bytes)
{
    char piece[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    buffer_init(bytes, 1 << 24);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_append(bytes, piece, got);
    fclose(file);
}

static void s_write_file(const char *name, struct slice bytes, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", s_folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.length, file), bytes.length);
    fclose(file);
}

/* ---- recording a run ------------------------------------------------------------------------ */

static struct recorder *s_recorder(enum actor_kind actor)
{
    char error[256] = "";
    struct rec_actor_config config = solo_config();
    struct recorder *recorder = recorder_new(s_folder, actor, 0, &config, error, sizeof error);
    if (!recorder)
        fail_msg("%s", error);
    return recorder;
}

/* Two rooms scheduled, one of them reminded twice and cancelled: records 2 to 18. The path is kept
 * for the caller; flushed before the cancelling, and *whole_bytes is how long it was then. */
static void s_record_run(char path[PATH_MAX], off_t *whole_bytes)
{
    struct solo solo;
    struct stat status;
    struct rec_actor_config config = solo_config();
    struct envelope asker = {.reply = {9, ACTOR_room, 0, 3, 4}, .command = {1, 2}, .user_id = 42};
    solo_init(&solo, &scheduler_class, &config, NULL);
    solo.recorder = s_recorder(ACTOR_scheduler);
    snprintf(path, PATH_MAX, "%s", recorder_path(solo.recorder));
    solo_start(&solo); /* 2 in, 3 out: a page of open rooms */
    struct envelope answer = {.to = solo_envelope(&solo, 0)->reply};
    struct value row[6] = {
        {.type = VALUE_I64, .i64 = 7},      {.type = VALUE_TEXT, .text = slice_of("WAITING")},
        {.type = VALUE_I64, .i64 = T0},     {.type = VALUE_NULL},
        {.type = VALUE_I64, .i64 = 600000}, {.type = VALUE_NULL}};
    struct rec_store_result result = {0, 6, {6, row}};
    struct msg_store_done done = {false, 0, {1, &result}};
    solo_tell(&solo, &answer, MSG_store_done, &done); /* 4 in */
    struct msg_schedule schedule = {5, T0 + 1000};
    solo_tell(&solo, &asker, MSG_schedule, &schedule); /* 5 in, 6 out: done */
    assert_false(solo_move_to(&solo, T0 + 10));
    solo_tell(&solo, NULL, MSG_schedule, &(struct msg_schedule){6, T0 + 1000}); /* 7 in */
    assert_true(solo_move_to(&solo, T0 + 1000));    /* 8 in; 9, 10 out: due */
    assert_true(solo_move_to(&solo, T0 + 1800000)); /* 11 in, 12 to 16 out */
    recorder_flush(solo.recorder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    *whole_bytes = status.st_size;
    solo_tell(&solo, &asker, MSG_unschedule, &(struct msg_unschedule){5}); /* 17 in, 18 out */
    recorder_destroy(&solo.recorder);
    assert_null(solo.recorder);
    solo_fini(&solo);
}

/* ---- replaying ------------------------------------------------------------------------------ */

static const struct actor_class *s_class_of(enum actor_kind actor)
{
    return actor == ACTOR_scheduler ? &scheduler_class : actor == ACTOR_auth ? &auth_class : NULL;
}

struct told {
    enum replay_result result;   /* of the replay */
    struct replay_report report; /* its numbers */
    char text[8192];             /* its sentences */
};

static void s_replay(const char *path, replay_class_of *class_of, struct told *told)
{
    char *text = NULL;
    size_t length = 0;
    struct stat status;
    FILE *out = open_memstream(&text, &length);
    told->report = (struct replay_report){.out = out};
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    told->result = folder ? replay_directory(path, class_of, &told->report)
                          : replay_file(path, class_of, &told->report);
    fclose(out);
    snprintf(told->text, sizeof told->text, "%s", text);
    free(text);
}

static void s_expect_told(const struct told *told, const char *part)
{
    if (!strstr(told->text, part))
        fail_msg("\"%s\" is not in: %s", part, told->text);
}

static void a_recorded_run_replays_to_the_same_bytes(void **state)
{
    char path[PATH_MAX];
    off_t whole_bytes;
    struct told told;
    (void)state;
    s_record_run(path, &whole_bytes);
    s_replay(path, s_class_of, &told);
    assert_string_equal(told.text, "");
    assert_int_equal(told.result, REPLAY_EQUAL);
    assert_int_equal(told.report.journals, 1);
    assert_int_equal(told.report.inputs, 7);
    assert_int_equal(told.report.outputs, 10);
    s_replay(s_folder, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_EQUAL);
}

/* A program in which a waiting room expires a second later. */
static void *s_create_changed(const struct rec_actor_config *config, void *context)
{
    struct rec_actor_config changed = *config;
    changed.waiting_expiry_ms += 1000;
    return scheduler_class.create(&changed, context);
}

static struct actor_class s_changed;

static const struct actor_class *s_changed_class_of(enum actor_kind actor)
{
    return actor == ACTOR_scheduler ? &s_changed : NULL;
}

static void a_changed_rule_is_caught_at_its_message(void **state)
{
    char path[PATH_MAX];
    off_t whole_bytes;
    struct told told;
    (void)state;
    s_changed = scheduler_class;
    s_changed.create = s_create_changed;
    s_record_run(path, &whole_bytes);
    s_replay(path, s_changed_class_of, &told);
    assert_int_equal(told.result, REPLAY_DIFFERS);
    s_expect_told(&told, "differs at record 14 (room_due), after record 11 (tick)");
    s_expect_told(&told, "input:    {\"number\":11,\"direction\":\"in\",\"kind\":\"tick\"");
    s_expect_told(&told, "recorded: {\"number\":14,\"direction\":\"out\",\"kind\":\"room_due\"");
    s_expect_told(&told, "replayed: {\"number\":14,\"direction\":\"out\",\"kind\":\"store_run\"");
    assert_int_equal(told.report.outputs, 6);
}

/* A program that reminds the wrong room. */
static void s_handle_changed(void *self, const struct envelope *envelope, const void *message,
                             struct outbox *out)
{
    struct msg_schedule changed;
    if (envelope->kind == MSG_schedule) {
        changed = *(const struct msg_schedule *)message;
        changed.room_id += changed.room_id == 6;
        message = &changed;
    }
    scheduler_class.handle(self, envelope, message, out);
}

static void another_message_is_shown_side_by_side(void **state)
{
    char path[PATH_MAX];
    off_t whole_bytes;
    struct told told;
    (void)state;
    s_changed = scheduler_class;
    s_changed.handle = s_handle_changed;
    s_record_run(path, &whole_bytes);
    s_replay(path, s_changed_class_of, &told);
    assert_int_equal(told.result, REPLAY_DIFFERS);
    s_expect_told(&told, "differs at record 10 (room_due), after record 8 (tick)");
    s_expect_told(&told, "\"message\":{\"roomId\":6,\"due\":1800000001000}}\n  replayed:");
    s_expect_told(&told, "\"message\":{\"roomId\":7,\"due\":1800000001000}}\n");
}

/* A program that says everything twice. */
static void s_handle_twice(void *self, const struct envelope *envelope, const void *message,
                           struct outbox *out)
{
    scheduler_class.handle(self, envelope, message, out);
    if (envelope->kind == MSG_tick || envelope->kind == MSG_unschedule)
        outbox_send(out, NULL, ACTOR_room, 1, NO_ANSWER, MSG_room_due,
                    &(struct msg_room_due){1, T0});
}

static void what_was_not_recorded_is_a_difference_too(void **state)
{
    char path[PATH_MAX];
    off_t whole_bytes;
    struct told told;
    (void)state;
    s_changed = scheduler_class;
    s_changed.handle = s_handle_twice;
    s_record_run(path, &whole_bytes);
    s_replay(path, s_changed_class_of, &told);
    assert_int_equal(told.result, REPLAY_DIFFERS);
    s_expect_told(&told, "differs at record 11 (room_due), after record 8 (tick)");
    s_expect_told(&told, "recorded: nothing");
}

static void a_torn_last_record_is_told_and_ignored(void **state)
{
    char path[PATH_MAX], torn_path[PATH_MAX];
    off_t whole_bytes;
    struct buffer file;
    struct told told;
    (void)state;
    s_record_run(path, &whole_bytes);
    s_read_file(path, &file);
    for (size_t length = (size_t)whole_bytes + 1; length < file.length; length++) {
        s_write_file("torn.journal", slice_from(file.data, length), torn_path);
        s_replay(torn_path, s_class_of, &told);
        size_t offset = 0;
        uint64_t expected = 1;
        struct journal_record record;
        enum journal_status status;
        while ((status = journal_next(slice_from(file.data, length), &offset, &expected,
                                      &record)) == JOURNAL_RECORD)
            continue;
        if (status == JOURNAL_END) { /* cut where a record ends: that the rest is missing shows */
            assert_int_equal(told.result, REPLAY_DIFFERS);
            continue;
        }
        assert_int_equal(told.result, REPLAY_EQUAL);
        s_expect_told(&told, "is torn off, as a kill leaves it");
    }
    buffer_fini(&file);
}

static void damage_is_an_error(void **state)
{
    char path[PATH_MAX], bad_path[PATH_MAX];
    off_t whole_bytes;
    struct buffer file;
    struct told told;
    (void)state;
    s_record_run(path, &whole_bytes);
    s_read_file(path, &file);
    for (size_t at = 0; at < file.length; at += 7) {
        file.data[at] ^= 0x40;
        s_write_file("bad.journal", buffer_slice(&file), bad_path);
        s_replay(bad_path, s_class_of, &told);
        assert_int_equal(told.result, REPLAY_FAILED);
        s_expect_told(&told, "damaged at byte");
        file.data[at] ^= 0x40;
    }
    buffer_fini(&file);
}

static void s_foreign(uint64_t fingerprint, const char *version, uint8_t actor, char path[PATH_MAX])
{
    struct buffer config, header, file;
    struct rec_actor_config values = solo_config();
    buffer_init(&config, 4096);
    buffer_init(&header, 4096);
    buffer_init(&file, 8192);
    codec_encode(&record_actor_config, &values, &config);
    journal_header_encode(
        &(struct journal_header){slice_of(version), fingerprint, actor, 0, buffer_slice(&config)},
        &header);
    journal_magic(&file);
    journal_append(&file, 1, JOURNAL_HEADER, buffer_slice(&header), slice_of(""));
    s_write_file("foreign.journal", buffer_slice(&file), path);
    buffer_fini(&config);
    buffer_fini(&header);
    buffer_fini(&file);
}

static void another_programs_journal_is_said_to_be_one(void **state)
{
    char path[PATH_MAX];
    struct told told;
    (void)state;
    s_foreign(proto_fingerprint() + 1, "9.9.9", ACTOR_scheduler, path);
    s_replay(path, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_FAILED);
    s_expect_told(&told, "whose messages are others than this one's");
    s_foreign(proto_fingerprint(), "9.9.9", ACTOR_scheduler, path);
    s_replay(path, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_EQUAL);
    s_expect_told(&told, "recorded by version 9.9.9, replayed by " CODECOMP_VERSION);
    s_foreign(proto_fingerprint(), CODECOMP_VERSION, ACTOR_store, path);
    s_replay(path, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_FAILED);
    s_expect_told(&told, "this program has no actor store to replay");
}

static void a_folder_counts_as_its_worst_journal(void **state)
{
    char path[PATH_MAX], missing[PATH_MAX];
    off_t whole_bytes;
    struct told told;
    (void)state;
    s_replay(s_folder, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_FAILED);
    s_expect_told(&told, "no *.journal in it");
    snprintf(missing, sizeof missing, "%s/missing", s_folder);
    assert_int_equal(replay_directory(missing, s_class_of, &(struct replay_report){.out = stderr}),
                     REPLAY_FAILED);
    s_record_run(path, &whole_bytes);
    s_foreign(proto_fingerprint() + 1, "9.9.9", ACTOR_scheduler, path);
    s_replay(s_folder, s_class_of, &told);
    assert_int_equal(told.result, REPLAY_FAILED);
    assert_int_equal(told.report.journals, 2);
    assert_int_equal(told.report.inputs, 7);
}

/* ---- as text -------------------------------------------------------------------------------- */

static void a_journal_prints_as_json_lines(void **state)
{
    char path[PATH_MAX], *text = NULL, *rest = NULL;
    off_t whole_bytes;
    size_t length = 0;
    (void)state;
    s_record_run(path, &whole_bytes);
    FILE *out = open_memstream(&text, &length);
    assert_true(transcript_print(s_folder, out, stderr));
    fclose(out);
    json_int_t number = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json)
            fail_msg("not JSON: %s", line);
        assert_int_equal(json_integer_value(json_object_get(json, "number")), ++number);
        if (number == 1) {
            json_t *config = json_object_get(json, "config");
            assert_string_equal(json_string_value(json_object_get(json, "actor")), "scheduler");
            assert_int_equal(json_integer_value(json_object_get(config, "waitingExpiry")), 1800000);
        }
        if (number == 6) {
            json_t *to = json_object_get(json, "to"), *body = json_object_get(json, "message");
            assert_string_equal(json_string_value(json_object_get(json, "kind")), "done");
            assert_string_equal(json_string_value(json_object_get(json, "direction")), "out");
            assert_string_equal(json_string_value(json_object_get(to, "actor")), "room");
            assert_int_equal(json_integer_value(json_object_get(to, "slot")), 3);
            assert_int_equal(json_integer_value(json_object_get(json, "user")), 42);
            assert_string_equal(json_string_value(json_object_get(json, "command")),
                                "00000000000000010000000000000002");
            assert_int_equal(json_integer_value(json_object_get(body, "id")), 5);
        }
        json_decref(json);
    }
    assert_int_equal(number, 18);
    free(text);
}

static void what_cannot_be_printed_is_told(void **state)
{
    char path[PATH_MAX], *text = NULL;
    size_t length = 0;
    (void)state;
    FILE *errors = open_memstream(&text, &length);
    assert_false(transcript_print(s_folder, errors, errors));
    s_write_file("a.journal", slice_of("no journal at all"), path);
    s_write_file("b.journal", slice_of("codecomp-jour"), path);
    assert_false(transcript_print(s_folder, errors, errors));
    fclose(errors);
    assert_non_null(strstr(text, "no *.journal in it"));
    assert_non_null(strstr(text, "a.journal: damaged at byte 0: record 1"));
    assert_non_null(strstr(text, "b.journal: the last record is torn off"));
    free(text);
}

/* ---- recording ------------------------------------------------------------------------------ */

static void a_folder_that_cannot_be_used_is_named(void **state)
{
    char error[256], folder[PATH_MAX];
    struct rec_actor_config config = solo_config();
    (void)state;
    snprintf(folder, sizeof folder, "%s/missing/too", s_folder);
    assert_null(recorder_new(folder, ACTOR_room, 3, &config, error, sizeof error));
    assert_non_null(strstr(error, folder));
    assert_non_null(strstr(error, "No such file or directory"));
}

/* In a child, since it is its end: the file may not grow past 1000 bytes. */
static void a_journal_that_cannot_be_written_ends_the_process(void **state)
{
    int status, pipes[2];
    char said[1024] = "";
    (void)state;
    struct recorder *recorder = s_recorder(ACTOR_scheduler);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
        struct frame frame = {.envelope = {.kind = MSG_tick}, .body = slice_of("0")};
        for (int i = 0; i < 1000; i++)
            recorder_in(recorder, &frame);
        recorder_flush(recorder);
        _exit(0);
    }
    close(pipes[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(read(pipes[0], said, sizeof said - 1) > 0);
    close(pipes[0]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
    assert_non_null(strstr(said, "journal-not-written"));
    assert_non_null(strstr(said, s_folder));
    recorder_destroy(&recorder);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_recorded_run_replays_to_the_same_bytes),
        CASE(a_changed_rule_is_caught_at_its_message),
        CASE(another_message_is_shown_side_by_side),
        CASE(what_was_not_recorded_is_a_difference_too),
        CASE(a_torn_last_record_is_told_and_ignored),
        CASE(damage_is_an_error),
        CASE(another_programs_journal_is_said_to_be_one),
        CASE(a_folder_counts_as_its_worst_journal),
        CASE(a_journal_prints_as_json_lines),
        CASE(what_cannot_be_printed_is_told),
        CASE(a_folder_that_cannot_be_used_is_named),
        CASE(a_journal_that_cannot_be_written_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
