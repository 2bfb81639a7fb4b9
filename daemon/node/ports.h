/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_PORTS_H
#define CASEWIRE_NODE_PORTS_H

/*
 * The only way from the node to the outside: each port is a table of functions and a context. main/plug.h
 * plugs the drivers in; the simulator plugs worlds in. For each function: who calls it, and whether it
 * may block, is said where it differs from "node thread; may block on the disk".
 *
 * No driver includes this header: main/ adapts (a driver has its own header and types).
 */

#include "core/event.h"
#include "proto/bytes.h"
#include "proto/sign.h"

/* --- store: ordered tables of byte keys and values, one writer, snapshot readers --------------------- */

enum table {
    TABLE_META = 0,  /* format, store id, network genesis, counters */
    TABLE_LOG,       /* log id -> log head row */
    TABLE_ENTRY,     /* log id, be64 seq -> entry header, submission header, proof */
    TABLE_SEAL,      /* log id, be64 last -> seal and signatures */
    TABLE_BLOB,      /* log id, be64 seq, kind, index -> ciphertext, wraps, envelopes (detached) */
    TABLE_OP,        /* op id -> its entries and verdict; behind it, further entries */
    TABLE_SUBMIT_ID, /* author cert, submission id -> op id */
    TABLE_CASE_OP,   /* case id, be64 hlc, op id -> verdict, flags */
    TABLE_CASE,      /* case id -> state row (encrypted), summary, digest leaf */
    TABLE_INDEX,     /* kind of index, key -> case id: reference, kind and update order, author, key record */
    TABLE_PENDING,   /* entries that build on what is not here yet; cases to fold */
    TABLE_FEED,      /* be64 arrival -> log, seq */
    TABLE_PEER,      /* certificate -> last signed frontier */
    TABLE_FORK,      /* log id -> proof */
    TABLE_KEY,       /* key record id -> record, where its envelopes are */
    TABLE_COUNT
};

struct kv_txn;

struct kv_pair {
    struct cw_slice key, value; /* borrowed: valid until the next write in the same txn, or its end */
};

struct store_port {
    void *ctx;
    /* Node thread only. One at a time. */
    enum cw_err (*begin_write)(void *ctx, struct kv_txn **out);
    /* Durable when it returns CW_OK. Anything else: the txn is gone; CW_LOCAL_NO_SPACE changed nothing and the
     * store goes on; any other error: stop sequencing (the anchor is marked failed), the process restarts. */
    enum cw_err (*commit)(void *ctx, struct kv_txn *txn);
    void (*abort)(void *ctx, struct kv_txn *txn); /* ends read txns too; NULL allowed */
    /* Any thread. Short: never across a network wait. */
    enum cw_err (*begin_read)(void *ctx, struct kv_txn **out);

    enum cw_err (*get)(struct kv_txn *txn, enum table table, struct cw_slice key,
                       struct cw_slice *out); /* CW_LOCAL_NOT_FOUND */
    enum cw_err (*put)(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value);
    enum cw_err (*del)(struct kv_txn *txn, enum table table, struct cw_slice key); /* absent: CW_OK */
    /* First pair with key >= from (or > from when after), or, backwards, the last with key <= from (< when after). */
    enum cw_err (*next)(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out);
    enum cw_err (*prev)(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out);

    /* Bytes free for more, and whether the low-water mark (5 % or 1 GiB) is passed. Does not block. */
    bool (*low_on_space)(void *ctx);
    void (*identity)(void *ctx, uint64_t *out_device, uint64_t *out_inode);
    /* A copy that was made as a backup, which no decision has taken over yet: its log is never continued. */
    bool (*is_backup)(void *ctx);
    /* The mark goes with this write transaction's commit, and stays when that fails. */
    enum cw_err (*clear_backup)(struct kv_txn *txn);
    /* Acknowledged commits may be missing, and nobody has said that it is dealt with. NULL: that is not known. */
    bool (*is_cut_short)(void *ctx);
    void (*note_cut_short)(void *ctx); /* so, from now on */
};

#define KV_KEY_LEN_MAX 500 /* LMDB's 511, with room */

/* --- the rest --------------------------------------------------------------------------------------- */

