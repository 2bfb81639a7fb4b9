/* SPDX-License-Identifier: Apache-2.0 */
/*
 * casewired: the one file that knows everything. It plugs the drivers into the node's ports, and brings them
 * up in the order that safety asks for:
 *
 *   settings, signals, limits -> the keeper of net processes (before any key is in memory, before any thread)
 *   -> keys -> store -> anchor -> node -> the doors, tried before they open -> turns -> the admin socket
 */

#include "conf/identity.h"
#include "conf/settings.h"
#include "host/anchor_file.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/file.h"
#include "host/journal.h"
#include "host/keyring_file.h"
#include "host/limits.h"
#include "host/lock_file.h"
#include "host/notify.h"
#include "host/signals.h"
#include "net/admin.h"
#include "net/driver.h"
#include "node/node.h"
#include "node/runner.h"
#include "store/store.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#ifndef CASEWIRE_VERSION
#define CASEWIRE_VERSION "0.1"
#endif

#define EXIT_CONFIG 78 /* EX_CONFIG: starting again will not help; the unit does not try */
#define NET_READY_MS 30000
#define TEND_MS 60000
#define READERS 2

struct daemon {
    struct settings settings;
    struct identity identity;
    struct journal *journal;
    struct keeper keeper;
    struct store *store;
    struct anchor_file *anchor;
    struct keyring_file *keyring;
    struct driver *driver;
    struct admin *admin;
    struct node *node;
    struct runner *runner;
    struct ports ports;
    int lock_fd, signal_fd, ended_fd;
    pthread_t driver_thread, admin_thread;
    bool driver_runs, admin_runs;
    pthread_mutex_t gate; /* what comes from outside waits until there is a runner to take it */
    pthread_cond_t opened;
    bool net_ready, net_failed, running;
    struct cw_mono alive_at, tend_at; /* node thread */
};

static struct daemon the_daemon = {.lock_fd = -1, .signal_fd = -1, .ended_fd = -1};

/* --- ports: store ---------------------------------------------------------------------------------------- */

static const struct store_table tables[TABLE_COUNT] = {
    [TABLE_META] = {"meta", false},           [TABLE_LOG] = {"log", false},         [TABLE_ENTRY] = {"entry", false},
    [TABLE_SEAL] = {"seal", false},           [TABLE_BLOB] = {"blob", false},       [TABLE_OP] = {"op", false},
    [TABLE_SUBMIT_ID] = {"submit_id", false}, [TABLE_CASE_OP] = {"case_op", false}, [TABLE_CASE] = {"case", false},
    [TABLE_INDEX] = {"index", false},         [TABLE_PENDING] = {"pending", false}, [TABLE_FEED] = {"feed", false},
    [TABLE_PEER] = {"peer", false},           [TABLE_FORK] = {"fork", false},       [TABLE_KEY] = {"key", false},
};

/* The node's transactions are the store's; only the names differ on the two sides of the port. */
static struct store_txn *to_store(struct kv_txn *txn)
{
    return (struct store_txn *)(void *)txn;
}

static enum cw_err kv_begin_write(void *ctx, struct kv_txn **out)
{
    return store_begin(ctx, (struct store_txn **)(void *)out);
}

static enum cw_err kv_begin_read(void *ctx, struct kv_txn **out)
{
    return store_begin_read(ctx, (struct store_txn **)(void *)out);
}

static enum cw_err kv_commit(void *ctx, struct kv_txn *txn)
{
    struct store_txn *t = to_store(txn);

    (void)ctx;
    return store_commit(&t);
}

static void kv_abort(void *ctx, struct kv_txn *txn)
{
    struct store_txn *t = to_store(txn);

    (void)ctx;
    store_abort(&t);
}

static enum cw_err kv_get(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice *out)
{
    return store_get(to_store(txn), (uint32_t)table, key, out);
}

static enum cw_err kv_put(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value)
{
    return store_put(to_store(txn), (uint32_t)table, key, value);
}

static enum cw_err kv_del(struct kv_txn *txn, enum table table, struct cw_slice key)
{
    return store_del(to_store(txn), (uint32_t)table, key);
}

static enum cw_err kv_next(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    struct store_pair pair;
    enum cw_err err = store_next(to_store(txn), (uint32_t)table, from, after, &pair);

    if (err == CW_OK)
        *out = (struct kv_pair){pair.key, pair.value};
    return err;
}

