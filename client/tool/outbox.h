/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_OUTBOX_H
#define CASEWIRE_TOOL_OUTBOX_H

/*
 * The outbox of whoever speaks: the file `outbox` in the home folder, beside the key. What `casewire outbox` shows and
 * sends, and where every command that writes puts what it has to say with --outbox.
 *
 *   outbox_box.c   open it, deliver what is in it
 *   outbox_tell.c  say how far an entry has come
 *   outbox_find.c  a case that is in it
 */

#include "tool/context.h"
#include "tool/out.h"

struct box {
    struct context *context; /* borrowed */
    struct cw_outbox *outbox;
    struct cw_trust *trust;
    char path[PATH_LEN_MAX];
};

/* Opens the outbox of a connected context; says on standard error what of it is damaged. Complains. */
enum exit_code box_open(const struct cli *cli, struct context *context, struct box *out);
void box_close(struct box *box); /* an empty one too */

/*
 * Sends what waits until everything is done or the time is over; `watch` as in <casewire/outbox.h>, may be NULL.
 * CW_OK, also when some were refused; otherwise what keeps the oldest.
 */
enum cw_err box_deliver(const struct cli *cli, struct box *box, cw_outbox_watch *watch, void *watching,
                        struct cw_fault *fault);

/* "queued", "sent", "stored", "held", "refused" */
const char *box_state(enum cw_outbox_state state);
/* "open missing_child", "sighting", "set summary and 2 more"; "?" when it cannot be read. */
#define BOX_SAID_LEN_MAX 80
void box_said(const struct box *box, uint64_t number, char out[static BOX_SAID_LEN_MAX]);
/* A line for a person: "queued 3: open missing_child, case 1f0c..., not delivered yet". */
void box_tell(const struct cli *cli, const struct box *box, const struct cw_outbox_entry *entry);
json_t *box_json(const struct box *box, const struct cw_outbox_entry *entry);
/* The exit code that fits how far an entry has come: waiting in the outbox is what was asked for. */
enum exit_code box_exit_code(const struct cw_outbox_entry *entry);

/*
 * The one case that an entry of the outbox opened and whose id begins with these digits, at least four; or, with `kind`,
 * the case of this whole id. *out_kind: a name of the schema.
 * CW_REFUSED_UNKNOWN_CASE, CW_REFUSED_AMBIGUOUS, CW_REFUSED_VALUE (no such kind).
 */
enum cw_err box_find_case(const struct box *box, const char *name, const char *kind, struct cw_case_id *out_id,
                          const char **out_kind);

#endif
