/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_CHANGES_H
#define CASEWIRE_CONF_CHANGES_H

/* What a settings file says now that it did not say before, in words for an administrator. Pure. */

#include "conf/settings.h"

#define SETTINGS_CHANGES_LEN_MAX 400

struct settings_changes {
    char text[SETTINGS_CHANGES_LEN_MAX]; /* "+peer west, -peer old, log_level is debug; needs a restart: map_size" */
};

/* What takes effect at once: peers and log_level. Everything else is named as needing a restart. Names that do not fit
 * are told by "...". */
void settings_compare(const struct settings *before, const struct settings *now, struct settings_changes *out);
bool settings_same_peer(const struct settings_peer *a, const struct settings_peer *b);

#endif
