/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/authority.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <dirent.h>
#include <stdlib.h>

#define ARENA_LEN ((size_t)4 << 20)

/* --- segments ------------------------------------------------------------------------------------------ */

/* root-... before authority-..., then by number. */
static int by_order(const struct dirent **a, const struct dirent **b)
{
    int kind = ((*a)->d_name[0] == 'r' ? 0 : 1) - ((*b)->d_name[0] == 'r' ? 0 : 1);

    return kind != 0 ? kind : strcmp((*a)->d_name, (*b)->d_name);
}

static int is_segment(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 8 && strcmp(entry->d_name + len - 8, ".entries") == 0;
}

static enum cw_err read_segments(const char *log, struct dirent **names, int count, struct authority_segments *out,
                                 struct cw_fault *fault)
{
    out->bytes = calloc((size_t)count + 1, sizeof(*out->bytes));
    if (out->bytes == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, log);
    for (int i = 0; i < count; i++) {
        char path[PATH_LEN_MAX];
        enum cw_err err = path_join(path, log, "%s", names[i]->d_name)
                              ? file_read(path, MESSAGE_LEN_MAX, &out->bytes[i])
                              : CW_LOCAL_IO;

        if (err != CW_OK)
            return fault_plain(fault, err, names[i]->d_name);
        out->count++;
        out->root_count += names[i]->d_name[0] == 'r';
    }
    return CW_OK;
}

enum cw_err authority_segments_read(const char *dir, struct authority_segments *out, struct cw_fault *fault)
{
    struct dirent **names = NULL;
    char log[PATH_LEN_MAX];
    int count = path_join(log, dir, "log") ? scandir(log, &names, is_segment, by_order) : -1;
    enum cw_err err;

    *out = (struct authority_segments){0};
    if (count <= 0 || count > AUTHORITY_SEGMENTS_MAX) {
        free(names);
        return fault_set(fault, CW_LOCAL_NOT_FOUND, dir, "there is no authority in this folder");
    }
    err = read_segments(log, names, count, out, fault);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    if (err != CW_OK)
        authority_segments_done(out);
    return err;
}

void authority_segments_done(struct authority_segments *s)
{
    for (size_t i = 0; i < s->count; i++)
        buf_done(&s->bytes[i]);
    free(s->bytes);
    *s = (struct authority_segments){0};
}

/* --- opening ------------------------------------------------------------------------------------------- */

static enum cw_err read_file(const char *dir, const char *name, size_t max, struct buf *out, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, dir, "%s", name) ? file_read(path, max, out) : CW_LOCAL_IO;

    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be read");
}

static enum cw_err read_key(struct authority *a, struct cw_slice passphrase, struct cw_fault *fault)
{
    struct buf bytes = {0};
    enum cw_err err = read_file(a->dir, "authority.key", KEYFILE_LEN_MAX, &bytes, fault);

    if (err == CW_OK && keyfile_open(buf_slice(&bytes), passphrase, &a->keys) != CW_OK)
        err = fault_set(fault, CW_LOCAL_KEY, "authority.key", "the file is damaged, or the passphrase is wrong");
    buf_done(&bytes);
    return err;
}

static void note_end(struct authority *a)
{
    const struct chain *chain =
        a->trust->authority_count > 0 ? trust_chain(a->trust, &a->trust->authorities[0].log) : NULL;

    if (chain == NULL || (a->ends.count > 0 && a->ends.at[a->ends.count - 1].seq == chain->seq))
        return;
    a->ends.at[a->ends.count++] = (struct authority_end){chain->seq, chain->seal};
}

static enum cw_err follow(struct authority *a, const struct authority_segments *segments, struct cw_fault *fault)
{
    enum cw_err err = cw_trust_new(buf_slice(&a->genesis), NULL, &a->trust, fault);

    a->ends.at = calloc(segments->count + 1, sizeof(*a->ends.at));
    if (a->ends.at == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, a->dir);
    for (size_t i = 0; err == CW_OK && i < segments->count; i++) {
        err = cw_trust_add(a->trust, buf_slice(&segments->bytes[i]), fault);
        if (err == CW_OK)
            note_end(a);
    }
    return err;
}

/* Everything the segments say, checked as anybody would check it. */
static enum cw_err replay(struct authority *a, struct cw_fault *fault)
{
    struct authority_segments segments;
    enum cw_err err = authority_segments_read(a->dir, &segments, fault);

    if (err != CW_OK)
        return err;
    err = follow(a, &segments, fault);
    authority_segments_done(&segments);
    return err;
}

/* The log to write on: where the segments end, or its genesis when nothing was sealed yet. */
static enum cw_err find_head(struct authority *a, struct cw_fault *fault)
{
    const struct chain *chain = trust_chain(a->trust, &a->trust->authorities[0].log);
    enum cw_err err = read_file(a->dir, "authority.genesis", GENESIS_LEN_MAX, &a->log.genesis, fault);

    if (err != CW_OK)
        return err;
    a->log.network = a->network;
    log_id_of(buf_slice(&a->log.genesis), &a->log.log);
    if (!ID_EQ(&a->log.log, &a->trust->authorities[0].log))
        return fault_set(fault, CW_LOCAL_CORRUPT, "authority.genesis", "not the log that the root admitted");
    memcpy(a->log.seal.b, a->log.log.b, ID_LEN);
    if (chain == NULL)
        return CW_OK;
    a->log.seq = chain->seq;
    a->log.hlc = chain->hlc;
    a->log.seal = chain->seal;
    a->log.authority = chain->authority;
    return CW_OK;
}

