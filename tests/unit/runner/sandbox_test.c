/* The sandbox against programs that mean harm. They are C sources, compiled inside it; each prints
 * what it got away with, and the test says what that must be. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

static struct sandbox *s_sandbox;   /* one slot for all tests */
static struct harness_run s_run;    /* of the test under way */
static struct traces s_before;      /* taken before the slot was made */
static struct traces s_before_test; /* taken before each test */

#define INCLUDES                                                                          \
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n" \
    "#include <errno.h>\n#include <fcntl.h>\n#include <signal.h>\n#include <dirent.h>\n"  \
    "#include <sys/stat.h>\n#include <sys/wait.h>\n#include <sys/socket.h>\n"             \
    "#include <netinet/in.h>\n#include <arpa/inet.h>\n#include <sys/syscall.h>\n"         \
    "#include <sys/mman.h>\n#include <sched.h>\n"

static int64_t s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int s_set_up(void **state)
{
    (void)state;
    s_before = traces_now();
    s_sandbox = harness_slot(1);
    return s_sandbox ? 0 : -1;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    traces_assert_same(&s_before);
    return 0;
}

static int s_before_each(void **state)
{
    (void)state;
    sandbox_close_box(s_sandbox);
    s_before_test = traces_now();
    return 0;
}

static int s_after_each(void **state)
{
    (void)state;
    sandbox_close_box(s_sandbox);
    traces_assert_same(&s_before_test);
    return 0;
}

/* ---- ordinary programs ---- */

static void a_program_gets_its_input_and_gives_its_output(void **state)
{
    (void)state;
    harness_compile(s_sandbox, INCLUDES "int main(void) { int a, b; scanf(\"%d %d\", &a, &b);"
                                        "printf(\"%d\\n\", a + b); fputs(\"note\", stderr);"
                                        "return 7; }");
    harness_run(s_sandbox, slice_of("20 22\n"), NULL, &s_run);
    assert_string_equal(s_run.output, "42\n");
    assert_string_equal(s_run.errors, "note");
    assert_int_equal(s_run.outcome.exit_code, 7);
    assert_int_equal(s_run.outcome.signal, 0);
    assert_in_range(s_run.outcome.cpu_us, 1, 200000);
    assert_in_range(s_run.outcome.memory_kb, 1, 16 * 1024);
    assert_false(s_run.outcome.out_of_memory);
}

static void a_signal_is_told(void **state)
{
    (void)state;
    harness_run_c(s_sandbox, INCLUDES "int main(void) { abort(); }", &s_run);
    assert_int_equal(s_run.outcome.signal, SIGABRT);
    harness_run_c(s_sandbox, INCLUDES "int main(void) { *(volatile int *)1 = 1; }", &s_run);
    assert_int_equal(s_run.outcome.signal, SIGSEGV);
    harness_run_c(s_sandbox, INCLUDES "int main(void) { volatile int z = 0; return 5 / z; }",
                  &s_run);
    assert_int_equal(s_run.outcome.signal, SIGFPE);
}

static void ten_megabytes_of_input_and_output_pass_through(void **state)
{
    const size_t size = 10 << 20;
    char *input = malloc(size);
    (void)state;
    assert_non_null(input);
    memset(input, 'x', size);
    harness_compile(s_sandbox, INCLUDES
                    "static char b[1 << 16]; int main(void) { size_t n;"
                    "while ((n = fread(b, 1, sizeof b, stdin))) fwrite(b, 1, n, stdout); }");
    harness_run(s_sandbox, slice_from(input, size), NULL, &s_run);
    free(input);
    assert_int_equal(s_run.outcome.exit_code, 0);
    assert_int_equal(s_run.length, size);
}

static void standard_streams_can_be_opened_by_name(void **state)
{
    (void)state;
    harness_compile(s_sandbox, INCLUDES
                    "int main(void) { char b[64]; FILE *in = fopen(\"/dev/stdin\", \"r\"),"
                    "*out = fopen(\"/dev/stdout\", \"w\"), *e = fopen(\"/dev/stderr\", \"w\");"
                    "if (!in || !out || !e) { perror(0); return 1; }"
                    "fputs(fgets(b, 64, in), out); fputs(\"err\", e); }");
    harness_run(s_sandbox, slice_of("line\n"), NULL, &s_run);
    assert_string_equal(s_run.output, "line\n");
    assert_string_equal(s_run.errors, "err");
}

