/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder's log out of what daemons hold of it. Everything is checked as anybody would check it, what came beside what is
 * there, before the first byte is written; nothing that is there is ever replaced. Secret keys are in no log.
 */
#include "tool/authority.h"

#include "lib/fault.h"
#include "lib/unpack.h"

#include <stdlib.h>

struct restoring {
    const char *dir;
    struct cw_slice genesis;
    const struct authority_pieces *came;
    struct authority_pieces here; /* the folder's, before */
    struct cw_trust *trust;       /* what came says */
    const struct trust_authority *authority;
    size_t count; /* of both, each once, in the order of publishing */
    const struct authority_piece **all;
};

/* --- what came ---------------------------------------------------------------------------------------------- */

static enum cw_err follow_all(struct cw_slice genesis, const struct authority_piece *const *pieces, size_t count,
                              struct cw_trust **out, struct cw_fault *fault)
{
    enum cw_err err = cw_trust_new(genesis, NULL, out, fault);

    for (size_t i = 0; err == CW_OK && i < count; i++) {
        CW_ASSERT(pieces[i] != NULL);
        err = cw_trust_add(*out, buf_slice(&pieces[i]->bytes), fault);
    }
    return err;
}

static enum cw_err follow_came(struct restoring *r, struct cw_fault *fault)
{
    const struct authority_piece **list = calloc(r->came->count + 1, sizeof(void *));
    enum cw_err err;

    if (list == NULL) {
        (void)fault_plain(fault, CW_LOCAL_MEMORY, r->dir);
        return CW_LOCAL_MEMORY;
    }
    for (size_t i = 0; i < r->came->count; i++)
        list[i] = &r->came->at[i];
    err = follow_all(r->genesis, list, r->came->count, &r->trust, fault);
    free(list);
    return err;
}

/* --- whose log ------------------------------------------------------------------------------------------------ */

/* The authority that the folder is of; with no certificate in it, the one of that force, or the only one. */
static enum cw_err choose(struct restoring *r, const char *force, struct cw_fault *fault)
{
    struct buf cert = {0};
    struct cert_id id;
    char path[PATH_LEN_MAX];
    size_t found = 0;
    bool is_known = path_join(path, r->dir, "authority.cert") && file_read(path, CERT_LEN_MAX, &cert) == CW_OK;

    cert_id_of(buf_slice(&cert), &id);
    buf_done(&cert);
    for (size_t i = 0; i < r->trust->authority_count; i++) {
        const struct trust_authority *one = &r->trust->authorities[i];
        const struct trust_cert *holder = trust_find(r->trust, &one->cert);

        if (is_known ? !ID_EQ(&one->cert, &id) : force != NULL && !slice_eq(holder->parsed.division, slice_of(force)))
            continue;
        r->authority = one;
        found++;
    }
    if (found == 1)
        return CW_OK;
    if (found > 1)
        return fault_set(fault, CW_REFUSED_AMBIGUOUS, r->dir,
                         "the network has %zu authorities that it may be: say which "
                         "with --force",
                         found);
    return fault_set(fault, CW_REFUSED_AUTHOR, is_known ? path : r->dir,
                     is_known ? "the network's root admits no authority with this certificate"
                              : "the network's root admits no such authority");
}

/* --- beside what is there --------------------------------------------------------------------------------------- */

static bool is_root(const struct restoring *r, const struct authority_piece *piece)
{
    return ID_EQ(&piece->log, &r->trust->root.log);
}

static bool is_wanted(const struct restoring *r, const struct authority_piece *piece)
{
    return is_root(r, piece) || ID_EQ(&piece->log, &r->authority->log);
}

static enum cw_err read_here(struct restoring *r, struct cw_fault *fault)
{
    struct authority_segments segments;
    enum cw_err err = authority_segments_read(r->dir, &segments, fault);

    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK; /* nothing yet */
    for (size_t i = 0; err == CW_OK && i < segments.count; i++)
        err = authority_pieces_add(&r->here, buf_slice(&segments.bytes[i]), fault);
    if (err != CW_OK)
        (void)fault_set(fault, err, r->dir, "a segment below log/ cannot be read: restore into another folder");
    authority_segments_done(&segments);
    return err;
}

static const struct authority_piece *find_here(const struct restoring *r, const struct authority_piece *piece)
{
    for (size_t i = 0; i < r->here.count; i++)
        if (r->here.at[i].first == piece->first && ID_EQ(&r->here.at[i].log, &piece->log))
            return &r->here.at[i];
    return NULL;
}

static enum cw_err refuse_branch(const struct restoring *r, const struct authority_piece *piece, struct cw_fault *fault)
{
    return fault_set(
        fault, CW_REFUSED_REUSED_ID, r->dir,
        "the folder has another entry %llu of the %s log than what came: two copies of it were written on. "
        "Nothing that is there is replaced",
        (unsigned long long)piece->first, is_root(r, piece) ? "root" : "authority's");
}

static int by_place(const void *a, const void *b)
{
    const struct authority_piece *x = *(const struct authority_piece *const *)a;
    const struct authority_piece *y = *(const struct authority_piece *const *)b;

    return x->first < y->first ? -1 : x->first > y->first;
}

/* What came is beside what is there: of two that are the same, the folder's own. */
static enum cw_err gather(struct restoring *r, struct cw_fault *fault)
{
    size_t roots = 0;

