/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox's file. An input that begins with an even byte is one record's contents; with an odd one, a file: what is
 * appended to it, then what befalls it. Whatever befalls it, records that were not touched are found, and what is found
 * and what is named as damaged are the whole file.
 */
#include "lib/outbox.h"
#include "tests/fuzz/fuzz.h"

#include "proto/sign.h"

#include <sys/mman.h>
#include <unistd.h>

#define PIECES_MAX 8

struct piece {
    uint64_t number, offset;
    uint32_t len;
    uint8_t fill;
    bool whole, found;
};

struct world {
    struct outbox_file file;
    struct piece pieces[PIECES_MAX];
    size_t count;
    uint64_t at; /* what the scan has spoken of ends here */
};

/* --- the file -------------------------------------------------------------------------------------------------------- */

static const uint8_t *header_of_a_file(void)
{
    static uint8_t header[OUTBOX_HEADER_LEN];

    if (header[0] == 0) {
        char path[] = "/tmp/casewire-fuzz.XXXXXX";
        const uint8_t key[32] = {7};
        struct outbox_file file;
        int fd = mkstemp(path);

        FUZZ_MUST(fd >= 0 && crypto_init());
        close(fd);
        FUZZ_MUST(outbox_file_create(path, true, key, &file, NULL) == CW_OK);
        FUZZ_MUST(outbox_read_at(file.fd, 0, header, sizeof(header)) == CW_OK);
        outbox_file_close(&file);
        unlink(path);
    }
    return header;
}

static void open_file(struct world *w)
{
    *w = (struct world){.file = {.fd = memfd_create("outbox", 0), .size = OUTBOX_HEADER_LEN, .key = {7}}};
    FUZZ_MUST(w->file.fd >= 0);
    FUZZ_MUST(pwrite(w->file.fd, header_of_a_file(), OUTBOX_HEADER_LEN, 0) == OUTBOX_HEADER_LEN);
}

static void append(struct world *w, uint8_t number, uint8_t len)
{
    struct piece *p = &w->pieces[w->count];
    uint8_t plain[4 * UINT8_MAX];

    *p = (struct piece){.number = number, .fill = (uint8_t)(number ^ len), .whole = true};
    memset(plain, p->fill, sizeof(plain));
    FUZZ_MUST(outbox_file_append(&w->file, number, slice(plain, (size_t)4 * len), &p->offset, &p->len) == CW_OK);
    w->count++;
}

/* --- what befalls it ------------------------------------------------------------------------------------------------- */

static void touch(struct world *w, uint64_t from)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->pieces[i].offset + w->pieces[i].len > from)
            w->pieces[i].whole = false;
}

static void turn(struct world *w, uint64_t offset, uint8_t bits)
{
    uint8_t byte;

    if (bits == 0 || offset < OUTBOX_HEADER_LEN || offset >= w->file.size)
        return;
    FUZZ_MUST(pread(w->file.fd, &byte, 1, (off_t)offset) == 1);
    byte ^= bits;
    FUZZ_MUST(pwrite(w->file.fd, &byte, 1, (off_t)offset) == 1);
    for (size_t i = 0; i < w->count; i++)
        if (offset >= w->pieces[i].offset && offset < w->pieces[i].offset + w->pieces[i].len)
            w->pieces[i].whole = false; /* perhaps it is turned back: then it may be found all the same */
}

static void cut(struct world *w, uint64_t size)
{
    if (size < OUTBOX_HEADER_LEN || size >= w->file.size)
        return;
    FUZZ_MUST(ftruncate(w->file.fd, (off_t)size) == 0);
    w->file.size = size;
    touch(w, size);
}

static void add_raw(struct world *w, const uint8_t *bytes, size_t len)
{
    FUZZ_MUST(pwrite(w->file.fd, bytes, len, (off_t)w->file.size) == (ssize_t)len);
    w->file.size += len;
}

