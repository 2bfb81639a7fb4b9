/* SPDX-License-Identifier: Apache-2.0 */
/* What a statement names as seen: whoever is shown a risk has looked at that one (docs/fold.md §19.7). */
#include "tests/unit/client/scene.h"

#include "lib/draft.h"
#include "tool/write.h"

Suite *suite_seen(void);

static bool is_named(const struct cw_draft *draft, const uint8_t op[CW_ID_LEN])
{
    for (uint32_t i = 0; i < draft->after_count; i++) {
        if (memcmp(draft->after[i].b, op, CW_ID_LEN) == 0)
            return true;
    }
    return false;
}

static struct cw_draft *review_of(struct scene *s)
{
    struct cw_fault fault = {.code = CW_OK};
    struct cw_case_id case_id = {{1}};
    struct writing w = {.view = &s->view};

    ck_assert_int_eq(cw_draft_event("missing_child", "review", &case_id, &w.draft, &fault), CW_OK);
    writing_note_seen(&w);
    return w.draft;
}

START_TEST(a_review_names_the_risk_that_was_shown_and_no_other_value)
{
    struct scene *s = scene_new();
    Cw__ViewValue *risk = add_value(s, add_field(s, FIELD_MISSING_RISK), "high", 1000);
    Cw__ViewValue *title = add_value(s, add_field(s, FIELD_SUMMARY), "here", 1000);
    struct cw_draft *draft = review_of(s);

    ck_assert(is_named(draft, risk->set_by->op.data));
    ck_assert(!is_named(draft, title->set_by->op.data));
    cw_draft_free(draft);
    free(s);
}
END_TEST

START_TEST(a_review_names_what_started_the_duties_that_run)
{
    struct scene *s = scene_new();
    static const uint8_t op[CW_ID_LEN] = {7};
    struct cw_draft *draft;

    cw__view_deadline__init(&s->deadline);
    s->deadline.start = wire_bytes(slice(op, sizeof(op)));
    s->deadline_at[0] = &s->deadline;
    s->view.n_deadlines = 1;
    s->view.deadlines = s->deadline_at;
    draft = review_of(s);
    ck_assert(is_named(draft, op));
    cw_draft_free(draft);
    s->deadline.has_met_by = true;
    draft = review_of(s);
    ck_assert(!is_named(draft, op));
    cw_draft_free(draft);
    free(s);
}
END_TEST

Suite *suite_seen(void)
{
    Suite *suite = suite_create("client/seen");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_review_names_the_risk_that_was_shown_and_no_other_value);
    tcase_add_test(all, a_review_names_what_started_the_duties_that_run);
    suite_add_tcase(suite, all);
    return suite;
}
