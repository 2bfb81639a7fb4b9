/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_SETTINGS_ASK_H
#define CASEWIRE_TOOL_SETTINGS_ASK_H

/* Settings are the daemon's own business: its program, which alone reads them, is asked. */

#include "tool/files.h"

#define SETTINGS_SAID_LEN_MAX 16384

struct settings_said {
    int ended_with; /* -1: by a signal */
    size_t len;
    char text[SETTINGS_SAID_LEN_MAX + 1]; /* the beginning, and a NUL behind it */
};

/*
 * Runs `casewired --config CONFIG WHAT` to its end. complaints: what it says of mistakes is part of what it said, else it is
 * thrown away. false: the program is not there. Blocks.
 */
bool settings_ask(const char *config, const char *what, bool complaints, struct settings_said *out);

/* One setting of what `--print-settings` said. false: it is not in it, or longer than cap. */
bool settings_value(const char *said, const char *name, char *out, size_t cap);

#endif
