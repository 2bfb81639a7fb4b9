/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made with proto's own builders, and not with cw_draft_sign(), so that a member of a bundle does not pay for a
 * signature of its own that is thrown away.
 */
#include "work.h"

#include "lib/draft.h"
#include "proto/submission.h"
#include "proto/wire.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define NOTE_LEN 300
#define SIGNERS 2
#define MEMORY_LEN ((size_t)4 << 20)

const struct who *work_author(const struct work *work, size_t frame)
{
    return &work->authors[frame % work->client_count % work->author_count];
}

/* --- what is said ------------------------------------------------------------------------------------------- */

struct said {
    const char *field;
    struct cw_slice value;
};

static void say_all(struct cw_draft *draft, const struct said *said, size_t count)
{
    struct cw_fault fault;

    for (size_t i = 0; i < count; i++) {
        if (cw_draft_write(draft, said[i].field, CW_SET, said[i].value, &fault) != CW_OK)
            give_up("draft", fault.text);
    }
}

static struct cw_draft *draft_opening(const char *kind, size_t number)
{
    char title[64];
    struct cw_draft *draft;
    struct cw_fault fault;

    (void)snprintf(title, sizeof title, "Bench case %zu", number);
    if (cw_draft_open(kind, &draft, &fault) != CW_OK)
        give_up("draft", fault.text);
    bool child = strcmp(kind, "missing_child") == 0;
    say_all(draft,
            (struct said[]){{"title", slice_of(title)},
                            child ? (struct said){"missing_risk", slice_of("high")}
                                  : (struct said){"name", slice_of(title)}},
            2);
    cw_draft_synthetic(draft);
    return draft;
}

static struct cw_draft *draft_event(const char *kind, const char *event, const struct cw_case_id *id)
{
    struct cw_draft *draft;
    struct cw_fault fault;

    if (cw_draft_event(kind, event, id, &draft, &fault) != CW_OK)
        give_up("draft", fault.text);
    return draft;
}

static struct cw_draft *draft_note(const char *kind, const struct cw_case_id *id, size_t number)
{
    char text[NOTE_LEN];
    struct cw_draft *draft = draft_event(kind, "note", id);

    memset(text, '-', sizeof text);
    text[snprintf(text, sizeof text, "Note %zu ", number)] = '-';
    say_all(draft, &(struct said){"text", slice(text, sizeof text)}, 1);
    return draft;
}

static struct cw_draft *draft_sighting(const char *kind, const struct cw_case_id *id)
{
    struct cw_draft *draft = draft_event(kind, "sighting", id);

    say_all(draft,
            (struct said[]){{"confidence", slice_of("probable")},
                            {"occurred", slice_of("2026-11-22T16:00")},
                            {"place", slice_of("Dunmarsh station")}},
            3);
    return draft;
}

static struct cw_draft *draft_value(const char *kind, const struct cw_case_id *id, size_t number)
{
    char title[64];
    struct cw_draft *draft;
    struct cw_fault fault;

    if (cw_draft_set(kind, id, &draft, &fault) != CW_OK)
        give_up("draft", fault.text);
    (void)snprintf(title, sizeof title, "Title %zu", number);
    say_all(draft, &(struct said){"title", slice_of(title)}, 1);
    return draft;
}

static struct cw_draft *draft_of(const struct work *work, const struct cw_case_id *id, size_t number)
{
    const char *kind = work->kind != NULL ? work->kind : "ocg";
    bool child = strcmp(kind, "missing_child") == 0;
    const char *what = work->what != NULL ? work->what : child && number % 5 == 4 ? "sighting" : "note";

    if (id == NULL)
        return draft_opening(kind, number);
    return strcmp(what, "sighting") == 0 ? draft_sighting(kind, id)
           : strcmp(what, "value") == 0  ? draft_value(kind, id, number)
                                         : draft_note(kind, id, number);
}

/* --- one client's share --------------------------------------------------------------------------------------- */

/* A submission that waits for its bundle's signature. */
struct unsigned_one {
    size_t number;
    struct draft_parts parts;
    struct submission_draft plain;
    struct cw_slice header, proof, path;
};

struct share {
    struct work *work;
    const struct cw_case_id *cases; /* NULL: each opens one */
    size_t case_count;
    struct unsigned_one *waiting; /* bundle of them */
    uint32_t waiting_count;
    struct arena arena;
};

static enum cw_err sign_nothing(void *context, enum label label, struct cw_slice bytes, struct signature *out)
{
    (void)context;
    (void)label;
    (void)bytes;
    memset(out, 0, sizeof *out);
    return CW_OK;
}

static void build(struct share *s, struct unsigned_one *u, const struct cw_draft *draft)
{
    const struct cw_identity *author = work_author(s->work, u->number)->identity;
    struct signer later = {.ask = sign_nothing};
    struct cw_op_id *op = &s->work->ops[u->number];

    u->plain = (struct submission_draft){.network = author->certificate.network,
                                         .author = author->id,
                                         .secret = &author->keys.sign,
                                         .signer = s->work->bundle > 1 ? &later : NULL,
                                         .op_class = CLASS_CASE,
                                         .has_case = draft->has_case,
                                         .case_id = draft->case_id,
                                         .author_time = wall_now()};
    if (draft_encode(draft, &u->parts) != CW_OK)
        give_up("draft", "does not encode");
    for (int i = 0; i < 6; i++)
        u->plain.submission_id[i] = (uint8_t)((uint64_t)u->plain.author_time.ms >> (40 - 8 * i));
    random_bytes(u->plain.submission_id + 6, sizeof u->plain.submission_id - 6);
    u->plain.part_count = u->parts.count;
    for (uint32_t i = 0; i < u->parts.count; i++) {
        random_bytes(u->plain.parts[i].r, sizeof u->plain.parts[i].r);
        u->plain.parts[i].payload = buf_slice(&u->parts.payloads[i]);
    }
    if (submission_build(&u->plain, &s->arena, &u->header, &u->proof, op) != CW_OK)
        give_up("submission", "does not build");
    if (draft->has_case)
        s->work->cases[u->number] = draft->case_id;
    else
        case_id_of(op, &s->work->cases[u->number]);
}

