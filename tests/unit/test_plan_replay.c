/*
 * A run is a function of its record (rule R3): whatever happens in a night, a planner that forgets
 * everything after each turn asks for the very same things.
 */
#include "planner_night.h"
#include "planner_sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NIGHTS = 12, HAPPENINGS = 40 };

static const char HEAD[] = "local plan = plan \"test\" { facts = { case = { event = true },\n"
                           " stage_m = { type = 'number', per = 'gauge' } } }\n"
                           "function plan.respond(incident)\n";
static const char FOOT[] = "\nend\nreturn plan\n";

static const char *const bodies[] = {
    /* a flood: calls that climb, a watch, a handler a case */
    "local a = call { to = 'duty:duty-room', within = '5m', text = T '{title}' }\n"
    "if not a then\n"
    "  local h = notify { to = 'post:leader', text = T 'nobody answers at {place}' }\n"
    "  spawn(function() for i = 1, 4 do log(h:result('10m') or 'nothing') end end)\n"
    "end\n"
    "on('case', function(c)\n"
    "  local b = call { to = 'dept:health', within = '10m', text = T('case {id}', c) }\n"
    "  state { last = c.id, by = b and b.by or 'nobody' }\n"
    "end)\n"
    "every('30m', function(k, missed)\n"
    "  local s = wait('stage_m', '5m', {match = function(f) return f.value > 4 end})\n"
    "  log(T('tick {k} {m} {v}', {k = k, m = missed, v = s and s.value or '-'}))\n"
    "end)\n"
    "wait('resolved') log 'over'",

    /* branches in branches, cancelled and deferred, with chance in it */
    "local function work(n)\n"
    "  defer(function() log('end ' .. n) end)\n"
    "  for i = 1, random(4) do\n"
    "    local which = race {\n"
    "      function() sleep(random(9) .. 'm') return 'slept' end,\n"
    "      function() return wait('answer', random(20) .. 'm') and 'answered' end,\n"
    "      function() call { to = 'post:p' .. n, within = '5m', text = uuid() } end }\n"
    "    log(n .. ':' .. which)\n"
    "    if random(5) == 1 then error('bad luck ' .. n) end\n"
    "  end\n"
    "  return n\n"
    "end\n"
    "local hs = {}\n"
    "for i = 1, 5 do hs[i] = spawn(work, i) end\n"
    "spawn(function() for i = 1, 5 do sleep('7m') cancel(hs[i]) end end)\n"
    "while true do\n"
    "  local ok, r = pcall(parallel, { function() return work(10) end, function() return work(20) "
    "end, function() timeout('12m', function() work(30) end) end })\n"
    "  log(tostring(ok)) wait('order', '1h')\n"
    "end",

    /* children, roles, joins: an epidemic */
    "on('case', function(c)\n"
    "  local k = child { plan = 'tracing', key = c.id, title = T('case {id}', c),\n"
    "    fields = { n = c.n } }\n"
    "  log(c.id .. ' ' .. (k:wait('closed', random(40) .. 'm') or 'open'))\n"
    "end)\n"
    "on('closed', function(f) log('over ' .. f.key .. ' ' .. f.state) end, {serial = true})\n"
    "on('joined', function(j) log(j.title .. #j.joins .. incident.count) end)\n"
    "while true do\n"
    "  local a = assign('lead', { 'dept:health', 'post:leader' }, { within = '3m' })\n"
    "  notify { to = 'role:lead', text = a and a.by or 'vacant' }\n"
    "  sleep(random(30) .. 'm')\n"
    "end",

    /* tables, texts, sorts: what depends on a table's layout in Lua itself */
    "local seen = {}\n"
    "on('case', function(c) seen[c.id] = (seen[c.id] or 0) + c.n end, {serial = true})\n"
    "on('update', function(u) for k, v in pairs(u.fields) do seen['f' .. k] = true end end)\n"
    "local C = {} C.__index = C function C:add(x) self[#self + 1] = x return self end\n"
    "while true do\n"
    "  local t = setmetatable({}, C)\n"
    "  for k, v in pairs(seen) do t:add(k .. '=' .. tostring(v)) end\n"
    "  table.sort(t, function(a, b) return #a < #b end)\n"
    "  local s = table.concat(t, ' ')\n"
    "  log(s .. ' ' .. (s:gsub('%d+', function(d) return '<' .. d .. '>' end)))\n"
    "  state { t = { n = #t, first = t[1], all = t[1] and {table.unpack(t)} or {} } }\n"
    "  local f = wait('resolved', '11m', {match = {by = {'p1', 'p2'}}})\n"
    "  if f then log(f.by .. now()) end\n"
    "end",

    /* a stack that is deep when it waits and deeper when it goes on */
    "local function deep(n, f) if n == 0 then return f() end local ok, r = pcall(deep, n - 1, f)\n"
    "  return r end\n"
    "while true do\n"
    "  local r = deep(120, function() sleep('3m')\n"
    "    return deep(60, function() return wait('answer', '5m') and 'a' or 'n' end) end)\n"
    "  log(tostring(r))\n"
    "end",

    /* handlers that start and end each other */
    "local n = 0\n"
    "local h = on('resolved', function(f)\n"
    "  n = n + 1 local mine = n\n"
    "  local o = on('stage_m', function(s) log(mine .. s.station .. s.value) end)\n"
    "  local e = every('4m', function(k) log(mine .. ' tick ' .. k) if k == 2 then error('x') end "
    "end)\n"
    "  sleep('9m') cancel(o) cancel(e)\n"
    "end)\n"
    "local f = wait('order')\n"
    "cancel(h) local x = notify { to = 'dept:a', text = T 'over {count}' } cancel(x)\n"
    "defer(function() notify { to = 'dept:b', text = 'end' } end)",

    /* what is watched, in scopes that end while they watch */
    "each('stage_m >= warning_m', function(at)\n"
    "  log('over at ' .. at)\n"
    "  local lower = wait_until('stage_m < warning_m', {hold = '10m', within = '20m'})\n"
    "  log(at .. ' lower ' .. tostring(lower))\n"
    "  if random(3) == 1 then call { to = 'post:' .. at, within = '5m', text = 'x' } end\n"
    "end)\n"
    "while true do\n"
    "  local h = each('stage_m > 3', function(at) sleep(random(5) .. 'm') log('3 at ' .. at) end)\n"
    "  local which = race { function() return wait_until('stage_m > 6', {every = true}) end,\n"
    "    function() return wait_until('stage_m > 7', {within = random(30) .. 'm'}) end,\n"
    "    function() wait 'case' return 'case' end }\n"
    "  log(tostring(which)) cancel(h)\n"
    "  local c\n"
    "  timeout('15m', function() c = consult { to = 'post:a', question = 'why', within = '1h' } "
    "end)\n"
    "  log(T('{n} {who}', { n = c and #c.silent or 9, who = c and c.opinions or {} }))\n"
    "end",

    /* outcomes side by side, errors among them; clocks, levels */
    "every({ '02:10', '02:20', '10:30' }, function(k, m) log(k .. '/' .. m)\n"
    "  sleep(random(40) .. 'm') end)\n"
    "every({ IV = '20m', II = '3m' }, function(k, m) log('level ' .. k .. '/' .. m)\n"
    "  if random(3) == 1 then sleep '7m' end end)\n"
    "while true do\n"
    "  local t\n"
    "  timeout(random(20) .. 'm', function() t = ask { to = 'dept:a', question = 'x',\n"
    "    choices = { 'yes', 'no' }, within = '15m' } end)\n"
    "  local f, why\n"
    "  timeout(random(20) .. 'm', function() f, why = fetch { endpoint = 'x', within = '9m',\n"
    "    body = { b = { 2, 1 }, a = t and t.enough } } end)\n"
    "  log(f and f.status .. #f.json or tostring(why))\n"
    "  if t then log(#t.yes .. #t.no) call { to = t.silent, within = '5m', text = 'x' } end\n"
    "  local r = settle {\n"
    "    function() return wait('answer', random(9) .. 'm') and 'answered' end,\n"
    "    function() sleep(random(9) .. 'm') if random(2) == 1 then error('bad luck') end return 1 "
    "end,\n"
    "    function() local s = settle { function() sleep '1m' error({ code = random(9) }) end }\n"
    "      return s[1].err.code end }\n"
    "  at('08:30', function() log('morning ' .. civil().yday) wait('answer', '10m') end)\n"
    "  for i = 1, r.n do log(i .. tostring(r[i].ok) .. tostring(r[i].value or r[i].err)) end\n"
    "end",
};

enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };

enum memory { REMEMBERS, FORGETS, CROWDED };

/* Live through a night; the turns as bytes. */
static void live_with(const char *source, json_t *takes_libraries, int night, enum memory memory,
                      struct text *ret, int *ret_needs)
{
    struct planner_night n;
    struct entropy chance;
    uint8_t seed[32] = {(uint8_t)night, 77};

    entropy_init(&chance, seed);
    planner_night_init(&n, source);
    n.libraries = takes_libraries;
    n.forgets = memory == FORGETS;
    if (memory == CROWDED)
        n.config.resident_bytes = 1000; /* passivated after each turn, in the same planner */
    planner_night_begin(&n);
    for (int i = 0; i < HAPPENINGS && !n.failed; i++)
        planner_night_happens(&n, &chance);
    if (n.failed)
        fail_msg("the plan failed: %s", text_str(&n.told));
    planner_night_turns(&n, ret);
    *ret_needs += n.needs;
    planner_night_done(&n);
}

static void live(const char *source, int night, enum memory memory, struct text *ret,
                 int *ret_needs)
{
    live_with(source, NULL, night, memory, ret, ret_needs);
}

static char *source_of(size_t body)
{
    struct text source = {0};

    text_addf(&source, "%s%s%s", HEAD, bodies[body], FOOT);
    return text_take(&source);
}

