/* What stays of a contest. Reads the ranks and nothing else, so it can never disagree with the
 * leaderboard that the participants saw. */
#include "actors/scoring/record.h"

#include "proto/check.h"

int64_t record_winner(const struct leaderboard *board)
{
    check(board->user_count == ROOM_SEATS);
    return board->rows[1].rank == 1 ? 0 : board->rows[0].user_id;
}

enum result record_result(const struct leaderboard *board, int64_t user_id)
{
    int64_t winner = record_winner(board);
    if (user_id != board->rows[0].user_id && user_id != board->rows[1].user_id)
        return RESULT_NONE;
    if (winner == 0)
        return RESULT_DRAW;
    return winner == user_id ? RESULT_WIN : RESULT_LOSS;
}

double record_win_rate(int64_t wins, int64_t contests)
{
    return contests > 0 ? (double)wins * 100.0 / (double)contests : 0.0;
}
