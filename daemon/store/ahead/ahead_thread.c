/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <signal.h>

static void lock(struct store *s)
{
    (void)pthread_mutex_lock(&s->lock);
}

static void unlock(struct store *s)
{
    (void)pthread_mutex_unlock(&s->lock);
}

/* --- settling what is frozen --------------------------------------------------------------------------------- */

/*
 * Under the lock, which it leaves meanwhile. Readers go on: they see the layer over LMDB, with or without the same rows below. With
 * the lock left once more the layer goes, unless a reader still holds it.
 */
static enum cw_err settle_frozen_locked(struct store *s)
{
    struct ahead *a = &s->ahead;
    const struct ahead_settlement what = {a->frozen, 0, a->frozen_at.number, a->frozen_at, .live = true};
    struct layer *done = NULL;
    enum cw_err err;

    a->settling = true;
    unlock(s);
    err = ahead_settle(s, &what);
    lock(s);
    a->settling = false;
    a->stuck = err != CW_OK;
    if (err == CW_OK) {
        done = a->frozen;
        a->frozen = NULL;
    }
    (void)pthread_cond_broadcast(&a->changed);
    unlock(s);
    layer_release(done);
    lock(s);
    return err;
}

enum cw_err ahead_settle_frozen(struct store *s)
{
    struct ahead *a = &s->ahead;
    enum cw_err err = CW_OK;

    lock(s);
    while (a->settling)
        (void)pthread_cond_wait(&a->changed, &s->lock);
    if (a->frozen != NULL)
        err = atomic_load(&s->failed) ? CW_LOCAL_IO : settle_frozen_locked(s);
    unlock(s);
    return err;
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static struct timespec time_of(int64_t ms)
{
    return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
}

/* When the active layer is to be settled whether it is full or not. */
static int64_t due_at(const struct ahead *a)
{
    int64_t old = a->oldest_ms + a->settle_ms, quiet = a->newest_ms + a->settle_ms / AHEAD_QUIET_PART;

    return old < quiet ? old : quiet;
}

static bool waits_for_time(const struct ahead *a)
{
    return a->frozen == NULL && a->records > 0 && !a->due;
}

static bool is_due(const struct ahead *a)
{
    return waits_for_time(a) && ahead_now_ms() >= due_at(a);
}

/* Until something changes, or what nobody has frozen is due. */
static void wait_for_work(struct store *s)
{
    struct ahead *a = &s->ahead;
    struct timespec until = time_of(due_at(a));

    if (waits_for_time(a))
        (void)pthread_cond_timedwait(&a->changed, &s->lock, &until);
    else
        (void)pthread_cond_wait(&a->changed, &s->lock);
}

static void *settle_for_ever(void *arg)
{
    struct store *s = arg;
    struct ahead *a = &s->ahead;

    lock(s);
    while (!a->stop) {
        if (is_due(a) && !s->writing)
            ahead_freeze_locked(s);
        else if (is_due(a))
            a->due = true; /* the writer does it when its transaction ends */
        if (a->frozen != NULL && !a->settling && !a->stuck && !atomic_load(&s->failed))
            (void)settle_frozen_locked(s);
        else
            wait_for_work(s);
    }
    unlock(s);
    return NULL;
}

/* Signals are for the threads that expect them. */
static int start_without_signals(struct store *s)
{
    sigset_t all, before;
    int rc;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&s->ahead.thread, NULL, settle_for_ever, s);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

enum cw_err ahead_start_thread(struct store *s)
{
    struct ahead *a = &s->ahead;

    if (a->running)
        return CW_OK;
    if (start_without_signals(s) != 0)
        return CW_LOCAL_MEMORY;
    (void)pthread_setname_np(a->thread, "cw-settle");
    a->running = true;
    return CW_OK;
}

void ahead_stop_thread(struct store *s)
{
    struct ahead *a = &s->ahead;

    if (!a->running)
        return;
    lock(s);
    a->stop = true;
    (void)pthread_cond_broadcast(&a->changed);
    unlock(s);
    (void)pthread_join(a->thread, NULL);
    a->running = false;
}
