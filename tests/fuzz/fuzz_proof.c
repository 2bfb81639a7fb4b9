/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte 0 even: a receipt, odd: a fork proof; about daemons that never sign two things for one place. Soundness:
 * no bytes make a fork proof against them, and a receipt that verifies says only what they did.
 */
#include "core/fork.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/support/proto_world.h"

static uint8_t world_memory[WORLD_MEMORY_LEN], arena_memory[2 << 20];
static struct world w;
static struct receipt_facts truth;

static enum cw_err verify(struct cw_slice receipt, struct receipt_facts *facts)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    const struct cert_source certs = world_certs(&w);
    struct refusal r;

    return receipt_verify(receipt, &w.network, &certs, &arena, facts, &r);
}

static void make_world_once(void)
{
    static bool made;

    if (made)
        return;
    world_make(&w, world_memory, 1, 1);
    FUZZ_MUST(verify(world_receipt(&w), &truth) == CW_OK);
    made = true;
}

static void receipt_is_sound(struct cw_slice bytes)
{
    struct receipt_facts facts;

    if (verify(bytes, &facts) != CW_OK)
        return;
    FUZZ_MUST(ID_EQ(&facts.op_id, &truth.op_id) && ID_EQ(&facts.log, &truth.log) && facts.seq == truth.seq);
    FUZZ_MUST(facts.held_by >= 1 && facts.held_by <= truth.held_by);
}

static void fork_is_refused(struct cw_slice bytes)
{
    struct fork_proof p;
    struct certificate owner;
    const struct cert_source certs = world_certs(&w);

    if (fork_proof_parse(bytes, &p) != CW_OK || fork_proof_check(&p, &w.network) != CW_OK)
        return;
    if (!certs.find(certs.ctx, &p.genesis.cert, &owner))
        return;
    FUZZ_MUST(!(seal_verify(&w.network, &p.signed_a, owner.sign_key) &&
                seal_verify(&w.network, &p.signed_b, owner.sign_key)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_world_once();
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        receipt_is_sound(slice(data + 1, size - 1));
    else
        fork_is_refused(slice(data + 1, size - 1));
    return 0;
}
