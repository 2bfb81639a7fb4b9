/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_INBOX_NEWS_H
#define CASEWIRE_TOOL_INBOX_NEWS_H

/* What came into an inbox and what left it, between two looks at it. */

#include "tool/alert.h"
#include "tool/inbox.h"

/* All that waits in the box, after the views that it was found in are gone. Freed with free(). */
struct remembered;
struct remembered *inbox_remember(const struct inbox *box);
/* Prints what is new and what is done since `before`, and runs the alerts of what is new. */
void inbox_tell_changes(const struct cli *cli, const struct inbox *box, const struct remembered *before,
                        size_t before_count, struct alerts *alerts);
/* One JSON object a line; takes both arrays. */
void inbox_print_news(const struct inbox *box, json_t *fresh, json_t *gone);

#endif
