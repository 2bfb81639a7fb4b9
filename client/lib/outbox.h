/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_OUTBOX_H
#define CASEWIRE_LIB_OUTBOX_H

/*
 * The file of an outbox: a header of 24 bytes, then records.
 *
 *   header   "cwoutbox" | version | 3 zeros | 8 bytes of the key's check | first 4 bytes of H(all before)
 *   record   "cwor" | be64 entry | be32 len | 24 bytes nonce | len bytes of XChaCha20-Poly1305
 *
 * What authenticates a record covers its place in the file and the first 16 bytes of its head. So a reader who has lost
 * its place goes on at the next "cwor" that authenticates: damage costs the records it touches and no others. All
 * numbers are big-endian.
 *
 *   outbox_file.c    the file: header and records
 *   outbox_scan.c    finding the records again, damage or not
 *   outbox_record.c  what a record says
 *   outbox_load.c    from records to entries
 *   outbox_lost.c    which entries a damaged piece had
 *   outbox.c         open, add, look, forget
 *   outbox_send.c    from entries to requests
 *   outbox_attach.c  on a handle: in its rounds, and waited for
 *   outbox_fold.c    room in the session that its handle keeps
 *   outbox_trust.c   the certificates that a receipt names and that are not known yet
 *   outbox_compact.c the file anew
 *   outbox_aside.c   keeping a damaged file
 *   outbox_said.c    what an entry is about
 */

#include <casewire/outbox.h>

#include "lib/client.h"
#include "lib/trust.h"
#include "proto/buf.h"

/* --- records -------------------------------------------------------------------------------------------------- */

enum record_kind {
    RECORD_ADD = 1,
    RECORD_SENT = 2,
    RECORD_STORED = 3,
    RECORD_REFUSED = 4, /* with CW_LOCAL_UNPROVEN: done, and stored as it was */
    RECORD_FORGOTTEN = 5,
};

struct outbox_record {
    enum record_kind kind;
    struct cw_op_id op;
    uint32_t wanted; /* ADD */
    int32_t deadline_ms;
    struct cw_slice submission; /* ADD: cw.Submit */
    uint32_t held_by;           /* STORED */
    char division[CW_DIVISION_LEN_MAX + 1];
    struct cw_slice receipt; /* STORED: cw.Receipt */
    struct cw_fault fault;   /* REFUSED */
};

enum cw_err record_encode(const struct outbox_record *record, struct buf *out);
/* CW_LOCAL_CORRUPT: we wrote it, or somebody who has the key. The record borrows from bytes. */
enum cw_err record_decode(struct cw_slice bytes, struct outbox_record *out);

/* --- the file ---------------------------------------------------------------------------------------------------- */

#define OUTBOX_HEADER_LEN 24
#define OUTBOX_HEAD_LEN 40       /* of a record */
#define OUTBOX_PLAIN_HEAD_LEN 16 /* of that: without the nonce */
#define OUTBOX_MAGIC_LEN 4
#define OUTBOX_TAG_LEN 16
#define OUTBOX_RECORD_LEN_MAX (CW_MESSAGE_LEN_MAX + 4096) /* of what is encrypted */

struct outbox_file {
    int fd;
    uint64_t size; /* up to where it is whole as far as this process wrote; records are added there */
    uint8_t key[32];
    bool dirty; /* written and not flushed */
    struct buf frame;
};

struct outbox_visitor {
    void *context;
    /* A record in order. `len` is of the whole record in the file. */
    enum cw_err (*record)(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain);
    enum cw_err (*damage)(void *context, const struct cw_outbox_damage *damage);
};

/* A new file for its owner only, empty but for its header, flushed and locked. It must not exist, unless `replace`. */
enum cw_err outbox_file_create(const char *path, bool replace, const uint8_t key[static 32], struct outbox_file *out,
                               struct cw_fault *fault);
/* An existing one, locked. CW_LOCAL_NOT_FOUND: there is none. */
enum cw_err outbox_file_open(const char *path, const uint8_t key[static 32], struct outbox_file *out,
                             struct cw_fault *fault);
void outbox_file_close(struct outbox_file *file);
/* Reads the whole file. Errors of the visitor end it; CW_LOCAL_KEY, CW_LOCAL_FORMAT, CW_LOCAL_CORRUPT as cw_outbox_open. */
enum cw_err outbox_file_scan(struct outbox_file *file, const struct outbox_visitor *visitor, struct cw_fault *fault);
/* Adds a record, not yet flushed. On failure the file is as before. */
enum cw_err outbox_file_append(struct outbox_file *file, uint64_t number, struct cw_slice plain, uint64_t *out_offset,
                               uint32_t *out_len);
