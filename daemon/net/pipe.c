/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pipe.h"

#include "proto/sign.h"
#include "proto/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH_LEN 4
#define FILL_LEN ((size_t)256 << 10)
/* A buffer that one large message made grow is given back once it is empty. */
#define KEEP_LEN ((size_t)1 << 20)

static void wipe_out(struct pipe_end *p)
{
    if (p->secret && p->out.data != NULL)
        wipe(p->out.data, p->out.cap);
    p->secret = false;
}

void pipe_init(struct pipe_end *p, int fd)
{
    int size = 1 << 20;

    *p = (struct pipe_end){.fd = fd};
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    /* More room means fewer wake-ups. Without it everything works, only slower. */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void pipe_done(struct pipe_end *p)
{
    if (p->fd >= 0)
        (void)close(p->fd);
    wipe_out(p);
    buf_done(&p->in);
    buf_done(&p->out);
    *p = (struct pipe_end){.fd = -1};
}

/* As buf_reserve; of a secret no copy is left where it was. */
static enum cw_err make_room(struct pipe_end *p, size_t more)
{
    bool secret = p->secret;
    struct buf larger = {0};

    if (!secret || more <= p->out.cap - p->out.len)
        return buf_reserve(&p->out, more);
    enum cw_err err = buf_reserve(&larger, p->out.len + more);
    if (err != CW_OK)
        return err;
    (void)buf_add(&larger, buf_slice(&p->out));
    wipe_out(p);
    buf_done(&p->out);
    p->out = larger;
    p->secret = secret;
    return CW_OK;
}

/* Moves what is left to the front, so that a buffer never grows beyond what is under way. */
static void close_gap(struct buf *b, size_t *at)
{
    if (*at == 0)
        return;
    memmove(b->data, b->data + *at, b->len - *at);
    b->len -= *at;
    *at = 0;
    if (b->len == 0 && b->cap > KEEP_LEN)
        buf_done(b);
}

enum cw_err pipe_put(struct pipe_end *p, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    enum cw_err err;

    if (len > PIPE_MESSAGE_LEN_MAX)
        return CW_REFUSED_SIZE;

    err = make_room(p, LENGTH_LEN + len);
    if (err != CW_OK)
        return err;

    struct writer w = writer_over(p->out.data + p->out.len, LENGTH_LEN + len);
    writer_be32(&w, (uint32_t)len);
    wire_pack(message, &w);
    CW_ASSERT(!w.failed && w.len == LENGTH_LEN + len);
    p->out.len += w.len;
    return CW_OK;
}

enum cw_err pipe_put_bytes(struct pipe_end *p, struct cw_slice message)
{
    enum cw_err err;

    if (message.len > PIPE_MESSAGE_LEN_MAX)
        return CW_REFUSED_SIZE;
    err = make_room(p, LENGTH_LEN + message.len);
    if (err != CW_OK)
        return err;
    (void)buf_add_be32(&p->out, (uint32_t)message.len);
    return buf_add(&p->out, message);
}

enum cw_err pipe_put_secret(struct pipe_end *p, const ProtobufCMessage *message)
{
    p->secret = true;
    return pipe_put(p, message);
}

size_t pipe_pending(const struct pipe_end *p)
{
    return p->out.len - p->out_at;
}

enum cw_err pipe_flush(struct pipe_end *p)
{
    while (pipe_pending(p) != 0) {
        ssize_t n = send(p->fd, p->out.data + p->out_at, pipe_pending(p), MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
            break;
        if (n < 0)
            return CW_LOCAL_IO;
        p->out_at += (size_t)n;
    }
    if (pipe_pending(p) == 0)
        wipe_out(p);
    close_gap(&p->out, &p->out_at);
    return CW_OK;
}

enum cw_err pipe_fill(struct pipe_end *p)
{
    enum cw_err err;
    ssize_t n;

    close_gap(&p->in, &p->in_at);
    err = buf_reserve(&p->in, FILL_LEN);
    if (err != CW_OK)
        return err;

    do {
        n = recv(p->fd, p->in.data + p->in.len, FILL_LEN, 0);
    } while (n < 0 && errno == EINTR);

    if (n < 0 && errno == EAGAIN)
        return CW_AGAIN_BUSY;
    if (n <= 0)
        return CW_LOCAL_IO;
    p->in.len += (size_t)n;
    return CW_OK;
}

enum cw_err pipe_next(struct pipe_end *p, struct cw_slice *out)
{
    struct reader r = reader_over(slice(p->in.data + p->in_at, p->in.len - p->in_at));

    if (reader_left(&r) < LENGTH_LEN)
        return CW_AGAIN_BUSY;

    size_t len = reader_be32(&r);
    if (len > PIPE_MESSAGE_LEN_MAX)
        return CW_PEER_MALFORMED;
    if (reader_left(&r) < len)
        return CW_AGAIN_BUSY;

    *out = reader_slice(&r, len);
    p->in_at += LENGTH_LEN + len;
    return CW_OK;
}
