/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "proto/wire.h"

#include <stdio.h>
#include <strings.h>

/* What a reader chooses to see. When it cannot be said whether something fits, it is told all the same. */

#define HEX_NAME_LEN_MIN 8

/* --- reading ------------------------------------------------------------------------------------------------ */

static enum cw_err take_names(size_t count, const ProtobufCBinaryData *from, const char *sort, struct arena *arena,
                              struct feed_names *out, struct refusal *why)
{
    struct cw_slice *names = ARENA_ARRAY(arena, struct cw_slice, count);

    if (count > FILTER_NAMES_MAX)
        return refuse(why, CW_REFUSED_SIZE, sort, "at most %d names of one sort", FILTER_NAMES_MAX);
    if (count > 0 && names == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (from[i].len == 0 || from[i].len > FILTER_NAME_LEN_MAX)
            return refuse(why, CW_REFUSED_SIZE, sort, "name %zu is empty, or longer than %d bytes", i + 1,
                          FILTER_NAME_LEN_MAX);
        names[i] = slice(arena_copy(arena, from[i].data, from[i].len), from[i].len);
        if (names[i].data == NULL)
            return CW_LOCAL_MEMORY;
    }
    *out = (struct feed_names){(uint32_t)count, names};
    return CW_OK;
}

static enum cw_err take_kinds(const Cw__FeedFilter *in, struct feed_filter *out, struct refusal *why)
{
    for (size_t i = 0; i < in->n_kinds; i++) {
        if (in->kinds[i] > 31 || schema_kind_name(in->kinds[i]) == NULL)
            return refuse(why, CW_REFUSED_VALUE, "filter.kinds", "there is no kind %u", in->kinds[i]);
        out->kinds |= 1u << in->kinds[i];
    }
    return CW_OK;
}

enum cw_err feed_filter_parse(const Cw__FeedFilter *in, struct arena *arena, struct feed_filter *out,
                              struct refusal *why)
{
    enum cw_err err;

    memset(out, 0, sizeof *out);
    if (in == NULL)
        return CW_OK;
    err = take_kinds(in, out, why);
    if (err == CW_OK)
        err = take_names(in->n_divisions, in->divisions, "filter.divisions", arena, &out->divisions, why);
    if (err == CW_OK)
        err = take_names(in->n_owners, in->owners, "filter.owners", arena, &out->owners, why);
    if (err == CW_OK)
        err = take_names(in->n_risks, in->risks, "filter.risks", arena, &out->risks, why);
    if (err == CW_OK)
        err = take_names(in->n_tags, in->tags, "filter.tags", arena, &out->tags, why);
    if (err == CW_OK)
        err = take_names(in->n_areas, in->areas, "filter.areas", arena, &out->areas, why);
    if (err == CW_OK)
        err = take_names(in->n_operations, in->operations, "filter.operations", arena, &out->operations, why);
    if (err == CW_OK)
        err = take_names(in->n_cases, in->cases, "filter.cases", arena, &out->case_names, why);
    return err;
}

enum cw_err feed_filter_no_case(struct refusal *why)
{
    return refuse(why, CW_REFUSED_UNKNOWN_CASE, "filter.cases", "no case of this name is known at this division");
}

static enum cw_err resolve_one(struct cw_slice name, const struct node_read *read, struct arena *arena,
                               struct cw_case_id *out, struct refusal *why)
{
    enum cw_err err = CW_OK;

    if (name.len == ID_LEN)
        memcpy(out->b, name.data, ID_LEN);
    else
        err = case_find(read, name, arena, out);
    if (err == CW_REFUSED_UNKNOWN_CASE)
        return feed_filter_no_case(why);
    if (err == CW_REFUSED_AMBIGUOUS)
        return refuse(why, err, "filter.cases", "several cases have this name: give the whole reference");
    return err;
}

enum cw_err feed_filter_resolve(struct feed_filter *f, const struct node_read *read, struct arena *arena,
                                struct refusal *why)
{
    struct cw_case_id *ids = ARENA_ARRAY(arena, struct cw_case_id, f->case_names.count + 1);

