/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/identity.h"

#include "host/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PASSPHRASE_LEN_MAX 1024

/* The path of a file: the credential of that name when there is one. */
static const char *place_of(const char *name, const char *path, char out[static FILE_PATH_LEN_MAX],
                            enum file_privacy *privacy)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");

    if (dir != NULL && file_join(dir, name, out) == CW_OK && access(out, F_OK) == 0) {
        *privacy = *privacy == FILE_PUBLIC ? FILE_PUBLIC : FILE_CREDENTIAL;
        return out;
    }
    return path;
}

static bool is_encrypted_beside(const char *path)
{
    char encrypted[FILE_PATH_LEN_MAX];
    int len = snprintf(encrypted, sizeof encrypted, "%s.cred", path);

    return len > 0 && (size_t)len < sizeof encrypted && access(encrypted, F_OK) == 0;
}

static enum cw_err read_named(const struct settings *s, const char *name, const char *path, size_t max, bool secret,
                              struct buf *out, struct problems *problems)
{
    char credential[FILE_PATH_LEN_MAX];
    enum file_privacy privacy = secret ? FILE_SECRET : FILE_PUBLIC;
    const char *from = place_of(name, path, credential, &privacy);
    struct refusal why = {0};
    enum cw_err err = file_read(from, max, privacy, out, &why);

    if (err == CW_OK && privacy == FILE_CREDENTIAL) /* a copy: what it was made of must be as private as itself */
        err = file_check_private(path, &why);
    if (err == CW_LOCAL_NOT_FOUND && secret && is_encrypted_beside(path))
        problem_add(problems, s->file, settings_line(s, name),
                    "%s: %.80s is encrypted as %.80s.cred, and the service manager alone opens it: systemd-run --pipe "
                    "--wait -p LoadCredentialEncrypted=%s:%.80s.cred casewired ...",
                    name, path, path, name, path);
    else if (err != CW_OK)
        problem_add(problems, s->file, settings_line(s, name), "%s: %s", name, why.text);
    return err;
}

/* --- network and certificate ----------------------------------------------------------------------------------- */

static bool read_network(const struct settings *s, struct identity *id, struct problems *problems)
{
    struct network_genesis parsed;

    if (read_named(s, "network_genesis", s->network_genesis, NETWORK_GENESIS_LEN_MAX, false, &id->network_genesis,
                   problems) != CW_OK)
        return false;
    if (network_genesis_parse(buf_slice(&id->network_genesis), &parsed) != CW_OK) {
        problem_add(problems, s->file, settings_line(s, "network_genesis"),
                    "network_genesis: %.200s is not a network's genesis record", s->network_genesis);
        return false;
    }
    network_id_of(buf_slice(&id->network_genesis), &id->network);
    return true;
}

static bool read_certificate(const struct settings *s, struct identity *id, struct problems *problems)
{
    if (read_named(s, "certificate", s->certificate, CERT_LEN_MAX, false, &id->certificate, problems) != CW_OK)
        return false;
    if (certificate_parse(buf_slice(&id->certificate), &id->parsed) != CW_OK) {
        problem_add(problems, s->file, settings_line(s, "certificate"), "certificate: %.200s is not a certificate",
                    s->certificate);
        return false;
    }
    cert_id_of(buf_slice(&id->certificate), &id->cert);
    return true;
}

