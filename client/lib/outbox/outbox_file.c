/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "proto/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT_VERSION 1
#define CHECKED_LEN 20 /* of the header, before its own check */

static const uint8_t file_magic[8] = {'c', 'w', 'o', 'u', 't', 'b', 'o', 'x'};
static const uint8_t record_magic[OUTBOX_MAGIC_LEN] = {'c', 'w', 'o', 'r'};

/* --- keys and bytes --------------------------------------------------------------------------------------------- */

void outbox_key(const struct cw_identity *identity, uint8_t out[static 32])
{
    hash_keyed(LABEL_LOCAL, identity->keys.curve.b, slice_of("casewire outbox 1"), out);
}

static void put_be64(uint8_t *out, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (56 - 8 * i));
}

static enum cw_err of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;
}

enum cw_err outbox_read_at(int fd, uint64_t offset, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t got = pread(fd, out, len, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return CW_LOCAL_IO;
        out += got;
        offset += (size_t)got;
        len -= (size_t)got;
    }
    return CW_OK;
}

static enum cw_err write_at(int fd, uint64_t offset, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = pwrite(fd, bytes, len, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return of_errno();
        bytes += put;
        offset += (size_t)put;
        len -= (size_t)put;
    }
    return CW_OK;
}

/* --- the header ---------------------------------------------------------------------------------------------------- */

static void make_header(const uint8_t key[static 32], uint8_t out[static OUTBOX_HEADER_LEN])
{
    uint8_t hash[ID_LEN];

    memset(out, 0, OUTBOX_HEADER_LEN);
    memcpy(out, file_magic, sizeof(file_magic));
    out[8] = FORMAT_VERSION;
    hash_keyed(LABEL_LOCAL, key, slice_of("casewire outbox check"), hash);
    memcpy(out + 12, hash, 8);
    hash_one(LABEL_LOCAL, slice(out, CHECKED_LEN), hash);
    memcpy(out + CHECKED_LEN, hash, OUTBOX_HEADER_LEN - CHECKED_LEN);
}

enum cw_err outbox_file_check_header(const struct outbox_file *file)
{
    uint8_t there[OUTBOX_HEADER_LEN], ours[OUTBOX_HEADER_LEN], hash[ID_LEN];

    if (file->size < sizeof(there) || outbox_read_at(file->fd, 0, there, sizeof(there)) != CW_OK)
        return CW_LOCAL_CORRUPT;
    hash_one(LABEL_LOCAL, slice(there, CHECKED_LEN), hash);
    if (memcmp(there, file_magic, sizeof(file_magic)) != 0 ||
        memcmp(there + CHECKED_LEN, hash, sizeof(there) - CHECKED_LEN) != 0)
        return CW_LOCAL_CORRUPT;
    if (there[8] != FORMAT_VERSION)
        return CW_LOCAL_FORMAT;
    make_header(file->key, ours);
    return memcmp(there, ours, sizeof(there)) == 0 ? CW_OK : CW_LOCAL_KEY;
}

/* --- opening --------------------------------------------------------------------------------------------------------- */

enum cw_err outbox_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    enum cw_err err = fd >= 0 && fsync(fd) == 0 ? CW_OK : CW_LOCAL_IO;

    if (fd >= 0)
        close(fd);
    free(folder);
    return err;
}

static enum cw_err lock(int fd, const char *path, struct cw_fault *fault)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return CW_OK;
    if (errno == EWOULDBLOCK)
        return fault_set(fault, CW_LOCAL_LOCKED, "path", "another process has %.200s", path);
    return fault_set(fault, CW_LOCAL_IO, "path", "%.200s cannot be locked", path);
}

void outbox_file_close(struct outbox_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    buf_done(&file->frame);
    wipe(file->key, sizeof(file->key));
}

enum cw_err outbox_file_create(const char *path, bool replace, const uint8_t key[static 32], struct outbox_file *out,
                               struct cw_fault *fault)
{
    int how = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (replace ? O_TRUNC : O_EXCL);
    struct outbox_file file = {.fd = open(path, how, 0600), .size = OUTBOX_HEADER_LEN};
    uint8_t header[OUTBOX_HEADER_LEN];
    enum cw_err err;