    if (ids == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->case_names.count; i++) {
        enum cw_err err = resolve_one(f->case_names.at[i], read, arena, &ids[i], why);

        if (err != CW_OK)
            return err;
    }
    f->cases = ids;
    f->case_count = f->case_names.count;
    return CW_OK;
}

/* --- fitting ------------------------------------------------------------------------------------------------ */

bool feed_filter_needs_case(const struct feed_filter *f)
{
    return f->kinds != 0 || f->owners.count + f->risks.count + f->tags.count + f->areas.count + f->operations.count > 0;
}

static bool same_name(struct cw_slice a, struct cw_slice b)
{
    return a.len == b.len && strncasecmp((const char *)a.data, (const char *)b.data, a.len) == 0;
}

static bool holds(const struct feed_names *names, struct cw_slice name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (same_name(names->at[i], name))
            return true;
    }
    return false;
}

static enum feed_fit fit_one(const struct feed_names *names, struct cw_slice name)
{
    return names->count == 0 || holds(names, name) ? FIT_YES : FIT_NO;
}

static enum feed_fit fit_any(const struct feed_names *names, const struct cw_slice *have, uint32_t count, bool more)
{
    if (names->count == 0)
        return FIT_YES;
    for (uint32_t i = 0; i < count; i++) {
        if (holds(names, have[i]))
            return FIT_YES;
    }
    return more ? FIT_UNSURE : FIT_NO;
}

/* "NTH", and "NTH + EST" of an owner that is contested. */
static enum feed_fit fit_owner(const struct feed_names *names, struct cw_slice owner)
{
    if (names->count == 0)
        return FIT_YES;
    for (size_t from = 0, i = 0; i <= owner.len; i++) {
        if (i < owner.len && owner.data[i] != ' ' && owner.data[i] != '+')
            continue;
        if (i > from && holds(names, slice(owner.data + from, i - from)))
            return FIT_YES;
        from = i + 1;
    }
    return FIT_NO;
}

static bool starts_id(const struct feed_names *names, const struct cw_case_id *id)
{
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(id), hex);
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->at[i].len >= HEX_NAME_LEN_MIN && names->at[i].len <= 2 * (size_t)ID_LEN &&
            strncasecmp((const char *)names->at[i].data, hex, names->at[i].len) == 0)
            return true;
    }
    return false;
}

/* The operation itself, a case that carries its name, or one that is linked to it. */
static enum feed_fit fit_operation(const struct feed_names *names, const struct feed_subject *s)
{
    const struct case_line *line = s->line;

    if (names->count == 0 || holds(names, line->op_name))
        return FIT_YES;
    if (s->row->kind == KIND_OPERATION &&
        (holds(names, line->reference) || holds(names, line->title) || starts_id(names, &s->case_id)))
        return FIT_YES;
    return fit_any(names, line->labels.operations, line->labels.operation_count, line->labels.more);
}

bool feed_filter_asks_for_operation(const struct feed_filter *f, struct cw_slice name)
{
    return holds(&f->operations, name);
}

bool feed_filter_names(const struct feed_filter *f, const struct cw_case_id *id)
{
    for (uint32_t i = 0; i < f->case_count; i++) {
        if (ID_EQ(&f->cases[i], id))
            return true;
    }
    return false;
}

/* Whoever names one record of a child sees all of them. */
static enum feed_fit fit_case(const struct feed_filter *f, const struct feed_subject *s)
{
    if (f->case_count == 0 || feed_filter_names(f, &s->case_id))
        return FIT_YES;
    for (uint32_t i = 0; s->class != NULL && i < s->class->count; i++) {
        if (feed_filter_names(f, &s->class->ids[i]))
            return FIT_YES;
    }
    return s->class_unsure ? FIT_UNSURE : FIT_NO;
}

bool feed_filter_chooses_writer(const struct feed_filter *f, const char *division)
{
    return f->divisions.count == 0 || holds(&f->divisions, slice_of(division));
}

