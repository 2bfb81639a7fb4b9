/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/enrol.h"
#include "tool/lab.h"

#include "lib/fault.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *division_json(const struct lab_division *d)
{
    char key[2 * KEY_LEN + 1];

    hex_of(slice(d->curve_key, KEY_LEN), key);
    return json_pack("{s:s, s:s, s:i, s:i, s:s}", "name", d->name, "code", d->code, "peer_port", (int)d->peer_port,
                     "client_port", (int)d->client_port, "curve_key", key);
}

enum cw_err lab_save(const struct lab *lab)
{
    json_t *divisions = json_array(), *root;
    char path[PATH_LEN_MAX];
    char *text;
    enum cw_err err = CW_LOCAL_IO;

    for (uint32_t i = 0; i < lab->division_count; i++)
        json_array_append_new(divisions, division_json(&lab->divisions[i]));
    root = json_pack("{s:i, s:s, s:o}", "v", 1, "run_dir", lab->run_dir, "divisions", divisions);
    text = json_dumps(root, JSON_INDENT(2));
    if (text != NULL && path_join(path, lab->dir, "lab.json"))
        err = file_write(path, slice_of(text), 0644);
    free(text);
    json_decref(root);
    return err;
}

static bool read_division(json_t *from, struct lab_division *out)
{
    const char *name, *code, *key;
    int peer_port, client_port;

    if (json_unpack(from, "{s:s, s:s, s:i, s:i, s:s}", "name", &name, "code", &code, "peer_port", &peer_port,
                    "client_port", &client_port, "curve_key", &key) != 0 ||
        strlen(name) > LAB_NAME_LEN_MAX || strlen(code) > DIVISION_LEN_MAX ||
        hex_parse(key, out->curve_key, KEY_LEN) != CW_OK)
        return false;
    snprintf(out->name, sizeof(out->name), "%s", name);
    snprintf(out->code, sizeof(out->code), "%s", code);
    out->peer_port = (unsigned)peer_port;
    out->client_port = (unsigned)client_port;
    return true;
}

static bool read_lab(json_t *root, struct lab *out)
{
    json_t *divisions, *division;
    const char *run_dir;
    size_t i;

    if (root == NULL || json_unpack(root, "{s:s, s:o}", "run_dir", &run_dir, "divisions", &divisions) != 0 ||
        json_array_size(divisions) > LAB_DIVISIONS_MAX)
        return false;
    snprintf(out->run_dir, sizeof(out->run_dir), "%s", run_dir);
    json_array_foreach(divisions, i,
                       division) if (!read_division(division, &out->divisions[out->division_count++])) return false;
    return true;
}

enum exit_code lab_load(const struct cli *cli, struct lab *out)
{
    char dir[PATH_LEN_MAX], path[PATH_LEN_MAX];
    json_t *root;
    bool ok;

    context_lab(cli, dir);
    *out = (struct lab){0};
    if (!path_absolute(dir, out->dir) || !path_join(path, out->dir, "lab.json") || !file_exists(path))
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"there is no lab in this folder", dir, "it has no lab.json",
                                          "casewire lab start --divisions north,east,west --dir DIR"});
    root = json_load_file(path, 0, NULL);
    ok = read_lab(root, out);
    json_decref(root);
    if (ok)
        return EXIT_DONE;
    return complain(cli, EXIT_CONFIG, &(struct trouble){"the lab's file cannot be read", path, "it is damaged", NULL});
}

const struct lab_division *lab_find(const struct lab *lab, const char *name)
{
    for (uint32_t i = 0; i < lab->division_count; i++)
        if (strcmp(lab->divisions[i].name, name) == 0 || strcmp(lab->divisions[i].code, name) == 0)
            return &lab->divisions[i];
    return NULL;
}

enum exit_code lab_read_divisions(const struct cli *cli, const char *text, struct lab *out)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        struct lab_division *d = &out->divisions[out->division_count];

        if (len == 0 || len > DIVISION_LEN_MAX || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") < len ||
            out->division_count == LAB_DIVISIONS_MAX)
            return complain(
                cli, EXIT_USAGE,
                &(struct trouble){"a division's name was not understood", text,
                                  "small letters and digits, at most 16, with commas between; at most 30 divisions",
                                  "casewire lab start --divisions north,east,west"});
        memcpy(d->name, text, len);
        d->name[len] = '\0';
        division_code_of(d->name, d->code);
        for (uint32_t i = 0; i < out->division_count; i++) {
            if (strcmp(out->divisions[i].code, d->code) == 0)
                return complain(cli, EXIT_USAGE,
                                &(struct trouble){"two divisions would have one code", d->name, "each needs its own",
                                                  "casewire lab start --divisions north,east,west"});
        }
        out->division_count++;
        text += len;
        text += *text == ',';
    }
    return EXIT_DONE;
}
