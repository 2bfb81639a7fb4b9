/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/draft.h"

#include "lib/fault.h"
#include "lib/need.h"

#include <stdlib.h>

static enum cw_err no_kind(const char *kind, struct cw_fault *fault)
{
    const char *near = schema_suggest_kind(slice_of(kind));

    if (near != NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, "kind",
                         "there is no kind of case of that name: did you mean \"%s\"?", near);
    return fault_set(fault, CW_USAGE_ARGUMENT, "kind",
                     "must be ocg, county_line, missing_child, operation, or an entity: nominal, phone, vehicle, "
                     "address, account, organisation");
}

static enum cw_err draft_new(enum op_type type, const char *kind, const struct cw_case_id *case_id,
                             struct cw_draft **out_draft, struct cw_fault *fault)
{
    struct cw_draft *draft;
    uint32_t number = schema_kind_by_name(slice_of(kind));

    if (number == KIND_NONE)
        return no_kind(kind, fault);
    draft = calloc(1, sizeof(*draft));
    if (draft == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    draft->type = type;
    draft->kind = number;
    draft->has_case = case_id != NULL;
    if (case_id != NULL)
        draft->case_id = *case_id;
    *out_draft = draft;
    return CW_OK;
}

enum cw_err cw_draft_open(const char *kind, struct cw_draft **out_draft, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, kind, out_draft))
        return CW_USAGE_ARGUMENT;
    return draft_new(OP_OPEN, kind, NULL, out_draft, out_fault);
}

enum cw_err cw_draft_set(const char *kind, const struct cw_case_id *case_id, struct cw_draft **out_draft,
                         struct cw_fault *out_fault)
{
    if (MISSING(out_fault, kind, case_id, out_draft))
        return CW_USAGE_ARGUMENT;
    return draft_new(OP_SET, kind, case_id, out_draft, out_fault);
}

static const struct schema_event *find_event(uint32_t kind, const char *name, struct cw_fault *fault)
{
    const struct schema_event *event = schema_event_by_name(slice_of(name));
    const char *near;
    char shown[40];

    if (event != NULL && (event->kinds & (1u << kind)) != 0)
        return event;
    fault_clean_text(slice_of(name), shown, sizeof(shown));
    if (event != NULL) {
        fault_set(fault, CW_REFUSED_UNKNOWN_OP, "event", "\"%s\" does not happen to this kind of case", shown);
        return NULL;
    }
    near = schema_suggest_event(kind, slice_of(name));
    if (near != NULL)
        fault_set(fault, CW_REFUSED_UNKNOWN_OP, "event", "there is no event \"%s\": did you mean \"%s\"?", shown, near);
    else
        fault_set(fault, CW_REFUSED_UNKNOWN_OP, "event", "there is no event \"%s\": `casewire schema` lists them",
                  shown);
    return NULL;
}

enum cw_err cw_draft_event(const char *kind, const char *event, const struct cw_case_id *case_id,
                           struct cw_draft **out_draft, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, kind, event, case_id, out_draft))
        return CW_USAGE_ARGUMENT;
    struct cw_draft *draft = NULL;
    enum cw_err err = draft_new(OP_EVENT, kind, case_id, &draft, out_fault);
    const struct schema_event *found;

    if (err != CW_OK || draft == NULL)
        return err;
    found = find_event(draft->kind, event, out_fault);
    if (found == NULL) {
        free(draft);
        return CW_REFUSED_UNKNOWN_OP;
    }
    draft->event = found->number;
    *out_draft = draft;
    return CW_OK;
}

static void write_free(struct draft_write *write)
{
    if (write == NULL)
        return;
    free(write->text);
    free(write);
}

void cw_draft_free(struct cw_draft *draft)
{
    if (draft == NULL)
        return;
    for (uint32_t i = 0; i < draft->write_count; i++)
        write_free(draft->writes[i]);
    free(draft);
}

static const struct schema_field *find_field(const struct cw_draft *draft, const char *name, struct cw_fault *fault)
{
    struct cw_slice wanted = slice_of(name);
    const struct schema_field *field = draft->type == OP_EVENT ? schema_event_field_by_name(draft->event, wanted)
                                                               : schema_field_by_name(draft->kind, wanted);
    const char *near;
    char shown[40];

    if (field != NULL && schema_field_is_written(field))
        return field;
    if (field != NULL && field->place == PLACE_DETAIL)
        return field;
    fault_clean_text(wanted, shown, sizeof(shown));
    if (field != NULL) {
        fault_set(fault, CW_REFUSED_UNKNOWN_FIELD, shown, "is worked out from what happened: nobody writes it");
        return NULL;
    }
    near = draft->type == OP_EVENT ? schema_suggest_event_field(draft->event, wanted)
                                   : schema_suggest_field(draft->kind, wanted);
    if (near != NULL)
        fault_set(fault, CW_REFUSED_UNKNOWN_FIELD, shown, "there is no such field here: did you mean \"%s\"?", near);
    else
        fault_set(fault, CW_REFUSED_UNKNOWN_FIELD, shown, "there is no such field here: `casewire schema` lists them");
    return NULL;
}

