/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer_case.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* However long a case is, whoever asks is shown it: what does not fit a frame is counted (docs/protocol.md §7.9). */

#define OPS 110u
#define SAID ((size_t)OPS * WRITES_MAX)

static struct lab *lab;
static struct lab_node *north;
static struct room reading = ROOM(64 << 20), unpacking = ROOM(64 << 20);
static struct lab_op opened;

static void begin(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    lab_start(north);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &opened);
    ck_assert_uint_eq(lab_ask(north, &opened), CW_OK);
}

static void end(void)
{
    lab_free(lab);
}

static void say_handling(uint32_t number)
{
    static char texts[WRITES_MAX][64];
    struct op_write writes[WRITES_MAX] = {{0}};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = WRITES_MAX, .writes = writes};
    size_t mark = arena_mark(&lab->world.arena);
    struct lab_op out;

    for (uint32_t i = 0; i < WRITES_MAX; i++) {
        snprintf(texts[i], sizeof texts[i], "%u.%u: handle with care", number, i);
        writes[i] = (struct op_write){.field = FIELD_HANDLING, .verb = VERB_ADD, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
    }
    lab_say(lab, number, &opened.case_id, &op, &lab->world.officer, &out);
    ck_assert_uint_eq(lab_ask(north, &out), CW_OK);
    arena_release(&lab->world.arena, mark);
}

static const Cw__Answer *ask(Cw__Request *request)
{
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena read = room_arena(&reading), arena = room_arena(&unpacking);
    struct writer out = writer_over(frame, sizeof frame);
    ProtobufCMessage *message;

    ck_assert_int_eq(answer_read(north->node, &who, request, &read, &out), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), &arena, &message, NULL), CW_OK);
    return (const Cw__Answer *)message;
}

static const Cw__CaseView *view_of(Cw__GetCase *get)
{
    Cw__Request request = CW__REQUEST__INIT;
    const Cw__Answer *answer;

    request.get = get;
    SET_BYTES(get, case_id, wire_bytes(ID_SLICE(&opened.case_id)));
    answer = ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    return answer->view;
}

static const Cw__ViewField *handling(const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_fields; i++) {
        if (view->fields[i]->field == FIELD_HANDLING)
            return view->fields[i];
    }
    ck_abort_msg("no handling");
}

static bool is_said(const Cw__ViewField *field, const char *text)
{
    for (size_t i = 0; i < field->n_values; i++) {
        if (slice_eq(wire_slice(field->values[i]->value->text), slice_of(text)))
            return true;
    }
    return false;
}

static void expect_newest(Cw__GetCase *get)
{
    const Cw__CaseView *view = view_of(get);
    const Cw__ViewField *field = handling(view);
    char last[64];

    ck_assert_uint_eq(field->n_values + field->more_values, SAID);
    ck_assert_uint_ge(field->n_values, 100);
    snprintf(last, sizeof last, "%u.%u: handle with care", OPS + 9, WRITES_MAX - 1);
    ck_assert(is_said(field, last));
    ck_assert(!is_said(field, "12.1: handle with care"));
    ck_assert(slice_eq(wire_slice(view->title), slice_of("Operation Larkspur")));
    ck_assert_uint_eq(view->op_count, OPS + 1);
}

START_TEST(an_officer_cannot_make_a_case_too_long_to_be_shown)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase whole = CW__GET_CASE__INIT, brief = CW__GET_CASE__INIT, known = CW__GET_CASE__INIT;
    Cw__GetHistory history = CW__GET_HISTORY__INIT;
    static uint8_t after[64];
    uint32_t lines = 0;

    for (uint32_t i = 0; i < OPS; i++)
        say_handling(10 + i);
    expect_newest(&whole);
    SET_NUMBER(&brief, brief, 1);
    expect_newest(&brief);
    SET_BYTES(&known, as_known_at, wire_bytes(slice_of("NTH")));
    SET_NUMBER(&known, at_ms, (uint64_t)(WORLD_TIME_MS + lab->now + lab->skew_ms));
    expect_newest(&known);

    /* What is left out stands in the history, whatever is asked for of it at a time. */
    request.history = &history;
    SET_BYTES(&history, case_id, wire_bytes(ID_SLICE(&opened.case_id)));
    SET_NUMBER(&history, limit, 1000);
    for (bool more = true; more;) {
        const Cw__Answer *answer = ask(&request);

        ck_assert_uint_eq(answer->code, CW_OK);
        for (size_t i = 0; i < answer->history->n_items; i++)
            lines += (uint32_t)answer->history->items[i]->n_lines;
        more = answer->history->has_next;
        if (more) {
            memcpy(after, answer->history->next.data, answer->history->next.len);
            SET_BYTES(&history, after, wire_bytes(slice(after, answer->history->next.len)));
        }
    }
    ck_assert_uint_ge(lines, SAID);
}
END_TEST

