/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASEWIRE_H
#define CASEWIRE_CASEWIRE_H

/**
 * libcasewire: what another program needs to talk to its division's daemon, and to believe what it hears.
 *
 * The library has no global state, prints nothing, installs no signal handler and never ends the process
 * because of bytes from outside: a daemon may be hostile, so every answer is bounded and checked before it
 * is unpacked. Functions block up to the time they are given. One thread uses a handle at a time; different
 * handles may be used by different threads. Handles do not survive fork().
 *
 * Every close and free accepts NULL. Outputs are untouched on failure, except a fault, which explains it.
 */

#include <casewire/error.h>
#include <casewire/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_VERSION_TEXT "0.1.0"
#define CW_TIMEOUT_MS_MAX 600000
#define CW_MESSAGE_LEN_MAX 1048576 /**< one request or answer */
#define CW_LIST_LIMIT_MAX 200
#define CW_FAULT_TEXT_LEN_MAX 240
#define CW_DIVISION_LEN_MAX 16

/** "0.1.0". Threads: any. */
CW_PUBLIC const char *cw_version(void);

/** What went wrong, as a person reads it. Texts are clean UTF-8 and end with a NUL. */
struct cw_fault {
    enum cw_err code;
    char where[48];                   /**< field, part, file or address; "" when the whole */
    char text[CW_FAULT_TEXT_LEN_MAX]; /**< one sentence */
};

/* --- identity ---------------------------------------------------------------------------------------- */

/** Who speaks: the secret keys and the certificate of one person, regional unit or daemon. */
struct cw_identity;

struct cw_identity_options {
    size_t size;                /**< sizeof(struct cw_identity_options): grows in later versions */
    struct cw_slice key_file;   /**< bytes of the key file, as `casewire authority issue` wrote it */
    struct cw_slice passphrase; /**< empty for a file without one */
    struct cw_slice certificate;
};

/**
 * Opens a key file and checks that its keys are those of the certificate.
 *
 * @param options       borrowed for the call
 * @param out_identity  closed with cw_identity_close(), which wipes the keys
 * @param out_fault     may be NULL
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_KEY           damaged, wrong passphrase, or keys of another certificate
 *           CW_REFUSED_MALFORMED   not a certificate
 *           CW_LOCAL_MEMORY
 * Blocks    up to a second: the passphrase is stretched on purpose
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_identity_open(const struct cw_identity_options *options,
                                                     struct cw_identity **out_identity, struct cw_fault *out_fault);
CW_PUBLIC void cw_identity_close(struct cw_identity *identity);
/** The hash that names the certificate. Threads: any. */
CW_PUBLIC void cw_identity_id(const struct cw_identity *identity, uint8_t out_id[CW_ID_LEN]);
/** The network the certificate belongs to. Threads: any. */
CW_PUBLIC void cw_identity_network(const struct cw_identity *identity, uint8_t out_network[CW_ID_LEN]);

/* --- a connection ------------------------------------------------------------------------------------ */

/** A connection to one daemon. One thread per handle. */
struct cw_client;

struct cw_client_options {
    size_t size;                        /**< sizeof(struct cw_client_options) */
    uint8_t network_id[CW_ID_LEN];      /**< pinned: another network's daemon is refused */
    const char *address;                /**< "tcp://host:port" of the daemon's client socket */
    uint8_t daemon_key[CW_ID_LEN];      /**< its CURVE public key */
    const struct cw_identity *identity; /**< must outlive the handle */
    const char *admin_socket;           /**< instead of the four above: path of the daemon's Unix socket */
};

/**
 * Makes a handle. Nothing is sent before the first request, so this succeeds while the daemon is away.
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT (the fault says which option), CW_LOCAL_MEMORY, CW_LOCAL_IO
 * Threads   any; the handle then belongs to one thread at a time
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_open(const struct cw_client_options *options,
                                                   struct cw_client **out_client, struct cw_fault *out_fault);
CW_PUBLIC void cw_client_close(struct cw_client *client);
/** Why the last call on this handle failed; never NULL; valid until the next call. */
CW_PUBLIC const struct cw_fault *cw_client_fault(const struct cw_client *client);

/* --- answers ----------------------------------------------------------------------------------------- */

/**
 * A daemon's answer, checked and held until cw_answer_close(). Everything read from it lives as long.
 *
 * What it holds is message Answer of proto/client.proto; a path names one thing in it: "status.in_sync",
 * "view.fields[2].values[0].text". Bindings that have protobuf themselves take the bytes.
 */
struct cw_answer;

