/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_STORE_IMAGE_H
#define TESTS_UNIT_STORE_IMAGE_H

/*
 * Crash images: what a disk may hold when the machine stops at some event of a tape. What was flushed is there. Of
 * what was not, each kind of image keeps another part, for a disk may write in any order, and half (Pillai et al., "All File
 * Systems Are Not Created Equal", OSDI 2014). A sector of 512 bytes is written whole or not at all.
 */

#include "tests/unit/store/disk.h"

enum image_kind {
    IMAGE_ALL,     /* all of it: the process was killed, the machine goes on */
    IMAGE_NONE,    /* nothing of it */
    IMAGE_BEGUN,   /* the first of it, in order, the last one cut short */
    IMAGE_WRITES,  /* some of the writes */
    IMAGE_PAGES,   /* some of their pages */
    IMAGE_SECTORS, /* some of their sectors */
    IMAGE_KINDS
};

/* Into the two files of `dir`, which exists. */
void image_make(const struct tape *t, size_t cut, enum image_kind kind, uint64_t *random, const char *dir);
uint32_t image_draw(uint64_t *random, uint32_t bound);

#endif
