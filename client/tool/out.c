/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <stdlib.h>

const char *tone_on(const struct cli *cli, enum tone tone)
{
    static const char *const sequences[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[1m"};

    return cli->color ? sequences[tone] : "";
}

const char *tone_off(const struct cli *cli)
{
    return cli->color ? "\033[0m" : "";
}

char *text_of(ProtobufCBinaryData bytes)
{
    char *text = malloc(bytes.len + 1);

    CW_ASSERT(text != NULL);
    fault_clean_text(wire_slice(bytes), text, bytes.len + 1);
    return text;
}

void short_id(ProtobufCBinaryData bytes, char out[static 2 * SHORT_ID_LEN + 1])
{
    hex_of(slice(bytes.data, bytes.len < SHORT_ID_LEN ? bytes.len : SHORT_ID_LEN), out);
}