CW_PUBLIC void cw_answer_close(struct cw_answer *answer);
/** The cw.Answer protobuf bytes as received. Threads: any. */
CW_PUBLIC struct cw_slice cw_answer_bytes(const struct cw_answer *answer);
/** How many the repeated thing at `path` has; 1 or 0 for a single one that is there or not. Threads: any. */
CW_PUBLIC size_t cw_answer_count(const struct cw_answer *answer, const char *path);
/** Bytes or text at `path`. CW_LOCAL_NOT_FOUND: absent; CW_USAGE_ARGUMENT: no such path. Threads: any. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_text(const struct cw_answer *answer, const char *path,
                                                   struct cw_slice *out_text);
/** Number or flag (0, 1) at `path`; errors as cw_answer_text(). Threads: any. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_number(const struct cw_answer *answer, const char *path,
                                                     int64_t *out_number);

/* --- asking ------------------------------------------------------------------------------------------
 *
 * Each of these sends one request and waits for its answer:
 *
 * Returns   CW_OK, or
 *           CW_USAGE_ARGUMENT     see cw_client_fault()
 *           CW_AGAIN_NO_DAEMON    no answer within timeout_ms; the fault says whether nothing listens there,
 *                                 or something listens and would not talk to this key
 *           CW_PEER_MALFORMED     the daemon sent bytes that cannot be read; the connection is made anew
 *           any CW_REFUSED_, CW_AGAIN_, CW_LOCAL_ code of the daemon, its sentence in the fault
 * Blocks    up to timeout_ms (1 to CW_TIMEOUT_MS_MAX)
 * Threads   one thread per handle
 */

/** One case or operation. `name`: its id, a unique beginning of it, or its reference. Answer: view. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_get(struct cw_client *client, struct cw_slice name, int32_t timeout_ms,
                                                  struct cw_answer **out_answer);

struct cw_list_query {
    size_t size;            /**< sizeof(struct cw_list_query) */
    uint32_t kind;          /**< 0: all */
    uint32_t limit;         /**< 0: 50; at most CW_LIST_LIMIT_MAX */
    struct cw_slice after;  /**< "list.next" of the page before; empty for the first */
    struct cw_slice prefix; /**< reference, title or operation name starts with this */
    int conflicts_only;
};
/** Answer: list. `query` may be NULL. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_list(struct cw_client *client, const struct cw_list_query *query,
                                                   int32_t timeout_ms, struct cw_answer **out_answer);
/** Answer: history, newest first, at most `limit` (0: the daemon's default). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_history(struct cw_client *client, struct cw_slice name, uint32_t limit,
                                                      struct cw_slice after, int32_t timeout_ms,
                                                      struct cw_answer **out_answer);
/** Answer: status. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_status(struct cw_client *client, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);
/** Answer: peers. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_peers(struct cw_client *client, int32_t timeout_ms,
                                                    struct cw_answer **out_answer);
/** Answer: schema. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_schema(struct cw_client *client, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);
/** Answer: authority; with the certificates when asked. They are the daemon's word: see cw_trust. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_authority(struct cw_client *client, int certificates, int32_t timeout_ms,
                                                        struct cw_answer **out_answer);
/** The receipt of an op that is already held. Answer: submitted. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_receipt(struct cw_client *client, const struct cw_op_id *op,
                                                      int32_t timeout_ms, struct cw_answer **out_answer);
/** One chunk of one log above `after`, with opened parts when `open`; `log` NULL: the list of logs. Answer: export. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_export(struct cw_client *client, const uint8_t *log, uint64_t after,
                                                     int open, int32_t timeout_ms, struct cw_answer **out_answer);

/** Hands sealed authority segments (cw.Entries bytes) to the daemon. Admin socket only. Answer: published. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_publish(struct cw_client *client, const struct cw_slice *segments,
                                                      size_t segment_count, int32_t timeout_ms,
                                                      struct cw_answer **out_answer);

enum cw_admin_act { CW_ADMIN_CUT = 1, CW_ADMIN_HEAL = 2, CW_ADMIN_STOP = 3 };
/** Cuts or heals the links with one division (NULL: all), or stops the daemon. Admin socket only. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_admin(struct cw_client *client, enum cw_admin_act act,
                                                    const char *division, int32_t timeout_ms,
                                                    struct cw_answer **out_answer);

/* --- writing ----------------------------------------------------------------------------------------- */

/**
 * What an author is about to say: opens a case, sets fields, or records an event. Names of kinds, events
 * and fields, and the texts of values, are those of `casewire schema`; nothing needs a daemon.
 */
