/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed next, for where a host's files are: in the unit's folders, or in others that the command was given. */
#include "tool/enrol.h"

/* Whatever else may stand in a path, a shell parts or expands. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@,"

void next_word(FILE *out, const char *word)
{
    if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0') {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", out); /* the quotes end, one stands for itself, they begin again */
        else
            putc(*word, out);
    putc('\'', out);
}

static void next_path(FILE *out, const char *option, const char *dir, const char *name)
{
    char path[2 * PATH_LEN_MAX];

    snprintf(path, sizeof(path), "%s%s", dir, name);
    fprintf(out, " %s ", option);
    next_word(out, path);
}

/* --- where the files are ------------------------------------------------------------------------------------- */

static bool is_in(const char *path, const char *dir, const char *title)
{
    char usual[PATH_LEN_MAX];

    return path_join(usual, dir, "%s", title) && strcmp(path, usual) == 0;
}

bool host_is_units(const struct host *host)
{
    return is_in(host->settings, HOST_SETTINGS_DIR, host->title) && is_in(host->state, HOST_STATE_DIR, host->title) &&
           is_in(host->run, HOST_RUN_DIR, host->title);
}

/* The option that gave a folder, when it is not the usual one. */
static void next_folder(FILE *out, const struct host *host, const char *option, const char *path, const char *dir)
{
    char base[PATH_LEN_MAX];

    if (is_in(path, dir, host->title))
        return;
    snprintf(base, sizeof(base), "%.*s", (int)(strlen(path) - strlen(host->title) - 1), path);
    next_path(out, option, base[0] != '\0' ? base : "/", "");
}

/* --- commands -------------------------------------------------------------------------------------------------- */

static void next_daemon(FILE *out, const struct host *host)
{
    fputs("casewired", out);
    next_path(out, "--config", host->settings, "/casewire.conf");
}

void next_begin(FILE *out, const struct host *host, const char *option, const char *from)
{
    bool units = host_is_units(host);

    fputs("  next: ", out);
    if (units)
        fprintf(out, "systemctl enable --now casewire.target casewired@%s", host->title);
    else
        next_daemon(out, host);
    fputs("\n        ", out);
    next_publish(out, host, option, from);
    fputs(units ? "\n" : "\n  The daemon goes on running there: the second is typed in another terminal.\n", out);
}

void next_restart(FILE *out, const struct host *host)
{
    if (host_is_units(host)) {
        fprintf(out, "systemctl restart casewired@%s\n", host->title);
        return;
    }
    next_daemon(out, host);
    fputs("\n  The daemon that runs is ended before: it goes on with the certificate that it had.\n", out);
}

void next_reload(FILE *out, const struct host *host, const char *socket)
{
    if (host_is_units(host)) {
        fprintf(out, "systemctl reload casewired@%s", host->title);
        return;
    }
    fputs("casewire reload", out);
    next_path(out, "--socket", socket, "");
    next_path(out, "--network", host->settings, "/network");
}

void next_publish(FILE *out, const struct host *host, const char *option, const char *from)
{
    fputs("casewire authority publish", out);
    next_path(out, option, from, "");
    next_path(out, "--socket", host->run, "/admin.sock");
}

void next_copy(FILE *out, const struct host *host)
{
    if (host->encrypt)
        fprintf(out,
                "  keys        %s/" HOST_KEY_CRED ", which no other machine opens. A copy for the safe, onto a stick:\n"
                "        (umask 077; systemd-creds decrypt --name=key %s/" HOST_KEY_CRED " STICK/%s.key)\n",
                host->settings, host->settings, host->title);
}

void next_join(FILE *out, const struct host *host)
{
    fprintf(out, "casewire join %s.bundle", host->title);
    next_folder(out, host, "--settings-dir", host->settings, HOST_SETTINGS_DIR);
    next_folder(out, host, "--state-dir", host->state, HOST_STATE_DIR);
    next_folder(out, host, "--run-dir", host->run, HOST_RUN_DIR);
}
