/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/outbox.h"

#include "lib/outbox.h"
#include "proto/op.h"
#include "proto/schema.h"

const char *box_state(enum cw_outbox_state state)
{
    switch (state) {
    case CW_OUTBOX_QUEUED:
        return "queued";
    case CW_OUTBOX_SENT:
        return "sent";
    case CW_OUTBOX_STORED:
        return "stored";
    case CW_OUTBOX_HELD:
        return "held";
    case CW_OUTBOX_REFUSED:
        return "refused";
    }
    return "?";
}

static const char *or_unknown(const char *name)
{
    return name != NULL ? name : "?";
}

void box_said(const struct box *box, uint64_t number, char out[static BOX_SAID_LEN_MAX])
{
    const struct schema_field *field;
    const struct schema_event *event;
    struct outbox_said said;
    char more[24] = "";

    snprintf(out, BOX_SAID_LEN_MAX, "?");
    if (outbox_read_said(box->outbox, number, &said) != CW_OK)
        return;
    field = schema_field(said.first_field);
    event = schema_event(said.event);
    if (said.write_count > 1)
        snprintf(more, sizeof(more), " and %u more", said.write_count - 1);
    if (said.type == OP_OPEN)
        snprintf(out, BOX_SAID_LEN_MAX, "open %s", or_unknown(schema_kind_name(said.kind)));
    else if (said.type == OP_EVENT)
        snprintf(out, BOX_SAID_LEN_MAX, "%s", event != NULL ? event->name : "?");
    else
        snprintf(out, BOX_SAID_LEN_MAX, "set %s%s", field != NULL ? field->name : "?", more);
}

/* What follows the state in a line. */
static void how_far(const struct cw_outbox_entry *e, char *out, size_t cap)
{
    switch (e->state) {
    case CW_OUTBOX_QUEUED:
        snprintf(out, cap, "safe in the outbox, not delivered yet");
        return;
    case CW_OUTBOX_SENT:
        snprintf(out, cap, "handed to a daemon that has not answered yet");
        return;
    case CW_OUTBOX_STORED:
    case CW_OUTBOX_HELD:
        if (e->fault.code == CW_LOCAL_UNPROVEN)
            snprintf(out, cap, "%s", e->fault.text);
        else
            snprintf(out, cap, "held by %u division%s (%s), receipt checked", e->held_by, e->held_by == 1 ? "" : "s",
                     e->division);
        return;
    case CW_OUTBOX_REFUSED:
        snprintf(out, cap, "%s", e->fault.text);
        return;
    }
}

void box_tell(const struct cli *cli, const struct box *box, const struct cw_outbox_entry *e)
{
    bool good = cw_outbox_is_done(e) && e->fault.code == CW_OK;
    enum tone tone = e->state == CW_OUTBOX_REFUSED ? TONE_BAD : good ? TONE_GOOD : TONE_CAREFUL;
    char id[2 * CW_ID_LEN + 1], said[BOX_SAID_LEN_MAX], far[CW_FAULT_TEXT_LEN_MAX + 80];

    box_said(box, e->number, said);
    how_far(e, far, sizeof(far));
    hex_of(slice(e->case_id.b, CW_ID_LEN), id);
    printf("%s%s%s %llu: %s, case %.10s, %s\n", tone_on(cli, tone), box_state(e->state), tone_off(cli),
           (unsigned long long)e->number, said, id, far);
}

json_t *box_json(const struct box *box, const struct cw_outbox_entry *e)
{
    char id[2 * CW_ID_LEN + 1], op[2 * CW_ID_LEN + 1], said[BOX_SAID_LEN_MAX];
    json_t *object;

    box_said(box, e->number, said);
    hex_of(slice(e->case_id.b, CW_ID_LEN), id);
    hex_of(slice(e->op.b, CW_ID_LEN), op);
    object = json_pack("{s:I, s:s, s:b, s:s, s:s, s:s, s:i, s:i}", "number", (json_int_t)e->number, "state",
                       box_state(e->state), "done", cw_outbox_is_done(e), "says", said, "case_id", id, "op_id", op,
                       "wanted", (int)e->wanted, "held_by", (int)e->held_by);
    if (e->division[0] != '\0')
        json_object_set_new(object, "division", json_string(e->division));
    if (e->fault.code != CW_OK) {
        json_object_set_new(object, "code", json_integer(e->fault.code));
        json_object_set_new(object, "why", json_string(e->fault.text));
    }
    return object;
}

enum exit_code box_exit_code(const struct cw_outbox_entry *e)
{
    if (e->state == CW_OUTBOX_REFUSED)
        return exit_code_of(e->fault.code);
    return e->state == CW_OUTBOX_STORED && !cw_outbox_is_done(e) ? EXIT_TIMED_OUT : EXIT_DONE;
}
