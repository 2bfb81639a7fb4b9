/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/cast.h"

#include "node/verify_cache.h"
#include "proto/schema.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const division_codes[DIVISIONS_MAX] = {"NTH", "EST", "WST", "STH", "MID", "COA"};

static const struct {
    const char *title;
    uint32_t roles;
} posts[OFFICERS_PER_DIVISION] = {
    [OFFICER_PC] = {"constable", 1u << ROLE_PC | 1u << ROLE_FCR},
    [OFFICER_SUP] = {"sergeant", 1u << ROLE_SUP | 1u << ROLE_MCET | 1u << ROLE_CRU},
    [OFFICER_INSP] = {"inspector", 1u << ROLE_INSP | 1u << ROLE_SUPT},
    [OFFICER_COORD] = {"coordinator",
                       1u << ROLE_LRO | 1u << ROLE_OCGC | 1u << ROLE_CLC | 1u << ROLE_INT | 1u << ROLE_RCLC},
};

#define CAST_SEED 0x63617374u
#define VALID_FROM_MS INT64_C(1500000000000)
#define VALID_TO_MS INT64_C(2500000000000)

static void copy_text(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text);
}

static void make_keys(struct actor *a, struct rng *rng)
{
    uint8_t seed[32], curve_secret[32];

    rng_fill(rng, seed, sizeof seed);
    sign_keypair_from_seed(seed, a->sign_public, &a->sign);
    rng_fill(rng, seed, sizeof seed);
    box_keypair_from_seed(seed, a->box_public, a->box.b);
    rng_fill(rng, seed, sizeof seed);
    box_keypair_from_seed(seed, a->curve_public, curve_secret);
}

static void make_certificate(const struct cast *c, struct actor *a, const struct actor *issuer, struct rng *rng)
{
    struct certificate cert = {
        .network = c->network,
        .subject = a->subject,
        .division = slice_of(a->division),
        .name = slice_of(a->name),
        .may_bundle = (a->roles & 1u << ROLE_OCGC) != 0,
        .not_before = {VALID_FROM_MS},
        .not_after = {VALID_TO_MS},
    };
    struct writer out = writer_over(a->bytes, sizeof a->bytes);

    rng_fill(rng, cert.serial, sizeof cert.serial);
    memcpy(cert.sign_key, a->sign_public, KEY_LEN);
    if (a->subject == SUBJECT_DAEMON)
        memcpy(cert.seal_key, a->box_public, KEY_LEN);
    if (a->subject != SUBJECT_AUTHORITY)
        memcpy(cert.curve_key, a->curve_public, KEY_LEN);
    for (uint32_t role = 0; role < 32; role++) {
        if ((a->roles & 1u << role) != 0)
            cert.roles[cert.role_count++] = role;
    }
    if (issuer != NULL)
        cert.issuer = issuer->cert;
    certificate_encode(&cert, &out);
    CW_ASSERT(!out.failed);
    a->len = out.len;
    cert_id_of(slice(a->bytes, a->len), &a->cert);
}

static void make_actor(const struct cast *c, struct actor *a, enum subject_kind subject, const char *division,
                       const char *name, uint32_t roles, struct rng *rng)
{
    a->subject = subject;
    a->roles = roles;
    copy_text(a->division, sizeof a->division, division);
    copy_text(a->name, sizeof a->name, name);
    make_keys(a, rng);
    make_certificate(c, a, subject == SUBJECT_AUTHORITY ? NULL : &c->authority, rng);
}

static void make_genesis(struct cast *c, struct rng *rng)
{
    struct network_genesis genesis = {.name = slice_of("simulated"), .root_key_count = 1, .threshold = 1};
    struct writer out = writer_over(c->genesis, sizeof c->genesis);
    uint8_t seed[32];

    rng_fill(rng, seed, sizeof seed);
    sign_keypair_from_seed(seed, c->root_public, &c->root_secret);
    rng_fill(rng, genesis.nonce, sizeof genesis.nonce);
    memcpy(genesis.root_keys[0], c->root_public, KEY_LEN);
    network_genesis_encode(&genesis, &out);
    CW_ASSERT(!out.failed);
    c->genesis_len = out.len;
    network_id_of(slice(c->genesis, c->genesis_len), &c->network);
}

static void make_actors(struct cast *c, uint32_t divisions, struct rng *rng)
{
    char name[NAME_LEN_MAX + 1];

    make_actor(c, &c->authority, SUBJECT_AUTHORITY, "ZZ", "ZZ authority", 0, rng);
    for (uint32_t d = 0; d < divisions; d++) {
        snprintf(name, sizeof name, "%s daemon", division_codes[d]);
        make_actor(c, &c->daemons[d], SUBJECT_DAEMON, division_codes[d], name, 1u << ROLE_SYS, rng);
        for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++) {
            snprintf(name, sizeof name, "%s %s", division_codes[d], posts[i].title);
            make_actor(c, &c->officers[d][i], SUBJECT_PERSON, division_codes[d], name, posts[i].roles, rng);
        }
    }
    make_actor(c, &c->late, SUBJECT_PERSON, division_codes[0], "late sergeant", posts[OFFICER_SUP].roles, rng);
    make_actor(c, &c->stranger, SUBJECT_PERSON, division_codes[0], "stranger", posts[OFFICER_INSP].roles, rng);
}

