/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert: what a daemon writes to the journal, and how it is, told to people by programs of the administrator's
 * (tool/hook.h). Beside the daemon and not in it: its unit may run nothing else, and it must not wait.
 */
#include "tool/cmd_doctor.h"

#include "tool/admin.h"
#include "tool/hook_journal.h"
#include "tool/page.h"

#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define AWAY_LOOKS 3 /* so often in a row nobody answered, and it is said */
#define DAY_MS INT64_C(86400000)

struct follower {
    const struct cli *cli;
    struct admin_at at;
    struct hooks hooks;
    struct hook_journal journal;
    int signals;
    int64_t every_ms, lag_ms;
    struct cw_mono look;
    unsigned away;
};

static void report(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "casewire: %s\n", sentence);
}

/* --- how the daemon is -------------------------------------------------------------------------------------------- */

static void tell_state(struct follower *f, enum hook_kind kind, const char *event, const char *peer, const char *text)
{
    struct hook_news news = {.kind = kind};

    snprintf(news.event, sizeof(news.event), "%s", event);
    snprintf(news.peer, sizeof(news.peer), "%s", peer);
    snprintf(news.text, sizeof(news.text), "%s", text);
    hooks_tell(&f->hooks, &news, link_now());
}

static void tell_lag(struct follower *f, const char *peer, double seconds)
{
    char text[200];

    if (seconds * 1000 < (double)f->lag_ms)
        return;
    snprintf(text, sizeof(text), "%s lacks what was written here %.0f minutes ago", peer, seconds / 60);
    tell_state(f, HOOK_LAG, "lag", peer, text);
}

/* Each casewire_replication_lag_seconds{peer="EST"} 12.345 */
static void look_at_lags(struct follower *f, const char *text)
{
    static const char begin[] = "\ncasewire_replication_lag_seconds{peer=\"";

    for (const char *at = text; (at = strstr(at, begin)) != NULL;) {
        char peer[32];
        size_t len;

        at += sizeof(begin) - 1;
        len = strcspn(at, "\"\n");
        if (len >= sizeof(peer) || strncmp(at + len, "\"} ", 3) != 0)
            continue;
        memcpy(peer, at, len);
        peer[len] = '\0';
        tell_lag(f, peer, strtod(at + len + 3, NULL));
    }
}

static void look(struct follower *f)
{
    CW_AUTO(buf_done) struct buf text = {0};
    unsigned status = 0;
    double low = 0;
    bool there =
        page_get(f->at.metrics, "metrics", 2000, &status, &text) == CW_OK && buf_add(&text, slice("", 1)) == CW_OK;

    f->away = there ? 0 : f->away + 1;
    if (f->away >= AWAY_LOOKS)
        tell_state(f, HOOK_DAEMON, "daemon-away", "", "the daemon does not answer where it is watched");
    if (!there)
        return;
    if (page_number(buf_slice(&text), "casewire_store_low_on_space", &low) && low != 0)
        tell_state(f, HOOK_DISK, "store-low", "", "the disk, or map_size, is nearly full: submissions are refused");
    look_at_lags(f, (const char *)text.data);
}

/* --- waiting -------------------------------------------------------------------------------------------------------- */

static int hear_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* 0: none that ends us. */
static int told_to_end(int fd)
{
    struct signalfd_siginfo info;
    int end = 0;

    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        end = info.ssi_signo == SIGCHLD ? end : (int)info.ssi_signo;
    return end;
}

static bool is_idle(const struct follower *f)
{
    return f->hooks.running.hook == NULL && f->hooks.waiting_count == 0;
}

static enum exit_code loop(struct follower *f)
{
    for (;;) {
        struct pollfd wait[3] = {{.fd = f->journal.fd, .events = POLLIN},
                                 {.fd = f->signals, .events = POLLIN},
                                 {.fd = f->hooks.output.open ? f->hooks.output.fd : -1, .events = POLLIN}};
        int end;

        (void)poll(wait, 3, link_ms_left(mono_earlier(f->look, hooks_until(&f->hooks))));
        end = told_to_end(f->signals);
        if (end != 0)
            return end == SIGTERM ? EXIT_DONE : EXIT_INTERRUPTED;
        if (wait[0].revents != 0 && !hook_journal_read(&f->journal)) {
            if (f->journal.reader != 0)
                return complain(
                    f->cli, EXIT_FAILED,
                    &(struct trouble){"the journal has ended", "journalctl", "it is not followed any more", NULL});
            f->journal.fd = -1; /* a file: what it had is told, then we are done */
        }
        hooks_look(&f->hooks, link_now());
        if (mono_reached(link_now(), f->look)) {
            look(f);
            f->look = mono_after(link_now(), f->every_ms);
        }
        if (f->journal.fd < 0 && is_idle(f))
            return EXIT_DONE;
    }
}

/* --- starting --------------------------------------------------------------------------------------------------------- */

static enum exit_code open_journal(struct follower *f, const char *name)
{
    const char *from = cli_value(f->cli, "from");

    if (from != NULL)
        f->journal.fd = strcmp(from, "-") == 0 ? dup(STDIN_FILENO) : open(from, O_RDONLY | O_CLOEXEC);
    if (from != NULL ? f->journal.fd >= 0 : name != NULL && hook_journal_start(&f->journal, name))
        return EXIT_DONE;
    if (from != NULL)
        return complain(
            f->cli, EXIT_FAILED,
            &(struct trouble){"the journal lines cannot be read", from, strerror(errno), "casewire alert --help"});
    return complain(f->cli, EXIT_FAILED,
                    &(struct trouble){"there is no journal to follow", name, "NAME says whose, or --from a file",
                                      "casewire alert --help"});
}

