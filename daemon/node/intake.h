/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_INTAKE_H
#define CASEWIRE_NODE_INTAKE_H

/*
 * Raw bytes in, verified input out: everything that costs CPU and needs no order happens here, before the
 * turn, on any thread. Nothing is stored and nothing in the node changes but its verdict cache. Everything
 * an input points to lives in the caller's arena, or borrows from the frame: keep both until node_turn took it.
 */

#include "node/node.h"
#include "proto/client.pb-c.h"
#include "proto/link_end.h"
#include "proto/submission.h"
#include "vault/vault.h"

/* Who stands at the other end, as the transport authenticated it. */
struct reader_identity {
    link_id link;
    bool admin; /* the admin socket: cert is zero */
    struct cert_id cert;
    enum subject_kind subject;
};

/* --- peers ------------------------------------------------------------------------------------------- */

/* What intake found about one entry, by position in its batch. */
struct entry_check {
    bool
        says_its_op; /* its submission is in the grammar, and is the op's that its header names: else it says nothing */
    bool author_known;
    bool proof_ok;
    uint8_t parts, wraps; /* bit per blob that came and matches the header's hash; others are not stored */
    bool envelopes;
    uint8_t opened;                      /* bit per part: opened here and matches its commitment */
    struct cw_slice payloads[PARTS_MAX]; /* of opened parts, where they are kept at hand; data NULL: not */
};

struct verified_message {
    struct peer_message message;
    size_t frame_len;
    bool signature_ok;             /* FRONTIER, FORK_PROOF */
    bool signer_unknown;           /* FORK_PROOF: the log's certificate is not known here yet */
    struct batch_verdict *batches; /* ENTRIES: one per batch */
    struct entry_check **checks;   /* ENTRIES: per batch, per entry */
};

/* --- submissions --------------------------------------------------------------------------------------- */

/* A submission that is valid by itself: only order, dedupe and the case's present state are left to the turn. */
struct prepared {
    struct submission_header header;
    struct author_proof proof;
    struct cw_slice header_bytes, proof_bytes, path_bytes;
    struct cw_op_id op_id;
    struct hash submission_hash;
    struct cw_case_id case_id; /* the opened case's when it opens one */
    uint32_t part_count;
    struct cw_slice payloads[PARTS_MAX]; /* unpadded, in clear, for the fold of this turn */
    struct cw_slice blobs[PARTS_MAX];    /* ciphertext, or r and padded payload in clear */
    struct part_hash hashes[PARTS_MAX];
    struct part_key keys[PARTS_MAX]; /* CASE */
    bool wrapped;                    /* false: the audience had no key yet: the turn wraps */
    struct key_record_id key_record;
    struct cw_slice wraps;
    uint32_t held_by;
    uint32_t deadline_ms;
};

/* --- inputs of a turn ---------------------------------------------------------------------------------- */

enum input_kind {
    INPUT_TICK,      /* node_wake_at has come */
    INPUT_LINK_UP,   /* an authenticated daemon: dialled by us (the link id of net.dial) or incoming */
    INPUT_LINK_DOWN, /* a daemon's or a client's link is gone */
    INPUT_PEER,
    INPUT_SUBMIT,
    INPUT_PUBLISH, /* sealed segments of the admin socket or a join bundle */
    INPUT_CUT,     /* lab: cut or heal the links with one division, or all */
    INPUT_PEERS,   /* the settings were read again: whom to dial from now on */
    INPUT_FOLD,    /* a question about what folding makes: the cases that wait for it are folded first */
};

struct input {
    enum input_kind kind;
    struct reader_identity who; /* link: whose input this is, where an answer goes; 0: nobody waits */
    uint8_t request_id[16];     /* SUBMIT, PUBLISH, CUT, PEERS: the answer carries it */
    bool track;                 /* the answer carries a session's token */
    size_t session_count;       /* SUBMIT: what the session has seen: a refusal for want of it is none */
    const ProtobufCBinaryData *sessions;
    union {
        struct {
            char division[DIVISION_LEN_MAX + 1];
            bool incoming;
        } link_up;
        struct {
            enum link_end end; /* NONE: we ended it, or nobody knows */
        } link_down;
        const struct verified_message *peer;
        const struct prepared *submit;
        struct {
            const struct cw_slice *frames; /* each a PeerMessage frame holding ENTRIES */
            uint32_t count;
        } publish;
        struct {
            char division[DIVISION_LEN_MAX + 1]; /* "": all */
            bool on;
        } cut;
        struct {
            const char *said; /* what changed, for whoever asked; borrowed for the turn */
        } peers;
    } as;
};

/*
 * A peer's frame. CW_PEER_MALFORMED (the session should end: give the node a LINK_DOWN and hang up) or
 * CW_LOCAL_MEMORY (arena below 8 MiB). A frame whose signatures fail is an input all the same: the core
 * decides what that means for the session. Threads: any.
 */
enum cw_err intake_peer(struct node *n, const struct reader_identity *from, struct cw_slice frame, struct arena *arena,
                        struct input *out);

enum intake_result {
    INTAKE_TURN, /* *out_input is for node_turn */
    INTAKE_READ, /* *out_request is for answer_read */
    INTAKE_FOLD, /* *out_input is for node_turn, *out_request for answer_read after it: what was written before shows */
    INTAKE_FEED, /* *out_request is for feeds_ask */
    INTAKE_ANSWER, /* refused: out_answer holds the answer's frame */
};
/* A client's frame: Request. out_answer has at least ANSWER_REFUSAL_LEN_MAX bytes of room. Threads: any. */
#define ANSWER_REFUSAL_LEN_MAX 1024
enum intake_result intake_client(struct node *n, const struct reader_identity *from, struct cw_slice frame,
                                 struct arena *arena, struct input *out_input, const Cw__Request **out_request,
                                 struct writer *out_answer);

/* The other inputs: nothing to verify. */
struct input input_tick(void);
struct input input_link_up(const struct reader_identity *peer, const char *division, bool incoming);
struct input input_link_down(link_id link);
struct input input_cut(const char *division, bool on);
struct input input_peers(const char *said);
struct input input_publish(const struct cw_slice *frames, uint32_t count);
/* One segment (the bytes of a cw.Entries, from a join bundle) as a frame for input_publish, in the arena. */
enum cw_err intake_segment(struct cw_slice entries, struct arena *arena, struct cw_slice *out_frame);

#endif
