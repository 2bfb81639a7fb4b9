/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of the agent's socket: a packet as a request to it, and as an answer from it. */
#include "tests/fuzz/fuzz.h"
#include "tool/agent.h"

static struct agent *the_agent(void)
{
    static struct agent a;
    static uint8_t cert_bytes[CERT_LEN_MAX];

    if (a.certificate_bytes.len == 0) {
        struct certificate cert = {.subject = SUBJECT_PERSON, .may_bundle = true};
        struct writer c = writer_over(cert_bytes, sizeof(cert_bytes)), k;
        struct agent_order order = {.hold_ms = 1000000};
        struct key_bundle keys;
        uint8_t key_bytes[KEYFILE_LEN_MAX];
        const uint8_t seed[32] = {1};

        FUZZ_MUST(crypto_init());
        key_bundle_from_seed(seed, &keys);
        cert.division = slice_of("NTH");
        cert.name = slice_of("Officer");
        memcpy(cert.sign_key, keys.sign_public, KEY_LEN);
        memcpy(cert.curve_key, keys.curve_public, KEY_LEN);
        cert.serial[0] = cert.network.b[0] = cert.issuer.b[0] = 1;
        cert.not_after.ms = 1;
        certificate_encode(&cert, &c);
        k = writer_over(key_bytes, sizeof(key_bytes));
        FUZZ_MUST(keyfile_seal(&keys, slice(NULL, 0), KEYFILE_COST_LAB, &k) == CW_OK);
        order.certificate = slice(cert_bytes, c.len);
        order.key_file = slice(key_bytes, k.len);
        FUZZ_MUST(agent_open(&order, (struct cw_mono){0}, &a, NULL) == CW_OK);
    }
    return &a;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct agent *a = the_agent();
    uint8_t answer[AGENT_ANSWER_LEN_MAX];
    struct writer w = writer_over(answer, sizeof(answer));
    struct agent_hello hello;
    struct cw_slice body;

    /* Not a stop: it would be the last thing the agent does. */
    if (size > 4 && data[4] != AGENT_STOP && agent_answer(a, (struct cw_mono){1}, slice(data, size), &w)) {
        FUZZ_MUST(w.len >= 6 && !w.failed);
        if (agent_answer_parse(slice(answer, w.len), &body) == CW_OK && data[4] == AGENT_SIGN) {
            struct submission_header header;

            FUZZ_MUST(submission_header_parse(slice(data + AGENT_HEAD_LEN, size - AGENT_HEAD_LEN), &header) == CW_OK);
            FUZZ_MUST(ID_EQ(&header.author, &a->id));
        }
    }
    if (agent_answer_parse(slice(data, size), &body) == CW_OK)
        (void)!agent_hello_parse(body, &hello);
    return 0;
}