/* returns how often the record was read in the second life. */
static int compare(const char *source, int night, enum memory memory)
{
    AUTO_TEXT(once);
    AUTO_TEXT(again);
    int needs = 0;

    live(source, night, REMEMBERS, &once, &needs);
    needs = 0;
    live(source, night, memory, &again, &needs);
    if (strcmp(text_str(&once), text_str(&again)) != 0)
        fail_msg("night %d differs:\n%s\n---\n%s\n", night, text_str(&once), text_str(&again));
    return needs;
}

static void forgetting_every_turn_changes_nothing(void **state)
{
    (void)state;
    for (size_t b = 0; b < BODIES; b++) {
        char *source = source_of(b);

        int needs = 0;
        for (int night = 0; night < NIGHTS; night++)
            needs += compare(source, night, FORGETS);
        assert_true(needs > 2 * NIGHTS);
        free(source);
    }
}

static void passivation_changes_nothing(void **state)
{
    (void)state;
    for (size_t b = 0; b < BODIES; b++) {
        char *source = source_of(b);

        int needs = 0;
        for (int night = 0; night < NIGHTS; night++)
            needs += compare(source, 100 + night, CROWDED);
        assert_true(needs > 2 * NIGHTS);
        free(source);
    }
}

static json_t *libraries(void)
{
    static const char source[] =
        "local seen = {}\n"
        "return function(name)\n"
        "  seen[name] = (seen[name] or 0) + random(3)\n"
        "  local t = {} for k, v in pairs(seen) do t[#t + 1] = k .. v end\n"
        "  log(T('seen {all}', { all = t })) sleep(random(5) .. 'm')\n"
        "end";
    return json_pack("[{s:s,s:s},{s:s,s:s}]", "name", "lib/seen.lua", "source", source, "name",
                     "lib/words.lua", "source", "return { ['seen {all}'] = { zh = '{all}' } }");
}

/* Libraries and the catalogue are a part of the pin: a run that comes back has them. */
static void a_plan_with_libraries_replays(void **state)
{
    static const char source[] =
        "local seen = require 'lib.seen'\n"
        "local plan = plan 'test' { catalogue = 'lib.words', facts = { case = { event = true },\n"
        " stage_m = { type = 'number', per = 'gauge' } } }\n"
        "function plan.respond() on('case', function(c) seen(c.id) end) every('7m', function()\n"
        " seen 'tick' end) end\nreturn plan\n";
    int needs = 0;

    (void)state;
    for (int night = 0; night < NIGHTS; night++) {
        AUTO_TEXT(once);
        AUTO_TEXT(again);
        live_with(source, libraries(), night, REMEMBERS, &once, &needs);
        live_with(source, libraries(), night, FORGETS, &again, &needs);
        assert_string_equal(text_str(&once), text_str(&again));
    }
    assert_true(needs > NIGHTS);
}