struct cw_draft;

enum cw_verb { CW_SET = 1, CW_ADD = 2, CW_REMOVE = 3, CW_STRIKE = 4 };

/** Opens a case of a kind ("ocg", "county_line", "missing_child", "operation"). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_open(const char *kind, struct cw_draft **out_draft,
                                                  struct cw_fault *out_fault);
/** Writes fields of a case. `kind` says which fields there are. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_set(const char *kind, const struct cw_case_id *case_id,
                                                 struct cw_draft **out_draft, struct cw_fault *out_fault);
/** Records something that happened ("arrest", "seizure", ...). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_event(const char *kind, const char *event,
                                                   const struct cw_case_id *case_id, struct cw_draft **out_draft,
                                                   struct cw_fault *out_fault);
CW_PUBLIC void cw_draft_free(struct cw_draft *draft);

/**
 * Adds one write: `value` is text as a person types it ("high", "2018-03-19T16:00Z", "1250.00 GBP").
 *
 * Returns   CW_OK, or CW_REFUSED_UNKNOWN_FIELD, CW_REFUSED_VALUE, CW_REFUSED_TEXT, CW_REFUSED_MARKING,
 *           CW_REFUSED_SIZE (more than 64 writes), CW_LOCAL_MEMORY
 * Order     before cw_draft_sign()
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_write(struct cw_draft *draft, const char *field, enum cw_verb verb,
                                                   struct cw_slice value, struct cw_fault *out_fault);
/** The last write replaces what op `op` wrote as its write number `index`. At most 64 for each write. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_supersedes(struct cw_draft *draft, const struct cw_op_id *op,
                                                        uint32_t index);
/** The ownership epoch the author knew ("view.owner_epoch"): owner-only fields of a later epoch are proposals. */
CW_PUBLIC void cw_draft_epoch(struct cw_draft *draft, uint64_t epoch);
/** The case to open is invented: production daemons refuse it, test daemons refuse anything else. */
CW_PUBLIC void cw_draft_synthetic(struct cw_draft *draft);
/** The author had seen this op and answers it. At most 64. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_after(struct cw_draft *draft, const struct cw_op_id *op);
/** Names an entity, a case or an episode: the first ref of an event on a missing child is the episode. At most 64. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_ref(struct cw_draft *draft, const uint8_t id[CW_ID_LEN]);
/** This event corrects that one. At most 8. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_corrects(struct cw_draft *draft, const struct cw_op_id *op,
                                                      uint32_t index);
/** This event is the same happening as that one (an event id). At most 8. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_same_as(struct cw_draft *draft, const uint8_t event_id[CW_ID_LEN]);

/** A signed submission: the same bytes may be sent any number of times, to any daemon, with one effect. */
struct cw_submission;

/**
 * Signs. The submission id and the blinding of the parts are fresh entropy; `now` is the author's time.
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT, CW_REFUSED_SIZE (a part is too long), CW_LOCAL_MEMORY
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_sign(const struct cw_draft *draft, const struct cw_identity *identity,
                                                  struct cw_wall now, struct cw_submission **out_submission,
                                                  struct cw_fault *out_fault);
CW_PUBLIC void cw_submission_free(struct cw_submission *submission);
CW_PUBLIC void cw_submission_op(const struct cw_submission *submission, struct cw_op_id *out_op);
/** The case the op opens or concerns. */
CW_PUBLIC void cw_submission_case(const struct cw_submission *submission, struct cw_case_id *out_case);
/** cw.Submit bytes, for keeping until a receipt is held. Threads: any. */
CW_PUBLIC struct cw_slice cw_submission_bytes(const struct cw_submission *submission);
/** A submission kept earlier. CW_REFUSED_MALFORMED when the bytes are not one. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_submission_from(struct cw_slice bytes, struct cw_submission **out_submission);

struct cw_ack {
    uint32_t held_by;    /**< 0 or 1: durable at this daemon; k: wait until k divisions hold it */
    int32_t deadline_ms; /**< how long the daemon waits for the other divisions */
};

/**
 * Submits. The answer's "submitted.held_by" says how many divisions hold it, which may be fewer than asked
 * for when the deadline came first: it is durable at this daemon all the same. "submitted.receipt" is
 * believed only after cw_receipt_check().
 *
 * Returns   as above. After CW_AGAIN_NO_DAEMON it is not known whether it arrived: send the same again.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_submit(struct cw_client *client, const struct cw_submission *submission,
                                                     const struct cw_ack *ack, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);

/* --- believing --------------------------------------------------------------------------------------- */

