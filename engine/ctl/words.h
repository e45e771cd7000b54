/*
 * words - what the command line says to people, in Chinese and English. JSON is never translated.
 */
#pragma once

struct words {
    const char *en, *zh;
};

/* enum, English, Chinese */
#define WORD_TABLE(X)                                                                              \
    X(WORD_ID, "id", "编号")                                                                       \
    X(WORD_TITLE, "title", "标题")                                                                 \
    X(WORD_PLAN, "plan", "预案")                                                                   \
    X(WORD_STATE, "state", "状态")                                                                 \
    X(WORD_HEALTH, "health", "运行")                                                               \
    X(WORD_OPENED, "opened", "开始")                                                               \
    X(WORD_CLOSED, "closed", "结束")                                                               \
    X(WORD_CATEGORY, "category", "类别")                                                           \
    X(WORD_OF_NATURE, "natural disaster", "自然灾害")                                              \
    X(WORD_OF_ACCIDENT, "accident", "事故灾难")                                                    \
    X(WORD_OF_HEALTH, "public health", "公共卫生事件")                                             \
    X(WORD_OF_SECURITY, "public security", "社会安全事件")                                         \
    X(WORD_GRADE, "grade", "分级")                                                                 \
    X(WORD_WARNING, "warning", "预警")                                                             \
    X(WORD_LEVEL, "level", "响应级别")                                                             \
    X(WORD_PLACE, "place", "地点")                                                                 \
    X(WORD_LABELS, "labels", "标签")                                                               \
    X(WORD_SOURCE, "source", "来源")                                                               \
    X(WORD_MESSAGE, "message", "消息")                                                             \
    X(WORD_ENDPOINT, "endpoint", "端点")                                                           \
    X(WORD_AT, "at", "时间")                                                                       \
    X(WORD_WHY, "why", "原因")                                                                     \
    X(WORD_UP, "up", "正常")                                                                       \
    X(WORD_DOWN, "down", "无应答")                                                                 \
    X(WORD_PAUSED, "paused", "限流暂停")                                                           \
    X(WORD_NOT_KNOWN, "unknown", "未知")                                                           \
    X(WORD_DOWN_SINCE, "since", "自")                                                              \
    X(WORD_ANSWERED_AT, "last answer", "最近应答")                                                 \
    X(WORD_WAITING, "waiting", "排队")                                                             \
    X(WORD_RATE, "rate", "限速")                                                                   \
    X(WORD_SENT_AGAIN, "sent again", "已重新排队发送")                                             \
    X(WORD_LET_GO, "let go", "已放弃")                                                             \
    X(WORD_KEY, "key", "去重键")                                                                   \
    X(WORD_FACTS, "facts", "事实")                                                                 \
    X(WORD_OWNER, "owner", "责任单位")                                                             \
    X(WORD_DUE, "due", "时限")                                                                     \
    X(WORD_ITEMS, "items", "事项")                                                                 \
    X(WORD_REPORTS, "reports", "报告")                                                             \
    X(WORD_TO, "to", "报送")                                                                       \
    X(WORD_STALE, "stale, taken as unknown", "已过期，按未知处理")                                 \
    X(WORD_PLAN_STATE, "plan says", "预案记录")                                                    \
    X(WORD_CALLS, "calls", "呼叫")                                                                 \
    X(WORD_NOTICES, "notices", "通知")                                                             \
    X(WORD_SENT, "sent", "已送出")                                                                 \
    X(WORD_FAILED, "failed", "未送达")                                                             \
    X(WORD_RUNG, "rung", "梯次")                                                                   \
    X(WORD_NEXT_AT, "next at", "下一梯次")                                                         \
    X(WORD_DECLINED, "declined", "不能到")                                                         \
    X(WORD_ACCEPTED, "accepted", "能到")                                                           \
    X(WORD_TAKEN_BY, "taken", "已应答")                                                            \
    X(WORD_TAKEN_BY_NONE, "called anew, taken by nobody", "重新呼叫，无人应答")                    \
    X(WORD_AGAIN_AT, "called anew at", "重新呼叫时间")                                             \
    X(WORD_NONE_OPEN, "none open", "无待答")                                                       \
    X(WORD_NAME, "name", "名称")                                                                   \
    X(WORD_VERSION, "version", "版本")                                                             \
    X(WORD_KIND, "kind", "种类")                                                                   \
    X(WORD_CHANNEL, "channel", "渠道")                                                             \
    X(WORD_DRILLS, "drills", "可演练")                                                             \
    X(WORD_DRILL, "drill", "演练")                                                                 \
    X(WORD_EVERY, "every", "周期")                                                                 \
    X(WORD_LAST, "last", "最近一次")                                                               \
    X(WORD_OVERDUE, "overdue", "逾期")                                                             \
    X(WORD_VALUE, "value", "值")                                                                   \
    X(WORD_ORIGIN, "origin", "出处")                                                               \
    X(WORD_SCOPES, "scopes", "权限")                                                               \
    X(WORD_CREATED, "created", "生成")                                                             \
    X(WORD_LAST_USED, "last used", "最近使用")                                                     \
    X(WORD_EXPIRES, "expires", "到期")                                                             \
    X(WORD_REVOKED, "revoked", "已吊销")                                                           \
    X(WORD_EXPIRED, "expired", "已到期")                                                           \
    X(WORD_IN_FORCE, "in force", "有效")                                                           \
    X(WORD_KEY_ONCE, "this is the only time that the key is shown: put it where it is needed now", \
      "密钥只在此处显示一次：请立即妥善保存")                                                      \
    X(WORD_PURGED, "purged", "已清除")                                                             \
    X(WORD_PURGED_ALREADY, "was purged already", "此前已清除")                                     \
    X(WORD_PURGED_TITLE, "(purged: what was personal is destroyed)", "（个人信息已清除）")         \
    X(WORD_YES, "yes", "是")                                                                       \
    X(WORD_NO, "no", "否")                                                                         \
    X(WORD_DRILL_MARK, "[DRILL] ", "【演练】")                                                     \
    X(WORD_OK, "ok", "正常")                                                                       \
    X(WORD_FALLBACK, "fallback", "兜底呼叫")                                                       \
    X(WORD_STUCK, "stuck", "卡住")                                                                 \
    X(WORD_OPEN, "open", "处置中")                                                                 \
    X(WORD_AWAITING_ORDER, "awaiting order", "待令")                                               \
    X(WORD_ACTIVE, "active", "响应中")                                                             \
    X(WORD_RECOVERING, "recovering", "善后")                                                       \
    X(WORD_MERGED, "merged", "已合并")                                                             \
    X(WORD_UPKEEP, "upkeep of plans", "预案管理")                                                  \
    X(WORD_USAGE, "usage", "用法")                                                                 \
    X(WORD_OPTIONS, "options", "选项")                                                             \
    X(WORD_EXAMPLES, "examples", "示例")                                                           \
    X(WORD_COMMANDS, "commands", "命令")                                                           \
    X(WORD_EXIT_CODES, "exit codes", "退出码")                                                     \
    X(WORD_MISSED, "events were missed: read `list` and `timeline` anew",                          \
      "有事件未收到：请重新查看 list 和 timeline")                                                 \
    X(WORD_RECONNECTING, "the connection ended; trying again", "连接中断，正在重连")               \
    X(WORD_MORE, "there are more", "还有更多")                                                     \
    X(WORD_NOTHING, "nothing to show", "没有内容")                                                 \
    X(WORD_NO_FINDINGS, "no findings", "没有问题")                                                 \
    X(WORD_PIN, "pin", "指纹")                                                                     \
    X(WORD_NO_INCIDENT,                                                                            \
      "incident: is no incident's id; one looks like 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11",        \
      "不是事件编号；编号形如 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11")                               \
    X(WORD_PIN_TWICE, "several versions begin so; give more of the pin",                           \
      "有多个版本以此开头；请给出更长的指纹")                                                      \
    X(WORD_EARLIER, "earlier", "旧版")                                                             \
    X(WORD_SINCE, "since", "生效时间")                                                             \
    X(WORD_INCIDENTS, "incidents", "事件数")                                                       \
    X(WORD_REFUSED_SET,                                                                            \
      "the plans folder holds a set with errors; the version before is in force",                  \
      "预案目录中的版本有错误，未生效；原版本继续使用")                                            \
    X(WORD_BASIS, "basis", "编制依据")                                                             \
    X(WORD_PRINCIPLES, "principles", "工作原则")                                                   \
    X(WORD_ISSUED, "issued", "印发")                                                               \
    X(WORD_FILED, "filed", "备案")                                                                 \
    X(WORD_REVIEW_BY, "review by", "修订期限")                                                     \
    X(WORD_DRILL_EVERY, "drill every", "演练周期")                                                 \
    X(WORD_OWES, "owes", "待办")                                                                   \
    X(WORD_EXPECTED, "expected", "预计时长")                                                       \
    X(WORD_ORDERED_BY, "may order", "有权下令")                                                    \
    X(WORD_TOLD, "is told", "通知对象")                                                            \
    X(WORD_WHEN, "when", "条件")                                                                   \
    X(WORD_MEASURE, "measure", "措施")                                                             \
    X(WORD_PHASE, "phase", "阶段")                                                                 \
    X(WORD_REPORT, "report", "报告")                                                               \
    X(WORD_WRITTEN_BY, "written by", "起草")                                                       \
    X(WORD_SIGNED_BY, "signed by", "签发")                                                         \
    X(WORD_CRITERION, "criterion", "结束条件")                                                     \
    X(WORD_OTHERWISE, "called otherwise from now on:", "今后呼叫对象有变：")                       \
    X(WORD_AND_MORE, "more, not compared or not listed", "处未比较或未列出")                       \
    X(WORD_REPLAYED, "runs replayed after a change of the program or its Lua",                     \
      "程序或 Lua 更换后已核对")                                                                   \
    X(WORD_DIFFER, "differ from the record: see `muster list`", "与记录不一致，见 muster list")    \
    X(WORD_TAKEN, "site and plans are in force", "单位和预案已生效")                               \
    X(WORD_CHECKED, "configuration, site and plans have no errors", "配置、单位和预案没有错误")

enum word {
#define X(word, en, zh) word,
    WORD_TABLE(X)
#undef X
        WORDS
};

struct words words_of(enum word w);

/* The word for a state or a health as the protocol names it; itself when there is none. */
const char *words_state(const char *name, int zh);

/* The sentence of a refusal's code in Chinese; NULL where there is none. */
const char *words_code_zh(const char *code);
