/* SPDX-License-Identifier: Apache-2.0 */
/* vectors --check FOLDER | --write FOLDER: makes the vectors and compares them with, or writes them into, FOLDER. */
#include "tests/vectors/vectors.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *path;
    void (*make)(struct out *o);
    const char *about;
} files[] = {
    {"hashes.json", make_hashes, "docs/protocol.md 1: labels, hashes, signatures, trees"},
    {"texts.json", make_texts, "docs/protocol.md 2: the text rule"},
    {"records.json", make_records, "docs/protocol.md 3: every record by the strict grammar"},
    {"records-bad.json", make_bad_records, "docs/protocol.md 2 and 3: what must be refused"},
    {"submissions.json", make_submissions, "docs/protocol.md 3.5, 3.6: submissions and proofs"},
    {"logs.json", make_logs, "docs/protocol.md 3.7, 3.8: entries, seals, logs"},
    {"keys.json", make_keys, "docs/protocol.md 4: key records, envelopes, parts, wraps"},
    {"frontiers.json", make_frontiers, "docs/protocol.md 3.10: frontiers"},
    {"places.json", make_places, "docs/protocol.md 7.2, 7.3, 8.2: cursors, tokens, key files"},
    {"receipts.json", make_receipts, "docs/protocol.md 5.3, 5.4: receipts and fork proofs"},
    {"histories.json", make_histories,
     "docs/protocol.md 8: exported histories; a bad one is the good one with a splice"},
};

static bool same_as_file(const char *path, struct cw_slice bytes)
{
    FILE *f = fopen(path, "rb");
    uint8_t *held = malloc(bytes.len + 1);
    bool same = false;

    if (f != NULL && held != NULL)
        same = fread(held, 1, bytes.len + 1, f) == bytes.len &&
               (bytes.len == 0 || memcmp(held, bytes.data, bytes.len) == 0);
    if (f != NULL)
        (void)fclose(f);
    free(held);
    return same;
}

static bool write_file(const char *path, struct cw_slice bytes)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL)
        return false;
    bool written = fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
    return fclose(f) == 0 && written;
}

void sink_file(struct sink *s, const char *path, struct cw_slice bytes)
{
    char full[512];

    snprintf(full, sizeof(full), "%s/%s", s->folder, path);
    bool ok = s->write ? write_file(full, bytes) : same_as_file(full, bytes);
    if (ok) {
        s->passed++;
        return;
    }
    s->failed++;
    printf("%s: %s\n", full, s->write ? "cannot be written" : "is not what the code makes today");
}

static void make_file(struct sink *s, size_t i)
{
    struct out o;

    out_open(&o, files[i].about);
    files[i].make(&o);
    out_close(&o);
    sink_file(s, files[i].path, buf_slice(&o.text));
    s->passed += o.passed;
    s->failed += o.failed;
    buf_done(&o.text);
}

int main(int argc, char **argv)
{
    struct sink s = {0};

    if (argc != 3 || (strcmp(argv[1], "--check") != 0 && strcmp(argv[1], "--write") != 0)) {
        fprintf(stderr, "usage: vectors --check|--write FOLDER\n");
        return EXIT_FAILURE;
    }
    if (!crypto_init())
        return EXIT_FAILURE;
    s.write = strcmp(argv[1], "--write") == 0;
    s.folder = argv[2];
    for (size_t i = 0; i < CW_COUNT(files); i++)
        make_file(&s, i);
    make_corpora(&s);
    printf("%u passed, %u failed\n", s.passed, s.failed);
    return s.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
