/*
 * words - all that the pages say by themselves, in Chinese and English; a test counts both.
 *
 * The words for things are those of the command line (ctl/words.h). What people wrote (titles,
 * notes, names) never passes through here: it is shown as it is, in an element of its own.
 * What only forms say is in work_words.ts.
 */
import { Source } from "./source";

export type Language = "zh" | "en";

export const WORDS = {
    /* the frame */
    muster: ["集结", "Muster"],
    room: ["指挥室", "Command room"],
    phones: ["演示手机", "Demo phones"],
    skip: ["跳到正文", "Skip to the content"],
    other_language: ["English", "中文"],
    pages: ["页面", "Pages"],
    connecting: ["正在连接", "connecting"],
    live: ["实时", "live"],
    lost: ["重新连接中", "reconnecting"],
    lost_since: [
        "连接中断。以下内容停在 {at}，正在重新连接。",
        "The connection is lost. What you see is from {at}; trying again.",
    ],
    never_heard: [
        "尚未连上服务，正在重试。",
        "The daemon has not answered yet; trying again.",
    ],
    denied_since: [
        "登录已失效。以下内容停在 {at}。",
        "You are signed in no more. What you see is from {at}.",
    ],
    denied: ["未登录", "not signed in"],
    denied_text: [
        "查看事件需要登录或密钥。",
        "To see incidents, sign in or use a key.",
    ],
    sign_in: ["登录", "Sign in"],
    sign_out: ["退出登录", "Sign out"],
    as_of: ["记录截至 {id}", "record up to {id}"],
    signed_in_as: ["身份：{who}", "you are {who}"],
    version: ["版本 {version}", "version {version}"],
    latest: ["最新", "Latest"],

    /* incidents */
    open_incidents: ["处置中的事件", "Open incidents"],
    closed_incidents: ["已结束的事件", "Closed incidents"],
    show_closed: ["显示已结束的事件", "Show closed incidents"],
    none_closed: ["没有已结束的事件。", "No incident is closed yet."],
    loading: ["正在读取……", "Loading …"],
    reload: ["重新载入页面", "Load the page again"],
    more: ["更多", "More"],
    more_open: [
        "只显示最新的 {shown} 起，共 {all} 起处置中。",
        "The newest {shown} of {all} open incidents are shown.",
    ],
    more_open_some: ["只显示最新的 {shown} 起。", "The newest {shown} open incidents are shown."],
    all_quiet: ["当前没有处置中的事件。", "No incident is open."],
    example_title: ["7号站超警戒水位", "Gauge 7 over warning"],
    first_one: [
        "触发第一起：用下面的表单，或在终端运行其中一条：",
        "To trigger the first one, use the form below, or one of these in a terminal:",
    ],
    drill_mark: ["【演练】", "[DRILL]"],
    drill_banner: [
        "这是演练，不是真实事件。",
        "This is a drill, not a real incident.",
    ],
    untitled: ["（标题已清除）", "(title purged)"],
    no_plan: ["无对应预案", "no plan"],
    since: ["开始", "since"],
    closed_at: ["结束", "closed"],
    calling: ["正在呼叫", "Calling"],
    next_in: ["{left} 后呼叫下一梯次", "next rung in {left}"],
    next_now: ["到时限，呼叫下一梯次", "time is up, next rung"],
    nobody_called: ["没有待答的呼叫", "no open call"],
    first_answer: ["首个应答", "first answer"],
    not_delivered: ["{n} 条消息未送达", "{n} messages not delivered"],

    /* states, health, grades, warnings */
    state_open: ["处置中", "open"],
    state_awaiting_order: ["待令", "awaiting order"],
    state_active: ["响应中", "active"],
    state_recovering: ["善后", "recovering"],
    state_closed: ["已结束", "closed"],
    state_merged: ["已合并", "merged"],
    state_upkeep: ["预案管理", "upkeep of plans"],
    health_ok: ["正常", "ok"],
    health_fallback: ["兜底呼叫：预案未在运行", "Fallback: no plan is running"],
    health_stuck: ["卡住：引擎已停止处理", "Stuck: the engine stopped working on it"],
    health_fallback_text: [
        "预案无法运行，正在按兜底名单呼叫。请按纸质预案处置。",
        "The plan cannot run; the fallback list is being called. Work by the paper plan.",
    ],
    health_stuck_text: [
        "此事件两次使引擎停止，已搁置。请按纸质预案处置，并呼叫运维人员。",
        "This incident stopped the engine twice and was set aside. " +
            "Work by the paper plan and call the operator.",
    ],
    grade_I: ["I 级 特别重大", "grade I, especially serious"],
    grade_II: ["II 级 重大", "grade II, serious"],
    grade_III: ["III 级 较大", "grade III, major"],
    grade_IV: ["IV 级 一般", "grade IV, ordinary"],
    level_I: ["一级响应", "level I response"],
    level_II: ["二级响应", "level II response"],
    level_III: ["三级响应", "level III response"],
    level_IV: ["四级响应", "level IV response"],
    warning_red: ["红色预警", "red warning"],
    warning_orange: ["橙色预警", "orange warning"],
    warning_yellow: ["黄色预警", "yellow warning"],
    warning_blue: ["蓝色预警", "blue warning"],

    /* one incident */
    back: ["全部事件", "All incidents"],
    not_found: ["没有这个事件。", "There is no incident with this id."],
    calls: ["呼叫", "Calls"],
    rung: ["第 {n} 梯次", "rung {n}"],
    round: ["第 {n} 轮", "round {n}"],
    asked_earlier: ["此前已呼叫：", "called before:"],
    declined: ["不能到", "declined"],
    accepted: ["能到", "accepted"],
    wanted: ["需 {n} 人", "{n} are wanted"],
    taken_by: ["已应答：", "taken by:"],
    taken_by_none: ["重新呼叫无人应答", "called anew, and nobody has taken it"],
    taken_until: ["重新呼叫", "called anew"],
    facts: ["事实", "Facts"],
    no_facts: ["没有报告的事实。", "No facts were reported."],
    fact: ["名称", "name"],
    value: ["值", "value"],
    reported: ["报告时间", "reported"],
    stale: ["已过期，按未知", "stale, taken as unknown"],
    more_facts: [
        "还有更多事实，此处未列出。",
        "There are more facts than are shown here.",
    ],
    plan_says: ["预案记录", "Plan says"],
    notices: ["通知", "Notices"],
    sent: ["已送出", "sent"],
    failed: ["未送达", "not delivered"],
    about: ["关于此事件", "About this incident"],
    id: ["编号", "id"],
    plan: ["预案", "plan"],
    category: ["类别", "category"],
    kind: ["种类", "kind"],
    source: ["来源", "source"],
    place: ["地点", "place"],
    labels: ["标签", "labels"],
    key: ["去重键", "key"],
    pin: ["预案指纹", "pin"],
    timeline: ["经过", "Timeline"],
    inner_steps: ["显示内部步骤", "Show inner steps"],
    earlier: ["更早的 {n} 条", "{n} earlier lines"],
    no_timeline: ["还没有记录。", "Nothing is recorded yet."],

    /* the command: orders, what is proposed, conditions */
    command: ["指挥", "Command"],
    no_order: ["尚未下达响应命令。", "No response level has been ordered."],
    last_order: ["现行命令", "The order that stands"],
    was_in_force: ["响应已终止，此前为{level}。", "The response is ended; it was: {level}."],
    awaiting_order: ["待令", "awaiting order"],
    pending_approval: ["待补批", "to be approved"],
    standing_order: ["按常设授权自动下达", "by a standing order, without a person"],
    ordered_by: ["下令", "ordered by"],
    oral_by: ["口头命令，{who} 记录并复述", "oral, taken down by {who}"],
    commander: ["指挥员", "commander"],
    members: ["成员", "members"],
    matter: ["响应事项", "matter"],
    basis: ["依据", "basis"],
    expected_until: ["预计至", "expected until"],
    measures: ["措施", "measures"],
    action_activate: ["启动", "activate"],
    action_raise: ["提升至", "raise to"],
    action_lower: ["降至", "lower to"],
    action_terminate: ["终止响应", "end the response"],
    action_again: ["续", "renew"],
    action_declare: ["宣布", "declare"],
    action_issue: ["发布预警", "issue"],
    action_publish: ["信息发布", "publish"],
    action_merge: ["并入另一事件", "merge into another"],
    action_split: ["拆分", "split off a part"],
    action_lift: ["逐项决定解除或保留", "lift or keep each of"],
    proposals: ["建议", "Proposed"],
    proposed: ["建议：", "proposed:"],
    put_to: ["报 {who}", "put to {who}"],
    statements: ["已宣布和发布", "Declared and published"],
    lifted_at: ["解除于", "lifted"],
    draft_category: ["类别", "category"],
    draft_level: ["预警级别", "level of the warning"],
    draft_from: ["起始时间", "from"],
    draft_area: ["可能影响范围", "area"],
    draft_matters: ["警示事项", "what to expect"],
    draft_advice: ["应采取的措施", "what to do"],
    draft_issuer: ["发布机关", "issued by"],
    draft_at: ["发布时间", "published at"],
    draft_when_ordered: ["下令发布之时", "when it is ordered"],
    warning_none: ["预警解除", "warning lifted"],
    conditions: ["条件", "Conditions"],
    of_level_when: ["{name} 级启动条件（{when}）：", "condition of level {name} ({when}):"],
    of_level: ["{name} 级启动条件：", "condition of level {name}:"],
    of_end: ["终止条件 {name}：", "criterion of the end, {name}:"],
    no_data: ["无数据", "no data"],
    counting: ["计时至", "counting until"],
    is_true: ["成立", "true"],
    is_over: ["不再成立", "no longer true"],
    is_met: ["已满足", "met"],
    holds_so_far: ["目前成立", "holds so far"],

    order_this: ["据此下令", "Order this"],
    decide_below: [
        "请在下面的事项中逐项选择保留或解除。",
        "Decide each of them among the items below: keep or lift.",
    ],
    to_confirm: ["待确认的终止条件", "Criteria of the end to be confirmed"],
    confirm: ["确认：", "Confirm:"],

    /* an order */
    button_activate: ["启动响应", "Activate a level"],
    button_raise: ["提升响应", "Raise"],
    button_lower: ["降低响应", "Lower"],
    button_again: ["续本级响应", "Renew"],
    button_terminate: ["终止响应", "End the response"],
    cancel: ["取消", "Cancel"],

    /* the ledger of items */
    items: ["事项", "Items"],
    items_open: ["未结 {n}", "{n} open"],
    items_overdue: ["逾期 {n}", "{n} overdue"],
    more_items: ["只显示前 {n} 项。", "Only the first {n} are shown."],
    item: ["事项与责任单位", "what, and who has to"],
    state: ["状态", "state"],
    due_at: ["时限", "due"],
    no_due: ["无时限", "no time set"],
    overdue: ["逾期", "overdue"],
    directive_of: ["{who} 批示", "directive of {who}"],
    kind_item: ["事项", "item"],
    kind_resource: ["资源需求", "resources"],
    kind_request: ["群众诉求", "a citizen's request"],
    kind_improvement: ["整改", "improvement"],
    item_from: ["来自 {who}", "from {who}"],
    supervised: ["督办", "supervised"],
    waits: ["待前置事项办结", "waits for what must be done before"],
    put: ["已离开该级别，待指挥员定留撤", "its level is left: keep or lift?"],
    item_act: ["处理：{what}", "Act on: {what}"],
    item_issued: ["已下达", "issued"],
    item_received: ["已签收", "received"],
    item_arrived: ["已到位", "arrived"],
    item_done: ["已办结", "done"],
    item_struck: ["已销号", "struck off"],
    item_rejected: ["已退回", "rejected"],
    item_lifted: ["已解除", "lifted"],

    /* how it belongs to others */
    family: ["关联", "Belongs together"],
    roles: ["任务角色", "roles"],
    triggers: ["触发", "triggers"],
    joined_n: ["另有 {n} 次触发并入", "{n} more have joined it"],
    parent: ["上级事件", "opened by"],
    children: ["下属事件", "under it"],
    merged: ["并入本事件", "merged into it"],
    split_from: ["拆分自", "split off"],
    without: ["已拆出的站点", "stations split off"],
    reopened: ["重开", "opened again"],
    times: ["{n} 次", "{n} times"],
    reopen_until: ["可重开至", "opened again by a trigger until"],
    goes_on: ["已并入，后续见", "It goes on in"],

    /* what waits */
    waits_here: ["待办", "What waits here"],
    wait_calls: ["待答呼叫 {n}", "Open calls: {n}"],
    wait_reports: ["待报 {n} 份", "Reports to be sent: {n}"],
    print: ["打印记录", "Record to print"],
    review: ["复盘", "Review"],
    drill_report: ["演练评估", "Evaluation"],
    drills: ["演练", "Drills"],
    lesson: ["登记改进事项", "Note an improvement"],
    drill_tabletop: ["桌面推演", "Tabletop"],
    drill_live: ["实战演练", "Live"],
    drill_injects: ["已注入 {n}/{of}", "{n} of {of} injects are in"],

    /* reports */
    reports: ["信息报送", "Reports"],
    report_initial: ["首报", "initial report"],
    report_update: ["续报", "update report"],
    report_daily: ["日报", "daily report"],
    report_single: ["个案报告", "single report"],
    report_final: ["终报", "final report"],
    reported_opened: ["待起草", "to be drafted"],
    reported_edited: ["已起草", "drafted"],
    reported_signed: ["已签发", "signed"],
    reported_sent: ["已报送", "sent"],
    missed: ["漏报", "missed"],
    zero: ["零报告", "zero report"],
    late_by: ["迟报 {time}", "late by {time}"],
    sent_at: ["报送于", "sent"],
    left: ["还剩 {time}", "{time} left"],
    phone_due: ["电话报告时限", "by telephone until"],
    phone_late: ["电话报告已超时", "by telephone: late since"],
    phoned_at: ["电话已报", "given by telephone"],
    report_path: ["{by} 起草 · {sign} 签发 · 报 {to}", "{by} writes · {sign} signs · to {to}"],
    corrects: ["更正 {what}", "corrects {what}"],
    open_report: ["办理", "Open"],
    fold: ["收起", "Hide"],
    told_queued: ["待发", "queued"],
    told_sending: ["发送中", "being sent"],
    told_waiting: ["待重发", "to be sent again"],
    told_sent: ["已送出", "sent"],
    told_delivered: ["已送达", "delivered"],
    told_seen: ["已阅", "seen"],
    told_answered: ["已应答", "answered"],
    told_failed: ["未送达", "not delivered"],
    told_recalled: ["已撤回", "recalled"],

    /* what one may do */
    act: ["处置", "Act"],
    may_not: [
        "当前身份只能查看。登录后可应答、记事、下令。",
        "You may only read. Sign in to answer, note and order.",
    ],
    may_not_order: ["下令需要有命令权限的身份。", "Orders need somebody who may order."],
    over: ["事件已结束，不能再处置。", "The incident is over; nothing more can be done."],
    person: ["应答人", "person"],
    decline: ["不能到", "Cannot come"],
    resolve: ["报告险情解除", "Report that it is over"],
    terminate: ["下令终止响应", "Order the end"],
    close: ["关闭事件", "Close the incident"],
    reason: ["理由", "reason"],

    report_facts: ["报告数据", "Report facts"],
    no: ["否", "no"],
    directive: ["领导批示", "Give a directive"],
    open_item: ["新增事项、诉求、资源", "Open an item, a request, resources"],
    other_orders: ["其他命令", "Other orders"],

    /* what nobody may overlook */
    alarms: ["警示", "Alarms"],
    alarm_awaiting: ["待令 {n} 起", "Awaiting an order: {n}"],
    alarm_overdue: ["逾期事项 {n} 项", "Overdue items: {n}"],
    alarm_late: ["逾期报告 {n} 份", "Overdue reports: {n}"],
    set_bar: ["预案", "Plans"],
    set_refused: [
        "保存的单位或预案有错误，未生效；仍按此前的版本运行。",
        "What was saved of site and plans has an error and is not in force; the version before is.",
    ],
    set_refused_more: ["另有 {n} 处：muster config check", "and {n} more: muster config check"],
    set_diverged: [
        "程序更换后，{n} 起事件的预案与记录不符，已转后备呼叫，请按纸质预案处置：",
        "Plans that differ from their record since the change of program: {n}. Their fallback is " +
            "called; work these by the paper plan:",
    ],
    sound_on: ["警示音：开", "Alarm sound: on"],
    sound_off: ["警示音：关", "Alarm sound: off"],
    and_more: ["另 {n} 起", "and {n} more"],

    /* trigger */
    trigger: ["触发事件", "Trigger an incident"],
    title: ["标题", "title"],

    /* times */
    just_now: ["刚刚", "just now"],
    ago: ["{time}前", "{time} ago"],
    days: ["{n} 天", "{n} d"],
    hours: ["{n} 小时", "{n} h"],
    minutes: ["{n} 分钟", "{n} min"],
    seconds: ["{n} 秒", "{n} s"],

    /* problems */
    problem: ["未成功", "Not done"],
    unreachable: ["服务没有应答，请重试。", "The daemon does not answer; try again."],
} as const;

