/* SPDX-License-Identifier: Apache-2.0 */
#include "main/files.h"

#include "host/anchor_file.h"
#include "host/entropy.h"
#include "host/file.h"
#include "host/journal.h"
#include "host/keyring_file.h"
#include "host/lock_file.h"
#include "main/plug.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

enum cw_err files_open_store(struct daemon *d, bool read_only, struct refusal *why)
{
    char dir[FILE_PATH_LEN_MAX];
    struct store_options options = {.dir = dir,
                                    .tables = plug_tables,
                                    .table_count = TABLE_COUNT,
                                    .map_len = d->settings.map_size,
                                    .reserve_len = d->settings.reserve,
                                    .low_water_len = d->settings.low_water,
                                    .write_ahead_len = d->settings.write_ahead,
                                    .larger_than_memory = d->settings.larger_than_memory,
                                    .read_only = read_only};
    enum cw_err err = file_join(d->settings.state_dir, "store", dir);

    if (err != CW_OK)
        return err;
    entropy_fill(NULL, options.fresh_id, sizeof options.fresh_id);
    return store_open(&options, &d->store, why);
}

/* A daemon that was killed may be gone for whoever looks and still hold its files for a moment: wait, but not for long. */
static enum cw_err take_lock(struct daemon *d, const char *path, struct refusal *why)
{
    const struct timespec pause = {.tv_nsec = 50000000L};
    enum cw_err err = lock_file_take(path, &d->lock_fd, why);

    for (int i = 0; err == CW_LOCAL_LOCKED && i < 40; i++) {
        (void)nanosleep(&pause, NULL);
        err = lock_file_take(path, &d->lock_fd, why);
    }
    return err;
}

/* A folder that cannot be had is one that the settings name wrongly, or that somebody must make: waiting does not bring it. */
static enum cw_err take_folder(const char *setting, const char *path, unsigned int mode, struct refusal *why)
{
    enum cw_err err = file_make_folder(path, mode, why);

    if (err == CW_LOCAL_NOT_FOUND)
        return refuse(why, CW_LOCAL_CONFIG, "files",
                      "%s: %.120s cannot be made, for the folder that it would be in is not there: make that one, or "
                      "set another %s",
                      setting, path, setting);
    if (err == CW_LOCAL_CONFIG) {
        char text[REFUSAL_TEXT_LEN_MAX];

        (void)snprintf(text, sizeof text, "%s", why->text);
        return refuse(why, err, "files", "%s: %s; put that right, or set another %s", setting, text, setting);
    }
    return err;
}

/* The same rule as that of --check-config. */
static enum cw_err check_closed(const char *setting, const char *path, mode_t closed, struct refusal *why)
{
    struct stat st;

    if (stat(path, &st) != 0 || (st.st_mode & closed) == 0)
        return CW_OK;
    return refuse(why, CW_LOCAL_CONFIG, "files", "%s: %.160s is open to everybody: chmod %s it", setting, path,
                  closed == 02 ? "o-w" : "o=");
}

static enum cw_err take_folders(struct daemon *d, struct refusal *why)
{
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = take_folder("state_dir", d->settings.state_dir, 0700, why);

    if (err == CW_OK)
        err = check_closed("state_dir", d->settings.state_dir, 07, why);
    if (err == CW_OK)
        err = take_folder("run_dir", d->settings.run_dir, 0750, why);
    if (err == CW_OK)
        err = check_closed("run_dir", d->settings.run_dir, 02, why);
    if (err == CW_OK)
        err = file_join(d->settings.state_dir, "lock", path);
    return err == CW_OK ? take_lock(d, path, why) : err;
}

enum cw_err files_open(struct daemon *d, struct refusal *why)
{
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = take_folders(d, why);

    if (err == CW_OK)
        err = files_open_store(d, false, why);
    if (err == CW_OK)
        err = file_join(d->settings.run_dir, "anchor", path);
    if (err == CW_OK)
        err = anchor_file_open(path, &d->anchor, why);
    if (err == CW_OK && anchor_file_survives_reboot(d->anchor))
        journal_write(d->journal, LOG_LEVEL_WARNING, "anchor-survives",
                      "run_dir survives a reboot: it should be on a file system that does not (tmpfs)");
    if (err == CW_OK)
        err = file_join(d->settings.state_dir, "keyring", path);
    return err == CW_OK ? keyring_file_open(path, &d->keyring, why) : err;
}

void files_close(struct daemon *d)
{
    if (d->store != NULL)
        store_close(d->store);
    if (d->keyring != NULL)
        keyring_file_close(d->keyring);
    if (d->anchor != NULL)
        anchor_file_close(d->anchor);
    lock_file_drop(d->lock_fd);
}
