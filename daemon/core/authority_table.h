/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_AUTHORITY_TABLE_H
#define CASEWIRE_CORE_AUTHORITY_TABLE_H

/* What the authority files share. Only core/authority*.c include it. */

#include "core/authority.h"

#define AUTHORITY_LOGS_MAX AUTH_POSITIONS_MAX /* a seal can name no more: the root log and 15 authorities */
/* What one log may say of who is a member: bounds of its own, so that what has no room is the same everywhere. */
#define LOG_AUDIENCES_MAX 16
#define LOG_WORDS_MAX 4096
#define AUDIENCES_MAX (AUTHORITY_LOGS_MAX * LOG_AUDIENCES_MAX)
#define WORDS_MAX (AUTHORITY_LOGS_MAX * LOG_WORDS_MAX)

struct authority_log {
    struct log_id log;
    bool is_root;
    struct cert_id cert; /* zero for the root log */
    uint64_t applied;    /* last record's seq, whether it had effect or not */
    bool stopped;        /* a critical act that this version does not know: nothing later is applied */
    uint64_t unread;     /* the first of its records that may hold a certificate this version cannot take up; 0: none */
    uint32_t audience_count, word_count; /* that it has named, and the certificates it has named in them */
};

/* Root keys, and the record of the root log that put them in force; 0: the network's genesis. */
struct root_keys {
    uint64_t seq;
    uint32_t count, threshold;
    uint8_t keys[ROOT_KEYS_MAX][KEY_LEN];
};

struct audience {
    char name[NAME_LEN_MAX + 1];
    uint64_t last[AUTHORITY_LOGS_MAX]; /* of each log the last record that names it; 0: none */
    struct position membership;        /* authority_members() says what it is */
    uint32_t member_count;
};

/* The logs' last words on one certificate in one audience: a bit for each log. */
struct membership_word {
    struct cert_id cert;
    uint16_t audience;
    uint16_t added, removed;
    bool was_added; /* by any log, at any time */
};

struct authority {
    struct authority_limits limits;
    struct network_id network;
    uint32_t rotation_count;
    struct root_keys roots[ROOT_ROTATIONS_MAX + 1]; /* ascending; the first is the genesis' */
    uint32_t log_count;
    struct authority_log logs[AUTHORITY_LOGS_MAX];
    uint32_t cert_count;
    struct authority_cert *certs; /* in the order issued: never moved */
    uint32_t *sorted;             /* by certificate id */
    uint32_t *by_curve;           /* by transport key (authority_curve.c) */
    uint32_t policy_count;
    struct authority_policy *policies;
    uint32_t audience_count;
    struct audience audiences[AUDIENCES_MAX];
    uint32_t word_count;
    struct membership_word *words; /* by audience, then certificate */
};

struct authority_log *authority_log_of(struct authority *a, const struct log_id *log);
void authority_copy_text(char *out, struct cw_slice text);
struct authority_cert *authority_cert_of(const struct authority *a, const struct cert_id *id);

/* Takes the last certificate, which stands at certs[added], into by_curve. */
void authority_note_curve(struct authority *a, uint32_t added);

/* Where a record stands: what acts are applied with. */
struct authority_act_place {
    struct authority_log *log;
    uint64_t seq;
};

/* Takes a certificate up; the one already there stays as it is. */
enum cw_err authority_admit_cert(struct authority *a, const struct authority_act_place *at, struct cw_slice bytes,
                                 const struct certificate *certificate);
enum cw_err authority_apply_membership(struct authority *a, const struct authority_act_place *at, struct cw_slice body,
                                       struct arena *scratch);
enum cw_err authority_apply_policy(struct authority *a, const struct authority_act_place *at, struct cw_slice body);

#endif
