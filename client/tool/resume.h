/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_RESUME_H
#define CASEWIRE_TOOL_RESUME_H

/*
 * What a run of submit-file has said, so that the next one goes on when this one does not end: a file of its own in the
 * speaker's home folder for each file of statements, encrypted as an outbox is, and removed when a run ends.
 *
 * A statement's bytes stand in it, flushed, before they leave. So the same bytes go again when nobody knows what became of
 * them, and they have one effect; a statement that is held is not said again.
 */

#include "tool/context.h"

#include "lib/outbox.h"

#include <jansson.h>

struct resume {
    struct outbox_file file;
    char path[PATH_LEN_MAX];
    json_t *said; /* {key: [offset, len, held]}; NULL: not open */
    struct buf plain;
};

/* `name` is the file of statements. `anew`: what an earlier run left is forgotten. Complains. */
enum exit_code resume_open(const struct cli *cli, const struct context *context, const char *name, bool anew,
                           struct resume *out);
/* CW_LOCAL_NOT_FOUND: nobody began to say it. *out_held: a daemon or the outbox has it. */
enum cw_err resume_find(struct resume *resume, const uint8_t key[static ID_LEN], struct cw_submission **out,
                        bool *out_held);
/* It is on the disk when this returns. */
enum cw_err resume_signed(struct resume *resume, const uint8_t key[static ID_LEN],
                          const struct cw_submission *submission);
/* Not flushed, nor complained of: what is lost of it is said again, with no more effect. */
void resume_held(struct resume *resume, const uint8_t key[static ID_LEN]);
/* The run has ended: nothing is left to go on with. */
void resume_forget(struct resume *resume);
void resume_close(struct resume *resume); /* an empty one too */

#endif
