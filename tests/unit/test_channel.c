/* A channel is data: it makes the body of a message, and no text can break out of its place. */
#include "core/channel.h"

#include "core/site.h"
#include "core/template.h"
#include "remarked.h"
#include "testdata.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* plans/channels/webhook.lua and demo.lua of the examples */
static const char shipped[] =
    "{'webhook':{'method':'POST','headers':{'content-type':'application/json'},"
    "'body':{'type':'{type}','timestamp':'{at}','data':{'notice':'{notice.id}',"
    " 'to':'{person.id}','text':'{mark}{text}','lang':'{lang}','code':'{code}',"
    " 'answer_url':'{answer_url}','attempt':'{attempt:number}',"
    " 'incident':{'id':'{incident.id}','title':'{mark}{incident.title}','plan':'{incident.plan}',"
    "  'grade':'{incident.grade}','level':'{incident.level}','place':'{incident.place}',"
    "  'drill':'{drill:boolean}'}}},"
    "'sign':'standard-webhooks','success':{'status':'2xx'},'receipt':'none',"
    "'resend_harmless':true,'limits':{'body_bytes':20000}},"
    "'demo':{'extends':'webhook','receipt':'seen','drill':true}}";

static const char vars_alert[] =
    "{'type':'muster.call','at':'2026-07-20T02:00:00.000Z','notice':{'id':'0198f2c4'},"
    "'person':{'id':'li.ming','name':'李明'},'text':'水位超警戒，请到岗','lang':'zh',"
    "'code':'4821','answer_url':'https://example.org/a/x','attempt':1,'drill':false,'mark':'',"
    "'incident':{'id':'0198','title':'7号站超警戒','plan':'flood','grade':'III',"
    " 'place':{'district':'城东区','town':'A'}}}";

static struct channel_set *set_of(const char *json)
{
    AUTO_JSON(value);
    value = data(json);
    struct remarked said = {0};
    struct channel_set *s = NULL;
    if (channel_set_read(value, remarked_add, &said, &s))
        fail_msg("%s", text_str(&said.lines));
    remarked_done(&said);
    return s;
}

/* One channel "c" with these keys is refused with these words. */
static void refused(const char *keys, const char *words)
{
    AUTO_TEXT(json);
    text_addf(&json, "{'c':{%s}}", keys);
    AUTO_JSON(value);
    value = data(text_str(&json));
    struct remarked said = {0};
    struct channel_set *s = NULL;
    assert_int_equal(channel_set_read(value, remarked_add, &said, &s), ERR_INVALID);
    assert_null(s);
    remarked_has(&said, words);
    remarked_done(&said);
}

/* The body as a value. What is rendered is read again without fault and is canonical. */
static json_t *render(const struct channel *c, const json_t *vars)
{
    AUTO_TEXT(bytes);
    AUTO_TEXT(again);
    json_t *body = NULL;
    struct why why;
    channel_render(c, vars, &bytes);
    assert_int_equal(json_read_own(bytes.at, bytes.len, &body, &why), ERR_OK);
    json_write(body, &again);
    assert_string_equal(bytes.at, again.at);
    return body;
}

static void renders(const char *channel, const char *vars, const char *expected)
{
    AUTO_TEXT(json);
    text_addf(&json, "{'c':{%s}}", channel);
    AUTO_JSON(values);
    AUTO_JSON(body);
    AUTO_JSON(wanted);
    values = data(vars);
    wanted = data(expected);
    struct channel_set *s = set_of(text_str(&json));
    AUTO_TEXT(a);
    AUTO_TEXT(b);
    body = render(channel_find(s, "c"), values);
    json_write(body, &a);
    json_write(wanted, &b);
    assert_string_equal(text_str(&a), text_str(&b));
    channel_set_unref(s);
}

/* ---- what ships ---- */

static void the_shipped_webhook_makes_its_body(void **state)
{
    (void)state;
    struct channel_set *s = set_of(shipped);
    const struct channel *c = channel_find(s, "webhook");
    assert_string_equal(channel_method(c), "POST");
    assert_string_equal(channel_sign(c), "standard-webhooks");
    assert_string_equal(channel_receipt(c), "none");
    assert_true(channel_resend_harmless(c));
    assert_false(channel_drill(c));
    assert_null(channel_url(c));
    assert_string_equal(json_str(channel_headers(c), "content-type"), "application/json");

    AUTO_JSON(vars);
    AUTO_JSON(body);
    AUTO_TEXT(t);
    vars = data(vars_alert);
    body = render(c, vars);
    json_write(body, &t);
    assert_string_equal(
        text_str(&t),
        "{\"data\":{\"answer_url\":\"https://example.org/a/x\",\"attempt\":1,\"code\":\"4821\","
        "\"incident\":{\"drill\":false,\"grade\":\"III\",\"id\":\"0198\",\"level\":null,"
        "\"place\":\"城东区, A\",\"plan\":\"flood\",\"title\":\"7号站超警戒\"},\"lang\":\"zh\","
        "\"notice\":\"0198f2c4\",\"text\":\"水位超警戒，请到岗\",\"to\":\"li.ming\"},"
        "\"timestamp\":\"2026-07-20T02:00:00.000Z\",\"type\":\"muster.call\"}");
    channel_set_unref(s);
}

