/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 *   sim --seeds N [--from F]      stories, the kept seeds, then N drawn worlds
 *   sim --seed S [--verbose] [--plain]  one world; plain: in which officers only fill in fields and record results
 *   sim --story NAME [--verbose]  one story
 *   sim --stop                    end at the first failure (with --seeds)
 *
 * Ends with "N passed, M failed".
 */

#define SEEDS_FILE "tests/sim/seeds.txt"

struct arguments {
    uint64_t seed, from, seeds;
    bool one, plain, verbose, stop, only_seeds;
    const char *story;
};

static struct {
    unsigned passed, failed;
} tally;

static char under_way[128];

/* An assertion of the production code is a finding like any other (I31): say where, and end counted. */
static void on_abort(int number)
{
    static const char text[] = "\nI31 does not hold: an assertion failed in ";
    static const char closing[] = "\n0 passed, 1 failed\n";

    (void)number;
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0 || write(STDOUT_FILENO, under_way, strlen(under_way)) < 0 ||
        write(STDOUT_FILENO, closing, sizeof closing - 1) < 0)
        _exit(2);
    _exit(1);
}

static void count(bool good)
{
    if (good)
        tally.passed++;
    else
        tally.failed++;
    fflush(stdout);
}

static void run_seed(uint64_t seed, bool plain, bool verbose)
{
    snprintf(under_way, sizeof under_way, "%sseed %llu", plain ? "plain " : "", (unsigned long long)seed);
    count(swarm_run(seed, plain, verbose));
}

static void run_story(const struct story *story, bool verbose)
{
    snprintf(under_way, sizeof under_way, "story %s", story->name);
    fflush(stdout);
    count(story_run(story, verbose));
}

static void run_stories(const struct arguments *a)
{
    for (const struct story *s = stories; s->name != NULL && !(a->stop && tally.failed > 0); s++) {
        if (a->story == NULL || strcmp(a->story, s->name) == 0)
            run_story(s, a->verbose);
    }
}

#define PLAIN "plain "

/* Lines: a seed, then what it once found; before it the word plain when that was in a world of plain officers. */
static void run_kept_seeds(const struct arguments *a)
{
    FILE *file = fopen(SEEDS_FILE, "r");
    char text[256];

    while (file != NULL && fgets(text, sizeof text, file) != NULL && !(a->stop && tally.failed > 0)) {
        bool plain = strncmp(text, PLAIN, strlen(PLAIN)) == 0;
        const char *seed = plain ? text + strlen(PLAIN) : text;

        if (seed[0] >= '0' && seed[0] <= '9')
            run_seed(strtoull(seed, NULL, 10), plain, false);
    }
    if (file != NULL)
        fclose(file);
}

static void run_drawn_seeds(const struct arguments *a)
{
    clock_t began = clock();

    for (uint64_t i = 0; i < a->seeds && !(a->stop && tally.failed > 0); i++)
        run_seed(a->from + i, a->plain, false);
    if (a->seeds > 0)
        printf("%.1f ms of CPU for each drawn world\n",
               1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC / (double)a->seeds);
}

static bool read_arguments(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){.from = 1};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--seeds") == 0 && more)
            out->seeds = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0 && more)
            out->from = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && more)
            out->one = true, out->seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--story") == 0 && more)
            out->story = argv[++i];
        else if (strcmp(argv[i], "--plain") == 0)
            out->plain = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            out->verbose = true;
        else if (strcmp(argv[i], "--stop") == 0)
            out->stop = true;
        else if (strcmp(argv[i], "--only-seeds") == 0)
            out->only_seeds = true;
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct arguments a;

    if (!read_arguments(argc, argv, &a)) {
        fprintf(stderr, "usage: sim --seeds N [--from F] [--plain] [--stop] [--only-seeds] | --seed S [--plain] "
                        "[--verbose] | --story NAME "
                        "[--verbose]\n");
        return 2;
    }
    signal(SIGABRT, on_abort);
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30); /* a world's large buffers serve the next one, pages and all */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (a.one) {
        run_seed(a.seed, a.plain, a.verbose);
    } else if (a.story != NULL) {
        run_stories(&a);
    } else {
        if (!a.only_seeds) {
            run_stories(&a);
            run_kept_seeds(&a);
        }
        run_drawn_seeds(&a);
    }
    cast_free_all();
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
