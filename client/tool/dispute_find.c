/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/dispute.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "proto/id.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <sodium.h>
#include <stdlib.h>

/* --- ids -------------------------------------------------------------------------------------------------- */

static int compare_refs(const void *a, const void *b)
{
    const Cw__OpRef *left = (*(const Cw__ViewValue *const *)a)->set_by,
                    *right = (*(const Cw__ViewValue *const *)b)->set_by;
    int order;

    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    order = slice_compare(wire_slice(left->op), wire_slice(right->op));
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static void add(crypto_generichash_state *hash, ProtobufCBinaryData bytes)
{
    uint8_t len[4] = {(uint8_t)(bytes.len >> 24), (uint8_t)(bytes.len >> 16), (uint8_t)(bytes.len >> 8),
                      (uint8_t)bytes.len};

    crypto_generichash_update(hash, len, sizeof(len));
    crypto_generichash_update(hash, bytes.data, bytes.len);
}

/* Of this machine and this version only: nothing is stored by it. */
static void make_id(struct dispute *d)
{
    const Cw__ViewValue *sorted[DISPUTE_CHOICES_MAX];
    const uint8_t kind = d->kind >= DISPUTE_MERGED;
    struct cw_slice field = dispute_field(d);
    crypto_generichash_state hash;
    uint8_t whole[crypto_generichash_BYTES];

    memcpy(sorted, d->choices, d->choice_count * sizeof(Cw__ViewValue *));
    qsort(sorted, d->choice_count, sizeof(Cw__ViewValue *), compare_refs);
    crypto_generichash_init(&hash, NULL, 0, sizeof(whole));
    crypto_generichash_update(&hash, &kind, 1);
    add(&hash, d->view->case_id);
    add(&hash, wire_bytes(field));
    add(&hash, d->event != NULL ? d->event->op : d->field != NULL ? d->field->episode : d->conflict->episode);
    for (size_t i = 0; i < d->choice_count; i++)
        if (sorted[i]->set_by != NULL) {
            const uint8_t index[2] = {(uint8_t)(sorted[i]->set_by->index >> 8), (uint8_t)sorted[i]->set_by->index};

            add(&hash, sorted[i]->set_by->op);
            crypto_generichash_update(&hash, index, sizeof(index));
        }
    crypto_generichash_final(&hash, whole, sizeof(whole));
    memcpy(d->id, whole, DISPUTE_ID_LEN);
}

void dispute_id_text(const struct dispute *d, int digits, char out[static 2 * DISPUTE_ID_LEN + 1])
{
    hex_of(slice(d->id, DISPUTE_ID_LEN), out);
    if (digits < 2 * DISPUTE_ID_LEN)
        out[digits] = '\0';
}

/* --- what a view holds ------------------------------------------------------------------------------------- */

static void choose(struct dispute *d, const Cw__ViewValue *value)
{
    if (value != NULL && d->choice_count < DISPUTE_CHOICES_MAX)
        d->choices[d->choice_count++] = value;
}

static bool is_rule(const Cw__ViewField *field, const char *rule)
{
    return slice_eq(wire_slice(field->rule), slice_of(rule));
}

static bool same_place(const Cw__ViewConflict *conflict, const Cw__ViewField *field)
{
    return slice_eq(wire_slice(conflict->field), wire_slice(field->name)) &&
           slice_eq(wire_slice(conflict->episode), wire_slice(field->episode));
}

static const Cw__ViewField *field_of(const Cw__CaseView *view, const Cw__ViewConflict *conflict)
{
    for (size_t i = 0; i < view->n_fields; i++)
        if (same_place(conflict, view->fields[i]) && view->fields[i]->conflict)
            return view->fields[i];
    return NULL;
}

static void conflict_found(const Cw__CaseView *view, const Cw__ViewConflict *conflict, dispute_sink *sink,
                           void *context)
{
    struct dispute d = {.view = view, .conflict = conflict, .field = field_of(view, conflict)};

    d.kind = d.field != NULL                                            ? DISPUTE_VALUES
             : slice_eq(wire_slice(conflict->field), slice_of("owner")) ? DISPUTE_OWNER
                                                                        : DISPUTE_STEP;
    for (size_t i = 0; i < conflict->n_candidates; i++)
        choose(&d, conflict->candidates[i]);
    make_id(&d);
    sink(context, &d);
}

static void merged_found(const Cw__CaseView *view, const Cw__ViewField *field, dispute_sink *sink, void *context)
{
    struct dispute d = {.kind = DISPUTE_MERGED, .view = view, .field = field};

    for (size_t i = 0; i < field->n_values; i++)
        choose(&d, field->values[i]);
    make_id(&d);
    sink(context, &d);
}

static bool was_removed(const Cw__ViewValue *value)
{
    for (size_t i = 0; i < value->n_notes; i++)
        if (value->notes[i].len >= 7 && memcmp(value->notes[i].data, "removed", 7) == 0)
            return true;
    return false;
}

static void kept_found(const Cw__CaseView *view, const Cw__ViewField *field, const Cw__ViewValue *value,
                       dispute_sink *sink, void *context)
{
    struct dispute d = {.kind = DISPUTE_KEPT, .view = view, .field = field};

    choose(&d, value);
    make_id(&d);
    sink(context, &d);
}

/* Choice 1 is what stands now, when something does; then the proposal. */
static void proposal_found(const Cw__CaseView *view, const Cw__ViewField *field, const Cw__ViewValue *proposal,
                           dispute_sink *sink, void *context)
{
    struct dispute d = {.kind = DISPUTE_PROPOSAL, .view = view, .field = field};

    if (field->n_values > 0)
        choose(&d, field->values[0]);
    choose(&d, proposal);
    make_id(&d);
    sink(context, &d);
}

static bool names(const Cw__ViewValue *by, const Cw__OpRef *ref)
{
    for (size_t i = 0; ref != NULL && i < by->n_replaced; i++)
        if (by->replaced[i]->index == ref->index && slice_eq(wire_slice(by->replaced[i]->op), wire_slice(ref->op)))
            return true;
    return false;
}

/* Nothing is left to decide: what is proposed stands already, or a later proposal goes on from it. */
static bool is_settled(const Cw__ViewField *field, const Cw__ViewValue *proposal)
{
    for (size_t i = 0; i < field->n_proposals; i++)
        if (field->proposals[i] != proposal && names(field->proposals[i], proposal->set_by))
            return true;
    return field->n_values == 1 && proposal->text.len > 0 &&
           slice_eq(wire_slice(field->values[0]->text), wire_slice(proposal->text));
}

/* What is proposed of an episode that is over would change nothing that anybody goes by. */
static bool is_of_the_past(const Cw__CaseView *view, const Cw__ViewField *field)
{
    const struct schema_field *row = schema_field(field->field);

    return row != NULL && (row->flags & FIELD_RISK) != 0 && view_is_over(view, field);
}

static void look_at_field(const Cw__CaseView *view, const Cw__ViewField *field, dispute_sink *sink, void *context)
{
    bool is_set = is_rule(field, "ORS") || is_rule(field, "GOS"), past = is_of_the_past(view, field);

    if (!is_set && !field->conflict && field->n_values > 1 && !is_rule(field, "IMM"))
        merged_found(view, field, sink, context);
    for (size_t i = 0; is_set && i < field->n_values; i++)
        if (was_removed(field->values[i]))
            kept_found(view, field, field->values[i], sink, context);
    for (size_t i = 0; !is_set && !past && i < field->n_proposals; i++)
        if (!is_settled(field, field->proposals[i]))
            proposal_found(view, field, field->proposals[i], sink, context);
}

/* --- events that somebody recorded who may not ---------------------------------------------------------------- */

/* Its fields are proposals of their own, and are decided one by one. */
static bool is_told_by_fields(const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < view->n_fields; i++)
        for (size_t j = 0; j < view->fields[i]->n_proposals; j++)
            if (view->fields[i]->proposals[j]->set_by != NULL &&
                slice_eq(wire_slice(view->fields[i]->proposals[j]->set_by->op), wire_slice(event->op)))
                return true;
    return false;
}