static void the_demo_has_all_of_the_webhook_and_its_own(void **state)
{
    (void)state;
    struct channel_set *s = set_of(shipped);
    const struct channel *demo = channel_find(s, "demo");
    assert_string_equal(channel_receipt(demo), "seen");
    assert_string_equal(channel_sign(demo), "standard-webhooks");
    assert_true(channel_drill(demo));
    assert_string_equal(channel_name(channel_at(s, 0)), "demo");
    assert_null(channel_at(s, 2));
    assert_null(channel_find(s, "feishu"));
    assert_string_equal(channel_nearest(s, "webhok"), "webhook");

    AUTO_JSON(vars);
    AUTO_JSON(a);
    AUTO_JSON(b);
    vars = data(vars_alert);
    a = render(demo, vars);
    b = render(channel_find(s, "webhook"), vars);
    assert_true(json_equal(a, b));
    struct channel_set *same = channel_set_ref(s);
    channel_set_unref(s);
    assert_non_null(channel_find(same, "demo"));
    channel_set_unref(same);
    channel_set_unref(NULL);
}

/* ---- placeholders ---- */

static void placeholders_stand_alone_or_among_text(void **state)
{
    (void)state;
    renders("'body':{'a':'{person.name}：{mark}{text} ({attempt})','b':['{lang}',1,true,null],"
            "'c':'{{code}} is {code}, 100% }'}",
            vars_alert,
            "{'a':'李明：水位超警戒，请到岗 (1)','b':['zh',1,true,null],"
            "'c':'{code} is 4821, 100% }'}");
}

static void a_typed_placeholder_alone_becomes_that_type(void **state)
{
    (void)state;
    renders("'body':{'n':'{attempt:number}','b':'{drill:boolean}','s':'{attempt}','t':'{drill}',"
            "'m':'x{attempt:number}'}",
            "{'attempt':3,'drill':true}", "{'n':3,'b':true,'s':'3','t':'true','m':'x3'}");
    renders("'body':{'n':'{attempt:number}','b':'{drill:boolean}'}", "{}", "{'n':null,'b':false}");
}

static void what_is_missing_is_empty_and_alone_it_is_null(void **state)
{
    (void)state;
    renders("'body':{'alone':'{incident.grade}','among':'grade {incident.grade}.',"
            "'typed':'{incident.title}{mark}','empty':'{mark}'}",
            "{'mark':'','incident':{'grade':null}}",
            "{'alone':null,'among':'grade .','typed':'','empty':''}");
    renders("'body':{'alone':'{incident.grade}'}", "{}", "{'alone':null}");
}

static void a_map_chooses_by_value(void **state)
{
    (void)state;
    const char *channel = "'maps':{'colour':{'I':'red','II':'orange','*':'blue'},"
                          "'other':{'I':'x'}},"
                          "'body':{'c':'{incident.grade|colour}','d':'c={incident.grade|colour}',"
                          "'o':'{incident.grade|other}'}";
    renders(channel, "{'incident':{'grade':'I'}}", "{'c':'red','d':'c=red','o':'x'}");
    renders(channel, "{'incident':{'grade':'IV'}}", "{'c':'blue','d':'c=blue','o':''}");
    renders(channel, "{}", "{'c':'blue','d':'c=blue','o':null}");
    renders("'maps':{'n':{'I':5,'*':3}},'body':{'a':'{incident.grade|n}','b':'p{incident.grade|n}',"
            "'l':{},'m':{'e':[]}}",
            "{'incident':{'grade':'I'}}", "{'a':5,'b':'p5','l':[],'m':{'e':[]}}");
}

static void the_code_line_speaks_the_language_of_the_reader(void **state)
{
    (void)state;
    renders("'body':{'c':'{code_line}'}", "{'code':'4821','lang':'zh'}", "{'c':'确认码 4821'}");
    renders("'body':{'c':'{code_line}'}", "{'code':'4821','lang':'en'}", "{'c':'Code 4821'}");
    renders("'body':{'c':'{code_line}'}", "{'lang':'en'}", "{'c':null}");
}

