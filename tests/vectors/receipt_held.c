/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/receipt.h"

/* Steps 6 to 8 of docs/protocol.md §5.3: who says that he holds the entry, and what he says. All of it is signed by him. */

#define ENTRY_SEQ 3

/* What the first holder says he has of the entry's log. */
static void read_item(struct receipt_bench *b, struct frontier_item *out)
{
    receipt_read(b);
    b->record.held_count = 1;
    world_must(frontier_item_parse(b->held[0].frontier_item, out) == CW_OK, "our own item");
}

/* The item alone in a frontier that `signer` signs; `tail` bytes behind the head's and the item's fields. */
static void say_with(struct receipt_bench *b, const struct frontier_item *item, const struct world_identity *signer,
                     size_t item_tail, size_t head_tail)
{
    struct frontier_head head = {.signer = signer->id, .counter = 5, .item_count = 1};
    struct receipt_evidence *e = &b->held[0];
    uint8_t memory[2][2048] = {{0}};
    struct writer item_out = writer_over(memory[0], sizeof(memory[0]));
    struct writer head_out = writer_over(memory[1], sizeof(memory[1]));

    frontier_item_encode(item, &item_out);
    item_out.len += item_tail;
    e->frontier_item = world_keep(&b->w, &item_out);
    merkle_leaf(MERKLE_ITEMS, e->frontier_item, &head.root);
    WORLD_FILL(head.start, "start", 1);
    frontier_head_encode(&head, &head_out);
    head_out.len += head_tail;
    e->frontier_head = world_keep(&b->w, &head_out);
    e->item_index = 0;
    e->item_path_count = 0;
    sign_bytes(LABEL_FRONTIER, &b->w.network, e->frontier_head, &signer->keys.sign, &e->frontier_signature);
}

static void say(struct receipt_bench *b, const struct frontier_item *item)
{
    say_with(b, item, &b->w.daemons[WORLD_EST], 0, 0);
}

/* --- step 6 -------------------------------------------------------------------------------------- */

static void break_item(struct receipt_bench *b)
{
    struct frontier_item item;

    read_item(b, &item);
    item.hole_count = 1;
    item.holes[0] = ENTRY_SEQ;
    say(b, &item);
    receipt_put(b, "the entry is a hole", "held[0].frontier_item");
    item.hole_count = 3;
    item.holes[0] = ENTRY_SEQ - 1;
    item.holes[1] = ENTRY_SEQ;
    item.holes[2] = ENTRY_SEQ + 1;
    say(b, &item);
    receipt_put(b, "the entry is a hole among holes", "held[0].frontier_item");
    item.hole_count = 2;
    item.holes[1] = ENTRY_SEQ + 1;
    say(b, &item);
    receipt_put(b, "other entries are holes", NULL);
    item.hole_count = 0;
    item.blob_seq = ENTRY_SEQ - 1;
    say(b, &item);
    receipt_put(b, "parts are held to the entry before", "held[0].frontier_item");
    item.blob_seq = 0;
    say(b, &item);
    receipt_put(b, "no parts are held", "held[0].frontier_item");
    item.blob_seq = ENTRY_SEQ;
    say(b, &item);
    receipt_put(b, "parts are held to the entry", NULL);
    read_item(b, &item);
    item.log.b[0] ^= 1;
    say(b, &item);
    receipt_put(b, "an item of another log", "held[0].frontier_item");
    read_item(b, &item);
    say_with(b, &item, &b->w.daemons[WORLD_EST], 1, 0);
    receipt_put(b, "item outside the grammar", "held[0].frontier_item");
}

/* --- step 7 -------------------------------------------------------------------------------------- */

/* The first seal between, saying something else and signed so; the holder's position is the same. */
static void reseal_between(struct receipt_bench *b, const struct seal *seal)
{
    uint8_t memory[SEAL_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    seal_encode(seal, &out);
    b->between[0].bytes = world_keep(&b->w, &out);
    world_sign_seal(&b->w, &b->w.daemons[WORLD_NTH], &b->between[0]);
}

/* Held at that first seal between, and by one division alone. */
static void hold_between(struct receipt_bench *b, const struct seal *seal)
{
    struct frontier_item item;

    read_item(b, &item);
    reseal_between(b, seal);
    b->held[0].between_count = 1;
    b->held[0].between = b->between;
    item.seq = item.blob_seq = seal->last;
    seal_hash_of(b->between[0].bytes, &item.seal);
    say(b, &item);
}

static void break_between(struct receipt_bench *b)
{
    struct seal good, seal;

    receipt_read(b);
    world_must(seal_parse(b->between[0].bytes, &good) == CW_OK, "our own seal");
    hold_between(b, &good);
    receipt_put(b, "held one seal later", NULL);
    seal = good;
    seal.log.b[0] ^= 1;
    hold_between(b, &seal);
    receipt_put(b, "a seal between of another log", "held[0].between[0]");
    seal = good;
    seal.prev.b[0] ^= 1;
    hold_between(b, &seal);
    receipt_put(b, "a seal between that names another one before it", "held[0].between[0]");
    seal = good;
    seal.first = ++seal.last;
    hold_between(b, &seal);
    receipt_put(b, "a seal between that leaves an entry out", "held[0].between[0]");
}

static void break_position(struct receipt_bench *b)
{
    struct frontier_item item;

    read_item(b, &item);
    item.seq++;
    say(b, &item);
    receipt_put(b, "a position behind the seal that it names", "held[0].between");
    read_item(b, &item);
    item.seal.b[0] ^= 1;
    say(b, &item);
    receipt_put(b, "a position with another seal: the log was forked", "held[0].between");
}

/* --- step 8 -------------------------------------------------------------------------------------- */

static void put_signer(struct receipt_bench *b, const struct world_identity *signer, bool shown, const char *name,
                       const char *reason)
{
    struct frontier_item item;

    read_item(b, &item);
    b->shown = shown ? signer : NULL;
    say_with(b, &item, signer, 0, 0);
    receipt_put(b, name, reason);
}

/* Another certificate of west's, of another network or of ours. */
static void make_west(struct receipt_bench *b, bool foreign, struct world_identity *out)
{
    uint8_t memory[CERT_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    *out = b->w.daemons[WORLD_WST];
    out->cert.network.b[0] ^= foreign;
    out->cert.serial[0] ^= 1;
    certificate_encode(&out->cert, &bytes);
    out->bytes = world_keep(&b->w, &bytes);
    cert_id_of(out->bytes, &out->id);
}

static void break_signer(struct receipt_bench *b)
{
    const struct world_identity officer = b->w.officer;
    struct world_identity nobody;
    struct frontier_item item;

    put_signer(b, &b->w.daemons[WORLD_NTH], false, "held by the division that sealed it: counts once", NULL);
    put_signer(b, &b->w.officer, true, "held by a person", "held[0].frontier");
    put_signer(b, &b->w.authority, true, "held by an authority", "held[0].frontier");
    make_west(b, false, &nobody);
    put_signer(b, &nobody, false, "held by somebody whose certificate is not known", "held[0].frontier");
    make_west(b, true, &b->w.officer); /* known in the officer's place */
    put_signer(b, &b->w.officer, true, "held by a daemon of another network", "held[0].frontier");
    b->w.officer = officer;
    read_item(b, &item);
    say_with(b, &item, &b->w.daemons[WORLD_EST], 0, 1);
    receipt_put(b, "frontier head outside the grammar", "held[0].frontier");
}

void receipt_break_held(struct receipt_bench *b)
{
    break_item(b);
    break_between(b);
    break_position(b);
    break_signer(b);
}