enum cw_err outbox_file_sync(struct outbox_file *file);
/* Cuts off what was appended since the file had this size, and was not flushed. */
void outbox_file_cut(struct outbox_file *file, uint64_t size);
/* The record that begins at offset. CW_LOCAL_NOT_FOUND: none that is whole does. *out_len: of all of it in the file. */
enum cw_err outbox_file_take(struct outbox_file *file, uint64_t offset, uint64_t *out_number, uint32_t *out_len,
                             struct buf *out_plain);
/* Whether a whole record fills these bytes, but for the length that its head says: then the head is damaged. */
bool outbox_file_fills(struct outbox_file *file, uint64_t offset, uint64_t len, struct buf *scratch);
/* CW_OK, CW_LOCAL_KEY, CW_LOCAL_FORMAT; CW_LOCAL_CORRUPT: damaged, which the records may outlive. */
enum cw_err outbox_file_check_header(const struct outbox_file *file);
enum cw_err outbox_read_at(int fd, uint64_t offset, uint8_t *out, size_t len);
/* Whether a record may begin so. *out_len: of what is encrypted. */
bool outbox_head_parse(const uint8_t head[static OUTBOX_PLAIN_HEAD_LEN], uint64_t *out_number, uint32_t *out_len);
/* The record at a place where the scan found it, or where it was appended. */
enum cw_err outbox_file_read(struct outbox_file *file, uint64_t number, uint64_t offset, uint32_t len,
                             struct buf *out_plain);
/* Makes the folder remember what was made or renamed in it. */
enum cw_err outbox_sync_folder(const char *path);

/* --- entries -------------------------------------------------------------------------------------------------------- */

struct outbox_place {
    uint64_t offset;
    uint32_t len; /* 0: nowhere */
};

struct outbox_entry {
    uint64_t number;
    struct outbox_place add, receipt;
    struct cw_op_id op;
    struct cw_case_id case_id;
    uint32_t wanted, held_by, tries, refusals;
    int32_t deadline_ms;
    enum cw_outbox_state state;
    char division[CW_DIVISION_LEN_MAX + 1];
    bool forgotten;
    bool changed; /* in the list of those that the watcher is to be told of */
    struct outbox_entry *next_changed;
    struct cw_outbox *outbox;
    struct cw_request *request;          /* NULL: not on its way */
    struct cw_mono retry_at, refused_at; /* refused_at: with `refusals` above 0, the first of them */
    int32_t retry_ms;
    struct cw_fault *why; /* NULL: nothing is wrong */
};

/* Bytes that cannot be read. */
struct outbox_piece {
    struct cw_outbox_damage told;
    uint64_t before; /* the highest number before it */
    uint64_t least;  /* of an entry that was added before what follows the piece; 0: none beyond `before` */
};

struct cw_outbox {
    struct attached on;       /* the handle; first */
    struct cw_client *client; /* NULL: not attached */
    char *path;
    char *kept_as; /* the name under which the damaged file is kept; NULL: none was */
    struct outbox_file file;
    const struct cw_identity *identity;
    struct cw_trust *trust;
    struct outbox_entry **entries; /* ascending by number */
    size_t count, room, forgotten_count;
    size_t first_open; /* all before it are done */
    uint64_t next_number;
    struct outbox_piece *pieces; /* that cannot be read, from the front */
    size_t piece_count, piece_room;
    size_t pieces_settled;   /* of so many it is known which numbers they had */
    uint64_t highest_number; /* in the records read so far */
    struct buf plain;        /* what was read last: receipts are borrowed from it */
    cw_outbox_watch *watch;
    void *context;
    struct outbox_entry *on_way[CW_OUTBOX_WINDOW];
    size_t on_way_count;
    struct outbox_entry *changed, **last_changed;
    struct cw_mono due_at; /* when an entry may be sent that is not on its way */
    struct cases_waiting *waiting;
    struct cw_request *fold; /* a read that makes room in the handle's session */
    struct cw_mono fold_at;
    bool wants_trust;         /* a receipt names what is not known yet */
    bool settled;             /* certificates were fetched since: what does not verify now is the daemon's doing */
    struct trust_fetch fetch; /* of them, while it goes on */
    struct cw_request *fetching;
    struct cw_mono fetch_at;
    enum cw_err broken; /* the file cannot be written: nothing is sent until mend_at */
    struct cw_mono mend_at;
    bool telling; /* its watch is being called */
    bool ended;   /* and closed it: what is left goes when the watch returns */
};

