/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/identity.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of two that get in each other's way: where the second stands, or the first where that has its default. */
static int line_of_either(const struct settings *s, const char *first, const char *second)
{
    int line = settings_line(s, second);

    return line != 0 ? line : settings_line(s, first);
}

/* A folder that exists and can be written, or one that its parent lets us make. */
static void check_folder(const struct settings *s, const char *name, const char *path, mode_t closed,
                         struct problems *problems)
{
    char parent[SETTINGS_PATH_LEN_MAX + 1];
    struct stat st;
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL && slash != path ? (size_t)(slash - path) : 1;

    if (stat(path, &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            problem_add(problems, s->file, settings_line(s, name), "%s: %.200s is not a folder", name, path);
        else if (access(path, W_OK | X_OK) != 0)
            problem_add(problems, s->file, settings_line(s, name), "%s: %.200s: %s", name, path, strerror(errno));
        else if ((st.st_mode & closed) != 0)
            problem_add(problems, s->file, settings_line(s, name), "%s: %.200s is open to everybody: chmod %s it", name,
                        path, closed == 02 ? "o-w" : "o=");
        return;
    }
    memcpy(parent, path, len);
    parent[len] = '\0';
    if (access(parent, W_OK | X_OK) != 0)
        problem_add(problems, s->file, settings_line(s, name), "%s: %.200s does not exist and cannot be made: %s", name,
                    path, strerror(errno));
}

static void check_folders(const struct settings *s, struct problems *problems)
{
    check_folder(s, "state_dir", s->state_dir, 07, problems);
    check_folder(s, "run_dir", s->run_dir, 02,
                 problems); /* the way to the sockets; what is in it has modes of its own */
    if (strcmp(s->state_dir, s->run_dir) == 0)
        problem_add(problems, s->file, line_of_either(s, "state_dir", "run_dir"),
                    "state_dir and run_dir are the same: a reboot must take run_dir away alone");
}

static void check_credit(const struct settings *s, struct problems *problems)
{
    if (s->credit_total < s->credit_peer)
        problem_add(problems, s->file, line_of_either(s, "credit_peer", "credit_total"),
                    "credit_total is less than credit_peer");
}

/* Of "tcp://HOST:PORT", which the table has seen to. */
static const char *port_of(const char *address)
{
    return strrchr(address, ':');
}

static struct cw_slice host_of(const char *address)
{
    const char *host = address + strlen("tcp://");

