/* SPDX-License-Identifier: Apache-2.0 */
/* DIR/members: what the authority was told of who listens where. No secret, and believed by nobody: answers are signed. */
#include "tool/enrol.h"

#include "lib/fault.h"

#define MEMBERS_LEN_MAX ((size_t)MEMBERS_MAX * 320)

static bool read_line(struct cw_slice line, struct member *out)
{
    char text[320], *title, *address;

    if (line.len >= sizeof(text))
        return false;
    memcpy(text, line.data, line.len);
    text[line.len] = '\0';
    title = strchr(text, ' ');
    address = title != NULL ? strchr(title + 1, ' ') : NULL;
    if (address == NULL)
        return false;
    *title++ = '\0';
    *address++ = '\0';
    if (hex_parse(text, out->cert.b, ID_LEN) != CW_OK || !enrol_title_ok(slice_of(title)) ||
        !enrol_address_ok(slice_of(address)))
        return false;
    snprintf(out->title, sizeof(out->title), "%s", title);
    snprintf(out->address, sizeof(out->address), "%s", address);
    return true;
}

static enum cw_err read_lines(struct cw_slice text, const char *path, struct members *out, struct cw_fault *fault)
{
    for (unsigned number = 1; text.len > 0; number++) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.data) : text.len;

        if (out->count == MEMBERS_MAX || !read_line(slice(text.data, len), &out->at[out->count]))
            return fault_set(fault, CW_LOCAL_CORRUPT, path, "line %u is no certificate, title and address", number);
        out->count++;
        len += end != NULL;
        text = slice(text.data + len, text.len - len);
    }
    return CW_OK;
}

enum cw_err members_load(const char *dir, struct members *out, struct cw_fault *fault)
{
    struct buf bytes = {0};
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, dir, "members") ? file_read(path, MEMBERS_LEN_MAX, &bytes) : CW_LOCAL_IO;

    out->count = 0;
    if (err == CW_OK)
        err = read_lines(buf_slice(&bytes), path, out, fault);
    else if (err == CW_LOCAL_NOT_FOUND)
        err = CW_OK;
    else
        fault_plain(fault, err, path);
    buf_done(&bytes);
    return err;
}

enum cw_err members_add(struct members *members, const struct cert_id *cert, struct cw_slice title,
                        struct cw_slice address, struct cw_fault *fault)
{
    struct member *m;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < members->count; i++)
        if (!slice_eq(title, slice_of(members->at[i].title)) && !ID_EQ(&members->at[i].cert, cert))
            members->at[kept++] = members->at[i];
    members->count = kept;
    if (kept == MEMBERS_MAX)
        return fault_set(fault, CW_REFUSED_SIZE, "members", "there are as many divisions as this folder can hold");
    m = &members->at[members->count++];
    *m = (struct member){.cert = *cert};
    memcpy(m->title, title.data, title.len);
    memcpy(m->address, address.data, address.len);
    return CW_OK;
}

enum cw_err members_save(const char *dir, const struct members *members, struct cw_fault *fault)
{
    struct buf text = {0};
    char path[PATH_LEN_MAX], line[320], id[2 * ID_LEN + 1];
    enum cw_err err = path_join(path, dir, "members") ? CW_OK : CW_LOCAL_IO;

    for (uint32_t i = 0; err == CW_OK && i < members->count; i++) {
        hex_of(ID_SLICE(&members->at[i].cert), id);
        snprintf(line, sizeof(line), "%s %s %s\n", id, members->at[i].title, members->at[i].address);
        err = buf_add(&text, slice_of(line));
    }
    if (err == CW_OK)
        err = file_write(path, buf_slice(&text), 0644);
    buf_done(&text);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, dir);
}
