/* SPDX-License-Identifier: Apache-2.0 */
#include "host/entropy.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/random.h>

/* One page of memory that a fork sees as zeros: nothing left, so the child fills its own. */
struct page {
    size_t left;
    uint8_t bytes[2048];
};

static void from_kernel(uint8_t *at, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);

        CW_ASSERT(got > 0 || (got < 0 && errno == EINTR));
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}

/* --- a thread's page ------------------------------------------------------------------------------------ */

static pthread_key_t page_key;
static pthread_once_t page_key_made = PTHREAD_ONCE_INIT;
static bool has_page_key;

static void drop_page(void *page)
{
    sodium_memzero(page, sizeof(struct page));
    (void)munmap(page, sizeof(struct page));
}

static void make_page_key(void)
{
    has_page_key = pthread_key_create(&page_key, drop_page) == 0;
}

static struct page *new_page(void)
{
    void *page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return NULL;
    if (madvise(page, sizeof(struct page), MADV_WIPEONFORK) == 0 && pthread_setspecific(page_key, page) == 0)
        return page;
    (void)munmap(page, sizeof(struct page));
    return NULL;
}

/* NULL: there is none to be had. Every call asks the kernel then. */
static struct page *own_page(void)
{
    struct page *page;

    (void)pthread_once(&page_key_made, make_page_key);
    if (!has_page_key)
        return NULL;
    page = pthread_getspecific(page_key);
    return page != NULL ? page : new_page();
}

static void refill(struct page *page)
{
    uint8_t seed[randombytes_SEEDBYTES];

    from_kernel(seed, sizeof seed);
    randombytes_buf_deterministic(page->bytes, sizeof page->bytes, seed);
    sodium_memzero(seed, sizeof seed);
    page->left = sizeof page->bytes;
}

void entropy_fill(void *ctx, void *out, size_t len)
{
    struct page *page = len > sizeof page->bytes / 4 ? NULL : own_page();
    uint8_t *at;

    (void)ctx;
    if (page == NULL) {
        from_kernel(out, len);
        return;
    }
    if (page->left < len)
        refill(page);
    page->left -= len;
    at = page->bytes + page->left;
    memcpy(out, at, len);
    sodium_memzero(at, len);
}