static void a_template_is_split_into_its_pieces(void **state)
{
    (void)state;
    const char *at = "a}{{b{x.y|m}{n:number}{";
    static const enum piece_kind kinds[] = {PIECE_TEXT,  PIECE_TEXT,  PIECE_TEXT, PIECE_TEXT,
                                            PIECE_VALUE, PIECE_VALUE, PIECE_BAD,  PIECE_END};
    static const char *const texts[] = {"a", "}", "{", "b", "{x.y|m}", "{n:number}", "{", ""};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct piece p = template_next(&at);
        assert_int_equal(p.kind, kinds[i]);
        assert_int_equal(p.text.len, strlen(texts[i]));
        if (p.text.len)
            assert_memory_equal(p.text.at, texts[i], p.text.len);
    }
    struct piece p;
    assert_true(template_is_value("{text}", &p));
    assert_false(template_is_value("{text} ", &p));
    assert_false(template_is_value("text", &p));
}

/* ---- what a template may not ---- */

static void a_placeholder_that_is_not_known_is_refused(void **state)
{
    (void)state;
    refused("'body':{'a':['x','{txt}']}",
            "error c bad_template body.a[2]: there is no placeholder {txt}; did you mean "
            "\"text\"?");
    refused("'body':{'a':'{incident.titel}'}", "did you mean \"incident.title\"?");
    refused("'body':{'a':'{text'}", "bad_template body.a: here begins no placeholder: \"{text\"");
    refused("'body':{'a':'{ text }'}", "here begins no placeholder");
    refused("'body':{'a':'{}'}", "here begins no placeholder");
    refused("'body':{'a':'{text:}'}", "here begins no placeholder");
    refused("'body':{'a':'{text|}'}", "here begins no placeholder");
    refused("'body':{'a':'{mark}{text:number}'}", "{text} is a text, not a number");
    refused("'body':{'a':'{attempt:boolean}'}", "{attempt} is a number, not a boolean");
    refused("'body':{'a':'{incident.grade|color}'},'maps':{'colour':{'*':'x'}}",
            "there is no map \"color\" in maps; did you mean \"colour\"?");
}

/* Rule R11 */
static void a_contact_never_stands_in_a_body(void **state)
{
    (void)state;
    refused("'body':{'to':'{contact}'}",
            "bad_template body.to: {contact} may stand in url, query and private only: bodies are "
            "recorded");
    refused("'body':{'to':'{secret.key}'}", "{secret.key} may stand in url, query, headers and");
    refused("'body':{'a':'x'},'variants':{'drill':{'to':'{contact}'}}",
            "bad_template variants.drill.to");
    struct channel_set *s = set_of("{'c':{'body':{},'url':'https://h/x/{contact}'}}");
    assert_string_equal(channel_url(channel_find(s, "c")), "https://h/x/{contact}");
    channel_set_unref(s);
    refused("'body':{},'url':'https://h/{code}'",
            "the only placeholders of a url are {contact} and {secret.NAME}");
    refused("'body':{},'query':{'text':'{mark}{text}'}", "the only placeholders of a query are");
    refused("'body':{},'query':{'text':{'a':'b'}}", "bad_value query.text");
    refused("'body':{},'private':{'a':['{text}']}", "the only placeholders of private are");
    refused("'body':{},'headers':{'x-a':'{contact}'}",
            "the only placeholders of a header are {secret.NAME}");
    refused("'body':{},'headers':{'x-a':'{secret.a.b}'}", "the only placeholders of a header");
    refused("'body':{},'url':'ftp://h/'", "a url begins with https:// or http://");
}

/* Why: of who lacks one it is told by day, and not at night when the message cannot be sent. */
static void a_channel_knows_whether_it_needs_a_contact_and_a_secret(void **state)
{
    (void)state;
    struct channel_set *s =
        set_of("{'a':{'body':{}},'b':{'body':{},'private':{'to':['{contact}']}},"
               "'c':{'body':{},'private':{'at':{'?':'contact','to':'{contact}'}}},"
               "'d':{'body':{'subject':'x','text':'y'},'encoding':'mail'},"
               "'e':{'body':{},'contact':'url'},'f':{'body':{},'query':{'to':'{contact}'}},"
               "'g':{'body':{},'url':'https://h/{contact}'}}");
    static const char *const needs[] = {"b", "d", "e", "f", "g"};
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        assert_true(channel_needs_contact(channel_find(s, needs[i])));
    assert_false(channel_needs_contact(channel_find(s, "a")));
    assert_false(channel_needs_contact(channel_find(s, "c")));
    channel_set_unref(s);

    s = set_of("{'a':{'body':{},'sign':'bearer'},'b':{'body':{},'private':{'u':'{secret.user}'}},"
               "'c':{'body':{},'private':{'at':{'?':'secret.user','to':'{secret.user}'}}},"
               "'d':{'body':{},'sign':'basic'},'e':{'body':{},'headers':{'x-a':'{secret.key}'}}}");
    assert_false(channel_needs_secret(channel_find(s, "a")));
    assert_true(channel_needs_secret(channel_find(s, "b")));
    assert_false(channel_needs_secret(channel_find(s, "c")));
    assert_true(channel_needs_secret(channel_find(s, "d")));
    assert_true(channel_needs_secret(channel_find(s, "e")));
    channel_set_unref(s);
}