/* The key under which this person's outboxes are. */
void outbox_key(const struct cw_identity *identity, uint8_t out[static 32]);
enum cw_err outbox_load(struct cw_outbox *outbox, struct cw_fault *fault);
/* An entry of this number was added behind the pieces that are not settled; 0: the file is at its end. */
void outbox_lost_between(struct cw_outbox *outbox, uint64_t next);
/* A note on an entry of this number stands behind them: it was added earlier. */
void outbox_lost_before_note(struct cw_outbox *outbox, uint64_t number);
/* A number that was given once is never given again, also when its record is damaged. */
void outbox_skip_lost(struct cw_outbox *outbox);
/*
 * What a file that was written anew begins with, when the highest number that was given is of no entry in it any more:
 * RECORD_FORGOTTEN of that number. One that stands anywhere else forgets an entry which stands before it.
 */
bool outbox_is_mark(enum record_kind kind, uint64_t offset);
/* Whether the piece has no room for all its numbers: only some of them were in it. */
int outbox_damage_is_vague(const struct cw_outbox_damage *damage);
/* NULL: no memory, or no room. */
struct outbox_entry *outbox_entry_new(struct cw_outbox *outbox, uint64_t number);
/* Where an entry of this number is, or would be. */
size_t outbox_rank(const struct cw_outbox *outbox, uint64_t number);
struct outbox_entry *outbox_entry_find(const struct cw_outbox *outbox, uint64_t number);
void outbox_entry_free(struct outbox_entry *entry);
bool outbox_entry_is_done(const struct outbox_entry *entry);
/* Stored, and done although its receipt proves less than was asked for: no receipt can prove more any more. */
bool outbox_entry_is_unproven(const struct outbox_entry *entry);
void outbox_entry_show(const struct outbox_entry *entry, struct cw_outbox_entry *out);
/* Says why it is no further; CW_OK: nothing is wrong any more. */
void outbox_entry_explain(struct outbox_entry *entry, const struct cw_fault *why);
/* Out of the list of changed ones, and of those on their way. */
void outbox_entry_unlist(struct outbox_entry *entry);
void outbox_entry_changed(struct outbox_entry *entry);
/* Sees that the session has room for what the next answer says. */
void outbox_fold_session(struct cw_outbox *outbox, struct cw_mono now);
void outbox_stop_folding(struct cw_outbox *outbox);
/* Fetches certificates when some are missing. */
void outbox_fetch_trust(struct cw_outbox *outbox, struct cw_mono now);
void outbox_stop_fetching(struct cw_outbox *outbox);
/* When the next of these is to be asked for; CW_NEVER: nothing is missing, or it is on its way. */
struct cw_mono outbox_fetch_at(const struct cw_outbox *outbox);
/* Everything that waits is due now. */
void outbox_begin_anew(struct cw_outbox *outbox);
/* What could not be written; nothing is sent for a while. */
void outbox_break(struct cw_outbox *outbox, enum cw_err err);
/* The memory of one that is detached. */
void outbox_free(struct cw_outbox *outbox);
/* Sends what is due. */
void outbox_send_due(struct cw_outbox *outbox, struct cw_mono now);
void outbox_note_sent(struct outbox_entry *entry);
/* Its daemon gave a receipt that does not verify with the certificates that were known. */
bool outbox_entry_is_doubted(const struct outbox_entry *entry);
/* After certificates came: nothing is held against who gave such receipts. */
void outbox_forget_doubts(struct cw_outbox *outbox);
/* What the submission of an entry says, in numbers of proto/schema.h. */
struct outbox_said {
    uint32_t type; /* enum op_type */
    uint32_t kind, event;
    uint32_t first_field, write_count;
};
/* CW_LOCAL_NOT_FOUND: no such entry, or its submission is lost. Blocks: on the disk. */
enum cw_err outbox_read_said(struct cw_outbox *outbox, uint64_t number, struct outbox_said *out);
/*
 * Gives the file a second name, the first of <path>.damaged, <path>.damaged.2, ... that is free. *out_name: in the
 * caller's hand; what it pointed to is freed.
 */
enum cw_err outbox_keep(const char *path, char **out_name, struct cw_fault *fault);
/*
 * Moves a file of which nothing can be read to such a name. Never one of another person, of other keys or of a newer
 * version: CW_LOCAL_KEY, CW_LOCAL_FORMAT. CW_USAGE_ORDER: some of it can be read.
 */
enum cw_err outbox_set_aside(const char *path, const struct cw_identity *identity, char **out_name,
                             struct cw_fault *fault);
/* Appends what became of an entry. */
enum cw_err outbox_note(struct cw_outbox *outbox, const struct outbox_entry *entry, const struct outbox_record *record,
                        struct outbox_place *out_place);

#endif
