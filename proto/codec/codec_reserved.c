/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/reserved.h"

#include "proto/codec.h"

#define BASIS_NUMBER_MAX 255

/* --- what several of them hold --------------------------------------------------------------------- */

static const struct field op_part_fields[] = {
    FIXED_FIELD(1, struct op_part, op, FIELD_REQUIRED),
    SHORT_FIELD(2, struct op_part, part, 0, PARTS_MAX - 1, 0),
};

static const struct grammar op_part_grammar = PART_GRAMMAR(op_part_fields);

static bool op_parts_ascend(const struct op_part *parts, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        int order = memcmp(&parts[i - 1].op, &parts[i].op, sizeof parts[i].op);

        if (order > 0 || (order == 0 && parts[i - 1].part >= parts[i].part))
            return false;
    }
    return true;
}

/* ids: count times ID_LEN bytes. */
static bool ids_ascend(const void *ids, uint32_t count)
{
    const uint8_t *at = ids;

    for (uint32_t i = 1; i < count; i++) {
        if (memcmp(at + (i - 1) * (size_t)ID_LEN, at + i * (size_t)ID_LEN, ID_LEN) >= 0)
            return false;
    }
    return true;
}

/* --- wraps ----------------------------------------------------------------------------------------- */

static bool wraps_record_holds(const void *record)
{
    const struct wraps_record *r = record;

    return op_parts_ascend(r->parts, r->part_count);
}

static const struct field wraps_record_fields[] = {
    FIXED_FIELD(2, struct wraps_record, key, FIELD_REQUIRED),
    MESSAGES_ARENA_FIELD(3, struct wraps_record, parts, part_count, 1, OP_PARTS_MAX, &op_part_grammar),
    FIXED_FIELD(4, struct wraps_record, wraps, FIELD_REQUIRED),
};

static const struct grammar wraps_record_grammar =
    RECORD_GRAMMAR(wraps_record_fields, struct wraps_record, RESERVED_LEN_MAX, wraps_record_holds);

enum cw_err wraps_record_parse(struct cw_slice bytes, struct arena *arena, struct wraps_record *out)
{
    return grammar_parse(&wraps_record_grammar, bytes, arena, out);
}

void wraps_record_encode(const struct wraps_record *in, struct writer *out)
{
    grammar_encode(&wraps_record_grammar, in, out);
}

/* --- envelopes ------------------------------------------------------------------------------------- */

static bool envelopes_record_holds(const void *record)
{
    const struct envelopes_record *r = record;

    return r->recipient_count > 0 && ids_ascend(r->recipients, r->recipient_count);
}

static const struct field envelopes_record_fields[] = {
    FIXED_FIELD(2, struct envelopes_record, key, FIELD_REQUIRED),
    FIXEDS_ARENA_FIELD(3, struct envelopes_record, recipients, recipient_count, ENVELOPES_MAX),
    FIXED_FIELD(4, struct envelopes_record, envelopes, FIELD_REQUIRED),
};

static const struct grammar envelopes_record_grammar =
    RECORD_GRAMMAR(envelopes_record_fields, struct envelopes_record, RESERVED_LEN_MAX, envelopes_record_holds);

enum cw_err envelopes_record_parse(struct cw_slice bytes, struct arena *arena, struct envelopes_record *out)
{
    return grammar_parse(&envelopes_record_grammar, bytes, arena, out);
}

void envelopes_record_encode(const struct envelopes_record *in, struct writer *out)
{
    grammar_encode(&envelopes_record_grammar, in, out);
}

/* --- erasure --------------------------------------------------------------------------------------- */

static bool cut_holds(const struct position *cut, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (cut[i].seq == 0 || ID_IS_ZERO(&cut[i].seal))
            return false;
        if (i > 0 && memcmp(&cut[i - 1].log, &cut[i].log, sizeof cut[i].log) >= 0)
            return false;
    }
    return true;
}

static bool names_no_frame(const struct op_part *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].part == 0)
            return false;
    }
    return true;
}

/* Parts, or a case and a cut: one of the two, and two persons. */
static bool erasure_record_holds(const void *record)
{
    const struct erasure_record *r = record;

    if (r->has_case == (r->part_count > 0) || r->has_case != (r->cut_count > 0))
        return false;
    return op_parts_ascend(r->parts, r->part_count) && names_no_frame(r->parts, r->part_count) &&
           cut_holds(r->cut, r->cut_count) && !ID_EQ(&r->requester, &r->approver);
}

static const struct field erasure_record_fields[] = {
    MESSAGES_ARENA_FIELD(2, struct erasure_record, parts, part_count, 0, OP_PARTS_MAX, &op_part_grammar),
    FIXED_HAS_FIELD(3, struct erasure_record, case_id, has_case),
    MESSAGES_ARENA_FIELD(4, struct erasure_record, cut, cut_count, 0, CUT_LOGS_MAX, &position_grammar),
    SHORT_FIELD(5, struct erasure_record, basis, 1, BASIS_NUMBER_MAX, 0),
    FIXED_FIELD(6, struct erasure_record, requester, FIELD_REQUIRED),
    FIXED_FIELD(7, struct erasure_record, approver, FIELD_REQUIRED),
    FIXED_FIELD(8, struct erasure_record, approval, FIELD_REQUIRED),
};

