/* SPDX-License-Identifier: Apache-2.0 */
/* A unit's text on disk: systemd.unit(5), as far as it concerns a template and its instances. */
#include "conf/unit.h"

#include "host/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEMPLATE "casewired@.service"
#define DROP_INS_MAX 32
#define DROP_IN_NAME_LEN_MAX 127

/* What is in one of them hides what has the same name in those behind it. */
static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                      "/usr/lib/systemd/system"};

static bool take_file(struct unit *unit, const char *path)
{
    struct buf text = {0};
    bool read = file_read(path, UNIT_TEXT_LEN_MAX, FILE_PUBLIC, &text, NULL) == CW_OK;

    if (read)
        unit_take(unit, buf_slice(&text));
    buf_done(&text);
    return read;
}

/* The first of its name. False with *out_there: not a file that can be read whole (masked: a link to /dev/null). */
static bool take_first(struct unit *unit, const char *root, const char *name, bool *out_there)
{
    char path[FILE_PATH_LEN_MAX];

    *out_there = false;
    for (size_t i = 0; i < CW_COUNT(folders); i++) {
        int len = snprintf(path, sizeof path, "%s%s/%s", root, folders[i], name);

        if (len > 0 && (size_t)len < sizeof path && access(path, F_OK) == 0) {
            *out_there = true;
            return take_file(unit, path);
        }
    }
    return false;
}

/* --- drop-ins ------------------------------------------------------------------------------------------------------ */

struct drop_ins {
    const char *root;
    size_t count;
    bool unclear; /* more than fit, or two of one name whose order is not told here */
    struct drop_in {
        char name[DROP_IN_NAME_LEN_MAX + 1], path[FILE_PATH_LEN_MAX];
        const char *of;
    } at[DROP_INS_MAX];
};

static void add_drop_in(struct drop_ins *d, const char *folder, const char *of, const char *name)
{
    struct drop_in *next = &d->at[d->count];
    size_t len = strlen(name);

    if (len < 5 || strcmp(name + len - 5, ".conf") != 0)
        return;
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->at[i].name, name) != 0)
            continue;
        d->unclear = d->unclear || d->at[i].of != of;
        return;
    }
    if (d->count == DROP_INS_MAX || len > DROP_IN_NAME_LEN_MAX || file_join(folder, name, next->path) != CW_OK) {
        d->unclear = true;
        return;
    }
    memcpy(next->name, name, len + 1);
    next->of = of;
    d->count++;
}

static void list_drop_ins(struct drop_ins *d, const char *of)
{
    char path[FILE_PATH_LEN_MAX];

    for (size_t i = 0; i < CW_COUNT(folders); i++) {
        int len = snprintf(path, sizeof path, "%s%s/%s.d", d->root, folders[i], of);
        DIR *dir = len > 0 && (size_t)len < sizeof path ? opendir(path) : NULL;

        for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
            add_drop_in(d, path, of, e->d_name);
        if (dir != NULL)
            closedir(dir);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct drop_in *)a)->name, ((const struct drop_in *)b)->name);
}

static bool take_drop_ins(struct unit *unit, const char *root, const char *name)
{
    struct drop_ins *d = calloc(1, sizeof *d);
    bool taken = d != NULL;

    if (d == NULL)
        return false;
    d->root = root;
    list_drop_ins(d, name);
    list_drop_ins(d, TEMPLATE);
    list_drop_ins(d, "service");
    qsort(d->at, d->count, sizeof d->at[0], by_name);
    for (size_t i = 0; i < d->count; i++)
        taken = take_file(unit, d->at[i].path) && taken;
    taken = taken && !d->unclear;
    free(d);
    return taken;
}

/* --- the instance ------------------------------------------------------------------------------------------------- */

/* "north" of /etc/casewire/north/casewire.conf, where ExecStart= has /etc/casewire/%i/casewire.conf. */
static bool instance_of(const char *pattern, const char *config, char out[static UNIT_INSTANCE_LEN_MAX + 1])
{
    const char *at = strstr(pattern, "%i"), *rest = at == NULL ? NULL : at + 2;
    size_t before = at == NULL ? 0 : (size_t)(at - pattern), behind = rest == NULL ? 0 : strlen(rest);
    size_t len = strlen(config);

    if (at == NULL || strchr(rest, '%') != NULL || len <= before + behind ||
        len - before - behind > UNIT_INSTANCE_LEN_MAX || strncmp(config, pattern, before) != 0 ||
        strcmp(config + len - behind, rest) != 0)
        return false;
    len -= before + behind;
    memcpy(out, config + before, len);
    out[len] = '\0';
    return out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0'; /* nothing that would be escaped */
}

/* A file of the instance alone stands in the template's place. */
static bool take_unit(struct unit *unit, const char *root)
{
    char name[UNIT_INSTANCE_LEN_MAX + sizeof TEMPLATE];
    bool there, taken;

    snprintf(name, sizeof name, "casewired@%s.service", unit->instance);
    taken = take_first(unit, root, name, &there);
    if (!there)
        taken = take_first(unit, root, TEMPLATE, &there);
    return taken && take_drop_ins(unit, root, name);
}

bool unit_find(const char *root, const char *config, struct unit *out)
{
    char whole[PATH_MAX], instance[UNIT_INSTANCE_LEN_MAX + 1];
    struct unit *template = calloc(1, sizeof *template);
    bool there, found = template != NULL && take_first(template, root, TEMPLATE, &there);

    if (realpath(config, whole) == NULL)
        found = false;
    found =
        found && (instance_of(template->config, config, instance) || instance_of(template->config, whole, instance));
    free(template);
    if (!found)
        return false;
    *out = (struct unit){0};
    memcpy(out->instance, instance, sizeof out->instance);
    return take_unit(out, root);
}
