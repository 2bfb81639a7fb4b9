/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/lab.h"
#include "tool/out.h"
#include "tool/publish.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "proto/id.h"

#include <time.h>

static const struct timespec pause_between = {0, 20000000};

static enum cw_err network_of(const struct lab *lab, uint8_t out[static CW_ID_LEN])
{
    char path[PATH_LEN_MAX];
    struct buf genesis = {0};
    struct network_id network;
    enum cw_err err = path_join(path, lab->dir, "authority/network")
                          ? file_read(path, NETWORK_GENESIS_LEN_MAX, &genesis)
                          : CW_LOCAL_IO;

    if (err == CW_OK) {
        network_id_of(buf_slice(&genesis), &network);
        memcpy(out, network.b, CW_ID_LEN);
    }
    buf_done(&genesis);
    return err;
}

static bool socket_of(const struct lab *lab, const struct lab_division *d, char out[static PATH_LEN_MAX])
{
    return path_join(out, lab->run_dir, "%s/admin.sock", d->name);
}

enum cw_err lab_admin(const struct lab *lab, const struct lab_division *d, struct cw_client **out,
                      struct cw_fault *fault)
{
    struct cw_client_options options = {.size = sizeof(options)};
    char socket[PATH_LEN_MAX];

    if (!socket_of(lab, d, socket) || network_of(lab, options.network_id) != CW_OK)
        return fault_set(fault, CW_LOCAL_IO, lab->dir, "the lab's network cannot be read");
    options.admin_socket = socket;
    return cw_client_open(&options, out, fault);
}

static enum cw_err wait_answer(const struct lab *lab, const struct lab_division *d, struct cw_mono deadline,
                               struct cw_fault *fault)
{
    struct cw_client *client = NULL;
    enum cw_err err = lab_admin(lab, d, &client, fault);

    while (err == CW_OK) {
        struct cw_answer *answer = NULL;
        int left = link_ms_left(deadline);

        if (cw_client_status(client, left > 0 ? left : 1, &answer) == CW_OK) {
            cw_answer_close(answer);
            break;
        }
        *fault = *cw_client_fault(client);
        if (lab_pid(lab, d) == 0) {
            fault_set(fault, CW_LOCAL_CONFIG, d->name, "the daemon ended: %.150s/divisions/%s/casewired.log says why",
                      lab->dir, d->name);
            err = CW_LOCAL_CONFIG;
        } else if (left == 0) {
            err = CW_AGAIN_NO_DAEMON;
        } else {
            nanosleep(&pause_between, NULL);
        }
    }
    cw_client_close(client);
    return err;
}

enum cw_err lab_ready(const struct lab *lab, const struct lab_division *d, int32_t timeout_ms, struct cw_fault *fault)
{
    char authority[PATH_LEN_MAX], socket[PATH_LEN_MAX];
    uint64_t stored;
    enum cw_err err = wait_answer(lab, d, mono_after(link_now(), timeout_ms), fault);

    if (err != CW_OK)
        return err;
    if (!path_join(authority, lab->dir, "authority") || !socket_of(lab, d, socket))
        return CW_LOCAL_IO;
    return publish_segments(authority, socket, timeout_ms, &stored, fault);
}

static bool is_in_step(const struct cw_answer *answer, uint32_t others)
{
    const Cw__Peers *peers = answer_message(answer)->peers;
    uint32_t count = 0;

    for (size_t i = 0; i < peers->n_rows; i++)
        count += slice_eq(wire_slice(peers->rows[i]->state), slice_of("in step")) && !peers->rows[i]->cut;
    return count >= others;
}

/* What a division's list of peers is asked for, again and again. */
struct wish {
    uint32_t in_step; /* so many others, when peer is NULL */
    const char *peer;
    bool cut;
    const char *otherwise; /* what to say when the time is over */
};

static bool is_cut(const struct cw_answer *answer, const struct wish *wish)
{
    const Cw__Peers *peers = answer_message(answer)->peers;

    for (size_t i = 0; i < peers->n_rows; i++)
        if (slice_eq(wire_slice(peers->rows[i]->division), slice_of(wish->peer)) &&
            (peers->rows[i]->cut != 0) == wish->cut)
            return true;
    return false;
}

static enum cw_err wait_peers(const struct lab *lab, const struct lab_division *d, const struct wish *wish,
                              struct cw_mono deadline, struct cw_fault *fault)
{
    struct cw_client *client = NULL;
    enum cw_err err = lab_admin(lab, d, &client, fault);
    bool reached = false;

    if (err != CW_OK)
        return err;
    while (err == CW_OK && !reached) {
        struct cw_answer *answer = NULL;
        int left = link_ms_left(deadline);

        err = cw_client_peers(client, left > 0 ? left : 1, &answer);
        if (err != CW_OK) {
            *fault = *cw_client_fault(client);
            break;
        }
        reached = wish->peer != NULL ? is_cut(answer, wish) : is_in_step(answer, wish->in_step);
        cw_answer_close(answer);
        if (!reached && left == 0)
            err = fault_set(fault, CW_AGAIN_NO_PEER, d->name, "%s", wish->otherwise);
        else if (!reached)
            nanosleep(&pause_between, NULL);
    }
    cw_client_close(client);
    return err;
}

enum cw_err lab_shows_cut(const struct lab *lab, const struct lab_division *division, const char *peer, bool cut,
                          int32_t timeout_ms, struct cw_fault *fault)
{
    struct wish wish = {
        .peer = peer, .cut = cut, .otherwise = "the daemon took the order but does not show it in time"};

    return wait_peers(lab, division, &wish, mono_after(link_now(), timeout_ms), fault);
}

enum cw_err lab_in_step(const struct lab *lab, int32_t timeout_ms, struct cw_fault *fault)
{
    struct cw_mono deadline = mono_after(link_now(), timeout_ms);
    struct wish wish = {.in_step = lab->division_count - 1, .otherwise = "the daemons did not find each other in time"};
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; err == CW_OK && i < lab->division_count; i++)
        err = wait_peers(lab, &lab->divisions[i], &wish, deadline, fault);
    return err;
}
