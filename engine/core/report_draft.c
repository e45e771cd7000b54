/*
 * What a report says before people have touched it: Markdown, from what is known now. Names, titles
 * and values are escaped, so that text with markup in it stays text.
 */
#include "base/civil.h"
#include "core/form.h"
#include "core/item.h"
#include "core/order.h"
#include "core/proposal.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/response.h"
#include "core/statement.h"

#include <stdlib.h>
#include <string.h>

/* What is left out is said. A draft leaves room for what people add to it. */
enum { FACTS_SHOWN = 200, ITEMS_SHOWN = 200, DRAFT_BYTES = REPORT_TEXT_BYTES / 2 };
enum { NOTE_SHOWN = 4096, WORDS_SHOWN = 400 }; /* bytes of one text */

/* What is being written, and for whom. */
struct page {
    struct core *c;
    struct incident *i;
    const struct draft *d;
    const struct plan_head *head; /* NULL: no plan */
    json_t *about;
    bool zh;
    struct text *to;
};

/* ---- words ---- */

static void words(const struct page *p, const char *zh, const char *en)
{
    text_add(p->to, p->zh ? zh : en);
}

/* What others wrote: no letter of it is markup. */
static void escaped_to(const struct page *p, const char *text, size_t most)
{
    size_t len = strlen(text), shown = utf8_cut(text, len, most);
    for (const char *end = text + shown; text < end; text++) {
        if (strchr("\\`*_{}[]<>#|~&", *text))
            text_add_char(p->to, '\\');
        text_add_char(p->to, (unsigned char)*text < ' ' ? ' ' : *text);
    }
    if (shown < len)
        text_add(p->to, "…");
}

static void escaped(const struct page *p, const char *text)
{
    escaped_to(p, text, WORDS_SHOWN);
}

static bool is_full(const struct page *p)
{
    return p->to->len > DRAFT_BYTES;
}

static void in_words(const struct page *p, const json_t *value)
{
    escaped(p, words_in(value, p->d->lang, p->zh ? "en" : "zh"));
}

static void moment(const struct page *p, wall_ms at)
{
    civil_add(p->to, site_zone(p->c->site->site), at);
}

/* "- 接报时间：" */
static void line(const struct page *p, const char *zh, const char *en)
{
    text_add(p->to, "- ");
    words(p, zh, en);
    words(p, "：", ": ");
}

static void line_text(const struct page *p, const char *zh, const char *en, const char *text)
{
    if (!text || !*text)
        return;
    line(p, zh, en);
    escaped(p, text);
    text_add_char(p->to, '\n');
}

static void heading(const struct page *p, const char *zh, const char *en)
{
    text_add(p->to, "\n## ");
    words(p, zh, en);
    text_add(p->to, "\n\n");
}

static void target(const struct page *p, const char *of)
{
    AUTO_TEXT(name);
    site_target_words(p->c->site->site, of, p->d->lang, &name);
    escaped(p, text_str(&name));
}

static void targets(const struct page *p, const json_t *of)
{
    if (json_is_string(of))
        target(p, json_string_value(of));
    for (size_t n = 0; n < json_array_size(of); n++) {
        words(p, n ? "、" : "", n ? ", " : "");
        target(p, json_string_value(json_array_get(of, n)));
    }
}

/* ---- the head of the page ---- */

static void title(const struct page *p)
{
    text_add(p->to, "# ");
    if (p->i->drill)
        words(p, "【演练】", "\\[DRILL\\] ");
    if (p->head)
        escaped(p, plan_head_title(p->head, p->d->lang, p->zh ? "en" : "zh"));
    text_add_char(p->to, ' ');
    report_name_add(p->d->kind, p->d->number, p->zh, p->to);
    if (p->d->zero)
        words(p, "（零报告）", " (zero report)");
    text_add(p->to, "\n\n");
}

static void addressed(const struct page *p)
{
    line(p, "报送", "To");
    targets(p, p->d->to);
    text_add_char(p->to, '\n');
    line(p, "报告单位", "From");
    target(p, p->d->by);
    text_add_char(p->to, '\n');
    line(p, "报告时间", "Time of report");
    moment(p, p->c->in->wall);
    text_add_char(p->to, '\n');
    if (!p->d->head->data_to)
        return;
    line_text(p, "数据截至", "Data up to", p->d->head->data_to);
}

