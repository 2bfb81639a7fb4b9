/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_KINDS_H
#define CASEWIRE_TOOL_KINDS_H

#include "tool/cli.h"

/* A kind of case or of entity by its name. Complains, with what may have been meant. */
enum exit_code kind_read(const struct cli *cli, const char *typed, uint32_t *out);

#endif
