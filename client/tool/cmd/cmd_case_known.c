/* SPDX-License-Identifier: Apache-2.0 */
/* --as-known-at DIVISION --at TIME, and what is said of an answer that was made so. */
#include "tool/cmd_case.h"

#include "lib/when.h"
#include "proto/wire.h"

enum exit_code known_read(const struct cli *cli, struct known_when *out)
{
    const char *at = cli_value(cli, "at");
    char why[WHEN_WHY_LEN_MAX];
    struct cw_wall earliest;

    out->division = cli_value(cli, "as-known-at");
    if ((at == NULL) != (out->division == NULL))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"--as-known-at and --at belong together",
                                          at != NULL ? "--at" : "--as-known-at", "say which division, and as of when",
                                          NULL});
    if (at == NULL || when_read(slice_of(at), when_now(), WHEN_PAST, &earliest, &out->at, why))
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE, &(struct trouble){"the time was not understood", at, why, NULL});
}

enum exit_code known_check(const struct cli *cli, const Cw__CaseList *list)
{
    if (list->known != NULL)
        return EXIT_DONE;
    return complain(
        cli, EXIT_UNREACHABLE,
        &(struct trouble){"what was known then cannot be listed", NULL,
                          "the daemon that answered is older than this program, and lists what is known today",
                          "casewire status -v"});
}

void known_remark(const Cw__CaseList *list)
{
    if (list->known != NULL && list->known->unsure > 0)
        fprintf(stderr, "of %u statements nobody here can say whether they were known then: they are left out\n",
                list->known->unsure);
}
