/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/comments.h"
#include "conf/table.h"

#include "host/file.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdlib.h>

/*
 * libconfuse is given strings only, and this file's callbacks read them: so a value is refused with its line,
 * in our words, and reading goes on to the next mistake.
 */

struct parse {
    struct settings *out;
    struct problems *problems;
    const char *name;
    bool root_seen[SETTINGS_ROWS_MAX], peer_seen[SETTINGS_ROWS_MAX];
    struct settings_peer peer; /* the section being read */
};

/* libconfuse hands its callbacks no context. Set for the length of one settings_parse, in its thread alone. */
static _Thread_local struct parse *current;

static bool is_peer(const cfg_t *section)
{
    return section->name != NULL && strcmp(section->name, "peer") == 0;
}

/* --- callbacks ----------------------------------------------------------------------------------------------- */

static void take_value(cfg_t *section, const struct setting *row, bool *seen, const char *text, void *base)
{
    char expected[SETTING_EXPECTED_LEN_MAX];

    if (*seen)
        problem_add(current->problems, current->name, section->line, "%s: is set twice", row->name);
    else if (text == NULL || !setting_read(row, text, base, expected)) {
        if (text == NULL)
            setting_type_text(row, expected);
        problem_add(current->problems, current->name, section->line, "%s: \"%.40s\" is not %s", row->name,
                    text != NULL ? text : "", expected);
    }
    *seen = true;
}

/* After each `name = value`. Never fails: the problem is noted and the next line is read. */
static int on_value(cfg_t *section, cfg_opt_t *opt)
{
    bool peer = is_peer(section);
    size_t index = 0;
    const struct setting *row = peer ? setting_find(settings_peer_table, settings_peer_table_count, opt->name, &index)
                                     : setting_find(settings_table, settings_table_count, opt->name, &index);
    const char *text = cfg_opt_size(opt) > 0 ? cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1) : NULL;

    CW_ASSERT(row != NULL); /* registered from the tables */
    if (peer)
        take_value(section, row, &current->peer_seen[index], text, &current->peer);
    else {
        take_value(section, row, &current->root_seen[index], text, current->out);
        current->out->lines[index] = section->line;
    }
    return 0;
}

static bool title_is_good(const char *title)
{
    size_t len = strlen(title);

    return len >= 1 && len <= SETTINGS_TITLE_LEN_MAX && strspn(title, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void check_missing(const struct setting *table, size_t count, const bool *seen, int line, const char *of)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].fallback == NULL && !seen[i])
            problem_add(current->problems, current->name, line, "%s%s is not set: %s", of, table[i].name,
                        table[i].sentence);
    }
}

static void keep_peer(struct settings *s, const char *title, int line)
{
    current->peer.line = line;
    memcpy(current->peer.title, title, strlen(title) + 1);
    s->peers[s->peer_count++] = current->peer;
}

/* After each `peer "name" { ... }`. */
static int on_peer(cfg_t *root, cfg_opt_t *opt)
{
    cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    const char *title = cfg_title(section);
    struct settings *s = current->out;

    if (title == NULL || !title_is_good(title))
        problem_add(current->problems, current->name, root->line,
                    "peer \"%.40s\": a name has 1 to %d of a-z, 0-9 and -", title != NULL ? title : "",
                    SETTINGS_TITLE_LEN_MAX);
    else if (s->peer_count == SETTINGS_PEERS_MAX)
        problem_add(current->problems, current->name, root->line, "more than %d peers", SETTINGS_PEERS_MAX);
    else
        keep_peer(s, title, root->line);
    check_missing(settings_peer_table, settings_peer_table_count, current->peer_seen, root->line, "peer: ");
    memset(&current->peer, 0, sizeof current->peer);
    memset(current->peer_seen, 0, sizeof current->peer_seen);
    return 0;
}

static void unknown_name(bool peer, int line, const char *name)
{
    size_t index;
    const char *meant = peer ? setting_nearest(settings_peer_table, settings_peer_table_count, name)
                             : setting_nearest(settings_table, settings_table_count, name);

    if (peer && setting_find(settings_table, settings_table_count, name, &index) != NULL)
        problem_add(current->problems, current->name, line,
                    "%.40s: is no setting of a peer: is the } before it missing? It stands outside of sections", name);
    else if (meant != NULL)
        problem_add(current->problems, current->name, line, "%.40s: no such setting; did you mean %s?", name, meant);
    else if (!peer && setting_is_nearly_peer(name))
        problem_add(current->problems, current->name, line,
                    "%.40s: no such section; did you mean peer \"NAME\" { ... }?", name);
    else
        problem_add(current->problems, current->name, line, "%.40s: no such setting; casewired --help lists them",
                    name);
}

