/* The parser against Lua's own: thousands of broken texts, each judged by both. */
#include "base/id.h"
#include "plan/parse.h"
#include "plan/scope.h"
#include "unit.h"

#include <lauxlib.h>
#include <string.h>

enum { MUTANTS = 20000 };

static const char seed_text[] =
    "-- watch\n"
    "local plan = plan \"flood\" { title = { zh = \"防汛\", en = \"Flood\" }, [1] = 0x1F; 3e-2 }\n"
    "local a <const>, b = 1.5, function(x, ...) return x, ... end\n"
    "local function later(incident, n)\n"
    "    for i = n, 1, -1 do\n"
    "        if i % 2 == 0 and not incident.drill then goto next\n"
    "        elseif #incident.title > 3 or i ~= 2 then break else b(i) end\n"
    "        ::next::\n"
    "    end\n"
    "    while n < 3 do n = n + 1 end\n"
    "    repeat local m = n // 2 until m >= 1 << 2\n"
    "end\n"
    "function plan.respond(incident)\n"
    "    local answer = call { to = \"duty:duty-room\", within = \"5m\", text = T \"{title}\" }\n"
    "    if not answer then notify { to = { \"post:head\" }, text = [[nobody\n]] .. 'x\\u{6D51}\\z "
    " y' } end\n"
    "    for _, v in ipairs { 1, 2, 3 } do log(tostring(v):rep(2)) end\n"
    "    on(\"stage_m\", function(f) state { stage = f.value, old = -f.value ^ 2 & ~1 | 3 ~ 4 } "
    "end)\n"
    "    do local t = {} t.x, t[\"y\"] = 1, (later(incident, 2)) function t.z:w() return self end "
    "end\n"
    "end --[==[ the\n end ]==]\n"
    "return plan\n";

struct fuzz {
    struct entropy entropy;
    lua_State *L;
    size_t accepted;
    size_t refused;
};

static size_t below(struct fuzz *f, size_t n)
{
    return (size_t)(entropy_u64(&f->entropy) % n);
}

/* Refusals that Lua does not share: limits and matters of taste. */
static bool is_ours_alone(const char *code)
{
    static const char *const codes[] = {"bad_character", "bad_utf8",        "byte_order_mark",
                                        "not_allowed",   "too_deep",        "too_large",
                                        "byte_code",     "global_assigned", "unknown_name",
                                        "not_built",     "outside_body"};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

/* Lua finds this after the parse, and the loader asks Lua, too. */
static bool is_lua_alone(const char *said)
{
    return strstr(said, "jumps into the scope") != NULL;
}

static void judge(struct fuzz *f, const char *src, size_t len)
{
    AUTO_ARENA(arena);
    struct findings findings = {0};
    struct node *tree = parse_text("x.lua", src, len, &arena, &findings);
    bool shared = false; /* refused for what Lua must refuse, too */

    if (tree)
        scope_resolve(tree, "x.lua", TEXT_PLAN, &arena, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (!is_ours_alone(findings.list[i].code))
            shared = true;
    bool good = luaL_loadbufferx(f->L, src, len, "x.lua", "t") == LUA_OK;
    const char *said = good ? "" : lua_tostring(f->L, -1);

    if (good && shared)
        fail_msg("Lua takes this, we say %s\n%.*s", findings.list[0].text, (int)len, src);
    if (!good && tree && !shared && !is_lua_alone(said))
        fail_msg("we take this, Lua says %s\n%.*s", said, (int)len, src);
    *(good ? &f->accepted : &f->refused) += 1;
    lua_pop(f->L, 1);
    findings_done(&findings);
}

static void fuzz_init(struct fuzz *f)
{
    uint8_t seed[32] = {7};

    *f = (struct fuzz){.L = luaL_newstate()};
    entropy_init(&f->entropy, seed);
}

static void the_parser_and_lua_agree_on_a_text_cut_at_any_byte(void **state)
{
    struct fuzz f;
    (void)state;

    fuzz_init(&f);
    for (size_t len = 0; len < sizeof(seed_text); len++)
        judge(&f, seed_text, len);
    lua_close(f.L);
}

/* One change: a byte, a piece taken out, doubled or moved, or a word put in. */
static void mutate(struct fuzz *f, struct text *t)
{
    static const char *const words[] = {
        " end ", " do ",    "(",      ")",         "{",        "}",       "=",
        ",",     " local ", "::a::",  " goto a ",  " break ",  "...",     "\"",
        "[[",    "--",      " then ", "function ", "x",        "1",       ":",
        ".",     " not ",   "#",      " or ",      " return ", "<const>", "\\"};
    size_t at = below(f, t->len);
    size_t n = 1 + below(f, 12);
    AUTO_TEXT(to);

    if (at + n > t->len)
        n = t->len - at;
    text_add_bytes(&to, t->at, at);
    switch (below(f, 4)) {
    case 0:
        text_add_char(&to, (char)(below(f, 95) + 32));
        text_add_bytes(&to, t->at + at + 1, t->len - at - 1);
        break;
    case 1:
        text_add_bytes(&to, t->at + at + n, t->len - at - n);
        break;
    case 2:
        text_add_bytes(&to, t->at + at, n);
        text_add_bytes(&to, t->at + at, t->len - at);
        break;
    default:
        text_add(&to, words[below(f, sizeof(words) / sizeof(words[0]))]);
        text_add_bytes(&to, t->at + at, t->len - at);
    }
    text_clear(t);
    text_add_bytes(t, text_str(&to), to.len);
}

static void the_parser_and_lua_agree_on_thousands_of_mutants(void **state)
{
    struct fuzz f;
    (void)state;

    fuzz_init(&f);
    for (int i = 0; i < MUTANTS; i++) {
        AUTO_TEXT(t);
        text_add(&t, seed_text);
        for (size_t changes = 1 + below(&f, 3); changes && t.len; changes--)
            mutate(&f, &t);
        judge(&f, text_str(&t), t.len);
    }
    assert_true(f.accepted > MUTANTS / 20); /* the mutants are neither all good */
    assert_true(f.refused > MUTANTS / 20);  /* nor all bad */
    lua_close(f.L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parser_and_lua_agree_on_a_text_cut_at_any_byte),
        cmocka_unit_test(the_parser_and_lua_agree_on_thousands_of_mutants),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
