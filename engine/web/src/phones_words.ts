/*
 * phones_words - what only the page of the demo's phones says.
 */
import { sayerOf } from "./more_words";

export const PHONES_WORDS = {
    phones_text: [
        "每人一部。消息由真实的 webhook 送来，点击即可应答。",
        "One for each person. Messages come by real webhooks; answer with a click.",
    ],
    ringing_n: ["{n} 部正在响铃", "{n} ringing"],
    none_ringing: ["没有响铃", "none is ringing"],
    no_phones: [
        "演示手机只在 muster serve --demo 下有。",
        "The demo phones are there only under muster serve --demo.",
    ],
    no_phone_yet: [
        "还没有手机收到过消息。触发一个事件，看谁的手机会响。",
        "No phone has had a message yet. Trigger an incident and see whose phone rings.",
    ],
    to_room: ["到指挥室触发", "Go to the command room"],
    message_ringing: ["响铃", "ringing"],
    message_seen: ["已看", "seen"],
    message_answered: ["已应答：能到", "answered: accepts"],
    message_declined: ["已应答：不能到", "answered: cannot come"],
    message_over: ["已过", "over"],
    accept_self: ["能到", "Accept"],
    attempt: ["第 {n} 次发送", "attempt {n}"],
    got_it: ["知道了", "Got it"],
    see_incident: ["事件：", "Incident: "],
    open_link: ["打开消息中的链接", "Open the link in the message"],
    older: ["更早的 {n} 条消息", "{n} older messages"],
    type_call: ["呼叫", "Call"],
    type_notify: ["通知", "Notice"],
    type_report: ["报告", "Report"],
    type_order: ["命令", "Order"],
    type_resolved: ["恢复", "Resolved"],
    type_test: ["测试", "Test"],
    quiet: ["没有消息", "no messages"],
    code: ["应答码", "code"],
} as const;

export const { say, sayName } = sayerOf(PHONES_WORDS);
