/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

/*
 * A child recorded twice, for a reader who named one of the records: the others are told too, each item saying of which case
 * that was named. Where a claim begins or ends that, the claim itself is told, and the other record's line as it is then; what
 * was written there before is in its history.
 */

void feed_class_of(struct feed_step *s, struct feed_subject *subject)
{
    const struct feed_filter *f = &s->feed->filter;
    enum cw_err err = CW_OK;

    if (f->case_count == 0 || subject->row->kind != KIND_CHILD || feed_filter_names(f, &subject->case_id) ||
        !case_has_claims(&s->read, &subject->case_id))
        return;
    if (s->class_as_of != s->arrivals + 1 || !ID_EQ(&s->class_id, &subject->case_id)) {
        err = case_class_of(&s->read, &subject->case_id, &s->arena, &s->class);
        s->class_id = subject->case_id;
        s->class_as_of = err == CW_OK ? s->arrivals + 1 : 0;
    }
    subject->class_unsure = err != CW_OK;
    subject->class = err == CW_OK ? &s->class : NULL;
}

bool feed_claims_named(const struct feed_step *s, const struct cw_case_id *id)
{
    const struct feed_filter *f = &s->feed->filter;

    for (uint32_t i = 0; i < f->case_count; i++) {
        if (case_claims_connect(&s->read, id, &f->cases[i]))
            return true;
    }
    return false;
}

bool feed_owe_class(struct feed_step *s, const struct cw_case_id *id)
{
    const struct feed_filter *f = &s->feed->filter;
    struct case_class class;
    bool all = true;

    if (f->case_count == 0 || case_class_of(&s->read, id, &s->arena, &class) != CW_OK)
        return true;
    for (uint32_t i = 0; i<class.count &&class.count> 1; i++) {
        if (!feed_filter_names(f, &class.ids[i]))
            all = all && feed_owe(s, &class.ids[i], WHY_CASE);
    }
    return all;
}