static enum cw_err kv_prev(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    struct store_pair pair;
    enum cw_err err = store_prev(to_store(txn), (uint32_t)table, from, after, &pair);

    if (err == CW_OK)
        *out = (struct kv_pair){pair.key, pair.value};
    return err;
}

static bool kv_low_on_space(void *ctx)
{
    return store_low_on_space(ctx);
}

static void kv_identity(void *ctx, uint64_t *out_device, uint64_t *out_inode)
{
    store_identity(ctx, out_device, out_inode);
}

static struct store_port store_port_of(struct store *s)
{
    return (struct store_port){s,      kv_begin_write, kv_commit, kv_abort, kv_begin_read,   kv_get,
                               kv_put, kv_del,         kv_next,   kv_prev,  kv_low_on_space, kv_identity};
}

/* --- ports: network -------------------------------------------------------------------------------------- */

/*
 * Three kinds of link in one number. The node marks those it dials with the top bit; the net driver marks
 * those that come in. The administrators' have the bit below.
 */
#define LINK_TOP ((link_id)1 << 63)
#define LINK_ADMIN ((link_id)1 << 62)

static uint64_t to_driver(link_id link)
{
    return link ^ LINK_TOP;
}

static link_id from_driver(uint64_t link)
{
    return link ^ LINK_TOP;
}

static bool is_admin(link_id link)
{
    return (link & LINK_TOP) == 0 && (link & LINK_ADMIN) != 0;
}

static void net_send(void *ctx, link_id link, struct cw_slice frame)
{
    struct daemon *d = ctx;

    if (!is_admin(link))
        driver_send(d->driver, to_driver(link), frame);
    else if (d->admin != NULL)
        admin_send(d->admin, link & ~LINK_ADMIN, frame);
}

static void net_dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    driver_dial(((struct daemon *)ctx)->driver, to_driver(link), address, server_key);
}

static void net_hang(void *ctx, link_id link)
{
    if (!is_admin(link))
        driver_hang(((struct daemon *)ctx)->driver, to_driver(link));
}

static void net_kick(void *ctx, const struct cert_id *cert)
{
    driver_kick(((struct daemon *)ctx)->driver, cert);
}

static void net_allow(void *ctx, const struct allowed_key *keys, size_t count)
{
    struct daemon *d = ctx;
    struct allow_row *rows = calloc(count + 1, sizeof *rows);
    uint32_t taken = 0;

    for (size_t i = 0; rows != NULL && i < count && taken < ALLOW_KEYS_MAX; i++, taken++) {
        memcpy(rows[i].key, keys[i].curve_key, KEY_LEN);
        rows[i].cert = keys[i].cert;
        rows[i].subject = keys[i].subject;
        rows[i].revoked = keys[i].revoked;
    }
    if (rows == NULL || taken < count)
        journal_write(d->journal, LOG_LEVEL_ALARM, "net-allow", "more certificates than the network process can know");
    driver_allow(d->driver, rows, rows == NULL ? 0 : taken);
    free(rows);
}

/* --- ports: the rest ------------------------------------------------------------------------------------- */

static struct cw_mono port_mono(void *ctx)
{
    (void)ctx;
    return clock_mono();
}

static struct cw_wall port_wall(void *ctx)
{
    (void)ctx;
    return clock_wall();
}

static void port_sign(void *ctx, enum label label, struct cw_slice bytes, struct signature *out)
{
    const struct identity *id = ctx;

    sign_bytes(label, &id->network, bytes, &id->keys.sign, out);
}

static const struct box_secret *port_seal_secret(void *ctx)
{
    return &((const struct identity *)ctx)->keys.seal;
}

static enum cw_err port_anchor_read(void *ctx, uint8_t *out, size_t len)
{
    return anchor_file_read(ctx, out, len);
}

static enum cw_err port_anchor_write(void *ctx, const uint8_t *bytes, size_t len)
{
    return anchor_file_write(ctx, bytes, len);
}

static void port_boot_id(void *ctx, uint8_t out[static 16])
{
    (void)ctx;
    boot_id_read(out);
}

static enum cw_err port_keyring_read(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    return keyring_file_read(ctx, offset, out, len);
}

static enum cw_err port_keyring_write(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    return keyring_file_write(ctx, offset, bytes, len);
}

