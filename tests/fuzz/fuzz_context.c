/* SPDX-License-Identifier: Apache-2.0 */
/* A context, as somebody may have written it by hand: what is accepted names whole daemons, within their bounds. */
#include "lib/context.h"
#include "proto/bytes.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct context_file file;
    struct cw_fault fault = {0};
    enum cw_err err;

    memset(&file, 0, sizeof(file));
    err = context_file_read(slice(data, size), &file, &fault);
    FUZZ_MUST(err == CW_OK || (err == CW_LOCAL_CONFIG && fault.code == err && fault.text[0] != '\0'));
    FUZZ_MUST(file.daemon_count <= CW_DAEMONS_MAX && strnlen(file.admin_socket, FILE_PATH_LEN_MAX) < FILE_PATH_LEN_MAX);
    for (size_t i = 0; err == CW_OK && i < file.daemon_count; i++)
        FUZZ_MUST(file.texts[i].has_key && file.daemons[i].address != NULL && file.daemons[i].address[0] != '\0');
    return 0;
}
