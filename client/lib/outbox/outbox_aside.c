/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping a file that is damaged: under a name of its own beside the outbox, never over another. */
#include "lib/outbox.h"

#include "lib/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MAX 99 /* damaged files beside one outbox */

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return lstat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

/* "<path>.damaged", "<path>.damaged.2", ... */
static char *name_of(const char *path, int nth)
{
    char *name = NULL;
    int len = nth == 1 ? asprintf(&name, "%s.damaged", path) : asprintf(&name, "%s.damaged.%d", path, nth);

    return len >= 0 ? name : NULL;
}

enum cw_err outbox_keep(const char *path, char **out_name, struct cw_fault *fault)
{
    for (int nth = 1; nth <= KEPT_MAX; nth++) {
        char *name = name_of(path, nth);

        if (name == NULL)
            return fault_plain(fault, CW_LOCAL_MEMORY, "path");
        /* Its own second name: whoever was to write it anew was killed after this step. */
        if (link(path, name) == 0 || (errno == EEXIST && is_same_file(path, name))) {
            free(*out_name);
            *out_name = name;
            return CW_OK;
        }
        free(name);
        if (errno != EEXIST)
            return fault_set(fault, CW_LOCAL_IO, "path", "the damaged file cannot be kept beside %.150s: %s", path,
                             strerror(errno));
    }
    return fault_set(fault, CW_LOCAL_IO, "path", "%d damaged files are kept beside %.150s: move them to another place",
                     KEPT_MAX, path);
}
