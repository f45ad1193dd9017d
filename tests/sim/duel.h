/* Users who play duels as a gateway would have them play: log in, create, join, start, submit, end,
 * read. Everybody does one thing at a time, waits for its answer, and when none comes in time says
 * the same again with the same command id. What each answer may be is checked here; what must hold
 * when all is over is in audit.h. */
#ifndef TESTS_SIM_DUEL_H
#define TESTS_SIM_DUEL_H

#include "tests/sim/sim.h"

#define DUELS_MAX 32
#define DUEL_LATE_MS 10000 /* when nothing goes wrong, nothing takes so long */
#define SHOTS_MAX 64       /* submissions of one player in one round */

/* A submission, and what the script says of it. */
struct shot {
    struct command_id command; /* the same on a repeat */
    int64_t problem_id;        /* for which problem */
    int64_t submission_id;     /* as acknowledged; 0: it never was */
    uint8_t verdict;           /* what its judging will give */
    uint32_t takes_ms;         /* and how long that takes */
    int64_t acknowledged_ms;   /* when */
    bool told;                 /* the stream has brought its verdict */
};

enum player_state {
    PLAYER_LOGS_IN,
    PLAYER_OPENS_IDLY,   /* host: a room that nobody will join, so that it has to yield */
    PLAYER_OPENS,        /* host */
    PLAYER_AWAITS_ROOM,  /* guest: until the host has one */
    PLAYER_GUESSES,      /* guest: a wrong password first */
    PLAYER_JOINS,        /* guest */
    PLAYER_LEAVES,       /* guest: and comes back */
    PLAYER_JOINS_AGAIN,  /* guest */
    PLAYER_AWAITS_GUEST, /* host */
    PLAYER_STARTS,       /* host */
    PLAYER_AWAITS_START, /* guest */
    PLAYER_INTRUDES,     /* tries another room while he sits in his own */
    PLAYER_READS_PROBLEMS,
    PLAYER_SUBMITS,
    PLAYER_RUNS,          /* on the samples or an input of his own, between two submissions */
    PLAYER_ENDS,          /* host */
    PLAYER_AWAITS_RESULT, /* until the room is FINISHED */
    PLAYER_READS_RESULT,  /* host */
    PLAYER_READS_LEADERBOARD,
    PLAYER_READS_HISTORY,
    PLAYER_READS_SUBMISSION,
    PLAYER_OPENS_AND_GOES, /* host, at the very end: a room that must expire */
    PLAYER_IS_DONE
};

struct duel;

struct player {
    struct duel *duel;       /* which he plays in */
    int64_t user_id;         /* who he is */
    enum player_state state; /* what he is about */
    bool host;               /* of this round's room */

    uint16_t asked;            /* message that he waits for an answer to; 0: none */
    struct command_id command; /* of it */
    uint32_t generation;       /* of its newest sending */
    uint32_t sendings;         /* of it, so far */
    uint32_t answers;          /* to the newest sending */
    int64_t least_version;     /* of the room that he knew of when he sent */
    int64_t next_ms;           /* when he does something: repeats, or goes on */

    int64_t version;              /* newest of the room that he knows of */
    int64_t stop_ms;              /* when he stops submitting */
    struct shot shots[SHOTS_MAX]; /* of this round, shot_count of them */
    uint32_t shot_count;          /* how many */
    struct shot runs[SHOTS_MAX];  /* of this round, run_count of them; submission_id is the run's */
    uint32_t run_count;           /* how many */
};

enum duel_end { DUEL_ENDED_BY_HOST, DUEL_TIMES_OUT, DUEL_ALL_SOLVED };

struct duel {
    struct duels *all;                            /* its fellows */
    struct player players[2];                     /* whoever hosts this round says so */
    enum duel_end end;                            /* how this round shall end */
    int64_t room_id;                              /* of this round; 0: not yet */
    int64_t idle_room_id;                         /* which had to yield; 0: none */
    int64_t duration_ms;                          /* of the contest */
    int64_t problem_count;                        /* of it */
    int64_t problem_ids[ROOM_PROBLEMS_MAX];       /* as read */
    bool joined, started, problems_read;          /* how far it is */
    bool result_read;                             /* the next two are known */
    uint8_t result;                               /* WIN or DRAW */
    int64_t winner_user_id;                       /* or I64_NONE */
    int64_t stream_version;                       /* newest that the stream brought */
    struct rec_leaderboard_row board[ROOM_SEATS]; /* as read at the end */
    uint32_t board_rows;                          /* of them */
    uint32_t round;                               /* from 0 */
};

struct duels {
    struct sim *sim;              /* borrowed */
    uint8_t place;                /* the gateway's */
    bool calm;                    /* nothing goes wrong in this run: no repeat, no gap */
    uint32_t rounds;              /* each pair plays so many, hosting in turn */
    struct duel duels[DUELS_MAX]; /* count of them */
    uint32_t count;               /* how many */
    uint64_t commands;            /* given so far */
    uint64_t sequence;            /* of the stream's last message */
    uint64_t requests, repeats;   /* what happened */
    uint64_t runs, runs_told;     /* acknowledged; that the stream has brought */
    uint64_t left_rooms;          /* that were opened at the very end, for nobody */
    bool rejudging;               /* all is over, and an operator makes other verdicts */
    uint64_t rejudged_told;       /* that the stream has brought */
    /* The round that a duel has just finished; false: `fault` says what does not hold. */
    bool (*finished)(struct duels *self, struct duel *duel);
    void *context;   /* finished's */
    char fault[512]; /* what does not hold; empty: nothing yet */
};

/* Places a gateway in the simulation with so many pairs, who begin at once. */
void duels_init(struct duels *self, struct sim *sim, uint32_t count, uint32_t rounds, bool calm);
/* All have played their rounds, or something does not hold. */
bool duels_over(const struct duels *self);
/* Sets the fault, if there is none yet. */
__attribute__((format(printf, 2, 3))) void duels_fault(struct duels *self, const char *format, ...);
/* The same, with who and where. */
void player_wrong(struct player *player, const char *what, int64_t number);
/* Says something, or says it again; what he does next, and when; and a chance. For a state's act.
 */
void player_say(struct player *player, int64_t key, uint16_t id, const void *message);
void player_go(struct player *player, enum player_state state, int64_t pause_ms);
bool player_percent(const struct player *player, uint64_t percent);
/* The player's state, for a report. */
const char *player_state_name(enum player_state state);

#endif
