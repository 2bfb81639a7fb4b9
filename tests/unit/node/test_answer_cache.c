/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/*
 * An answer is given from memory for as long as it is true, and not longer. Each kind of change is tried: one that
 * the key did not name would be answered with what was.
 */

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op child;
static bool brief; /* as is asked for */

static void nodes(uint32_t count)
{
    lab = lab_started(count, 2000);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_open_child(lab, 1, &child);
    ck_assert_uint_eq(lab_ask(north, &child), CW_OK);
    lab_run(lab, 2000);
}

static void one_node(void)
{
    brief = false;
    nodes(1);
}

static void two_nodes(void)
{
    brief = false;
    nodes(2);
}

static void end(void)
{
    lab_free(lab);
}

/* --- asking --------------------------------------------------------------------------------------------------------- */

static struct reader_identity officer(void)
{
    return (struct reader_identity){.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
}

static const Cw__Answer *ask_as(const struct reader_identity *who, const struct cw_case_id *id)
{
    static struct room read_memory = ROOM(8 << 20), memory = ROOM(4 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct arena reading = room_arena(&read_memory), arena = room_arena(&memory);
    struct writer out = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;
    ProtobufCMessage *message;

    request.get = &get;
    request.has_track = request.track = 1;
    get.has_case_id = 1;
    get.has_brief = get.brief = brief;
    get.case_id = wire_bytes(ID_SLICE(id));
    ck_assert_int_eq(answer_read(north->node, who, &request, &reading, &out), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), &arena, &message, NULL), CW_OK);
    return (const Cw__Answer *)message;
}

static const Cw__CaseView *ask(void)
{
    struct reader_identity who = officer();
    const Cw__Answer *answer = ask_as(&who, &child.case_id);

    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert_ptr_nonnull(answer->view);
    ck_assert(answer->has_session);
    return answer->view;
}

static uint64_t found(void)
{
    struct answer_cache_facts facts;

    answer_cache_look(north->node->answers, &facts);
    return facts.found;
}

/* Whether asking now is answered from memory. */
static bool from_memory(void)
{
    uint64_t before = found();

    (void)ask();
    return found() > before;
}

static bool title_is(const char *title)
{
    return slice_eq(wire_slice(ask()->title), slice_of(title));
}

static struct lab_op set_title(struct lab_node *at, uint32_t number, const char *title)
{
    struct lab_op op;

    lab_set(lab, number, &child.case_id, FIELD_TITLE, title, &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}

/* --- what changes an answer ----------------------------------------------------------------------------------------- */

START_TEST(what_did_not_change_is_answered_from_memory_in_the_same_bytes)
{
    uint8_t first[4096], second[4096];
    const Cw__CaseView *view = ask();
    size_t len = protobuf_c_message_pack(&view->base, first);

    ck_assert(from_memory());
    view = ask();
    ck_assert_uint_le(len, sizeof first);
    ck_assert_uint_eq(protobuf_c_message_pack(&view->base, second), len);
    ck_assert_mem_eq(first, second, len);
    ck_assert(title_is("Child of Larkspur Lane"));
}
END_TEST

START_TEST(an_op_changes_it_at_once)
{
    ck_assert(title_is("Child of Larkspur Lane"));
    (void)set_title(north, 2, "Child of Foxglove Lane");
    ck_assert(title_is("Child of Foxglove Lane"));
    ck_assert(from_memory());
}
END_TEST

START_TEST(an_op_of_another_case_does_not)
{
    struct lab_op other;

    (void)ask();
    lab_open_case(lab, 7, SPOIL_NOTHING, &other);
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    ck_assert(child.case_id.b[0] != other.case_id.b[0] || child.case_id.b[1] != other.case_id.b[1]);
    ck_assert(from_memory());
}
END_TEST

START_TEST(what_comes_from_a_peer_changes_it)
{
    ck_assert(title_is("Child of Larkspur Lane"));
    (void)set_title(east, 2, "Child of Foxglove Lane");
    ck_assert(from_memory()); /* it is not here yet */
    lab_run(lab, 200000);
    ck_assert(title_is("Child of Foxglove Lane"));
}
END_TEST

/* Names and roles of authors are the authority's: any record may be about one of them. */
START_TEST(an_authority_record_ends_it)
{
    (void)ask();
    ck_assert(from_memory());
    lab_hand_in(north, lab->late);
    ck_assert(!from_memory());
    ck_assert(from_memory());
}
END_TEST

START_TEST(a_policy_changes_it)
{
    uint64_t due = ask()->deadlines[0]->due_ms;
    size_t count = ask()->n_deadlines;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "clock.M1.duration_s", "60")));
    ck_assert_uint_eq(ask()->n_deadlines, count);
    ck_assert_uint_lt(ask()->deadlines[0]->due_ms, due);
}
END_TEST

