#include "core_lab.h"

#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char channels[] =
    "{'web':{'method':'POST','headers':{'content-type':'application/json'},"
    "'body':{'to':'{person.id}','text':'{mark}{text}','title':'{mark}{incident.title}',"
    "'type':'{type}','attempt':'{attempt:number}','code':'{code}','link':'{answer_url}'}},"
    "'bot':{'extends':'web','rate':'20/1m','variants':{'digest':{'list':'{mark}{digest}',"
    "'count':'{digest.count:number}','back':'{callback_url}'}}},"
    "'short':{'extends':'web','limits':{'body_bytes':900}},"
    "'app':{'extends':'web','receipt':'seen'},'gate':{'extends':'web','receipt':'delivered','"
    "receipt_within':'30s'}}";

static const char city[] =
    "{'name':'浑江市','zone':'Asia/Shanghai','languages':['zh','en'],"
    "'endpoints':{'push':{'channel':'web','drill':true},'sms':{'channel':'web'},"
    " 'bot':{'channel':'bot','at_once':64},'wide':{'channel':'web','at_once':256},"
    " 'note':{'channel':'short','probe':false},"
    " 'desk':{'channel':'web','at_once':64},'app':{'channel':'app'},'gate':{'channel':'gate'}},"
    "'people':{"
    " 'wang.qiang':{'name':'王强','contacts':['push:@','sms:@'],'drill':true},"
    " 'li.ming':{'name':'李明','contacts':['push:@'],'drill':true},"
    " 'sun.wei':{'name':'孙伟','contacts':['sms:@']},"
    " 'zhou.jie':{'name':'周杰','contacts':['app:@']},"
    " 'wu.fang':{'name':'吴芳','contacts':['gate:@']},"
    " 'gao.lin':{'name':'高林','contacts':['bot:@']},"
    " 'lin.tao':{'name':'林涛','contacts':['app:@','desk:@']},"
    " 'cao.rui':{'name':'曹睿','contacts':['gate:@','desk:@']},"
    " 'shen.yu':{'name':'沈玉','contacts':['wide:@']},"
    " 'ding.yi':{'name':'丁一','contacts':['note:@','push:@']},"
    " 'ma.chao':{'name':'马超','contacts':['bot:@','desk:@']}},"
    "'groups':{'crew':[]},"
    "'places':{'east':{'name':'东区'},'west':{'name':'西区'}},"
    "'stations':{'g7':{'kind':'gauge','name':'7号站','warning_m':4.5,'place':'east'},"
    " 'g8':{'kind':'gauge','name':'8号站','warning_m':3,'place':'west'}},"
    "'rosters':{'duty-room':{'title':'值班室','titles':{'a':'主班','b':'副班','lead':'带班'},"
    " 'seats':{'a':['wang.qiang'],'b':['li.ming'],'lead':['sun.wei']},'order':['a','b','lead']}},"
    "'posts':{'chief':{'title':'指挥长','holder':'person:sun.wei','deputy':'person:li.ming'},"
    " 'mayor':{'title':'市长','holder':'person:zhou.jie','deputy':'post:chief'}},"
    "'may_order':{'post:chief':{'dam':['III','IV','terminate'],'lake':['III','IV','terminate'],"
    "   'pond':['III','IV','terminate'],"
    "   'weir':['III','IV','terminate'],'river':['IV','terminate','merge','split'],"
    "   'stream':['III','IV','terminate','split'],'clinic':['terminate']},"
    " 'post:mayor':{'dam':['I','II','III','IV','terminate','declare','publish','issue'],"
    "   'lake':['I','II','III','IV','terminate'],'weir':['II'],"
    "   'pond':['I','II','III','IV','terminate'],"
    "   'stream':['I','II','III','IV','terminate','issue']}},'auto':{'dam':'IV'},"
    "'self_alarm':{'to':'duty:duty-room','text':'x'},"
    "'fallback':[{'to':'duty:duty-room','within':'5m'}]}";

static const char flood[] =
    "{'title':'防汛','kind':'special','category':'natural','version':'1',"
    "'owner':'person:sun.wei','starts_on':[{'kind':'flood'}],"
    "'facts':{'stage_m':{'type':'number','per':'gauge'},'breach':{'type':'boolean'},"
    " 'rain_mm':{'type':'number','per':'gauge','stale_after':'30m'},"
    " 'case':{'event':true,'key':'id','fields':{'id':'text','staff':'boolean'}}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'},{'to':'person:sun.wei','within':'10m'}]}";

static const char dam[] =
    "{'title':'水库','kind':'special','category':'natural','version':'1',"
    "'owner':'person:sun.wei','starts_on':[{'kind':'dam'}],"
    "'facts':{'stage_m':{'type':'number','unit':'m','per':'gauge','stale_after':'30m',"
    "  'label':{'zh':'水位','en':'stage'}},'breach':{'type':'boolean'}},"
    "'levels':{'IV':{'when':'stage_m >= warning_m','ordered_by':'post:chief','expected':'72h',"
    "  'members':['person:wu.fang'],'lower_after':'6h'},"
    " 'III':{'when':'stage_m >= warning_m + 0.5','ordered_by':'post:chief','expected':'48h',"
    "  'lower_after':'6h'},"
    " 'II':{'when':'stage_m >= warning_m + 1 or breach','ordered_by':'post:mayor',"
    "  'expected':'24h','members':['person:li.ming'],'lower_after':'6h'}},"
    "'auto':{'level':'IV','after':'40m'},"
    "'ends_when':[{'id':'falling','when':'stage_m < warning_m','hold':'24h','en':'falling'},"
    " {'id':'settled','confirm':'person:wu.fang','en':'people settled'}],"
    "'fallback':[{'to':'person:li.ming','within':'5m'},{'to':'person:sun.wei','within':'10m'}]}";

