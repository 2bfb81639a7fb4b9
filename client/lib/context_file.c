/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a context file. */
#include "lib/context.h"

#include "lib/fault.h"
#include "proto/id.h"

#include <stdio.h>

/* The part of text before `mark`, which is taken off it with the mark; all of it when there is no mark. */
static struct cw_slice take_until(struct cw_slice *text, char mark)
{
    const uint8_t *at = text->len > 0 ? memchr(text->data, mark, text->len) : NULL;
    size_t len = at != NULL ? (size_t)(at - text->data) : text->len;
    struct cw_slice part = slice(text->data, len);

    *text = at != NULL ? slice(at + 1, text->len - len - 1) : slice(text->data, 0);
    return part;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct cw_slice trim(struct cw_slice s)
{
    while (s.len > 0 && is_blank(s.data[0]))
        s = slice(s.data + 1, s.len - 1);
    while (s.len > 0 && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

static bool copy(char *out, size_t cap, struct cw_slice value)
{
    if (value.len == 0 || value.len >= cap || memchr(value.data, '\0', value.len) != NULL)
        return false;
    memcpy(out, value.data, value.len);
    out[value.len] = '\0';
    return true;
}

static const char *set_address(struct context_file *f, struct cw_slice value)
{
    struct context_text *text = &f->texts[f->daemon_count];

    if (f->daemon_count > 0 && !f->texts[f->daemon_count - 1].has_key)
        return "the daemon above it has no daemon-key";
    if (f->daemon_count == CW_DAEMONS_MAX)
        return "more daemons than a handle takes";
    if (!copy(text->address, sizeof(text->address), value))
        return "an address is tcp://host:port";
    f->daemons[f->daemon_count++].address = text->address;
    return NULL;
}

static const char *set_key(struct context_file *f, struct cw_slice value)
{
    char hex[2 * CW_ID_LEN + 1];
    size_t last = f->daemon_count - 1;

    if (f->daemon_count == 0 || f->texts[last].has_key)
        return "a daemon-key stands below its daemon's address";
    if (!copy(hex, sizeof(hex), value) || hex_parse(hex, f->daemons[last].key, CW_ID_LEN) != CW_OK)
        return "a daemon-key is 64 hexadecimal digits";
    f->texts[last].has_key = true;
    return NULL;
}

/* What is wrong with it; NULL when nothing is. */
static const char *set_one(struct context_file *f, struct cw_slice name, struct cw_slice value)
{
    if (slice_eq(name, slice_of("address")))
        return set_address(f, value);
    if (slice_eq(name, slice_of("daemon-key")))
        return set_key(f, value);
    if (slice_eq(name, slice_of("admin-socket")))
        return copy(f->admin_socket, sizeof(f->admin_socket), value) ? NULL : "this is no path";
    if (slice_eq(name, slice_of("synthetic"))) {
        f->synthetic = slice_eq(value, slice_of("yes"));
        return f->synthetic || slice_eq(value, slice_of("no")) ? NULL : "it is yes or no";
    }
    return "the names are address, daemon-key, admin-socket, synthetic";
}

static const char *read_line(struct context_file *f, struct cw_slice line)
{
    struct cw_slice name;

    line = trim(line);
    if (line.len == 0 || line.data[0] == '#')
        return NULL;
    if (memchr(line.data, '=', line.len) == NULL)
        return "a line is: name = value";
    name = trim(take_until(&line, '='));
    return set_one(f, name, trim(line));
}

enum cw_err context_file_read(struct cw_slice text, struct context_file *out, struct cw_fault *fault)
{
    unsigned number = 0;
    char where[32];

    while (text.len > 0) {
        const char *wrong = read_line(out, take_until(&text, '\n'));

        number++;
        if (wrong == NULL)
            continue;
        snprintf(where, sizeof(where), "context:%u", number);
        return fault_set(fault, CW_LOCAL_CONFIG, where, "%s", wrong);
    }
    if (out->daemon_count > 0 && !out->texts[out->daemon_count - 1].has_key)
        return fault_set(fault, CW_LOCAL_CONFIG, "context", "the last daemon has no daemon-key");
    return CW_OK;
}
