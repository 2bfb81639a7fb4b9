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

/* An id is taken for a case that may come to be. */
static enum cw_err check_cases(struct feed_step *s, const struct feed_filter *f)
{
    for (uint32_t i = 0; i < f->case_count; i++) {
        if (f->case_names.at[i].len != ID_LEN && feed_case_is_hidden(&s->read, &f->cases[i], &s->arena))
            return feed_filter_no_case(&s->refusal);
    }
    return CW_OK;
}

/* Others' programs ask about each before they follow it; a region may not ask. */
static enum cw_err check_operations(struct feed_step *s, const struct feed_names *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        struct cw_case_id id;
        enum cw_err err = case_find(&s->read, names->at[i], &s->arena, &id);

        if (err == CW_REFUSED_UNKNOWN_CASE || (err == CW_OK && feed_case_is_hidden(&s->read, &id, &s->arena)))
            return refuse(
                &s->refusal, CW_REFUSED_UNKNOWN_CASE, "filter.operations",
                "no operation called \"%.*s\" is known here: look at the spelling, or wait until it is opened",
                (int)names->at[i].len, (const char *)names->at[i].data);
        if (err != CW_OK && err != CW_REFUSED_AMBIGUOUS)
            return err;
    }
    return CW_OK;
}

static enum cw_err check_regional(struct feed_step *s, const struct feed_filter *f)
{
    enum cw_err err = feed_is_regional(s) ? check_cases(s, f) : CW_OK;

    return err == CW_OK && feed_is_regional(s) ? check_operations(s, &f->operations) : err;
}

enum cw_err feed_check(struct feed_step *s)
{
    struct answering a = {.node = s->node, .who = &s->feed->who, .read = s->read, .arena = &s->arena};
    int64_t since = s->feed->since_ms > INT64_MAX ? INT64_MAX : (int64_t)s->feed->since_ms;
    enum cw_err err = check_names(&a, &s->feed->filter);

    if (err != CW_OK)
        s->refusal = a.refusal;
    else
        err = check_regional(s, &s->feed->filter);
    if (err == CW_OK && s->feed->start == START_SINCE && lies_ahead(since, since, answer_now(&a).ms))
        err = refuse(&s->refusal, CW_REFUSED_VALUE, "since",
                     "lies ahead of this daemon's clock: nothing would be told until then");
    return err;
}