static void place(const struct page *p)
{
    const json_t *of = json_at(p->about, "place");
    const char **keys = json_keys(of, NULL);
    for (size_t n = 0; keys[n]; n++) {
        AUTO_TEXT(name);
        const char *id = json_str_or(of, keys[n], "");
        if (!n)
            line(p, "地点", "Place");
        else
            words(p, "，", ", ");
        site_place_words(p->c->site->site, id, p->d->lang, &name);
        escaped(p, text_str(&name));
        if (!keys[n + 1])
            text_add_char(p->to, '\n');
    }
    free(keys);
}

/* A follow-up does not tell the beginning again. */
static void event(const struct page *p)
{
    line_text(p, "事件", "Event", json_str(p->about, "title"));
    if (p->d->kind != REPORT_UPDATE && p->d->kind != REPORT_DAILY) {
        line(p, "接报时间", "Received");
        moment(p, p->i->opened_at);
        text_add_char(p->to, '\n');
        line_text(p, "信息来源", "Source", json_str(p->about, "source"));
    }
    place(p);
    line_text(p, "事件级别", "Grade", json_str(p->about, "grade"));
    const char *warning = json_str(p->about, "warning");
    line_text(p, "预警", "Warning", warning ? warning_colour(warning, p->zh) : NULL);
    const char *note = json_str(p->about, "note");
    if (note && (p->d->kind == REPORT_INITIAL || p->d->kind == REPORT_SINGLE)) {
        line(p, "情况", "What is known");
        escaped_to(p, note, NOTE_SHOWN);
        text_add_char(p->to, '\n');
    }
}

static void command(const struct page *p)
{
    const struct response *r = p->i->response;
    line(p, "响应级别", "Response level");
    if (incident_recovering(p->i))
        words(p, "已终止", "ended");
    else if (incident_level(p->i))
        text_addf(p->to, p->zh ? "%s级" : "%s", level_name(incident_level(p->i)));
    else
        words(p, "尚未启动", "none ordered yet");
    text_add_char(p->to, '\n');
    if (!r || !r->commander)
        return;
    line(p, "指挥", "Commander");
    target(p, r->commander);
    text_add_char(p->to, '\n');
}

/* ---- facts ---- */

struct facts {
    const struct core *c;
    const struct plan_head *head;
    const char *lang;
    json_t *list;
};

static json_t *fact_of(const struct facts *f, const struct reading *r)
{
    AUTO_TEXT(station);
    char at[RFC3339_TEXT];
    const char *name = reading_name(r);
    const struct fact *fact = plan_head_fact(f->head, name);
    text_add_bytes(&station, r->id, (size_t)(name - 1 - r->id));
    const char *shown =
        site_station_name(f->c->site->site, text_str(&station), f->lang ? f->lang : "zh");
    if (!fact && station.len)
        fact = plan_head_fact(f->head, text_str(&station)); /* an event, by its key */
    json_t *one = json_put(json_object(), "value", json_share(r->value));
    const char *label = fact ? words_in(fact->label, f->lang, "zh") : "";
    json_put_str(one, "name", *label ? label : fact && fact->key ? fact->name : name);
    json_put_str(one, "key", fact && fact->key ? name : NULL);
    json_put_str(one, "station", *shown ? shown : fact && fact->key ? NULL : text_str(&station));
    json_put_str(one, "unit", fact ? fact->unit : NULL);
    json_put_str(one, "at", rfc3339(r->at, at));
    return json_put(one, "stale", json_boolean(r->stale));
}

static void fact_add(void *ctx, struct reading *r)
{
    struct facts *f = ctx;
    json_t *one = fact_of(f, r);
    json_put_int(one, "at_ms", r->at);
    json_array_append_new(f->list, one);
}

json_t *report_facts(const struct core *c, struct incident *i, const char *lang)
{
    struct facts f = {.c = c, .head = incident_head(c, i), .lang = lang, .list = json_array()};
    if (f.head && c->site)
        readings_walk(i, fact_add, &f);
    return f.list;
}

static void value(const struct page *p, const json_t *of)
{
    AUTO_TEXT(text);
    const char *key;
    json_t *member;
    size_t n = 0;
    if (json_is_string(of)) {
        escaped(p, json_string_value(of));
    } else if (json_is_boolean(of)) {
        words(p, json_is_true(of) ? "是" : "否", json_is_true(of) ? "yes" : "no");
    } else if (json_is_object(of)) {
        json_object_foreach(json_unconst(of), key, member)
        {
            words(p, n ? "，" : "", n ? ", " : "");
            n++;
            escaped(p, key);
            text_add_char(p->to, ' ');
            value(p, member);
        }
    } else {
        json_write(of, &text);
        escaped(p, text_str(&text));
    }
}