    r->all = calloc(r->came->count + r->here.count + 1, sizeof(void *));
    if (r->all == NULL) {
        (void)fault_plain(fault, CW_LOCAL_MEMORY, r->dir);
        return CW_LOCAL_MEMORY;
    }
    for (int root = 1; root >= 0; root--) {
        for (size_t i = 0; i < r->here.count; i++)
            if (is_root(r, &r->here.at[i]) == (root != 0))
                r->all[r->count++] = &r->here.at[i];
        for (size_t i = 0; i < r->came->count; i++) {
            const struct authority_piece *piece = &r->came->at[i], *mine = find_here(r, piece);

            if (!is_wanted(r, piece) || is_root(r, piece) != (root != 0))
                continue;
            if (mine != NULL && !ID_EQ(&mine->end.seal, &piece->end.seal))
                return refuse_branch(r, piece, fault);
            if (mine == NULL)
                r->all[r->count++] = piece;
        }
        qsort(r->all + roots, r->count - roots, sizeof(void *), by_place);
        roots = r->count;
    }
    return CW_OK;
}

/* Both together, as they would be read from the folder. */
static enum cw_err check_whole(struct restoring *r, struct cw_fault *fault)
{
    struct cw_trust *trust = NULL;
    struct cw_fault first;
    enum cw_err err = follow_all(r->genesis, r->all, r->count, &trust, &first);

    cw_trust_free(trust);
    return err == CW_OK
               ? CW_OK
               : fault_set(fault, err, r->dir, "what came does not go on where the folder ends: %.150s", first.text);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

/* A file of the folder: written when it is not there, and compared when it is. */
static enum cw_err settle_file(const struct restoring *r, const char *name, struct cw_slice bytes, bool write,
                               struct cw_fault *fault)
{
    struct buf there = {0};
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, r->dir, "%s", name) ? file_read(path, bytes.len, &there) : CW_LOCAL_IO;
    bool same = err == CW_OK && slice_eq(buf_slice(&there), bytes);

    buf_done(&there);
    if (err == CW_LOCAL_NOT_FOUND)
        err = write ? file_write_new(path, bytes, 0644) : CW_OK;
    else if (!same)
        return fault_set(fault, CW_REFUSED_REUSED_ID, path,
                         "what is there is another network's or authority's: it is never replaced");
    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be written");
}

/* `network` comes last: a folder without it is not an authority, so a run that was cut short can be repeated. */
static enum cw_err settle_files(const struct restoring *r, bool write, struct cw_fault *fault)
{
    uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    const struct chain *chain = &r->authority->chain;
    enum cw_err err;

    certificate_encode(&trust_find(r->trust, &r->authority->cert)->parsed, &w);
    err = settle_file(r, "authority.cert", slice(bytes, w.len), write, fault);
    if (err == CW_OK && r->authority->started)
        err = settle_file(r, "authority.genesis", buf_slice(&chain->genesis_bytes), write, fault);
    return err == CW_OK ? settle_file(r, "network", r->genesis, write, fault) : err;
}

static bool came_only(const struct restoring *r, const struct authority_piece *piece)
{
    return piece >= r->came->at && piece < r->came->at + r->came->count;
}

static enum cw_err write_pieces(const struct restoring *r, size_t *out_written, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, r->dir, "log") ? folder_make(path, 0700) : CW_LOCAL_IO;

    for (size_t i = 0; err == CW_OK && i < r->count; i++) {
        if (!came_only(r, r->all[i]))
            continue;
        err = path_join(path, r->dir, "log/%s-%06llu.entries", is_root(r, r->all[i]) ? "root" : "authority",
                        (unsigned long long)r->all[i]->first)
                  ? file_write_new(path, buf_slice(&r->all[i]->bytes), 0644)
                  : CW_LOCAL_IO;
        *out_written += err == CW_OK;
    }
    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be written");
}

/* --- all of it ------------------------------------------------------------------------------------------------ */

static enum cw_err check(struct restoring *r, const char *force, struct cw_fault *fault)
{
    enum cw_err err = follow_came(r, fault);

    if (err == CW_OK)
        err = choose(r, force, fault);
    if (err == CW_OK && !r->authority->started)
        err = fault_set(fault, CW_LOCAL_NOT_FOUND, r->dir, "nothing of this authority's log came");
    if (err == CW_OK)
        err = settle_files(r, false, fault);
    if (err == CW_OK)
        err = read_here(r, fault);
    if (err == CW_OK)
        err = gather(r, fault);
    return err == CW_OK ? check_whole(r, fault) : err;
}

static bool has_file(const char *dir, const char *name)
{
    char path[PATH_LEN_MAX];

    return path_join(path, dir, "%s", name) && file_exists(path);
}

enum cw_err authority_restore(const char *dir, struct cw_slice genesis, const struct authority_pieces *came,
                              const char *force, struct authority_restored *out, struct cw_fault *fault)
{
    struct restoring r = {.dir = dir, .genesis = genesis, .came = came};
    struct authority_restored done = {0};
    enum cw_err err = folder_make(dir, 0700);
    int lock;

    if (err != CW_OK)
        return fault_set(fault, err, dir, "the folder cannot be made");
    err = authority_lock(dir, AUTHORITY_WAIT_MS, &lock, fault);
    if (err != CW_OK)
        return err;
    err = check(&r, force, fault);
    if (err == CW_OK)
        err = write_pieces(&r, &done.written, fault);
    if (err == CW_OK)
        err = settle_files(&r, true, fault);
    if (err == CW_OK) {
        network_id_of(genesis, &done.network);
        done.end = r.all[r.count - 1]->end.seq;
        done.has_authority_key = has_file(dir, "authority.key");
        done.has_root_key = has_file(dir, "root.key");
        *out = done;
    }
    authority_unlock(lock);
    free(r.all);
    authority_pieces_done(&r.here);
    cw_trust_free(r.trust);
    return err;
}
