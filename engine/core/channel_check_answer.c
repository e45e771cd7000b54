/* What a channel says of the service's answer: when it is a success, and what else it may tell. */
#include "base/json_path.h"
#include "core/channel_data.h"
#include "core/form.h"

#include <stdlib.h>
#include <string.h>

/* "200", "2xx", "200 202" */
static bool status_valid(const char *s)
{
    while (*s) {
        size_t len = strcspn(s, " ");
        bool good = len == 3 && strchr("12345", s[0]) &&
                    (strncmp(s + 1, "xx", 2) == 0 || strspn(s + 1, "0123456789") >= 2);
        if (!good)
            return false;
        s += len + (s[len] == ' ');
        if (!*s)
            return true;
    }
    return false;
}

static void expected_check(const json_t *value, struct remarks *r)
{
    bool list = json_is_array(value) && json_array_size(value);
    size_t n = list ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        const json_t *one = list ? json_array_get(value, i) : value;
        if (json_is_object(one) || json_is_array(one) || json_is_null(one))
            remark_error(r, "bad_value", NULL,
                         "a place of the answer is compared with a text, a number, true or false, "
                         "or with a list of them");
    }
}

static void path_check(const char *path, struct remarks *r)
{
    if (!json_path_valid(path))
        remark_error(r, "bad_value", NULL,
                     "\"%s\" names no place in the answer; write \"data.items[1].id\"", path);
}

static void answer_json_check(const json_t *test, struct remarks *r)
{
    const json_t *json = json_at(test, "json");
    if (!json)
        return;
    remark_enter(r, "json");
    if (form_table(r, json, "json")) {
        const char **paths = json_keys(json, NULL);
        for (size_t i = 0; paths[i]; i++) {
            remark_enter(r, paths[i]);
            path_check(paths[i], r);
            expected_check(json_at(json, paths[i]), r);
            remark_leave(r);
        }
        free(paths);
    }
    remark_leave(r);
}

/* success, throttled, again: a status, and what stands where in the JSON of the answer. */
static void answer_check(const json_t *channel, const char *key, const struct form_key *keys,
                         struct remarks *r)
{
    const json_t *test = json_at(channel, key);
    if (!test)
        return;
    remark_enter(r, key);
    if (form_table(r, test, key) && form_keys(r, test, keys, key)) {
        const char *status = form_str(r, test, "status");
        const char *after = form_str(r, test, "retry_after");
        if (status && !status_valid(status))
            remark_error_at(r, "status", "bad_value", NULL,
                            "status is \"200\", \"2xx\" or several of them: \"200 202\"");
        if (!json_at(test, "status") && !json_at(test, "json"))
            remark_error(r, "missing_key", NULL, "%s needs a status or json to look at", key);
        if (after)
            path_check(after, r);
        form_duration(r, test, "wait");
        answer_json_check(test, r);
    }
    remark_leave(r);
}

void channel_check_answers(const json_t *channel, struct remarks *r)
{
    static const struct form_key test[] = {{"status", true}, {"json", true}, {0}};
    static const struct form_key probe[] = {{"path", true}, {"status", true}, {"json", true}, {0}};
    static const struct form_key wait[] = {
        {"status", true}, {"json", true}, {"retry_after", true}, {"wait", true}, {0}};
    answer_check(channel, "success", test, r);
    answer_check(channel, "probe", probe, r);
    answer_check(channel, "again", test, r);
    answer_check(channel, "throttled", wait, r);
    const char *reference = form_str(r, channel, "reference");
    remark_enter(r, "reference");
    if (reference)
        path_check(reference, r);
    remark_leave(r);
}
