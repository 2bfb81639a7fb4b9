/* SPDX-License-Identifier: Apache-2.0 */
/* One more op behind a finished fold: the bytes of the whole fold, or nothing (fold.h, fold_append). */
#include "tests/unit/cases/story.h"
#include "tests/unit/support/room.h"

#define PC_ ROLE_MASK(PC)
#define INSP_ ROLE_MASK(INSP)
#define OPS_ROOM 24u
#define NOT_PLACED (UINT64_MAX - 1000)

static struct room memory = ROOM(8 << 20);
static uint8_t text_memory[1 << 20];
static struct arena arena;
static struct fold *fold;
static const struct case_state *state;

static void fold_first(struct story *s, uint32_t count, uint32_t room)
{
    arena = room_arena(&memory);
    fold = fold_begin(&arena, &s->case_id, &s->policy);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(fold_add(fold, &story_at(s, i)->head), CW_OK);
    fold_make_room(fold, room);
    ck_assert_int_eq(fold_finish(fold, &state), CW_OK);
}

static bool append(const struct case_op *op)
{
    bool done;

    ck_assert_int_eq(fold_append(fold, op, &done), CW_OK);
    return done;
}

static bool takes(struct story *s, uint32_t op)
{
    return append(&story_at(s, op)->head);
}

static void is_the_whole(struct story *s)
{
    struct arena texts = arena_over(text_memory, sizeof text_memory);
    const struct case_state *whole = story_fold(s);
    struct hash ours, theirs;

    ck_assert_int_eq(case_state_hash(state, NULL, &arena, &ours), CW_OK);
    ck_assert_int_eq(case_state_hash(whole, NULL, &s->folding, &theirs), CW_OK);
    ck_assert(ID_EQ(&ours, &theirs));
    ck_assert_str_eq(story_encode(state, &texts), story_encode(whole, &s->folding));
    ck_assert_uint_eq(state->naming_count, whole->naming_count);
    for (uint32_t i = 0; i < whole->naming_count; i++)
        ck_assert_uint_eq(state->naming[i], whole->naming[i]);
}

static uint32_t note(struct story *s)
{
    uint32_t op = story_event(s, "NTH", PC_, EVENT_NOTE);

    story_text(s, op, FIELD_TEXT, "said");
    return op;
}

static uint32_t decision(struct story *s)
{
    uint32_t op = story_event(s, "EST", PC_, EVENT_DECISION);
    struct hash about = story_event_id(s, op - 1);

    story_text(s, op, FIELD_RATIONALE, "because");
    story_ref(s, op, FIELD_ABOUT, &about);
    return op;
}

/* --- what is appended ------------------------------------------------------------------------------------------- */

START_TEST(what_only_adds_to_the_record_is_appended)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);

    story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, 4);
    note(s);
    fold_first(s, s->count, OPS_ROOM);
    for (uint32_t i = 0; i < OPS_ROOM; i++) {
        uint32_t op = i % 3 == 2 ? decision(s) : note(s);

        if (i % 4 == 1)
            story_after(s, op, op - 1);
        if (i % 5 == 0)
            story_at(s, op)->head.flags = CASE_OP_PART_ERASED;
        ck_assert(takes(s, op));
        ck_assert(!takes(s, op)); /* once */
        is_the_whole(s);
    }
    ck_assert(!takes(s, note(s))); /* there is no room left */
}
END_TEST

START_TEST(without_room_nothing_is_appended)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);

    fold_first(s, s->count, 0);
    ck_assert(!takes(s, note(s)));
}
END_TEST

/* --- what is not ---------------------------------------------------------------------------------------------------- */

static uint32_t event_of(struct story *s, uint32_t event)
{
    uint32_t op = story_event(s, "NTH", INSP_, event);

    story_text(s, op, FIELD_TEXT, "said");
    return op;
}

static uint32_t sets_a_field(struct story *s)
{
    uint32_t op = note(s);

    story_number(s, op, FIELD_MISSING_RISK, 3);
    return op;
}

static uint32_t corrects(struct story *s)
{
    uint32_t op = note(s);

    story_corrects(s, op, 1);
    return op;
}

static uint32_t is_the_same(struct story *s)
{
    uint32_t op = note(s);

    story_same_as(s, op, 1);
    return op;
}

static uint32_t withdraws(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->op.withdraws = true;
    return op;
}

static uint32_t is_newer(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->op.newer = true;
    return op;
}

static uint32_t is_pending(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->head.verdict = VERDICT_PENDING;
    return op;
}

static uint32_t is_unopened(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->head.op = NULL;
    return op;
}