/*
 * Refusals in Chinese, by code (base/code.h): said before the daemon's own sentence, which is
 * English and tells what went wrong this time.
 */
const CODES_ZH: Record<string, string> = {
    unauthorized: "需要登录或密钥",
    denied: "没有权限",
    forbidden_origin: "不接受来自其他网站的请求",
    too_slow: "请求过慢，请重试",
    body_too_long: "内容过长",
    conflict: "当前状态下不能这样做",
    precondition_failed: "他人已改动此文本，请看现在的文本",
    not_found: "没有此项",
    unknown_plan: "没有这个预案",
    unknown_person: "单位中没有这个人",
    unknown_call: "没有这个待答的呼叫",
    unknown_field: "没有这个字段",
    missing_field: "缺少必填字段",
    bad_field: "字段类型或取值不对",
    not_built: "此版本尚不支持",
    closed: "事件已结束",
    no_space: "磁盘空间不足，不接收新事件",
    limit: "已达上限",
    stopping: "服务正在停止，请稍后再试",
    store: "数据库无法读取",
    input_refused: "此触发曾两次使引擎停止，不再接收",
};

export type Word = keyof typeof WORDS;

const KEPT = "muster.language"; /* in localStorage */

function kept(): string | null {
    try {
        return localStorage.getItem(KEPT);
    } catch {
        return null; /* forbidden by the browser: then by its own language, each time */
    }
}

