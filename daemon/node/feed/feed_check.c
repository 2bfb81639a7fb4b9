/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "node/answer_list.h"
#include "proto/ahead.h"

#include <strings.h>

/*
 * Whether what was asked for can ever be: whoever mistypes a division hears nothing, and takes that for peace. The same
 * questions as of a list (answer_list_asked.c).
 */

/* Who wrote may have been cut off since: what it wrote stands. */
static bool has_been(struct answering *a, struct cw_slice division)
{
    const struct authority *authority = node_authority(a->node);
    uint32_t count = authority_cert_count(authority);
    bool found = false;

    for (uint32_t i = 0; i < count && !found; i++) {
        struct cw_slice code = slice_of(authority_cert_at(authority, i)->division);

        found = code.len == division.len &&
                strncasecmp((const char *)code.data, (const char *)division.data, code.len) == 0;
    }
    node_authority_done(a->node);
    return found;
}

static enum cw_err check_names(struct answering *a, const struct feed_filter *f)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < f->risks.count && err == CW_OK; i++)
        err = answer_check_risk(a, "filter.risks", f->risks.at[i]);
    for (uint32_t i = 0; i < f->owners.count && err == CW_OK; i++)
        err = answer_check_division(a, "filter.owners", FILTER_OWNER, f->owners.at[i]);
    for (uint32_t i = 0; i < f->divisions.count && err == CW_OK; i++) {
        if (!has_been(a, f->divisions.at[i]))
            err = answer_check_division(a, "filter.divisions", FILTER_DIVISION, f->divisions.at[i]);
    }
    return err;
}

enum cw_err feed_check(struct feed_step *s)
{
    struct answering a = {.node = s->node, .who = &s->feed->who, .read = s->read, .arena = &s->arena};
    int64_t since = s->feed->since_ms > INT64_MAX ? INT64_MAX : (int64_t)s->feed->since_ms;
    enum cw_err err = check_names(&a, &s->feed->filter);

    if (err != CW_OK)
        s->refusal = a.refusal;
    else if (s->feed->start == START_SINCE && lies_ahead(since, since, answer_now(&a).ms))
        err = refuse(&s->refusal, CW_REFUSED_VALUE, "since",
                     "lies ahead of this daemon's clock: nothing would be told until then");
    return err;
}