/* The other record, event or duty that this field of it means; no bytes: it means none. */
static struct cw_slice meant(const Cw__ViewField *field)
{
    return field->n_values > 0 && field->values[0]->value != NULL ? wire_slice(field->values[0]->value->id)
                                                                  : slice(NULL, 0);
}

/* They name the same other things: a merge with another child is another merge. */
static bool names_the_same(const Cw__ViewEvent *a, const Cw__ViewEvent *b)
{
    for (size_t i = 0; i < a->n_fields; i++)
        for (size_t j = 0; j < b->n_fields; j++)
            if (a->fields[i]->field == b->fields[j]->field && !slice_eq(meant(a->fields[i]), meant(b->fields[j])))
                return false;
    return !a->withdraws ||
           (a->n_corrects > 0 && b->n_corrects > 0 && slice_eq(wire_slice(a->corrects[0]), wire_slice(b->corrects[0])));
}

/* Somebody who may has said the same of the same episode since. */
static bool is_answered(const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *other = view->events[i];

        if (other->type == event->type && !other->proposal && other->withdraws == event->withdraws &&
            other->hlc > event->hlc && slice_eq(wire_slice(other->episode), wire_slice(event->episode)) &&
            names_the_same(event, other))
            return true;
    }
    return false;
}

/* A step of a hand-over that has happened, or that can no longer happen. */
static bool is_overtaken(const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    bool owner = event->author != NULL && slice_eq(wire_slice(event->author->division), wire_slice(view->owner));

    return (event->type == EVENT_HANDOVER_CLAIM && owner) || (event->type == EVENT_HANDOVER_OFFER && !owner);
}