/* The shipped plans are the ones that must not fail. */
static void the_shipped_flood_plan_replays(void **state)
{
    const char *root = getenv("MUSTER_ROOT");
    AUTO_TEXT(path);
    AUTO_TEXT(source);
    char line[1024];

    (void)state;
    text_addf(&path, "%s/plans/flood.lua", root ? root : ".");
    FILE *f = fopen(text_str(&path), "r");
    if (!f)
        skip();
    while (fgets(line, sizeof(line), f))
        text_add(&source, line);
    fclose(f);
    for (int night = 0; night < NIGHTS; night++) {
        AUTO_TEXT(once);
        AUTO_TEXT(again);
        int needs = 0;

        live(text_str(&source), night, REMEMBERS, &once, &needs);
        live(text_str(&source), night, FORGETS, &again, &needs);
        assert_string_equal(text_str(&once), text_str(&again));
    }
}

/* ---- plans by chance ---- */

enum { RANDOM_PLANS = 300, RANDOM_DEPTH = 3 };

static uint64_t pick(struct entropy *chance, uint64_t of)
{
    return entropy_u64(chance) % of;
}

static void block(struct entropy *chance, int depth, struct text *to);

static void branch(struct entropy *chance, int depth, struct text *to)
{
    text_add(to, "function() ");
    block(chance, depth - 1, to);
    text_addf(to, " return %d end", (int)pick(chance, 9));
}

static void branches(struct entropy *chance, int depth, const char *word, struct text *to)
{
    text_addf(to, "log(tostring(pcall(%s, { ", word);
    for (uint64_t i = 2 + pick(chance, 2); i > 0; i--) {
        branch(chance, depth, to);
        text_add(to, i > 1 ? ", " : " ");
    }
    text_add(to, "}))) ");
}

/* What waits, tells, fails; no loop that does not wait. */
static void leaf(struct entropy *chance, struct text *to)
{
    static const char *const leaves[] = {
        "sleep(random(9) .. 'm') ",
        "log(tostring(wait('answer', random(20) .. 'm') ~= nil)) ",
        "log(tostring(wait('stage_m', '5m', { match = function(f) return f.value > 3 end }))) ",
        "if random(4) == 1 then error('bad luck') end ",
        "call { to = 'post:a', within = '5m', text = uuid() } ",
        "log(notify { to = 'dept:a', text = T '{title}' }:result('3m') or 'none') ",
        "defer(function() log 'deferred' end) ",
        "state { n = random(99), at = now() } ",
        "log(tostring(wait_until('stage_m > 4', { within = '7m' }))) ",
        "cancel(on('case', function(c) log(c.id) sleep '2m' end)) ",
    };
    text_add(to, leaves[pick(chance, sizeof(leaves) / sizeof(*leaves))]);
}

static void nested(struct entropy *chance, int depth, struct text *to)
{
    static const char *const joins[] = {"parallel", "race", "settle"};
    uint64_t which = pick(chance, 7);

    if (which < 3) {
        branches(chance, depth, joins[which], to);
        return;
    }
    text_add(to, which == 3   ? "pcall(timeout, random(9) .. 'm', "
                 : which == 4 ? "do local h = spawn("
                 : which == 5 ? "every('11m', "
                              : "on('case', ");
    branch(chance, depth, to);
    text_add(to, which == 4 ? ") sleep(random(6) .. 'm') cancel(h) end " : ") ");
}

static void block(struct entropy *chance, int depth, struct text *to)
{
    for (uint64_t i = 1 + pick(chance, 3); i > 0; i--) {
        if (depth > 0 && pick(chance, 2))
            nested(chance, depth, to);
        else
            leaf(chance, to);
    }
}

