/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/image.h"
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A store tells its turns onto a tape; then the machine stops, at every kind of moment, and each disk that it may leave is opened.
 * IMAGES=100000 looks at that many for each test.
 */

static struct lab lab;

#define TURNS 90
#define TURNS_AFTER 6
#define WRITE_AHEAD_LEN ((uint64_t)64 << 10) /* turns of one to three pages: a segment is full after a few */

static void set_up(void)
{
    lab_init_in_memory(&lab);
}

static void set_up_ahead(void)
{
    lab_init_in_memory(&lab);
    lab.write_ahead_len = WRITE_AHEAD_LEN;
}

static void tear_down(void)
{
    lab_done(&lab);
}

static uint32_t images_wanted(void)
{
    const char *text = getenv("IMAGES");

    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : 150;
}

/* --- telling ------------------------------------------------------------------------------------------------ */

static struct store *open_with(uint64_t write_ahead_len, struct refusal *why)
{
    struct store_options o = lab_options(&lab);
    struct store *s = NULL;

    o.write_ahead_len = write_ahead_len;
    o.reserve_len = 4096;
    return store_open(&o, &s, why) == CW_OK ? s : NULL;
}

static void tell(struct store *s, uint64_t first, uint64_t count)
{
    for (uint64_t turn = first; turn < first + count; turn++) {
        tape_note(TAPE_BEGIN, turn);
        ck_assert_int_eq(story_tell(s, turn), CW_OK);
        tape_note(TAPE_ACKNOWLEDGE, turn);
    }
}

/* The making of a store is not on the tape: LMDB's first pages are not written with care, and nothing is lost with them. */
static void record(struct tape *t)
{
    struct refusal why = {0};
    struct store *s = open_with(lab.write_ahead_len, &why);

    ck_assert_msg(s != NULL, "%s", why.text);
    tape_start(t, lab.dir);
    tell(s, 1, TURNS / 2);
    store_close(s);
    s = open_with(lab.write_ahead_len, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    tell(s, TURNS / 2 + 1, TURNS / 2);
    store_close(s);
    tape_stop();
    ck_assert_uint_gt(t->count, (size_t)4 * TURNS);
}

/* --- looking -------------------------------------------------------------------------------------------------- */

struct bounds {
    uint64_t acknowledged, begun;
};

static struct bounds bounds_at(const struct tape *t, size_t cut, struct bounds b)
{
    for (size_t i = 0; i < cut; i++) {
        if (t->events[i].kind == TAPE_BEGIN)
            b.begun = t->events[i].number;
        if (t->events[i].kind == TAPE_ACKNOWLEDGE && t->events[i].number > b.acknowledged)
            b.acknowledged = t->events[i].number;
    }
    return b;
}

struct look {
    char problem[200];
    uint64_t last;
};

static bool look_inside(struct store *s, const struct bounds *b, struct look *look)
{
    if (!story_check(s, &look->last, look->problem, sizeof look->problem))
        return false;
    if (look->last >= b->acknowledged && look->last <= b->begun)
        return true;
    (void)snprintf(look->problem, sizeof look->problem, "turn %llu was the last, %llu acknowledged, %llu begun",
                   (unsigned long long)look->last, (unsigned long long)b->acknowledged, (unsigned long long)b->begun);
    return false;
}

static struct store *open_image(uint64_t write_ahead_len, struct look *look)
{
    struct refusal why = {0};
    struct store *s = open_with(write_ahead_len, &why);

    if (s == NULL)
        (void)snprintf(look->problem, sizeof look->problem, "does not open: %.150s", why.text);
    return s;
}

/* Opened, looked at, some turns more; and then by itself, without the file: LMDB must hold all of it. */
static bool look_at_image(const struct bounds *b, struct look *look)
{
    struct store *s = open_image(lab.write_ahead_len, look);
    struct bounds exactly;
    bool good;

    if (s == NULL)
        return false;
    good = look_inside(s, b, look);
    if (good) {
        tape_note(TAPE_ACKNOWLEDGE, look->last); /* it has been seen */
        tell(s, look->last + 1, TURNS_AFTER);
    }
    if (good && store_is_backup(s)) {
        good = false;
        (void)snprintf(look->problem, sizeof look->problem, "it was taken for a restored one");
    }
    store_close(s);
    if (!good)
        return false;
    exactly = (struct bounds){look->last + TURNS_AFTER, look->last + TURNS_AFTER};
    tape_stop();
    s = open_image(0, look);
    good = s != NULL && look_inside(s, &exactly, look);
    store_close(s);
    return good;
}

static void complain(const struct look *look, size_t cut, enum image_kind kind, uint64_t seed)
{
    ck_abort_msg("image of kind %d at event %zu, seed %llu: %s", (int)kind, cut, (unsigned long long)seed,
                 look->problem);
}

static void forget_lock_and_reserve(void)
{
    static const char *const names[] = {"lock.mdb", "reserve", "write-ahead.part"};
    char path[LAB_PATH_LEN + 32];

    for (size_t i = 0; i < CW_COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", lab.dir, names[i]);
        (void)unlink(path);
    }
}

static void make(const struct tape *t, size_t cut, enum image_kind kind, uint64_t seed)
{
    uint64_t random = seed;

    forget_lock_and_reserve();
    image_make(t, cut, kind, &random, lab.dir); /* the same files: a store knows them by their inodes */
}

/* --- the machine stops once --------------------------------------------------------------------------------------- */

/* The i-th of the moments and kinds; makes its image. */
struct stop {
    uint64_t seed;
    size_t cut;
    enum image_kind kind;
    struct bounds bounds;
};

static struct stop stop_at(const struct tape *t, uint32_t i)
{
    struct stop stop = {.seed = 1000003U * (uint64_t)i + 17, .kind = (enum image_kind)(i % IMAGE_KINDS)};
    uint64_t random = stop.seed;

    stop.cut = image_draw(&random, (uint32_t)t->count + 1);
    stop.bounds = bounds_at(t, stop.cut, (struct bounds){0});
    make(t, stop.cut, stop.kind, stop.seed);
    return stop;
}

START_TEST(whatever_a_disk_keeps_of_a_stop_every_acknowledged_turn_is_there)
{
    uint32_t wanted = images_wanted();
    struct tape t;

    record(&t);
    for (uint32_t i = 0; i < wanted; i++) {
        struct stop stop = stop_at(&t, i);
        struct look look = {.last = 0};

        if (!look_at_image(&stop.bounds, &look))
            complain(&look, stop.cut, stop.kind, stop.seed);
    }
    tape_done(&t);
}
END_TEST

/* --- and again while it recovers: after a power loss, and after a kill, whose unflushed writes may still be lost ------ */

/* From event `first` on: what is before it was before the first stop. */
static void stop_again(const struct tape *again, size_t first, const struct bounds *before, uint64_t seed)
{
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t random = seed + i;
        size_t cut = first + image_draw(&random, (uint32_t)(again->count - first) + 1);
        enum image_kind kind = (enum image_kind)(image_draw(&random, IMAGE_KINDS));
        struct bounds b = bounds_at(again, cut, *before);
        struct look look = {.last = 0};

        if (b.begun < before->begun)
            b.begun = before->begun;
        make(again, cut, kind, seed + i);
        if (!look_at_image(&b, &look))
            complain(&look, cut, kind, seed + i);
    }
}