/* Rule R6 */
static void a_body_without_the_mark_of_a_drill_is_refused(void **state)
{
    (void)state;
    refused("'body':{'a':'{text}'}",
            "no_mark body.a: a drill could not be told from the real thing; begin with {mark}: "
            "\"{mark}{text}\"");
    refused("'body':{'a':'Incident {incident.title}'}", "no_mark body.a");
    refused("'body':{},'variants':{'recovered':{'a':'{text}'}}", "no_mark variants.recovered.a");
}

static void a_drill_is_marked_wherever_it_is_shown(void **state)
{
    (void)state;
    renders("'body':{'a':'{mark}{text}','t':'{mark}{incident.title}','d':'{drill:boolean}'}",
            "{'mark':'【演练】','text':'到岗','drill':true,'incident':{'title':'溃坝'}}",
            "{'a':'【演练】到岗','t':'【演练】溃坝','d':true}");
}

static void the_keys_of_a_channel_are_checked(void **state)
{
    (void)state;
    refused("'bdy':{}", "unknown_key bdy: a channel has no key \"bdy\"; did you mean \"body\"?");
    refused("'method':'POST'", "missing_key : body is missing");
    refused("'body':{},'method':'GET'", "bad_value method");
    refused("'body':'{mark}{text}'", "bad_value body: a body is a table of keys");
    refused("'body':{},'sign':'feishoo'", "bad_value sign: sign = \"feishoo\" is none of");
    refused("'body':{},'sign':'feishu','encoding':'form'", "feishu puts its signature into a body");
    refused("'body':{},'success':{}", "missing_key success: success needs a status or json");
    refused("'body':{},'success':{'status':'fine'}", "bad_value success.status: status is \"200\"");
    refused("'body':{},'success':{'status':'200 2x'}", "bad_value success.status");
    refused("'body':{},'success':{'status':'200','json':{'a..b':0}}",
            "names no place in the answer");
    refused("'body':{},'success':{'json':{'a':{'b':0}}}", "is compared with a text");
    refused("'body':{},'success':{'json':{'a':0},'retry_after':'a'}", "unknown_key success");
    refused("'body':{},'throttled':{'json':{'a':[1,2]},'wait':'soon'}", "throttled.wait");
    refused("'body':{},'again':{'jsn':{}}", "did you mean \"json\"?");
    refused("'body':{},'probe':{'path':'x','status':'200'}", "probe.path: a path begins with /");
    refused("'body':{},'probe':{'path':'/{contact}','status':'200'}",
            "the only placeholders of a probe are {secret.NAME}");
    refused("'body':{},'probe':{'path':'/x'}", "probe needs a status or json");
    refused("'body':{},'reference':'a[0]'", "bad_value reference");
    refused("'body':{},'escape':'html'", "bad_value escape");
    refused("'body':{},'encoding':'xml'", "encoding = \"xml\" is none of \"json\", \"form\"");
    refused("'body':{'text':'{mark}{text}'},'encoding':'mail'", "subject is missing");
    refused("'body':{'subject':'x','text':'{mark}{text}','to':'y'},'encoding':'mail'",
            "a mail has no key \"to\"");
    refused("'body':{'a':['?']},'variants':{'digest':{'t':'{digest}'}}", "no_mark variants.digest");
    refused("'body':{'?':'code'}", "the whole cannot be left out");
    refused("'body':{'a':{'?':'answer'}}", "there is no placeholder {answer}");
    refused("'body':{},'receipt':'maybe'", "bad_value receipt");
    refused("'body':{},'rate':'many'", "bad_value rate");
    refused("'body':{},'receipt':'seen','receipt_within':'soon'", "receipt_within");
    refused("'body':{},'receipt_within':'30s'", "it is for a channel that declares a receipt");
    refused("'body':{},'limits':{'body_bytes':10}", "whole number from 256");
    refused("'body':{},'headers':{'host':'x'}", "the header \"host\" cannot be set here");
    refused("'body':{},'headers':{'Webhook-Id':'x'}", "cannot be set here");
    refused("'body':{},'headers':{'x-a':'b\\r\\nc: d'}", "a header is plain ASCII");
    refused("'body':{},'headers':{'x-a':'{code}'}", "the only placeholders of a header");
    refused("'body':{'a':'x'},'limits':{'b':10}", "unknown_name limits.b: no body has a text");
    refused("'body':{'a':'x'},'limits':{'a':'10 words'}", "write \"4096 characters\" or");
    refused("'body':{'a':'x'},'limits':{'a':0}", "write \"4096 characters\" or");
    refused("'body':{},'headers':{'x a':'b'}", "cannot be set here");
    refused("'body':{},'maps':{'m':{'a':{}}}", "a map leads to a text");
    refused("'body':{},'drill':'yes'", "true or false");
}

