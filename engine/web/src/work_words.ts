/*
 * work_words - what is said only in the second file (later.tsx), beside the words of the first.
 */
import { sayerOf } from "./more_words";

export const WORK_WORDS = {
    /* the command: orders, what is proposed, conditions */
    confirmed_by: ["由 {who} 确认。", "{who} confirms it."],
    confirm_as: ["确认人", "who confirms it"],
    confirm_do: ["确认已满足", "Confirm that it is met"],

    /* an order */
    order_write: ["下令：{what}", "Order: {what}"],
    order_look: ["核对命令", "Check the order"],
    order_check: ["下一步：核对", "Next: check it"],
    order_give: ["下达命令", "Give the order"],
    order_give_drill: ["下达演练命令", "Give the order (drill)"],
    order_back: ["返回修改", "Back"],
    order_given: ["已下达：{what}。", "Ordered: {what}."],
    principles: ["工作原则", "Principles"],
    level: ["响应级别", "response level"],
    expected: ["预计持续，如 72h、3d", "expected to last, such as 72h, 3d"],
    measures_of_plan: ["预案列明的措施：", "The plan's measures:"],
    measures_more: ["其他措施（可不填）", "further measures (optional)"],
    within: ["{time} 内", "within {time}"],
    oral_order: ["口头命令", "an oral order"],
    oral_taken: ["记录并复述人", "who took it down and read it back"],
    what_comes: ["下达后", "What will happen"],
    is_issued: ["立即下达 {n} 项措施：", "{n} measures are issued at once:"],
    nothing_issued: ["不下达新的措施。", "No further measure is issued."],
    is_told: ["立即通知：", "Told at once:"],
    told_in_drill: ["演练：只通知可参加演练的人", "drill: only those who may be called in one"],
    lower_means: [
        "被撤级别的未结措施不会自动取消：按预案保留、解除，或交指挥员逐项决定。",
        "Open measures of the levels that are left do not end by themselves: as the plan has it " +
            "they are kept, lifted, or put to the commander.",
    ],
    end_means_recovery: [
        "响应结束，不再呼叫；未结措施交指挥员逐项决定，转入善后。",
        "The response ends and nobody is called any more; open measures are put to the " +
            "commander, and recovery begins.",
    ],

    /* the ledger of items */
    of_item_done_when: ["办结标准", "done when"],
    of_item_goal: ["目标", "goal"],
    of_item_indicator: ["指标", "measured by"],
    of_item_amount: ["数量", "how much"],
    of_item_from: ["来自", "from whom"],
    of_item_channel: ["渠道，如 12345", "by which channel, such as 12345"],
    of_item_contact: ["联系方式", "how to reach them"],
    of_item_note: ["说明", "note"],
    of_item_evidence: ["佐证", "evidence"],
    of_item_reply: ["已答复", "told them"],
    item_kind: ["种类", "kind"],
    what_to_do: ["做什么", "what is to be done"],
    who_has_to: ["责任单位", "who has to do it"],
    opened_as: ["谁提出（可不填）", "who gives it (optional)"],
    open_item_do: ["下达", "Open it"],
    evidence: ["佐证：文件名、链接或编号（可不填）", "evidence: a file, an address (optional)"],
    supervise_by: ["督办人（督办时可填）", "supervised by (optional)"],
    return_due: ["退回重办的新时限（可不填）", "new time when returned (optional)"],
    do_supervise: ["督办", "Supervise"],
    do_return: ["退回重办", "Return"],
    do_reply: ["已答复群众", "Replied"],
    whose_word: ["谁报告（可不填）", "whose word it is (optional)"],
    decided_by: ["谁决定", "who decides it"],
    do_receive: ["签收", "Received"],
    do_arrive: ["到位", "Arrived"],
    do_done: ["办结", "Done"],
    do_strike: ["销号", "Strike off"],
    do_reject: ["退回", "Reject"],
    do_lift: ["解除", "Lift"],
    do_keep: ["保留", "Keep"],

    /* what one may do */
    resolve_text: [
        "表示来源报告已恢复。是否终止响应，由预案或命令决定。",
        "Says that the source reports normal again. " +
            "Whether the response ends is for the plan or an order.",
    ],
    resolve_do: ["报告解除", "Report it over"],
    terminate_text: [
        "终止后不再呼叫任何人，事件结束，不能恢复。",
        "Nobody is called any more and the incident is closed. This cannot be undone.",
    ],
    close_text: [
        "没有响应在执行时可以关闭；未结事项须先办结、退回或解除。",
        "While no level is in force it can be closed, once every item is done, rejected or lifted.",
    ],
    close_do: ["关闭", "Close it"],
    order_as: ["下令人", "who orders"],
    order_as_id: ["下令人编号，如 sun.wei", "id of who orders, such as sun.wei"],
    despite: [
        "尚有未结事项而终止的理由（可不填）",
        "why it ends although items are open (optional)",
    ],
    terminate_do: ["终止响应", "Order the end"],

    report_do: ["报告", "Report"],
    station: ["站点或对象", "station or subject"],
    of_incident: ["事件本身", "the incident itself"],
    not_reported: ["（不报）", "(not reported)"],
    yes: ["是", "yes"],
    directive_text: ["批示内容", "directive"],
    directive_due: ["时限，如 2h、1d", "due within, such as 2h, 1d"],
    directive_as: ["批示领导（可不填）", "whose directive it is (optional)"],
    directive_do: ["下发批示", "Give the directive"],
    lead: ["牵头", "lead"],
    assist: ["配合（可不填）", "assisted by (optional)"],
    target_id: ["编号，如 dept:water", "its id, such as dept:water"],

    /* orders that are about no level */
    warning_colour: ["预警颜色", "colour of the warning"],
    no_warning: ["（不涉及）", "(none)"],
    issue_what: ["内容（可不填）", "what (optional)"],
    declare_what: ["宣布什么", "what is declared"],
    no_draft: ["没有待发布的稿件。", "There is no draft to publish."],
    merge_into: ["并入", "into which incident"],
    merge_means: [
        "本事件结束，未结事项、报告对象和后续触发转入对方。",
        "This one ends here; its open items, its people and further triggers go to the other.",
    ],
    merge_despite: [
        "并入较低响应级别的理由（可不填）",
        "why, if a lower level is in force there (optional)",
    ],
    incident_id: ["事件编号", "its id"],
    split_title: ["新事件标题", "title of the new incident"],
    split_means: [
        "所选事项和站点转入新事件，新事件按预案从头开始。",
        "What is ticked goes to a new incident, whose plan begins anew.",
    ],
    split_items: ["转入的事项", "items that go there"],
    split_stations: ["转入的站点", "stations that go there"],
    no_right: [
        "本单位没有人有权下达这些命令（may_order）。",
        "Nobody here has the right to these orders (may_order of the site).",
    ],

    /* reports */
    report_text: ["报告文本（Markdown）", "text of the report (Markdown)"],
    revision: ["修订 {n}", "revision {n}"],
    signed_by: ["签发：{who}", "signed by {who}"],
    report_basis: ["依据：{what}", "by the rule: {what}"],
    edit: ["修改文本", "Edit the text"],
    write_of: ["起草{what}", "Write: {what}"],
    written_by: ["起草人（可不填）", "who writes it (optional)"],
    save: ["保存", "Save"],
    give_up: ["放弃我的修改", "Give up my changes"],
    voids: ["已签发：保存后签发失效，须重新签发。", "It is signed: when you save, it must be signed again."],
    theirs: ["现在的文本（修订 {rev}）", "The text that is there now (revision {rev})"],
    theirs_text: [
        "他人已改动。请对照后合并到您的文本里，再保存；您的文本没有丢失。",
        "Somebody else has changed it. Bring both together in yours, then save; yours is not lost.",
    ],
    mine: ["您的文本", "Your text"],
    save_mine: ["以我的文本保存", "Save mine in its place"],
    sign: ["签发", "Sign"],
    signs: ["签发人", "who signs"],
    report_act: ["办理报告", "Work on the report"],
    whose_act: ["以谁的名义（可不填）", "in whose name (optional)"],
    do_send: ["报送", "Send"],
    do_phone: ["已电话报告", "Given by telephone"],
    do_fill: ["按最新情况重填", "Fill in anew"],
    do_correct: ["更正", "Correct"],
    fill_means: [
        "重填：按现在的情况重写全文，现有文本被替换。",
        "Filled in anew, the whole text is replaced by one of the present facts.",
    ],

    /* forms that are there at once */
    grade: ["分级", "grade"],
    answer_for: ["代人应答", "Answer for somebody"],
    other_one: ["其他（填写编号）", "another one (by id)"],
    not_said: ["（不填）", "(not said)"],
    person_id: ["人员编号，如 wang.qiang", "person's id, such as wang.qiang"],
    note_optional: ["说明（可不填）", "note (optional)"],
    accept: ["能到", "Accepts"],
    add_note: ["记事", "Add a note"],
    note: ["内容", "note"],
    record_note: ["记录", "Record"],
    sending: ["正在发送……", "Sending …"],
    recorded: ["已记录。", "Recorded."],
    updated_instead: [
        "已有同键事件，已作为更新记录。",
        "An incident with this key is open; this was recorded as its update.",
    ],
    title_hint: ["例如：7号站超警戒水位", "such as: Gauge 7 over warning"],
    choose: ["请选择", "choose"],
    by_kind: ["无（呼叫兜底名单）", "none (the fallback is called)"],
    no_grade: ["未定", "not graded"],
    is_drill: ["这是演练", "This is a drill"],
    trigger_real: ["触发，真实呼叫", "Trigger and call people"],
    trigger_drill: ["触发演练", "Trigger a drill"],
    triggered: ["已触发。", "Triggered."],
} as const;

export const { say, sayName } = sayerOf(WORK_WORDS);