static const char lake[] =
    "{'title':'湖','kind':'special','category':'natural','version':'1','owner':'person:sun.wei',"
    "'levels':{'IV':{'ordered_by':'post:chief','expected':'72h'},"
    " 'III':{'ordered_by':'post:chief','expected':'48h'},"
    " 'II':{'ordered_by':'post:mayor','expected':'24h'}},"
    "'measures':{'verify':{'phase':'first','owner':'person:wang.qiang','title':'Verify','due':'15m'"
    "},"
    " 'patrol':{'phase':'IV','owner':'person:wu.fang','title':'Patrol','due':{'IV':'1h','II':'30m'}"
    ","
    "   'done_when':'each dyke'},"
    " 'siren':{'phase':'III','owner':'person:crew.0','title':'Siren','due':'2h','on_lower':'lift'},"
    " 'list':{'phase':'II','owner':'person:crew.1','title':'List','due':'1h','on_lower':'keep'},"
    " 'move':{'phase':'II','owner':'person:li.ming','title':'Move','due':'4h','after':['list']},"
    " 'dry':{'phase':'recovery','owner':'person:crew.2','title':'Dry out','due':'3d'},"
    " 'close':{'owner':'person:crew.3','title':'Close {at}','due':'10m'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char pond[] =
    "{'title':'塘','kind':'special','category':'natural','version':'1','owner':'person:sun.wei',"
    "'levels':{'IV':{'ordered_by':'post:chief','expected':'72h'},"
    " 'II':{'ordered_by':'post:mayor','commander':'person:crew.5','expected':'24h'}},"
    "'measures':{"
    " 'list':{'phase':'IV','owner':'person:crew.1','title':'List','due':'1h','on_lower':'keep'},"
    " 'move':{'phase':'IV','owner':'person:crew.2','title':'Move','due':{'IV':'4h','II':'30m'},"
    "   'after':['list']},"
    " 'siren':{'phase':'II','owner':'person:crew.3','title':'Siren','due':'2h'},"
    " 'pump':{'phase':'II','owner':'person:crew.4','title':'Pump','due':'2h','on_lower':'lift'},"
    " 'bags':{'phase':'II','owner':'person:crew.4','title':'Bags','due':'3h','on_lower':'keep',"
    "   'after':['pump']}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char weir[] =
    "{'title':'堰','kind':'special','category':'natural','version':'1','owner':'person:sun.wei',"
    "'facts':{'stage_m':{'type':'number','per':'gauge','stale_after':'30m'},"
    " 'peak_m':{'type':'number','per':'gauge'}},"
    "'levels':{'IV':{'when':'peak_m >= 4','ordered_by':'post:chief','expected':'72h',"
    "  'lower_after':'6h'},"
    " 'III':{'when':'peak_m >= 5','ordered_by':'post:chief','expected':'48h','lower_after':'6h'},"
    " 'II':{'when':'stage_m >= 5','ordered_by':'post:mayor','expected':'24h'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char oncall[] =
    "{'title':'值班','kind':'department','category':'accident','version':'1',"
    "'owner':'person:sun.wei','starts_on':[{'source':'alertmanager'}],"
    "'facts':{'errors':{'type':'number'}},'one_per':['labels.service'],'digest':'30s',"
    "'on_resolved':'close','reopen_within':'10m','ends':'resolved',"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char river[] =
    "{'title':'河道','kind':'special','category':'natural','version':'1','owner':'person:sun.wei',"
    "'starts_on':[{'kind':'river'}],'one_per':['place.district'],'on_resolved':'note',"
    "'facts':{'stage_m':{'type':'number','unit':'m','per':'gauge','stale_after':'2h'},"
    "  'breach':{'type':'boolean'},"
    "  'case':{'event':true,'key':'id','fields':{'id':'text','staff':'boolean'}}},"
    "'levels':{'IV':{'when':'stage_m >= warning_m','ordered_by':'post:chief','expected':'72h'}},"
    "'measures':{'verify':{'phase':'first','owner':'person:wang.qiang','title':'Verify','due':'15m'"
    "},"
    " 'patrol':{'phase':'IV','owner':'person:wu.fang','title':'Patrol','due':'1h'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char tracing[] =
    "{'title':'个案','kind':'department','category':'health','version':'1',"
    "'owner':'person:sun.wei','parent_only':true,'reopen_within':'1h',"
    "'facts':{'onset':{'type':'time'},'staff':{'type':'boolean'}},"
    "'measures':{'isolate':{'phase':'first','owner':'person:wang.qiang','title':'Isolate',"
    "  'due':'1h'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char stream[] =
    "{'title':'河','kind':'special','category':'natural','version':'1','owner':'person:sun.wei',"
    "'facts':{'stage_m':{'type':'number','unit':'m','per':'gauge','stale_after':'30m',"
    "  'label':{'zh':'水位','en':'stage'}}},"
    "'levels':{'IV':{'ordered_by':'post:chief','expected':'72h','report':['09:00','17:00']},"
    " 'III':{'ordered_by':'post:chief','expected':'48h','report':'6h'},"
    " 'II':{'ordered_by':'post:mayor','expected':'24h','report':'1h'}},"
    "'measures':{'patrol':{'phase':'IV','owner':'person:crew.0','title':'Patrol','due':'1h'}},"
    "'reports':{'initial':{'by':'person:wang.qiang','sign':'post:chief','to':'person:zhou.jie',"
    "  'from':'received','phone':'30m','due':'1h'},"
    " 'update':{'by':'person:wang.qiang','sign':'post:chief','to':'person:zhou.jie','due':'30m',"
    "  'zero':true},"
    " 'final':{'by':'person:wu.fang','sign':'post:mayor','to':['person:zhou.jie'],"
    "  'from':'terminated','due':'7d'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char clinic[] =
    "{'title':'疫情','kind':'special','category':'health','version':'1','owner':'person:sun.wei',"
    "'ends':'order',"
    "'facts':{'case':{'event':true,'key':'id','fields':{'id':'text','staff':'boolean'},"
    "  'label':{'zh':'病例','en':'case'}}},"
    "'reports':{'single':{'by':'person:wu.fang','sign':'person:sun.wei','to':'person:zhou.jie',"
    "  'from':'fact','each':'case','due':{'grade':{'I':'1h','III':'2h'}},'basis':'令376'},"
    " 'daily':{'by':'person:wu.fang','sign':'person:sun.wei','to':'dept:abroad','at':['08:00'],"
    "  'due':'2h','data_to':'24:00','zero':true}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char outbreak[] =
    "{'title':'暴发','kind':'special','category':'health','version':'1','owner':'person:sun.wei',"
    "'ends':'order','one_per':['place.district'],'reopen_within':'1h',"
    "'facts':{'case':{'event':true,'key':'id','fields':{'id':'text'}}},"
    "'reports':{'initial':{'by':'person:wu.fang','sign':'person:sun.wei','to':'person:zhou.jie',"
    "  'due':'2h'},"
    " 'single':{'by':'person:wu.fang','sign':'person:sun.wei','to':'person:zhou.jie','each':'case',"
    "  'due':'2h'},"
    " 'daily':{'by':'person:wu.fang','sign':'person:sun.wei','to':'person:zhou.jie',"
    "  'at':['08:00'],'due':'2h'},"
    " 'final':{'by':'person:wu.fang','sign':'person:sun.wei','to':'person:zhou.jie','due':'7d'}},"
    "'fallback':[{'to':'person:li.ming','within':'5m'}]}";