/* ---- lengths, markup, what is left out ---- */

static void a_text_over_its_limit_keeps_what_stands_around(void **state)
{
    (void)state;
    const char *channel = "'limits':{'a.t[1]':'20 characters','b':'20 bytes','c':4},"
                          "'body':{'a':{'t':['{mark}{text} {code}']},'b':'{mark}{text} {code}',"
                          "'c':'no {code}','d':'{mark}{text}'}";
    renders(channel, "{'text':'到岗到岗到岗到岗到岗到岗','code':'4821','mark':'【演练】'}",
            "{'a':{'t':['【演练】到岗到岗到岗到岗到岗… 4821']},'b':'【演练】… 4821',"
            "'c':'no …','d':'【演练】到岗到岗到岗到岗到岗到岗'}");
    renders(channel, "{'text':'up','code':'1'}",
            "{'a':{'t':['up 1']},'b':'up 1','c':'no 1','d':'up'}");
    /* an emoji is two, as the services count */
    renders("'limits':{'a':'5 characters'},'body':{'a':'{mark}{text}'}", "{'text':'😀😀😀'}",
            "{'a':'😀😀…'}");
}

/* Why: TwiML with <Hangup/> in the title of an incident ends the call before it has begun. */
static void what_is_filled_into_markup_is_text_there(void **state)
{
    (void)state;
    renders("'body':{'a':'<Say>{mark}{text}</Say>','b':'< {mark}{text}','c':'{mark}{text}'}",
            "{'text':'<Hangup/> & \\'\\u0001\\ufffe'}",
            "{'a':'<Say>&lt;Hangup/&gt; &amp; &quot;\\ufffd\\ufffd</Say>',"
            "'b':'< <Hangup/> & \\'\\u0001\\ufffe','c':'<Hangup/> & \\'\\u0001\\ufffe'}");
    /* and <!channel> in it calls everybody */
    renders("'escape':'entities','body':{'a':'{mark}{text} <{answer_url}|x>'}",
            "{'text':'<!channel> & \\'','answer_url':'https://a/?b&c'}",
            "{'a':'&lt;!channel&gt; &amp; \\' <https://a/?b&amp;c|x>'}");
}

/* Why: a button without an address is refused by the service, and the whole message with it. */
static void a_table_stands_only_where_what_it_names_is_there(void **state)
{
    (void)state;
    const char *channel = "'body':{'l':[{'?':'answer_url','u':'{answer_url}'},{'n':1}],"
                          "'o':{'?':'code_line','c':'{code_line}'}}";
    renders(channel, "{'answer_url':'https://a/','code':'1','lang':'en'}",
            "{'l':[{'u':'https://a/'},{'n':1}],'o':{'c':'Code 1'}}");
    renders(channel, "{'answer_url':''}", "{'l':[{'n':1}]}");
}

static void a_digest_has_a_text_and_a_number(void **state)
{
    (void)state;
    const char *channel =
        "'body':{'t':'{mark}{text}'},"
        "'variants':{'digest':{'d':'{mark}{digest}','n':'{digest.count:number}'}}";
    renders(channel, "{'text':'a','digest':{'text':'a, b','count':2}}", "{'d':'a, b','n':2}");
    renders(channel, "{'text':'a','digest':'a, b'}", "{'d':'a, b','n':null}");
    renders(channel, "{'text':'a'}", "{'t':'a'}");
    renders("'body':{'t':'{thread}'}", "{'incident':{'id':'0198'}}", "{'t':'0198'}");
}

/* ---- ways, extends and variants ---- */

