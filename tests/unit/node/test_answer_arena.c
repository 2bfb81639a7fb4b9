/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"

#include <check.h>
#include <stdlib.h>

/* An answer is whole, or there was no room to make it: wherever the memory ends, nothing of it is empty that has a text. */

#define WHOLE_LEN ((size_t)4 << 20)

static uint8_t whole[MESSAGE_LEN_MAX], frame[MESSAGE_LEN_MAX];

static enum cw_err answer_within(const Cw__Request *request, size_t len, uint8_t *out, struct writer *w, size_t *used)
{
    struct reader_identity who = {.link = LAB_CLIENT, .cert = pair.lab->world.officer.id, .subject = SUBJECT_PERSON};
    uint8_t *memory = malloc(len + 1);
    struct arena arena = arena_over(memory, len);
    enum cw_err err;

    ck_assert_ptr_nonnull(memory);
    *w = writer_over(out, MESSAGE_LEN_MAX);
    err = answer_read(pair.north->node, &who, request, &arena, w);
    *used = arena.used;
    free(memory);
    return err;
}

static void ask_within_less_and_less(const Cw__Request *request)
{
    struct writer full, less;
    size_t need, used;

    ck_assert_int_eq(answer_within(request, WHOLE_LEN, whole, &full, &need), CW_OK);
    for (size_t len = 0; len < need; len += 5) {
        if (answer_within(request, len, frame, &less, &used) == CW_LOCAL_MEMORY)
            continue;
        ck_assert_uint_eq(less.len, full.len);
        ck_assert_mem_eq(frame, whole, full.len);
    }
}

START_TEST(an_answer_is_whole_or_none)
{
    Cw__Request list = CW__REQUEST__INIT, history = CW__REQUEST__INIT, peers = CW__REQUEST__INIT;
    Cw__Request export = CW__REQUEST__INIT;
    Cw__ListCases cases = CW__LIST_CASES__INIT;
    Cw__GetHistory lines = CW__GET_HISTORY__INIT;
    Cw__GetPeers others = CW__GET_PEERS__INIT;
    Cw__ExportLog logs = CW__EXPORT_LOG__INIT;

    list.list = &cases;
    SET_BYTES(&lines, case_id, wire_bytes(ID_SLICE(&pair.a)));
    history.history = &lines;
    peers.peers = &others;
    export.export = &logs;
    ask_within_less_and_less(&list);
    ask_within_less_and_less(&history);
    ask_within_less_and_less(&peers);
    ask_within_less_and_less(&export);
}
END_TEST

static void tear_down(void)
{
    lab_free(pair.lab);
}

Suite *suite_answer_arena(void);
Suite *suite_answer_arena(void)
{
    Suite *suite = suite_create("node/answer_arena");
    TCase *t = tcase_create("arena");

    tcase_add_checked_fixture(t, pair_begin, tear_down);
    tcase_add_test(t, an_answer_is_whole_or_none);
    suite_add_tcase(suite, t);
    return suite;
}