static const char watch[] =
    "{'title':'值守','kind':'special','category':'natural','version':'1','ends':'order',"
    "'on_resolved':'note','fallback':[{'to':'duty:duty-room','within':'5m'}]}";

/* What a plan owes as a paper: everything soon; the next version; everything too late. */
#define PAPER "{'title':{'zh':'消防预案','en':'Fire'},'kind':'special','category':'accident',"
#define PAPER_END "'drill_every':'6mo','fallback':[{'to':'person:li.ming','within':'5m'}]}"
static const char *const papers[] = {
    PAPER "'version':'2026.1','owner':'person:wu.fang','issued':'2026-07-01',"
          "'review_by':'2026-12-01'," PAPER_END,
    PAPER "'version':'2026.2','owner':'person:wu.fang','issued':'2026-07-01',"
          "'filed':'2026-07-15','review_by':'2029-07-01'," PAPER_END,
    PAPER "'version':'2020.1','issued':'2020-01-01','review_by':'2023-01-01'," PAPER_END,
    PAPER "'version':'2026.1','owner':'person:wu.fang','issued':'2026-08-03'," PAPER_END,
    PAPER "'version':'2026.5','owner':'person:wu.fang','issued':'2026-07-01',"
          "'filed':'2026-07-15','review_by':'2029-07-01','drill_every':'6mo',"
          "'fallback':[{'to':'person:sun.wei','within':'5m'}]}"};

/* --- a core with its library --- */

/* li.ming has left, and the duty room is staffed anew. */
static void city_handed_over(json_t *site)
{
    static const char *const seats = "{'a':['sun.wei'],'b':['wang.qiang'],'lead':['zhou.jie']}";
    json_object_del(json_object_get(site, "people"), "li.ming");
    json_put(json_object_get(json_object_get(site, "rosters"), "duty-room"), "seats", data(seats));
    json_put_str(json_object_get(json_object_get(site, "posts"), "chief"), "deputy",
                 "person:zhou.jie");
}

static json_t *city_of(int crew, bool without_sms)
{
    json_t *site = data(city);
    json_t *people = json_object_get(site, "people");
    if (without_sms)
        json_object_del(site, "auto");
    json_t *group = json_array();
    for (int n = 0; n < crew; n++) {
        AUTO_TEXT(id);
        AUTO_TEXT(target);
        text_addf(&id, "crew.%d", n);
        text_addf(&target, "person:crew.%d", n);
        json_put(people, text_str(&id), data("{'name':'队员','contacts':['desk:@']}"));
        json_array_append_new(group, json_string(text_str(&target)));
    }
    json_put(json_object_get(site, "groups"), "crew", group);
    for (int n = 0; n < LAB_CHAT; n++) {
        AUTO_TEXT(id);
        text_addf(&id, "chat.%d", n);
        json_put(people, text_str(&id), data("{'name':'群员','contacts':['bot:@']}"));
    }
    if (without_sms) {
        json_object_del(json_object_get(site, "endpoints"), "sms");
        json_put(json_object_get(people, "wang.qiang"), "contacts", data("['push:@']"));
        json_put(json_object_get(people, "sun.wei"), "contacts", data("['push:@']"));
        json_put_int(json_object_get(json_object_get(site, "stations"), "g8"), "warning_m", 2);
    }
    return site;
}

