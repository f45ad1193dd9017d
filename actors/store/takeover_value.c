/* Bounded readers of short texts. What they refuse becomes NULL, and the rules of sql/takeover say
 * what that means. */
#include "actors/store/takeover_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define TEXT_BYTES 64 /* longer ones are nothing that we read */

/* The text without blanks around it, terminated; false: too long, or empty. */
static bool s_trim(struct slice text, char out[TEXT_BYTES])
{
    while (text.length && isspace((unsigned char)text.data[0]))
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && isspace((unsigned char)text.data[text.length - 1]))
        text.length--;
    if (!text.length || text.length >= TEXT_BYTES || memchr(text.data, '\0', text.length))
        return false;
    memcpy(out, text.data, text.length);
    out[text.length] = '\0';
    return true;
}

bool takeover_number(struct slice text, int64_t *value)
{
    char number[TEXT_BYTES], *end;
    if (!s_trim(text, number))
        return false;
    errno = 0;
    *value = strtoll(number, &end, 10);
    if (end == number || errno)
        return false;
    if (*end == '.' && isdigit((unsigned char)end[1]))
        end += 1 + strspn(end + 1, "0");
    return *end == '\0';
}

/* What stands behind the seconds: a fraction, then a zone. */
static bool s_read_rest(const char *rest, int64_t *value_ms)
{
    int64_t unit_ms = 100;
    int hours, minutes = 0, used = 0;
    if (*rest == '.')
        for (rest++; isdigit((unsigned char)*rest); rest++, unit_ms /= 10)
            *value_ms += (*rest - '0') * unit_ms;
    rest += strspn(rest, " ");
    if (*rest == '\0' || strcasecmp(rest, "Z") == 0 || strcasecmp(rest, "UTC") == 0)
        return true;
    char sign = *rest;
    if ((sign != '+' && sign != '-') || sscanf(rest + 1, "%2d%n", &hours, &used) != 1)
        return false;
    rest += 1 + used;
    rest += *rest == ':';
    if (*rest && (sscanf(rest, "%2d%n", &minutes, &used) != 1 || rest[used]))
        return false;
    int64_t zone_ms = (hours * 60 + minutes) * 60000LL;
    *value_ms += sign == '+' ? -zone_ms : zone_ms;
    return true;
}

static bool s_read_date(const char *text, int64_t *value_ms)
{
    struct tm tm = {0};
    int used = 0;
    char between;
    if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) != 3)
        return false;
    text += used;
    if (*text) {
        if (sscanf(text, "%c%2d:%2d:%2d%n", &between, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) !=
                4 ||
            !strchr(" Tt", between))
            return false;
        text += used;
    }
    if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    *value_ms = timegm(&tm) * 1000LL;
    return s_read_rest(text, value_ms);
}

bool takeover_time(struct slice text, int64_t *value_ms)
{
    char date[TEXT_BYTES];
    bool good =
        takeover_number(text, value_ms) || (s_trim(text, date) && s_read_date(date, value_ms));
    return good && *value_ms >= 0 && *value_ms <= TAKEOVER_TIME_MAX_MS;
}

bool takeover_flag(struct slice text, int64_t *value)
{
    static const char *const words[] = {"true", "false", "t",  "f",   "yes", "no",
                                        "y",    "n",     "on", "off", "1",   "0"};
    char word[TEXT_BYTES];
    if (!s_trim(text, word))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(word, words[i]) == 0) {
            *value = i % 2 == 0;
            return true;
        }
    return false;
}
