/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of a lab but its running daemons: authority, certificates, ports, settings. */
#include "tool/enrol.h"
#include "tool/lab.h"

#include "lib/fault.h"
#include "proto/schema.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everybody of a division. Role accounts, no names. */
const struct lab_person lab_people[] = {
    {"officer", "Officer 1", "PC,MCET"},
    {"officer2", "Officer 2", "PC"},
    {"officer3", "Officer 3", "PC"},
    {"control", "Control room", "FCR"},
    {"sergeant", "Duty sergeant", "SUP"},
    {"inspector", "Duty inspector", "INSP"},
    {"superintendent", "Superintendent", "SUPT"},
    {"coordinator", "Coordinator", "LRO,OCGC,CLC"},
    {"intel", "Intelligence unit", "INT"},
    {"referral", "Central referral unit", "CRU"},
    {"auditor", "Auditor", "AUD"},
    {"records", "Records officer", "RRD"},
    {NULL, NULL, NULL},
};

#define LAB_DAYS 30

/* --- ports: asked of the kernel, all held until all are known ------------------------------------------ */

static int take_port(unsigned *out)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        close(fd);
        return -1;
    }
    *out = ntohs(at.sin_port);
    return fd;
}

static enum cw_err take_ports(struct lab *lab)
{
    int held[2 * LAB_DIVISIONS_MAX];
    size_t count = 0;
    bool ok = true;

    for (uint32_t i = 0; ok && i < lab->division_count; i++) {
        held[count] = take_port(&lab->divisions[i].peer_port);
        ok = held[count] >= 0 && (held[++count] = take_port(&lab->divisions[i].client_port)) >= 0;
        count += ok;
    }
    for (size_t i = 0; i < count; i++)
        close(held[i]);
    return ok ? CW_OK : CW_LOCAL_IO;
}

/* --- certificates -------------------------------------------------------------------------------------- */

static enum cw_err issue_daemon(const struct lab *lab, struct authority *a, struct lab_division *d,
                                struct cw_fault *fault)
{
    struct issue_order order = {.subject = SUBJECT_DAEMON, .division = d->code, .days = LAB_DAYS};
    char home[PATH_LEN_MAX], name[80], path[PATH_LEN_MAX];
    struct certificate cert;
    struct buf bytes = {0};
    enum cw_err err;

    snprintf(name, sizeof(name), "Daemon of %s", d->name);
    order.name = name;
    order.home = home;
    if (!path_join(home, lab->dir, "divisions/%s", d->name) || !path_join(path, home, "cert"))
        return CW_LOCAL_IO;
    err = authority_issue(a, &order, fault);
    if (err == CW_OK)
        err = file_read(path, CERT_LEN_MAX, &bytes);
    if (err == CW_OK)
        err = certificate_parse(buf_slice(&bytes), &cert);
    if (err == CW_OK)
        memcpy(d->curve_key, cert.curve_key, KEY_LEN);
    buf_done(&bytes);
    return err;
}

static enum cw_err issue_person(const struct lab *lab, struct authority *a, const struct lab_division *d,
                                const struct lab_person *person, struct cw_fault *fault)
{
    struct issue_order order = {.subject = SUBJECT_PERSON, .division = d->code, .days = LAB_DAYS, .may_bundle = true};
    char home[PATH_LEN_MAX], name[80];
    uint32_t mask = 0;

    snprintf(name, sizeof(name), "%s of %s", person->title, d->name);
    order.name = name;
    order.home = home;
    CW_ASSERT(schema_roles_parse(slice_of(person->roles), &mask));
    for (uint32_t role = 1; role < ROLE_LIMIT; role++)
        if ((mask & (1u << role)) != 0)
            order.roles[order.role_count++] = role;
    if (!path_join(home, lab->dir, "people/%s@%s", person->who, d->name))
        return CW_LOCAL_IO;
    return authority_issue(a, &order, fault);
}

static enum cw_err issue_all(struct lab *lab, struct authority *a, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; err == CW_OK && i < lab->division_count; i++) {
        err = issue_daemon(lab, a, &lab->divisions[i], fault);
        for (const struct lab_person *p = lab_people; err == CW_OK && p->who != NULL; p++)
            err = issue_person(lab, a, &lab->divisions[i], p, fault);
        if (err == CW_OK)
            err = authority_commit(a, fault);
    }
    return err;
}

static enum cw_err make_authority(struct lab *lab, struct cw_fault *fault)
{
    char dir[PATH_LEN_MAX];
    struct authority_plan plan = {.dir = dir, .network_name = "Marlshire lab (fictional)", .force = "ZZ"};
    struct authority a;
    enum cw_err err;