static void deep_recursion_has_the_memory_limit_as_stack(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "int f(int n) { volatile char b[1000]; b[n % 1000] = n;"
                           "return n ? f(n - 1) + b[n % 1000] * 0 : 0; }"
                           "int main(void) { printf(\"%d\", f(40000)); }",
                  &s_run);
    assert_string_equal(s_run.output, "0");
}

/* ---- limits ---- */

static void processor_time_ends_a_loop(void **state)
{
    struct sandbox_limits limits = harness_limits();
    (void)state;
    limits.cpu_ms = 200;
    harness_compile(s_sandbox, "int main(void) { for (;;) ; }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.cpu_exceeded);
    assert_in_range(s_run.outcome.cpu_us, 200000, 400000);
    assert_in_range(s_run.outcome.idle_us, 0, 200000); /* on a busy machine, too */
}

/* isolate without control groups let these run for eight seconds */
static void processor_time_counts_processes_that_nobody_waits_for(void **state)
{
    struct sandbox_limits limits = harness_limits();
    (void)state;
    limits.cpu_ms = 300;
    harness_compile(s_sandbox, INCLUDES "int main(void) { if (!fork()) { if (!fork()) for (;;) ;"
                                        "_exit(0); } for (;;) pause(); }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.cpu_exceeded);
    assert_in_range(s_run.outcome.cpu_us, 300000, 700000);
}

static void the_wall_clock_ends_a_sleeper(void **state)
{
    struct sandbox_limits limits = harness_limits();
    (void)state;
    limits.wall_ms = 300;
    harness_compile(s_sandbox, INCLUDES "int main(void) { signal(SIGTERM, SIG_IGN); sleep(60); }");
    int64_t start = s_now_ms();
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.wall_exceeded);
    assert_in_range(s_now_ms() - start, 300, 2000);
    assert_in_range(s_run.outcome.idle_us, 200000, 2000000);
}

static void memory_is_limited_and_told(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
                  &s_run);
    assert_true(s_run.outcome.out_of_memory);
    assert_int_equal(s_run.outcome.signal, SIGKILL);
    assert_in_range(s_run.outcome.memory_kb, 60 << 10, 64 << 10);
}