/* The clock is running before that moment, and breached from it on: of the duties the one that comes to an end first. */
START_TEST(a_deadline_that_passes_ends_it)
{
    int64_t due = (int64_t)ask()->deadlines[0]->due_ms;

    lab->skew_ms = due - 1 - WORLD_TIME_MS - lab->now;
    (void)ask(); /* due soon */
    lab->skew_ms = due - 1 - WORLD_TIME_MS - lab->now;
    ck_assert(from_memory());
    lab->skew_ms++; /* due now, and not over yet */
    ck_assert(from_memory());
    lab->skew_ms++; /* breached */
    ck_assert(!from_memory());
    ck_assert(from_memory());
    lab->skew_ms -= 2; /* a clock that is put back makes it run again */
    ck_assert(!from_memory());
}
END_TEST

/* --- in which form ---------------------------------------------------------------------------------------------------- */

static void note(uint32_t number, const char *text)
{
    struct lab_op op;

    lab_note(lab, number, &child.case_id, text, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
}

/* Newest first: the value of its field `index`. */
static const Cw__ViewValue *value_at(const Cw__CaseView *view, size_t event, size_t index)
{
    ck_assert_uint_lt(event, view->n_events);
    ck_assert_uint_lt(index, view->events[event]->n_fields);
    ck_assert_uint_eq(view->events[event]->fields[index]->n_values, 1);
    return view->events[event]->fields[index]->values[0];
}

START_TEST(who_wrote_an_event_is_said_once_to_those_who_ask_so_and_of_each_value_to_others)
{
    const Cw__CaseView *view;
    const Cw__ViewValue *value;

    note(2, "seen at the bus station");
    note(3, "seen at the harbour,\nlater at the bus station");
    for (int round = 0; round < 2; round++) { /* made, and from memory */
        brief = true;
        view = ask();
        ck_assert_ptr_nonnull(view->events[0]->author);
        value = value_at(view, 1, 1);
        ck_assert(value->set_by == NULL && value->author == NULL && !value->has_hlc && !value->has_author_time_ms);
        ck_assert(!value->has_text && slice_eq(wire_slice(value->value->text), slice_of("seen at the bus station")));
        ck_assert(value_at(view, 1, 0)->has_text); /* an interval is not a text */
        ck_assert(slice_eq(wire_slice(value_at(view, 0, 1)->text),
                           slice_of("seen at the harbour, later at the bus station")));
        ck_assert_ptr_nonnull(view->fields[0]->values[0]->author); /* of the case's own fields everything is said */
        brief = false;
        value = value_at(ask(), 1, 1);
        ck_assert_uint_eq(value->set_by->index, 1);
        ck_assert(value->author != NULL && value->has_hlc && value->has_author_time_ms && value->has_text);
    }
    ck_assert_uint_eq(found(), 2);
}
END_TEST

/* --- who is answered ------------------------------------------------------------------------------------------------- */

START_TEST(readers_of_other_rights_share_nothing)
{
    struct reader_identity admin = {.link = LAB_CLIENT, .admin = true};
    uint64_t before;

    (void)ask();
    before = found();
    ck_assert_ptr_nonnull(ask_as(&admin, &child.case_id)->view);
    ck_assert_uint_eq(found(), before);
    ck_assert_ptr_nonnull(ask_as(&admin, &child.case_id)->view);
    ck_assert_uint_eq(found(), before + 1);
}
END_TEST

START_TEST(who_may_not_read_is_refused_whatever_is_kept)
{
    struct reader_identity stranger = officer();
    struct reader_identity who = officer();

    (void)ask();
    stranger.cert = lab->world.daemons[0].id;
    memset(stranger.cert.b, 7, sizeof stranger.cert.b);
    ck_assert_uint_eq(ask_as(&stranger, &child.case_id)->code, CW_REFUSED_READER);
    lab->skew_ms = lab->world.officer.cert.not_after.ms - WORLD_TIME_MS;
    ck_assert_uint_eq(ask_as(&who, &child.case_id)->code, CW_REFUSED_EXPIRED);
    ck_assert_ptr_null(ask_as(&who, &child.case_id)->view);
}
END_TEST

/* --- the cache alone ------------------------------------------------------------------------------------------------- */

#define LEN 1000u
static struct answer_cache *cache;
static uint8_t kept_memory[8192];

static void small_cache(void)
{
    cache = answer_cache_new((size_t)8 * LEN);
}

static void free_cache(void)
{
    answer_cache_free(cache);
}

static struct answer_key key_of(uint32_t number)
{
    struct answer_key key;

    memset(&key, 0, sizeof key);
    key.case_id.b[0] = (uint8_t)(number >> 8);
    key.case_id.b[1] = (uint8_t)number;
    return key;
}

static void put(uint32_t number, const struct answer_moment *at, size_t len)
{
    static const uint8_t bytes[4 * LEN];
    struct answer_key key = key_of(number);

    answer_cache_put(cache, &key, at, (struct cw_wall){INT64_MAX}, slice(bytes, len));
}

static bool has(uint32_t number, const struct answer_moment *at)
{
    struct arena arena = arena_over(kept_memory, sizeof kept_memory);
    struct answer_key key = key_of(number);
    struct cw_slice out;

    return answer_cache_get(cache, &key, at, &arena, &out);
}

static const struct answer_moment now = {.commit = 5, .authority = 1, .now = {1000}};

START_TEST(what_was_used_longest_ago_goes_first)
{
    struct answer_cache_facts facts;

    for (uint32_t i = 0; i < 8; i++)
        put(i, &now, LEN);
    ck_assert(has(0, &now));
    put(8, &now, LEN);
    ck_assert(has(0, &now) && has(8, &now) && !has(1, &now));
    answer_cache_look(cache, &facts);
    ck_assert_uint_eq(facts.len, (size_t)8 * LEN);
    put(9, &now, (size_t)3 * LEN); /* more than a quarter of all there is */
    ck_assert(!has(9, &now));
}
END_TEST

START_TEST(there_are_never_more_than_so_many)
{
    struct answer_cache_facts facts;

    for (uint32_t i = 0; i < 2 * ANSWER_CACHE_COUNT_MAX; i++)
        put(i, &now, 1);
    answer_cache_look(cache, &facts);
    ck_assert_uint_eq(facts.count, ANSWER_CACHE_COUNT_MAX);
    ck_assert_uint_eq(facts.len, ANSWER_CACHE_COUNT_MAX);
}
END_TEST

/* Made from a snapshot of before a write, and finished after it. */
START_TEST(an_answer_that_a_write_overtook_is_not_kept)
{
    struct answer_key key = key_of(1);
    struct answer_moment later = now;

    later.commit = 6;
    answer_cache_touch(cache, &key.case_id, 6);
    put(1, &now, LEN);
    ck_assert(!has(1, &later) && !has(1, &now));
    put(1, &later, LEN);
    ck_assert(has(1, &later));
    ck_assert(!has(1, &now)); /* whose session has not seen that commit */
}
END_TEST

Suite *suite_answer_cache(void);
Suite *suite_answer_cache(void)
{
    Suite *suite = suite_create("node/answer_cache");
    TCase *one = tcase_create("one");
    TCase *two = tcase_create("two");
    TCase *alone = tcase_create("alone");

    tcase_add_checked_fixture(one, one_node, end);
    tcase_add_test(one, what_did_not_change_is_answered_from_memory_in_the_same_bytes);
    tcase_add_test(one, an_op_changes_it_at_once);
    tcase_add_test(one, an_op_of_another_case_does_not);
    tcase_add_test(one, an_authority_record_ends_it);
    tcase_add_test(one, a_policy_changes_it);
    tcase_add_test(one, a_deadline_that_passes_ends_it);
    tcase_add_test(one, who_wrote_an_event_is_said_once_to_those_who_ask_so_and_of_each_value_to_others);
    tcase_add_test(one, readers_of_other_rights_share_nothing);
    tcase_add_test(one, who_may_not_read_is_refused_whatever_is_kept);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(two, two_nodes, end);
    tcase_add_test(two, what_comes_from_a_peer_changes_it);
    suite_add_tcase(suite, two);
    tcase_add_checked_fixture(alone, small_cache, free_cache);
    tcase_add_test(alone, what_was_used_longest_ago_goes_first);
    tcase_add_test(alone, there_are_never_more_than_so_many);
    tcase_add_test(alone, an_answer_that_a_write_overtook_is_not_kept);
    suite_add_tcase(suite, alone);
    return suite;
}
