/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_BATCH_H
#define CASEWIRE_TOOL_BATCH_H

/* Submitting the lines of a file: speakers, names, one statement after the other. */

#include "tool/outbox.h"

#define SPEAKERS_MAX 64

struct batch {
    const struct cli *cli;
    size_t number; /* of the line at hand, from 1 */
    uint64_t submitted, proposals, refused, waiting;
    json_t *names; /* {name: {"kind", "case", "event", "op"}} */
    size_t speaker_count;
    struct {
        char as[80];
        struct context context;
        struct box box; /* with --outbox */
    } speakers[SPEAKERS_MAX];
};

/* An array of objects; NULL with *error filled. */
json_t *batch_read(const char *path, json_error_t *error);
enum exit_code batch_begin(struct batch *b); /* reads --names when the file is there */
enum exit_code batch_submit(struct batch *b, const char *as, const json_t *line);
enum exit_code batch_save_names(const struct batch *b);
/* With --outbox: delivers what was put there, as far as daemons are in reach, and counts. Complains. */
enum exit_code batch_deliver(struct batch *b);
void batch_end(struct batch *b);

#endif