/* --- records ------------------------------------------------------------------------------------------- */

static void record_done(struct hand_record *r, enum authority_act act, const struct writer *out)
{
    CW_ASSERT(!out->failed);
    r->act = act;
    r->len = out->len;
}

static void record_issue(const struct cast *c, const struct actor *a, struct hand_record *r)
{
    struct act_issue issue = {.certificate = slice(a->bytes, a->len)};
    struct writer out = writer_over(r->body, sizeof r->body);

    sign_bytes(LABEL_CERT, &c->network, issue.certificate, &c->authority.sign, &issue.issuer);
    sign_bytes(LABEL_POSSESSION, &c->network, issue.certificate, &a->sign, &issue.possession);
    act_issue_encode(&issue, &out);
    record_done(r, ACT_ISSUE, &out);
}

static void record_members(const struct cast *c, uint32_t divisions, struct hand_record *r)
{
    struct cert_id members[DIVISIONS_MAX];
    struct act_membership act = {.audience = slice_of("force"), .added_count = divisions, .added = members};
    struct writer out = writer_over(r->body, sizeof r->body);

    for (uint32_t d = 0; d < divisions; d++)
        members[d] = c->daemons[d].cert;
    act_membership_encode(&act, &out);
    record_done(r, ACT_MEMBERSHIP, &out);
}

static void record_policy(const char *name, const char *value, struct hand_record *r)
{
    struct act_policy act = {slice_of(name), slice_of(value)};
    struct writer out = writer_over(r->body, sizeof r->body);

    act_policy_encode(&act, &out);
    record_done(r, ACT_POLICY, &out);
}

static void record_admit(const struct cast *c, struct hand_record *r)
{
    struct act_admit_authority act = {.certificate = slice(c->authority.bytes, c->authority.len),
                                      .log = c->authority_log};
    struct writer out = writer_over(r->body, sizeof r->body);

    sign_bytes(LABEL_CERT, &c->network, act.certificate, &c->authority.sign, &act.issuer);
    act_admit_authority_encode(&act, &out);
    record_done(r, ACT_ADMIT_AUTHORITY, &out);
}

static void write_segments(struct cast *c, uint32_t divisions)
{
    struct hand_record *records = calloc(DIVISIONS_MAX * (OFFICERS_PER_DIVISION + 1) + 10, sizeof *records);
    struct hand_log root, authority;
    uint32_t count = 0;

    CW_ASSERT(records != NULL);
    hand_log_open(c, &root, LOG_ROOT, NULL);
    hand_log_open(c, &authority, LOG_AUTHORITY, &c->authority);
    c->root_log = root.log;
    c->authority_log = authority.log;

    record_admit(c, &records[0]);
    c->frames[SEGMENT_ROOT] = hand_log_write(c, &root, records, 1, &c->frame_lens[SEGMENT_ROOT]);

    for (uint32_t d = 0; d < divisions; d++) {
        record_issue(c, &c->daemons[d], &records[count++]);
        for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++)
            record_issue(c, &c->officers[d][i], &records[count++]);
    }
    record_members(c, divisions, &records[count++]);
    record_policy("clock.M8.duration_s", "172800", &records[count++]);
    record_policy("clock.M1.duration_s", "6", &records[count++]); /* so that duties are missed in a world's time */
    record_policy("clock.M1.soon_s", "2", &records[count++]);
    record_policy("clock.M1.step_s", "4", &records[count++]);
    record_policy("clock.W1.high.duration_s", "8", &records[count++]);
    record_policy("clock.W1.live.duration_s", "8", &records[count++]);
    c->frames[SEGMENT_AUTHORITY] = hand_log_write(c, &authority, records, count, &c->frame_lens[SEGMENT_AUTHORITY]);

    record_issue(c, &c->late, &records[0]);
    c->frames[SEGMENT_LATE] = hand_log_write(c, &authority, records, 1, &c->frame_lens[SEGMENT_LATE]);
    free(records);
}

/* --- one per number of divisions -------------------------------------------------------------------------- */

static struct cast *casts[DIVISIONS_MAX + 1];

const struct cast *cast_get(uint32_t divisions)
{
    CW_ASSERT(divisions >= 1 && divisions <= DIVISIONS_MAX);
    if (casts[divisions] == NULL) {
        struct cast *c = calloc(1, sizeof *c);
        struct rng rng = rng_of(CAST_SEED, divisions);

        CW_ASSERT(c != NULL && crypto_init());
        make_genesis(c, &rng);
        make_actors(c, divisions, &rng);
        write_segments(c, divisions);
        c->cache = verify_cache_new();
        CW_ASSERT(c->cache != NULL);
        casts[divisions] = c;
    }
    return casts[divisions];
}

void cast_free_all(void)
{
    for (uint32_t i = 0; i <= DIVISIONS_MAX; i++) {
        if (casts[i] == NULL)
            continue;
        for (uint32_t f = 0; f < SEGMENT_COUNT; f++)
            free(casts[i]->frames[f]);
        verify_cache_free(casts[i]->cache);
        free(casts[i]);
        casts[i] = NULL;
    }
}

struct cw_slice cast_frame(const struct cast *c, enum segment segment)
{
    return slice(c->frames[segment], c->frame_lens[segment]);
}
