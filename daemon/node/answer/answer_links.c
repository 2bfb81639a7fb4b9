/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links from both ends (DOMAIN §6.2). What a case says of others stands in its own state; what others say of it is found
 * through INDEX_LINK and read from theirs, one case at a time in memory of its own, so that a record that half the
 * network refers to is answered like any other, with what fits.
 */

#include "node/answer_case.h"

#include "cases/links.h"
#include "proto/wire.h"

#include <stdlib.h>

#define END_MEMORY_LEN ((size_t)4 << 20) /* to read one case that refers to this one */

struct linking {
    struct answering *a;
    Cw__CaseView *out;
    struct case_link *links; /* of whichever case is being read */
    const struct cw_case_id *id;
};

/* --- one link ------------------------------------------------------------------------------------------------------- */

static struct cw_slice other_text(struct cw_slice text)
{
    return text.len == 0 ? slice("", 0) : text;
}

static void put_text(struct answering *a, struct cw_slice text, protobuf_c_boolean *has, ProtobufCBinaryData *out)
{
    struct cw_slice kept = other_text(text);

    *has = 1;
    *out = answer_bytes(a, kept.data, kept.len);
}

/* Reference, kind and title of the other end: from its line, without reading the case. */
static enum cw_err put_end(struct linking *l, const struct cw_case_id *other, uint32_t type, Cw__ViewLink *v)
{
    struct case_row row;
    struct case_line line;
    enum cw_err err = case_row_read(&l->a->read, other, l->a->arena, &row, &line);

    SET_BYTES(v, case_id, answer_bytes(l->a, other->b, ID_LEN));
    if (err == CW_REFUSED_UNKNOWN_CASE) {
        SET_NUMBER(v, unknown_here, 1);
        return CW_OK;
    }
    if (err != CW_OK)
        return err;
    const char *kind = schema_kind_name(row.kind);
    put_text(l->a, line.reference, &v->has_human_ref, &v->human_ref);
    put_text(l->a, line.title, &v->has_title, &v->title);
    if (kind != NULL)
        SET_BYTES(v, kind_name, answer_text(l->a, kind));
    if (!v->has_incoming && !link_fits(type, row.kind))
        SET_NUMBER(v, misfit, 1);
    return CW_OK;
}

static bool put_conditions(struct answering *a, const struct case_link *link, Cw__ViewLink *v)
{
    v->conditions = ARENA_ARRAY(a->arena, ProtobufCBinaryData, link->condition_count + 1);
    if (v->conditions == NULL)
        return false;
    for (uint32_t i = 0; i < link->op->write_count; i++) {
        const struct op_write *w = &link->op->writes[i];

        if (w->field == FIELD_CONDITION && w->has_value && v->n_conditions < link->condition_count)
            v->conditions[v->n_conditions++] = answer_bytes(a, w->value.text.data, w->value.text.len);
    }
    return true;
}

static void put_word(struct answering *a, enum scale scale, uint32_t number, protobuf_c_boolean *has,
                     ProtobufCBinaryData *out)
{
    const char *name = number == 0 ? NULL : schema_value_name(scale, number);

    if (number == 0)
        return;
    *has = 1;
    *out = answer_text(a, name == NULL ? "unrecognised" : name);
}

static void put_saying(struct answering *a, const struct case_link *link, Cw__ViewLink *v)
{
    put_word(a, SCALE_LINK_TYPE, link->type, &v->has_type, &v->type);
    put_word(a, SCALE_LINK_CONFIDENCE, link->confidence, &v->has_confidence, &v->confidence);
    put_word(a, SCALE_LINK_CATEGORY, link->category, &v->has_category, &v->category);
    if (link->from_ms > 0)
        SET_NUMBER(v, from_ms, (uint64_t)link->from_ms);
    if (link->until_ms > 0)
        SET_NUMBER(v, until_ms, (uint64_t)link->until_ms);
    if (link->open)
        SET_NUMBER(v, still_open, 1);
    if (link->grade[0] != '\0')
        SET_BYTES(v, grade, answer_text(a, link->grade));
    if (link->one_side)
        SET_NUMBER(v, one_side, 1);
}

