/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "host/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The note that acknowledged commits may be missing. It is a file beside the store and not a row in it, so that it is there
 * before anything is changed, and that whoever has dealt with the loss takes it away without any program of ours.
 */

#define NOTE "cut-short"

static const char note[] = "Commits that were acknowledged may be missing in this store.\n"
                           "What to do is in docs/operations.md, \"A store that was cut short\".\n"
                           "When it is done, remove this file and start casewired again.\n";

static void note_path(const struct store *s, char out[static STORE_PATH_LEN_MAX + 16])
{
    (void)snprintf(out, STORE_PATH_LEN_MAX + 16, "%s/" NOTE, s->dir);
}

bool cut_is_noted(const struct store *s)
{
    char path[STORE_PATH_LEN_MAX + 16];
    struct stat st;

    note_path(s, path);
    return stat(path, &st) == 0;
}

/* An empty note says it too: its name is enough, and text needs room. */
void store_note_cut_short(struct store *s)
{
    char path[STORE_PATH_LEN_MAX + 16];
    int fd;

    s->cut_short = true;
    if (s->read_only || cut_is_noted(s))
        return;
    note_path(s, path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    if (write(fd, note, sizeof note - 1) == (ssize_t)(sizeof note - 1))
        (void)fdatasync(fd);
    (void)close(fd);
    (void)file_sync_folder(s->dir);
}

bool store_is_cut_short(const struct store *s)
{
    return s->cut_short;
}
