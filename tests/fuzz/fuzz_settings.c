/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever the bytes: an answer, and a reason with every refusal. What was accepted keeps the bounds that others rely on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct settings settings;
    static struct problems problems;
    enum cw_err err;

    memset(&problems, 0, sizeof problems);
    err = settings_parse(slice(data, len), "fuzz.conf", &settings, &problems);
    if ((err == CW_OK) != (problems.count == 0))
        abort();
    if (err == CW_OK && (settings.peer_count > SETTINGS_PEERS_MAX || settings.division[0] == '\0' ||
                         settings.map_size < (1U << 20) || settings.admin_socket[0] != '/'))
        abort();
    return 0;
}