static void port_journal(void *ctx, enum journal_level level, const char *id, const char *text)
{
    static const enum log_level levels[] = {
        [JOURNAL_DEBUG] = LOG_LEVEL_DEBUG,
        [JOURNAL_INFO] = LOG_LEVEL_INFO,
        [JOURNAL_WARNING] = LOG_LEVEL_WARNING,
        [JOURNAL_ALARM] = LOG_LEVEL_ALARM,
    };

    journal_write(ctx, levels[level], id, text);
}

static void plug_in(struct daemon *d)
{
    d->ports = (struct ports){
        .store = store_port_of(d->store),
        .clock = {NULL, port_mono, port_wall},
        .entropy = {NULL, entropy_fill},
        .signer = {&d->identity, port_sign, port_seal_secret},
        .net = {d, net_send, net_dial, net_hang, net_kick, net_allow},
        .anchor = {d->anchor, port_anchor_read, port_anchor_write, port_boot_id},
        .keyring = {d->keyring, port_keyring_read, port_keyring_write},
        .journal = {d->journal, port_journal},
    };
}

/* --- what comes from outside ----------------------------------------------------------------------------- */

static void open_gate(struct daemon *d, bool ready, bool failed, bool running)
{
    (void)pthread_mutex_lock(&d->gate);
    d->net_ready = d->net_ready || ready;
    d->net_failed = d->net_failed || failed;
    d->running = d->running || running;
    (void)pthread_cond_broadcast(&d->opened);
    (void)pthread_mutex_unlock(&d->gate);
}

/* false: the start was given up. */
static bool wait_until_running(struct daemon *d)
{
    bool running;

    (void)pthread_mutex_lock(&d->gate);
    while (!d->running && !d->net_failed)
        (void)pthread_cond_wait(&d->opened, &d->gate);
    running = d->running;
    (void)pthread_mutex_unlock(&d->gate);
    return running;
}

static void take_link_event(struct daemon *d, const struct net_event *e)
{
    struct reader_identity who = {.link = from_driver(e->link), .cert = e->cert, .subject = e->subject};

    if (!wait_until_running(d))
        return;
    if (e->kind == NET_UP)
        runner_link_up(d->runner, &who, e->incoming);
    else if (e->kind == NET_DOWN)
        runner_link_down(d->runner, who.link);
    else
        runner_frame(d->runner, who.link, e->frame);
}

static void tell_counted(struct daemon *d, enum log_level level, const char *id, const struct net_event *e)
{
    char text[DRIVER_TEXT_LEN_MAX + 32];

    snprintf(text, sizeof text, "%s (%" PRIu64 " so far)", e->text, e->count);
    journal_write(d->journal, level, id, text);
}

static void on_net(void *ctx, const struct net_event *e)
{
    struct daemon *d = ctx;

    switch (e->kind) {
    case NET_READY:
        journal_write(d->journal, LOG_LEVEL_INFO, "net-listening", e->text);
        open_gate(d, true, false, false);
        break;
    case NET_FAILED:
        journal_write(d->journal, LOG_LEVEL_ALARM, "net-failed", e->text);
        break;
    case NET_LOST:
        tell_counted(d, LOG_LEVEL_ALARM, "net-lost", e);
        break;
    case NET_REFUSED:
        tell_counted(d, LOG_LEVEL_WARNING, "net-refused", e);
        break;
    case NET_DOWN: /* clients come and go; whom we dialled is worth a line */
        journal_write(d->journal, (e->link & LINK_TOP) == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "net-link-down",
                      e->text);
        take_link_event(d, e);
        break;
    case NET_UP:
    case NET_RECEIVED:
        take_link_event(d, e);
        break;
    }
}

static void on_admin_up(void *ctx, uint64_t connection)
{
    runner_link_up(((struct daemon *)ctx)->runner,
                   &(struct reader_identity){.link = connection | LINK_ADMIN, .admin = true}, true);
}

static void on_admin_frame(void *ctx, uint64_t connection, struct cw_slice frame)
{
    runner_frame(((struct daemon *)ctx)->runner, connection | LINK_ADMIN, frame);
}

static void on_admin_down(void *ctx, uint64_t connection)
{
    runner_link_down(((struct daemon *)ctx)->runner, connection | LINK_ADMIN);
}