static void memory_of_children_and_files_counts(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { for (int i = 0; i < 8; i++) if (!fork()) {"
                           "memset(malloc(12 << 20), 1, 12 << 20); sleep(60); }"
                           "int s; while (wait(&s) > 0) if (WIFSIGNALED(s)) return 1; }",
                  &s_run);
    assert_true(s_run.outcome.out_of_memory);
    struct sandbox_limits limits = harness_limits();
    limits.scratch_bytes = 128 << 20;
    harness_compile(s_sandbox, INCLUDES
                    "static char b[1 << 20]; int main(void) { memset(b, 1, sizeof b);"
                    "int f = open(\"/tmp/x\", O_CREAT | O_WRONLY, 0600);"
                    "for (int i = 0; i < 100; i++) if (write(f, b, sizeof b) < 0) return 1; }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.out_of_memory);
}

static void near_the_memory_limit_is_not_beyond_it(void **state)
{
    (void)state;
    harness_run_c(
        s_sandbox,
        INCLUDES "int main(void) { memset(malloc(60 << 20), 1, 60 << 20); puts(\"ok\"); }", &s_run);
    assert_false(s_run.outcome.out_of_memory);
    assert_string_equal(s_run.output, "ok\n");
    assert_in_range(s_run.outcome.memory_kb, 60 << 10, 64 << 10);
}

static void output_past_the_cap_ends_the_program(void **state)
{
    struct sandbox_limits limits = harness_limits();
    (void)state;
    limits.output_bytes = 1000;
    harness_compile(s_sandbox, INCLUDES "int main(void) { for (;;) puts(\"x\"); }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.output_overflow);
    assert_int_equal(s_run.length, 1000);
    harness_compile(s_sandbox, INCLUDES "int main(void) { for (int i = 0; i < 500; i++)"
                                        "puts(\"x\"); }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_false(s_run.outcome.output_overflow);
    assert_int_equal(s_run.length, 1000);
}

static void a_flood_on_stderr_is_dropped(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "static char b[1 << 16]; int main(void) { memset(b, 'e', sizeof b);"
                           "for (int i = 0; i < 320; i++) write(2, b, sizeof b); puts(\"done\"); }",
                  &s_run);
    assert_string_equal(s_run.output, "done\n");
    assert_int_equal(strlen(s_run.errors), sizeof s_run.errors - 1);
}

static void a_fork_bomb_ends(void **state)
{
    struct sandbox_limits limits = harness_limits();
    (void)state;
    limits.cpu_ms = 300;
    harness_compile(s_sandbox, INCLUDES "int main(void) { for (;;) fork(); }");
    harness_run(s_sandbox, slice_of(""), &limits, &s_run);
    assert_true(s_run.outcome.cpu_exceeded);
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { int n = 0; while (n < 1000) { int p = fork();"
                           "if (!p) pause(); if (p < 0) break; n++; } printf(\"%d\", n); }",
                  &s_run);
    assert_in_range(atoi(s_run.output), 8, 15);
}

static void files_are_limited_in_size_and_number(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "static char b[1 << 16]; int main(void) { signal(SIGXFSZ, SIG_IGN);"
                           "long n = 0; for (int f = 0; f < 100; f++) { char p[32];"
                           "sprintf(p, \"/tmp/%d\", f); int d = open(p, O_CREAT | O_WRONLY, 0600);"
                           "long w; while ((w = write(d, b, sizeof b)) > 0) n += w; }"
                           "printf(\"%ld\", n >> 20); }",
                  &s_run);
    assert_in_range(atoi(s_run.output), 15, 16);
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { int n = 0; for (;; n++) { char p[32];"
                           "sprintf(p, \"/tmp/%d\", n); if (mkdir(p, 0700) < 0) break; }"
                           "printf(\"%d\", n); }",
                  &s_run);
    assert_in_range(atoi(s_run.output), 1000, 16384);
}

/* A tree that isolate 1.10 could neither run on nor clean up. */
static void a_deep_tree_of_folders_is_no_trouble(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { int n = 0; while (n < 10000 && !mkdir(\"d\", 0700)"
                           "&& !chdir(\"d\")) n++; printf(\"%d\", n); }",
                  &s_run);
    assert_string_equal(s_run.output, "10000");
}

/* ---- isolation ---- */

static void the_machines_files_cannot_be_seen(void **state)
{
    (void)state;
    harness_run_c(
        s_sandbox,
        INCLUDES
        "int main(void) { const char *p[] = {\"/etc/shadow\", \"/root\", \"/home\", "
        "\"/var/lib/dpkg\", \"/var/log\", \"/var/tmp\", \"/run\", \"/sys\", \"/proc/sys\", "
        "\"/proc/kcore\", \"/proc/cpuinfo\", "
        "\"/proc/2/root/../home\","
        "\"/etc/hostname\", \"/etc/machine-id\", \"/dev/vda\", \"/dev/kmsg\", \"/dev/tty\","
        "\"/proc/1/environ\", \"/proc/1/fd\", \"/proc/1/maps\", \"/proc/1/root\", \"" SOURCE_DIR
        "\"};"
        "for (int i = 0; i < sizeof p / sizeof *p; i++) if (open(p[i], O_RDONLY) >= 0) puts(p[i]);"
        "DIR *d = opendir(\"/\"); struct dirent *e; char n[20][32]; int c = 0;"
        "while ((e = readdir(d))) if (e->d_name[0] != '.' && !strstr(\"bin sbin lib lib32 lib64 "
        "libx32 "
        "usr dev etc proc tmp box var\", e->d_name)) puts(e->d_name);"
        /* where the list of GHC's libraries is, and only where there is one */
        "const char *v[] = {\"/var\", \"/var/lib\"}; for (int i = 0; i < 2; i++)"
        "if ((d = opendir(v[i]))) while ((e = readdir(d))) if (e->d_name[0] != '.' &&"
        "!strstr(\"lib ghc\", e->d_name)) puts(e->d_name); }",
        &s_run);
    assert_string_equal(s_run.output, "");
}

static void nothing_but_the_scratch_space_can_be_written(void **state)
{
    (void)state;
    harness_run_c(
        s_sandbox,
        INCLUDES
        "int main(void) { const char *p[] = {\"/x\", \"/usr/x\", \"/usr/bin/true\", \"/box/x\","
        "\"/box/main\", \"/box/main.c\", \"/etc/passwd\", \"/dev/x\", "
        "\"/proc/sys/kernel/hostname\"};"
        "for (int i = 0; i < sizeof p / sizeof *p; i++)"
        "if (open(p[i], O_WRONLY | O_CREAT, 0600) >= 0) puts(p[i]);"
        "if (unlink(\"/box/main\") == 0 || rename(\"/box/main\", \"/box/y\") == 0 ||"
        "chmod(\"/box/main\", 0777) == 0) puts(\"box\");"
        "if (open(\"/tmp/x\", O_WRONLY | O_CREAT, 0600) < 0) puts(\"tmp\");"
        "if (open(\"here\", O_WRONLY | O_CREAT, 0600) < 0) puts(\"here\");"
        "if (open(\"/dev/null\", O_WRONLY) < 0) puts(\"null\"); }",
        &s_run);
    assert_string_equal(s_run.output, "");
}

static void nothing_is_carried_from_run_to_run(void **state)
{
    (void)state;
    harness_compile(s_sandbox,
                    INCLUDES "#include <sys/ipc.h>\n#include <sys/shm.h>\n#include <sys/un.h>\n"
                             "int main(void) { printf(\"%d %d %d\","
                             "open(\"/tmp/x\", O_RDWR | O_CREAT | O_EXCL, 0600) >= 0,"
                             "shm_open(\"/y\", O_RDWR | O_CREAT | O_EXCL, 0600) >= 0,"
                             "shmget(77, 4096, IPC_CREAT | IPC_EXCL | 0600) >= 0); }");
    for (int i = 0; i < 3; i++) {
        harness_run(s_sandbox, slice_of(""), NULL, &s_run);
        assert_string_equal(s_run.output, "1 1 1");
    }
}

static void there_is_no_network(void **state)
{
    char source[2048];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)state;
    assert_return_code(bind(listener, (struct sockaddr *)&address, sizeof address), errno);
    assert_return_code(listen(listener, 1), errno);
    assert_return_code(getsockname(listener, (struct sockaddr *)&address, &length), errno);
    snprintf(source, sizeof source,
             INCLUDES "int main(void) { struct sockaddr_in a = {AF_INET, htons(%d)};"
                      "const char *to[] = {\"127.0.0.1\", \"8.8.8.8\", \"169.254.169.254\"};"
                      "for (int i = 0; i < 3; i++) { int s = socket(AF_INET, SOCK_STREAM, 0);"
                      "inet_pton(AF_INET, to[i], &a.sin_addr);"
                      "if (!connect(s, (void *)&a, sizeof a)) puts(to[i]); }"
                      "puts(strerror(errno)); }",
             ntohs(address.sin_port));
    harness_run_c(s_sandbox, source, &s_run);
    close(listener);
    assert_string_equal(s_run.output, "Network is unreachable\n");
}

static void a_daemon_does_not_outlive_its_program(void **state)
{
    (void)state;
    harness_compile(s_sandbox,
                    INCLUDES "int main(void) { if (!fork()) { setsid(); if (!fork()) for (;;)"
                             "sleep(60); _exit(0); } puts(\"bye\"); return 0; }");
    int64_t start = s_now_ms();
    harness_run(s_sandbox, slice_of(""), NULL, &s_run);
    assert_string_equal(s_run.output, "bye\n");
    assert_int_equal(s_run.outcome.exit_code, 0);
    assert_in_range(s_now_ms() - start, 0, 2000);
}

static void others_cannot_be_signalled(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES
                  "int main(void) { kill(1, SIGKILL); kill(1, SIGTERM); kill(getppid(), 9);"
                  "int p = fork(); if (!p) { pause(); } kill(-1, SIGKILL);"
                  "wait(0); puts(\"alive\"); return 3; }",
                  &s_run);
    assert_string_equal(s_run.output, "alive\n");
    assert_int_equal(s_run.outcome.exit_code, 3);
}

static void a_program_has_no_rights(void **state)
{
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES
                  "extern char **environ; int main(void) { char l[256]; int n = 0; sigset_t s;"
                  "FILE *f = fopen(\"/proc/self/status\", \"r\"); while (fgets(l, 256, f))"
                  "if (!strncmp(l, \"Cap\", 3) || !strncmp(l, \"NoNewPrivs\", 10) ||"
                  "!strncmp(l, \"Seccomp:\", 8) || !strncmp(l, \"SigIgn\", 6) ||"
                  "!strncmp(l, \"SigBlk\", 6) || !strncmp(l, \"Groups\", 6)) fputs(l, stdout);"
                  "fclose(f); for (char **e = environ; *e; e++) puts(*e);"
                  "printf(\"%d\\n\", getuid() && getuid() == geteuid() && getgid() == getuid());"
                  "for (int i = 3; i < 1024; i++) n += fcntl(i, F_GETFD) >= 0;"
                  "printf(\"%d\\n\", n); gethostname(l, 256); puts(l);"
                  "printf(\"%d %d\\n\", setuid(0), setgid(0)); }",
                  &s_run);
    assert_string_equal(s_run.output, "Groups:\t \n"
                                      "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
                                      "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
                                      "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
                                      "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
                                      "PATH=/usr/bin:/bin\nHOME=/tmp\nLANG=C.UTF-8\n"
                                      "1\n0\nsandbox\n-1 -1\n");
}

static void dangerous_system_calls_are_refused(void **state)
{
    (void)state;
    harness_run_c(
        s_sandbox,
        INCLUDES
        "#include <sys/ptrace.h>\n#include <linux/sched.h>\n"
        "#define T(x) if ((x) >= 0) puts(#x); else if (errno != EPERM) puts(strerror(errno));\n"
        "#define N(x) if ((x) >= 0) puts(#x); else if (errno != ENOSYS) puts(strerror(errno));\n"
        "#define A(x) if ((x) >= 0) puts(#x); else if (errno != EAFNOSUPPORT) "
        "puts(strerror(errno));\n"
        "int main(void) { struct clone_args c = {.flags = CLONE_NEWUSER};"
        "T(unshare(CLONE_NEWUSER)) T(syscall(SYS_mount, \"x\", \"/tmp\", \"tmpfs\", 0, 0))"
        "T(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0))"
        "T(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0))"
        "T(ptrace(PTRACE_TRACEME, 0, 0, 0)) T(syscall(SYS_keyctl, 0, -3, 1))"
        "T(syscall(SYS_add_key, \"user\", \"a\", \"b\", 1, -3)) T(syscall(SYS_bpf, 0, 0, 0))"
        "T(syscall(SYS_perf_event_open, 0, 0, -1, -1, 0)) T(syscall(SYS_userfaultfd, 0))"
        "T(syscall(SYS_setns, 0, 0)) T(syscall(SYS_chroot, \"/tmp\"))"
        "T(syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0)) T(syscall(SYS_pidfd_getfd, 0, 0, 0))"
        "N(syscall(SYS_clone3, &c, sizeof c)) N(syscall(SYS_io_uring_setup, 1, 0))"
        "A(socket(AF_NETLINK, SOCK_RAW, 0)) A(socket(40, SOCK_STREAM, 0))"
        "A(socket(38, SOCK_SEQPACKET, 0)) A(socket(17, SOCK_RAW, 0)) A(socket(99, SOCK_RAW, 0)) }",
        &s_run);
    assert_string_equal(s_run.output, "");
    assert_int_equal(s_run.outcome.signal, 0);
}

static void compilers_see_no_more_than_programs(void **state)
{
    static const char source[] = "#include \"/etc/shadow\"\n#include \"" SOURCE_DIR
                                 "/CMakeLists.txt\"\nint main(void) { return 0; }\n";
    struct buffer why, errors;
    struct outcome outcome;
    (void)state;
    buffer_init(&why, 512);
    buffer_init(&errors, 8192);
    assert_true(sandbox_open_box(s_sandbox, "main.c", slice_of(source), &why));
    struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/gcc", "-c", "main.c", NULL},
        .compiling = true,
        .limits = harness_limits(),
        .errors = &errors,
    };
    sandbox_run(s_sandbox, &job, &outcome);
    assert_string_equal(outcome.failure, "");
    assert_int_equal(outcome.exit_code, 1);
    assert_non_null(memmem(errors.data, errors.length, "/etc/shadow: No such file", 25));
    buffer_fini(&errors);
    buffer_fini(&why);
}

/* ---- the caller ---- */

struct s_heart {
    int beats;          /* calls so far */
    int stop_at;        /* the call that cancels */
    int64_t last_ms;    /* when the last one was */
    int64_t longest_ms; /* between two */
};

static bool s_beat(void *context)
{
    struct s_heart *heart = context;
    int64_t now = s_now_ms();
    if (heart->last_ms && now - heart->last_ms > heart->longest_ms)
        heart->longest_ms = now - heart->last_ms;
    heart->last_ms = now;
    return ++heart->beats < heart->stop_at;
}

static void the_caller_is_asked_often_and_can_cancel(void **state)
{
    struct s_heart heart = {.stop_at = 6};
    struct outcome outcome;
    (void)state;
    harness_compile(s_sandbox, INCLUDES "int main(void) { sleep(60); }");
    struct sandbox_job job = {
        .argv = (const char *const[]){"/box/main", NULL},
        .limits = harness_limits(),
        .progress = s_beat,
        .context = &heart,
    };
    sandbox_run(s_sandbox, &job, &outcome);
    assert_true(outcome.cancelled);
    assert_int_equal(heart.beats, 6);
    assert_in_range(heart.longest_ms, 1, 499);
}

static void what_cannot_be_started_is_our_failure(void **state)
{
    struct buffer why;
    struct outcome outcome;
    (void)state;
    buffer_init(&why, 512);
    assert_true(sandbox_open_box(s_sandbox, "empty", slice_of(""), &why));
    struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/nothing", NULL},
        .limits = harness_limits(),
    };
    sandbox_run(s_sandbox, &job, &outcome);
    assert_string_equal(outcome.failure, "/usr/nothing: No such file or directory");
    buffer_fini(&why);
}

static void this_machine_can_isolate(void **state)
{
    struct buffer sentences;
    (void)state;
    buffer_init(&sentences, 4096);
    assert_true(sandbox_check(&sentences));
    assert_non_null(memmem(sentences.data, sentences.length, "isolated by namespaces", 22));
    buffer_fini(&sentences);
}

static void a_program_has_a_user_namespace_with_one_user(void **state)
{
    unsigned inside = 0, outside = 0, count = 0, uid = 0;
    (void)state;
    harness_run_c(s_sandbox,
                  INCLUDES "int main(void) { char l[256]; FILE *f = fopen(\"/proc/self/uid_map\","
                           "\"r\"); while (fgets(l, 256, f)) fputs(l, stdout);"
                           "printf(\"%d\", getuid()); }",
                  &s_run);
    assert_int_equal(sscanf(s_run.output, "%u %u %u %u", &inside, &outside, &count, &uid), 4);
    assert_int_equal(inside, uid);
    assert_int_equal(count, 1);
}

/* The newest child of this thread: the slot's keeper. */
static pid_t s_keeper(void)
{
    FILE *stream = fopen("/proc/thread-self/children", "re");
    int process = 0;
    assert_non_null(stream);
    while (fscanf(stream, "%d", &process) == 1)
        ;
    fclose(stream);
    assert_true(process > 0);
    return process;
}

static void a_keeper_that_is_gone_is_replaced(void **state)
{
    struct outcome outcome;
    struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/true", NULL},
        .limits = harness_limits(),
    };
    (void)state;
    harness_run_c(s_sandbox, "int main(void) { return 3; }", &s_run);
    assert_return_code(kill(s_keeper(), SIGKILL), 0);
    sandbox_run(s_sandbox, &job, &outcome);
    assert_int_not_equal(outcome.failure[0], 0);
    harness_run_c(s_sandbox, "int main(void) { return 4; }", &s_run);
    assert_int_equal(s_run.outcome.exit_code, 4);
}