static void library_site(struct core *c, const char *pin, int crew, bool without_sms,
                         bool handed_over)
{
    struct why why;
    AUTO_JSON(body);
    json_t *site = city_of(crew, without_sms);
    if (handed_over)
        city_handed_over(site);
    body = json_put(json_object(), "channels", data(channels));
    if (without_sms) /* and its messages look otherwise */
        json_put_str(
            json_object_get(json_object_get(json_object_get(body, "channels"), "web"), "body"), "v",
            "2");
    json_put(body, "site", site);
    if (core_library_site(c, pin, body, &why))
        fail_msg("%s", why.text);
}

static void library_plan(struct core *c, const char *name, const char *pin, const char *head)
{
    struct why why;
    AUTO_JSON(value);
    value = data(head);
    if (core_library_plan(c, pin, name, value, &why))
        fail_msg("%s", why.text);
}

static struct core *core_made(int crew, bool watched)
{
    struct core_config config = {.version = "test",
                                 .speed = 1,
                                 .incidents_max = 1000000,
                                 .attempts_max = 256,
                                 .answer_url = "http://127.0.0.1:8470",
                                 .watch = watched};
    struct core *c = core_new(&config);
    library_site(c, "site1", crew, false, false);
    library_site(c, "site2", crew, true, false);
    library_site(c, "site3", crew, false, true);
    library_plan(c, "flood", "flood1", flood);
    library_plan(c, "watch", "watch1", watch);
    library_plan(c, "dam", "dam1", dam);
    library_plan(c, "lake", "lake1", lake);
    library_plan(c, "pond", "pond1", pond);
    library_plan(c, "weir", "weir1", weir);
    library_plan(c, "oncall", "oncall1", oncall);
    library_plan(c, "river", "river1", river);
    library_plan(c, "tracing", "tracing1", tracing);
    library_plan(c, "stream", "stream1", stream);
    library_plan(c, "clinic", "clinic1", clinic);
    library_plan(c, "outbreak", "outbreak1", outbreak);
    for (size_t n = 0; n < sizeof papers / sizeof *papers; n++) {
        AUTO_TEXT(pin);
        text_addf(&pin, "paper%zu", n + 1);
        library_plan(c, "paper", text_str(&pin), papers[n]);
    }
    return c;
}

/* --- rows --- */

