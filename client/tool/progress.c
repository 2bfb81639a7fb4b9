/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/progress.h"

#include "lib/link.h"

#include <unistd.h>

#define BAR_WIDTH 20

void progress_begin(struct progress *p, const struct cli *cli, const char *what)
{
    *p = (struct progress){.what = what, .began = link_now()};
    p->wanted = !cli->quiet && !cli->json && isatty(STDERR_FILENO) == 1;
}

void progress_line(const char *what, uint64_t done, uint64_t total, int64_t took_ms, char out[static CLI_WIDTH + 1])
{
    uint64_t rate = took_ms > 0 ? done * 1000 / (uint64_t)took_ms : 0;
    char bar[BAR_WIDTH + 1], whole[200];
    int filled;

    if (total == 0 || done > total) {
        snprintf(out, CLI_WIDTH + 1, "%.20s  %llu, %llu/s", what, (unsigned long long)done, (unsigned long long)rate);
        return;
    }
    filled = (int)(done * BAR_WIDTH / total);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : ' ';
    bar[BAR_WIDTH] = '\0';
    snprintf(whole, sizeof(whole), "%.14s [%s] %3llu %%  %llu of %llu, %llu/s, %llu s left", what, bar,
             (unsigned long long)(done * 100 / total), (unsigned long long)done, (unsigned long long)total,
             (unsigned long long)rate, (unsigned long long)(rate > 0 ? (total - done) / rate : 0));
    snprintf(out, CLI_WIDTH + 1, "%.*s", CLI_WIDTH, whole);
}

/* Whether it is time to draw again. */
static bool due(struct progress *p, struct cw_mono now)
{
    if (!mono_reached(now, mono_after(p->began, PROGRESS_AFTER_MS)) ||
        (p->drawn && !mono_reached(now, mono_after(p->drawn_at, PROGRESS_EVERY_MS))))
        return false;
    p->drawn = true;
    p->drawn_at = now;
    return true;
}

static void draw(const char *line)
{
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
}

void progress_at(struct progress *p, uint64_t done, uint64_t total)
{
    char line[CLI_WIDTH + 1];

    if (!p->wanted || !due(p, link_now()))
        return;
    progress_line(p->what, done, total, p->drawn_at.ms - p->began.ms, line);
    draw(line);
}

void progress_say(struct progress *p, const char *what)
{
    char line[CLI_WIDTH];

    if (!p->wanted || !due(p, link_now()))
        return;
    snprintf(line, sizeof(line), "%s: %s", p->what, what);
    draw(line);
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        draw("");
    p->drawn = false;
}
