/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping a file that cannot be read, or not all of it: under a name of its own beside the outbox, never over another. */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "proto/sign.h"

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

/* --- a file of which nothing can be read ------------------------------------------------------------------------- */

static enum cw_err skip_record(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain)
{
    (void)context, (void)number, (void)offset, (void)len, (void)plain;
    return CW_OK;
}

static enum cw_err skip_damage(void *context, const struct cw_outbox_damage *damage)
{
    (void)context, (void)damage;
    return CW_OK;
}

/* While it is locked: another process that looks meanwhile waits, and finds that the name is not of this file any more. */
static enum cw_err move_locked(struct outbox_file *file, const char *path, char **out_name, struct cw_fault *fault)
{
    const struct outbox_visitor visitor = {NULL, skip_record, skip_damage};
    enum cw_err err = outbox_file_scan(file, &visitor, fault);

    if (err == CW_OK)
        return fault_set(fault, CW_USAGE_ORDER, "path", "some of it can be read");
    if (err != CW_LOCAL_CORRUPT)
        return err;
    err = outbox_keep(path, out_name, fault);
    if (err == CW_OK && unlink(path) != 0)
        err = fault_set(fault, CW_LOCAL_IO, "path", "%.200s cannot be moved", path);
    if (err == CW_OK && outbox_sync_folder(path) != CW_OK)
        err = fault_set(fault, CW_LOCAL_IO, "path", "the folder of %.200s cannot be written", path);
    return err;
}

enum cw_err outbox_set_aside(const char *path, const struct cw_identity *identity, char **out_name,
                             struct cw_fault *fault)
{
    struct outbox_file file;
    uint8_t key[32];
    enum cw_err err;

    outbox_key(identity, key);
    err = outbox_file_open(path, key, &file, fault);
    wipe(key, sizeof(key));
    if (err == CW_LOCAL_NOT_FOUND)
        return fault_plain(fault, err, "path");
    if (err != CW_OK)
        return err;
    err = move_locked(&file, path, out_name, fault);
    outbox_file_close(&file);
    return err;
}
