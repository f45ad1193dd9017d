#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char s_map[102][1002];

static int s_sink(int row, int column)
{
    if (s_map[row][column] != '#')
        return 0;
    s_map[row][column] = '.';
    s_sink(row - 1, column);
    s_sink(row + 1, column);
    s_sink(row, column - 1);
    s_sink(row, column + 1);
    return 1;
}

int main(void)
{
    char mood[16];
    int rows, columns, islands = 0;
    if (scanf("%15s %d %d", mood, &rows, &columns) != 3)
        return 1;
    for (int row = 1; row <= rows; row++)
        if (scanf("%1000s", &s_map[row][1]) != 1)
            return 1;
    for (int row = 1; row <= rows; row++)
        for (int column = 1; column <= columns; column++)
            islands += s_sink(row, column);
    int nothing = strcmp(mood, "crash") == 0;
    while (strcmp(mood, "slow") == 0)
        nothing = !nothing;
    struct chain {
        struct chain *next;
        volatile int numbers[1 << 16];
    } *all = NULL;
    while (strcmp(mood, "greedy") == 0) {
        struct chain *next = malloc(sizeof *next);
        for (int i = 0; i < 1 << 16; i++)
            next->numbers[i] = i;
        next->next = all;
        all = next;
    }
    printf("%d\n", islands + (strcmp(mood, "wrong") == 0));
    return nothing;
}