    if (file.fd < 0 && errno == EEXIST)
        return fault_set(fault, CW_LOCAL_LOCKED, "path", "another process has just made %.200s", path);
    if (file.fd < 0)
        return fault_set(fault, of_errno(), "path", "%.200s cannot be made", path);
    memcpy(file.key, key, sizeof(file.key));
    make_header(key, header);
    err = lock(file.fd, path, fault);
    if (err == CW_OK) {
        err = write_at(file.fd, 0, header, sizeof(header));
        if (err == CW_OK && fsync(file.fd) != 0)
            err = of_errno();
        if (err == CW_OK)
            err = outbox_sync_folder(path);
        if (err != CW_OK)
            fault_set(fault, err, "path", "%.200s cannot be written", path);
    }
    if (err != CW_OK) {
        outbox_file_close(&file);
        return err;
    }
    *out = file;
    return CW_OK;
}

/* Killed while it made the file: the header is finished. */
static enum cw_err finish_header(struct outbox_file *file)
{
    uint8_t there[OUTBOX_HEADER_LEN] = {0}, ours[OUTBOX_HEADER_LEN];

    make_header(file->key, ours);
    if (file->size >= sizeof(ours) || outbox_read_at(file->fd, 0, there, file->size) != CW_OK ||
        memcmp(there, ours, file->size) != 0)
        return CW_OK;
    file->size = sizeof(ours);
    file->dirty = true;
    return write_at(file->fd, 0, ours, sizeof(ours));
}

/* A file that was replaced between opening and locking is not the one that others will open. */
static bool is_still_there(int fd, const char *path, struct stat *out)
{
    struct stat named;

    return fstat(fd, out) == 0 && stat(path, &named) == 0 && named.st_ino == out->st_ino && named.st_dev == out->st_dev;
}

enum cw_err outbox_file_open(const char *path, const uint8_t key[static 32], struct outbox_file *out,
                             struct cw_fault *fault)
{
    struct outbox_file file = {.fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    struct stat info;
    enum cw_err err;

    if (file.fd < 0 && errno == ENOENT)
        return CW_LOCAL_NOT_FOUND;
    if (file.fd < 0)
        return fault_set(fault, CW_LOCAL_IO, "path", "%.150s cannot be opened: %s", path, strerror(errno));
    err = lock(file.fd, path, fault);
    if (err == CW_OK && !is_still_there(file.fd, path, &info))
        err = fault_set(fault, CW_LOCAL_LOCKED, "path", "another process is just writing %.200s anew", path);
    if (err == CW_OK && !S_ISREG(info.st_mode))
        err = fault_set(fault, CW_LOCAL_CORRUPT, "path", "%.200s is no file", path);
    if (err != CW_OK) {
        outbox_file_close(&file);
        return err;
    }
    file.size = (uint64_t)info.st_size;
    memcpy(file.key, key, sizeof(file.key));
    err = finish_header(&file);
    if (err != CW_OK) {
        outbox_file_close(&file);
        return fault_set(fault, err, "path", "%.200s cannot be written", path);
    }
    *out = file;
    return CW_OK;
}

/* --- records --------------------------------------------------------------------------------------------------------- */

#define BOUND_LEN 24 /* place, then the first 16 bytes of the head */

static void bind_place(uint64_t offset, const uint8_t *head, uint8_t out[static BOUND_LEN])
{
    put_be64(out, offset);
    memcpy(out + 8, head, BOUND_LEN - 8);
}

enum cw_err outbox_file_append(struct outbox_file *file, uint64_t number, struct cw_slice plain, uint64_t *out_offset,
                               uint32_t *out_len)
{
    size_t len = OUTBOX_HEAD_LEN + plain.len + OUTBOX_TAG_LEN;
    uint32_t secret_len = (uint32_t)(plain.len + OUTBOX_TAG_LEN);
    uint8_t bound[BOUND_LEN], *head;
    enum cw_err err;

    buf_clear(&file->frame);
    err = buf_reserve(&file->frame, len);
    if (err != CW_OK)
        return err;
    head = file->frame.data;
    memcpy(head, record_magic, sizeof(record_magic));
    put_be64(head + 4, number);
    for (int i = 0; i < 4; i++)
        head[12 + i] = (uint8_t)(secret_len >> (24 - 8 * i));
    random_bytes(head + 16, 24);
    bind_place(file->size, head, bound);
    crypto_aead_xchacha20poly1305_ietf_encrypt(head + OUTBOX_HEAD_LEN, NULL, plain.data, plain.len, bound,
                                               sizeof(bound), NULL, head + 16, file->key);
    err = write_at(file->fd, file->size, head, len);
    if (err != CW_OK) {
        (void)!ftruncate(file->fd, (off_t)file->size); /* nobody shall take half a record for damage */
        return err;
    }
    *out_offset = file->size;
    *out_len = (uint32_t)len;
    file->size += len;
    file->dirty = true;
    return CW_OK;
}

void outbox_file_cut(struct outbox_file *file, uint64_t size)
{
    if (size >= file->size)
        return;
    /* What cannot be cut off is read again as entries: sent once more than was promised, with no more effect. */
    if (ftruncate(file->fd, (off_t)size) == 0)
        file->size = size;
}

enum cw_err outbox_file_sync(struct outbox_file *file)
{
    if (!file->dirty)
        return CW_OK;
    if (fdatasync(file->fd) != 0)
        return of_errno();
    file->dirty = false;
    return CW_OK;
}

bool outbox_head_parse(const uint8_t head[static OUTBOX_PLAIN_HEAD_LEN], uint64_t *out_number, uint32_t *out_len)
{
    struct reader in = reader_over(slice(head, OUTBOX_PLAIN_HEAD_LEN));
    uint8_t magic[OUTBOX_MAGIC_LEN];

    reader_bytes(&in, magic, sizeof(magic));
    *out_number = reader_be64(&in);
    *out_len = reader_be32(&in);
    return memcmp(magic, record_magic, sizeof(magic)) == 0 && *out_len >= OUTBOX_TAG_LEN &&
           *out_len <= OUTBOX_RECORD_LEN_MAX + OUTBOX_TAG_LEN;
}

/* What is encrypted behind this head, len bytes of it. CW_LOCAL_NOT_FOUND: it does not authenticate. */
static enum cw_err decrypt(struct outbox_file *file, uint64_t offset, const uint8_t head[static OUTBOX_HEAD_LEN],
                           uint32_t len, struct buf *out_plain)
{
    uint8_t bound[BOUND_LEN];

    buf_clear(out_plain);
    if (buf_reserve(&file->frame, len) != CW_OK || buf_reserve(out_plain, len) != CW_OK)
        return CW_LOCAL_MEMORY;
    file->frame.len = len; /* what trying costs, should it be none */
    bind_place(offset, head, bound);
    if (outbox_read_at(file->fd, offset + OUTBOX_HEAD_LEN, file->frame.data, len) != CW_OK ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(out_plain->data, NULL, NULL, file->frame.data, len, bound,
                                                   sizeof(bound), head + 16, file->key) != 0)
        return CW_LOCAL_NOT_FOUND;
    out_plain->len = len - OUTBOX_TAG_LEN;
    return CW_OK;
}

enum cw_err outbox_file_take(struct outbox_file *file, uint64_t offset, uint64_t *out_number, uint32_t *out_len,
                             struct buf *out_plain)
{
    uint8_t head[OUTBOX_HEAD_LEN];
    uint64_t number;
    uint32_t len;
    enum cw_err err;

