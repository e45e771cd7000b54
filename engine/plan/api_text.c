/* api_text - T: texts with {fields} in them. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/catalogue.h"
#include "plan/fill.h"
#include "plan/sandbox.h"

#include <string.h>

/* A field that nobody knows is in the record; where no step can be taken it only shows itself. */
static void log_unknown(lua_State *L, struct run *r, const char *field)
{
    char step[STEP_MAX];
    char at[SANDBOX_WHERE];
    struct task *t = r->tasks.running;
    AUTO_TEXT(line);

    if (!t || !task_step(t, step))
        return;
    text_addf(&line, "the text has a field {%s} that nobody knows; it is shown as it stands",
              field);
    json_t *cmd = command_new("log", step, sandbox_where(L, at));
    run_command(r, json_put_str(cmd, "text", text_str(&line)));
}

/* One text filled; NULL: it is too long. */
static json_t *fill_one(const char *text, struct fill *f)
{
    AUTO_TEXT(filled);

    return fill_text(f, text, &filled) ? json_stringn(text_str(&filled), filled.len) : NULL;
}

/* The text or texts filled, as JSON of the same shape; NULL: one is too long. */
static json_t *fill_all(const json_t *text, struct fill *f)
{
    static const char *const languages[] = {"zh", "en"};
    AUTO_JSON(all);

    if (json_is_string(text))
        return fill_one(json_string_value(text), f);
    all = json_object();
    for (size_t i = 0; i < 2; i++) {
        const char *one = json_str(text, languages[i]);

        if (!one)
            continue;
        f->lang = languages[i];
        json_t *filled = fill_one(one, f);
        if (!filled)
            return NULL;
        json_put(all, languages[i], filled);
    }
    return json_incref(all);
}

/* Read the arguments, push the result. Kernel work: nothing raises. */
static enum err fill_arguments(lua_State *L, struct run *r, struct why *why)
{
    AUTO_JSON(text);
    AUTO_JSON(values);
    AUTO_JSON(filled);

    enum err e = border_read(L, 1, "T: text", &text, why);
    if (e)
        return e;
    json_t *known =
        json_is_string(text) ? catalogue_text(r->pin->catalogue, json_string_value(text)) : NULL;
    if (known) {
        json_decref(text);
        text = known;
    }
    if (!json_is_string(text) && !json_str(text, "zh") && !json_str(text, "en"))
        return why_set(why, ERR_INVALID, "T takes a text, or {zh = …, en = …}");
    if (!lua_isnil(L, 2)) {
        e = border_read(L, 2, "T: values", &values, why);
        if (e)
            return e;
    }
    struct fill f = {.values = values, .about = r->about};
    filled = fill_all(text, &f);
    if (!filled)
        return why_set(why, ERR_LIMIT, "T: the filled text is longer than %d bytes", FILL_TEXT_MAX);
    border_push(L, filled);
    if (f.unknown[0])
        log_unknown(L, r, f.unknown);
    return ERR_OK;
}

/*
 * T(text, {name = value, …}?) -> text
 *
 * Fills {name} from the values, then from the incident; also T "text". The text may be {zh=, en=};
 * else it is looked up in the plan's catalogue.
 */
int api_text(lua_State *L)
{
    struct run *r = api_run(L);
    struct why why = {0};

    luaL_checkany(L, 1);
    lua_settop(L, 2);
    sandbox_charge(L, 200);
    sandbox_kernel_enter(L);
    enum err e = fill_arguments(L, r, &why);
    sandbox_kernel_leave(L);
    return e ? api_raise(L, &why) : 1;
}