static void fact(const struct page *p, const json_t *of)
{
    bool stale = json_bool(of, "stale");
    const char *station = json_str(of, "station"), *unit = json_str(of, "unit");
    text_add(p->to, "- ");
    if (station && *station) {
        escaped(p, station);
        text_add_char(p->to, ' ');
    }
    escaped(p, json_str_or(of, "name", ""));
    words(p, stale ? "：未知（最后一次 " : "：", stale ? ": unknown (last known " : ": ");
    value(p, json_at(of, "value"));
    if (unit) {
        text_add_char(p->to, ' ');
        escaped(p, unit);
    }
    words(p, stale ? "，" : "（", stale ? ", " : " (");
    moment(p, json_int(of, "at_ms", 0));
    words(p, stale ? "，已过期）\n" : "）\n", stale ? ", stale)\n" : ")\n");
}

static bool fact_is_meant(const struct page *p, const json_t *of)
{
    return p->d->kind != REPORT_SINGLE || !p->d->key ||
           !strcmp(json_str_or(of, "key", ""), p->d->key);
}

static void facts(const struct page *p)
{
    AUTO_JSON(list);
    json_t *one;
    size_t n, shown = 0, meant = 0;
    list = report_facts(p->c, p->i, p->d->lang);
    heading(p, "情况", "Situation");
    json_array_foreach(list, n, one)
    {
        if (!fact_is_meant(p, one))
            continue;
        if (++meant > FACTS_SHOWN || is_full(p))
            continue;
        shown++;
        fact(p, one);
    }
    if (!meant)
        words(p, "- 暂无数据\n", "- no data yet\n");
    if (meant > shown)
        text_addf(p->to, p->zh ? "- 另有 %zu 项未列\n" : "- and %zu more\n", meant - shown);
}

/* ---- what is done, what is asked ---- */

static const char *item_state_words(const struct item *item, bool zh)
{
    static const char *const names[ITEM_STATES][2] = {
        {"已下达", "issued"}, {"已签收", "received"}, {"已到位", "arrived"}, {"已办结", "done"},
        {"已销号", "done"},   {"已退回", "rejected"}, {"已解除", "lifted"}};
    return names[item->state][!zh];
}

static void item(const struct page *p, const struct item *of)
{
    AUTO_JSON(about);
    about = kept_json(of->about);
    text_add(p->to, "- ");
    in_words(p, json_at(about, "title"));
    words(p, "（", " (");
    target(p, of->owner);
    words(p, "）：", "): ");
    text_add(p->to, item_state_words(of, p->zh));
    if (item_open(of) && of->due_at) {
        words(p, "，时限 ", ", due ");
        moment(p, of->due_at);
        if (of->urged)
            words(p, "，逾期", ", overdue");
    }
    text_add_char(p->to, '\n');
}

/* What is asked for is not what is done. */
static size_t items(const struct page *p, bool asked)
{
    const struct item *one;
    size_t n = 0, shown = 0;
    LIST_FOREACH(one, &p->i->items, link)
    {
        bool resource = !strcmp(one->kind, "resource");
        if (resource != asked || (asked && !item_open(one)))
            continue;
        n++;
        if (n > ITEMS_SHOWN || is_full(p))
            continue;
        shown++;
        item(p, one);
    }
    if (n > shown)
        text_addf(p->to, p->zh ? "- 另有 %zu 项未列\n" : "- and %zu more\n", n - shown);
    return n;
}

/* "2026-07-20 10:31 启动IV级响应（孙伟）" */
static void order(const struct page *p, const json_t *of)
{
    AUTO_TEXT(what);
    const char *warning = json_str(of, "warning");
    order_words(json_str_or(of, "action", ""), json_str(of, "level"), p->zh, &what);
    if (warning)
        text_addf(&what, p->zh ? "%s" : " %s", warning_words(warning, p->zh));
    text_add(p->to, "- ");
    moment(p, json_int(of, "at", 0));
    text_add_char(p->to, ' ');
    escaped(p, text_str(&what));
    if (json_at(of, "what")) {
        words(p, "：", ": ");
        in_words(p, json_at(of, "what"));
    }
    words(p, "（", " (");
    if (json_bool(of, "auto"))
        words(p, "按常设授权", "by the standing order");
    else
        escaped(p, json_str_or(of, "name", json_str_or(of, "by", "?")));
    words(p, "）\n", ")\n");
}