/* A record in another place is none. */
static void add_copy(struct world *w, const struct piece *p)
{
    uint8_t bytes[OUTBOX_HEAD_LEN + 4 * UINT8_MAX + OUTBOX_TAG_LEN];

    if (p->offset + p->len > w->file.size)
        return;
    FUZZ_MUST(pread(w->file.fd, bytes, p->len, (off_t)p->offset) == (ssize_t)p->len);
    add_raw(w, bytes, p->len);
}

static void befall(struct world *w, struct reader *in)
{
    uint8_t how = reader_u8(in), a = reader_u8(in), b = reader_u8(in);
    uint64_t offset = ((uint64_t)a << 8 | b) % w->file.size;
    struct cw_slice raw;

    switch (how % 4) {
    case 0:
        turn(w, offset, how / 4);
        return;
    case 1:
        cut(w, offset);
        return;
    case 2:
        raw = reader_slice(in, a % 16);
        add_raw(w, raw.data, raw.len);
        return;
    default:
        if (w->count > 0)
            add_copy(w, &w->pieces[a % w->count]);
    }
}

/* --- what is found --------------------------------------------------------------------------------------------------- */

static enum cw_err on_record(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain)
{
    struct world *w = context;

    FUZZ_MUST(offset == w->at);
    w->at = offset + len;
    for (size_t i = 0; i < w->count; i++) {
        struct piece *p = &w->pieces[i];

        if (p->offset != offset)
            continue;
        FUZZ_MUST(p->number == number && p->len == len && plain.len == p->len - OUTBOX_HEAD_LEN - OUTBOX_TAG_LEN);
        for (size_t k = 0; k < plain.len; k++)
            FUZZ_MUST(plain.data[k] == p->fill);
        p->found = true;
        return CW_OK;
    }
    abort(); /* a record that nobody wrote */
}

static enum cw_err on_damage(void *context, const struct cw_outbox_damage *damage)
{
    struct world *w = context;

    FUZZ_MUST(damage->offset == w->at && damage->len > 0);
    w->at += damage->len;
    return CW_OK;
}

static void scan(struct world *w)
{
    const struct outbox_visitor visitor = {w, on_record, on_damage};

    w->at = OUTBOX_HEADER_LEN;
    FUZZ_MUST(outbox_file_scan(&w->file, &visitor, NULL) == CW_OK);
    FUZZ_MUST(w->at == w->file.size);
    for (size_t i = 0; i < w->count; i++)
        FUZZ_MUST(!w->pieces[i].whole || w->pieces[i].found);
}

static void one_file(struct reader *in)
{
    size_t count = 1 + reader_u8(in) % PIECES_MAX;
    struct world w;

    open_file(&w);
    while (w.count < count) {
        uint8_t number = reader_u8(in), len = reader_u8(in);

        append(&w, number, len);
    }
    for (int i = 0; i < 32 && reader_left(in) > 0; i++)
        befall(&w, in);
    scan(&w);
    outbox_file_close(&w.file);
}

/* --- what a record says ----------------------------------------------------------------------------------------------- */

static void one_record(struct cw_slice bytes)
{
    struct outbox_record record, same;
    struct buf once = {0}, twice = {0};

    if (record_decode(bytes, &record) != CW_OK)
        return;
    /* Texts are made clean; what is clean stays as it is. */
    FUZZ_MUST(record_encode(&record, &once) == CW_OK);
    FUZZ_MUST(record_decode(buf_slice(&once), &same) == CW_OK);
    FUZZ_MUST(record_encode(&same, &twice) == CW_OK);
    FUZZ_MUST(slice_eq(buf_slice(&once), buf_slice(&twice)) && once.len <= bytes.len);
    buf_done(&once);
    buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in;

    if (size < 2)
        return 0;
    in = reader_over(slice(data + 1, size - 1));
    if (data[0] % 2 == 0)
        one_record(slice(data + 1, size - 1));
    else
        one_file(&in);
    return 0;
}
