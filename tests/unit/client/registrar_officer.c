/* SPDX-License-Identifier: Apache-2.0 */
/* What the officer of a registrar says. */
#include "tests/unit/client/registrar.h"

#include <casewire/submission.h>

#include <check.h>

static const struct cw_wall noon = {1795348800000};

static struct cw_submission *signed_by_officer(const struct registrar *r, struct cw_draft *draft)
{
    struct cw_submission *submission = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_draft_sign(draft, r->officer, noon, &submission, &fault), CW_OK);
    cw_draft_free(draft);
    return submission;
}

struct cw_submission *registrar_opening(const struct registrar *r, unsigned number)
{
    struct cw_draft *draft = NULL;
    char title[32];

    snprintf(title, sizeof(title), "Child %u", number);
    ck_assert_int_eq(cw_draft_open("missing_child", &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of(title), NULL), CW_OK);
    return signed_by_officer(r, draft);
}

struct cw_draft *registrar_note_draft(const struct cw_case_id *id, unsigned number)
{
    struct cw_draft *draft = NULL;
    char text[32];

    snprintf(text, sizeof(text), "Seen, report %u", number);
    ck_assert_int_eq(cw_draft_set("missing_child", id, &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "summary", CW_SET, slice_of(text), NULL), CW_OK);
    return draft;
}

struct cw_submission *registrar_note(const struct registrar *r, const struct cw_case_id *id, unsigned number)
{
    return signed_by_officer(r, registrar_note_draft(id, number));
}
