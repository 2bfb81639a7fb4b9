/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_INBOX_H
#define CASEWIRE_TOOL_INBOX_H

/* What waits for somebody, over many cases: once, or followed. */

#include "tool/waiting.h"

struct inbox {
    struct gather cases; /* owns the views */
    struct waiting_for who;
    size_t count, room;
    struct waiting *at; /* most pressing first */
};

/* Looks at what gather_pressing() finds, for box->who. Complains. */
enum exit_code inbox_fill(const struct cli *cli, struct context *context, size_t max, struct inbox *box);
void inbox_keep(void *context, const struct waiting *waiting); /* a waiting_sink: context is the inbox */
void inbox_done(struct inbox *box);

void inbox_print(const struct cli *cli, const struct context *context, const struct inbox *box);
void inbox_print_item(const struct cli *cli, const struct waiting *w);
/* What a pipe gets, whether followed or not: class, case, risk, time, text, next, title, tabs between. */
void inbox_print_row(const struct waiting *w);
json_t *inbox_item_json(const struct waiting *w);

/* inbox_follow.c: prints what is there, then what is new and what is done, until SIGINT or SIGTERM. */
enum exit_code inbox_follow(struct cli *cli, struct context *context, size_t max, struct inbox *box);

#endif