static void a_way_is_a_channel_of_its_own(void **state)
{
    (void)state;
    struct channel_set *s =
        set_of("{'gate':{'url':'https://h/','rate':'10/1m','ways':{"
               "'sms':{'body':{'t':'{mark}{text}'},'encoding':'form'},"
               "'voice':{'body':{'v':'<Say>{mark}{text}</Say>'},'url':'https://v/'}}},"
               "'gate-x':{'body':{}},'more':{'extends':'gate','url':'https://m/','body':{}}}");
    int count;
    int64_t ms;
    assert_null(channel_find(s, "gate"));
    assert_non_null(channel_find(s, "gate-x"));
    assert_string_equal(channel_url(channel_find(s, "gate/sms")), "https://h/");
    assert_string_equal(json_string_value(channel_key(channel_find(s, "gate/sms"), "encoding")),
                        "form");
    assert_string_equal(channel_url(channel_find(s, "gate/voice")), "https://v/");
    assert_string_equal(channel_url(channel_find(s, "more/sms")), "https://m/");
    assert_string_equal(channel_url(channel_find(s, "more")), "https://m/");
    assert_true(channel_rate(channel_find(s, "more/sms"), &count, &ms));
    assert_int_equal(count, 10);
    channel_set_unref(s);
    refused("'ways':{}", "ways is empty");
    refused("'ways':{'a b':{'body':{}}}", "a way is called by letters");
    refused("'ways':{'a':{'extends':'c','body':{}}}", "a way extends its own channel");
    refused("'ways':{'a':{'body':{'t':'{text}'}}}", "no_mark ways.a.body.t");
    refused("'ways':{'a':{'url':'https://h/'}}", "missing_key ways.a: body is missing");
}

static void refused_set(const char *json, const char *words)
{
    AUTO_JSON(value);
    value = data(json);
    struct remarked said = {0};
    struct channel_set *s = NULL;
    assert_int_equal(channel_set_read(value, remarked_add, &said, &s), ERR_INVALID);
    remarked_has(&said, words);
    remarked_done(&said);
}

static void a_channel_that_extends_nothing_or_itself_is_refused(void **state)
{
    (void)state;
    refused_set("{'webhook':{'body':{}},'demo':{'extends':'webhok'}}",
                "error demo unknown_name extends: there is no channel \"webhok\"; did you mean "
                "\"webhook\"?");
    refused_set("{'a':{'extends':'b'},'b':{'extends':'a'}}", "error a circle extends");
    refused_set("{'a':{'extends':'a'}}", "circle extends");
    refused_set("{'a':{'extends':7}}", "bad_value extends");
}

static void of_tables_each_entry_is_extended_by_itself(void **state)
{
    (void)state;
    struct channel_set *s = set_of("{'a':{'body':{'x':1},'headers':{'h':'1','i':'1'}},"
                                   "'b':{'extends':'a','headers':{'i':'2','j':'2'}},"
                                   "'c':{'extends':'b','body':{'y':1}}}");
    AUTO_TEXT(t);
    AUTO_JSON(body);
    AUTO_JSON(vars);
    vars = json_object();
    json_write(channel_headers(channel_find(s, "c")), &t);
    body = render(channel_find(s, "c"), vars);
    json_write(body, &t);
    assert_string_equal(text_str(&t), "{\"h\":\"1\",\"i\":\"2\",\"j\":\"2\"}{\"y\":1}");
    channel_set_unref(s);
}

static void variants_are_chosen_by_what_the_message_is(void **state)
{
    (void)state;
    const char *channel = "'body':{'v':'body'},'variants':{'recovered':{'v':'recovered'},"
                          "'drill':{'v':'drill'}}";
    renders(channel, "{'type':'muster.call'}", "{'v':'body'}");
    renders(channel, "{'type':'muster.call','drill':true}", "{'v':'drill'}");
    renders(channel, "{'type':'muster.resolved','drill':true}", "{'v':'recovered'}");
    renders("'variants':{'alert':{'v':'alert'}}", "{}", "{'v':'alert'}");
}

/* ---- escaping and limits ---- */

static void no_text_breaks_out_of_its_place(void **state)
{
    (void)state;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    AUTO_TEXT(content);
    file_read(path, &content);
    free(path);
    AUTO_JSON(strings);
    struct why why;
    assert_int_equal(json_read(content.at, content.len, &strings, &why), ERR_OK);
    struct channel_set *s =
        set_of("{'c':{'maps':{'m':{'*':'x'}},'body':{'a':'{mark}{text}','b':'<{mark}{text}>',"
               "'c':'{text|m}{mark}'}}}");
    for (size_t i = 0; i < json_array_size(strings); i++) {
        const json_t *one = json_array_get(strings, i);
        AUTO_JSON(vars);
        AUTO_JSON(body);
        AUTO_JSON(back);
        AUTO_TEXT(t);
        AUTO_TEXT(expected);
        vars = json_put(json_object(), "text", json_deep_copy(one));
        body = render(channel_find(s, "c"), vars);
        json_write(body, &t);
        assert_int_equal(json_read(t.at, t.len, &back, &why), ERR_OK);
        assert_int_equal(json_object_size(back), 3);
        assert_true(json_equal(json_at(back, "a"), one));
        text_addf(&expected, "<%s>", json_string_value(one));
        assert_string_equal(json_str(back, "b"), text_str(&expected));
        assert_string_equal(json_str(back, "c"), "x");
    }
    channel_set_unref(s);
}

