/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/image.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR_LEN 512
#define PAGE_LEN 4096

uint32_t image_draw(uint64_t *random, uint32_t bound)
{
    *random = *random * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*random >> 33) % bound;
}

struct content {
    uint8_t *bytes;
    size_t len, cap;
};

static void grow(struct content *c, size_t len)
{
    if (len > c->cap) {
        c->cap = len * 2;
        c->bytes = realloc(c->bytes, c->cap);
        ck_assert_ptr_nonnull(c->bytes);
    }
    if (len > c->len)
        memset(c->bytes + c->len, 0, len - c->len); /* a hole */
    c->len = len > c->len ? len : c->len;
}

static void put(struct content *c, uint64_t offset, const uint8_t *bytes, size_t len)
{
    grow(c, offset + len);
    memcpy(c->bytes + offset, bytes, len);
}

/* Pieces of the file's own grid, each kept or not. */
static void put_pieces(struct content *c, const struct tape_event *e, size_t piece_len, uint64_t *random)
{
    uint32_t keeps = 1 + image_draw(random, 3); /* of four: so that there are full images and empty ones */

    for (size_t at = 0; at < e->len;) {
        size_t in_piece = piece_len - (e->offset + at) % piece_len;
        size_t len = in_piece < e->len - at ? in_piece : e->len - at;

        if (image_draw(random, 4) < keeps)
            put(c, e->offset + at, e->bytes + at, len);
        at += len;
    }
}

/* A flush before the cut, of this file, that began after the write. */
static bool is_durable(const struct tape *t, size_t write, size_t cut)
{
    const struct tape_event *e = &t->events[write];

    if (e->kind == TAPE_SYNCHRONOUS_WRITE)
        return true;
    for (size_t i = write + 1; i < cut; i++) {
        const struct tape_event *flush = &t->events[i];

        if (flush->kind == TAPE_FLUSH && flush->file == e->file && flush->number > write)
            return true;
    }
    return false;
}

static void keep_some(struct content *c, const struct tape_event *e, enum image_kind kind, uint64_t *random,
                      bool is_last)
{
    switch (kind) {
    case IMAGE_ALL:
        put(c, e->offset, e->bytes, e->len);
        break;
    case IMAGE_BEGUN:
        if (is_last)
            put_pieces(c, e, SECTOR_LEN, random);
        else
            put(c, e->offset, e->bytes, e->len);
        break;
    case IMAGE_WRITES:
        if (image_draw(random, 2) == 0)
            put(c, e->offset, e->bytes, e->len);
        break;
    case IMAGE_PAGES:
        put_pieces(c, e, PAGE_LEN, random);
        break;
    case IMAGE_SECTORS:
        put_pieces(c, e, SECTOR_LEN, random);
        break;
    default:
        break;
    }
}

static void write_file(const char *dir, enum tape_file file, const struct content *c)
{
    char path[512];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", dir, tape_names[file]);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, c->bytes, c->len), (ssize_t)c->len);
    (void)close(fd);
}

void image_make(const struct tape *t, size_t cut, enum image_kind kind, uint64_t *random, const char *dir)
{
    struct content files[TAPE_FILES] = {{0}};
    size_t stop = kind == IMAGE_BEGUN ? image_draw(random, (uint32_t)cut + 1) : cut;

    for (enum tape_file file = 0; file < TAPE_FILES; file++) {
        if (t->base_len[file] > 0)
            put(&files[file], 0, t->base[file], t->base_len[file]);
    }
    for (size_t i = 0; i < cut; i++) {
        const struct tape_event *e = &t->events[i];

        if (e->kind > TAPE_SYNCHRONOUS_WRITE)
            continue;
        if (is_durable(t, i, cut))
            put(&files[e->file], e->offset, e->bytes, e->len);
        else if (i <= stop)
            keep_some(&files[e->file], e, kind, random, i == stop);
    }
    for (enum tape_file file = 0; file < TAPE_FILES; file++) {
        write_file(dir, file, &files[file]);
        free(files[file].bytes);
    }
}
