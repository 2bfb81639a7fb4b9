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

/* Of the segments of one log, ascending. */
struct authority_ends {
    size_t count;
    struct authority_end *at;
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
    struct authority_ends ends; /* of its segments, as the folder was opened */
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
/* A log beside the end that a daemon knows of it; a zeroed end: nothing yet. */
enum authority_standing {
    AUTHORITY_SAME,   /* they end at the same seal */
    AUTHORITY_AHEAD,  /* it goes on from there */
    AUTHORITY_BEHIND, /* the daemon knows more: an old copy, or a branch */
    AUTHORITY_APART,  /* the daemon has other entries: a branch */
};
enum authority_standing authority_stands(const struct authority_ends *mine, const struct authority_end *known);

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
    int64_t days;     /* how long it is valid */
    const char *home; /* folder for key, cert and network */
    enum cw_err (*keep)(void *ctx, const struct key_bundle *keys, struct cw_fault *fault);
    void *keep_ctx;                 /* with keep: puts the keys where they belong; without, they are in home/key */
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
/* The same of a daemon's, which then is no member either: the others make a new key, and what they write under it, it cannot read. */
enum cw_err authority_expel(struct authority *a, const struct cert_id *cert, enum revoke_kind kind,
                            struct cw_fault *fault);
/* Whether a daemon would go by it. The fault says why not, and what may stand there. */
enum cw_err authority_policy_check(const char *name, const char *value, struct cw_fault *fault);
/* Whether there is room for it beside those that the folder's segments record; *out: what it changes. CW_REFUSED_SIZE. */
enum cw_err authority_policy_room(const struct authority *a, const char *name, const char *value,
                                  struct policy_said *out, struct cw_fault *fault);
/* Records it; CW_REFUSED_UNKNOWN_FIELD, CW_REFUSED_VALUE, CW_REFUSED_SIZE: no daemon would go by it. */
enum cw_err authority_policy(struct authority *a, const char *name, const char *value, struct cw_fault *fault);
/* Seals what is pending into a new segment file. */
enum cw_err authority_commit(struct authority *a, struct cw_fault *fault);

#define AUTHORITY_SEGMENTS_MAX 100000
/* All segments in the order in which they must be published: root log first. Freed with segments_done(). */
struct authority_segments {
    size_t count, root_count; /* the root log's are the first */
    struct buf *bytes;
};
enum cw_err authority_segments_read(const char *dir, struct authority_segments *out, struct cw_fault *fault);
void authority_segments_done(struct authority_segments *s);

/* One batch, which is what a segment file holds. What it says of itself is believed only when it was followed. */
struct authority_piece {
    struct log_id log;
    uint64_t first;
    struct hash prev; /* of the seal before */
    struct authority_end end;
    struct buf bytes; /* cw.Entries with this batch alone */
};
struct authority_pieces {
    size_t count, room;
    struct authority_piece *at;
};
/* CW_REFUSED_MALFORMED, CW_REFUSED_SIZE, CW_LOCAL_MEMORY: some of it may have been added. */
enum cw_err authority_pieces_add(struct authority_pieces *p, struct cw_slice segment, struct cw_fault *fault);
void authority_pieces_done(struct authority_pieces *p);
/* Where one log's end, in the order in which they were added; free(out->at). */
enum cw_err authority_pieces_ends(const struct authority_pieces *p, const struct log_id *log,
                                  struct authority_ends *out);
/* The root's and all authorities' logs as a daemon has them, root first. */
enum cw_err authority_fetch(const char *socket, const struct network_id *network, int32_t timeout_ms,
                            struct authority_pieces *out, struct cw_fault *fault);

struct authority_restored {
    struct network_id network;
    size_t written; /* segments that were not there */
    uint64_t end;   /* of the authority's log in the folder now */
    bool has_authority_key, has_root_key;
};
/*
 * Makes a folder out of what came, or adds to one what it lacks. `force`: whose authority, where the folder does not say
 * it and the network has several; may be NULL. Nothing is written before all of it was checked, and nothing that is there
 * is replaced: CW_REFUSED_REUSED_ID where it differs, CW_REFUSED_AUTHOR, CW_REFUSED_AMBIGUOUS, or what does not verify.
 */
enum cw_err authority_restore(const char *dir, struct cw_slice genesis, const struct authority_pieces *came,
                              const char *force, struct authority_restored *out, struct cw_fault *fault);

/* Key files: LAB cost when the passphrase is empty. */
enum cw_err authority_write_key(const char *path, const struct key_bundle *keys, struct cw_slice passphrase);
/* The same, and never over a file that is there: CW_REFUSED_REUSED_ID. */
enum cw_err authority_write_new_key(const char *path, const struct key_bundle *keys, struct cw_slice passphrase);

#endif
