/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_DRIVER_H
#define CASEWIRE_NET_DRIVER_H

/*
 * The core's side of the net process: starts it, tells it whom to let in, hands frames both ways, and
 * replaces it when it dies. A net process knows nothing that it was not told, so its death costs the links
 * and nothing else: each is reported down, the new process is configured the same, and the core dials again.
 *
 *   any thread: driver_send, dial, hang, kick, allow, then driver_flush: they gather and write, never block
 *   one thread: driver_run, which calls the handler for everything that happens
 */

#include "net/allow.h"
#include "net/keeper.h"
#include "net/misframed.h"
#include "proto/link_end.h"

#define DRIVER_ADDRESS_LEN_MAX 255
#define DRIVER_PENDING_LEN_MAX ((size_t)32 << 20) /* on its way to the net process; above it a link is dropped */
#define DRIVER_TEXT_LEN_MAX 320

struct driver_settings {
    char peer_listen[DRIVER_ADDRESS_LEN_MAX + 1]; /* "tcp://..." */
    char client_listen[DRIVER_ADDRESS_LEN_MAX + 1];
    const uint8_t *curve_secret; /* KEY_LEN bytes of locked memory, borrowed until driver_close */
};

enum net_event_kind {
    NET_READY, /* text: "PEERS CLIENTS", where it listens; also after each replacement */
    NET_UP,
    NET_DOWN,      /* end, and text with more: why */
    NET_RECEIVED,  /* frame */
    NET_REFUSED,   /* a key was refused; text: fingerprint and reason; count: times so far; fresh: of these, new ones */
    NET_MISFRAMED, /* something came that is no message; misframed; known, cert and client; text: whose, and what */
    NET_FAILED,    /* the net process cannot do its work; text: why. Before the first NET_READY: driver_run ends */
    NET_LOST,      /* the net process ended; count: how often in this run; text: how. A new one follows */
};

struct net_event {
    enum net_event_kind kind;
    uint64_t
        link; /* a dialled one's id is the dialler's; an incoming one has the top bit set; never used twice in a run */
    bool known; /* UP: cert and subject are */
    struct cert_id cert;
    enum subject_kind subject;
    bool incoming, client;
    enum link_end end;          /* DOWN */
    enum allow_verdict verdict; /* REFUSED */
    enum misframed misframed;   /* MISFRAMED */
    bool settings;              /* FAILED: starting again will not help, somebody must change something */
    struct cw_slice frame;      /* borrowed for the call */
    const char *text;           /* "" when there is nothing to say; from the net process: bounded, printable */
    uint64_t count, fresh;
};
/* May block: nothing more is read from the network meanwhile. May call the driver's functions, but driver_close. */
typedef void net_handler(void *ctx, const struct net_event *event);

struct driver;

/* The keeper was started before; borrowed. */
enum cw_err driver_open(struct keeper *keeper, const struct driver_settings *settings, net_handler *handler, void *ctx,
                        struct driver **out);
/* Returns after driver_stop, when the keeper is gone, or when the first net process failed. */
void driver_run(struct driver *d);
void driver_stop(struct driver *d);  /* any thread; async-signal-safe */
void driver_close(struct driver *d); /* after driver_run returned; NULL allowed */

void driver_send(struct driver *d, uint64_t link, struct cw_slice frame);
void driver_dial(struct driver *d, uint64_t link, const char *address, const uint8_t server_key[static KEY_LEN]);
void driver_hang(struct driver *d, uint64_t link);
void driver_kick(struct driver *d, const struct cert_id *cert);
void driver_allow(struct driver *d, const struct allow_row *rows, uint32_t count); /* the whole list, replaces */
void driver_flush(struct driver *d); /* after a turn, after an answer: what was gathered goes in one write */

pid_t driver_net_pid(struct driver *d); /* tests and status; 0: none runs now */

#endif
