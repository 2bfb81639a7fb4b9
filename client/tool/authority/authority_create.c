/* SPDX-License-Identifier: Apache-2.0 */
/* Making a network: genesis, root log with its one authority, the authority's certificate. */
#include "tool/authority.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <stdlib.h>

#define YEARS_MS(n) ((int64_t)(n)*365 * 86400000)
/* Clocks of a force differ by minutes: a certificate holds from an hour before it was made. */
#define BEFORE_MS INT64_C(3600000)

typedef enum cw_err write_file(const char *path, struct cw_slice bytes, unsigned mode);

static enum cw_err write_sealed(const char *path, const struct key_bundle *keys, struct cw_slice passphrase,
                                write_file *write)
{
    uint8_t bytes[KEYFILE_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    enum keyfile_cost cost = passphrase.len == 0 ? KEYFILE_COST_LAB : KEYFILE_COST_NORMAL;
    enum cw_err err = keyfile_seal(keys, passphrase, cost, &w);

    if (err == CW_OK && w.failed)
        err = CW_REFUSED_SIZE;
    if (err == CW_OK)
        err = write(path, slice(bytes, w.len), 0600);
    wipe(bytes, sizeof(bytes));
    return err;
}

enum cw_err authority_write_key(const char *path, const struct key_bundle *keys, struct cw_slice passphrase)
{
    return write_sealed(path, keys, passphrase, file_write);
}

enum cw_err authority_write_new_key(const char *path, const struct key_bundle *keys, struct cw_slice passphrase)
{
    return write_sealed(path, keys, passphrase, file_write_new);
}

struct making {
    const struct authority_plan *plan;
    struct key_bundle root, authority;
    struct network_id network;
    struct cert_id cert;
    uint8_t genesis[NETWORK_GENESIS_LEN_MAX], cert_bytes[CERT_LEN_MAX];
    size_t genesis_len, cert_len;
    struct sealer root_log, authority_log;
    struct cw_wall now;
};

static void make_genesis(struct making *m)
{
    struct network_genesis genesis = {.name = slice_of(m->plan->network_name), .root_key_count = 1, .threshold = 1};
    struct writer w = writer_over(m->genesis, sizeof(m->genesis));

    random_bytes(genesis.nonce, sizeof(genesis.nonce));
    memcpy(genesis.root_keys[0], m->root.sign_public, KEY_LEN);
    network_genesis_encode(&genesis, &w);
    m->genesis_len = w.len;
    network_id_of(slice(m->genesis, w.len), &m->network);
}

static void make_certificate(struct making *m)
{
    struct certificate cert = {.network = m->network, .subject = SUBJECT_AUTHORITY};
    struct writer w = writer_over(m->cert_bytes, sizeof(m->cert_bytes));
    char name[NAME_LEN_MAX];

    snprintf(name, sizeof(name), "Authority of %s", m->plan->force);
    cert.division = slice_of(m->plan->force);
    cert.name = slice_of(name);
    random_bytes(cert.serial, sizeof(cert.serial));
    memcpy(cert.sign_key, m->authority.sign_public, KEY_LEN);
    cert.not_before.ms = m->now.ms - BEFORE_MS;
    cert.not_after.ms = m->now.ms + YEARS_MS(10);
    certificate_encode(&cert, &w);
    m->cert_len = w.len;
    cert_id_of(slice(m->cert_bytes, w.len), &m->cert);
}

static enum cw_err make_logs(struct making *m)
{
    struct genesis root = {.scope = LOG_ROOT, .network = m->network, .n = 1};
    struct genesis authority = {.scope = LOG_AUTHORITY, .network = m->network, .cert = m->cert, .n = 1};
    enum cw_err err;

    random_bytes(root.nonce, sizeof(root.nonce));
    random_bytes(authority.nonce, sizeof(authority.nonce));
    authority.division = slice_of(m->plan->force);
    err = sealer_begin(&root, &m->root_log);
    return err == CW_OK ? sealer_begin(&authority, &m->authority_log) : err;
}

/* The root's one record: it admits the authority and names its log. */
static enum cw_err admit(struct making *m, struct arena *arena, struct buf *out_segment)
{
    struct act_admit_authority act = {.certificate = slice(m->cert_bytes, m->cert_len), .log = m->authority_log.log};
    struct authority_record record = {.act = ACT_ADMIT_AUTHORITY};
    uint8_t body[CERT_LEN_MAX + 256], payload[CERT_LEN_MAX + 512];
    struct writer b = writer_over(body, sizeof(body)), p = writer_over(payload, sizeof(payload));
    struct clear_record clear = {.network = m->network, .secret = &m->root.sign, .op_class = CLASS_ROOT, .now = m->now};
    struct sealer_signer signer = {&m->root.sign};
    struct sealer_entry entry;
    enum cw_err err;

    sign_bytes(LABEL_CERT, &m->network, act.certificate, &m->authority.sign, &act.issuer);
    act_admit_authority_encode(&act, &b);
    record.body = slice(body, b.len);
    authority_record_encode(&record, &p);
    memcpy(clear.author.b, m->network.b, ID_LEN);
    clear.payload = slice(payload, p.len);
    err = clear_record_build(&clear, arena, &entry);
    return err == CW_OK ? sealer_seal(&m->root_log, &entry, 1, NULL, m->now, &signer, out_segment) : err;
}

static enum cw_err write_one(const char *dir, const char *name, struct cw_slice bytes, unsigned mode)
{
    char path[PATH_LEN_MAX];

    return path_join(path, dir, "%s", name) ? file_write_new(path, bytes, mode) : CW_LOCAL_IO;
}

static enum cw_err write_key(const struct making *m, const char *name, const struct key_bundle *keys)
{
    char path[PATH_LEN_MAX];

    return path_join(path, m->plan->dir, "%s", name) ? authority_write_new_key(path, keys, m->plan->passphrase)
                                                     : CW_LOCAL_IO;
}

static enum cw_err write_all(const struct making *m, struct cw_slice root_segment)
{
    const char *dir = m->plan->dir;
    char log[PATH_LEN_MAX];
    enum cw_err err = path_join(log, dir, "log") ? folder_make(log, 0700) : CW_LOCAL_IO;

    if (err == CW_OK)
        err = write_key(m, "root.key", &m->root);
    if (err == CW_OK)
        err = write_key(m, "authority.key", &m->authority);
    if (err == CW_OK)
        err = write_one(dir, "authority.cert", slice(m->cert_bytes, m->cert_len), 0644);
    if (err == CW_OK)
        err = write_one(dir, "authority.genesis", buf_slice(&m->authority_log.genesis), 0644);
    if (err == CW_OK)
        err = write_one(log, "root-000001.entries", root_segment, 0644);
    /* Last: a folder without it is not an authority. What a run that was cut short left is for people to move away. */
    return err == CW_OK ? write_one(dir, "network", slice(m->genesis, m->genesis_len), 0644) : err;
}

static enum cw_err make_all(struct making *m)
{
    size_t room = (size_t)64 << 10;
    void *memory = malloc(room);
    struct arena arena = arena_over(memory, room);
    struct buf segment = {0};
    enum cw_err err = memory != NULL ? CW_OK : CW_LOCAL_MEMORY;

    make_genesis(m);
    make_certificate(m);
    if (err == CW_OK)
        err = make_logs(m);
    if (err == CW_OK)
        err = admit(m, &arena, &segment);
    if (err == CW_OK)
        err = write_all(m, buf_slice(&segment));
    buf_done(&segment);
    free(memory);
    return err;
}

/* A key may be all that is left of a network in use: whether it is worth keeping, only people know. */
static enum cw_err check_fresh(const char *dir, struct cw_fault *fault)
{
    static const char *const names[] = {"root.key", "authority.key", "authority.cert", "authority.genesis",
                                        "log/root-000001.entries"};
    char path[PATH_LEN_MAX];

    if (!path_join(path, dir, "network") || file_exists(path))
        return fault_set(fault, CW_USAGE_ORDER, dir, "there is an authority in this folder already");
    for (size_t i = 0; i < CW_COUNT(names); i++)
        if (!path_join(path, dir, "%s", names[i]) || file_exists(path))
            return fault_set(fault, CW_USAGE_ORDER, names[i],
                             "it is in %.80s already, and never overwritten: bring the file network back beside it, "
                             "or, where a run was cut short, move root.key, authority.* and log away",
                             dir);
    return CW_OK;
}

static enum cw_err check_plan(const struct authority_plan *plan, struct cw_fault *fault)
{
    struct refusal refusal = {0};

    if (text_check(slice_of(plan->network_name), NAME_LEN_MAX, false, "network-name", &refusal) != CW_OK)
        return fault_of_refusal(fault, CW_REFUSED_TEXT, &refusal);
    if (strlen(plan->force) > DIVISION_LEN_MAX ||
        strspn(plan->force, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(plan->force))
        return fault_set(fault, CW_REFUSED_VALUE, "--force",
                         "a force's code is capital letters and digits, at most 16");
    return check_fresh(plan->dir, fault);
}

static enum cw_err create(struct making *m, struct cw_fault *fault)
{
    enum cw_err err;

    key_bundle_new(&m->root);
    key_bundle_new(&m->authority);
    err = make_all(m);
    key_bundle_wipe(&m->root);
    key_bundle_wipe(&m->authority);
    sealer_done(&m->root_log);
    sealer_done(&m->authority_log);
    if (err == CW_REFUSED_REUSED_ID)
        return fault_set(fault, CW_USAGE_ORDER, m->plan->dir,
                         "a file appeared here meanwhile, which is never overwritten");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, m->plan->dir);
}

enum cw_err authority_create(const struct authority_plan *plan, struct cw_fault *fault)
{
    struct making *m;
    enum cw_err err = check_plan(plan, fault);
    int lock;

    if (err != CW_OK)
        return err;
    if (!crypto_init() || folder_make(plan->dir, 0700) != CW_OK)
        return fault_set(fault, CW_LOCAL_IO, plan->dir, "the folder cannot be made");
    err = authority_lock(plan->dir, AUTHORITY_WAIT_MS, &lock, fault);
    if (err != CW_OK)
        return err;
    m = calloc(1, sizeof(*m));
    if (m == NULL) {
        authority_unlock(lock);
        return fault_plain(fault, CW_LOCAL_MEMORY, plan->dir);
    }
    err = check_plan(plan, fault); /* as it is now */
    if (err == CW_OK) {
        m->plan = plan;
        m->now = when_now();
        err = create(m, fault);
    }
    free(m);
    authority_unlock(lock);
    return err;
}
