/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/scene.h"

#include <stdio.h>

struct scene *scene_new(void)
{
    static const uint8_t id[CW_ID_LEN] = {1};
    struct scene *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    cw__case_view__init(&s->view);
    s->view.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    s->view.owner = B("NTH");
    s->view.case_id = wire_bytes(slice(id, sizeof(id)));
    s->view.fields = s->field_at;
    return s;
}

Cw__ViewField *add_field(struct scene *s, uint32_t number)
{
    const struct schema_field *row = schema_field(number);
    size_t i = s->view.n_fields++;
    Cw__ViewField *f = &s->fields[i];

    cw__view_field__init(f);
    f->field = number;
    f->name = B(row->name);
    f->rule = B(schema_rule_name(row->rule));
    f->values = s->at[i];
    f->proposals = s->proposals[i];
    s->field_at[i] = f;
    return f;
}

Cw__ViewValue *new_value(struct scene *s, const char *text, int64_t said_ms)
{
    size_t i = s->value_count++;
    Cw__ViewValue *v = &s->values[i];

    cw__view_value__init(v);
    cw__value__init(&s->plain[i]);
    cw__op_ref__init(&s->refs[i]);
    s->ops[i][0] = (uint8_t)(i + 1);
    s->refs[i].op = wire_bytes(slice(s->ops[i], CW_ID_LEN));
    s->plain[i].has_text = true;
    s->plain[i].text = B(text);
    v->value = &s->plain[i];
    v->set_by = &s->refs[i];
    v->has_text = true;
    v->text = B(text);
    v->has_author_time_ms = true;
    v->author_time_ms = (uint64_t)said_ms;
    v->has_hlc = true;
    v->hlc = (uint64_t)said_ms << 16;
    return v;
}

Cw__ViewValue *add_value(struct scene *s, Cw__ViewField *f, const char *text, int64_t said_ms)
{
    Cw__ViewValue *v = new_value(s, text, said_ms);

    f->values[f->n_values++] = v;
    return v;
}

void add_conflict(struct scene *s, Cw__ViewField *f, const char *field)
{
    cw__view_conflict__init(&s->conflict);
    s->conflict.field = B(field);
    s->resolvers[0] = B("SUP");
    s->resolvers[1] = B("INSP");
    s->conflict.n_resolvers = 2;
    s->conflict.resolvers = s->resolvers;
    if (f != NULL) {
        f->conflict = true;
        s->conflict.n_candidates = f->n_values;
        s->conflict.candidates = f->values;
    }
    s->conflict_at[0] = &s->conflict;
    s->view.n_conflicts = 1;
    s->view.conflicts = s->conflict_at;
}

void keep_waiting(void *context, const struct waiting *w)
{
    struct waits *waits = context;

    ck_assert_uint_lt(waits->count, CW_COUNT(waits->at));
    waits->at[waits->count++] = *w;
}

struct waits scene_waits(const struct scene *s, const char *division, uint32_t roles, int64_t now_ms)
{
    struct waiting_for who = {
        .roles = roles, .coordinates = (roles & ROLE_MASK(FCR)) != 0, .now = {now_ms}, .digits = 4};
    struct waits waits = {.count = 0};

    snprintf(who.division, sizeof(who.division), "%s", division);
    waiting_find(&s->view, &who, keep_waiting, &waits);
    return waits;
}
