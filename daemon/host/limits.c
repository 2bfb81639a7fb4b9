/* SPDX-License-Identifier: Apache-2.0 */
#include "host/limits.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEAP_ARENAS 2

/* The soft limit up to wanted, and the hard one with it where that is allowed; false when it stays below. */
static bool raise_limit(__rlimit_resource_t what, rlim_t wanted)
{
    struct rlimit now;
    struct rlimit both = {wanted, wanted};

    if (getrlimit(what, &now) != 0)
        return false;
    if (now.rlim_cur >= wanted)
        return true;
    if (now.rlim_max > wanted)
        both.rlim_max = now.rlim_max;
    if (setrlimit(what, &both) == 0)
        return true;
    now.rlim_cur = now.rlim_max;
    (void)setrlimit(what, &now);
    return now.rlim_max >= wanted;
}

static bool forbid_dumps(void)
{
    const struct rlimit none = {0, 0};

    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return false;
#if defined(__SANITIZE_ADDRESS__)
    return true; /* the leak checker traces its own process; such a build holds no real secrets */
#else
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
}

/* A job's memory is taken by one thread and given back by another: an arena for each thread would keep it all. */
static void share_heap(void)
{
    (void)mallopt(M_ARENA_MAX, HEAP_ARENAS);
}

enum cw_err limits_apply(struct refusal *why)
{
    bool files = raise_limit(RLIMIT_NOFILE, LIMITS_FILES);
    bool locked = raise_limit(RLIMIT_MEMLOCK, LIMITS_LOCKED_LEN);

    share_heap();
    if (!forbid_dumps())
        return refuse(why, CW_LOCAL_IO, "limits", "core dumps cannot be forbidden");
    if (!files || !locked)
        (void)refuse(why, CW_OK, "limits", "%s%s%s stayed below what is wanted: set LimitNOFILE=%d LimitMEMLOCK=64M",
                     files ? "" : "open files", files || locked ? "" : " and ", locked ? "" : "locked memory",
                     LIMITS_FILES);
    return CW_OK;
}

enum cw_err limits_cap_memory(uint64_t len)
{
    const struct rlimit cap = {len, len};

    return setrlimit(RLIMIT_DATA, &cap) == 0 ? CW_OK : CW_LOCAL_IO;
}

/* --- in use --------------------------------------------------------------------------------------------------- */

/* The one that reads them is not counted. */
static bool count_descriptors(uint64_t *out)
{
    DIR *all = opendir("/proc/self/fd");
    uint64_t count = 0;

    if (all == NULL)
        return false;
    for (const struct dirent *e; (e = readdir(all)) != NULL;)
        count += e->d_name[0] != '.';
    (void)closedir(all);
    *out = count - 1;
    return true;
}

/* The second number of statm: pages that are in memory. */
static bool read_resident(uint64_t *out_len)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long all, resident;
    bool known;

    if (file == NULL)
        return false;
    known = fscanf(file, "%lu %lu", &all, &resident) == 2; /* NOLINT(cert-err34-c): the kernel's own digits */
    (void)fclose(file);
    if (known)
        *out_len = (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
    return known;
}

/* What mlock() really did, whatever the limit says. */
static bool read_locked(uint64_t *out_len)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    unsigned long kib = 0;
    bool known = false;

    while (file != NULL && !known && fgets(line, sizeof line, file) != NULL)
        known = sscanf(line, "VmLck: %lu", &kib) == 1; /* NOLINT(cert-err34-c): the kernel's own digits */
    if (file != NULL)
        (void)fclose(file);
    if (known)
        *out_len = (uint64_t)kib * 1024;
    return known;
}

static uint64_t limit_of(__rlimit_resource_t what)
{
    struct rlimit now;

    return getrlimit(what, &now) != 0 ? 0 : now.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)now.rlim_cur;
}

void limits_use(struct limits_use *out)
{
    *out = (struct limits_use){.descriptors_max = limit_of(RLIMIT_NOFILE), .locked_len_max = limit_of(RLIMIT_MEMLOCK)};
    out->descriptors_known = count_descriptors(&out->descriptors);
    out->resident_known = read_resident(&out->resident_len);
    out->locked_known = read_locked(&out->locked_len);
}
