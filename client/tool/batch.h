/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_BATCH_H
#define CASEWIRE_TOOL_BATCH_H

/* Submitting the lines of a file: speakers, names, one statement after the other. */

#include "tool/outbox.h"
#include "tool/resume.h"

#define SPEAKERS_MAX 64

struct speaker {
    char as[80];
    struct context context;
    struct box box; /* with --outbox */
    struct resume resume;
};

struct batch {
    const struct cli *cli;
    const char *path; /* of the file */
    size_t number;    /* of the line at hand, from 1 */
    uint64_t submitted, proposals, refused, waiting;
    uint64_t put;         /* into an outbox, by this run */
    uint64_t earlier;     /* a run that did not end had submitted these */
    uint8_t refs[ID_LEN]; /* over what the names in the line at hand stand for */
    json_t *repeats;      /* {what a line says: how often it was said} */
    json_t *names;        /* {name: {"kind", "case", "event", "op"}} */
    size_t speaker_count;
    struct speaker speakers[SPEAKERS_MAX];
};

/* An array of objects; NULL with *error filled. */
json_t *batch_read(const char *path, json_error_t *error);
enum exit_code batch_begin(struct batch *b); /* reads --names when the file is there */
enum exit_code batch_submit(struct batch *b, const char *as, const json_t *line);
enum exit_code batch_save_names(const struct batch *b);
/* With --outbox: delivers what was put there, as far as daemons are in reach, and counts. Complains. */
enum exit_code batch_deliver(struct batch *b);
/* batch_say.c. The draft is what the line says, of a case of this kind. */
enum exit_code batch_say(struct batch *b, struct speaker *s, const struct cw_draft *draft, const char *kind,
                         const json_t *line);
enum exit_code batch_not_recorded(const struct batch *b, const struct cw_fault *fault); /* complains */
/* All lines are said: the next run begins anew. */
void batch_forget(struct batch *b);
void batch_end(struct batch *b);

#endif