/* Where a section of this title ends that was read before; 0: its name was wrong. */
static int line_of_peer(const struct settings *s, const char *title)
{
    for (uint32_t i = 0; i < s->peer_count; i++)
        if (strcmp(s->peers[i].title, title) == 0)
            return s->peers[i].line;
    return 0;
}

/* Reading ends here: libconfuse makes no second section of one title. */
static void peer_again(int line, const char *title)
{
    int before = line_of_peer(current->out, title);
    char first[64] = "";

    if (before != 0)
        (void)snprintf(first, sizeof first, ", the first time in the section that ends at line %d", before);
    problem_add(current->problems, current->name, line,
                "peer \"%.40s\": is named twice%s: each peer has one section, and a name of its own", title, first);
}

/* libconfuse's own complaints: syntax, unknown names, a title that is there already. */
static __attribute__((format(printf, 2, 0))) void on_error(cfg_t *section, const char *format, va_list args)
{
    char text[PROBLEM_TEXT_LEN_MAX];

    if (strcmp(format, "no such option '%s'") == 0) {
        unknown_name(is_peer(section), section->line, va_arg(args, const char *));
        return;
    }
    if (strcmp(format, "found duplicate title '%s'") == 0) {
        peer_again(section->line, va_arg(args, const char *));
        return;
    }
    (void)vsnprintf(text, sizeof text, format, args);
    problem_add(current->problems, current->name, section->line, "%.200s", text);
}

/* --- setting libconfuse up -------------------------------------------------------------------------------------- */

static void string_options(const struct setting *table, size_t count, cfg_opt_t *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (cfg_opt_t){.name = table[i].name, .type = CFGT_STR, .flags = CFGF_NODEFAULT, .validcb = on_value};
    out[count] = (cfg_opt_t)CFG_END();
}

static cfg_t *new_parser(void)
{
    cfg_opt_t peer[SETTINGS_ROWS_MAX + 1], root[SETTINGS_ROWS_MAX + 2];
    size_t count = settings_table_count;
    cfg_t *cfg;

    string_options(settings_peer_table, settings_peer_table_count, peer);
    string_options(settings_table, count, root);
    root[count] = (cfg_opt_t)CFG_SEC("peer", peer, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
    root[count].validcb = on_peer;
    root[count + 1] = (cfg_opt_t)CFG_END();
    cfg = cfg_init(root, CFGF_NONE); /* copies the options */
    if (cfg != NULL)
        (void)cfg_set_error_function(cfg, on_error);
    return cfg;
}

static void set_defaults(struct settings *s)
{
    char expected[SETTING_EXPECTED_LEN_MAX];

    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *row = &settings_table[i];

        if (row->fallback != NULL && row->fallback[0] != '\0')
            CW_ASSERT(setting_read(row, row->fallback, s, expected)); /* the table keeps its own rules */
    }
}

/* run_dir and a name, where none was set. */
static void settle_socket(struct parse *p, const char *setting, const char *name, char *path)
{
    const struct settings *s = p->out;
    size_t len = strlen(s->run_dir);

    if (path[0] != '\0')
        return;
    if (len + strlen(name) > SETTING_SOCKET_LEN_MAX) {
        problem_add(p->problems, p->name, settings_line(s, "run_dir"), "run_dir is too long for a socket in it: set %s",
                    setting);
        return;
    }
    memcpy(path, s->run_dir, len);
    memcpy(path + len, name, strlen(name) + 1);
}

/* The parser below takes C strings, and what a terminal would obey has no business in a file of settings. */
static bool text_is_clean(struct cw_slice text, const char *name, struct problems *problems)
{
    int line = 1;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        line += c == '\n' ? 1 : 0;
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f) {
            problem_add(problems, name, line, "a control character (%02x)", (unsigned int)c);
            return false;
        }
    }
    return true;
}

/* --- names that nothing has -------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r");
}

/* "name" of a line "name = ...": true, when it is that. */
static bool name_of(const char *line, char out[static SETTINGS_TITLE_LEN_MAX + 1])
{
    const char *at = skip_blanks(line);
    size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    if (len == 0 || len > SETTINGS_TITLE_LEN_MAX || *skip_blanks(at + len) != '=')
        return false;
    memcpy(out, at, len);
    out[len] = '\0';
    return true;
}