/* The value must live as long as the draft: texts are copied. */
static bool keep_text(struct draft_write *write)
{
    if (write->value.type != VALUE_TEXT)
        return true;
    write->text = malloc(write->value.text.len + 1);
    if (write->text == NULL)
        return false;
    memcpy(write->text, write->value.text.data, write->value.text.len);
    write->value.text.data = (const uint8_t *)write->text;
    return true;
}

/* Two values of a field that shows one would be signed as a dispute of its author with itself. */
static bool is_said_already(const struct cw_draft *draft, const struct schema_field *field)
{
    if (!schema_field_takes_one(field))
        return false;
    for (uint32_t i = 0; i < draft->write_count; i++) {
        if (draft->writes[i]->field == field && draft->writes[i]->verb == VERB_SET)
            return true;
    }
    return false;
}

enum cw_err cw_draft_write(struct cw_draft *draft, const char *field, enum cw_verb verb, struct cw_slice value,
                           struct cw_fault *out_fault)
{
    if (MISSING(out_fault, draft, field) || HOLLOW(out_fault, value))
        return CW_USAGE_ARGUMENT;
    struct op_value parsed = {.type = VALUE_NONE};
    const struct schema_field *found = find_field(draft, field, out_fault);
    struct draft_write *write;
    enum cw_err err = CW_OK;

    if (found == NULL)
        return CW_REFUSED_UNKNOWN_FIELD;
    if (verb < CW_SET || verb > CW_STRIKE)
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "verb", "there is no verb %d", (int)verb);
    if (draft->write_count == WRITES_MAX)
        return fault_set(out_fault, CW_REFUSED_SIZE, field, "one op writes at most %d values", WRITES_MAX);
    if (verb == CW_SET && is_said_already(draft, found))
        return fault_set(out_fault, CW_USAGE_ARGUMENT, field, "has a value in this statement already: it takes one");
    if (value.len != 0 || verb == CW_SET || verb == CW_ADD)
        err = draft_value_parse(found, value, &parsed, out_fault);
    if (err != CW_OK)
        return err;
    write = calloc(1, sizeof(*write));
    if (write == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, field);
    write->field = found;
    write->verb = (enum write_verb)verb;
    write->value = parsed;
    if (!keep_text(write)) {
        write_free(write);
        return fault_plain(out_fault, CW_LOCAL_MEMORY, field);
    }
    draft->writes[draft->write_count++] = write;
    return CW_OK;
}

enum cw_err cw_draft_supersedes(struct cw_draft *draft, const struct cw_op_id *op, uint32_t index)
{
    if (MISSING(NULL, draft, op))
        return CW_USAGE_ARGUMENT;
    struct draft_write *write;

    if (draft->write_count == 0)
        return CW_USAGE_ORDER;
    write = draft->writes[draft->write_count - 1];
    if (write->supersede_count == SUPERSEDES_MAX)
        return CW_REFUSED_SIZE;
    write->supersedes[write->supersede_count++] = (struct op_ref){*op, index};
    return CW_OK;
}

enum cw_err cw_draft_after(struct cw_draft *draft, const struct cw_op_id *op)
{
    if (MISSING(NULL, draft, op))
        return CW_USAGE_ARGUMENT;
    for (uint32_t i = 0; i < draft->after_count; i++)
        if (ID_EQ(&draft->after[i], op))
            return CW_OK;
    if (draft->after_count == AFTER_MAX)
        return CW_REFUSED_SIZE;
    draft->after[draft->after_count++] = *op;
    return CW_OK;
}

enum cw_err cw_draft_ref(struct cw_draft *draft, const uint8_t id[CW_ID_LEN])
{
    if (MISSING(NULL, draft, id))
        return CW_USAGE_ARGUMENT;
    if (draft->ref_count == REFS_MAX)
        return CW_REFUSED_SIZE;
    memcpy(draft->refs[draft->ref_count++].b, id, CW_ID_LEN);
    return CW_OK;
}

enum cw_err cw_draft_corrects(struct cw_draft *draft, const struct cw_op_id *op, uint32_t index)
{
    if (MISSING(NULL, draft, op))
        return CW_USAGE_ARGUMENT;
    if (draft->correct_count == DRAFT_CORRECTS_MAX)
        return CW_REFUSED_SIZE;
    draft->corrects[draft->correct_count++] = (struct op_ref){*op, index};
    return CW_OK;
}

void cw_draft_withdraws(struct cw_draft *draft)
{
    if (MISSING(NULL, draft))
        return;
    draft->withdraws = true;
}

enum cw_err cw_draft_same_as(struct cw_draft *draft, const uint8_t event_id[CW_ID_LEN])
{
    if (MISSING(NULL, draft, event_id))
        return CW_USAGE_ARGUMENT;
    if (draft->same_count == DRAFT_SAME_MAX)
        return CW_REFUSED_SIZE;
    memcpy(draft->same_as[draft->same_count++].b, event_id, CW_ID_LEN);
    return CW_OK;
}

void cw_draft_epoch(struct cw_draft *draft, uint64_t epoch)
{
    if (MISSING(NULL, draft))
        return;
    draft->epoch = epoch;
}

void cw_draft_synthetic(struct cw_draft *draft)
{
    if (MISSING(NULL, draft))
        return;
    draft->synthetic = true;
}