/* driver_run ends of itself only when there is nothing left to run: at the start a refusal, later the end of us. */
static void *driver_thread(void *ctx)
{
    struct daemon *d = ctx;

    driver_run(d->driver);
    open_gate(d, false, true, false);
    (void)eventfd_write(d->ended_fd, 1);
    return NULL;
}

static void *admin_thread(void *ctx)
{
    admin_run(((struct daemon *)ctx)->admin);
    return NULL;
}

/* --- what the runner tells ------------------------------------------------------------------------------- */

static void on_said(void *ctx)
{
    driver_flush(((struct daemon *)ctx)->driver);
}

/* The node thread came round: a watchdog that a timer fed would prove nothing. */
static void on_beat(void *ctx)
{
    struct daemon *d = ctx;
    struct cw_mono now = clock_mono();
    int64_t interval_ms = notify_interval_ms();

    if (interval_ms > 0 && mono_reached(now, d->alive_at)) {
        (void)notify_alive();
        d->alive_at = mono_after(now, interval_ms / 2);
    }
    if (mono_reached(now, d->tend_at)) {
        store_tend(d->store);
        d->tend_at = mono_after(now, TEND_MS);
    }
}

static void on_failed(void *ctx, enum cw_err err)
{
    struct daemon *d = ctx;

    journal_write(d->journal, LOG_LEVEL_ALARM, "turn-failed", cw_err_sentence(err));
    (void)eventfd_write(d->ended_fd, 1);
}

/* --- start ----------------------------------------------------------------------------------------------- */

static int exit_code_of(enum cw_err err)
{
    return err == CW_OK ? EXIT_SUCCESS
           : err == CW_LOCAL_CONFIG || err == CW_LOCAL_KEY || err == CW_LOCAL_FORMAT || err == CW_REFUSED_NETWORK
               ? EXIT_CONFIG
               : EXIT_FAILURE;
}

static enum cw_err tell_why(struct daemon *d, const char *id, enum cw_err err, const struct refusal *why)
{
    const char *text = why->text[0] != '\0' ? why->text : cw_err_sentence(err);

    if (err == CW_OK)
        return err;
    if (d->journal != NULL)
        journal_write(d->journal, LOG_LEVEL_ALARM, id, text);
    else
        (void)fprintf(stderr, "casewired: %s\n", text);
    return err;
}

static enum cw_err print_problems(const struct problems *p, enum cw_err err)
{
    for (uint32_t i = 0; i < p->count; i++)
        (void)fprintf(stderr, "casewired: %s\n", p->text[i]);
    if (p->more != 0)
        (void)fprintf(stderr, "casewired: and %" PRIu32 " more\n", p->more);
    if (err != CW_OK && p->count == 0)
        (void)fprintf(stderr, "casewired: %s\n", cw_err_sentence(err));
    return err;
}

static enum cw_err open_store(struct daemon *d, bool read_only, struct refusal *why)
{
    char dir[FILE_PATH_LEN_MAX];
    struct store_options options = {.dir = dir,
                                    .tables = tables,
                                    .table_count = TABLE_COUNT,
                                    .map_len = d->settings.map_size,
                                    .reserve_len = d->settings.reserve,
                                    .low_water_len = d->settings.low_water,
                                    .larger_than_memory = d->settings.larger_than_memory,
                                    .read_only = read_only};
    enum cw_err err = file_join(d->settings.state_dir, "store", dir);

    if (err != CW_OK)
        return err;
    entropy_fill(NULL, options.fresh_id, sizeof options.fresh_id);
    return store_open(&options, &d->store, why);
}

/* A daemon that was killed may be gone for whoever looks and still hold its files for a moment: wait, but not for long. */
static enum cw_err take_lock(struct daemon *d, const char *path, struct refusal *why)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    enum cw_err err = lock_file_take(path, &d->lock_fd, why);

    for (int i = 0; err == CW_LOCAL_LOCKED && i < 40; i++) {
        (void)nanosleep(&pause, NULL);
        err = lock_file_take(path, &d->lock_fd, why);
    }
    return err;
}

static enum cw_err take_folders(struct daemon *d, struct refusal *why)
{
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = file_make_folder(d->settings.state_dir, 0700, why);

    if (err == CW_OK)
        err = file_make_folder(d->settings.run_dir, 0750, why);
    if (err == CW_OK)
        err = file_join(d->settings.state_dir, "lock", path);
    return err == CW_OK ? take_lock(d, path, why) : err;
}

