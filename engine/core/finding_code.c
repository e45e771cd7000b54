#include "core/finding_code.h"

#include <string.h>

static const struct finding_code codes[] = {
    /* ---- text ---- */
    {"syntax", FINDING_ERROR, "it is no Lua", "不是合法的 Lua"},
    {"bad_utf8", FINDING_ERROR, "a byte that is no UTF-8", "有不属于 UTF-8 的字节"},
    {"bad_character", FINDING_ERROR,
     "a character outside of a text that Lua does not know, as a full-width comma",
     "字符串外有 Lua 不认识的字符，例如全角标点"},
    {"byte_order_mark", FINDING_ERROR, "the file begins with a mark of its encoding",
     "文件以字节顺序标记开头"},
    {"byte_code", FINDING_ERROR, "the file is compiled Lua; only text is loaded",
     "文件是 Lua 字节码，只接受文本"},
    {"too_large", FINDING_ERROR, "the file is longer, or has more parts, than a plan may",
     "文件超过长度或语法单元的上限"},
    {"too_deep", FINDING_ERROR, "nested deeper than a plan may be", "嵌套层数超过上限"},
    {"too_many_locals", FINDING_ERROR, "more local names in one function than Lua allows",
     "一个函数里的局部变量超过 Lua 的上限"},
    {"too_many_labels", FINDING_ERROR, "more labels in one function than are looked at",
     "一个函数里的标号超过上限"},
    {"unknown_label", FINDING_ERROR, "goto a label that is not there", "goto 的标号不存在"},
    /* ---- names ---- */
    {"unknown_name", FINDING_ERROR,
     "a name that means nothing: a word, a target, a plan, a measure, an endpoint",
     "名称不存在：词、对象、预案、措施或通道"},
    {"global_assigned", FINDING_ERROR, "a global is set; a plan has locals only",
     "给全局变量赋值；预案只用局部变量"},
    {"const_assigned", FINDING_ERROR, "a constant is set again", "给常量再次赋值"},
    {"not_allowed", FINDING_ERROR,
     "something of Lua that a plan does not have, or not at this place",
     "预案里没有或此处不能用的 Lua 功能"},
    {"not_built", FINDING_ERROR, "a word of the plan language that is still to come",
     "预案语言里尚未实现的词"},
    {"outside_body", FINDING_ERROR,
     "call and its like at the top of the file, where nothing has happened yet",
     "在文件顶层使用 call 之类的词，此时还没有事件"},
    {"load_error", FINDING_ERROR, "the top of the file, which is run once for its data, has failed",
     "文件顶层运行出错（只为取数据运行一次）"},
    {"load_overrun", FINDING_ERROR, "the top of the file does not end, or takes too much memory",
     "文件顶层运行不结束，或占用内存过多"},
    {"no_object", FINDING_ERROR,
     "the file makes no plan, site, channel or scenario, or two of them",
     "文件没有给出预案、站点、通道或演练脚本，或给出了两个"},
    {"not_returned", FINDING_ERROR, "the file does not end with return of what it makes",
     "文件末尾没有 return 它所给出的对象"},
    {"name_mismatch", FINDING_ERROR, "what is in the file is not called as the file",
     "文件里的名称与文件名不一致"},
    /* ---- tables ---- */
    {"unknown_key", FINDING_ERROR, "the table has no such key", "表里没有这个键"},
    {"missing_key", FINDING_EITHER,
     "a key that must be there is not; where it is only wanted, a warning",
     "缺少必需的键；只是建议填写时为提醒"},
    {"bad_value", FINDING_ERROR, "a value of the wrong kind, or out of bounds",
     "值的类型不对或超出范围"},
    {"bad_type", FINDING_ERROR, "a text where a list of texts belongs",
     "该写列表的地方写了单个文本"},
    {"bad_argument", FINDING_ERROR, "a word is not given what it takes", "给词的参数不对"},
    {"bad_id", FINDING_ERROR, "a name with other characters than letters, digits, - and _",
     "名称含有字母、数字、- 和 _ 以外的字符"},
    {"circle", FINDING_EITHER,
     "what leads back to itself: a library, an order of measures; a child of the plan itself is a "
     "warning",
     "绕回自身：库、措施先后；预案开自身的子事件为提醒"},
    /* ---- people ---- */
    {"bad_target", FINDING_ERROR, "no target: a kind and an id, as in duty:duty-room",
     "不是对象：应写种类和编号，如 duty:duty-room"},
    {"wildcard", FINDING_ERROR, "a * in a target: name a group", "对象里有 *：请用组"},
    {"nobody", FINDING_EITHER,
     "it reaches no one: an empty list, group or seat, somebody without a contact",
     "没有人收到：空列表、空组、空席位，或没有联系方式的人"},
    {"left", FINDING_EITHER, "somebody who has left, or leaves within 30 days, is still named",
     "已离任或 30 天内离任的人仍被写在这里"},
    {"contact_value", FINDING_ERROR,
     "a phone number or address in the file: it belongs into the vault",
     "文件里写了号码或地址：应放进保管库"},
    {"roster_gap", FINDING_EITHER,
     "a seat without anybody within 60 days; nobody in a whole roster, as all seats are out of "
     "their "
     "hours, is a warning",
     "60 天内某席位无人；全部席位都在时段之外、整个值班表无人为提醒"},
    {"no_holidays", FINDING_WARNING,
     "holidays of a year that is near are not there, or not yet those that were announced",
     "临近年份的节假日缺失，或尚未按公布的安排填写"},
    {"bad_calendar", FINDING_ERROR, "a calendar of a roster (iCalendar) that cannot be read",
     "值班表的日历文件（iCalendar）读不出来"},
    {"no_file", FINDING_ERROR, "a file that the site names is not in the folder of the plans",
     "站点所写的文件不在预案文件夹里"},
    {"no_right", FINDING_EITHER,
     "the site lets nobody order this; a deputy who is asked and may order nothing is a warning",
     "站点没有授权任何人下这道令；副职被请示却无权下令为提醒"},
    {"no_fallback", FINDING_ERROR, "nobody is named for when the code of a plan cannot run",
     "没有写明预案代码不能运行时呼叫谁"},
    {"no_site", FINDING_ERROR, "site.lua is missing", "缺少 site.lua"},
    {"bad_template", FINDING_ERROR, "a placeholder of a channel that is not known",
     "通道里有不认识的占位符"},
    {"no_mark", FINDING_ERROR, "a drill could not be told from an emergency by this channel",
     "用此通道分不清演练和真实事件"},
    /* ---- the plan ---- */
    {"ambiguous", FINDING_ERROR, "two plans start on the same trigger", "两个预案由同一触发启动"},
    {"bad_condition", FINDING_ERROR,
     "a condition that cannot be meant, or over a fact that is not there",
     "条件写得不通，或用了不存在的事实"},
    {"no_respond", FINDING_ERROR, "the plan has no body respond, or an occasion has none",
     "预案没有 respond，或某次例会没有函数体"},
    {"unknown_body", FINDING_ERROR, "a body that nobody ever runs", "没有人会运行的函数体"},
    {"no_exit", FINDING_WARNING, "levels, and nothing that says when the response is over",
     "有响应级别，却没有写明何时结束"},
    {"overdue", FINDING_WARNING, "a day that the plan names is past: review, filing",
     "预案写明的日期已过：评审、备案"},
    {"too_late", FINDING_ERROR, "a report is due later than the rule allows that it names",
     "信息报送的时限晚于所引规定"},
    {"unissued", FINDING_WARNING, "a measure without a phase that no body issues",
     "措施没有阶段，也没有函数体下达"},
    {"no_heading", FINDING_WARNING,
     "no heading of the plan's paper is about what the law wants a plan to lay down",
     "预案文本缺少法律要求载明内容的标题"},
    /* ---- bodies ---- */
    {"unknown_fact", FINDING_ERROR,
     "a fact that neither the head nor the engine has: it would never come",
     "预案头和引擎都没有的事实，永远等不到"},
    {"never_woken", FINDING_EITHER,
     "a fact that cannot come in this plan: for ever is an error, a handler a warning",
     "本预案里不会发生的事实：一直等是错误，只挂处理函数为提醒"},
    {"unknown_field", FINDING_EITHER,
     "a {place} in a text that nothing fills, a field that a fact does not have; without T a "
     "warning",
     "文本里没有值可填的 {名称}，或事实没有的字段；未用 T 时为提醒"},
    {"missing_text", FINDING_WARNING,
     "a text that a language of the site, or the catalogue of the plan, does not have",
     "站点的某种语言或预案的译文表里缺这段文本"},
    {"bad_text", FINDING_WARNING,
     "a {place} that stands in one language of a text and not in the other",
     "{名称} 只出现在一种语言的文本里"},
    {"compared", FINDING_ERROR,
     "levels, grades or colours compared with < or >: they are no numbers",
     "用 < 或 > 比较级别、等级或颜色：它们不是数"},
    {"endless", FINDING_ERROR, "a loop that neither ends nor waits", "既不结束也不等待的循环"},
    {"costly_pattern", FINDING_WARNING, "a pattern whose search grows out of bounds with the text",
     "匹配代价会随文本急剧增长的模式"},
    /* ---- the set ---- */
    {"duplicate_file", FINDING_ERROR, "a file was given twice", "同一文件给了两次"},
    {"too_many_files", FINDING_ERROR, "more files than a site may have", "文件数超过上限"},
    {"not_checked", FINDING_WARNING,
     "the file holds more values than are looked at, so that its end was not",
     "文件里的值太多，后面的没有检查"},
    {"too_many_findings", FINDING_WARNING, "there are more findings than are shown",
     "问题太多，未全部列出"},
};

enum { CODES_OF_FINDINGS = sizeof(codes) / sizeof(codes[0]) };

const struct finding_code *finding_code_at(size_t n)
{
    return n < CODES_OF_FINDINGS ? &codes[n] : NULL;
}

const struct finding_code *finding_code_find(const char *code)
{
    for (size_t n = 0; n < CODES_OF_FINDINGS; n++) {
        if (!strcmp(codes[n].code, code))
            return &codes[n];
    }
    return NULL;
}

const char *finding_weight_name(enum finding_weight w)
{
    static const char *const names[] = {"error", "warning", "either"};
    return names[w];
}

const json_t *finding_first(const json_t *findings)
{
    for (size_t n = 0; n < json_array_size(findings); n++) {
        const json_t *one = json_array_get(findings, n);
        if (!strcmp(json_str_or(one, "severity", "error"), "error"))
            return one;
    }
    return json_array_get(findings, 0);
}
