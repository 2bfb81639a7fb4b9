/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

#include <stdio.h>
#include <stdlib.h>

static void add(struct out *o, const char *text)
{
    world_must(buf_add(&o->text, slice_of(text)) == CW_OK, "no memory");
}

void out_open(struct out *o, const char *about)
{
    *o = (struct out){.first = true};
    add(o, "{\n \"about\": \"");
    add(o, about);
    add(o, "\",\n \"vectors\": [");
}

static void end_vector(struct out *o)
{
    if (o->in_vector)
        add(o, "}");
    o->in_vector = false;
}

void out_close(struct out *o)
{
    end_vector(o);
    add(o, "\n ]\n}\n");
}

static void begin_key(struct out *o, const char *key)
{
    if (!o->first)
        add(o, ",");
    o->first = false;
    add(o, "\n   \"");
    add(o, key);
    add(o, "\": ");
}

void out_vector(struct out *o, const char *kind, const char *name, const char *reason)
{
    end_vector(o);
    add(o, o->text.data[o->text.len - 1] == '[' ? "\n  {" : ",\n  {");
    o->in_vector = true;
    o->first = true;
    out_text(o, "kind", kind);
    out_text(o, "name", name);
    begin_key(o, "valid");
    add(o, reason == NULL ? "true" : "false");
    if (reason != NULL)
        out_text(o, "reason", reason);
}

static void add_hex(struct out *o, struct cw_slice bytes)
{
    char *text = malloc(2 * bytes.len + 1);

    world_must(text != NULL, "no memory");
    hex_of(bytes, text);
    add(o, "\"");
    add(o, text);
    add(o, "\"");
    free(text);
}

void out_hex(struct out *o, const char *key, struct cw_slice bytes)
{
    begin_key(o, key);
    add_hex(o, bytes);
}

/* Our own texts only: nothing in them needs escaping. */
void out_text(struct out *o, const char *key, const char *text)
{
    world_must(strpbrk(text, "\"\\\n") == NULL, "a text that would need escaping");
    begin_key(o, key);
    add(o, "\"");
    add(o, text);
    add(o, "\"");
}

void out_number(struct out *o, const char *key, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    begin_key(o, key);
    add(o, text);
}

void out_list(struct out *o, const char *key)
{
    begin_key(o, key);
    add(o, "[");
    o->in_list = false;
}

void out_item(struct out *o, struct cw_slice bytes)
{
    add(o, o->in_list ? ",\n    " : "\n    ");
    o->in_list = true;
    add_hex(o, bytes);
}

void out_list_end(struct out *o)
{
    add(o, "]");
}

void out_check(struct out *o, bool held, const char *what)
{
    if (held) {
        o->passed++;
        return;
    }
    o->failed++;
    printf("our own code disagrees: %s\n", what);
}