/* --- any view at all --------------------------------------------------------------------------------------------- */

static char long_text[40000];

static struct answering made;
static struct arena making;

static void start_making(void)
{
    making = room_arena(&reading);
    made = (struct answering){.arena = &making};
    memset(long_text, 'x', sizeof long_text - 1);
}

static Cw__ViewValue *value_at(uint64_t hlc, const char *text)
{
    Cw__ViewValue *out = ARENA_NEW(&making, Cw__ViewValue);

    cw__view_value__init(out);
    out->value = ARENA_NEW(&making, Cw__Value);
    cw__value__init(out->value);
    SET_BYTES(out->value, text, wire_bytes(slice_of(text)));
    SET_NUMBER(out, hlc, hlc);
    return out;
}

static Cw__ViewValue **values_of(size_t count, const char *text)
{
    Cw__ViewValue **out = ARENA_ARRAY(&making, Cw__ViewValue *, count);

    for (size_t i = 0; i < count; i++)
        out[i] = value_at(1000 + i, text);
    return out;
}

static Cw__ViewField *field_with(uint32_t number, size_t values, const char *text)
{
    Cw__ViewField *out = ARENA_NEW(&making, Cw__ViewField);

    cw__view_field__init(out);
    SET_NUMBER(out, field, number);
    out->values = values_of(values, text);
    out->n_values = values;
    return out;
}

static Cw__CaseView *view_with(size_t fields)
{
    Cw__CaseView *out = ARENA_NEW(&making, Cw__CaseView);

    cw__case_view__init(out);
    out->fields = ARENA_ARRAY(&making, Cw__ViewField *, fields);
    return out;
}

static void fits(const Cw__CaseView *view)
{
    ck_assert_uint_le(protobuf_c_message_get_packed_size(&view->base), ANSWER_VIEW_LEN_MAX);
}

START_TEST(what_fits_is_left_as_it_is)
{
    Cw__CaseView *view = view_with(1);

    view->fields[view->n_fields++] = field_with(FIELD_SUMMARY, 15, long_text);
    ck_assert(answer_fit(&made, view));
    ck_assert_uint_eq(view->fields[0]->n_values, 15);
    ck_assert_uint_eq(view->fields[0]->values[14]->value->text.len, sizeof long_text - 1);
    ck_assert(!view->fields[0]->has_more_values && !view->has_left_out && !view->fields[0]->values[0]->has_cut);
}
END_TEST

START_TEST(one_value_that_many_writes_share_is_shown_by_its_beginning)
{
    Cw__CaseView *view = view_with(1);

    long_text[8187] = (char)0xc3; /* a letter of two bytes, where it is cut */
    long_text[8188] = (char)0xa9;
    view->fields[view->n_fields++] = field_with(FIELD_SUMMARY, 64, long_text);
    ck_assert(answer_fit(&made, view));
    fits(view);
    ck_assert_uint_eq(view->fields[0]->n_values, 64);
    ck_assert(view->fields[0]->values[63]->cut);
    ck_assert_uint_eq(view->fields[0]->values[63]->value->text.len, 8187 + 3);
    ck_assert_mem_eq(view->fields[0]->values[63]->value->text.data + 8186, "x...", 4);
}
END_TEST