/* A file by which nobody would be told is found out now, not on the night when somebody should be. */
static bool will_run(const struct hooks *hooks, char why[static HOOK_TEXT_LEN_MAX])
{
    size_t len = 0;

    if (hooks->count == 0)
        len = (size_t)snprintf(why, HOOK_TEXT_LEN_MAX, "it has no line that says who is told");
    for (size_t i = 0; i < hooks->count && len < HOOK_TEXT_LEN_MAX; i++) {
        const char *program = hooks->at[i].words[0];
        struct stat st;

        if (stat(program, &st) == 0 && !S_ISREG(st.st_mode))
            errno = EISDIR;
        else if (access(program, X_OK) == 0)
            continue;
        len += (size_t)snprintf(why + len, HOOK_TEXT_LEN_MAX - len, "%s%s cannot be run: %s", len == 0 ? "" : "; ",
                                program, errno == EISDIR ? "it is no program" : strerror(errno));
    }
    return len == 0;
}

static enum exit_code read_hooks(struct follower *f)
{
    const char *path = cli_value(f->cli, "hooks");
    CW_AUTO(buf_done) struct buf text = {0};
    char why[HOOK_TEXT_LEN_MAX] = "it cannot be read";

    if (path == NULL)
        return complain(f->cli, EXIT_USAGE,
                        &(struct trouble){"nobody would be told", "--hooks", "a file says who", NULL});
    errno = 0;
    if (file_read(path, HOOK_FILE_LEN_MAX, &text) != CW_OK)
        snprintf(why, sizeof(why), "it cannot be read: %s", errno != 0 ? strerror(errno) : "it is too long");
    else if (hooks_parse(buf_slice(&text), &f->hooks, why) == CW_OK && will_run(&f->hooks, why))
        return EXIT_DONE;
    return complain(f->cli, EXIT_CONFIG,
                    &(struct trouble){"the file of alerts is wrong", path, why, "casewire alert --help"});
}

static enum exit_code start(struct follower *f, const char *name)
{
    const struct cli *cli = f->cli;
    enum exit_code code;

    if (!cli_duration(cli, "every", DAY_MS, 10000, &f->every_ms) ||
        !cli_duration(cli, "lag", DAY_MS, 600000, &f->lag_ms) ||
        !cli_duration(cli, "alert-time", 600000, 30000, &f->hooks.limit_ms) ||
        !cli_duration(cli, "again", DAY_MS, 1800000, &f->hooks.again_ms))
        return EXIT_USAGE;
    f->journal.state = cli_value(cli, "state");
    f->journal.hooks = &f->hooks;
    f->hooks.report = report;
    code = read_hooks(f);
    if (code == EXIT_DONE && (name != NULL || cli_value(cli, "metrics") != NULL))
        code = admin_find_pages(cli, name, &f->at);
    f->look = f->at.metrics[0] != '\0' ? link_now() : CW_NEVER;
    f->signals = hear_signals();
    if (code == EXIT_DONE)
        code = open_journal(f, name);
    return code == EXIT_DONE ? loop(f) : code;
}

static enum exit_code run_alert(struct cli *cli)
{
    struct follower *f = calloc(1, sizeof(*f));
    enum exit_code code;

    CW_ASSERT(f != NULL);
    f->cli = cli;
    f->journal.fd = f->signals = -1;
    code = start(f, cli->operand_count > 0 ? cli->operands[0] : NULL);
    hooks_done(&f->hooks);
    hook_journal_done(&f->journal);
    free(f);
    return code;
}

static const struct cli_option alert_options[] = {
    {"hooks", "FILE", "which program is run for what: a line each, KIND PROGRAM ARGUMENT..."},
    {"metrics", "WHERE", "where the daemon is watched; with NAME: as /etc/casewire/NAME/casewire.conf says it"},
    {"from", "FILE", "journal lines in JSON to read instead of following the unit's; -: standard input"},
    {"state", "FILE", "how far the journal was told, kept over a restart"},
    {"every", "TIME", "how often to look at disk and lag (default 10s)"},
    {"lag", "TIME", "how old may be what another division lacks (default 10m)"},
    {"again", "TIME", "the same is not told again before (default 30m)"},
    {"alert-time", "TIME", "how long a program may take (default 30s)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_alert = {
    .noun = "alert",
    .group = GROUP_DAEMON,
    .operands = "[NAME]",
    .operand_max = 1,
    .summary = "run programs that tell people what is wrong",
    .about = "Follows the journal of casewired@NAME and looks at its disk, its lag and whether it answers. A line of "
             "the file says for what "
             "a program is run: fork (a log with two continuations), key (a key was refused), disk, lag, duty (one was "
             "not done in "
             "time; duty:INSP: one that reaches inspectors), daemon (it ended, or does not answer), alarm (any other "
             "line of priority alert), "
             "any; several with commas. No shell: words are parted by blanks. Behind # stands a remark.\n\nThe text is "
             "on the program's standard input, "
             "the rest in CASEWIRE_ALERT_KIND, _EVENT, _DIVISION, _PEER, _CODE, _CASE, _ROLES, _TEXT and _MORE (how "
             "often the same "
             "happened since it was told). One runs at a time; one that fails or takes too long is reported on "
             "standard error, where the first 4096 bytes of what it prints go, too. The unit "
             "casewire-alert@NAME runs it with /etc/casewire/NAME/alerts.",
    .examples = "  casewire alert north --hooks /etc/casewire/north/alerts\n"
                "  journalctl -o json | casewire alert --from - --hooks alerts\n",
    .options = alert_options,
    .run = run_alert,
};
