/* A static program for sandbox_v2_test: does what it is told, needing no compiler where it runs. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void s_take(int mb)
{
    for (int i = 0; i < mb; i++)
        memset(malloc(1 << 20), 1, 1 << 20);
}

int main(int argument_count, char **arguments)
{
    const char *word = argument_count > 1 ? arguments[1] : "";
    int n = argument_count > 2 ? atoi(arguments[2]) : 0;
    if (!strcmp(word, "take")) {
        s_take(n);
        puts("taken");
    } else if (!strcmp(word, "children")) {
        for (int i = 0; i < 4; i++)
            if (fork() == 0) {
                s_take(n);
                pause();
            }
        while (wait(NULL) > 0)
            ;
    } else if (!strcmp(word, "write")) {
        static char bytes[1 << 20];
        FILE *file = fopen("/tmp/file", "w");
        for (int i = 0; i < n && fwrite(bytes, sizeof bytes, 1, file) == 1; i++)
            ;
        puts("written");
    } else if (!strcmp(word, "loop")) {
        for (;;)
            ;
    } else if (!strcmp(word, "daemon")) {
        if (fork() == 0) {
            if (setsid() > 0 && fork() == 0)
                for (;;)
                    pause();
            _exit(0);
        }
        puts("left");
    } else if (!strcmp(word, "fork")) {
        int parent = getpid(), child;
        for (child = 0; child < 1000 && getpid() == parent; child++) {
            int made = fork();
            if (made < 0)
                break;
            if (made == 0)
                pause();
        }
        printf("%d\n", child);
    } else if (!strcmp(word, "bomb")) {
        for (;;)
            fork();
    } else if (!strcmp(word, "signals")) { /* to whoever hears them */
        kill(1, SIGKILL);
        kill(getppid(), SIGSTOP);
        puts("sent");
        fflush(stdout);
        kill(-1, SIGKILL);
    } else if (!strcmp(word, "spare")) { /* "me", when memory runs out */
        int fd = open("/proc/self/oom_score_adj", O_WRONLY);
        puts(fd >= 0 && write(fd, "999", 3) == 3 ? "spared" : "refused");
    } else
        printf("%s\n", word);
    return 0;
}
