/* SPDX-License-Identifier: Apache-2.0 */
/* Which home folder a command means: by option, by variable, by the context in use, or by its usual place. */
#include "tool/context.h"
#include "tool/contexts.h"

#include "lib/agent.h"
#include "proto/id.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define PEOPLE_MAX 200 /* looked at for a suggestion */
#define PERSON_LEN_MAX 64

static void copy(char out[static PATH_LEN_MAX], const char *text)
{
    snprintf(out, PATH_LEN_MAX, "%s", text);
}

void context_lab(const struct cli *cli, char out[static PATH_LEN_MAX])
{
    const char *lab = cli_value(cli, "lab");

    if (lab == NULL)
        lab = cli_value(cli, "dir");
    if (lab == NULL)
        lab = getenv("CASEWIRE_LAB");
    copy(out, lab != NULL ? lab : "casewire-lab");
}

/* The nearest of a lab's people. */
static bool nearest_person(const char *lab, const char *as, char out[static PERSON_LEN_MAX])
{
    char names[PEOPLE_MAX][PERSON_LEN_MAX];
    const char *at[PEOPLE_MAX], *near;
    char path[PATH_LEN_MAX];
    DIR *folder = path_join(path, lab, "people") ? opendir(path) : NULL;
    const struct dirent *entry;
    size_t count = 0;

    while (folder != NULL && count < PEOPLE_MAX && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= PERSON_LEN_MAX)
            continue;
        memcpy(names[count], entry->d_name, strlen(entry->d_name) + 1);
        at[count] = names[count];
        count++;
    }
    if (folder != NULL)
        closedir(folder);
    near = suggest(as, at, count);
    if (near != NULL)
        snprintf(out, PERSON_LEN_MAX, "%s", near);
    return near != NULL;
}

static enum exit_code nobody(const struct cli *cli, const char *lab, const char *as, const char *home)
{
    char near[PERSON_LEN_MAX], why[PERSON_LEN_MAX + 40];

    if (!nearest_person(lab, as, near))
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"there is nobody of that name in this lab", home,
                                          "the lab has no such person, or it is another folder (--lab DIR)",
                                          "casewire lab status"});
    snprintf(why, sizeof(why), "did you mean \"%s\"?", near);
    return complain(cli, EXIT_NOT_FOUND,
                    &(struct trouble){"there is nobody of that name in this lab", home, why, "casewire lab status"});
}

static enum exit_code home_in_lab(const struct cli *cli, const char *as, char out[static PATH_LEN_MAX])
{
    char lab[PATH_LEN_MAX];

    context_lab(cli, lab);
    if (strchr(as, '/') != NULL || !path_join(out, lab, "people/%s", as))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nobody has that name", as, "it is WHO@DIVISION", "casewire lab status"});
    if (file_exists(out))
        return EXIT_DONE;
    return nobody(cli, lab, as, out);
}

static const char *set_variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The context in use, else ~/.config/casewire when it is a home folder itself. */
static bool usual_home(char out[static PATH_LEN_MAX])
{
    char name[CONTEXT_NAME_LEN_MAX + 1], config[PATH_LEN_MAX], key[PATH_LEN_MAX];

    if (contexts_current(name) && contexts_home(name, out))
        return true;
    if (!contexts_folder(config) || !path_join(key, config, "key") || !file_exists(key))
        return false;
    copy(out, config);
    return true;
}

enum exit_code context_home(const struct cli *cli, const char *as, char out[static PATH_LEN_MAX])
{
    const char *home = cli_value(cli, "home"), *name = cli_value(cli, "context");
    bool said;

    if (as == NULL)
        as = cli_value(cli, "as");
    said = as != NULL || home != NULL || name != NULL;
    if (!said)
        as = set_variable("CASEWIRE_AS");
    if (!said && as == NULL)
        name = set_variable("CASEWIRE_CONTEXT");
    if (!said && as == NULL && name == NULL)
        home = set_variable("CASEWIRE_HOME");
    if (as != NULL)
        return home_in_lab(cli, as, out);
    if (home != NULL) {
        copy(out, home);
        return EXIT_DONE;
    }
    if (name != NULL)
        return contexts_home(name, out) ? EXIT_DONE : contexts_unknown(cli, name);
    if (usual_home(out))
        return EXIT_DONE;
    return complain(cli, EXIT_CONFIG,
                    &(struct trouble){"it is not known who you are", "--context, --home, --as",
                                      "no option, no variable and no context in use names a folder with keys",
                                      "casewire context add NAME --home DIR"});
}

bool context_is_logged_in(const char *home)
{
    char path[PATH_LEN_MAX], name[AGENT_NAME_LEN_MAX];
    struct agent_hello hello;
    struct buf cert = {0};
    struct cert_id id;
    int folder;
    bool yes = false;

    if (path_join(path, home, "cert") && file_read(path, CERT_LEN_MAX, &cert) == CW_OK &&
        agent_folder_open(NULL, false, &folder, NULL) == CW_OK) {
        cert_id_of(buf_slice(&cert), &id);
        agent_name_of(&id, name);
        yes = agent_greet(folder, name, &hello) == CW_OK;
        close(folder);
    }
    buf_done(&cert);
    return yes;
}