/** The certificates of a network, each proven from the network id through the root log and an authority log. */
struct cw_trust;

/**
 * @param genesis  network genesis record
 * @param pinned   the network id it must hash to; NULL: whatever it hashes to
 *
 * Returns   CW_OK, CW_REFUSED_MALFORMED, CW_REFUSED_NETWORK, CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_new(struct cw_slice genesis, const uint8_t *pinned,
                                                 struct cw_trust **out_trust, struct cw_fault *out_fault);
CW_PUBLIC void cw_trust_free(struct cw_trust *trust);
/** Adds one segment (cw.Entries bytes) of the root log or of an authority log, after checking all of it. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_add(struct cw_trust *trust, struct cw_slice entries,
                                                 struct cw_fault *out_fault);
/** Fetches the root and authority logs from a daemon and adds what is new. Blocks: timeout_ms for each request. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_fetch(struct cw_trust *trust, struct cw_client *client, int32_t timeout_ms,
                                                   struct cw_fault *out_fault);
/** Certificates known so far. */
CW_PUBLIC size_t cw_trust_count(const struct cw_trust *trust);

struct cw_receipt_facts {
    struct cw_op_id op;
    uint8_t log[CW_ID_LEN];
    uint64_t seq;
    char division[CW_DIVISION_LEN_MAX + 1]; /**< whose daemon answered */
    uint32_t held_by;                       /**< distinct divisions proven to hold it, that one included */
};
/**
 * Checks a receipt (cw.Receipt bytes) without a connection.
 *
 * Returns   CW_OK, or the code of the first thing that does not hold, which the fault names
 * Threads   any, while nobody adds to the trust
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_receipt_check(const struct cw_trust *trust, struct cw_slice receipt,
                                                     struct cw_receipt_facts *out_facts, struct cw_fault *out_fault);
/** The same for an answer to cw_client_submit() or cw_client_receipt(), and that it is about `op`. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_check_receipt(const struct cw_answer *answer,
                                                            const struct cw_trust *trust, const struct cw_op_id *op,
                                                            struct cw_receipt_facts *out_facts,
                                                            struct cw_fault *out_fault);

/* --- histories --------------------------------------------------------------------------------------- */

/** Takes one record of an exported history. Anything but CW_OK ends the export with that code. */
typedef enum cw_err cw_record_sink(void *context, struct cw_slice record);

/**
 * Exports everything the daemon holds, root and authority logs first, as records of docs/protocol.md §8
 * (the sink adds the be32 length). `open` adds the parts that this reader may read.
 *
 * Blocks    timeout_ms for each of its requests
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_export_history(struct cw_client *client, int open, int32_t timeout_ms,
                                                             cw_record_sink *sink, void *context);

/** Checks an exported history, record by record. Needs no daemon. */
struct cw_verify;

struct cw_verify_finding {
    uint64_t record; /**< number of the record in the file, from 1 */
    int has_log;     /**< the next two say where */
    uint8_t log[CW_ID_LEN];
    uint64_t seq;          /**< 0: the log as a whole */
    struct cw_fault fault; /**< what and why */
};
struct cw_verify_counts {
    uint64_t records, logs, seals, entries, submissions, certificates;
    uint64_t parts_held, parts_missing, parts_opened;
    uint64_t voids; /**< entries whose author or proof does not count: stored, without effect */
};

/** @param pinned  network id the history must belong to; NULL: the one it names */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_new(const uint8_t *pinned, struct cw_verify **out_verify);
CW_PUBLIC void cw_verify_free(struct cw_verify *verify);
/** Takes the next record, in order. CW_LOCAL_MEMORY, else CW_OK: what does not hold becomes a finding. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_record(struct cw_verify *verify, struct cw_slice record);
/** No more records: a history that stops early is a finding. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_finish(struct cw_verify *verify);
/** Findings so far, at most 100 are kept. None after cw_verify_finish(): everything holds. */
CW_PUBLIC size_t cw_verify_finding_count(const struct cw_verify *verify);
CW_PUBLIC const struct cw_verify_finding *cw_verify_finding_at(const struct cw_verify *verify, size_t index);
CW_PUBLIC void cw_verify_counts_of(const struct cw_verify *verify, struct cw_verify_counts *out_counts);
/** The network the history belongs to; false (0) before its first record. */
CW_PUBLIC int cw_verify_network(const struct cw_verify *verify, uint8_t out_network[CW_ID_LEN]);

#ifdef __cplusplus
}
#endif

#endif
