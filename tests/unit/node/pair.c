/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"

#include <check.h>

enum { ONE_SIDE = 2 };

struct pair pair;

struct cw_op_id pair_say(const struct cw_case_id *id, const struct op *op, struct cw_case_id *out_id)
{
    struct lab_op made;

    lab_say(pair.lab, ++pair.number, id, op, &pair.lab->late_officer, &made); /* an inspector */
    ck_assert_uint_eq(lab_ask(pair.north, &made), CW_OK);
    if (out_id != NULL)
        *out_id = made.case_id;
    return made.op;
}

void pair_write_phone(const char *number, struct lab_op *out)
{
    struct op_write write = {.field = FIELD_NUMBER, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_OPEN,
                    .schema = SCHEMA_VERSION,
                    .kind = KIND_PHONE,
                    .synthetic = true,
                    .write_count = 1,
                    .writes = &write};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(number)};
    lab_say(pair.lab, ++pair.number, NULL, &op, &pair.lab->late_officer, out);
}

void pair_begin(void)
{
    struct lab_op op;

    pair.lab = lab_new(1);
    pair.north = &pair.lab->nodes[0];
    pair.number = 0;
    lab_start(pair.north);
    lab_hand_in(pair.north, pair.lab->late);
    lab_run(pair.lab, 2000);
    lab_open_child(pair.lab, ++pair.number, &op);
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    pair.a = op.case_id;
    lab_open_child(pair.lab, ++pair.number, &op);
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    pair.b = op.case_id;
    pair_write_phone("07700 900123", &op);
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    pair.phone = op.case_id;
    lab_run(pair.lab, 2000);
}

struct op_value pair_id(const struct cw_case_id *id)
{
    struct op_value value = {.type = VALUE_ID};

    memcpy(value.id.b, id->b, ID_LEN);
    return value;
}

struct op_value pair_number(int64_t n)
{
    return (struct op_value){.type = VALUE_NUMBER, .number = n};
}

struct cw_op_id pair_link_to(const struct cw_case_id *from, const struct cw_case_id *to, int64_t type, bool one_side)
{
    const struct op_write writes[] = {WRITE(FIELD_LINK_TYPE, pair_number(type)), WRITE(FIELD_LINK_TO, pair_id(to)),
                                      WRITE(FIELD_LINK_CONFIDENCE, pair_number(2)),
                                      WRITE(FIELD_VISIBLE_TO, pair_number(one_side ? ONE_SIDE : 1))};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_LINK, .write_count = 4, .writes = writes};
    struct cw_op_id made = pair_say(from, &op, NULL);

    lab_run(pair.lab, 2000);
    return made;
}

void pair_retitle(const struct cw_case_id *id, const char *title)
{
    struct lab_op op;

    lab_set(pair.lab, ++pair.number, id, FIELD_TITLE, title, &pair.lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
}

void pair_take_back(const struct cw_case_id *id, uint32_t event, const struct cw_op_id *made)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("mistaken")};
    const struct op_write write = WRITE(FIELD_REASON, reason);
    const struct op_ref named = {.op = *made};
    const struct op op = {.type = OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = event,
                          .write_count = 1,
                          .writes = &write,
                          .correct_count = 1,
                          .corrects = &named};

    (void)pair_say(id, &op, NULL);
    lab_run(pair.lab, 2000);
}

void pair_write_merge(const struct cw_case_id *loser, const struct cw_case_id *survivor, struct lab_op *out)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("one child")};
    const struct op_write writes[] = {WRITE(FIELD_SURVIVOR, pair_id(survivor)), WRITE(FIELD_IDENTIFIER, pair_number(1)),
                                      WRITE(FIELD_SECOND_IDENTIFIER, pair_number(3)), WRITE(FIELD_REASON, reason)};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_IDENTITY_MERGED, .write_count = 4, .writes = writes};

    lab_say(pair.lab, ++pair.number, loser, &op, &pair.lab->late_officer, out);
}

struct cw_op_id pair_merge(const struct cw_case_id *loser, const struct cw_case_id *survivor)
{
    struct lab_op made;

    pair_write_merge(loser, survivor, &made);
    ck_assert_uint_eq(lab_ask(pair.north, &made), CW_OK);
    lab_run(pair.lab, 2000);
    return made.op;
}

void pair_hear(const struct lab_op *op)
{
    const uint64_t hlc = (uint64_t)(WORLD_TIME_MS + pair.lab->now) << 16;

    pair.lab->authority_at = pair.lab->late_at; /* its sealer knows the inspector */
    lab_hand_in(pair.north, lab_sealed_copy(pair.lab, op, op, pair.north, pair.number, hlc));
    lab_run(pair.lab, 2000);
}

/* --- asking --------------------------------------------------------------------------------------------------------- */

const Cw__Answer *pair_ask(Cw__Request *request)
{
    static struct room memory = ROOM(16 << 20), kept = ROOM(16 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = pair.lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena arena = room_arena(&memory), out = room_arena(&kept);
    struct writer w = writer_over(frame, sizeof frame);
    ProtobufCMessage *message;

    ck_assert_int_eq(answer_read(pair.north->node, &who, request, &arena, &w), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(w.data, w.len), &out, &message, NULL), CW_OK);
    return (const Cw__Answer *)(const void *)message;
}

static const Cw__CaseView *pair_view_for(const Cw__GetCase *get)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase asked = *get;
    const Cw__Answer *answer;

    request.get = &asked;
    answer = pair_ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert_ptr_nonnull(answer->view);
    return answer->view;
}

/* An id names a record, a reference names a child. */
const Cw__CaseView *pair_view_of(const struct cw_case_id *id, bool as_recorded)
{
    Cw__GetCase exact = CW__GET_CASE__INIT, named = CW__GET_CASE__INIT;
    const Cw__CaseView *view;
    char reference[HUMAN_REF_LEN_MAX] = "";

    SET_BYTES(&exact, case_id, wire_bytes(ID_SLICE(id)));
    view = pair_view_for(&exact);
    if (as_recorded)
        return view;
    ck_assert_uint_lt(view->human_ref.len, sizeof reference);
    memcpy(reference, view->human_ref.data, view->human_ref.len);
    SET_BYTES(&named, name, wire_bytes(slice_of(reference)));
    return pair_view_for(&named);
}

bool pair_is(ProtobufCBinaryData data, const struct cw_case_id *id)
{
    return data.len == ID_LEN && memcmp(data.data, id->b, ID_LEN) == 0;
}

void pair_identify(const struct cw_case_id *id, const char *born)
{
    const char *const texts[] = {"Inventedname", "Invented", born, "PNCID 30/0123456Q"};
    const uint32_t fields[] = {FIELD_FAMILY_NAME, FIELD_GIVEN_NAMES, FIELD_BIRTH_DATE, FIELD_EXTERNAL_REFS};
    struct op_write writes[4];
    const struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 4, .writes = writes};

    for (size_t i = 0; i < 4; i++) {
        writes[i] = (struct op_write){.field = fields[i], .verb = i == 3 ? VERB_ADD : VERB_SET, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
    }
    (void)pair_say(id, &op, NULL);
    lab_run(pair.lab, 2000);
}
