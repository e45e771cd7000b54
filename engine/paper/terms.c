#include "paper/terms.h"

#include <string.h>

static const struct {
    enum terms of;
    const char *code, *zh, *en;
} table[] = {
    {TERM_INCIDENT, "open", "处置中", "open"},
    {TERM_INCIDENT, "awaiting_order", "待令", "awaiting order"},
    {TERM_INCIDENT, "active", "响应中", "response in force"},
    {TERM_INCIDENT, "recovering", "恢复", "recovering"},
    {TERM_INCIDENT, "closed", "已结束", "closed"},
    {TERM_INCIDENT, "merged", "已并入", "merged"},
    {TERM_INCIDENT, "upkeep", "预案管理", "upkeep of plans"},
    {TERM_ITEM, "issued", "已交办", "issued"},
    {TERM_ITEM, "received", "已签收", "received"},
    {TERM_ITEM, "arrived", "已到位", "arrived"},
    {TERM_ITEM, "done", "已办结", "done"},
    {TERM_ITEM, "struck", "已销号", "struck off"},
    {TERM_ITEM, "rejected", "已退回", "rejected"},
    {TERM_ITEM, "lifted", "已解除", "lifted"},
    {TERM_NOTICE, "queued", "待发", "queued"},
    {TERM_NOTICE, "sending", "发送中", "sending"},
    {TERM_NOTICE, "waiting", "待重发", "to be sent again"},
    {TERM_NOTICE, "sent", "已送出", "sent"},
    {TERM_NOTICE, "delivered", "已送达", "delivered"},
    {TERM_NOTICE, "seen", "已读", "seen"},
    {TERM_NOTICE, "answered", "已应答", "answered"},
    {TERM_NOTICE, "failed", "未送达", "not delivered"},
    {TERM_NOTICE, "recalled", "已撤回", "recalled"},
    {TERM_WARNING, "red", "红色", "red"},
    {TERM_WARNING, "orange", "橙色", "orange"},
    {TERM_WARNING, "yellow", "黄色", "yellow"},
    {TERM_WARNING, "blue", "蓝色", "blue"},
    {TERM_CATEGORY, "natural", "自然灾害", "natural disaster"},
    {TERM_CATEGORY, "accident", "事故灾难", "accident"},
    {TERM_CATEGORY, "health", "公共卫生事件", "public health"},
    {TERM_CATEGORY, "security", "社会安全事件", "public security"},
    {TERM_REPORT, "opened", "待报", "to be written"},
    {TERM_REPORT, "edited", "草稿", "draft"},
    {TERM_REPORT, "signed", "已签发", "signed"},
    {TERM_REPORT, "sent", "已报送", "sent"},
    {TERM_REPORT_KIND, "initial", "首报", "Initial"},
    {TERM_REPORT_KIND, "update", "续报", "Update"},
    {TERM_REPORT_KIND, "daily", "日报", "Daily"},
    {TERM_REPORT_KIND, "single", "个案报告", "Single"},
    {TERM_REPORT_KIND, "final", "终报", "Final"},
};

const char *term(const struct paper *s, enum terms of, const char *code)
{
    for (size_t n = 0; code && n < sizeof table / sizeof *table; n++)
        if (table[n].of == of && strcmp(table[n].code, code) == 0)
            return SAY(s, table[n].zh, table[n].en);
    return code ? code : "";
}
