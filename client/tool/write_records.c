/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child whose cases people merged: each record keeps its episodes and duties, and what is said about one of those is
 * said in its own record (docs/fold.md §18.5). Reads show the one that stays; here are the others, beside it.
 */
#include "tool/lookup.h"
#include "tool/write.h"

#include "proto/wire.h"

#include <stdlib.h>
#include <strings.h>

enum exit_code writing_look_beside(struct writing *w)
{
    enum exit_code code;

    if (w->view == NULL || w->as_recorded)
        return EXIT_DONE;
    w->beside = calloc(1, sizeof(*w->beside));
    CW_ASSERT(w->beside != NULL);
    code = gather_beside(w->cli, w->context, w->view, w->beside);
    w->records[w->record_count++] = w->view;
    for (size_t i = 0; i < w->beside->count && w->record_count < WRITING_RECORDS_MAX; i++)
        w->records[w->record_count++] = gather_view(w->beside, i);
    return code;
}

const Cw__CaseView *writing_record(const struct writing *w, size_t index)
{
    if (w->record_count == 0)
        return index == 0 ? w->view : NULL;
    return index < w->record_count ? w->records[index] : NULL;
}

void writing_turn_to(struct writing *w, const Cw__CaseView *record)
{
    if (record == NULL || record == w->view)
        return;
    w->view = record;
    w->case_id = view_case_id(record);
}

const Cw__CaseView *writing_record_of(const struct writing *w, const Cw__ViewEvent *event)
{
    const Cw__CaseView *record;

    for (size_t i = 0; (record = writing_record(w, i)) != NULL; i++)
        for (size_t e = 0; e < record->n_events; e++)
            if (record->events[e] == event)
                return record;
    return w->view;
}

void writing_episode_name(const Cw__CaseView *record, ProtobufCBinaryData episode, char out[static CHARS_LEN_MAX])
{
    if (episode.len == CW_ID_LEN)
        hex_of(slice(episode.data, 4), out);
    else if (record->identity != NULL)
        lookup_chars(wire_slice(record->human_ref), out);
    else
        snprintf(out, CHARS_LEN_MAX, "first");
}

/* An episode goes by one of its reports, whichever is named. */
ProtobufCBinaryData writing_episode_of(const Cw__CaseView *record, ProtobufCBinaryData report)
{
    for (size_t i = 0; i < record->n_episodes; i++)
        for (size_t j = 0; j < record->episodes[i]->n_merged; j++)
            if (slice_eq(wire_slice(record->episodes[i]->merged[j]), wire_slice(report)))
                return record->episodes[i]->episode;
    return report;
}

/* "first", or of several records the reference of the one whose first is meant; NULL: it is neither. */
static const Cw__CaseView *first_of(const struct writing *w, const char *name)
{
    static const ProtobufCBinaryData none;
    const Cw__CaseView *record;
    char chars[CHARS_LEN_MAX];

    if (strcmp(name, "first") == 0)
        return writing_record(w, 1) == NULL ? w->view : NULL;
    for (size_t i = 0; (record = writing_record(w, i)) != NULL; i++) {
        writing_episode_name(record, none, chars);
        if (record->identity != NULL && strcasecmp(name, chars) == 0)
            return record;
    }
    return NULL;
}

static enum exit_code several_firsts(const struct writing *w)
{
    const Cw__CaseView *record;
    char names[200] = "", why[300];
    size_t used = 0;

    for (size_t i = 0; (record = writing_record(w, i)) != NULL && used + CHARS_LEN_MAX < sizeof(names); i++) {
        char chars[CHARS_LEN_MAX];

        lookup_chars(wire_slice(record->human_ref), chars);
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "", chars);
    }
    snprintf(why, sizeof(why),
             "each record of this child has a first episode: give the record whose first is meant, of %s", names);
    return complain(w->cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", "first", why, "the same with --episode"});
}

enum exit_code writing_find_episode(const struct writing *w, const char *name, struct episode_place *out)
{
    const Cw__ViewEvent *event = NULL;
    enum exit_code code;

    *out = (struct episode_place){first_of(w, name), {0, NULL}};
    if (out->record != NULL || (strcmp(name, "first") == 0 && w->view == NULL))
        return EXIT_DONE;
    if (strcmp(name, "first") == 0)
        return several_firsts(w);
    code = writing_find_event(w, name, &event);
    if (code != EXIT_DONE || event == NULL)
        return code;
    out->record = writing_record_of(w, event);
    out->episode = writing_episode_of(out->record, event->event_id);
    return EXIT_DONE;
}