static size_t rendered_bytes(const struct channel *c, const json_t *vars, json_t **ret)
{
    AUTO_TEXT(t);
    *ret = render(c, vars);
    json_write(*ret, &t);
    return t.len;
}

static void a_body_over_its_limit_is_cut_at_a_character(void **state)
{
    (void)state;
    struct channel_set *s = set_of(
        "{'c':{'limits':{'body_bytes':300},'body':{'a':'{mark}{text}','b':'{mark}{text}!'}}}");
    static const char *const units[] = {"x", "中", "😀", "\"", "\x01"};
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        for (int n = 0; n < 200; n += 7) {
            AUTO_TEXT(text);
            for (int i = 0; i < n; i++)
                text_add(&text, units[u]);
            AUTO_JSON(vars);
            AUTO_JSON(body);
            vars = json_put_str(json_object(), "text", text_str(&text));
            size_t bytes = rendered_bytes(channel_find(s, "c"), vars, &body);
            const char *a = json_str(body, "a");
            assert_true(bytes <= 300);
            assert_true(utf8_valid(a, strlen(a)));
            if (strcmp(a, text_str(&text)) == 0)
                continue;
            assert_memory_equal(a + strlen(a) - 3, "…", 3); /* cut, and as little as needed */
            assert_true(bytes + 2 * 12 > 300);
            assert_string_equal(json_str(vars, "text"), text_str(&text));
        }
    }
    channel_set_unref(s);
}

static void where_the_text_is_not_enough_the_title_is_cut_too(void **state)
{
    (void)state;
    struct channel_set *s = set_of("{'c':{'limits':{'body_bytes':256},'body':{'a':'{mark}{text}',"
                                   "'t':'{mark}{incident.title}'}}}");
    AUTO_TEXT(many);
    for (int i = 0; i < 500; i++)
        text_add(&many, "中");
    AUTO_JSON(vars);
    AUTO_JSON(body);
    vars = json_put_str(json_object(), "text", text_str(&many));
    json_put(vars, "incident", json_put_str(json_object(), "title", text_str(&many)));
    assert_true(rendered_bytes(channel_find(s, "c"), vars, &body) <= 256);
    assert_string_equal(json_str(body, "a"), "…");
    assert_true(strlen(json_str(body, "t")) > 200);
    channel_set_unref(s);
}

static void a_body_that_cannot_be_cut_is_sent_as_it_is(void **state)
{
    (void)state;
    AUTO_TEXT(channel);
    text_add(&channel, "{'c':{'limits':{'body_bytes':256},'body':{'a':'");
    for (int i = 0; i < 300; i++)
        text_add_char(&channel, 'x');
    text_add(&channel, "'}}}");
    struct channel_set *s = set_of(text_str(&channel));
    AUTO_JSON(vars);
    AUTO_JSON(body);
    vars = data(vars_alert);
    assert_int_equal(rendered_bytes(channel_find(s, "c"), vars, &body), 308);
    channel_set_unref(s);
}

/* ---- with the site ---- */

static void an_endpoint_needs_a_channel_that_exists(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = data("{'name':'x','endpoints':{'sms':{'channel':'webhok'},'ok':{'channel':'demo'},"
                 "'a':{'channel':'gate'},'b':{'channel':'gate','as':'vioce'},"
                 "'c':{'channel':'gate','as':'sms'},'d':{'channel':'demo','as':'sms'},"
                 "'e':{'channel':'keyed'},'f':{'channel':'keyed','secret':'x'}},"
                 "'people':{'li.ming':{'name':'李明','contacts':['sms:@']}},"
                 "'self_alarm':{'to':'person:li.ming','text':'x'},"
                 "'fallback':[{'to':'person:li.ming','within':'5m'}]}");
    struct remarked said = {0};
    struct remarks r;
    struct site *site = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &site), ERR_OK);
    AUTO_TEXT(channels);
    text_add_bytes(&channels, shipped, strlen(shipped) - 1);
    text_add(&channels, ",'gate':{'ways':{'sms':{'body':{}},'voice':{'body':{}}}},"
                        "'keyed':{'body':{},'url':'https://h/{secret.key}'}}");
    struct channel_set *s = set_of(text_str(&channels));
    site_check_channels(site, s, &r);
    assert_int_equal(r.errors, 5);
    remarked_has(&said, "missing_key endpoints.e: secret is missing; write secret = \"NAME\", a "
                        "file in secrets/ with what the channel \"keyed\" sends by");
    remarked_has(&said, "endpoints.a.as: the channel \"gate\" is used in a way of it: "
                        "as = \"sms\" or as = \"voice\"");
    remarked_has(&said, "endpoints.b.as: the channel \"gate\" is used in a way of it: "
                        "as = \"sms\" or as = \"voice\"; did you mean \"voice\"?");
    remarked_has(&said, "endpoints.d.as: the channel \"demo\" has no ways; take as out");
    remarked_has(&said, "error site unknown_name endpoints.sms.channel: there is no channel "
                        "\"webhok\" (plans/channels/webhok.lua); did you mean \"webhook\"?");
    remarks_done(&r);
    remarked_done(&said);
    site_unref(site);
    channel_set_unref(s);
}