static bool is_known(const char *name)
{
    size_t index;

    return strcmp(name, "peer") == 0 || setting_find(settings_table, settings_table_count, name, &index) != NULL ||
           setting_find(settings_peer_table, settings_peer_table_count, name, &index) != NULL;
}

/* Whether the next line is inside a section, after one that has braces or none. */
static bool in_section(bool before, const char *line)
{
    for (; *line != '\0'; line++)
        before = *line == '{' || (before && *line != '}');
    return before;
}

/* libconfuse ends at a name that it does not know: it is told of here, and its line left out, so that the rest is read. */
static void leave_out_unknown(char *text, struct parse *p)
{
    bool peer = false;
    int number = 1;

    current = p;
    for (char *line = text; *line != '\0'; number++) {
        size_t len = strcspn(line, "\n");
        char name[SETTINGS_TITLE_LEN_MAX + 1], end = line[len];

        line[len] = '\0';
        if (name_of(line, name)) {
            if (!is_known(name)) {
                unknown_name(peer, number, name);
                memset(line, ' ', len);
            }
        } else {
            peer = in_section(peer, line);
        }
        line[len] = end;
        line += len + (end != '\0');
    }
    current = NULL;
}

static enum cw_err run_parser(const char *text, struct parse *p)
{
    cfg_t *cfg = new_parser();
    uint32_t before = p->problems->count;
    int rc;

    if (cfg == NULL)
        return CW_LOCAL_MEMORY;
    current = p;
    rc = cfg_parse_buf(cfg, text);
    if (rc == CFG_SUCCESS)
        check_missing(settings_table, settings_table_count, p->root_seen, 0, "");
    else if (p->problems->count == before) /* it gave up without a word: never silently */
        problem_add(p->problems, p->name, cfg->line, "cannot be read");
    current = NULL;
    (void)cfg_free(cfg);
    return CW_OK;
}

static enum cw_err read_copy(char *text, struct parse *p)
{
    const char *fault = NULL;
    int line = comments_remove(text, &fault);
    enum cw_err err;

    if (line != 0) {
        problem_add(p->problems, p->name, line, "%s", fault);
        return CW_LOCAL_CONFIG;
    }
    leave_out_unknown(text, p);
    err = run_parser(text, p);
    settle_socket(p, "admin_socket", "/admin.sock", p->out->admin_socket);
    settle_socket(p, "listen_metrics", "/metrics.sock", p->out->listen_metrics);
    return err;
}

enum cw_err settings_parse(struct cw_slice text, const char *name, struct settings *out, struct problems *problems)
{
    struct parse p = {.out = out, .problems = problems, .name = name};
    uint32_t before = problems->count;
    char *copy;
    enum cw_err err;

    memset(out, 0, sizeof *out);
    set_defaults(out);
    (void)snprintf(out->file, sizeof out->file, "%s", name);
    if (text.len > SETTINGS_LEN_MAX) {
        problem_add(problems, name, 0, "is longer than %d bytes", SETTINGS_LEN_MAX);
        return CW_LOCAL_CONFIG;
    }
    if (!text_is_clean(text, name, problems))
        return CW_LOCAL_CONFIG;
    copy = strndup(text.len > 0 ? (const char *)text.data : "", text.len);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    err = read_copy(copy, &p);
    free(copy);
    return err != CW_OK ? err : problems->count == before ? CW_OK : CW_LOCAL_CONFIG;
}

/* What is wrong with a file, without its name at the beginning: a problem begins with it. */
static const char *behind_name(const char *text, const char *name)
{
    size_t len = strlen(name);

    return strncmp(text, name, len) == 0 && strncmp(text + len, ": ", 2) == 0 ? text + len + 2 : text;
}

enum cw_err settings_load(const char *path, struct settings *out, struct problems *problems)
{
    CW_AUTO(buf_done) struct buf text = {0};
    struct refusal why = {0};

    if (file_read(path, SETTINGS_LEN_MAX, FILE_PUBLIC, &text, &why) != CW_OK) {
        problem_add(problems, path, 0, "%s", behind_name(why.text, path));
        return CW_LOCAL_CONFIG;
    }
    return settings_parse(buf_slice(&text), path, out, problems);
}
