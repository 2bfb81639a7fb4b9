#include "tests/unit/net/raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MORE_LONG 2
#define FRAME_COMMAND 4

static void read_exactly(int fd, uint8_t *out, size_t len)
{
    ck_assert_int_eq(recv(fd, out, len, MSG_WAITALL), (ssize_t)len);
}

bool raw_send_bytes(struct raw *r, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len != 0) {
        ssize_t n = send(r->fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

struct raw *raw_tcp(const char *endpoint)
{
    struct raw *r = calloc(1, sizeof *r);
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct timeval patience = {WORLD_WAIT_MS / 1000, 0};
    static const char scheme[] = "tcp://127.0.0.1:";

    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(strncmp(endpoint, scheme, sizeof scheme - 1), 0);
    to.sin_port = htons((uint16_t)strtoul(endpoint + sizeof scheme - 1, NULL, 10));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ck_assert_int_eq(connect(r->fd, (struct sockaddr *)&to, sizeof to), 0);
    r->nonce = 1;
    return r;
}

void raw_free(struct raw *r)
{
    (void)close(r->fd);
    free(r);
}

bool raw_is_cut(struct raw *r)
{
    uint8_t bytes[4096];
    ssize_t n;

    do {
        n = recv(r->fd, bytes, sizeof bytes, 0);
    } while (n > 0);
    return n == 0 || errno == ECONNRESET;
}

static void greet(struct raw *r)
{
    uint8_t ours[64] = {0xff, [9] = 0x7f, [10] = 3, [11] = 1, [12] = 'C', 'U', 'R', 'V', 'E'};
    uint8_t theirs[64];

    ck_assert(raw_send_bytes(r, ours, sizeof ours));
    read_exactly(r->fd, theirs, sizeof theirs);
    ck_assert_mem_eq(theirs + 12, "CURVE", 6);
}

static void make_nonce(const char *prefix, uint64_t counter, uint8_t out[24])
{
    struct writer w = writer_over(out, 24);

    writer_bytes(&w, prefix, 16);
    writer_be64(&w, counter);
}

static void send_command(struct raw *r, const struct writer *body)
{
    uint8_t head[9];
    struct writer w = writer_over(head, sizeof head);

    writer_u8(&w, body->len <= 255 ? FRAME_COMMAND : FRAME_COMMAND | FRAME_MORE_LONG);
    if (body->len <= 255)
        writer_u8(&w, (uint8_t)body->len);
    else
        writer_be64(&w, body->len);
    ck_assert(raw_send_bytes(r, head, w.len));
    ck_assert(raw_send_bytes(r, body->data, body->len));
}

static size_t read_command(struct raw *r, uint8_t *out, size_t cap)
{
    uint8_t head[2];

    read_exactly(r->fd, head, 2);
    ck_assert_uint_eq(head[0], FRAME_COMMAND);
    ck_assert_uint_le(head[1], cap);
    read_exactly(r->fd, out, head[1]);
    return head[1];
}

/* The longer kind of nonce: eight letters and sixteen bytes that are sent along. */
static void long_nonce(const char *prefix, const uint8_t rest[static 16], uint8_t out[static 24])
{
    memcpy(out, prefix, 8);
    memcpy(out + 8, rest, 16);
}

struct handshake {
    uint8_t server[32], transient_public[32], transient_secret[32];
    uint8_t server_transient[32], cookie[96];
};

static void send_hello(struct raw *r, const struct handshake *h)
{
    uint8_t bytes[200], nonce[24], zeros[64] = {0}, box[80];
    struct writer w = writer_over(bytes, sizeof bytes);

    make_nonce("CurveZMQHELLO---", r->nonce, nonce);
    ck_assert_int_eq(crypto_box_easy(box, zeros, sizeof zeros, nonce, h->server, h->transient_secret), 0);
    writer_bytes(&w, "\5HELLO\1\0", 8);
    writer_bytes(&w, (uint8_t[72]){0}, 72);
    writer_bytes(&w, h->transient_public, 32);
    writer_be64(&w, r->nonce++);
    writer_bytes(&w, box, sizeof box);
    ck_assert_uint_eq(w.len, 200);
    send_command(r, &w);
}

static void take_welcome(struct raw *r, struct handshake *h)
{
    uint8_t bytes[255], nonce[24], plain[128];

    ck_assert_uint_eq(read_command(r, bytes, sizeof bytes), 168);
    long_nonce("WELCOME-", bytes + 8, nonce);
    ck_assert_int_eq(crypto_box_open_easy(plain, bytes + 24, 144, nonce, h->server, h->transient_secret), 0);
    memcpy(h->server_transient, plain, 32);
    memcpy(h->cookie, plain + 32, 96);
}

static void put_property(struct writer *w, const char *name, const char *value)
{
    writer_u8(w, (uint8_t)strlen(name));
    writer_bytes(w, name, strlen(name));
    writer_be32(w, (uint32_t)strlen(value));
    writer_bytes(w, value, strlen(value));
}

static void put_vouch(struct writer *w, const struct handshake *h, const struct person *who)
{
    uint8_t rest[16], nonce[24], plain[64], box[80];

    randombytes_buf(rest, sizeof rest);
    long_nonce("VOUCH---", rest, nonce);
    memcpy(plain, h->transient_public, 32);
    memcpy(plain + 32, h->server, 32);
    ck_assert_int_eq(crypto_box_easy(box, plain, sizeof plain, nonce, h->server_transient, who->keys.secret), 0);
    writer_bytes(w, rest, sizeof rest);
    writer_bytes(w, box, sizeof box);
}

static void send_initiate(struct raw *r, const struct handshake *h, const struct person *who, const char *routing_id)
{
    uint8_t plain[512], bytes[1024], nonce[24];
    struct writer p = writer_over(plain, sizeof plain);
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_bytes(&p, who->keys.public_key, 32);
    put_vouch(&p, h, who);
    put_property(&p, "Socket-Type", "DEALER");
    put_property(&p, "Identity", routing_id);

    make_nonce("CurveZMQINITIATE", r->nonce, nonce);
    writer_bytes(&w, "\10INITIATE", 9);
    writer_bytes(&w, h->cookie, 96);
    writer_be64(&w, r->nonce++);
    ck_assert_int_eq(crypto_box_easy(bytes + w.len, plain, p.len, nonce, h->server_transient, h->transient_secret), 0);
    w.len += p.len + crypto_box_MACBYTES;
    send_command(r, &w);
}

static void take_ready(struct raw *r)
{
    uint8_t bytes[255];

    ck_assert_uint_gt(read_command(r, bytes, sizeof bytes), 14);
    ck_assert_mem_eq(bytes, "\5READY", 6);
}

struct raw *raw_knock(struct world *w, const struct person *who, const char *endpoint, const char *routing_id)
{
    struct raw *r = raw_tcp(endpoint);
    struct handshake h;

    memcpy(h.server, w->keys.public_key, 32);
    crypto_box_keypair(h.transient_public, h.transient_secret);
    greet(r);
    send_hello(r, &h);
    take_welcome(r, &h);
    send_initiate(r, &h, who, routing_id);
    take_ready(r);
    ck_assert_int_eq(crypto_box_beforenm(r->key, h.server_transient, h.transient_secret), 0);
    return r;
}

bool raw_send(struct raw *r, const void *data, size_t len, bool more)
{
    size_t plain_len = 1 + len, body_len = 8 + 8 + plain_len + crypto_box_MACBYTES;
    uint8_t *plain = malloc(plain_len), *frame = malloc(9 + body_len), nonce[24];
    struct writer w = writer_over(frame, 9 + body_len);

    ck_assert(plain != NULL && frame != NULL);
    plain[0] = more ? 1 : 0;
    if (len != 0)
        memcpy(plain + 1, data, len);
    make_nonce("CurveZMQMESSAGEC", r->nonce, nonce);

    writer_u8(&w, body_len <= 255 ? 0 : FRAME_MORE_LONG);
    if (body_len <= 255)
        writer_u8(&w, (uint8_t)body_len);
    else
        writer_be64(&w, body_len);
    writer_bytes(&w, "\7MESSAGE", 8);
    writer_be64(&w, r->nonce++);
    ck_assert_int_eq(crypto_box_easy_afternm(frame + w.len, plain, plain_len, nonce, r->key), 0);
    w.len += plain_len + crypto_box_MACBYTES;
    bool sent = raw_send_bytes(r, frame, w.len);
    free(plain);
    free(frame);
    return sent;
}