/* Whoever tidies up control groups may take ours, which are empty between runs, for forgotten. */
static void a_place_that_was_removed_is_taken_anew(void **state)
{
    (void)state;
    harness_run_c(s_sandbox, "int main(void) { return 3; }", &s_run);
    assert_true(harness_remove_groups("run-") > 0);
    harness_run(s_sandbox, slice_of(""), NULL, &s_run);
    assert_int_equal(s_run.outcome.exit_code, 3);
    assert_true(harness_remove_groups("run-") > 0);
    assert_true(harness_remove_groups("slot-") > 0);
    harness_run(s_sandbox, slice_of(""), NULL, &s_run);
    assert_int_equal(s_run.outcome.exit_code, 3);
}

/* The operator's switch: no isolation, but limits and the same facts. */
static void the_insecure_slot_runs_the_same_programs(void **state)
{
    struct buffer why;
    struct sandbox_limits limits = harness_limits();
    (void)state;
    buffer_init(&why, 512);
    struct sandbox *sandbox = sandbox_new(SANDBOX_INSECURE, 2, NULL, &why);
    assert_non_null(sandbox);
    harness_compile(sandbox, INCLUDES "int main(void) { int a; scanf(\"%d\", &a);"
                                      "if (a == 2) memset(malloc(80 << 20), 1, 80 << 20);"
                                      "if (a == 1) sleep(60); printf(\"%d\", a); return a; }");
    harness_run(sandbox, slice_of("0"), NULL, &s_run);
    assert_string_equal(s_run.output, "0");
    assert_int_equal(s_run.outcome.exit_code, 0);
    assert_false(s_run.outcome.out_of_memory);
    limits.wall_ms = 200;
    harness_run(sandbox, slice_of("1"), &limits, &s_run);
    assert_true(s_run.outcome.wall_exceeded);
    harness_run(sandbox, slice_of("2"), NULL, &s_run);
    assert_true(s_run.outcome.out_of_memory);
    sandbox_destroy(&sandbox);
    buffer_fini(&why);
    while (waitpid(-1, NULL, WNOHANG) > 0) /* orphans, see traces.h: nothing else ends them here */
        ;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_before_each, s_after_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(this_machine_can_isolate),
        TEST(a_program_gets_its_input_and_gives_its_output),
        TEST(a_signal_is_told),
        TEST(ten_megabytes_of_input_and_output_pass_through),
        TEST(standard_streams_can_be_opened_by_name),
        TEST(deep_recursion_has_the_memory_limit_as_stack),
        TEST(processor_time_ends_a_loop),
        TEST(processor_time_counts_processes_that_nobody_waits_for),
        TEST(the_wall_clock_ends_a_sleeper),
        TEST(memory_is_limited_and_told),
        TEST(memory_of_children_and_files_counts),
        TEST(near_the_memory_limit_is_not_beyond_it),
        TEST(output_past_the_cap_ends_the_program),
        TEST(a_flood_on_stderr_is_dropped),
        TEST(a_fork_bomb_ends),
        TEST(files_are_limited_in_size_and_number),
        TEST(a_deep_tree_of_folders_is_no_trouble),
        TEST(the_machines_files_cannot_be_seen),
        TEST(nothing_but_the_scratch_space_can_be_written),
        TEST(nothing_is_carried_from_run_to_run),
        TEST(there_is_no_network),
        TEST(a_daemon_does_not_outlive_its_program),
        TEST(others_cannot_be_signalled),
        TEST(a_program_has_no_rights),
        TEST(dangerous_system_calls_are_refused),
        TEST(compilers_see_no_more_than_programs),
        TEST(the_caller_is_asked_often_and_can_cancel),
        TEST(what_cannot_be_started_is_our_failure),
        TEST(a_program_has_a_user_namespace_with_one_user),
        TEST(a_keeper_that_is_gone_is_replaced),
        TEST(a_place_that_was_removed_is_taken_anew),
        TEST(the_insecure_slot_runs_the_same_programs),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