static enum cw_err open_files(struct daemon *d, struct refusal *why)
{
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = take_folders(d, why);

    if (err == CW_OK)
        err = open_store(d, false, why);
    if (err == CW_OK)
        err = file_join(d->settings.run_dir, "anchor", path);
    if (err == CW_OK)
        err = anchor_file_open(path, &d->anchor, why);
    if (err == CW_OK && anchor_file_survives_reboot(d->anchor))
        journal_write(d->journal, LOG_LEVEL_WARNING, "anchor-survives",
                      "run_dir survives a reboot: it should be on a file system that does not (tmpfs)");
    if (err == CW_OK)
        err = file_join(d->settings.state_dir, "keyring", path);
    return err == CW_OK ? keyring_file_open(path, &d->keyring, why) : err;
}

static enum cw_err open_driver(struct daemon *d)
{
    struct driver_settings s = {.peer_listen = ""};
    enum cw_err err;

    snprintf(s.peer_listen, sizeof s.peer_listen, "%s", d->settings.listen_peers);
    snprintf(s.client_listen, sizeof s.client_listen, "%s", d->settings.listen_clients);
    memcpy(s.curve_secret, d->identity.keys.curve.b, KEY_LEN);
    err = driver_open(&d->keeper, &s, on_net, d, &d->driver);
    wipe(&s, sizeof s);
    return err;
}

static enum cw_err open_node(struct daemon *d, struct refusal *why)
{
    struct node_peer *peers = calloc(d->settings.peer_count + 1, sizeof *peers);
    struct node_config config = {
        .network_genesis = buf_slice(&d->identity.network_genesis),
        .certificate = buf_slice(&d->identity.certificate),
        .peers = peers,
        .peer_count = d->settings.peer_count,
        .replica = {.credit_peer = d->settings.credit_peer, .credit_total = d->settings.credit_total},
        .case_cache_max = (uint32_t)d->settings.case_cache,
        .strict_memory = d->settings.strict_memory,
        .lab = d->settings.lab};
    enum cw_err err;

    if (peers == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < d->settings.peer_count; i++) {
        const struct settings_peer *from = &d->settings.peers[i];

        snprintf(peers[i].division, sizeof peers[i].division, "%s", from->division);
        snprintf(peers[i].address, sizeof peers[i].address, "%s", from->address);
        memcpy(peers[i].server_key, from->curve_key, KEY_LEN);
    }
    err = node_open(&config, &d->ports, &d->node, why);
    free(peers);
    return err;
}

/* The doors are tried before they open: a network process that does not keep strangers out ends the start. */
static enum cw_err open_doors(struct daemon *d)
{
    struct timespec until;
    bool ready;
    int rc = 0;

    if (pthread_create(&d->driver_thread, NULL, driver_thread, d) != 0)
        return CW_LOCAL_MEMORY;
    d->driver_runs = true;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += NET_READY_MS / 1000;
    (void)pthread_mutex_lock(&d->gate);
    while (!d->net_ready && !d->net_failed && rc == 0)
        rc = pthread_cond_timedwait(&d->opened, &d->gate, &until);
    ready = d->net_ready;
    (void)pthread_mutex_unlock(&d->gate);
    return ready ? CW_OK : CW_LOCAL_SELF_TEST;
}

static uint32_t worker_count(const struct daemon *d)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (d->settings.workers != 0)
        return (uint32_t)d->settings.workers;
    return processors < 1 ? 1 : processors > RUNNER_THREADS_MAX ? RUNNER_THREADS_MAX : (uint32_t)processors;
}

static enum cw_err start_turns(struct daemon *d)
{
    int64_t interval_ms = notify_interval_ms();
    enum cw_err err = runner_start(&(struct runner_options){.node = d->node,
                                                            .ports = &d->ports,
                                                            .workers = worker_count(d),
                                                            .readers = READERS,
                                                            .beat_ms = interval_ms > 0 ? interval_ms / 2 : TEND_MS,
                                                            .ctx = d,
                                                            .said = on_said,
                                                            .beat = on_beat,
                                                            .failed = on_failed},
                                   &d->runner);

    if (err == CW_OK)
        open_gate(d, false, false, true);
    return err;
}

