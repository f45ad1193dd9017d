/* What stays of a contest: who won, each one's result, and the share of wins. Pure. */
#ifndef ACTORS_SCORING_RECORD_H
#define ACTORS_SCORING_RECORD_H

#include <stdint.h>

#include "actors/scoring/leaderboard.h"
#include "proto/words.h"

/* The winner's user id; 0 = a draw. The board has two rows. */
int64_t record_winner(const struct leaderboard *board);
/* RESULT_WIN, RESULT_LOSS or RESULT_DRAW of a participant; RESULT_NONE of anybody else. */
enum result record_result(const struct leaderboard *board, int64_t user_id);
/* A percentage, 62.5 for 5 of 8; 0 without contests. */
double record_win_rate(int64_t wins, int64_t contests);

#endif