/* The core writes its rows byte by byte: they must be what a value would be written as. */
static json_t *row_body(const struct row *r)
{
    AUTO_TEXT(again);
    if (r->body)
        return json_incref(r->body);
    json_t *body = json_loads(r->text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(body);
    json_write(body, &again);
    assert_string_equal(r->text, text_str(&again));
    return body;
}

static json_t *row_as_json(const struct row *r)
{
    char id[UUID_TEXT];
    json_t *o = json_put_int(json_object(), "kind", r->kind);
    json_put_str(o, "id", r->id);
    json_put_str(o, "incident", uuid_text(r->incident, id));
    json_put(o, "open", json_boolean(r->open));
    json_put(o, "drill", json_boolean(r->drill));
    json_put_str(o, "plan", r->plan);
    json_put_str(o, "state", r->state);
    return json_put(o, "body", r->gone ? NULL : row_body(r));
}

static void row_name(const struct row *r, struct text *to)
{
    text_addf(to, "%d %s", (int)r->kind, r->id);
}

static void rows_store(struct lab *lab)
{
    struct row *rows;
    size_t count;
    core_dirty_rows(lab->core, &rows, &count);
    for (size_t n = 0; n < count; n++) {
        AUTO_TEXT(name);
        row_name(&rows[n], &name);
        if (rows[n].gone)
            json_object_del(lab->rows, text_str(&name));
        else
            json_put(lab->rows, text_str(&name), row_as_json(&rows[n]));
        row_done(&rows[n]);
    }
    free(rows);
}

/* All open rows as lines. */
static void rows_say(const struct core *c, struct text *to)
{
    struct row *rows;
    size_t count;
    core_all_rows(c, &rows, &count);
    for (size_t n = 0; n < count; n++) {
        AUTO_JSON(o);
        o = row_as_json(&rows[n]);
        if (rows[n].open) {
            json_write(o, to);
            text_add(to, "\n");
        }
        row_done(&rows[n]);
    }
    free(rows);
    text_addf(to, "seq %" PRId64 "\n", core_last_seq(c));
}

/* As a store loads: what is open, and items and reports as long as their incident is. */
static bool row_is_loaded(const struct lab *lab, const json_t *row)
{
    AUTO_TEXT(of);
    int64_t kind = json_int(row, "kind", 0);
    text_addf(&of, "%d %s", ROW_INCIDENT, json_str_or(row, "incident", ""));
    return kind == ROW_ITEM || kind == ROW_REPORT
               ? json_bool(json_at(lab->rows, text_str(&of)), "open")
               : json_bool(row, "open");
}

static struct core *core_loaded(const struct lab *lab)
{
    struct core *c = core_made(lab->crew, lab->watched);
    const char *name;
    json_t *o;
    json_object_foreach(lab->rows, name, o)
    {
        struct row r = {.kind = (enum row_kind)json_int(o, "kind", 0),
                        .id = mem_str(json_str(o, "id")),
                        .open = json_bool(o, "open"),
                        .drill = json_bool(o, "drill"),
                        .plan = mem_str(json_str(o, "plan")),
                        .state = mem_str(json_str(o, "state")),
                        .body = json_deep_copy(json_at(o, "body"))};
        uuid_parse(json_str_or(o, "incident", ""), &r.incident);
        if (row_is_loaded(lab, o))
            core_load_row(c, &r);
        row_done(&r);
    }
    core_load_end(c, core_last_seq(lab->core));
    return c;
}

static struct core *core_rebuilt(const struct lab *lab)
{
    struct core *c = core_made(lab->crew, lab->watched);
    struct row *rows;
    size_t count;
    for (size_t n = 0; n < lab->journal_count; n++)
        core_apply(c, lab->journal[n]);
    core_dirty_rows(c, &rows, &count);
    for (size_t n = 0; n < count; n++)
        row_done(&rows[n]);
    free(rows);
    return c;
}

/* The first line that differs, so that a failure can be read. */
static void same_lines(const char *what, const char *a, const char *b)
{
    while (*a && *b) {
        size_t x = strcspn(a, "\n"), y = strcspn(b, "\n");
        if (x != y || memcmp(a, b, x) != 0)
            fail_msg("live and %s differ:\n  %.*s\n  %.*s", what, (int)x, a, (int)y, b);
        a += x + (a[x] == '\n');
        b += y + (b[y] == '\n');
    }
    if (*a || *b)
        fail_msg("live and %s differ; one has more:\n  %s\n  %s", what, a, b);
}

/* Rows that are not open count for queries only: a core that was loaded does not know them. */
void lab_check(struct lab *lab)
{
    AUTO_TEXT(live);
    AUTO_TEXT(loaded);
    AUTO_TEXT(rebuilt);
    rows_say(lab->core, &live);
    struct core *c = core_loaded(lab);
    rows_say(c, &loaded);
    core_free(c);
    c = core_rebuilt(lab);
    rows_say(c, &rebuilt);
    core_free(c);
    same_lines("loaded", text_str(&live), text_str(&loaded));
    same_lines("rebuilt", text_str(&live), text_str(&rebuilt));
}

/* --- inputs and effects --- */

static void effect_keep(struct lab *lab, const struct effect *e)
{
    static const char *const names[] = {
        [EFFECT_DROP] = "drop", [EFFECT_KILL] = "kill", [EFFECT_WANT] = "want"};
    assert_true(e->after <= core_last_seq(lab->core));
    if (e->kind == EFFECT_REPLY) {
        json_decref(lab->reply);
        lab->reply = json_incref(e->body);
    } else if (e->kind == EFFECT_ATTEMPT) {
        json_array_append(lab->attempts, e->body);
    } else if (e->kind == EFFECT_FETCH) {
        json_array_append(lab->fetches, e->body);
    } else if (e->kind == EFFECT_PROBE) {
        json_array_append(lab->probes, e->body);
    } else if (e->kind == EFFECT_EVENT) {
        assert_int_equal(e->gen, lab->planner[e->slot]);
        json_t *frame = json_copy(e->body);
        json_put_int(frame, "slot", e->slot);
        json_array_append_new(lab->events, frame);
    } else {
        AUTO_TEXT(name);
        text_addf(&name, "%s %d", names[e->kind], e->slot);
        json_array_append_new(lab->others, json_string(text_str(&name)));
        if (e->kind == EFFECT_KILL)
            lab->planner[e->slot] = 0;
    }
}

static void digest_of(const json_t *body, uint8_t ret[16])
{
    AUTO_TEXT(text);
    uint64_t h[2] = {1469598103934665603u, 88172645463325252u};
    json_write(body, &text);
    for (size_t n = 0; n < text.len; n++) {
        h[0] = (h[0] ^ (uint8_t)text.at[n]) * 1099511628211u;
        h[1] = (h[1] + (uint8_t)text.at[n]) * 6364136223846793005u;
    }
    memcpy(ret, h, 16);
}

static void input_decide(struct lab *lab, struct input in, const json_t *body)
{
    struct update u = {0};
    in.wall = lab->wall;
    in.mono = lab->mono;
    in.body = body ? body : in.body;
    in.who = in.who.id ? in.who : (struct principal){.id = "uid:0", .scopes = SCOPE_ALL};
    in.to = (struct reply_to){1, 1};
    lab->inputs++;
    memcpy(in.seed, &lab->inputs, sizeof lab->inputs);
    if (in.kind == IN_TRIGGER || in.once)
        digest_of(in.body, in.digest);
    json_decref(lab->reply);
    lab->reply = NULL;
    core_decide(lab->core, &in, &u);
    for (size_t n = 0; n < u.records_count; n++) {
        assert_int_equal(u.records[n]->seq, (int64_t)lab->journal_count + 1);
        lab->journal = mem_grow(lab->journal, &lab->journal_cap, lab->journal_count + 1,
                                sizeof(struct record *));
        lab->journal[lab->journal_count++] = record_ref(u.records[n]);
    }
    for (size_t n = 0; n < u.effects_count; n++)
        effect_keep(lab, &u.effects[n]);
    update_done(&u);
    rows_store(lab);
    if (lab->check_each)
        lab_check(lab);
}

void lab_input(struct lab *lab, struct input in, const char *body)
{
    AUTO_JSON(value);
    value = body ? data(body) : NULL;
    input_decide(lab, in, value);
}

void lab_papers(struct lab *lab, const char *pin)
{
    AUTO_TEXT(body);
    text_addf(&body,
              "{'site':'%s','plans':[{'name':'flood','pin':'flood1'},"
              "{'name':'watch','pin':'watch1'},{'name':'dam','pin':'dam1'},"
              "{'name':'lake','pin':'lake1'},{'name':'pond','pin':'pond1'},"
              "{'name':'weir','pin':'weir1'},"
              "{'name':'oncall','pin':'oncall1'},{'name':'river','pin':'river1'},"
              "{'name':'tracing','pin':'tracing1'},{'name':'stream','pin':'stream1'},"
              "{'name':'clinic','pin':'clinic1'},{'name':'outbreak','pin':'outbreak1'}",
              lab->handed_over ? "site3"
              : lab->moved     ? "site2"
                               : "site1");
    if (pin)
        text_addf(&body, ",{'name':'paper','pin':'%s'}", pin);
    text_add(&body, "]}");
    lab_input(lab, (struct input){.kind = IN_CONFIG}, text_str(&body));
}

static void children_up(struct lab *lab)
{
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
        lab_planner_up(lab, slot);
    lab_input(lab, (struct input){.kind = IN_COURIER_UP}, NULL);
}

static void lab_begin(struct lab *lab, int crew, bool watched)
{
    *lab = (struct lab){.wall = 1784512800000,
                        .mono = 1000,
                        .crew = crew,
                        .watched = watched,
                        .rows = json_object(),
                        .attempts = json_array(),
                        .fetches = json_array(),
                        .probes = json_array(),
                        .events = json_array(),
                        .others = json_array()};
    lab->core = core_made(crew, lab->watched);
    lab_input(lab, (struct input){.kind = IN_STARTED}, "{'boot':'b'}");
    lab_papers(lab, NULL);
    children_up(lab);
    lab->told = lab->journal_count;
}

void lab_start_crew(struct lab *lab, int crew)
{
    lab_begin(lab, crew, false);
}

void lab_start_watched(struct lab *lab)
{
    lab_begin(lab, LAB_CREW, true);
}

void lab_start(struct lab *lab)
{
    lab_start_crew(lab, LAB_CREW);
}

void lab_site_without_sms(struct lab *lab)
{
    lab->moved = true;
    lab_papers(lab, NULL);
}

void lab_done(struct lab *lab)
{
    if (!lab->planted)
        lab_check(lab);
    if (!lab->unaudited)
        assert_int_equal(core_audit(lab->core, lab->mono), 0);
    for (size_t n = 0; n < lab->journal_count; n++)
        record_unref(lab->journal[n]);
    free(lab->journal);
    json_t *kept[] = {lab->rows,   lab->fetches, lab->probes, lab->attempts,
                      lab->events, lab->reply,   lab->others, lab->scratch};
    for (size_t n = 0; n < sizeof kept / sizeof *kept; n++)
        json_decref(kept[n]);
    core_free(lab->core);
}

void lab_crash(struct lab *lab)
{
    struct core *next = core_loaded(lab);
    core_free(lab->core);
    lab->core = next;
    json_array_clear(lab->attempts);
    json_array_clear(lab->fetches);
    json_array_clear(lab->probes);
    json_array_clear(lab->events);
    memset(lab->planner, 0, sizeof lab->planner);
    lab_input(lab, (struct input){.kind = IN_STARTED}, "{'boot':'b'}");
    children_up(lab);
}

void lab_after(struct lab *lab, int64_t ms)
{
    mono_ms until = lab->mono + ms;
    mono_ms due;
    int ticks = 0;
    while ((due = core_next_due(lab->core)) <= until) {
        if (due > lab->mono) {
            lab->wall += due - lab->mono;
            lab->mono = due;
            ticks = 0;
        }
        assert_true(++ticks < 1000); /* a timer that fires for ever */
        lab_input(lab, (struct input){.kind = IN_TICK}, NULL);
    }
    lab->wall += until - lab->mono;
    lab->mono = until;
}

/* --- people --- */

const json_t *lab_trigger_once(struct lab *lab, const char *once, const char *body)
{
    lab_input(lab, (struct input){.kind = IN_TRIGGER, .once = once}, body);
    const char *id = json_str(lab->reply, "incident");
    if (id)
        memcpy(lab->incident, id, UUID_TEXT);
    return lab->reply;
}

const json_t *lab_trigger(struct lab *lab, const char *body)
{
    return lab_trigger_once(lab, NULL, body);
}

const json_t *lab_say(struct lab *lab, enum input_kind kind, const char *body)
{
    struct input in = {.kind = kind};
    assert_true(uuid_parse(lab->incident, &in.incident));
    lab_input(lab, in, body);
    return lab->reply;
}

const json_t *lab_answer(struct lab *lab, const char *person)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'as':'%s'}", person);
    return lab_say(lab, IN_ANSWER, text_str(&body));
}