struct clock_port {
    void *ctx;
    struct cw_mono (*mono)(void *ctx); /* any thread */
    struct cw_wall (*wall)(void *ctx);
};

struct entropy_port {
    void *ctx;
    void (*fill)(void *ctx, void *out, size_t len); /* any thread */
};

/* This daemon's secrets stay behind these calls. Any thread. */
struct signer_port {
    void *ctx;
    void (*sign)(void *ctx, enum label label, struct cw_slice bytes, struct signature *out);
    const struct box_secret *(*seal_secret)(void *ctx); /* for envelopes addressed to us */
};

struct allowed_key {
    uint8_t curve_key[KEY_LEN];
    struct cert_id cert;
    enum subject_kind subject;
    enum cert_standing standing; /* one key may be listed twice: the last one that is good speaks for it */
};

struct net_port {
    void *ctx;
    /* None of these blocks: the driver queues; a full queue drops the link, never a byte silently. */
    void (*send)(void *ctx, link_id link, struct cw_slice frame);
    void (*dial)(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN]);
    void (*hang)(void *ctx, link_id link);
    void (*kick)(void *ctx, const struct cert_id *cert);
    /* The whole list, replaces; connections of certificates that are not good in it end. */
    void (*allow)(void *ctx, const struct allowed_key *keys, size_t count);
    size_t allow_max; /* how many it takes */
};

struct anchor_port {
    void *ctx;
    enum cw_err (*read)(void *ctx, uint8_t *out, size_t len);          /* CW_LOCAL_NOT_FOUND, CW_LOCAL_CORRUPT */
    enum cw_err (*write)(void *ctx, const uint8_t *bytes, size_t len); /* one pwrite */
    void (*boot_id)(void *ctx, uint8_t out[static 16]);
};

/* Keyring: one file of local keys outside the store. Appends are durable when write returns. */
struct keyring_port {
    void *ctx;
    enum cw_err (*read)(void *ctx, uint64_t offset, uint8_t *out, size_t len); /* CW_LOCAL_NOT_FOUND past the end */
    enum cw_err (*write)(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len);
};

enum journal_level { JOURNAL_DEBUG, JOURNAL_INFO, JOURNAL_WARNING, JOURNAL_ALARM };
/* What a line is about, for those who search; NULL: nothing of that kind. */
struct journal_about {
    const char *peer;    /* division code */
    const char *code;    /* an error's name */
    const char *case_id; /* hexadecimal, or the beginning of it */
    const char *log;     /* likewise */
    const char *roles;   /* codes of whom it reaches, as "INSP, SUPT" */
};
struct journal_port {
    void *ctx;
    /* id: stable, e.g. "fork-proven"; text holds ids, never a person's data; about may be NULL. Any thread. */
    void (*write)(void *ctx, enum journal_level level, const char *id, const char *text,
                  const struct journal_about *about);
};

struct node_peer;
struct duty_notice;

/* Duties whose moment came: whoever pages somebody. */
struct duty_port {
    void *ctx;
    /*
     * Beside the journal's line, once for each moment; again when the turn that says it fails, or the process dies before its
     * commit. Node thread; must not block. The notice (node/duty_notice.h) is borrowed for the call.
     */
    void (*tell)(void *ctx, const struct duty_notice *notice);
};

/* The settings' file, for what may change while the daemon runs. */
struct settings_port {
    void *ctx;
    /*
     * Reads it again. CW_OK: *out_said (in the arena) is what changed, in words. Otherwise nothing changed, and *why says
     * where the file is wrong. Threads: any.
     */
    enum cw_err (*reload)(void *ctx, struct arena *arena, const char **out_said, struct refusal *why);
    /* All daemons to dial, as it was read last; in the arena. Threads: any. */
    enum cw_err (*peers)(void *ctx, struct arena *arena, struct node_peer **out, uint32_t *out_count);
};

struct ports {
    struct store_port store;
    struct clock_port clock;
    struct entropy_port entropy;
    struct signer_port signer;
    struct net_port net;
    struct anchor_port anchor;
    struct keyring_port keyring;
    struct journal_port journal;
    struct settings_port settings; /* reload NULL: there is no file */
    struct duty_port duty;         /* tell NULL: nobody listens */
};

#endif
