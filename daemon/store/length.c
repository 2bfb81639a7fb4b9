/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Whether the data file has all the pages that it names, before LMDB maps it: a page beyond a file's end is a SIGBUS for
 * whoever reads it, and no message.
 *
 * LMDB (0.9, format 1) writes the number of the last page into its meta pages, and need not have written the last ones: a
 * page that was taken and given back in one transaction never reaches the disk. So a file that is shorter than that is
 * looked at page by page, by reading: every page that can be reached must be there. Numbers are in the machine's order.
 */

#define PAGE_HEAD_LEN 16
#define PAGE_LEN_MIN 512u
#define PAGE_LEN_MAX 65536u
#define META_MAGIC 0xBEEFC0DEu
#define META_DBS_AT 40 /* from the page's beginning: two records, of the free pages and of the tables */
#define META_LAST_AT 136
#define META_TXN_AT 144
#define DB_LEN 48
#define DB_ROOT_AT 40
#define PAGE_BRANCH 1u
#define PAGE_LEAF 2u
#define NODE_HEAD_LEN 8
#define NODE_BIG 1u
#define NODE_TABLE 2u
#define DEPTH_MAX 32
#define NO_PAGE UINT64_MAX

struct data_file {
    int fd;
    size_t page_len;
    uint64_t page_count; /* whole ones in the file */
    uint64_t txn, last;  /* of the newer meta page */
    uint64_t roots[2];
};

static uint16_t u16_at(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t u32_at(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* --- meta pages -------------------------------------------------------------------------------------------------- */

static bool read_meta(struct data_file *f, uint64_t at)
{
    uint8_t head[META_TXN_AT + 8];

    if (pread(f->fd, head, sizeof head, (off_t)at) != (ssize_t)sizeof head ||
        u32_at(head + PAGE_HEAD_LEN) != META_MAGIC)
        return false;
    size_t page_len = u32_at(head + META_DBS_AT); /* kept in the first record's pad */
    if (page_len < PAGE_LEN_MIN || page_len > PAGE_LEN_MAX || (page_len & (page_len - 1)) != 0)
        return false;
    if (f->page_len != 0 && u64_at(head + META_TXN_AT) <= f->txn)
        return true;
    f->page_len = page_len;
    f->txn = u64_at(head + META_TXN_AT);
    f->last = u64_at(head + META_LAST_AT);
    f->roots[0] = u64_at(head + META_DBS_AT + DB_ROOT_AT);
    f->roots[1] = u64_at(head + META_DBS_AT + DB_LEN + DB_ROOT_AT);
    return true;
}

/* --- pages that can be reached ------------------------------------------------------------------------------------- */

static bool has_tree(const struct data_file *f, uint64_t root, uint32_t depth);

static bool has_run(const struct data_file *f, uint64_t page, uint64_t count)
{
    return page < f->page_count && count <= f->page_count - page;
}

static bool has_value(const struct data_file *f, const uint8_t *node, const uint8_t *end, uint32_t depth)
{
    const uint8_t *data = node + NODE_HEAD_LEN + u16_at(node + 6);
    uint64_t len = u16_at(node) | (uint64_t)u16_at(node + 2) << 16;
    unsigned int flags = u16_at(node + 4);

    if ((flags & NODE_BIG) != 0)
        return data + 8 <= end && has_run(f, u64_at(data), (PAGE_HEAD_LEN - 1 + len) / f->page_len + 1);
    if ((flags & NODE_TABLE) != 0)
        return data + DB_LEN <= end && has_tree(f, u64_at(data + DB_ROOT_AT), depth + 1);
    return true;
}

static bool has_nodes(const struct data_file *f, const uint8_t *page, uint32_t depth)
{
    const uint8_t *end = page + f->page_len;
    unsigned int flags = u16_at(page + 10), lower = u16_at(page + 12);

    if (lower > f->page_len)
        return false;
    for (unsigned int at = PAGE_HEAD_LEN; at + 2 <= lower; at += 2) {
        const uint8_t *node = page + u16_at(page + at);
        bool has;

        if (node + NODE_HEAD_LEN > end)
            return false;
        if ((flags & PAGE_BRANCH) != 0)
            has = has_tree(f, u16_at(node) | (uint64_t)u16_at(node + 2) << 16 | (uint64_t)u16_at(node + 4) << 32,
                           depth + 1);
        else
            has = has_value(f, node, end, depth);
        if (!has)
            return false;
    }
    return true;
}

/* No deeper than a tree and a table's tree together can be. */
static bool has_tree(const struct data_file *f, uint64_t root, uint32_t depth)
{
    uint8_t *page;
    bool has;

    if (root == NO_PAGE)
        return true;
    if (!has_run(f, root, 1) || depth > DEPTH_MAX)
        return false;
    page = malloc(f->page_len);
    has = page != NULL && pread(f->fd, page, f->page_len, (off_t)(root * f->page_len)) == (ssize_t)f->page_len;
    if (has && (u16_at(page + 10) & (PAGE_BRANCH | PAGE_LEAF)) != 0)
        has = has_nodes(f, page, depth);
    free(page);
    return has;
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

/* Made by a store that was in use: after the data file had its first pages. */
static bool was_in_use(const struct store *s)
{
    char path[STORE_PATH_LEN_MAX + 16];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/reserve", s->dir);
    if (stat(path, &st) == 0)
        return true;
    (void)snprintf(path, sizeof path, "%s/write-ahead", s->dir);
    return stat(path, &st) == 0;
}

static enum cw_err cut_short(const struct store *s, uint64_t len, uint64_t named, struct refusal *why)
{
    if (named == 0)
        return refuse(why, CW_LOCAL_CORRUPT, "store",
                      "%.100s/data.mdb is cut short: it is empty, beside files of a store in use; look at the disk, "
                      "then restore a copy of the store",
                      s->dir);
    return refuse(why, CW_LOCAL_CORRUPT, "store",
                  "%.100s/data.mdb is cut short: it has %llu bytes and names pages up to %llu; look at the disk, then "
                  "restore a copy of the store",
                  s->dir, (unsigned long long)len, (unsigned long long)named);
}

static enum cw_err check(const struct store *s, struct data_file *f, uint64_t len, struct refusal *why)
{
    bool first, second;

    if (len == 0)
        return was_in_use(s) ? cut_short(s, 0, 0, why) : CW_OK; /* a crash before its first page */
    first = read_meta(f, 0);
    if (!first)
        return CW_OK; /* LMDB says what it is instead */
    second = read_meta(f, f->page_len);
    if (!second || len < 2 * f->page_len)
        return cut_short(s, len, 2 * f->page_len, why);
    f->page_count = len / f->page_len;
    if (f->last < f->page_count || (has_tree(f, f->roots[0], 0) && has_tree(f, f->roots[1], 0)))
        return CW_OK;
    return cut_short(s, len, (f->last + 1) * f->page_len, why);
}

enum cw_err store_check_length(const struct store *s, struct refusal *why)
{
    char path[STORE_PATH_LEN_MAX + 16];
    struct data_file f = {0};
    struct stat st;
    enum cw_err err = CW_OK;

    (void)snprintf(path, sizeof path, "%s/data.mdb", s->dir);
    f.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f.fd < 0)
        return CW_OK; /* a new store; or LMDB says why not */
    if (fstat(f.fd, &st) == 0)
        err = check(s, &f, (uint64_t)st.st_size, why);
    (void)close(f.fd);
    return err;
}
