/* The rooms that a scoring shard has in memory: by id, at most SCORES_MAX, the least recently used
 * ones leaving first, and finished ones before all others. A room never leaves while the store is
 * asked about it or somebody waits for it.
 *
 * An entry has a number (slot) for as long as it stays; with the generation it names the one
 * question to the store that may be open, so that an answer which comes too late finds nothing. */
#ifndef ACTORS_SCORING_SCORE_CACHE_H
#define ACTORS_SCORING_SCORE_CACHE_H

#include "actors/scoring/line.h"
#include "actors/scoring/rejudged.h"

#define SCORES_MAX 4096 /* rooms of a shard, and so its credit of open commits */

/* What the store is being asked about a room. */
enum score_asking {
    ASKING_NOTHING,
    ASKING_LOAD,    /* all of it */
    ASKING_VERDICT, /* to keep a verdict */
    ASKING_GIVE_UP, /* to make Judge Errors of what is not judged */
    ASKING_FINISH,  /* to keep the result */
    ASKING_TRIALS,  /* what a rejudging makes of it */
    ASKING_REJUDGE, /* to keep that */
};

struct score_entry {
    int64_t room_id;               /* its key */
    uint32_t slot;                 /* its number */
    struct score_room room;        /* what the store has confirmed, if `loaded` */
    bool loaded;                   /* `room` may be read */
    bool push_due;                 /* something that browsers see has not been pushed */
    bool settled_due;              /* we have begun to finish it, and room has not been told */
    enum score_asking asking;      /* the one open question */
    struct envelope cause;         /* what made us ask: its trace goes on */
    struct kept *current;          /* owned: the message that a commit decides; NULL for others */
    struct rejudged *rejudged;     /* owned: what ASKING_REJUDGE keeps; else NULL */
    int64_t decided_ms;            /* the commit's instant, the same when it is repeated */
    int64_t due_ms;                /* when to ask (again) */
    uint32_t tries;                /* how often we have asked, or were to */
    uint32_t refusals;             /* of commits, one after the other */
    struct line line;              /* who waits for the store's answer */
    struct line waiters;           /* who waits for the result */
    struct score_entry *hash_next; /* same bucket */
    struct score_entry *newer, *older; /* order of use */
};

struct score_cache {
    struct score_entry *entries[SCORES_MAX]; /* owned, by slot; NULL where nobody is */
    uint32_t generations[SCORES_MAX];        /* of each slot's newest question */
    uint32_t free[SCORES_MAX];               /* slots without an entry; free_count of them */
    uint32_t free_count;                     /* how many */
    struct score_entry *buckets[SCORES_MAX]; /* by room id */
    struct score_entry *newest, *oldest;     /* ends of the order of use */
};

void score_cache_init(struct score_cache *self);
void score_cache_fini(struct score_cache *self);
/* The room's entry, which is now the most recently used; NULL when it is not here. */
struct score_entry *score_cache_find(struct score_cache *self, int64_t room_id);
/* A new, empty entry for a room that is not here. NULL: full, and none can leave. */
struct score_entry *score_cache_add(struct score_cache *self, int64_t room_id);
void score_cache_remove(struct score_cache *self, struct score_entry *entry);
/* The entry whose open question this is; NULL when there is none. */
struct score_entry *score_cache_asked(struct score_cache *self, struct question question);
/* A new name for the entry's next question; the one before is forgotten. */
struct question score_cache_question(struct score_cache *self, struct score_entry *entry);
/* The name of the open question, to repeat it. */
struct question score_cache_same_question(const struct score_cache *self,
                                          const struct score_entry *entry);

#endif
