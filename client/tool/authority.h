/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_AUTHORITY_H
#define CASEWIRE_TOOL_AUTHORITY_H

/*
 * A force's issuing authority, and the network's root (1 of 1), in one folder:
 *
 *   network                        the network genesis
 *   root.key  authority.key        secret keys, under a passphrase
 *   authority.cert                 the authority's certificate
 *   log/root-000001.entries        sealed segments, as they are published: cw.Entries bytes,
 *   log/authority-000001.entries   named by their first entry
 *   issued/NAME@DIVISION/          key and cert of each holder, to be handed over
 *   members                        who listens where (enrol.h)
 *   lock                           held by whoever writes; says who
 */

#include "tool/context.h"

#include "lib/sealer.h"
#include "lib/trust.h"
#include "proto/keyfile.h"

#define AUTHORITY_BATCH_MAX 128
#define AUDIENCE_FORCE "force"

/* Where a segment ends. */
struct authority_end {
    uint64_t seq;
    struct hash seal;
};

struct authority {
    char dir[PATH_LEN_MAX];
    bool locked; /* opened to sign: nobody else writes until it is closed */
    int lock;
    struct buf genesis, cert_bytes;
    struct network_id network;
    struct cert_id cert;
    struct key_bundle keys;
    struct cw_slice passphrase; /* of all files of this folder; empty: in clear */
    struct cw_trust *trust;     /* what the segments say so far */
    struct sealer log;          /* the authority's */
    size_t end_count;           /* of its segments, as the folder was opened; ascending */
    struct authority_end *ends;
    /* Records waiting for authority_commit(). */
    void *memory;
    struct arena arena;
    uint32_t pending_count;
    struct sealer_entry pending[AUTHORITY_BATCH_MAX];
};

struct authority_plan {
    const char *dir, *network_name, *force;
    struct cw_slice passphrase;
};
/* Makes network, root and authority. The fault names the file or field. */
enum cw_err authority_create(const struct authority_plan *plan, struct cw_fault *fault);

/*
 * Opens the folder and checks its segments. `sign`: also the authority's key, to write on, and the folder's lock, for
 * which it waits: CW_AGAIN_BUSY names who has it.
 */
enum cw_err authority_open(const char *dir, bool sign, struct cw_slice passphrase, struct authority *out,
                           struct cw_fault *fault);
void authority_close(struct authority *a);
bool authority_needs_passphrase(const char *dir);
/* The folder's log beside the end that a daemon knows of it; a zeroed end: nothing yet. */
enum authority_standing {
    AUTHORITY_SAME,   /* they end at the same seal */
    AUTHORITY_AHEAD,  /* the folder goes on from there */
    AUTHORITY_BEHIND, /* the daemon knows more: an old copy, or a branch */
    AUTHORITY_APART,  /* the daemon has other entries: a branch */
};
enum authority_standing authority_stands(const struct authority *a, const struct authority_end *known);

/* The lock of a folder that is an authority, or becomes one. Given back with authority_unlock(). */
#define AUTHORITY_WAIT_MS 30000
enum cw_err authority_lock(const char *dir, int64_t wait_ms, int *out_fd, struct cw_fault *fault);
void authority_unlock(int fd);

struct issue_order {
    enum subject_kind subject;
    const char *division, *name;
    uint32_t role_count;
    uint32_t roles[ROLES_MAX]; /* ascending */
    bool may_bundle;
    int64_t days;                   /* how long it is valid */
    const char *home;               /* folder for key, cert and network */
    struct cw_slice passphrase;     /* of the new key file */
    const struct cert_id *replaces; /* whose keys are lost: superseded in the same batch; may be NULL */
};
/* Makes keys and certificate and a record of it; a daemon becomes a member of the force's audience. */
enum cw_err authority_issue(struct authority *a, const struct issue_order *order, struct cw_fault *fault);
/* The certificate of a daemon that made its keys itself, and proved that it has them: a record of it, and membership. */
enum cw_err authority_admit(struct authority *a, struct cw_slice certificate, const struct signature *possession,
                            struct cw_fault *fault);
/* The certificate counts no more, from this record on: what it signed before stays. */
enum cw_err authority_revoke(struct authority *a, const struct cert_id *cert, enum revoke_kind kind,
                             struct cw_fault *fault);
/* Whether a daemon would go by it. The fault says why not, and what may stand there. */
enum cw_err authority_policy_check(const char *name, const char *value, struct cw_fault *fault);
/* Records it; CW_REFUSED_UNKNOWN_FIELD, CW_REFUSED_VALUE, CW_REFUSED_SIZE: no daemon would go by it. */
enum cw_err authority_policy(struct authority *a, const char *name, const char *value, struct cw_fault *fault);
/* Seals what is pending into a new segment file. */
enum cw_err authority_commit(struct authority *a, struct cw_fault *fault);

/* All segments in the order in which they must be published: root log first. Freed with segments_done(). */
struct authority_segments {
    size_t count, root_count; /* the root log's are the first */
    struct buf *bytes;
};
enum cw_err authority_segments_read(const char *dir, struct authority_segments *out, struct cw_fault *fault);
void authority_segments_done(struct authority_segments *s);

/* Key files: LAB cost when the passphrase is empty. */
enum cw_err authority_write_key(const char *path, const struct key_bundle *keys, struct cw_slice passphrase);

#endif
