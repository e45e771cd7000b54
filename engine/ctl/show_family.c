#include "ctl/show_family.h"

#include "ctl/show.h"

#include <inttypes.h>
#include <string.h>

static void id_line(const struct ctl *c, struct text *to, const char *id, struct words before)
{
    if (id)
        text_addf(to, "    %s %s\n", ctl_say(c, before), id);
}

static void child_line(const struct ctl *c, struct text *to, const json_t *child)
{
    text_addf(to, "    %s ", ctl_say(c, (struct words){"child", "子事件"}));
    text_addf(to, "%s  %s  ", json_str_or(child, "id", "?"),
              words_state(json_str_or(child, "state", "?"), c->zh));
    show_safe(to, json_str_or(child, "title", "?"));
    text_addf(to, "  (%s)\n", json_str_or(child, "key", "?"));
}

static void role_line(const struct ctl *c, struct text *to, const json_t *role)
{
    text_addf(to, "    %s %s  ", ctl_say(c, (struct words){"role", "职责"}),
              json_str_or(role, "role", "?"));
    show_safe(to, json_str_or(role, "name", "?"));
    text_addf(to, " (%s)\n", json_str_or(role, "person", "?"));
}

static void times_line(const struct ctl *c, struct text *to, const json_t *i)
{
    int64_t count = json_int(i, "count", 1), reopened = json_int(i, "reopened", 0);
    if (count > 1)
        text_addf(to, c->zh ? "    共 %" PRId64 " 次触发\n" : "    %" PRId64 " triggers in all\n",
                  count);
    if (reopened)
        text_addf(
            to, c->zh ? "    重新开始 %" PRId64 " 次\n" : "    opened again, times: %" PRId64 "\n",
            reopened);
    if (!json_str(i, "reopen_until"))
        return;
    text_add(to, c->zh ? "    触发可重新开始，至 " : "    a trigger opens it again until ");
    show_time(to, json_str(i, "reopen_until"), TIME_FULL);
    text_add_char(to, '\n');
}

void show_family(const struct ctl *c, const json_t *incident, struct text *to)
{
    size_t n;
    json_t *one;
    times_line(c, to, incident);
    id_line(c, to, json_str(incident, "parent"), (struct words){"child of", "上级事件"});
    id_line(c, to, json_str(incident, "merged_into"), (struct words){"merged into", "并入"});
    id_line(c, to, json_str(incident, "split_from"), (struct words){"split off", "拆分自"});
    json_array_foreach(json_unconst(json_at(incident, "merged")), n, one)
        id_line(c, to, json_string_value(one), (struct words){"merged from", "并入了"});
    json_array_foreach(json_unconst(json_at(incident, "children")), n, one) child_line(c, to, one);
    json_array_foreach(json_unconst(json_at(incident, "roles")), n, one) role_line(c, to, one);
}
