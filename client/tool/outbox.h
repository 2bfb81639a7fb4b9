/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_OUTBOX_H
#define CASEWIRE_TOOL_OUTBOX_H

/*
 * The outbox of whoever speaks: the file `outbox` in the home folder, beside the key. What `casewire outbox` shows and
 * sends, and where every command that writes puts what it has to say with --outbox.
 *
 *   outbox_box.c   open it, deliver what is in it
 *   outbox_shut.c  say why it does not open, and what helps
 *   outbox_tell.c  say how far an entry has come
 *   outbox_harm.c  say what of it cannot be read
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

/* How long a command waits for another that has the outbox: as long as that one waits for a daemon, twice. */
#define BOX_PATIENCE_MS 20000

/*
 * Opens the outbox of a connected context; says on standard error what of it is damaged. When another command has it, it
 * says so and waits for BOX_PATIENCE_MS. Complains.
 */
enum exit_code box_open(const struct cli *cli, struct context *context, struct box *out);
/* The same, for whoever wants a whole outbox: a file of which nothing can be read is kept under another name, *out_kept, in
 * the caller's hand, and a new one begins. Never another person's, or one of other keys or a newer version. */
enum exit_code box_open_or_begin(const struct cli *cli, struct context *context, struct box *out, char **out_kept);
/* The same as box_open(), and says nothing: on failure *out has the path and nothing that must be closed. */
enum cw_err box_try(const struct cli *cli, struct context *context, struct box *out, struct cw_fault *fault);
enum exit_code box_complain_shut(const struct cli *cli, const struct box *box, const struct cw_fault *fault);
void box_close(struct box *box); /* an empty one too */
/* cw_outbox_open(), tried until no other process has the file or patience_ms are over: CW_LOCAL_LOCKED. */
enum cw_err box_open_patiently(const struct cli *cli, const struct cw_outbox_options *options, int64_t patience_ms,
                               struct cw_outbox **out, struct cw_fault *fault);
/* One line on standard error for each piece that cannot be read; nothing with --json. */
void box_tell_damage(const struct cli *cli, const struct box *box);
/* Complains when something of the outbox could not be read: what is lost, where it stood, what to do. EXIT_DONE: nothing is. */
enum exit_code box_complain_damage(const struct cli *cli, const struct box *box);
/* Something that somebody was told is safe; an unfinished end is not. */
bool box_has_lost(const struct box *box);
json_t *box_damage_json(const struct box *box);

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
