/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/contexts.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

bool contexts_folder(char out[static PATH_LEN_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (config != NULL && config[0] == '/')
        return path_join(out, config, "casewire");
    return home != NULL && home[0] == '/' && path_join(out, home, ".config/casewire");
}

bool contexts_name_ok(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(name);

    return len > 0 && len <= CONTEXT_NAME_LEN_MAX && strspn(name, letters) == len && strchr("._-", name[0]) == NULL;
}

static bool place_of(const char *name, char out[static PATH_LEN_MAX])
{
    char folder[PATH_LEN_MAX];

    return contexts_name_ok(name) && contexts_folder(folder) && path_join(out, folder, "contexts/%s", name);
}

/* The first line of a file, without its end; false when it is empty or does not fit. */
static bool first_line(const char *path, char *out, size_t cap)
{
    struct buf bytes = {0};
    bool ok = file_read(path, PATH_LEN_MAX, &bytes) == CW_OK && bytes.len > 0;
    size_t len = 0;

    while (ok && len < bytes.len && bytes.data[len] != '\n' && bytes.data[len] != '\0')
        len++;
    ok = ok && len > 0 && len < cap;
    if (ok) {
        memcpy(out, bytes.data, len);
        out[len] = '\0';
    }
    buf_done(&bytes);
    return ok;
}

bool contexts_current(char out[static CONTEXT_NAME_LEN_MAX + 1])
{
    char folder[PATH_LEN_MAX], path[PATH_LEN_MAX];

    return contexts_folder(folder) && path_join(path, folder, "current") &&
           first_line(path, out, CONTEXT_NAME_LEN_MAX + 1) && contexts_name_ok(out);
}

bool contexts_home(const char *name, char out[static PATH_LEN_MAX])
{
    char path[PATH_LEN_MAX];

    return place_of(name, path) && first_line(path, out, PATH_LEN_MAX);
}

static int is_name(const struct dirent *entry)
{
    return contexts_name_ok(entry->d_name);
}

void contexts_list(struct context_names *out)
{
    char folder[PATH_LEN_MAX], path[PATH_LEN_MAX];
    struct dirent **names = NULL;
    int count =
        contexts_folder(folder) && path_join(path, folder, "contexts") ? scandir(path, &names, is_name, alphasort) : 0;

    out->count = 0;
    for (int i = 0; i < count; i++) {
        if (out->count < CONTEXTS_MAX)
            memcpy(out->at[out->count++], names[i]->d_name, strlen(names[i]->d_name) + 1); /* is_name() bounds it */
        free(names[i]);
    }
    free(names);
}

static enum cw_err write_line(const char *path, const char *text)
{
    char line[PATH_LEN_MAX + 2];
    int len = snprintf(line, sizeof(line), "%s\n", text);

    return len > 0 && len < (int)sizeof(line) ? file_write(path, slice(line, (size_t)len), 0600) : CW_LOCAL_IO;
}

enum cw_err contexts_put(const char *name, const char *home)
{
    char folder[PATH_LEN_MAX], contexts[PATH_LEN_MAX], path[PATH_LEN_MAX];

    if (!contexts_folder(folder) || !path_join(contexts, folder, "contexts") || !place_of(name, path) ||
        folder_make(contexts, 0700) != CW_OK)
        return CW_LOCAL_IO;
    return write_line(path, home);
}

enum cw_err contexts_use(const char *name)
{
    char folder[PATH_LEN_MAX], path[PATH_LEN_MAX];

    return contexts_folder(folder) && path_join(path, folder, "current") ? write_line(path, name) : CW_LOCAL_IO;
}

enum cw_err contexts_remove(const char *name)
{
    char folder[PATH_LEN_MAX], path[PATH_LEN_MAX], current[CONTEXT_NAME_LEN_MAX + 1];

    if (!place_of(name, path) || unlink(path) != 0)
        return CW_LOCAL_NOT_FOUND;
    if (contexts_current(current) && strcmp(current, name) == 0 && contexts_folder(folder) &&
        path_join(path, folder, "current"))
        unlink(path);
    return CW_OK;
}

enum exit_code contexts_unknown(const struct cli *cli, const char *name)
{
    struct context_names *names = calloc(1, sizeof(*names));
    const char *at[CONTEXTS_MAX], *near;
    char why[CONTEXT_NAME_LEN_MAX + 60];
    enum exit_code code;

    CW_ASSERT(names != NULL);
    contexts_list(names);
    for (size_t i = 0; i < names->count; i++)
        at[i] = names->at[i];
    near = suggest(name, at, names->count);
    if (near != NULL)
        snprintf(why, sizeof(why), "did you mean \"%s\"?", near);
    else
        snprintf(why, sizeof(why), names->count == 0 ? "there are none yet" : "it was never added");
    code = complain(
        cli, EXIT_NOT_FOUND,
        &(struct trouble){"there is no such context", name, why,
                          names->count == 0 ? "casewire context add NAME --home DIR" : "casewire context list"});
    free(names);
    return code;
}