static uint32_t is_flagged(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->head.flags = CASE_OP_REUSED_ID;
    return op;
}

static uint32_t is_withheld(struct story *s)
{
    uint32_t op = note(s);

    story_at(s, op)->writes[0].withheld = true;
    return op;
}

static uint32_t names_a_stranger(struct story *s)
{
    uint32_t op = note(s);

    memset(story_at(s, op)->after[0].b, 7, ID_LEN);
    story_at(s, op)->op.after_count = 1;
    return op;
}

static uint32_t supersedes(struct story *s)
{
    uint32_t op = note(s);

    story_names(s, op, 0, 1, 0);
    return op;
}

static uint32_t sets(struct story *s)
{
    return story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, 3);
}

static uint32_t unknown_event(struct story *s)
{
    return story_event(s, "NTH", INSP_, 999);
}

static uint32_t unknown_field(struct story *s)
{
    uint32_t op = note(s);

    story_text(s, op, 60000, "said");
    return op;
}

static uint32_t by_nobody(struct story *s)
{
    uint32_t op = story_event(s, "NTH", PC_, EVENT_PUBLICITY); /* a superintendent's */

    story_text(s, op, FIELD_TEXT, "said");
    return op;
}

START_TEST(what_may_change_anything_is_not)
{
    static uint32_t (*const more[])(struct story *) = {
        sets_a_field, corrects,         is_the_same, withdraws, is_newer,      is_pending,    is_unopened, is_flagged,
        is_withheld,  names_a_stranger, supersedes,  sets,      unknown_event, unknown_field, by_nobody};
    static const uint32_t events[] = {
        EVENT_RETURNED,  EVENT_STILL_MISSING, EVENT_FOUND_DEAD,           EVENT_EPISODE_REPORTED,
        EVENT_REVIEW,    EVENT_ARREST,        EVENT_HANDOVER_CLAIM,       EVENT_CLOCK_ACK,
        EVENT_DELIVERED, EVENT_RHI,           EVENT_PREVENTION_INTERVIEW, EVENT_LINK_WITHDRAWN,
        EVENT_LONG_TERM};

    for (size_t i = 0; i < CW_COUNT(more) + CW_COUNT(events); i++) {
        struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
        uint32_t op, count = s->count + 2;

        note(s);
        note(s);
        fold_first(s, count, OPS_ROOM);
        op = i < CW_COUNT(more) ? more[i](s) : event_of(s, events[i - CW_COUNT(more)]);
        if (takes(s, op))
            ck_abort_msg("number %zu was appended", i);
        s->count = count;
        is_the_whole(s);
    }
}
END_TEST

/* Of a child that nobody has found: nothing is weighed by it, and nothing held. */
START_TEST(a_sighting_is_appended)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);

    event_of(s, EVENT_EPISODE_REPORTED);
    fold_first(s, s->count, OPS_ROOM);
    for (uint32_t i = 0; i < OPS_ROOM; i++) {
        uint32_t op = i % 3 == 2 ? note(s) : event_of(s, EVENT_SIGHTING);

        if (i % 3 == 1)
            story_at(s, op)->head.hlc -= 2; /* before the one that came last */
        ck_assert(takes(s, op));
        is_the_whole(s);
    }
}
END_TEST

/* It may contradict a return, hold a close up, or find who was given up: whether or not that stands. */
START_TEST(a_sighting_is_not_once_it_may_contradict_somebody)
{
    static const uint32_t before[] = {EVENT_RETURNED,          EVENT_RETURN_CONFIRMED, EVENT_LONG_TERM,
                                      EVENT_EPISODE_CANCELLED, EVENT_EPISODE_CLOSED,   EVENT_CHILD_CLOSED};

    for (size_t i = 0; i < CW_COUNT(before); i++) {
        struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
        uint32_t op;

        event_of(s, EVENT_EPISODE_REPORTED);
        event_of(s, before[i]);
        fold_first(s, s->count, OPS_ROOM);
        op = event_of(s, EVENT_SIGHTING);
        if (takes(s, op))
            ck_abort_msg("after number %zu a sighting was appended", i);
    }
}
END_TEST

/* Of three ops the second names the third, which is not here yet: by its coming the second changes. */
START_TEST(what_was_named_before_it_came_is_not)
{
    static void (*const name[])(struct story *, uint32_t, uint32_t) = {story_after, story_corrects, story_same_as};

    for (size_t i = 0; i < CW_COUNT(name); i++) {
        struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
        uint32_t first = note(s), second = note(s);

        fold_first(s, second, OPS_ROOM);
        ck_assert(takes(s, second));
        name[i](s, first, second);
        fold_first(s, second, OPS_ROOM);
        ck_assert(!takes(s, second));
    }
}
END_TEST