START_TEST(the_longest_list_is_cut_and_not_what_somebody_must_decide)
{
    Cw__CaseView *view = view_with(3);
    const Cw__ViewField *cut;

    view->fields[view->n_fields++] = field_with(FIELD_HANDLING, 100000, "handle with care");
    view->fields[view->n_fields++] = field_with(FIELD_TITLE, 150, "one of many titles");
    view->fields[view->n_fields++] = field_with(FIELD_TAGS, 150, "tag");
    SET_NUMBER(view->fields[1], conflict, 1);
    ck_assert(answer_fit(&made, view));
    fits(view);
    cut = view->fields[0];
    ck_assert_uint_eq(cut->n_values + cut->more_values, 100000);
    ck_assert_uint_eq(cut->values[0]->hlc, 1000); /* what a field shows stays */
    ck_assert_uint_eq(cut->values[cut->n_values - 1]->hlc, 1000 + 99999);
    ck_assert_uint_eq(cut->values[1]->hlc, 1000 + 100000 - (cut->n_values - 1)); /* the newest, in their order */
    ck_assert_uint_eq(view->fields[1]->n_values, 150);
    ck_assert_uint_eq(view->fields[2]->n_values, 150);
    ck_assert(!view->has_left_out);
}
END_TEST

/* Every list and every text as long as can be, of every message that a view has: nothing is forgotten. */
static void *longest(const ProtobufCMessageDescriptor *of, uint32_t count, uint32_t depth)
{
    ProtobufCMessage *message = arena_take(&making, of->sizeof_message, 16);

    protobuf_c_message_init(of, message);
    for (unsigned i = 0; i < of->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &of->fields[i];
        uint8_t *quantifier = (uint8_t *)message + field->quantifier_offset, *at = (uint8_t *)message + field->offset;
        bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED, texts = field->type == PROTOBUF_C_TYPE_BYTES;
        uint32_t most = depth == 0 ? count : 3;
        bool id = depth > 0 && texts && repeated; /* those are ids and names */
        ProtobufCBinaryData text = {id ? 32 : sizeof long_text - 1, (uint8_t *)long_text};

        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !repeated)
            *(void **)(void *)at = longest((const void *)field->descriptor, count, depth + 1);
        if (texts && !repeated) {
            *(protobuf_c_boolean *)(void *)quantifier = 1;
            *(ProtobufCBinaryData *)(void *)at = text;
        }
        if (!repeated)
            continue;
        *(size_t *)(void *)quantifier = most;
        *(void **)(void *)at =
            arena_take(&making, most * (texts ? sizeof(ProtobufCBinaryData) : sizeof(void *)), sizeof(void *));
        for (uint32_t j = 0; j < most; j++) {
            if (texts)
                (*(ProtobufCBinaryData **)(void *)at)[j] = text;
            else
                (*(void ***)(void *)at)[j] =
                    j > 0 ? (*(void ***)(void *)at)[0] : longest((const void *)field->descriptor, count, depth + 1);
        }
    }
    return message;
}

START_TEST(no_view_is_too_long_whatever_it_is_long_of)
{
    Cw__CaseView *view = longest(&cw__case_view__descriptor, 6000, 0);

    ck_assert(answer_fit(&made, view));
    fits(view);
    ck_assert(view->more_events && view->more_links);
    ck_assert_uint_ge(view->left_out, 1);
    ck_assert_uint_ge(view->n_conflicts, 16);
    ck_assert_uint_ge(view->n_deadlines, 16);
}
END_TEST

Suite *suite_answer_fit(void);
Suite *suite_answer_fit(void)
{
    Suite *suite = suite_create("node/answer_fit");
    TCase *cases = tcase_create("cases"), *views = tcase_create("views");

    tcase_add_checked_fixture(cases, begin, end);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, an_officer_cannot_make_a_case_too_long_to_be_shown);
    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(views, start_making, NULL);
    tcase_add_test(views, what_fits_is_left_as_it_is);
    tcase_add_test(views, one_value_that_many_writes_share_is_shown_by_its_beginning);
    tcase_add_test(views, the_longest_list_is_cut_and_not_what_somebody_must_decide);
    tcase_add_test(views, no_view_is_too_long_whatever_it_is_long_of);
    suite_add_tcase(suite, views);
    return suite;
}
