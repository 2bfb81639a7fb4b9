/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_AUTHORITY_H
#define CASEWIRE_CORE_AUTHORITY_H

/*
 * Who may do what, as the root log and the authority logs say it: a function of their records in order,
 * nothing else. Roles are numbers here; what they mean is the cases' business.
 *
 * A certificate counts for an entry when it was issued at or below the authority position that the
 * entry's seal names (cumulative along its log), whatever this daemon's clock says.
 * Threads: one writer (the node thread); the shell guards readers.
 */

#include "proto/message.h"

struct authority_limits {
    uint32_t certs_max;    /* ever issued; default 65536 */
    uint32_t policies_max; /* default 1024 */
};

struct authority_cert {
    struct cert_id id;
    enum subject_kind subject;
    char division[DIVISION_LEN_MAX + 1];
    char name[NAME_LEN_MAX + 1];
    uint8_t sign_key[KEY_LEN], seal_key[KEY_LEN], curve_key[KEY_LEN];
    uint64_t roles; /* bit per role number */
    bool may_bundle;
    struct cw_wall not_before, not_after;
    struct cert_id issuer;
    struct log_id issued_log; /* authority or root log, and where in it */
    uint64_t issued_seq;
    bool revoked;
    enum revoke_kind revoke_kind;
    uint64_t revoked_seq;
};

struct authority_policy {
    char name[NAME_LEN_MAX + 1];
    char value[POLICY_KEPT_LEN_MAX + 1];
    struct log_id log;
    uint64_t seq;
};

struct authority;
size_t authority_memory(const struct authority_limits *limits);
struct authority *authority_init(void *memory, const struct authority_limits *limits, const struct network_id *network,
                                 const struct network_genesis *genesis);

/*
 * Applies one stored record of the root or an authority log, in seq order per log: what was skipped had no effect.
 * The caller verified proof and seal, and, for a record that carries a certificate, its issuer's and its subject's signature.
 * A record that the log may not make (an authority issuing in another's name, a person
 * with an authority's roles) is ignored with an error naming why: the log stands, the act has no effect.
 */
enum cw_err authority_apply(struct authority *a, const struct log_id *log, uint64_t seq,
                            const struct submission_header *header, const struct authority_record *record,
                            struct arena *scratch);

/* A record that has no effect, whatever it says: what comes after it may be applied. log: the root's, or an admitted one. */
void authority_pass(struct authority *a, const struct log_id *log, bool is_root, uint64_t seq);
/* It was passed, and may hold a certificate that this version cannot take up: who is not known may be known by it. */
void authority_note_unread(struct authority *a, const struct log_id *log, uint64_t seq);
/* The last record of this log that was applied or passed; 0: none, or no such log. */
uint64_t authority_applied(const struct authority *a, const struct log_id *log);
/*
 * Whether everything before this record in its log was applied or passed. True also of a second root log: nothing that
 * it says has an effect, in whatever order it comes.
 */
bool authority_comes_next(const struct authority *a, const struct log_id *log, bool is_root, uint64_t seq);
/* A critical act that this version does not know stands in it: what comes after is passed, and may mean anything. */
bool authority_is_stopped(const struct authority *a, const struct log_id *log);
static inline bool authority_act_is_known(enum authority_act act)
{
    return act >= ACT_ISSUE && act <= ACT_ROTATE_ROOT;
}

const struct authority_cert *authority_find(const struct authority *a, const struct cert_id *id);
/* A renewed certificate names the same holder. False also when one of them is not known here. */
bool authority_same_holder(const struct authority *a, const struct cert_id *x, const struct cert_id *y);
uint32_t authority_cert_count(const struct authority *a);
const struct authority_cert *authority_cert_at(const struct authority *a, uint32_t index);
/*
 * By transport key: who connects. NULL: nobody. A public key is no secret, and stands in as many certificates as somebody
 * had it written into: it stays with the holder of the first of them, by log and place.
 */
const struct authority_cert *authority_find_curve(const struct authority *a, const uint8_t key[static KEY_LEN]);
/* cert, which is one of its own, may connect with the transport key it names: nobody else had that key first. */
bool authority_has_curve(const struct authority *a, const struct authority_cert *cert);
/* Admission only (REPLICATION.md §3.9): may its holder connect, and hand in, by this clock? */
enum cert_standing authority_standing(const struct authority_cert *cert, struct cw_wall now);
/* The stretch of time around `now` in which no certificate's standing changes: from *out_from, before *out_until. */
void authority_dates_around(const struct authority *a, struct cw_wall now, struct cw_wall *out_from,
                            struct cw_wall *out_until);
bool authority_log_known(const struct authority *a, const struct log_id *log,
                         struct cert_id *out_cert); /* admitted authority logs */
/*
 * The root keys that sign for a seal of the root log which begins at `first`, and for the records under it: those of the
 * last rotation before it. As far as the records are applied; UINT64_MAX: those in force now.
 */
uint32_t authority_root_keys(const struct authority *a, uint64_t first, const uint8_t (**out_keys)[KEY_LEN],
                             uint32_t *out_threshold);
uint32_t authority_policies(const struct authority *a, const struct authority_policy **out);

/*
 * Members of an audience, by their ids (all counted, at most max written), and the membership's position: the last record
 * of the log with the greatest id, and, where several logs say who is a member, as its seal the hash of what each said
 * last. So both are the same at whoever holds the same records, and another record makes another position.
 */
uint32_t authority_members(const struct authority *a, struct cw_slice audience, struct cert_id *out, uint32_t max,
                           struct position *out_membership);
/* Whether they reach every record that says who is a member, and there is one. */
bool authority_membership_reached(const struct authority *a, struct cw_slice audience,
                                  const struct positions *positions);

/* A member of the audience now, whose certificate nobody revoked: what is written is under keys that it has. */
bool authority_reads(const struct authority *a, struct cw_slice audience, const struct cert_id *id);
/* Some record added it to the audience, whatever others say. */
bool authority_ever_member(const struct authority *a, struct cw_slice audience, const struct cert_id *id);

enum cert_verdict {
    CERT_COUNTS,  /* issued at or below the named position, and not revoked for it */
    CERT_UNKNOWN, /* nobody, as far as the seal names what was said: void. Whoever comes later is not yet known to it */
    CERT_POSITION, /* the seal names an authority position that we do not hold yet, or cannot read: pending */
    CERT_NOT_YET,  /* issued above the named position: void */
    CERT_REVOKED,  /* revoked at or below the named position: void */
};
enum cert_verdict authority_judge(const struct authority *a, const struct cert_id *id,
                                  const struct positions *seal_positions, const struct authority_cert **out);

#endif