static enum cw_err open_admin(struct daemon *d, struct refusal *why)
{
    struct admin_handler handler = {d, on_admin_up, on_admin_frame, on_admin_down};
    enum cw_err err = admin_open(d->settings.admin_socket, &handler, &d->admin, why);

    if (err != CW_OK)
        return err;
    d->admin_runs = pthread_create(&d->admin_thread, NULL, admin_thread, d) == 0;
    return d->admin_runs ? CW_OK : CW_LOCAL_MEMORY;
}

static enum cw_err start(struct daemon *d)
{
    static struct problems problems;
    struct refusal why = {0};
    enum cw_err err;

    err = keeper_start(&(struct keeper_options){d->settings.net_memory_max}, &d->keeper);
    if (err == CW_OK && !crypto_init())
        err = CW_LOCAL_SELF_TEST;
    if (err == CW_OK)
        err = journal_open(&(struct journal_options){d->settings.division, (enum log_level)d->settings.log_level, 2},
                           &d->journal);
    if (err == CW_OK)
        err = print_problems(&problems, identity_load(&d->settings, &d->identity, &problems));
    if (err == CW_OK)
        err = tell_why(d, "files", open_files(d, &why), &why);
    if (err == CW_OK)
        err = open_driver(d);
    if (err != CW_OK)
        return err;

    plug_in(d);
    err = tell_why(d, "node", open_node(d, &why), &why);
    if (err == CW_OK)
        err = open_doors(d);
    if (err == CW_OK)
        err = start_turns(d);
    return err == CW_OK ? tell_why(d, "admin", open_admin(d, &why), &why) : err;
}

/* What brings work first, then what does it, then what it stands on. */
static void stop(struct daemon *d)
{
    open_gate(d, false, true, false);
    if (d->admin_runs) {
        admin_stop(d->admin);
        (void)pthread_join(d->admin_thread, NULL);
    }
    if (d->driver_runs) {
        driver_stop(d->driver);
        (void)pthread_join(d->driver_thread, NULL);
    }
    runner_stop(d->runner);
    admin_close(d->admin);
    node_close(d->node);
    driver_close(d->driver);
    keeper_stop(&d->keeper);
    if (d->store != NULL)
        store_close(d->store);
    if (d->keyring != NULL)
        keyring_file_close(d->keyring);
    if (d->anchor != NULL)
        anchor_file_close(d->anchor);
    lock_file_drop(d->lock_fd);
    identity_done(&d->identity);
    if (d->journal != NULL)
        journal_close(d->journal);
}

static void reload(struct daemon *d)
{
    static struct settings fresh;
    static struct problems problems;
    char path[SETTINGS_PATH_LEN_MAX + 1];

    memcpy(path, d->settings.file, sizeof path);
    problems = (struct problems){0};
    (void)notify_reloading();
    if (settings_load(path, &fresh, &problems) == CW_OK) {
        journal_set_level(d->journal, (enum log_level)fresh.log_level);
        journal_write(d->journal, LOG_LEVEL_INFO, "reloaded", "log_level is as in the file; the rest needs a restart");
    } else {
        journal_write(d->journal, LOG_LEVEL_WARNING, "reload-refused", problems.count != 0 ? problems.text[0] : path);
    }
    (void)notify_ready();
}

/* Until a signal says stop (0) or something that we cannot do without has ended (1). */
static int serve(struct daemon *d)
{
    struct pollfd fds[2] = {{.fd = d->signal_fd, .events = POLLIN}, {.fd = d->ended_fd, .events = POLLIN}};

    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return EXIT_FAILURE;
        if (fds[1].revents != 0)
            return EXIT_FAILURE;
        switch (fds[0].revents == 0 ? SIGNAL_NONE : signals_read(d->signal_fd)) {
        case SIGNAL_STOP:
            return EXIT_SUCCESS;
        case SIGNAL_RELOAD:
            reload(d);
            break;
        case SIGNAL_NONE:
            break;
        }
    }
}

