/* Two runs that talk to each other. What one writes is moved from its pipe into the other's by the
 * kernel (splice): we never have it, but count it, and know of each end of a pipe who closed it
 * when.
 *
 * We hold all ends that are not the programs' own: that a program has ended, or has closed its
 * stdin, is not felt by the other before we let go. */
#include "actors/runner/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* From one's stdout to the other's stdin. */
struct channel {
    int from;        /* -1: all has come */
    int to;          /* -1: what comes is dropped */
    int to_theirs;   /* the reader's end: held, so that a writer need not fear a signal */
    uint64_t passed; /* bytes so far */
    uint64_t limit;  /* of them */
    bool blocked;    /* `to` takes no more for now */
};

struct pair {
    struct sandbox_pair *task;  /* borrowed */
    struct run runs[2];         /* the first, the second */
    struct channel channels[2]; /* from runs[i] to runs[1 - i] */
    bool over[2];               /* it has ended, and is measured */
    bool decided;               /* task->first is known */
    int64_t others_us;          /* the second's processor time at the last look */
};

/* ---- moving ---- */

static void s_let_go(struct channel *self)
{
    sandbox_close(&self->to);
    sandbox_close(&self->to_theirs);
    self->blocked = false;
}

/* Nobody reads any more. */
static ssize_t s_drop(struct pair *self, unsigned from)
{
    return read(self->channels[from].from, self->runs[from].sandbox->piece, SANDBOX_PIECE_BYTES);
}

/* Moves a piece; true: there may be more. */
static bool s_move(struct pair *self, unsigned from)
{
    struct channel *channel = &self->channels[from];
    if (channel->from < 0)
        return false;
    ssize_t moved = channel->to < 0 ? s_drop(self, from)
                                    : splice(channel->from, NULL, channel->to, NULL,
                                             SANDBOX_PIECE_BYTES, SPLICE_F_NONBLOCK);
    if (moved > 0) {
        channel->passed += (uint64_t)moved;
        channel->blocked = false;
        if (channel->passed > channel->limit) {
            self->runs[from].outcome->output_overflow = true;
            return false;
        }
        return true;
    }
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
        int there = 0;
        struct pollfd polled = {.fd = channel->from, .events = POLLIN};
        there = poll(&polled, 1, 0);
        channel->blocked = channel->to >= 0 && there > 0 && (polled.revents & POLLIN);
        return false;
    }
    sandbox_close(&channel->from);
    return false;
}

/* ---- the end of one ---- */

/* What an ended run has still written goes to the other; then that hears of the end. */
static void s_finish_channel(struct pair *self, unsigned from)
{
    struct channel *channel = &self->channels[from];
    if (self->over[from] && channel->from < 0 && channel->to >= 0)
        sandbox_close(&channel->to);
}

static void s_decide(struct pair *self, unsigned first)
{
    if (!self->decided)
        self->task->first = first;
    self->decided = true;
}

static void s_on_end(struct pair *self, unsigned which)
{
    struct run *other = &self->runs[1 - which];
    while (run_take_errors(&self->runs[which]))
        ;
    run_measure(&self->runs[which]);
    self->over[which] = true;
    if (self->over[1 - which])
        return;
    s_decide(self, which);
    if (which == 0) { /* the second may say what it likes, in a time of its own */
        s_let_go(&self->channels[1]);
        other->clocks.since_us = sandbox_now_us();
        other->clocks.waited_us = other->clocks.others_us = 0;
    } else /* a writer hears of it by a signal */
        sandbox_close(&self->channels[0].from);
    if (!self->task->goes_on(self->task->context, which, self->runs[which].outcome))
        run_kill(other);
}

/* ---- the clocks ---- */

/* How much of the time since the last look the second was at work. */
static int64_t s_others_us(struct pair *self)
{
    const struct run *second = &self->runs[1];
    struct cgroup *group = second->sandbox->cgroup;
    if (self->over[1] || !group)
        return 0;
    int64_t before_us = self->others_us, cpu_us = cgroup_cpu_us(group);
    if (cpu_us < 0) /* its own clock tells when that lasts */
        return INT64_MAX;
    self->others_us = cpu_us;
    return cgroup_busy(group) ? INT64_MAX : cpu_us - before_us;
}

/* While one waits for the other its clock stands still: only both together can be seen to get no
 * further for want of a processor. */
static bool s_too_busy(const struct pair *self)
{
    int64_t limits_ms = self->runs[0].job->limits.wall_ms + self->runs[1].job->limits.wall_ms;
    return sandbox_now_us() - self->runs[0].clocks.begun_us > SANDBOX_PATIENCE * limits_ms * 1000;
}