static enum feed_fit fit_writer(const struct feed_filter *f, const struct feed_subject *s)
{
    if (f->divisions.count == 0)
        return FIT_YES;
    if (s->origin[0] == '\0')
        return s->wrote;
    return feed_filter_chooses_writer(f, s->author_division) || feed_filter_chooses_writer(f, s->origin) ? FIT_YES
                                                                                                         : FIT_NO;
}

/* While the op that opens the case cannot be read, nobody knows its kind. */
static enum feed_fit fit_kind(const struct feed_filter *f, uint32_t kind)
{
    if (f->kinds == 0 || (kind < 32 && (f->kinds & 1u << kind) != 0))
        return FIT_YES;
    return kind == KIND_NONE ? FIT_UNSURE : FIT_NO;
}

static void lower(enum feed_fit *fit, enum feed_fit by)
{
    if (by < *fit)
        *fit = by;
}

enum feed_fit feed_filter_fit(const struct feed_filter *f, const struct feed_subject *s)
{
    const struct case_labels *labels = &s->line->labels;
    enum feed_fit fit = fit_case(f, s);

    lower(&fit, fit_writer(f, s));
    if (fit == FIT_NO || !feed_filter_needs_case(f))
        return fit;
    if ((s->row->flags & CASE_FOLDED) == 0)
        return FIT_UNSURE;
    lower(&fit, fit_kind(f, s->row->kind));
    lower(&fit, fit_owner(&f->owners, s->line->owner));
    lower(&fit, fit_one(&f->risks, s->line->risk));
    lower(&fit, fit_any(&f->tags, labels->tags, labels->tag_count, labels->more));
    lower(&fit, fit_any(&f->areas, labels->areas, labels->area_count, labels->more));
    lower(&fit, fit_operation(&f->operations, s));
    return fit;
}

/* --- what may have fitted before ------------------------------------------------------------------------------ */

static bool is_area(uint32_t field)
{
    return field == FIELD_TERRITORY || field == FIELD_EXPORT_AREA || field == FIELD_IMPORT_AREAS ||
           field == FIELD_PLACES;
}

static bool is_operation(uint32_t field)
{
    return field == FIELD_OP_NAME || field == FIELD_LINKS;
}

static uint32_t sorts_of_field(uint32_t field)
{
    const struct schema_field *row = schema_field(field);
    bool risk = row != NULL && (row->flags & FIELD_RISK) != 0;

    return (risk ? WATCH_RISK : 0u) | (field == FIELD_TAGS ? WATCH_TAG : 0u) | (is_area(field) ? WATCH_AREA : 0u) |
           (is_operation(field) ? WATCH_OPERATION : 0u) | (field == FIELD_TITLE ? WATCH_TITLE : 0u);
}

uint32_t feed_watches_of(const struct op *op)
{
    const struct schema_event *event = schema_event(op->event);
    uint32_t sorts = 0;

    for (uint32_t i = 0; i < op->write_count; i++)
        sorts |= sorts_of_field(op->writes[i].field);
    /* An event may end an episode, whose risk counts no more. */
    if (event != NULL && event->class == EVENT_CLASS_OWNERSHIP)
        sorts |= WATCH_OWNER;
    if (event != NULL && (event->flags & EVENT_EPISODE) != 0)
        sorts |= WATCH_RISK;
    if (op->event == EVENT_IDENTITY_MERGED || op->event == EVENT_IDENTITY_UNMERGED ||
        op->event == EVENT_IDENTITY_ACCEPTED)
        sorts |= WATCH_IDENTITY;
    return sorts;
}

uint32_t feed_filter_watches(const struct feed_filter *f)
{
    return (f->risks.count > 0 ? WATCH_RISK : 0u) | (f->tags.count > 0 ? WATCH_TAG : 0u) |
           (f->areas.count > 0 ? WATCH_AREA : 0u) | (f->operations.count > 0 ? WATCH_OPERATION | WATCH_TITLE : 0u) |
           (f->owners.count > 0 ? WATCH_OWNER : 0u);
}
