/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_WRITE_H
#define CASEWIRE_TOOL_WRITE_H

/*
 * What `case open`, `set`, `event` and `operation result` share: look at the case, draft what is to be
 * said, let every write name what the author saw, sign, submit, check and tell.
 */

#include "tool/gather.h"
#include "tool/lookup.h"
#include "tool/outbox.h"

#define WRITE_OPTIONS                                                                             \
    {"held-by", "K", "wait until K divisions hold it (default 1: this one)"},                     \
        {"deadline", "SECONDS", "how long to wait for the other divisions (default 10)"},         \
        {"check", NULL, "check the receipt against the authority logs"},                          \
        {"base-on", "NONE", "none: name nothing as replaced (default: what the case shows now)"}, \
        {"outbox", NULL, "into the outbox first; it goes when a daemon is in reach"},             \
    {                                                                                             \
        "kind", "KIND", "with --outbox and a whole case id: its kind, when no daemon is in reach" \
    }
/* Of what is said about a case that is known. */
#define RECORD_OPTION                                                                                        \
    {                                                                                                        \
        "as-recorded", NULL, "about the very record that is named, also when it was merged into another one" \
    }
#define WRITE_JSON "@Submitted proven_held_by:i? outbox:OutboxEntry?"

#define WRITING_RECORDS_MAX 32 /* no class is larger (docs/protocol.md 7.8) */

struct writing {
    const struct cli *cli;
    struct context *context;
    struct cw_answer *seen;   /* the case as it was shown; NULL for an opening, and when nobody could be asked */
    const Cw__CaseView *view; /* likewise; of a child with several records, the one that is written to */
    struct gather *beside;    /* owns the other records of the child; NULL: none */
    size_t record_count;
    const Cw__CaseView *records[WRITING_RECORDS_MAX]; /* the one that was shown first */
    struct cw_case_id case_id;
    const char *kind; /* NULL for an opening */
    bool offline;     /* nobody could be asked: it goes into the outbox and stays there for now */
    struct box box;   /* with --outbox, once it was needed */
    struct cw_draft *draft;
    const char *subject; /* what `casewire schema` is asked about when a value was wrong: event or kind; may be NULL */
    ProtobufCBinaryData episode;      /* the episode it is about, whose values are replaced; empty: the first */
    uint8_t episode_named[CW_ID_LEN]; /* of it, where nobody could be asked */
    const char *typed;                /* the name that was typed for the field, when it has another; may be NULL */
    bool as_recorded;                 /* the very case that is named, also when it is an alias */
    bool silent;                      /* what was recorded is told by the caller */
};

/* Set, or add where the field holds several. */
#define CW_SAY ((enum cw_verb)0)

/*
 * Fetches the case; with --outbox and no daemon in reach, finds it in the outbox or takes its whole id with --kind, and
 * then nothing is named as seen or replaced. Complains.
 */
enum exit_code writing_look(struct writing *w, const char *name);
/* write_records.c: the other records of the same child, when people merged its cases. Complains. */
enum exit_code writing_look_beside(struct writing *w);
/* The records of the child, the one that was shown first; NULL: there are no more. */
const Cw__CaseView *writing_record(const struct writing *w, size_t index);
/* What is said now is said in this record. */
void writing_turn_to(struct writing *w, const Cw__CaseView *record);
const Cw__CaseView *writing_record_of(const struct writing *w, const Cw__ViewEvent *event);
struct episode_place {
    const Cw__CaseView *record;  /* NULL: nobody could be asked */
    ProtobufCBinaryData episode; /* no bytes: the record's first */
};
/*
 * By the digits of its report, or "first"; where the child has several records, by the reference of the one whose first it
 * is. Complains.
 */
enum exit_code writing_find_episode(const struct writing *w, const char *name, struct episode_place *out);
/* The id by which the episode of this report goes; no bytes: it is the first. */
ProtobufCBinaryData writing_episode_of(const Cw__CaseView *record, ProtobufCBinaryData report);
/* As it is named there. */
void writing_episode_name(const Cw__CaseView *record, ProtobufCBinaryData episode, char out[static CHARS_LEN_MAX]);
/*
 * write_event.c: names the newest events as seen, the risks that the case shows and what started its duties: a closing that did not
 * know of a sighting is held back by the fold, and a review of what its author did not know of looks at nothing.
 */
void writing_note_seen(struct writing *w);
/* write_event.c: the one event whose id, or op id, begins with these digits. Complains. */
enum exit_code writing_find_event(const struct writing *w, const char *hex, const Cw__ViewEvent **out);
/*
 * "field=value", or "field" to remove, with verb or CW_SAY; names what it replaces unless --base-on none. Complains: with
 * what the field may hold and who may write it.
 */
enum exit_code writing_assign(struct writing *w, const char *assignment, enum cw_verb verb);
/* write_refused.c: complains about a fault of the draft or of the daemon. */
enum exit_code writing_refused(const struct writing *w, const struct cw_fault *fault);
/* Signs, submits or puts it into the outbox, and tells. */
enum exit_code writing_send(struct writing *w);
void writing_done(struct writing *w);

/* The case id of a view. */
struct cw_case_id view_case_id(const Cw__CaseView *view);

#endif