/* Bodies of levels, too: orders come by chance, and scopes begin and end with them. */
static char *random_plan(uint64_t number)
{
    static const char *const levels[] = {"IV", "III", "II", "I"};
    struct text to = {0};
    struct entropy chance;
    uint8_t seed[32] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 5};

    entropy_init(&chance, seed);
    text_add(&to, "local plan = plan 'test' { facts = { case = { event = true },\n"
                  " stage_m = { type = 'number', per = 'gauge' } }, levels = {");
    for (int i = 0; i < 4; i++)
        text_addf(&to, " %s = { ordered_by = 'post:a' },", levels[i]);
    text_add(&to, " } }\nfunction plan.respond()\n");
    block(&chance, RANDOM_DEPTH, &to);
    text_add(&to, "\nend\n");
    for (int i = 0; i < 4; i++) {
        text_addf(&to, "function plan.level.%s()\n", levels[i]);
        block(&chance, RANDOM_DEPTH - 1, &to);
        text_add(&to, "\nend\n");
    }
    text_add(&to, "return plan\n");
    return text_take(&to);
}

/* What a plan asks for is the same whatever its planner forgets, and whenever. More of them:
 * MUSTER_RANDOM_PLANS=5000. */
static void plans_by_chance_replay_at_every_turn(void **state)
{
    const char *more = getenv("MUSTER_RANDOM_PLANS");
    long plans = more ? strtol(more, NULL, 10) : RANDOM_PLANS;
    int needs = 0;

    (void)state;
    for (long p = 0; p < plans; p++) {
        char *source = random_plan((uint64_t)p);

        needs += compare(source, (int)(p % 200), FORGETS);
        needs += compare(source, (int)(p % 200), CROWDED);
        free(source);
    }
    assert_true(needs > 4 * plans);
}

/* ---- other processes: another layout of memory, another seed of Lua's hashes ---- */

static char self[512];

/* What `test_plan_replay turns` prints. */
static int print_turns(void)
{
    for (size_t b = 0; b < BODIES; b++) {
        char *source = source_of(b);
        AUTO_TEXT(turns);
        int needs = 0;

        live(source, 7, REMEMBERS, &turns, &needs);
        fputs(text_str(&turns), stdout);
        free(source);
    }
    return 0;
}

static void read_process(struct text *ret)
{
    int ends[2];
    char bytes[4096];
    ssize_t got;

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl(self, self, "turns", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((got = read(ends[0], bytes, sizeof(bytes))) > 0)
        text_add_bytes(ret, bytes, (size_t)got);
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void every_process_gives_the_same_turns(void **state)
{
    AUTO_TEXT(first);

    (void)state;
    read_process(&first);
    assert_true(first.len > 10000);
    for (int i = 0; i < 4; i++) {
        AUTO_TEXT(other);

        read_process(&other);
        assert_string_equal(text_str(&first), text_str(&other));
    }
}

/* ---- speed ---- */

static void a_record_of_10000_steps_is_replayed_in_a_moment(void **state)
{
    struct planner_night n;
    char *source;
    struct text body = {0};

    (void)state;
    text_addf(&body, "%slocal n = 0 while true do sleep('1s') n = n + 1 log(n) end%s", HEAD, FOOT);
    source = text_take(&body);
    planner_night_init(&n, source);
    planner_night_begin(&n);
    planner_night_pass(&n, 4999 * 1000);
    assert_int_equal(n.turns, 5000);
    n.forgets = true;
    n.direct = true;
    double before = planner_cpu_s();
    planner_night_pass(&n, 1000);
    double took = planner_cpu_s() - before;
    assert_int_equal(n.turns, 5001);
    print_message("# replayed 5,000 turns, 10,000 steps, in %.0f ms of CPU: %.0f steps/s\n",
                  took * 1000, 10000 / took);
    assert_true(took < 2);
    planner_night_done(&n);
    free(source);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forgetting_every_turn_changes_nothing),
        cmocka_unit_test(passivation_changes_nothing),
        cmocka_unit_test(a_plan_with_libraries_replays),
        cmocka_unit_test(the_shipped_flood_plan_replays),
        cmocka_unit_test(plans_by_chance_replay_at_every_turn),
        cmocka_unit_test(every_process_gives_the_same_turns),
        cmocka_unit_test(a_record_of_10000_steps_is_replayed_in_a_moment),
    };

    if (argc == 2 && strcmp(argv[1], "turns") == 0)
        return print_turns();
    snprintf(self, sizeof(self), "%s", argv[0]);
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
