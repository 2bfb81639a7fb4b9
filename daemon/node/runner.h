/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_RUNNER_H
#define CASEWIRE_NODE_RUNNER_H

/*
 * A node with threads around it: workers verify, one thread takes turns, readers answer from snapshots. While
 * a turn's commit waits for the disk, what the next turn will take is verified: a group commit grows by
 * itself under load. The simulator does the same inline, with the same node.
 *
 * Whoever brings frames (the net driver's thread, the admin socket's) calls runner_link_up, runner_frame and
 * runner_link_down, in this order for each link; they may block while a peer's frame finds no room.
 */

#include "node/intake.h"

struct runner;

struct runner_options {
    struct node *node;         /* open; its turns are the runner's from now on */
    const struct ports *ports; /* net and clock are used; borrowed while it runs */
    uint32_t workers;          /* 1 to RUNNER_THREADS_MAX */
    uint32_t readers;
    int64_t
        beat_ms; /* the node thread comes round at least this often (the service manager's watchdog); 0: only for work */
    void *ctx;
    void (*said)(void *ctx); /* after a turn and after an answer: what was said may be flushed. Any of its threads */
    void (*beat)(void *ctx); /* node thread, after each round */
    void (*failed)(void *ctx, enum cw_err err); /* node thread: no turn any more, the process must restart */
};
#define RUNNER_THREADS_MAX 64

/* Starts the threads. CW_LOCAL_MEMORY: none runs. */
enum cw_err runner_start(const struct runner_options *options, struct runner **out);
/* Ends them; the turn under way is finished first. Frames that still wait are dropped, unanswered: nothing was promised for them. */
void runner_stop(struct runner *r); /* NULL allowed */

/* How long turns took, in whole milliseconds, commit included; of this run. */
#define RUNNER_BOUNDS 12
extern const int64_t runner_bounds_ms[RUNNER_BOUNDS]; /* ascending */
struct runner_figures {
    uint64_t turns[RUNNER_BOUNDS +
                   1]; /* [i]: of up to bounds_ms[i] and more than the one before; the last: of more than all */
    uint64_t turns_ms; /* all together */
    uint64_t busy;     /* requests turned away because too many wait */
};
void runner_figures(struct runner *r, struct runner_figures *out); /* any thread */

void runner_link_up(struct runner *r, const struct reader_identity *who, bool incoming);
void runner_link_down(struct runner *r, link_id link, enum link_end end);
void runner_frame(struct runner *r, link_id link, struct cw_slice frame);

#endif
