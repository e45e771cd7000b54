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
    done_when: ["办结标准：", "done when:"],
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
} as const;

export const { say, sayName } = sayerOf(WORK_WORDS);