static void event_found(const Cw__CaseView *view, const Cw__ViewEvent *event, dispute_sink *sink, void *context)
{
    struct dispute d = {.kind = DISPUTE_EVENT, .view = view, .event = event};

    if (event->n_resolvers == 0 || is_overtaken(view, event) || is_told_by_fields(view, event) ||
        is_answered(view, event))
        return;
    make_id(&d);
    sink(context, &d);
}

void dispute_find(const Cw__CaseView *view, dispute_sink *sink, void *context)
{
    for (size_t i = 0; i < view->n_conflicts; i++)
        conflict_found(view, view->conflicts[i], sink, context);
    for (size_t i = 0; i < view->n_fields; i++)
        look_at_field(view, view->fields[i], sink, context);
    for (size_t i = 0; i < view->n_events; i++)
        event_found(view, view->events[i], sink, context);
}

/* --- what is said about it ------------------------------------------------------------------------------------ */

struct cw_slice dispute_field(const struct dispute *d)
{
    return wire_slice(d->event != NULL ? d->event->name : d->field != NULL ? d->field->name : d->conflict->field);
}

static const char *rule_words(const Cw__ViewField *field)
{
    static const char *const rules[][2] = {
        {"LWW", "the last one written stands"}, {"MAX", "the highest stands"}, {"MIN", "the earliest stands"},
        {"OWN", "the present owner's stands"},  {"MVR", "all say the same"},
    };

    for (size_t i = 0; i < CW_COUNT(rules); i++)
        if (is_rule(field, rules[i][0]))
            return rules[i][1];
    return "a rule decided";
}

/* The daemon knows more of it than that they exclude each other. */
static const char *step_why(const Cw__ViewConflict *conflict)
{
    static char text[160];

    if (conflict->why.len == 0)
        return "steps that exclude each other, taken without knowing of each other";
    fault_clean_text(wire_slice(conflict->why), text, sizeof(text));
    return text;
}

const char *dispute_why(const struct dispute *d)
{
    switch (d->kind) {
    case DISPUTE_VALUES:
        return "written on several sides without knowing of each other";
    case DISPUTE_STEP:
        return step_why(d->conflict);
    case DISPUTE_OWNER:
        return "several divisions claim the case";
    case DISPUTE_PROPOSAL:
        return "proposed by somebody who may not set it";
    case DISPUTE_EVENT:
        return d->event->withdraws ? "somebody who may not take it back proposes to"
                                   : "proposed by somebody who may not record it";
    case DISPUTE_KEPT:
        return "it stays: whoever removed it had not seen it";
    case DISPUTE_MERGED:
        break;
    }
    return rule_words(d->field);
}

struct cw_wall dispute_since(const struct dispute *d)
{
    struct cw_wall newest = {0};

    if (d->event != NULL)
        return hlc_wall(d->event->hlc);
    for (size_t i = 0; i < d->choice_count; i++)
        if (hlc_wall(d->choices[i]->hlc).ms > newest.ms)
            newest = hlc_wall(d->choices[i]->hlc);
    return newest;
}

static uint32_t named_roles(const ProtobufCBinaryData *codes, size_t count)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < count; i++)
        mask |= 1u << schema_role_by_code(wire_slice(codes[i]));
    return mask & ~1u;
}

/*
 * Of what a rule decided: who may lower the field, or set it where nobody has to lower anything. The daemon says who that is
 * under the policy in force; one that does not yet goes by the table.
 */
static uint32_t field_roles(const struct dispute *d)
{
    const struct schema_field *row = schema_field(d->field->field);

    if (d->field->n_resolvers != 0)
        return named_roles(d->field->resolvers, d->field->n_resolvers);
    if (row == NULL)
        return R_NONE;
    if (d->kind == DISPUTE_KEPT || row->rule == RULE_MAX || row->rule == RULE_MIN)
        return row->lower_roles;
    return row->set_roles;
}

uint32_t dispute_roles(const struct dispute *d)
{
    if (d->event != NULL)
        return named_roles(d->event->resolvers, d->event->n_resolvers);
    return d->conflict != NULL ? named_roles(d->conflict->resolvers, d->conflict->n_resolvers) : field_roles(d);
}

bool dispute_is_for(const struct dispute *d, uint32_t roles)
{
    return (dispute_roles(d) & roles) != 0;
}

void dispute_resolvers(const struct dispute *d, char *out, size_t cap)
{
    char text[SCHEMA_ROLES_TEXT_LEN_MAX];

    snprintf(out, cap, "%s", schema_roles_text(dispute_roles(d), text));
}

uint32_t context_roles(const struct context *context)
{
    const struct certificate *cert = &context->identity->certificate;
    uint32_t mask = 0;

    for (uint32_t i = 0; i < cert->role_count; i++)
        mask |= cert->roles[i] < ROLE_LIMIT ? 1u << cert->roles[i] : 0;
    return mask;
}
