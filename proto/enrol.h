/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_ENROL_H
#define CASEWIRE_PROTO_ENROL_H

/*
 * The two files by which a division's daemon comes into a network (docs/protocol.md §8.3, §8.4). They travel by mail, stick or
 * paste, so each is bounded, in the strict grammar, and signed as a whole:
 *
 *   request   from the new host: the certificate that it asks for, with the holder's proof of possession in it already.
 *             The secret keys never leave the host.
 *   join      from the authority: the network's genesis, root and authority logs, where members listen. With a member it is
 *             the answer to a request; without one an invitation, which a request is made from.
 *
 * Pure functions. A parsed struct borrows from the bytes it was parsed from.
 */

#include "proto/sign.h"

#define ENROL_LEN_MAX 8192
#define ENROL_TITLE_LEN_MAX 24
#define ENROL_ADDRESS_LEN_MAX 200
#define JOIN_LEN_MAX ((size_t)32 << 20)
#define JOIN_SEGMENTS_MAX 65536
#define JOIN_PEERS_MAX 16

struct enrol_request {
    struct cw_slice certificate; /* as it is to be issued: subject daemon, this network, this authority */
    struct cw_slice title;       /* what the host calls the division: a-z, 0-9 and -, a letter first */
    struct cw_slice address;     /* tcp://HOST:PORT, where it will listen for other divisions */
    struct signature possession; /* LABEL_POSSESSION over the certificate, by its sign_key */
    struct signature holder;     /* LABEL_ENROL over all bytes before this field, by the same key */
};

struct join_member {
    struct cert_id cert; /* in the authority's log */
    struct cw_slice title, address;
};

struct join {
    struct cw_slice genesis;  /* of the network */
    struct cert_id authority; /* who signs this file */
    uint32_t segment_count;
    const struct cw_slice *segments; /* cw.Entries bytes as published: root log, then the authority's; in the arena */
    bool has_member;
    struct join_member member;
    uint32_t peer_count;
    struct join_member peers[JOIN_PEERS_MAX];
    struct signature signature; /* LABEL_JOIN over all bytes before this field, by the authority's key */
};

/* Grammar and bounds only. CW_REFUSED_MALFORMED, CW_REFUSED_SIZE, CW_REFUSED_VERSION; CW_LOCAL_MEMORY: the arena is full. */
enum cw_err enrol_request_parse(struct cw_slice bytes, struct enrol_request *out);
enum cw_err join_parse(struct cw_slice bytes, struct arena *arena, struct join *out); /* at most 1 MiB of arena */
void enrol_request_encode(const struct enrol_request *in, struct writer *out);
void join_encode(const struct join *in, struct writer *out); /* an overflow is left in the writer */

/* The same with the last field made here: over whatever else the struct says. */
void enrol_request_sign(struct enrol_request *in, const struct network_id *network, const struct sign_secret *holder,
                        struct writer *out);
void join_sign(struct join *in, const struct network_id *network, const struct sign_secret *authority,
               struct writer *out);

/*
 * Whether the certificate inside is one of a daemon, whole and with usable keys, and both signatures are its holder's.
 * *out_cert borrows from the bytes. CW_REFUSED_MALFORMED, CW_REFUSED_VALUE: its keys, CW_REFUSED_SIGNATURE.
 */
enum cw_err enrol_request_verify(struct cw_slice bytes, const struct enrol_request *request,
                                 struct certificate *out_cert);
bool join_verify(struct cw_slice bytes, const struct join *join, const struct network_id *network,
                 const uint8_t authority[static KEY_LEN]);

/* What the spoken words of a request are made of, and those of a network: H_enrol of the file, or the network id. */
void enrol_hash(struct cw_slice request, struct hash *out);

/* Shared with those who type them. */
bool enrol_title_ok(struct cw_slice title);
bool enrol_address_ok(struct cw_slice address); /* nothing in it that a settings file would take for more than text */

#endif
