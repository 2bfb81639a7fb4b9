/* SPDX-License-Identifier: Apache-2.0 */
/*
 * casewired: what it was asked for. The rooms behind it, in daemon/main/, are the one place that knows
 * everything: they plug the drivers into the node's ports and bring them up (main/daemon.h lists them).
 */

#include "main/inspect.h"
#include "main/say.h"
#include "main/serve.h"

#include <casewire/casewire.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static void print_help(void)
{
    puts("casewired - a division's daemon: keeps, agrees on and answers what officers signed\n"
         "\n"
         "  casewired --config FILE                    run\n"
         "  casewired --config FILE --check-config     say everything that is wrong with the settings, and end\n"
         "  casewired --config FILE --check-start      of one that is down: try the ports, look at store and disk, and "
         "end\n"
         "  casewired --config FILE --print-settings   print what they say, with defaults and variables put in\n"
         "  casewired --config FILE --verify-store     walk the whole store and name the first thing that is wrong\n"
         "  casewired --example-config                 print a settings file with every default\n"
         "  casewired --version | --help\n"
         "\n"
         "Ends with 0 when told to stop, 1 when something failed, 78 when starting again will not help.\n"
         "\n"
         "Settings:");
    settings_print_help(stdout);
}

enum {
    OPTION_CONFIG = 1,
    OPTION_CHECK,
    OPTION_START,
    OPTION_PRINT,
    OPTION_VERIFY,
    OPTION_EXAMPLE,
    OPTION_VERSION,
    OPTION_HELP
};

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"check-start", no_argument, NULL, OPTION_START},
    {"print-settings", no_argument, NULL, OPTION_PRINT},
    {"verify-store", no_argument, NULL, OPTION_VERIFY},
    {"example-config", no_argument, NULL, OPTION_EXAMPLE},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static struct daemon the_daemon = {.lock_fd = -1, .signal_fd = -1, .ended_fd = -1};

static int work_with(struct daemon *d, const char *path, int what)
{
    static struct problems problems;
    enum cw_err err = settings_load(path, &d->settings, &problems);

    if (err != CW_OK && what == 0)
        return serve_refused(d, &problems, err);
    if (say_problems(&problems, err) != CW_OK)
        return EXIT_CONFIG;
    if (what == OPTION_PRINT) {
        settings_print(&d->settings, stdout);
        return EXIT_SUCCESS;
    }
    return what == OPTION_CHECK    ? inspect_config(d)
           : what == OPTION_START  ? inspect_start(d)
           : what == OPTION_VERIFY ? inspect_store(d)
                                   : serve_run(d);
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
        puts("casewired " CW_VERSION_TEXT);
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
