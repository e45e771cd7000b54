#include "ctl/words.h"

#include "base/code.h"

#include <assert.h>
#include <string.h>

struct words words_of(enum word w)
{
    static const struct words words[WORDS] = {
#define X(word, en, zh) [word] = {en, zh},
        WORD_TABLE(X)
#undef X
    };
    assert(w < WORDS);
    return words[w];
}

const char *words_state(const char *name, int zh)
{
    static const struct {
        const char *name;
        enum word word;
    } states[] = {
        {"open", WORD_OPEN},
        {"awaiting_order", WORD_AWAITING_ORDER},
        {"active", WORD_ACTIVE},
        {"recovering", WORD_RECOVERING},
        {"closed", WORD_CLOSED},
        {"merged", WORD_MERGED},
        {"ok", WORD_OK},
        {"fallback", WORD_FALLBACK},
        {"upkeep", WORD_UPKEEP},
        {"stuck", WORD_STUCK},
        {"up", WORD_UP},
        {"down", WORD_DOWN},
        {"paused", WORD_PAUSED},
        {"unknown", WORD_NOT_KNOWN},
        {"in_force", WORD_IN_FORCE},
        {"expired", WORD_EXPIRED},
        {"revoked", WORD_REVOKED},
        {"natural", WORD_OF_NATURE},
        {"accident", WORD_OF_ACCIDENT},
        {"health", WORD_OF_HEALTH},
        {"security", WORD_OF_SECURITY},
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].name, name) == 0)
            return zh ? words_of(states[i].word).zh : words_of(states[i].word).en;
    return name;
}

const char *words_code_zh(const char *code)
{
    static const char *const sentences[CODES] = {
        [CODE_LINE_TOO_LONG] = "请求过长",
        [CODE_BAD_UTF8] = "不是 UTF-8 文本",
        [CODE_BAD_JSON] = "不是 JSON",
        [CODE_TOO_DEEP] = "JSON 嵌套过深",
        [CODE_DUPLICATE_KEY] = "同一对象中键重复",
        [CODE_NOT_AN_OBJECT] = "不是 JSON 对象",
        [CODE_UNKNOWN_OP] = "没有这个操作",
        [CODE_UNKNOWN_FIELD] = "没有这个字段",
        [CODE_MISSING_FIELD] = "缺少必填字段",
        [CODE_BAD_FIELD] = "字段类型或取值不对",
        [CODE_NOT_BUILT] = "此版本尚不支持",
        [CODE_DENIED] = "没有权限",
        [CODE_CONFLICT] = "当前状态下不能这样做",
        [CODE_NOT_FOUND] = "没有这个编号",
        [CODE_UNKNOWN_PLAN] = "没有这个预案",
        [CODE_UNKNOWN_PERSON] = "单位中没有这个人",
        [CODE_UNKNOWN_ENDPOINT] = "单位中没有这个端点",
        [CODE_UNKNOWN_CALL] = "没有这个待答的呼叫",
        [CODE_CLOSED] = "事件已结束",
        [CODE_MERGED] = "事件已并入另一事件",
        [CODE_UNKNOWN_KEY] = "没有这个名称的密钥",
        [CODE_UNKNOWN_LINK] = "没有消息使用这个链接",
        [CODE_WRONG_CODE] = "应答码不对",
        [CODE_LINK_LOCKED] = "五次输错应答码，链接已锁定",
        [CODE_NO_SPACE] = "磁盘空间不足，不接收新事件",
        [CODE_LIMIT] = "已达上限",
        [CODE_TOO_MANY_CONNECTIONS] = "连接过多",
        [CODE_STOPPING] = "服务正在停止，请稍后再试",
        [CODE_BAD_CONFIG] = "配置、单位或预案有错，原版本继续有效",
        [CODE_STORE] = "数据库无法读取",
        [CODE_HEAD_NOT_KEPT] = "日志末尾的签名没有存到另一处",
        [CODE_INPUT_REFUSED] = "此触发曾两次使引擎停止，不再接收",
    };
    enum code c = CODE_OK;
    return code_parse(code, &c) ? sentences[c] : NULL;
}