    return slice((const uint8_t *)host, (size_t)(port_of(address) - host));
}

static bool is_any(struct cw_slice host)
{
    return slice_eq(host, slice_of("*")) || slice_eq(host, slice_of("0.0.0.0")) || slice_eq(host, slice_of("[::]"));
}

static bool is_loopback(struct cw_slice host)
{
    return slice_eq(host, slice_of("127.0.0.1")) || slice_eq(host, slice_of("[::1]")) ||
           slice_eq(host, slice_of("localhost"));
}

static bool is_same_port(const char *a, const char *b)
{
    return strcmp(port_of(a), port_of(b)) == 0 && strcmp(port_of(a), ":*") != 0;
}

/* Names are not looked up: what is told is certain. */
static void check_listens(const struct settings *s, struct problems *problems)
{
    struct cw_slice peers = host_of(s->listen_peers), clients = host_of(s->listen_clients);

    if (is_same_port(s->listen_peers, s->listen_clients) &&
        (is_any(peers) || is_any(clients) || slice_eq(peers, clients)))
        problem_add(problems, s->file, line_of_either(s, "listen_peers", "listen_clients"),
                    "listen_peers and listen_clients are the same port: each needs its own");
}

static void check_watch_port(const struct settings *s, const char *name, const char *listen, struct problems *problems)
{
    struct cw_slice host = host_of(listen);

    if (is_same_port(s->listen_metrics, listen) && (is_any(host) || is_loopback(host)))
        problem_add(problems, s->file, line_of_either(s, name, "listen_metrics"),
                    "listen_metrics and %s are the same port: each needs its own", name);
}

/* run_dir is made when it is not there, or was complained of; any other folder of a socket must be there. */
static void check_socket(const struct settings *s, const char *name, const char *path, struct problems *problems)
{
    char folder[SETTINGS_PATH_LEN_MAX + 1];
    size_t len = (size_t)(strrchr(path, '/') - path);

    (void)snprintf(folder, sizeof folder, "%.*s", len == 0 ? 1 : (int)len, path);
    if (strcmp(folder, s->run_dir) != 0 && access(folder, W_OK | X_OK) != 0)
        problem_add(problems, s->file, settings_line(s, name), "%s: %.200s: %s", name, folder, strerror(errno));
}

static void check_sockets(const struct settings *s, struct problems *problems)
{
    check_socket(s, "admin_socket", s->admin_socket, problems);
    if (s->listen_metrics[0] == '/') {
        check_socket(s, "listen_metrics", s->listen_metrics, problems);
    } else if (strcmp(s->listen_metrics, "off") != 0) {
        check_watch_port(s, "listen_peers", s->listen_peers, problems);
        check_watch_port(s, "listen_clients", s->listen_clients, problems);
    }
}

static bool is_own_address(const char *address, const char *listen)
{
    struct cw_slice host = host_of(address), own = host_of(listen);

    return is_same_port(address, listen) && (slice_eq(host, own) || (is_any(own) && is_loopback(host)));
}

static void check_address(const struct settings *s, const struct settings_peer *p, struct problems *problems)
{
    if (is_own_address(p->address, s->listen_peers) || is_own_address(p->address, s->listen_clients))
        problem_add(problems, s->file, p->line, "peer \"%s\": has the address of this daemon itself: %s", p->title,
                    p->address);
}

static void check_pair(const struct settings *s, const struct settings_peer *a, const struct settings_peer *b,
                       struct problems *problems)
{
    if (memcmp(a->curve_key, b->curve_key, KEY_LEN) == 0)
        problem_add(problems, s->file, b->line, "peer \"%s\": has the same curve_key as peer \"%s\"", b->title,
                    a->title);
    else if (strcmp(a->division, b->division) == 0)
        problem_add(problems, s->file, b->line, "peer \"%s\": is of division %s, as peer \"%s\" is: a division has one",
                    b->title, b->division, a->title);
}

static void check_peers(const struct settings *s, const struct identity *id, struct problems *problems)
{
    for (uint32_t i = 0; i < s->peer_count; i++) {
        const struct settings_peer *p = &s->peers[i];

        if (id != NULL && memcmp(p->curve_key, id->parsed.curve_key, KEY_LEN) == 0)
            problem_add(problems, s->file, p->line, "peer \"%s\": is this daemon itself", p->title);
        check_address(s, p, problems);
        for (uint32_t j = 0; j < i; j++)
            check_pair(s, &s->peers[j], p, problems);
    }
}

static void check_dates(const struct settings *s, const struct certificate *c, struct cw_wall now,
                        struct problems *problems)
{
    if (now.ms < c->not_before.ms)
        problem_add(problems, s->file, settings_line(s, "certificate"),
                    "certificate: is not valid yet; is the clock right?");
    if (now.ms > c->not_after.ms)
        problem_add(problems, s->file, settings_line(s, "certificate"),
                    "certificate: has expired: renew it (casewire enrol request --renew)");
}

enum cw_err settings_check(const struct settings *s, struct cw_wall now, struct problems *problems)
{
    uint32_t before = problems->count + problems->more;
    struct identity id;
    bool loaded;

    check_folders(s, problems);
    check_credit(s, problems);
    check_listens(s, problems);
    check_sockets(s, problems);
    loaded = identity_load(s, &id, problems) == CW_OK;
    if (loaded)
        check_dates(s, &id.parsed, now, problems);
    check_peers(s, loaded ? &id : NULL, problems);
    if (loaded)
        identity_done(&id);
    return problems->count + problems->more == before ? CW_OK : CW_LOCAL_CONFIG;
}