static void sign_bundle(struct share *s)
{
    const struct cw_identity *author = work_author(s->work, s->waiting[0].number)->identity;
    struct cw_op_id ops[BUNDLE_COUNT_MAX];
    struct cw_slice proofs[BUNDLE_COUNT_MAX], paths[BUNDLE_COUNT_MAX];

    for (uint32_t i = 0; i < s->waiting_count; i++)
        ops[i] = s->work->ops[s->waiting[i].number];
    if (bundle_build(&author->certificate.network, &author->keys.sign, ops, s->waiting_count, &s->arena, proofs,
                     paths) != CW_OK)
        give_up("bundle", "does not build");
    for (uint32_t i = 0; i < s->waiting_count; i++) {
        s->waiting[i].proof = proofs[i];
        s->waiting[i].path = paths[i];
    }
}

static void pack(struct share *s, struct unsigned_one *u)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *part_at[PARTS_MAX];

    submit.has_header = submit.has_proof = true;
    submit.header = wire_bytes(u->header);
    submit.proof = wire_bytes(u->proof);
    submit.has_path = u->path.len > 0;
    submit.path = wire_bytes(u->path);
    for (uint32_t i = 0; i < u->plain.part_count; i++) {
        cw__submit_part__init(&parts[i]);
        parts[i].has_r = parts[i].has_payload = true;
        parts[i].r = wire_bytes(slice(u->plain.parts[i].r, sizeof u->plain.parts[i].r));
        parts[i].payload = wire_bytes(u->plain.parts[i].payload);
        part_at[i] = &parts[i];
    }
    submit.n_parts = u->plain.part_count;
    submit.parts = part_at;
    request.submit = &submit;
    frame_of(&request, work_author(s->work, u->number), u->number, &s->work->frames[u->number]);
    draft_parts_done(&u->parts);
}

static void finish_waiting(struct share *s)
{
    if (s->work->bundle > 1 && s->waiting_count > 0)
        sign_bundle(s);
    for (uint32_t i = 0; i < s->waiting_count; i++)
        pack(s, &s->waiting[i]);
    s->waiting_count = 0;
    s->arena.used = 0;
}

static void add(struct share *s, size_t number)
{
    struct unsigned_one *u = &s->waiting[s->waiting_count++];
    struct cw_draft *draft = draft_of(s->work, s->cases == NULL ? NULL : &s->cases[number % s->case_count], number);

    *u = (struct unsigned_one){.number = number};
    build(s, u, draft);
    cw_draft_free(draft);
    if (s->waiting_count == s->work->bundle)
        finish_waiting(s);
}

static void make_share(struct share *s, size_t client)
{
    for (size_t i = client; i < s->work->count; i += s->work->client_count)
        add(s, i);
    finish_waiting(s);
}

/* --- all clients, on both cores -------------------------------------------------------------------------------- */

struct signing {
    struct work *work;
    const struct cw_case_id *cases;
    size_t case_count;
    atomic_size_t next_client;
};

static void *sign_shares(void *context)
{
    struct signing *signing = context;
    struct share s = {.work = signing->work, .cases = signing->cases, .case_count = signing->case_count};
    void *memory = must_have(malloc(MEMORY_LEN));
    size_t client;

    s.waiting = must_have(calloc(s.work->bundle, sizeof *s.waiting));
    s.arena = arena_over(memory, MEMORY_LEN);
    while ((client = atomic_fetch_add(&signing->next_client, 1)) < s.work->client_count)
        make_share(&s, client);
    free(s.waiting);
    free(memory);
    return NULL;
}

static void make_all(struct work *work, size_t count, const struct cw_case_id *cases, size_t case_count)
{
    struct signing signing = {.work = work, .cases = cases, .case_count = case_count};
    pthread_t threads[SIGNERS];

    if (work->bundle == 0 || work->bundle > BUNDLE_COUNT_MAX)
        give_up("bundle", "is out of bounds");
    work->count = count;
    work->frames = must_have(calloc(count + 1, sizeof *work->frames));
    work->ops = must_have(calloc(count + 1, sizeof *work->ops));
    work->cases = must_have(calloc(count + 1, sizeof *work->cases));
    for (int i = 0; i < SIGNERS; i++) {
        if (pthread_create(&threads[i], NULL, sign_shares, &signing) != 0)
            give_up("sign", "no thread");
    }
    for (int i = 0; i < SIGNERS; i++)
        (void)pthread_join(threads[i], NULL);
}

void work_openings(struct work *work, size_t count)
{
    make_all(work, count, NULL, 0);
}

void work_notes(struct work *work, size_t count, const struct cw_case_id *cases, size_t case_count)
{
    if (case_count == 0)
        give_up("notes", "there are no cases to write them to");
    make_all(work, count, cases, case_count);
}

void work_done(struct work *work)
{
    for (size_t i = 0; i < work->count; i++)
        buf_done(&work->frames[i]);
    free(work->frames);
    free(work->ops);
    free(work->cases);
}