/* The record that queued the last message to this person. */
static const struct record *message_of(const struct lab *lab, const char *person)
{
    for (size_t n = lab->journal_count; n > 0; n--) {
        const struct record *r = lab->journal[n - 1];
        if (r->kind == REC_NOTICE_QUEUED && !strcmp(json_str_or(r->body, "to", ""), person))
            return r;
    }
    fail_msg("no message was written to %s", person);
    return NULL;
}

json_t *lab_message(const struct lab *lab, const char *person)
{
    const char *body = record_str(message_of(lab, person), "body");
    json_t *shown = NULL;
    struct why why;
    if (!body || json_read(body, strlen(body), &shown, &why))
        fail_msg("the message to %s has no body", person);
    return shown;
}

const json_t *lab_answer_link(struct lab *lab, const char *person, const char *body)
{
    AUTO_JSON(shown);
    AUTO_JSON(said);
    AUTO_JSON(more);
    shown = lab_message(lab, person);
    more = data(body);
    const char *link = json_str(shown, "link");
    said = json_put_str(json_object(), "token", strrchr(link, '/') + 1);
    json_put_str(said, "code", json_str(shown, "code"));
    json_object_update(said, more);
    struct input in = {.kind = IN_ANSWER_LINK,
                       .who = {.id = "nobody"},
                       .incident = message_of(lab, person)->incident};
    input_decide(lab, in, said);
    return lab->reply;
}