    if (!path_join(dir, lab->dir, "authority"))
        return CW_LOCAL_IO;
    err = authority_create(&plan, fault);
    if (err != CW_OK)
        return err;
    err = authority_open(dir, true, slice(NULL, 0), &a, fault);
    if (err != CW_OK)
        return err;
    err = issue_all(lab, &a, fault);
    authority_close(&a);
    return err;
}

/* --- settings ------------------------------------------------------------------------------------------ */

static void write_peer(const struct lab_division *peer, FILE *out)
{
    char address[40];

    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", peer->peer_port);
    settings_write_peer(out, peer->name, peer->code, address, peer->curve_key);
}

static void write_settings(const struct lab *lab, const struct lab_division *d, FILE *out)
{
    const char *dir = lab->dir;

    fprintf(out, "# Settings of the lab's division %s: casewired --help explains each.\n", d->name);
    fprintf(out, "division = \"%s\"\n", d->code);
    fprintf(out, "network_genesis = \"%s/divisions/%s/network\"\n", dir, d->name);
    fprintf(out, "certificate = \"%s/divisions/%s/cert\"\n", dir, d->name);
    fprintf(out, "key = \"%s/divisions/%s/key\"\n", dir, d->name);
    fprintf(out, "state_dir = \"%s/divisions/%s/state\"\n", dir, d->name);
    fprintf(out, "run_dir = \"%s/%s\"\n", lab->run_dir, d->name);
    fprintf(out, "listen_peers = \"tcp://127.0.0.1:%u\"\n", d->peer_port);
    fprintf(out, "listen_clients = \"tcp://127.0.0.1:%u\"\n", d->client_port);
    fprintf(out, "map_size = \"64 GiB\"\nreserve = \"1 MiB\"\nlow_water = \"16 MiB\"\n");
    fprintf(out, "strict_memory = no\nlab = yes\n");
    for (uint32_t i = 0; i < lab->division_count; i++)
        if (&lab->divisions[i] != d)
            write_peer(&lab->divisions[i], out);
}

static enum cw_err make_settings(const struct lab *lab, const struct lab_division *d)
{
    char *text = NULL;
    size_t len = 0;
    char path[PATH_LEN_MAX], state[PATH_LEN_MAX], run[PATH_LEN_MAX];
    FILE *out = open_memstream(&text, &len);
    enum cw_err err = CW_LOCAL_MEMORY;

    if (out == NULL)
        return err;
    write_settings(lab, d, out);
    if (fclose(out) == 0)
        err = path_join(path, lab->dir, "divisions/%s/casewired.conf", d->name) &&
                      path_join(state, lab->dir, "divisions/%s/state", d->name) &&
                      path_join(run, lab->run_dir, "%s", d->name)
                  ? file_write(path, slice(text, len), 0644)
                  : CW_LOCAL_IO;
    free(text);
    if (err == CW_OK)
        err = folder_make(state, 0700);
    return err == CW_OK ? folder_make(run, 0700) : err;
}

static enum cw_err make_context(const struct lab *lab, const struct lab_division *d, const char *who)
{
    char path[PATH_LEN_MAX], text[3 * PATH_LEN_MAX], key[2 * KEY_LEN + 1];
    int len;

    hex_of(slice(d->curve_key, KEY_LEN), key);
    len = snprintf(text, sizeof(text),
                   "address = tcp://127.0.0.1:%u\ndaemon-key = %s\nadmin-socket = %s/%s/admin.sock\nsynthetic = yes\n",
                   d->client_port, key, lab->run_dir, d->name);
    if (len < 0 || (size_t)len >= sizeof(text) || !path_join(path, lab->dir, "people/%s@%s/context", who, d->name))
        return CW_LOCAL_IO;
    return file_write(path, slice(text, (size_t)len), 0644);
}

static enum cw_err make_files(const struct lab *lab)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; err == CW_OK && i < lab->division_count; i++) {
        err = make_settings(lab, &lab->divisions[i]);
        for (const struct lab_person *p = lab_people; err == CW_OK && p->who != NULL; p++)
            err = make_context(lab, &lab->divisions[i], p->who);
    }
    return err;
}

enum cw_err lab_make(struct lab *lab, struct cw_fault *fault)
{
    enum cw_err err;

    snprintf(lab->run_dir, sizeof(lab->run_dir), "/dev/shm/casewire-lab.XXXXXX");
    if (mkdtemp(lab->run_dir) == NULL)
        return fault_set(fault, CW_LOCAL_IO, "/dev/shm", "no folder could be made for the anchors");
    err = take_ports(lab);
    if (err != CW_OK)
        return fault_set(fault, err, "127.0.0.1", "no free ports");
    err = make_authority(lab, fault);
    if (err != CW_OK)
        return err;
    err = make_files(lab);
    if (err == CW_OK)
        err = lab_save(lab); /* last: a folder without it is not a lab */
    return err == CW_OK ? CW_OK : fault_plain(fault, err, lab->dir);
}
