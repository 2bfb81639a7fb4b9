/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/pairing.h"

#include "lib/when.h"

#include <check.h>
#include <stdlib.h>

struct pairing pairing;

const char *in_place(const char *name)
{
    static char path[PATH_LEN_MAX];

    ck_assert(path_join(path, pairing.place, "%s", name));
    return path;
}

void pairing_begin(void)
{
    authority_make(pairing.dir);
    ck_assert_int_eq(authority_open(pairing.dir, true, slice(NULL, 0), &pairing.a, &pairing.fault), CW_OK);
    snprintf(pairing.place, sizeof(pairing.place), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(pairing.place));
    pairing.members = calloc(1, sizeof(*pairing.members));
    ck_assert_ptr_nonnull(pairing.members);
    for (size_t i = 0; i < pairing.a.trust->cert_count; i++)
        if (pairing.a.trust->certs[i].parsed.subject == SUBJECT_DAEMON)
            ck_assert_int_eq(members_add(pairing.members, &pairing.a.trust->certs[i].id, slice_of("north"),
                                         slice_of("tcp://north.example:4700"), &pairing.fault),
                             CW_OK);
    pairing.east = (struct host){.title = "east", .code = "EST", .address = "tcp://east.example:4700"};
    snprintf(pairing.east.settings, sizeof(pairing.east.settings), "%s/east", pairing.place);
    snprintf(pairing.east.state, sizeof(pairing.east.state), "%s/state", pairing.place);
    snprintf(pairing.east.run, sizeof(pairing.east.run), "%s/run", pairing.place);
}

void pairing_end(void)
{
    authority_close(&pairing.a);
    free(pairing.members);
    folder_remove(pairing.dir);
    folder_remove(pairing.place);
}

/* --- the steps, each as a command does it ------------------------------------------------------------------- */

static void ask(const struct request_plan *plan, struct asking *out)
{
    struct joining invitation;
    struct buf request = {0};

    ck_assert_int_eq(joining_write(&pairing.a, NULL, NULL, in_place("invitation"), &pairing.fault), CW_OK);
    ck_assert_int_eq(joining_open(in_place("invitation"), &invitation, &pairing.fault), CW_OK);
    ck_assert(!invitation.join.has_member);
    ck_assert_int_eq(host_request(plan, &invitation, &request, &pairing.fault), CW_OK);
    joining_done(&invitation);
    ck_assert_int_eq(asking_read(&request, out, &pairing.fault), CW_OK);
}

void request_at(const struct host *host, struct asking *out)
{
    ask(&(struct request_plan){.host = host, .name = "Daemon of EST", .days = 10}, out);
}

void renewal_at(const struct host *host, struct asking *out)
{
    ask(&(struct request_plan){.host = host, .name = "whatever", .days = 20, .renew = true}, out);
}

void answer_to(const struct asking *asking)
{
    bool again = true;

    ck_assert_int_eq(asking_check(asking, &pairing.a, when_now(), &again, &pairing.fault), CW_OK);
    if (!again) {
        ck_assert_int_eq(
            authority_admit(&pairing.a, asking->request.certificate, &asking->request.possession, &pairing.fault),
            CW_OK);
        ck_assert_int_eq(authority_commit(&pairing.a, &pairing.fault), CW_OK);
    }
    ck_assert_int_eq(
        members_add(pairing.members, &asking->id, asking->request.title, asking->request.address, &pairing.fault),
        CW_OK);
    ck_assert_int_eq(joining_write(&pairing.a, pairing.members, &asking->id, in_place("bundle"), &pairing.fault),
                     CW_OK);
}

void answered(struct joining *out)
{
    struct asking asking;

    request_at(&pairing.east, &asking);
    answer_to(&asking);
    asking_done(&asking);
    ck_assert_int_eq(joining_open(in_place("bundle"), out, &pairing.fault), CW_OK);
}

void text_of_file(const char *path, struct buf *out)
{
    ck_assert_int_eq(file_read(path, 65536, out), CW_OK);
    ck_assert_int_eq(buf_add(out, slice("", 1)), CW_OK);
}