/* What was ordered, when and by whom: of the whole, once it is over. */
static void orders(const struct page *p)
{
    AUTO_JSON(list);
    json_t *one;
    size_t n;
    int64_t left = p->i->response ? p->i->response->given_before : 0;
    if (p->d->kind != REPORT_FINAL)
        return;
    list = p->i->response ? kept_json(p->i->response->given) : NULL;
    heading(p, "命令", "Orders");
    if (left)
        text_addf(p->to, p->zh ? "- 此前 %lld 项未列\n" : "- %lld before are left out\n",
                  (long long)left);
    json_array_foreach(list, n, one) order(p, one);
    if (!json_array_size(list))
        words(p, "- 无\n", "- none was given\n");
}

static void done(const struct page *p)
{
    heading(p, "已采取的措施", "What was done");
    if (items(p, false))
        return;
    if (p->d->kind == REPORT_FINAL) /* what goes on is of the others */
        words(p, "- 台账无事项\n", "- none is on the ledger\n");
    else
        words(p, "- 正在核实处置\n", "- being verified and dealt with\n");
}

static size_t proposals(const struct page *p)
{
    const struct response *r = p->i->response;
    const struct proposal *one;
    size_t n = 0;
    if (!r)
        return 0;
    LIST_FOREACH(one, &r->proposals, link)
    {
        AUTO_TEXT(what);
        json_t *spec;
        const char *action = proposal_action(one, &spec);
        if (proposal_level(one) || !strcmp(action, "terminate")) {
            order_words(action, level_name(proposal_level(one)), p->zh, &what);
            text_add(p->to, "- ");
            words(p, "建议", "proposed: ");
            escaped(p, text_str(&what));
            words(p, "，待令\n", ", awaiting an order\n");
            n++;
        }
        json_decref(spec);
    }
    return n;
}

static void asked(const struct page *p)
{
    heading(p, "请求与建议", "What is asked");
    size_t n = items(p, true) + proposals(p);
    if (p->d->asked) {
        text_add(p->to, "- ");
        in_words(p, p->d->asked);
        text_add_char(p->to, '\n');
        n++;
    }
    if (!n)
        words(p, "- 无\n", "- nothing\n");
}

static void basis(const struct page *p)
{
    const json_t *of_plan = p->head ? plan_head_basis(p->head) : NULL;
    const json_t *deadline = p->d->basis ? site_deadline(p->c->site->site, p->d->basis) : NULL;
    if (!p->d->basis && !json_array_size(of_plan))
        return;
    heading(p, "依据", "Basis");
    if (p->d->basis) {
        text_add(p->to, "- ");
        if (deadline)
            in_words(p, json_at(deadline, "basis"));
        else
            escaped(p, p->d->basis);
        text_add_char(p->to, '\n');
    }
    for (size_t n = 0; n < json_array_size(of_plan); n++) {
        text_add(p->to, "- ");
        in_words(p, json_array_get(of_plan, n));
        text_add_char(p->to, '\n');
    }
}

/* What people have to add: no fact tells it. */
static void to_be_written(const struct page *p)
{
    if (p->d->kind != REPORT_FINAL)
        return;
    heading(p, "原因、损失、教训与改进", "Cause, losses, lessons, improvements");
    words(p, "- （请填写）\n", "- (to be written)\n");
}

static void nothing_new(const struct page *p)
{
    text_add(p->to, "\n");
    if (p->d->since) {
        words(p, "自 ", "Since ");
        moment(p, p->d->since);
        words(p, " 以来无新情况。\n", " nothing has changed.\n");
    }
}

void report_corrects_add(const struct report *of, bool zh, struct text *to)
{
    text_add(to, zh ? "**更正** " : "**Correction of** ");
    report_name_add(of->kind, of->number, zh, to);
    text_add(to, "\n\n");
}

void report_draft(struct core *c, struct incident *i, const struct draft *d, struct text *to)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    const struct page p = {.c = c,
                           .i = i,
                           .d = d,
                           .head = incident_head(c, i),
                           .about = about,
                           .zh = !strcmp(d->lang, "zh"),
                           .to = to};
    if (d->corrects)
        report_corrects_add(d->corrects, p.zh, to);
    title(&p);
    addressed(&p);
    event(&p);
    command(&p);
    if (d->zero || (d->since && report_nothing_new(i, d->kind)))
        nothing_new(&p);
    if (!d->zero) {
        facts(&p);
        orders(&p);
        done(&p);
        asked(&p);
        to_be_written(&p);
        basis(&p);
    }
}
