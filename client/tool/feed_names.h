/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_FEED_NAMES_H
#define CASEWIRE_TOOL_FEED_NAMES_H

/* The names of a feed's filter (feed/feed_names.c). */

#include "tool/feed.h"

/* The values of a repeated option: cli_parse() reads at most CLI_VALUES_MAX of all options. */
struct cw_names feed_read_names(const struct cli *cli, const char *option, struct feed_name_list *out);
/* Cases and operations also by the seven characters of a reference. Complain. */
enum exit_code feed_read_cases(const struct cli *cli, struct context *context, struct feed_choice *out);
enum exit_code feed_read_operations(const struct cli *cli, struct context *context, struct feed_choice *out);

#endif