static int run(struct daemon *d)
{
    struct refusal why = {0};
    enum cw_err err = signals_open(&d->signal_fd);
    int code;

    /*
     * Small frames and cases reuse warm memory; large ones are given back at once. Setting these also stops
     * the allocator from raising them by itself, which would keep what one large case took.
     */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
    (void)mallopt(M_ARENA_MAX, 4);
    d->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (void)pthread_mutex_init(&d->gate, NULL);
    (void)pthread_cond_init(&d->opened, NULL);
    if (err == CW_OK)
        err = limits_apply(&why);
    if (err == CW_OK)
        err = start(d);
    if (err == CW_OK) {
        (void)notify_ready();
        (void)notify_status("serving %s", d->settings.division);
        code = serve(d);
        (void)notify_stopping();
    } else {
        tell_why(d, "start-failed", err, &(struct refusal){.text = ""});
        code = exit_code_of(err);
    }
    stop(d);
    return code;
}

/* --- the other things it can do -------------------------------------------------------------------------- */

static int check_config(struct daemon *d)
{
    static struct problems problems;
    enum cw_err err = crypto_init() ? settings_check(&d->settings, clock_wall(), &problems) : CW_LOCAL_SELF_TEST;

    if (print_problems(&problems, err) != CW_OK)
        return EXIT_CONFIG;
    printf("%s: in order\n", d->settings.file);
    return EXIT_SUCCESS;
}

static int verify_store(struct daemon *d)
{
    struct buf genesis = {0};
    struct refusal why = {0};
    struct verify_facts facts = {0};
    enum cw_err err = crypto_init() ? CW_OK : CW_LOCAL_SELF_TEST;

    if (err == CW_OK)
        err = file_read(d->settings.network_genesis, NETWORK_GENESIS_LEN_MAX, FILE_PUBLIC, &genesis, &why);
    if (err == CW_OK)
        err = open_store(d, true, &why);
    if (err == CW_OK) {
        struct store_port port = store_port_of(d->store);

        err = node_verify_store(&port, buf_slice(&genesis), &facts, &why);
        store_close(d->store);
    }
    buf_done(&genesis);
    printf("%" PRIu64 " logs, %" PRIu64 " seals, %" PRIu64 " entries, %" PRIu64 " blobs, %" PRIu64 " ops, %" PRIu64
           " cases, %" PRIu64 " index rows\n",
           facts.logs, facts.seals, facts.entries, facts.blobs, facts.ops, facts.cases, facts.index_rows);
    if (err != CW_OK)
        (void)fprintf(stderr, "casewired: %s %s\n", why.where, why.text[0] != '\0' ? why.text : cw_err_sentence(err));
    else
        puts("the store is whole");
    return err == CW_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void print_help(void)
{
    puts("casewired - a division's daemon: keeps, agrees on and answers what officers signed\n"
         "\n"
         "  casewired --config FILE                  run\n"
         "  casewired --config FILE --check-config   say everything that is wrong with the settings, and end\n"
         "  casewired --config FILE --verify-store   walk the whole store and name the first thing that is wrong\n"
         "  casewired --example-config               print a settings file with every default\n"
         "  casewired --version | --help\n"
         "\n"
         "Ends with 0 when told to stop, 1 when something failed, 78 when starting again will not help.\n"
         "\n"
         "Settings:");
    settings_print_help(stdout);
}

enum { OPTION_CONFIG = 1, OPTION_CHECK, OPTION_VERIFY, OPTION_EXAMPLE, OPTION_VERSION, OPTION_HELP };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"verify-store", no_argument, NULL, OPTION_VERIFY},
    {"example-config", no_argument, NULL, OPTION_EXAMPLE},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static int work_with(struct daemon *d, const char *path, int what)
{
    static struct problems problems;
    enum cw_err err = settings_load(path, &d->settings, &problems);

    if (print_problems(&problems, err) != CW_OK)
        return EXIT_CONFIG;
    return what == OPTION_CHECK ? check_config(d) : what == OPTION_VERIFY ? verify_store(d) : run(d);
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    int what = 0;

    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == '?')
            return EXIT_CONFIG;
        if (o == OPTION_CONFIG)
            path = optarg;
        else
            what = o;
    }
    if (what == OPTION_HELP)
        print_help();
    else if (what == OPTION_VERSION)
        puts("casewired " CASEWIRE_VERSION);
    else if (what == OPTION_EXAMPLE)
        settings_print_example(stdout);
    else if (path != NULL && optind == argc)
        return work_with(&the_daemon, path, what);
    else {
        (void)fputs("casewired: --config FILE is missing; --help tells more\n", stderr);
        return EXIT_CONFIG;
    }
    return EXIT_SUCCESS;
}