const json_t *lab_receipt(struct lab *lab, const char *person, const char *receipt)
{
    AUTO_TEXT(body);
    struct input in = {.kind = IN_RECEIPT};
    assert_true(uuid_parse(json_str_or(message_of(lab, person)->body, "notice", ""), &in.notice));
    text_addf(&body, "{'receipt':'%s'}", receipt);
    lab_input(lab, in, text_str(&body));
    return lab->reply;
}

/* --- the planner --- */

static size_t event_at(const struct lab *lab)
{
    size_t n;
    json_t *frame;
    json_array_foreach(lab->events, n, frame)
    {
        if (!strcmp(json_str_or(frame, "incident", ""), lab->incident) &&
            json_int(frame, "gen", 0) == lab->planner[json_int(frame, "slot", 0)])
            return n;
    }
    return SIZE_MAX;
}

const json_t *lab_event(const struct lab *lab)
{
    size_t n = event_at(lab);
    return n == SIZE_MAX ? NULL : json_array_get(lab->events, n);
}

static void turn_give(struct lab *lab, const char *cmds, const char *awaits, bool done)
{
    size_t n = event_at(lab);
    assert_true(n != SIZE_MAX); /* the plan was not woken */
    AUTO_JSON(event);
    event = json_incref(json_array_get(lab->events, n));
    json_array_remove(lab->events, n);
    AUTO_JSON(frame);
    frame = json_put_str(json_object(), "op", "turn");
    static const char *const same[] = {"gen", "incident", "cause", "prev", "t", "m"};
    for (size_t k = 0; k < sizeof same / sizeof *same; k++)
        json_put(frame, same[k], json_share(json_at(event, same[k])));
    json_put(frame, "cmds", data(cmds));
    json_put(frame, "awaits", data(awaits));
    json_put(frame, "done", json_boolean(done));
    struct input in = {
        .kind = IN_TURN, .slot = (int)json_int(event, "slot", 0), .gen = json_int(event, "gen", 0)};
    uuid_parse(lab->incident, &in.incident);
    input_decide(lab, in, frame);
}

void lab_turn(struct lab *lab, const char *cmds, const char *awaits)
{
    turn_give(lab, cmds, awaits, false);
}

void lab_turn_done(struct lab *lab, const char *cmds, const char *awaits)
{
    turn_give(lab, cmds, awaits, true);
}

void lab_planner_up(struct lab *lab, int slot)
{
    lab->planner[slot] = ++lab->gen;
    lab_input(lab, (struct input){.kind = IN_PLANNER_UP, .slot = slot, .gen = lab->gen}, NULL);
}

void lab_planner_dies(struct lab *lab, const char *fault)
{
    size_t n = event_at(lab);
    assert_true(n != SIZE_MAX);
    AUTO_JSON(event);
    event = json_incref(json_array_get(lab->events, n));
    int slot = (int)json_int(event, "slot", 0);
    AUTO_JSON(body);
    body = json_put_str(json_object(), "fault", fault);
    json_put_int(body, "signal", 11);
    json_put(body, "in_hand",
             json_put_int(json_put_str(json_object(), "incident", lab->incident), "cause",
                          json_int(event, "cause", 0)));
    struct input in = {.kind = IN_PLANNER_DIED, .slot = slot, .gen = lab->planner[slot]};
    lab->planner[slot] = 0;
    input_decide(lab, in, body);
}

/* --- the courier --- */

static size_t attempt_at(const struct lab *lab, const char *person)
{
    size_t n;
    json_t *frame;
    json_array_foreach(lab->attempts, n, frame)
    {
        if (!person || !strcmp(json_str_or(frame, "person", ""), person))
            return n;
    }
    return SIZE_MAX;
}

const json_t *lab_attempt(const struct lab *lab, const char *person)
{
    size_t n = attempt_at(lab, person);
    return n == SIZE_MAX ? NULL : json_array_get(lab->attempts, n);
}

void lab_result(struct lab *lab, const char *person, const char *result)
{
    size_t n = attempt_at(lab, person);
    assert_true(n != SIZE_MAX); /* nothing was handed out for this person */
    AUTO_JSON(attempt);
    attempt = json_incref(json_array_get(lab->attempts, n));
    json_array_remove(lab->attempts, n);
    char id[UUID_TEXT] = {0};
    memcpy(id, json_str(attempt, "notice"), UUID_TEXT - 1);
    AUTO_JSON(body);
    body = data(result);
    json_put_str(body, "notice", id);
    json_put_int(body, "number", json_int(attempt, "number", -1));
    input_decide(lab, (struct input){.kind = IN_RESULT}, body);
}

void lab_results(struct lab *lab, const char *result)
{
    while (lab_attempt(lab, NULL))
        lab_result(lab, NULL, result);
}