    buf_clear(&file->frame);
    if (file->size - offset < OUTBOX_HEAD_LEN + OUTBOX_TAG_LEN ||
        outbox_read_at(file->fd, offset, head, sizeof(head)) != CW_OK)
        return CW_LOCAL_NOT_FOUND;
    if (!outbox_head_parse(head, &number, &len) || len > file->size - offset - OUTBOX_HEAD_LEN)
        return CW_LOCAL_NOT_FOUND;
    err = decrypt(file, offset, head, len, out_plain);
    if (err != CW_OK)
        return err;
    *out_number = number;
    *out_len = OUTBOX_HEAD_LEN + len;
    return CW_OK;
}

bool outbox_file_fills(struct outbox_file *file, uint64_t offset, uint64_t len, struct buf *scratch)
{
    uint8_t head[OUTBOX_HEAD_LEN];

    if (len < OUTBOX_HEAD_LEN + OUTBOX_TAG_LEN || len > OUTBOX_HEAD_LEN + OUTBOX_RECORD_LEN_MAX + OUTBOX_TAG_LEN ||
        outbox_read_at(file->fd, offset, head, sizeof(head)) != CW_OK)
        return false;
    len -= OUTBOX_HEAD_LEN;
    for (int i = 0; i < 4; i++)
        head[12 + i] = (uint8_t)(len >> (24 - 8 * i));
    return decrypt(file, offset, head, (uint32_t)len, scratch) == CW_OK;
}

enum cw_err outbox_file_read(struct outbox_file *file, uint64_t number, uint64_t offset, uint32_t len,
                             struct buf *out_plain)
{
    uint64_t there;
    uint32_t there_len;
    enum cw_err err = outbox_file_take(file, offset, &there, &there_len, out_plain);

    if (err == CW_LOCAL_NOT_FOUND)
        return CW_LOCAL_CORRUPT; /* it was there when the file was opened */
    return err == CW_OK && (there != number || there_len != len) ? CW_LOCAL_CORRUPT : err;
}
