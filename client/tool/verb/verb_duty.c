/* SPDX-License-Identifier: Apache-2.0 */
/* Which duty of a case is meant: by its clock's name, or by the beginning of its own id. */
#include "tool/verb.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <strings.h>

static bool runs(const Cw__ViewDeadline *d)
{
    static const char *const ended[] = {"met", "met late", "waived", "ended"};

    for (size_t i = 0; i < CW_COUNT(ended); i++)
        if (slice_eq(wire_slice(d->state), slice_of(ended[i])))
            return false;
    return d->duty.len == CW_ID_LEN;
}

static bool is_named(const Cw__ViewDeadline *d, const char *typed)
{
    char clock[20], id[2 * CW_ID_LEN + 1];

    TEXT(d->clock, clock);
    if (strcasecmp(clock, typed) == 0)
        return true;
    hex_of(wire_slice(d->duty), id);
    return strlen(typed) >= 4 && strncmp(id, typed, strlen(typed)) == 0;
}

/* "M8 (3f9ac2), W1 (81c0e2)" */
static size_t names_of(const Cw__CaseView *view, char *out, size_t used, size_t cap)
{
    for (size_t i = 0; i < view->n_deadlines && used < cap; i++) {
        char clock[20], id[2 * SHORT_ID_LEN + 1];
        int len;

        if (!runs(view->deadlines[i]))
            continue;
        TEXT(view->deadlines[i]->clock, clock);
        short_id(view->deadlines[i]->duty, id);
        len = snprintf(out + used, cap - used, "%s%s (%.6s)", used > 0 ? ", " : "", clock, id);
        used += len > 0 ? (size_t)len : 0;
    }
    return used;
}

static enum exit_code not_one(const struct writing *w, const char *typed, size_t count)
{
    const Cw__CaseView *record;
    char names[300] = "", why[400];
    size_t used = 0;

    for (size_t i = 0; (record = writing_record(w, i)) != NULL; i++)
        used = names_of(record, names, used, sizeof(names));
    snprintf(why, sizeof(why), "%s; running: %s",
             count > 1 ? "more than one duty is named like this: give the digits behind it"
                       : "no duty of this case that runs has this name, or begins like this",
             names[0] != '\0' ? names : "none");
    return complain(w->cli, count > 1 ? EXIT_USAGE : EXIT_NOT_FOUND,
                    &(struct trouble){"nothing was recorded", typed, why, "casewire clock list CASE"});
}

enum exit_code verb_duty(const struct writing *w, const char *typed, const Cw__ViewDeadline **out,
                         const Cw__CaseView **out_record)
{
    const Cw__CaseView *record;
    size_t count = 0;

    if (w->view == NULL)
        return complain(w->cli, EXIT_UNREACHABLE,
                        &(struct trouble){"no duty can be named", typed, "no daemon is in reach to ask what it is",
                                          "casewire outbox list"});
    for (size_t r = 0; (record = writing_record(w, r)) != NULL; r++)
        for (size_t i = 0; i < record->n_deadlines; i++) {
            if (!runs(record->deadlines[i]) || !is_named(record->deadlines[i], typed))
                continue;
            *out = record->deadlines[i];
            *out_record = record;
            count++;
        }
    return count == 1 ? EXIT_DONE : not_one(w, typed, count);
}
