/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy's name, a line's end, and its value: what a daemon goes by is read alike by whoever signs, and what is refused
 * says why. Roles and references, as people type them, beside it.
 */
#include "cases/view.h"
#include "proto/policy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t name_len = end != NULL ? (size_t)(end - data) : size;
    struct cw_slice name = slice(data, name_len), value, chars;
    struct policy_said said = {0};
    struct refusal why = {0}, signer = {0};
    uint32_t roles = 0;

    value = end != NULL ? slice(end + 1, size - name_len - 1) : slice(data, 0);
    enum cw_err read = policy_read(name, value, &said, &why), check = policy_check(name, value, &signer);

    FUZZ_MUST(read == CW_OK || why.text[0] != '\0');
    FUZZ_MUST(check == CW_OK || signer.text[0] != '\0');
    FUZZ_MUST(check != CW_OK || read == CW_OK); /* nobody signs what no daemon reads */
    FUZZ_MUST(said.number_count <= POLICY_NUMBERS_MAX);
    (void)policy_changes(name);
    if (schema_roles_parse(value, &roles)) {
        char text[SCHEMA_ROLES_TEXT_LEN_MAX];
        uint32_t again;

        if (roles != 0 && roles != R_ANY) {
            schema_roles_text(roles, text);
            FUZZ_MUST(schema_roles_parse(slice_of(text), &again) && again == roles);
        }
    }
    if (human_ref_parse(slice(data, size), &chars))
        FUZZ_MUST(chars.len > 0 && chars.data >= data && chars.data + chars.len <= data + size);
    return 0;
}
