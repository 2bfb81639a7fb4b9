/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_FEED_H
#define CASEWIRE_TOOL_CMD_FEED_H

#include "tool/cli.h"

extern const struct cli_command cmd_feed;

#endif
