/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

/*
 * Whether an op touches an operation that was asked for, in a case that does not fit as it is now: it names the operation, or
 * it replaces or removes what may have named it. Looked for in few ops: those that write a name or a link.
 */

/* As labels have it (cases/view/labels.c); the rest is a name as it stands. */
static struct cw_slice name_in(const struct op_write *w)
{
    static const char part_of[] = "part_of_operation ";
    size_t len = w->field == FIELD_LINKS ? sizeof part_of - 1 : 0;

    if (!w->has_value || w->value.type != VALUE_TEXT || w->value.text.len <= len ||
        memcmp(w->value.text.data, part_of, len) != 0)
        return slice("", 0);
    return slice(w->value.text.data + len, w->value.text.len - len);
}

/* A title names an operation, and no other case. */
static bool may_name(const struct op_write *w, uint32_t kind)
{
    return w->field == FIELD_OP_NAME || w->field == FIELD_LINKS || (w->field == FIELD_TITLE && kind == KIND_OPERATION);
}

static bool names_one(const struct feed_filter *f, const struct op_write *w, uint32_t kind)
{
    return may_name(w, kind) && feed_filter_asks_for_operation(f, name_in(w));
}

/* What cannot be read here may have named it. */
static bool has_named(struct feed_step *s, const struct feed_entry *e, const struct cw_op_id *op, uint32_t field,
                      uint32_t kind)
{
    struct feed_entry before = *e;
    struct loaded_op *loaded;
    struct op_row row;
    uint32_t place;
    bool found = false;

    if (db_get_op(s->node, s->read.txn, op, &row) != CW_OK)
        return true;
    (void)op_row_verdict(&row, &place);
    before.op = *op;
    before.hlc = row.entries[place].hlc;
    if (feed_load(s, &before, &row, &loaded) != CW_OK || !loaded->decoded)
        return true;
    for (uint32_t i = 0; i < loaded->op.write_count && !found; i++)
        found = loaded->op.writes[i].field == field && names_one(&s->feed->filter, &loaded->op.writes[i], kind);
    return found;
}

/* Who adds a link takes no other away; who opens a case finds nothing there. A value that names none may stand before any. */
static bool replaces_one(struct feed_step *s, const struct feed_entry *e, const struct op *op, const struct op_write *w,
                         uint32_t kind)
{
    bool found = false;

    if (!may_name(w, kind) || op->type == OP_OPEN || (w->field == FIELD_LINKS && w->verb == VERB_ADD))
        return false;
    for (uint32_t i = 0; i < w->supersede_count && !found; i++)
        found = has_named(s, e, &w->supersedes[i].op, w->field, kind);
    return found || w->supersede_count == 0;
}

bool feed_touches_operation(struct feed_step *s, const struct feed_entry *e, uint32_t kind)
{
    size_t mark = arena_mark(&s->arena);
    struct loaded_op *loaded;
    struct op_row row;
    bool found = true;

    if (db_get_op(s->node, s->read.txn, &e->op, &row) == CW_OK && feed_load(s, e, &row, &loaded) == CW_OK &&
        loaded->decoded) {
        const struct op *op = &loaded->op;

        found = false;
        for (uint32_t i = 0; i < op->write_count && !found; i++)
            found = names_one(&s->feed->filter, &op->writes[i], kind) || replaces_one(s, e, op, &op->writes[i], kind);
    }
    arena_release(&s->arena, mark);
    return found;
}