/* --- in the middle ------------------------------------------------------------------------------------------------ */

/* The clock of another division was a little behind. */
START_TEST(one_that_comes_late_is_put_in_its_place)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);

    note(s);
    event_of(s, EVENT_SIGHTING);
    decision(s);
    fold_first(s, s->count, OPS_ROOM);
    for (uint32_t i = 0; i < OPS_ROOM; i++) {
        uint32_t op = i % 2 == 0 ? decision(s) : note(s);

        story_at(s, op)->head.hlc = STORY_HLC + 1000 + i * 7 % 5; /* among the first; the opening is one of them */
        ck_assert(takes(s, op));
        is_the_whole(s);
    }
}
END_TEST

START_TEST(not_before_what_is_tallied_nor_long_ago)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
    uint32_t tallied = event_of(s, EVENT_ARREST), late = note(s);

    story_at(s, late)->head.hlc = story_at(s, tallied)->head.hlc - 1;
    fold_first(s, late, OPS_ROOM);
    ck_assert(!takes(s, late));
    story_at(s, late)->head.hlc = story_at(s, tallied)->head.hlc + 1;
    ck_assert(takes(s, late));

    s = story_open(KIND_CHILD, "NTH", INSP_);
    for (uint32_t i = 0; i < 65; i++)
        note(s);
    late = note(s);
    fold_first(s, late, OPS_ROOM);
    story_at(s, late)->head.hlc = STORY_HLC + 1000;
    ck_assert(!takes(s, late));
    story_at(s, late)->head.hlc = STORY_HLC + 1002; /* behind the first */
    ck_assert(takes(s, late));
    is_the_whole(s);
}
END_TEST

/* --- placed later ------------------------------------------------------------------------------------------------------ */

static void append_unplaced(struct story *s, uint32_t op, uint64_t number)
{
    struct case_op first = story_at(s, op)->head;

    first.hlc = NOT_PLACED + number;
    memset(first.log.b, 0, ID_LEN);
    ck_assert(append(&first));
}

START_TEST(what_was_admitted_together_is_placed_one_by_one)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
    uint32_t ops[4];

    fold_first(s, s->count, OPS_ROOM);
    for (uint32_t i = 0; i < CW_COUNT(ops); i++) {
        ops[i] = note(s);
        append_unplaced(s, ops[i], i);
    }
    for (uint32_t i = 0; i < CW_COUNT(ops); i++)
        ck_assert(fold_place(fold, &story_at(s, ops[i])->head));
    is_the_whole(s);
}
END_TEST

START_TEST(what_would_stand_elsewhere_is_not_placed)
{
    struct story *s = story_open(KIND_CHILD, "NTH", INSP_);
    uint32_t first = note(s), second = note(s), third = note(s);
    struct case_op op;

    story_after(s, third, second);
    fold_first(s, 2, OPS_ROOM);
    ck_assert(!fold_place(fold, &story_at(s, first)->head)); /* not appended */
    append_unplaced(s, second, 0);
    op = story_at(s, second)->head;
    op.hlc = 1; /* before the first */
    ck_assert(!fold_place(fold, &op));
    op.hlc = NOT_PLACED;
    append_unplaced(s, third, 1);
    op.hlc = NOT_PLACED + 5; /* behind the third */
    ck_assert(!fold_place(fold, &op));
    ck_assert(!fold_place(fold, &story_at(s, second)->head)); /* the third names it: its time would change too */
}
END_TEST

Suite *suite_append(void);
Suite *suite_append(void)
{
    Suite *s = suite_create("cases/append");
    TCase *t = tcase_create("append");

    tcase_add_test(t, what_only_adds_to_the_record_is_appended);
    tcase_add_test(t, without_room_nothing_is_appended);
    tcase_add_test(t, what_may_change_anything_is_not);
    tcase_add_test(t, a_sighting_is_appended);
    tcase_add_test(t, a_sighting_is_not_once_it_may_contradict_somebody);
    tcase_add_test(t, what_was_named_before_it_came_is_not);
    tcase_add_test(t, one_that_comes_late_is_put_in_its_place);
    tcase_add_test(t, not_before_what_is_tallied_nor_long_ago);
    tcase_add_test(t, what_was_admitted_together_is_placed_one_by_one);
    tcase_add_test(t, what_would_stand_elsewhere_is_not_placed);
    suite_add_tcase(s, t);
    return s;
}