static void check_certificate(const struct settings *s, const struct identity *id, struct problems *problems)
{
    const struct certificate *c = &id->parsed;

    if (c->subject != SUBJECT_DAEMON)
        problem_add(problems, s->file, settings_line(s, "certificate"),
                    "certificate: names no daemon, but a person, a unit or an authority");
    if (!slice_eq(c->division, slice_of(s->division)))
        problem_add(problems, s->file, settings_line(s, "certificate"),
                    "certificate: is of division %.*s, and division is set to %s", (int)c->division.len,
                    (const char *)c->division.data, s->division);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* One line end is not part of a passphrase: editors add it. */
static struct cw_slice without_line_end(struct cw_slice text)
{
    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
        text.len--;
    return text;
}

static bool read_passphrase(const struct settings *s, struct buf *out, struct problems *problems)
{
    if (s->passphrase[0] == '\0' && getenv("CREDENTIALS_DIRECTORY") == NULL)
        return true;
    if (s->passphrase[0] == '\0') { /* perhaps as a credential */
        char credential[FILE_PATH_LEN_MAX];
        enum file_privacy privacy = FILE_SECRET;

        if (place_of("passphrase", "", credential, &privacy)[0] == '\0')
            return true;
    }
    return read_named(s, "passphrase", s->passphrase, PASSPHRASE_LEN_MAX, true, out, problems) == CW_OK;
}

static enum cw_err open_key(const struct settings *s, struct cw_slice file, struct cw_slice passphrase,
                            struct identity *id, struct problems *problems)
{
    if (keyfile_needs_passphrase(file) && slice_empty(passphrase)) {
        problem_add(problems, s->file, settings_line(s, "key"),
                    "key: has a passphrase: set passphrase to the file that holds it");
        return CW_LOCAL_KEY;
    }
    if (keyfile_open(file, passphrase, &id->keys) != CW_OK) {
        problem_add(problems, s->file, settings_line(s, "key"), "key: is damaged, or the passphrase is wrong");
        return CW_LOCAL_KEY;
    }
    return CW_OK;
}

static void wiped_done(struct buf *b)
{
    if (b->data != NULL)
        wipe(b->data, b->cap);
    buf_done(b);
}

static enum cw_err read_key(const struct settings *s, struct identity *id, struct problems *problems)
{
    struct buf file = {0}, passphrase = {0};
    enum cw_err err = CW_LOCAL_CONFIG;

    if (buf_reserve(&file, KEYFILE_LEN_MAX + 4096) != CW_OK ||
        buf_reserve(&passphrase, PASSPHRASE_LEN_MAX + 4096) != CW_OK)
        err = CW_LOCAL_MEMORY; /* reserved at once: growing would leave copies behind */
    else if (read_named(s, "key", s->key, KEYFILE_LEN_MAX, true, &file, problems) == CW_OK &&
             read_passphrase(s, &passphrase, problems))
        err = open_key(s, buf_slice(&file), without_line_end(buf_slice(&passphrase)), id, problems);
    wiped_done(&file);
    wiped_done(&passphrase);
    return err;
}

static void check_key(const struct settings *s, const struct identity *id, struct problems *problems)
{
    const struct certificate *c = &id->parsed;

    if (memcmp(c->sign_key, id->keys.sign_public, KEY_LEN) != 0 ||
        memcmp(c->seal_key, id->keys.seal_public, KEY_LEN) != 0 ||
        memcmp(c->curve_key, id->keys.curve_public, KEY_LEN) != 0)
        problem_add(problems, s->file, settings_line(s, "key"), "key: is not the key that the certificate names");
}

/* Before the keys are there. The page stays locked when the keys are gone: other secrets may share it. */
static void lock_keys(const struct settings *s, struct identity *id, struct problems *problems)
{
    if (mlock(&id->keys, sizeof id->keys) != 0 && s->strict_memory)
        problem_add(problems, s->file, settings_line(s, "strict_memory"),
                    "strict_memory: keys cannot be kept out of swap (%s): raise LimitMEMLOCK", strerror(errno));
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

enum cw_err identity_load(const struct settings *s, struct identity *out, struct problems *problems)
{
    uint32_t before = problems->count + problems->more;
    bool network, certificate;
    enum cw_err err;

    memset(out, 0, sizeof *out);
    lock_keys(s, out, problems);
    network = read_network(s, out, problems);
    certificate = read_certificate(s, out, problems);
    err = read_key(s, out, problems);
    if (certificate)
        check_certificate(s, out, problems);
    if (network && certificate && !ID_EQ(&out->parsed.network, &out->network))
        problem_add(problems, s->file, settings_line(s, "certificate"),
                    "certificate: belongs to another network than network_genesis");
    if (certificate && err == CW_OK)
        check_key(s, out, problems);
    if (err == CW_OK && problems->count + problems->more != before)
        err = CW_LOCAL_CONFIG;
    if (err != CW_OK)
        identity_done(out);
    return err;
}

void identity_done(struct identity *id)
{
    buf_done(&id->network_genesis);
    buf_done(&id->certificate);
    key_bundle_wipe(&id->keys);
    memset(id, 0, sizeof *id);
}
