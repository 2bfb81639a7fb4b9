/* SPDX-License-Identifier: Apache-2.0 */
#include "main/inspect.h"

#include "conf/unit.h"
#include "core/incarnation.h"
#include "host/anchor_file.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/file.h"
#include "host/keyring_file.h"
#include "main/files.h"
#include "main/plug.h"
#include "main/say.h"
#include "node/node.h"
#include "vault/keyring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- settings, and what they name -------------------------------------------------------------------------------- */

static enum cw_err read_keyring(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    return keyring_file_read(ctx, offset, out, len);
}

static enum cw_err open_keyring(struct keyring_file *file, const struct box_secret *seal)
{
    const struct keyring_io io = {file, read_keyring, NULL}; /* none is made, so nothing is written */
    const struct entropy entropy = {NULL, entropy_fill};
    struct keyring *keyring = NULL;
    enum cw_err err = keyring_open(&io, seal, &entropy, false, &keyring);

    if (err == CW_OK)
        keyring_close(keyring);
    return err;
}

/*
 * The store is encrypted under the daemon's key. So a key and a certificate that belong together are not enough: put in the
 * place of others they would be found wrong at the next restart, when the old ones may be gone.
 */
static enum cw_err check_keyring(struct daemon *d, struct problems *problems)
{
    char path[FILE_PATH_LEN_MAX];
    struct keyring_file *file;
    enum cw_err err = identity_load(&d->settings, &d->identity, problems);

    if (err != CW_OK)
        return err;
    if (file_join(d->settings.state_dir, "keyring", path) == CW_OK && keyring_file_look(path, &file) == CW_OK) {
        err = open_keyring(file, &d->identity.keys.seal);
        keyring_file_close(file);
    }
    identity_done(&d->identity);
    if (err != CW_LOCAL_KEY)
        return CW_OK; /* also before the first start, when there is none */
    problem_add(problems, d->settings.file, settings_line(&d->settings, "key"),
                "key: %.120s was made under another key: put that key back, or give the division a new daemon as "
                "docs/operations.md says (\"A new key\")",
                path);
    return CW_LOCAL_CONFIG;
}

/* Where the unit that is started with them may not write: who checks them may. Warnings: they may be for another unit. */
static void check_unit(const struct daemon *d)
{
    static struct problems warnings;
    static struct unit unit;

    if (!unit_find("", d->settings.file, &unit))
        return;
    unit_check_folders(&unit, &d->settings, &warnings);
    for (uint32_t i = 0; i < warnings.count; i++)
        (void)fprintf(stderr, "casewired: warning: %s\n", warnings.text[i]);
}

int inspect_config(struct daemon *d)
{
    static struct problems problems;
    enum cw_err err = crypto_init() ? settings_check(&d->settings, clock_wall(), &problems) : CW_LOCAL_SELF_TEST;

    if (err == CW_OK)
        err = check_keyring(d, &problems);
    check_unit(d);
    if (say_problems(&problems, err) != CW_OK)
        return EXIT_CONFIG;
    printf("%s: in order\n", d->settings.file);
    return EXIT_SUCCESS;
}

/* --- the store ----------------------------------------------------------------------------------------------------- */

/* What the anchor said before the store was opened: a daemon that runs meanwhile goes on, and says more. */
static struct {
    uint8_t bytes[ANCHOR_LEN];
    bool read;
} anchor_before;

static void read_anchor(const struct daemon *d)
{
    char path[FILE_PATH_LEN_MAX];
    struct anchor_file *file;

    if (file_join(d->settings.run_dir, "anchor", path) != CW_OK || anchor_file_look(path, &file) != CW_OK)
        return;
    anchor_before.read = anchor_file_read(file, anchor_before.bytes, ANCHOR_LEN) == CW_OK;
    anchor_file_close(file);
}

static enum cw_err port_anchor_before(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    if (!anchor_before.read || len != sizeof anchor_before.bytes)
        return CW_LOCAL_NOT_FOUND;
    memcpy(out, anchor_before.bytes, len);
    return CW_OK;
}

/* Everything that the daemon would read, without changing it. */
static enum cw_err open_to_read(struct daemon *d, struct refusal *why)
{
    static struct problems problems;
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = identity_load(&d->settings, &d->identity, &problems);

    if (err != CW_OK)
        return refuse(why, err, "keyring", "cannot be looked at without the daemon's key: %s",
                      problems.count > 0 ? problems.text[0] : cw_err_sentence(err));
    read_anchor(d);
    err = files_open_store(d, true, why);
    if (err == CW_OK)
        err = file_join(d->settings.state_dir, "keyring", path);
    if (err == CW_OK && keyring_file_look(path, &d->keyring) != CW_OK)
        return refuse(why, CW_LOCAL_KEY, "keyring", "%.200s is missing, or is not for you to read: put back its backup",
                      path);
    plug_in(d);
    d->ports.anchor.read = port_anchor_before;
    return err;
}

static void close_again(struct daemon *d)
{
    if (d->store != NULL)
        store_close(d->store);
    if (d->keyring != NULL)
        keyring_file_close(d->keyring);
    identity_done(&d->identity);
}

/* Whole is what nothing that was acknowledged is missing from, as far as the store itself can know. */
static bool say_cut_short(const struct daemon *d)
{
    if (d->store == NULL || !store_is_cut_short(d->store))
        return false;
    (void)fputs(
        "casewired: store what was acknowledged last may be missing: docs/operations.md, \"A store that was cut "
        "short\", says what to do\n",
        stderr);
    return true;
}

/* Where it is, unless the sentence says so itself. */
static void say_fault(enum cw_err err, const struct refusal *why)
{
    const char *text = why->text[0] != '\0' ? why->text : cw_err_sentence(err);
    bool named = why->where[0] == '\0' || strstr(text, why->where) != NULL;

    (void)fprintf(stderr, "casewired: %s%s%s\n", named ? "" : why->where, named ? "" : ": ", text);
}

int inspect_store(struct daemon *d)
{
    struct buf genesis = {0};
    struct refusal why = {0};
    struct verify_facts facts = {0};
    enum cw_err err = crypto_init() ? CW_OK : CW_LOCAL_SELF_TEST;

    if (err == CW_OK)
        err = file_read(d->settings.network_genesis, NETWORK_GENESIS_LEN_MAX, FILE_PUBLIC, &genesis, &why);
    if (err == CW_OK)
        err = open_to_read(d, &why);
    if (err == CW_OK)
        err = node_verify_store(&d->ports, buf_slice(&genesis), &facts, &why);
    bool cut_short = say_cut_short(d);
    close_again(d);
    buf_done(&genesis);
    printf("%" PRIu64 " logs, %" PRIu64 " seals, %" PRIu64 " entries, %" PRIu64 " blobs, %" PRIu64 " ops, %" PRIu64
           " cases, %" PRIu64 " index rows\n",
           facts.logs, facts.seals, facts.entries, facts.blobs, facts.ops, facts.cases, facts.index_rows);
    if (err != CW_OK)
        say_fault(err, &why);
    else if (!cut_short)
        puts("the store is whole");
    return err == CW_OK && !cut_short ? EXIT_SUCCESS : EXIT_FAILURE;
}