/* The language of this page. There is one, as there is one <html lang>. */
class Choice extends Source {
    now: Language;

    constructor() {
        super();
        const wanted = kept() ?? navigator.language;
        this.now = wanted.startsWith("zh") ? "zh" : "en";
        this.mark();
    }

    choose(language: Language): void {
        this.now = language;
        try {
            localStorage.setItem(KEPT, language);
        } catch {
            /* chosen for this visit only */
        }
        this.mark();
        this.changed();
    }

    private mark(): void {
        document.documentElement.lang = this.now === "zh" ? "zh-CN" : "en";
    }
}

export const language = new Choice();

/* The one of the two that is read, its {places} filled. */
export function inWords(
    words: readonly [string, string],
    fill: Record<string, string | number>,
): string {
    const text = words[language.now === "zh" ? 0 : 1];
    return text.replace(/\{(\w+)\}/g, (place, name: string) => String(fill[name] ?? place));
}

/* A word or sentence, its {places} filled. */
export function say(word: Word, fill: Record<string, string | number> = {}): string {
    return inWords(WORDS[word], fill);
}

/* The word for a name of the protocol, such as ("state_", "open"); the name itself without one. */
export function sayName(group: string, name: string): string {
    const word = group + name;
    return word in WORDS ? say(word as Word) : name;
}

/* What a refusal's code means, for those who read no English; "" where the sentence is enough. */
export function sayCode(code: string): string {
    return language.now === "zh" ? (CODES_ZH[code] ?? "") : "";
}