static const struct grammar erasure_record_grammar =
    RECORD_GRAMMAR(erasure_record_fields, struct erasure_record, RESERVED_LEN_MAX, erasure_record_holds);

enum cw_err erasure_record_parse(struct cw_slice bytes, struct arena *arena, struct erasure_record *out)
{
    return grammar_parse(&erasure_record_grammar, bytes, arena, out);
}

void erasure_record_encode(const struct erasure_record *in, struct writer *out)
{
    grammar_encode(&erasure_record_grammar, in, out);
}

/* --- erased ---------------------------------------------------------------------------------------- */

static const struct field erased_record_fields[] = {
    FIXED_FIELD(2, struct erased_record, erasure, FIELD_REQUIRED),
    NUMBER_FIELD(3, struct erased_record, erased_at, 1, INT64_MAX, 0),
    NUMBER_FIELD(4, struct erased_record, backups_until, 0, INT64_MAX, 0),
};

static const struct grammar erased_record_grammar =
    RECORD_GRAMMAR(erased_record_fields, struct erased_record, RESERVED_LEN_MAX, NULL);

enum cw_err erased_record_parse(struct cw_slice bytes, struct erased_record *out)
{
    return grammar_parse(&erased_record_grammar, bytes, NULL, out);
}

void erased_record_encode(const struct erased_record *in, struct writer *out)
{
    grammar_encode(&erased_record_grammar, in, out);
}

/* --- audience -------------------------------------------------------------------------------------- */

static int name_order(struct cw_slice a, struct cw_slice b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

static bool names_ascend(const struct cw_slice *names, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (name_order(names[i - 1], names[i]) >= 0)
            return false;
    }
    return true;
}

static bool no_name_in_both(const struct audience_record *r)
{
    for (uint32_t i = 0; i < r->added_count; i++) {
        for (uint32_t k = 0; k < r->removed_count; k++) {
            if (slice_eq(r->added[i], r->removed[k]))
                return false;
        }
    }
    return true;
}

static bool audience_record_holds(const void *record)
{
    const struct audience_record *r = record;

    return r->added_count + r->removed_count > 0 && names_ascend(r->added, r->added_count) &&
           names_ascend(r->removed, r->removed_count) && no_name_in_both(r) && ids_ascend(r->after, r->after_count);
}

/* A text list's bounds are those of each name. */
#define NAMES_ARENA_FIELD(n, member, counter, most)                                                              \
    {                                                                                                            \
        FIELD_HEAD(n, FIELD_BYTES, FIELD_ARENA | FIELD_TEXT), FIELD_RANGE(1, NAME_LEN_MAX),                      \
            FIELD_COUNT(struct audience_record, counter, 0, most), FIELD_POINTER(struct audience_record, member) \
    }

static const struct field audience_record_fields[] = {
    FIXED_FIELD(2, struct audience_record, case_id, FIELD_REQUIRED),
    NAMES_ARENA_FIELD(3, added, added_count, AUDIENCES_ADDED_MAX),
    NAMES_ARENA_FIELD(4, removed, removed_count, AUDIENCES_REMOVED_MAX),
    FIXEDS_ARENA_FIELD(5, struct audience_record, after, after_count, AFTER_MAX),
};

static const struct grammar audience_record_grammar =
    RECORD_GRAMMAR(audience_record_fields, struct audience_record, RESERVED_LEN_MAX, audience_record_holds);

enum cw_err audience_record_parse(struct cw_slice bytes, struct arena *arena, struct audience_record *out)
{
    return grammar_parse(&audience_record_grammar, bytes, arena, out);
}

void audience_record_encode(const struct audience_record *in, struct writer *out)
{
    grammar_encode(&audience_record_grammar, in, out);
}

/* --- well-formed or not ---------------------------------------------------------------------------- */

static enum cw_err parse_record(enum op_class op_class, struct cw_slice payload, struct arena *scratch)
{
    union {
        struct wraps_record wraps;
        struct envelopes_record envelopes;
        struct erasure_record erasure;
        struct erased_record erased;
        struct audience_record audience;
    } read;

    switch (op_class) {
    case CLASS_WRAPS:
        return wraps_record_parse(payload, scratch, &read.wraps);
    case CLASS_ENVELOPES:
        return envelopes_record_parse(payload, scratch, &read.envelopes);
    case CLASS_ERASURE:
        return erasure_record_parse(payload, scratch, &read.erasure);
    case CLASS_ERASED:
        return erased_record_parse(payload, &read.erased);
    case CLASS_AUDIENCE:
        return audience_record_parse(payload, scratch, &read.audience);
    default:
        return CW_REFUSED_CLASS;
    }
}

enum cw_err reserved_record_check(enum op_class op_class, struct cw_slice payload, struct arena *scratch)
{
    size_t mark = arena_mark(scratch);
    enum cw_err err = parse_record(op_class, payload, scratch);

    arena_release(scratch, mark);
    return err;
}