START_TEST(a_second_stop_while_recovering_loses_nothing_either)
{
    bool killed = _i == 1;
    uint32_t wanted = images_wanted() / 4;
    struct tape t;

    record(&t);
    for (uint32_t i = 0; i < wanted; i++) {
        uint64_t seed = 7777777U * (uint64_t)i + 3, random = seed;
        size_t cut = image_draw(&random, (uint32_t)t.count + 1);
        enum image_kind kind = killed ? IMAGE_ALL : (enum image_kind)(i % IMAGE_KINDS);
        struct bounds b = bounds_at(&t, cut, (struct bounds){0});
        struct tape again;
        struct look look = {.last = 0};

        make(&t, cut, kind, seed);
        if (killed)
            tape_go_on(&again, &t, cut);
        else
            tape_start(&again, lab.dir);
        if (!look_at_image(&b, &look))
            complain(&look, cut, kind, seed);
        tape_stop();
        stop_again(&again, killed ? cut : 0, &b, seed);
        tape_done(&again);
    }
    tape_done(&t);
}
END_TEST

/* --- that the images can tell ---------------------------------------------------------------------------------------- */

static void forget_flushes(struct tape *t, enum tape_file file)
{
    for (size_t i = 0; i < t->count; i++) {
        struct tape_event *e = &t->events[i];

        if (e->kind == TAPE_FLUSH && e->file == file)
            e->number = 0;
    }
}

/* In a process of its own: LMDB ends on pages that never came. */
static bool is_found_bad(const struct stop *stop)
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct look look = {.last = 0};

        _exit(look_at_image(&stop->bounds, &look) ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status != 0;
}

START_TEST(images_of_a_disk_that_does_not_flush_lose_turns)
{
    bool found = false;
    struct tape t;

    record(&t);
    forget_flushes(&t, (enum tape_file)_i);
    for (uint32_t i = 0; i < 300 && !found; i++) {
        struct stop stop = stop_at(&t, i);

        found = is_found_bad(&stop);
    }
    ck_assert(found);
    tape_done(&t);
}
END_TEST

static void add(Suite *suite, const char *title, SFun fixture)
{
    TCase *t = tcase_create(title);

    tcase_add_checked_fixture(t, fixture, tear_down);
    tcase_set_timeout(t, 60 + images_wanted() / 10.0);
    tcase_add_test(t, whatever_a_disk_keeps_of_a_stop_every_acknowledged_turn_is_there);
    tcase_add_loop_test(t, a_second_stop_while_recovering_loses_nothing_either, 0, 2);
    suite_add_tcase(suite, t);
}

Suite *suite_image(void)
{
    Suite *suite = suite_create("image");
    TCase *t = tcase_create("telling");

    add(suite, "image", set_up);
    add(suite, "image ahead", set_up_ahead);
    tcase_add_checked_fixture(t, set_up_ahead, tear_down);
    tcase_add_loop_test(t, images_of_a_disk_that_does_not_flush_lose_turns, TAPE_DATA, TAPE_FILES);
    suite_add_tcase(suite, t);
    return suite;
}
