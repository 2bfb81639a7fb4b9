/* SPDX-License-Identifier: Apache-2.0 */
/* The settings' table as a manual page wants it (scdoc), or as docs/security.md shows it (markdown). */
#include "conf/settings.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "scdoc") == 0)
        settings_print_scdoc(stdout);
    else if (argc == 2 && strcmp(argv[1], "markdown") == 0)
        settings_print_markdown(stdout);
    else
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