/* Gives how long nothing can happen. */
static int64_t s_look(struct pair *self)
{
    struct run *first = &self->runs[0], *second = &self->runs[1];
    int64_t sleep_us = SANDBOX_TICK_US;
    if (!self->over[0] && !first->killed) {
        second->clocks.since_us = sandbox_now_us();
        sleep_us = run_look(first, s_others_us(self));
        if (!first->killed && s_too_busy(self))
            run_give_up(first, RUN_TOO_BUSY);
    }
    if (!self->over[1] && !second->killed) {
        int64_t second_us = run_look(second, 0);
        sleep_us = second_us < sleep_us ? second_us : sleep_us;
    }
    return sleep_us;
}

static bool s_stopped(const struct outcome *outcome)
{
    return outcome->failure[0] || outcome->cancelled || outcome->cpu_exceeded ||
           outcome->wall_exceeded || outcome->output_overflow;
}

/* Who is stopped decides: the other one has nothing to say any more. */
static void s_stop_both(struct pair *self)
{
    for (unsigned i = 0; i < 2; i++) {
        if (!s_stopped(self->runs[i].outcome))
            continue;
        s_decide(self, i);
        for (unsigned j = 0; j < 2; j++)
            if (!self->over[j])
                run_kill(&self->runs[j]);
    }
}

/* ---- watching ---- */

static void s_poll(struct pair *self, int64_t sleep_us, bool ended[2])
{
    struct pollfd polled[6];
    for (unsigned i = 0; i < 2; i++) {
        const struct channel *channel = &self->channels[i];
        polled[3 * i] =
            (struct pollfd){.fd = self->over[i] ? -1 : self->runs[i].process, .events = POLLIN};
        polled[3 * i + 1] = (struct pollfd){.fd = channel->blocked ? channel->to : channel->from,
                                            .events = channel->blocked ? POLLOUT : POLLIN};
        polled[3 * i + 2] = (struct pollfd){.fd = self->runs[i].streams.errors, .events = POLLIN};
    }
    struct timespec timeout = {sleep_us / 1000000, sleep_us % 1000000 * 1000};
    ended[0] = ended[1] = false;
    if (ppoll(polled, 6, &timeout, NULL) <= 0)
        return;
    for (unsigned i = 0; i < 2; i++) {
        ended[i] = polled[3 * i].revents != 0;
        /* one piece a turn, as in a run alone */
        if (polled[3 * i + 1].revents)
            s_move(self, i);
        if (polled[3 * i + 2].revents)
            run_take_errors(&self->runs[i]);
    }
}

static void s_watch(struct pair *self)
{
    int64_t look_us = 0;
    while (!self->over[0] || !self->over[1]) {
        bool ended[2];
        int64_t now_us = sandbox_now_us();
        if (now_us >= look_us)
            look_us = now_us + s_look(self);
        s_stop_both(self);
        s_poll(self, look_us > now_us ? look_us - now_us : 0, ended);
        /* when both have: the second cannot have ended because of the first, which it has not heard
         * of */
        for (unsigned i = 2; i-- > 0;)
            if (ended[i])
                s_on_end(self, i);
        for (unsigned i = 0; i < 2; i++)
            s_finish_channel(self, i);
    }
}

/* ---- the pair ---- */

static bool s_connect(struct pair *self, unsigned from)
{
    struct channel *channel = &self->channels[from];
    struct run *writer = &self->runs[from], *reader = &self->runs[1 - from];
    channel->limit = writer->job->limits.output_bytes;
    if (!run_pipe(writer->sandbox, true, &channel->from, &writer->streams.output_theirs) ||
        !run_pipe(reader->sandbox, false, &channel->to, &reader->streams.input_theirs))
        return false;
    channel->to_theirs = fcntl(reader->streams.input_theirs, F_DUPFD_CLOEXEC, 3);
    return channel->to_theirs >= 0;
}

/* The second first: it has the first word. */
static bool s_start(struct pair *self)
{
    for (unsigned i = 0; i < 2; i++)
        if (!s_connect(self, i)) {
            snprintf(self->runs[i].outcome->failure, sizeof self->runs[i].outcome->failure,
                     "pipes: %s", strerror(errno));
            return false;
        }
    return run_start(&self->runs[1]) && run_start(&self->runs[0]);
}

/* One began and the other did not. */
static void s_stop_alone(struct pair *self)
{
    for (unsigned i = 0; i < 2; i++)
        if (self->runs[i].process >= 0)
            keeper_link_close(&self->runs[i].sandbox->keeper); /* with what it has begun */
}

void sandbox_run_pair(struct sandbox_pair *task)
{
    struct pair self = {.task = task};
    for (unsigned i = 0; i < 2; i++) {
        run_prepare(&self.runs[i], task->sandboxes[i], task->jobs[i], &task->outcomes[i]);
        self.channels[i] = (struct channel){.from = -1, .to = -1, .to_theirs = -1};
    }
    task->first = 0;
    if (s_start(&self))
        s_watch(&self);
    else
        s_stop_alone(&self);
    for (unsigned i = 0; i < 2; i++) {
        s_let_go(&self.channels[i]);
        sandbox_close(&self.channels[i].from);
        run_end(&self.runs[i]);
    }
}
