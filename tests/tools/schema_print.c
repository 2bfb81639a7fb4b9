/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_print markdown|json: prints the field table on standard output.
 */
#include "proto/schema.h"

#include <stdio.h>
#include <string.h>

static char printed[1 << 20];

int main(int argc, char **argv)
{
    struct writer out = writer_over(printed, sizeof(printed));
    struct cw_slice text;

    if (argc == 2 && strcmp(argv[1], "markdown") == 0) {
        schema_print_markdown(&out);
    } else if (argc == 2 && strcmp(argv[1], "json") == 0) {
        schema_print_json(&out);
    } else {
        fputs("usage: schema_print markdown|json\n", stderr);
        return 2;
    }
    if (writer_finish(&out, &text) != CW_OK) {
        fputs("schema_print: the tables outgrew its buffer\n", stderr);
        return 1;
    }
    return fwrite(text.data, 1, text.len, stdout) == text.len ? 0 : 1;
}