void lab_fetched(struct lab *lab, const char *result)
{
    AUTO_JSON(frame);
    AUTO_JSON(body);
    struct uuid incident = {0};
    frame = json_incref(json_array_get(lab->fetches, 0));
    json_array_remove(lab->fetches, 0);
    if (!frame)
        return;
    body = json_put_str(data(result), "fetch", json_str(frame, "fetch"));
    assert_true(uuid_parse(json_str_or(frame, "incident", ""), &incident));
    input_decide(lab, (struct input){.kind = IN_FETCHED, .incident = incident}, body);
}

/* --- what is known --- */

static const json_t *scratch(struct lab *lab, json_t *takes)
{
    json_decref(lab->scratch);
    lab->scratch = takes;
    return takes;
}

const json_t *lab_incident(struct lab *lab)
{
    AUTO_TEXT(name);
    text_addf(&name, "%d %s", ROW_INCIDENT, lab->incident);
    return scratch(lab, json_share(json_at(lab->rows, text_str(&name))));
}

const json_t *lab_notice(struct lab *lab, const char *person)
{
    AUTO_TEXT(name);
    text_addf(&name, "%d %s", ROW_NOTICE, json_str_or(message_of(lab, person)->body, "notice", ""));
    return scratch(lab, json_share(json_at(lab->rows, text_str(&name))));
}

const json_t *lab_fact(struct lab *lab, const char *id)
{
    AUTO_TEXT(name);
    text_addf(&name, "%d %s/%s", ROW_FACT, lab->incident, id);
    return json_at(json_at(lab->rows, text_str(&name)), "body");
}

const json_t *lab_item(struct lab *lab, const char *name)
{
    const char *key;
    json_t *row, *found = NULL;
    json_object_foreach(lab->rows, key, row)
    {
        if (json_int(row, "kind", 0) == ROW_ITEM &&
            !strcmp(json_str_or(row, "incident", ""), lab->incident) &&
            !strcmp(json_str_or(json_at(row, "body"), "name", ""), name))
            found = row;
    }
    return found;
}

/* "initial", "update 2": the last one of its kind, or that number. */
const json_t *lab_report(struct lab *lab, const char *name)
{
    const char *key, *space = strchr(name, ' ');
    size_t len = space ? (size_t)(space - name) : strlen(name);
    json_t *row, *found = NULL;
    json_object_foreach(lab->rows, key, row)
    {
        const char *kind = json_str_or(row, "plan", "");
        int64_t number = json_int(json_at(row, "body"), "number", 0);
        bool later = !found || number > json_int(json_at(found, "body"), "number", 0);
        if (json_int(row, "kind", 0) == ROW_REPORT && strlen(kind) == len &&
            !strncmp(kind, name, len) && !strcmp(json_str_or(row, "incident", ""), lab->incident) &&
            (space ? number == strtol(space, NULL, 10) : later))
            found = row;
    }
    return found;
}

const char *lab_state(struct lab *lab)
{
    return json_str_or(lab_incident(lab), "state", "");
}

size_t lab_count(const struct lab *lab, enum record_kind kind)
{
    size_t count = 0;
    for (size_t n = 0; n < lab->journal_count; n++)
        count += lab->journal[n]->kind == kind;
    return count;
}

const struct record *lab_last(const struct lab *lab, enum record_kind kind)
{
    for (size_t n = lab->journal_count; n > 0; n--) {
        if (lab->journal[n - 1]->kind == kind)
            return lab->journal[n - 1];
    }
    return NULL;
}

/* --- what was told --- */

/* "notice_queued step=0.1 to=li.ming endpoint=push" */
static void record_line(const struct record *r, struct text *to)
{
    static const char *const keys[] = {"step", "to",     "endpoint", "rung",   "by",
                                       "why",  "reason", "cause",    "action", "level",
                                       "of",   "truth",  "name",     "state",  "urged"};
    text_add(to, record_kind_name(r->kind));
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++) {
        const json_t *value = record_at(r, keys[n]);
        if (json_is_string(value))
            text_addf(to, " %s=%s", keys[n], json_string_value(value));
        else if (json_is_integer(value))
            text_addf(to, " %s=%" JSON_INTEGER_FORMAT, keys[n], json_integer_value(value));
    }
    if (json_bool(r->body, "awaiting"))
        text_add(to, " awaiting");
    size_t n;
    json_t *one;
    json_array_foreach(json_at(r->body, "people"), n, one)
        text_addf(to, "%s%s", n ? "," : " people=", json_string_value(one));
    json_array_foreach(json_at(r->body, "calls"), n, one)
        text_addf(to, "%s%s", n ? "," : " calls=", json_string_value(one));
    text_add(to, "\n");
}

static void records_say(const struct lab *lab, struct text *to)
{
    for (size_t n = lab->told; n < lab->journal_count; n++)
        record_line(lab->journal[n], to);
}

void lab_tells(struct lab *lab, const char *lines)
{
    AUTO_TEXT(said);
    records_say(lab, &said);
    const char *at = text_str(&said);
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        AUTO_TEXT(line);
        text_add_bytes(&line, lines, len);
        const char *found = strstr(at, text_str(&line));
        if (!found)
            fail_msg("not told: %s\nwhat was told:\n%s", text_str(&line), text_str(&said));
        const char *end = strchr(found, '\n');
        at = end ? end + 1 : found + strlen(found);
        lines += len + (lines[len] == '\n');
    }
    lab->told = lab->journal_count;
}

void lab_never(struct lab *lab, const char *part)
{
    AUTO_TEXT(said);
    records_say(lab, &said);
    if (strstr(text_str(&said), part))
        fail_msg("told, and should not be: %s\nwhat was told:\n%s", part, text_str(&said));
}
