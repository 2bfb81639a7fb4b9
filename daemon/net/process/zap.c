/* SPDX-License-Identifier: Apache-2.0 */
#include "net/zap.h"

#include "net/zsocket.h"

#define REQUEST_FRAMES 7
#define FRAME_KEPT_MAX 255

struct zap_frame {
    uint8_t bytes[FRAME_KEPT_MAX];
    size_t len;
};

enum { FRAME_VERSION, FRAME_ID, FRAME_DOMAIN, FRAME_ADDRESS, FRAME_IDENTITY, FRAME_MECHANISM, FRAME_KEY };

struct zap_answer {
    const char *status, *text;
    char user[ZAP_USER_LEN + 1];
};

static struct cw_slice frame_slice(const struct zap_frame *f)
{
    return slice(f->bytes, f->len);
}

/* Takes one frame; longer ones are cut, which no judge below accepts. */
static bool take_frame(void *socket, struct zap_frame *out)
{
    int n = zmq_recv(socket, out->bytes, sizeof out->bytes, ZMQ_DONTWAIT);

    if (n < 0)
        return false;
    out->len = (size_t)n <= sizeof out->bytes ? (size_t)n : sizeof out->bytes;
    return true;
}

static bool more_follows(void *socket)
{
    int more = 0;
    size_t len = sizeof more;

    return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &len) == 0 && more != 0;
}

/* Returns how many frames the request had; the first REQUEST_FRAMES are kept. 0: no request is there. */
static size_t take_request(void *socket, struct zap_frame frames[static REQUEST_FRAMES])
{
    struct zap_frame surplus;
    size_t count = 0;

    if (!take_frame(socket, &frames[0]))
        return 0;
    for (count = 1; more_follows(socket); count++) {
        if (!take_frame(socket, count < REQUEST_FRAMES ? &frames[count] : &surplus))
            break;
    }
    return count;
}

static bool is_probe(const struct zap *z, enum door door, struct cw_slice key)
{
    return z->probing && door == z->probe_door && slice_eq(key, slice(z->probe_key, KEY_LEN));
}

static struct zap_answer judge_key(struct zap *z, enum door door, struct cw_slice key, struct cw_mono now)
{
    struct zap_answer answer = {"200", "", ""};

    if (is_probe(z, door, key)) {
        memcpy(answer.user, ZAP_PROBE_USER, sizeof ZAP_PROBE_USER);
        return answer;
    }

    const struct allow_row *row = allow_find(z->allow, key.data);
    enum allow_verdict verdict = allow_judge(row, door);
    if (verdict == ALLOW_YES) {
        hex_of(ID_SLICE(&row->cert), answer.user);
        return answer;
    }
    if (!z->probing)
        refused_add(z->refused, key.data, verdict, now);
    /*
     * 400 tells somebody who was known to stop. 300 tells a stranger nothing: libzmq falls silent and closes
     * when the handshake's time is over, which is longer than the self-test wants to wait.
     */
    return (struct zap_answer){verdict == ALLOW_UNKNOWN && !z->probing ? "300" : "400", "refused", ""};
}

static struct zap_answer judge(struct zap *z, const struct zap_frame *f, size_t count, struct cw_mono now)
{
    struct zap_answer broken = {"500", "not a request this handler knows", ""};
    enum door door;

    if (count != REQUEST_FRAMES || !slice_eq(frame_slice(&f[FRAME_VERSION]), slice_of("1.0")))
        return broken;
    if (!slice_eq(frame_slice(&f[FRAME_MECHANISM]), slice_of("CURVE")) || f[FRAME_KEY].len != KEY_LEN)
        return broken;
    if (!zsocket_door(frame_slice(&f[FRAME_DOMAIN]), &door))
        return broken;
    return judge_key(z, door, frame_slice(&f[FRAME_KEY]), now);
}

static void put_text(void *socket, const char *text, int flags)
{
    /* A refused answer is a dropped session: libzmq's handshake then runs into its time limit. */
    (void)zmq_send(socket, text, strlen(text), flags | ZMQ_DONTWAIT);
}

bool zap_answer_one(struct zap *z, struct cw_mono now)
{
    struct zap_frame frames[REQUEST_FRAMES] = {0};
    size_t count = take_request(z->socket, frames);

    if (count == 0)
        return false;

    struct zap_answer answer = judge(z, frames, count, now);
    put_text(z->socket, "1.0", ZMQ_SNDMORE);
    (void)zmq_send(z->socket, frames[FRAME_ID].bytes, frames[FRAME_ID].len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    put_text(z->socket, answer.status, ZMQ_SNDMORE);
    put_text(z->socket, answer.text, ZMQ_SNDMORE);
    put_text(z->socket, answer.user, ZMQ_SNDMORE);
    put_text(z->socket, "", 0);
    return true;
}