/* Everything is copied: the state it was read from may go. */
static enum cw_err put_link(struct linking *l, const struct case_state *in, const struct case_link *link, bool incoming)
{
    const struct case_event *event = &in->events[link->event_index];
    struct cw_slice division = in->ops[event->op_index].division;
    Cw__ViewLink *v = ARENA_NEW(l->a->arena, Cw__ViewLink);

    if (l->out->n_links == ANSWER_LINKS_MAX) {
        SET_NUMBER(l->out, more_links, 1);
        return CW_OK;
    }
    if (v == NULL)
        return CW_LOCAL_MEMORY;
    cw__view_link__init(v);
    if (incoming)
        SET_NUMBER(v, incoming, 1);
    put_saying(l->a, link, v);
    SET_BYTES(v, event_id, answer_bytes(l->a, event->id.b, ID_LEN));
    SET_BYTES(v, op, answer_bytes(l->a, event->dot.op.b, ID_LEN));
    put_text(l->a, division, &v->has_division, &v->division);
    if (!put_conditions(l->a, link, v))
        return CW_LOCAL_MEMORY;
    enum cw_err err = put_end(l, incoming ? &in->case_id : &link->to, link->type, v);
    if (err == CW_OK)
        l->out->links[l->out->n_links++] = v;
    return err;
}

/* --- both directions ------------------------------------------------------------------------------------------------ */

static enum cw_err put_own(struct linking *l, const struct case_state *state)
{
    uint32_t count = state_links(state, l->links, STATE_LINKS_MAX);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        if (l->links[i].stands)
            err = put_link(l, state, &l->links[i], false);
    }
    return err;
}

static enum cw_err put_those_of(struct linking *l, const struct cw_case_id *from, void *memory)
{
    struct arena arena = arena_over(memory, END_MEMORY_LEN);
    struct loaded_case loaded;
    enum cw_err err = case_load(&l->a->read, from, &arena, &loaded);
    uint32_t count;

    if (err == CW_LOCAL_MEMORY || err == CW_REFUSED_UNKNOWN_CASE) {
        SET_NUMBER(l->out, more_links, 1);
        return CW_OK;
    }
    if (err != CW_OK)
        return err;
    count = state_links(loaded.state, l->links, STATE_LINKS_MAX);
    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        if (l->links[i].stands && !l->links[i].one_side && ID_EQ(&l->links[i].to, l->id))
            err = put_link(l, loaded.state, &l->links[i], true);
    }
    return err;
}

static enum cw_err put_incoming(struct linking *l)
{
    struct row_key prefix = case_link_prefix(l->a->node, LINK_SORT_LINK, l->id), from = prefix;
    void *memory = NULL;
    struct kv_pair pair;
    struct cw_case_id other;
    uint32_t looked = 0;
    enum cw_err err;

    while ((err = db_next(l->a->node, l->a->read.txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from),
                          from.len > prefix.len, &pair)) == CW_OK) {
        if (++looked > ANSWER_ENDS_MAX || pair.key.len > sizeof from.b || !row_key_case_of(pair.key, &other))
            break;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        memory = memory == NULL ? malloc(END_MEMORY_LEN) : memory;
        err = memory == NULL ? CW_LOCAL_MEMORY : put_those_of(l, &other, memory);
        if (err != CW_OK)
            break;
    }
    free(memory);
    if (looked > ANSWER_ENDS_MAX)
        SET_NUMBER(l->out, more_links, 1);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err answer_put_links(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    struct linking l = {.a = a, .out = out, .id = &shown->loaded.id};
    enum cw_err err;

    out->links = ARENA_ARRAY(a->arena, Cw__ViewLink *, ANSWER_LINKS_MAX);
    l.links = ARENA_ARRAY(a->arena, struct case_link, STATE_LINKS_MAX);
    if (out->links == NULL || l.links == NULL)
        return CW_LOCAL_MEMORY;
    err = put_own(&l, shown->loaded.state);
    if (err == CW_OK)
        err = put_incoming(&l);
    if (out->n_links > 0 || out->has_more_links) /* says something of other cases, whose changes do not end it */
        answer_not_kept(a);
    return err;
}
