/* Parameters as a form and as JSON, read as every type there is; the first byte chooses. */
#include <stdlib.h>

#include "gateway/http/body.h"
#include "gateway/http/router.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void s_read_all(const struct params *params)
{
    for (size_t i = 0; i < ROUTES; i++) {
        struct arguments arguments;
        struct complaint complaint;
        bool read =
            arguments_read(&arguments, routes[i].uses, routes[i].use_count, params, &complaint);
        check(read == !complaint.text[0]);
        check(utf8_valid(slice_of(complaint.text)));
        if (!read)
            continue;
        check(arguments.room_id >= 0 && arguments.room_id <= ID_MAX);
        check(utf8_valid(arguments.code) && utf8_valid(arguments.password));
        check(arguments.password.length <= PASSWORD_MAX_BYTES);
        check(arguments.difficulty < difficulty_words.count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char *text = malloc(size); /* exactly as long, so that a read past its end is seen */
    check(text);
    memcpy(text, data + 1, size - 1);
    struct params params = {0};
    struct router_answer answer;
    struct complaint complaint;
    json_t *document = NULL;
    if (data[0] & 1) {
        params_add_form(&params, text, size - 1);
    } else if (data[0] & 2) {
        router_find(METHOD_GET, slice_from(text, size - 1), true, &params, &answer);
        params_add_fragment(&params, slice_from(text, size - 1));
    } else {
        body_read(slice_from(text, size - 1), &params, &document, &complaint);
    }
    s_read_all(&params);
    json_decref(document);
    free(text);
    return 0;
}
