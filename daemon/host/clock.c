/* SPDX-License-Identifier: Apache-2.0 */
#include "host/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec t;

    CW_ASSERT(clock_gettime(id, &t) == 0); /* both clocks always exist on Linux */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct cw_mono clock_mono(void)
{
    return (struct cw_mono){read_ms(CLOCK_MONOTONIC)};
}

struct cw_wall clock_wall(void)
{
    return (struct cw_wall){read_ms(CLOCK_REALTIME)};
}

#define YEAR_0_MS (-62167219200000)
#define YEAR_9999_MS 253402300799999

void clock_text(struct cw_wall t, char out[static CLOCK_TEXT_LEN])
{
    int64_t ms = t.ms < YEAR_0_MS ? YEAR_0_MS : t.ms > YEAR_9999_MS ? YEAR_9999_MS : t.ms;
    int64_t part = ((ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((ms - part) / 1000);
    struct tm tm;

    (void)gmtime_r(&seconds, &tm); /* cannot fail inside these years */
    (void)snprintf(out, CLOCK_TEXT_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
                   (unsigned int)(tm.tm_year + 1900) % 10000, (unsigned int)(tm.tm_mon + 1) % 100,
                   (unsigned int)tm.tm_mday % 100, (unsigned int)tm.tm_hour % 100, (unsigned int)tm.tm_min % 100,
                   (unsigned int)tm.tm_sec % 100, (unsigned int)part);
}