static void any_value_in_a_channel_is_refused_or_read(void **state)
{
    (void)state;
    static const char *const values[] = {
        "null",   "[]",      "{}",        "7",   "'x'",           "true", "['']",
        "[[[]]]", "{'':{}}", "'\\u0000'", "[5]", "{'a':{'a':1}}", "'{'"};
    AUTO_JSON(whole);
    AUTO_JSON(vars);
    whole = data(shipped);
    vars = data(vars_alert);
    static const char *const keys[] = {"method",
                                       "headers",
                                       "body",
                                       "maps",
                                       "variants",
                                       "extends",
                                       "limits",
                                       "sign",
                                       "success",
                                       "receipt",
                                       "drill",
                                       "rate",
                                       "url",
                                       "resend_harmless",
                                       "receipt_within",
                                       "throttled",
                                       "again",
                                       "encoding",
                                       "escape",
                                       "private",
                                       "query",
                                       "reference",
                                       "ways"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            AUTO_JSON(copy);
            copy = json_deep_copy(whole);
            json_put(json_object_get(copy, i % 2 ? "demo" : "webhook"), keys[i], data(values[v]));
            struct channel_set *s = NULL;
            if (channel_set_read(copy, NULL, NULL, &s))
                continue;
            const struct channel *c;
            for (size_t n = 0; (c = channel_at(s, n)); n++) {
                json_decref(render(c, vars));
                json_decref(render(c, whole));
            }
            channel_set_unref(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_webhook_makes_its_body),
        cmocka_unit_test(the_demo_has_all_of_the_webhook_and_its_own),
        cmocka_unit_test(placeholders_stand_alone_or_among_text),
        cmocka_unit_test(a_typed_placeholder_alone_becomes_that_type),
        cmocka_unit_test(what_is_missing_is_empty_and_alone_it_is_null),
        cmocka_unit_test(a_map_chooses_by_value),
        cmocka_unit_test(the_code_line_speaks_the_language_of_the_reader),
        cmocka_unit_test(a_template_is_split_into_its_pieces),
        cmocka_unit_test(a_placeholder_that_is_not_known_is_refused),
        cmocka_unit_test(a_contact_never_stands_in_a_body),
        cmocka_unit_test(a_channel_knows_whether_it_needs_a_contact_and_a_secret),
        cmocka_unit_test(a_body_without_the_mark_of_a_drill_is_refused),
        cmocka_unit_test(a_drill_is_marked_wherever_it_is_shown),
        cmocka_unit_test(the_keys_of_a_channel_are_checked),
        cmocka_unit_test(a_channel_that_extends_nothing_or_itself_is_refused),
        cmocka_unit_test(of_tables_each_entry_is_extended_by_itself),
        cmocka_unit_test(variants_are_chosen_by_what_the_message_is),
        cmocka_unit_test(no_text_breaks_out_of_its_place),
        cmocka_unit_test(a_body_over_its_limit_is_cut_at_a_character),
        cmocka_unit_test(where_the_text_is_not_enough_the_title_is_cut_too),
        cmocka_unit_test(a_body_that_cannot_be_cut_is_sent_as_it_is),
        cmocka_unit_test(a_text_over_its_limit_keeps_what_stands_around),
        cmocka_unit_test(what_is_filled_into_markup_is_text_there),
        cmocka_unit_test(a_table_stands_only_where_what_it_names_is_there),
        cmocka_unit_test(a_digest_has_a_text_and_a_number),
        cmocka_unit_test(a_way_is_a_channel_of_its_own),
        cmocka_unit_test(an_endpoint_needs_a_channel_that_exists),
        cmocka_unit_test(any_value_in_a_channel_is_refused_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