bool authority_needs_passphrase(const char *dir)
{
    struct buf bytes = {0};
    char path[PATH_LEN_MAX];
    bool needs = path_join(path, dir, "authority.key") && file_read(path, KEYFILE_LEN_MAX, &bytes) == CW_OK &&
                 keyfile_needs_passphrase(buf_slice(&bytes));

    buf_done(&bytes);
    return needs;
}

enum cw_err authority_open(const char *dir, bool sign, struct cw_slice passphrase, struct authority *out,
                           struct cw_fault *fault)
{
    struct authority a = {.passphrase = passphrase};
    enum cw_err err = CW_OK;

    snprintf(a.dir, sizeof(a.dir), "%s", dir);
    if (!crypto_init())
        return fault_plain(fault, CW_LOCAL_SELF_TEST, "libsodium");
    err = read_file(dir, "network", NETWORK_GENESIS_LEN_MAX, &a.genesis, fault);
    if (err == CW_OK)
        err = read_file(dir, "authority.cert", CERT_LEN_MAX, &a.cert_bytes, fault);
    if (err == CW_OK && sign) {
        err = authority_lock(dir, AUTHORITY_WAIT_MS, &a.lock, fault); /* before the log's end is read */
        a.locked = err == CW_OK;
    }
    if (err == CW_OK) {
        network_id_of(buf_slice(&a.genesis), &a.network);
        cert_id_of(buf_slice(&a.cert_bytes), &a.cert);
        err = replay(&a, fault);
    }
    if (err == CW_OK && a.trust->authority_count == 0)
        err = fault_set(fault, CW_LOCAL_CORRUPT, dir, "the root log admits no authority");
    if (err == CW_OK)
        err = find_head(&a, fault);
    if (err == CW_OK && sign) {
        a.memory = malloc(ARENA_LEN);
        a.arena = arena_over(a.memory, ARENA_LEN);
        err = a.memory != NULL ? read_key(&a, passphrase, fault) : fault_plain(fault, CW_LOCAL_MEMORY, dir);
    }
    if (err != CW_OK)
        authority_close(&a);
    else
        *out = a;
    return err;
}

void authority_close(struct authority *a)
{
    key_bundle_wipe(&a->keys);
    buf_done(&a->genesis);
    buf_done(&a->cert_bytes);
    cw_trust_free(a->trust);
    sealer_done(&a->log);
    free(a->memory);
    free(a->ends.at);
    if (a->locked)
        authority_unlock(a->lock);
    *a = (struct authority){0};
}

enum authority_standing authority_stands(const struct authority_ends *mine, const struct authority_end *known)
{
    uint64_t last = mine->count > 0 ? mine->at[mine->count - 1].seq : 0;

    if (known->seq > last)
        return AUTHORITY_BEHIND;
    if (known->seq == 0)
        return last == 0 ? AUTHORITY_SAME : AUTHORITY_AHEAD;
    for (size_t i = 0; i < mine->count; i++)
        if (mine->at[i].seq == known->seq && ID_EQ(&mine->at[i].seal, &known->seal))
            return known->seq == last ? AUTHORITY_SAME : AUTHORITY_AHEAD;
    return AUTHORITY_APART;
}

/* --- sealing ------------------------------------------------------------------------------------------- */

/* The root log's position, when the authority's log has not named it yet. */
static bool root_news(const struct authority *a, struct positions *out)
{
    const struct chain *root = &a->trust->root;

    for (uint32_t i = 0; i < a->log.authority.count; i++)
        if (ID_EQ(&a->log.authority.at[i].log, &root->log) && a->log.authority.at[i].seq == root->seq)
            return false;
    *out = (struct positions){.count = 1, .at = {{root->log, root->seq, root->seal}}};
    return true;
}

enum cw_err authority_commit(struct authority *a, struct cw_fault *fault)
{
    struct positions news;
    bool has_news = root_news(a, &news);
    struct sealer_signer signer = {&a->keys.sign};
    struct buf segment = {0};
    char path[PATH_LEN_MAX];
    uint64_t first = a->log.seq + 1;
    enum cw_err err;

    if (a->pending_count == 0)
        return CW_OK;
    err = sealer_seal(&a->log, a->pending, a->pending_count, has_news ? &news : NULL, when_now(), &signer, &segment);
    if (err == CW_OK)
        err = cw_trust_add(a->trust, buf_slice(&segment), fault); /* never write what would not be believed */
    if (err == CW_OK && has_news)
        a->log.authority = news;
    if (err == CW_OK)
        err = path_join(path, a->dir, "log/authority-%06llu.entries", (unsigned long long)first)
                  ? file_write_new(path, buf_slice(&segment), 0644)
                  : CW_LOCAL_IO;
    buf_done(&segment);
    a->pending_count = 0;
    a->arena.used = 0;
    if (err == CW_REFUSED_REUSED_ID)
        return fault_set(fault, err, path, "there is an entry of this number already: it is never overwritten");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "authority log");
}
