/*
 * text - what people and plans wrote, as it is.
 *
 * Each piece stands in a <bdi> of its own: whatever marks of direction it holds end with it. Blanks
 * and line breaks are kept, long words are broken (app.css). Text is always a child, never markup.
 */
import type { Problem } from "./api";
import type { Text } from "./shapes";
import { ago, clock, useNow, whole } from "./time";
import { language, say, sayCode } from "./words";

export function Written(props: { text: string; class?: string; lang?: string | undefined }) {
    const name = props.class ? `written ${props.class}` : "written";
    return (
        <bdi class={name} lang={props.lang}>
            {props.text}
        </bdi>
    );
}

/* A plan's text in the reader's language, else in the other one. */
export function inLanguage(text: Text | null | undefined): string {
    if (!text || typeof text === "string") return text ?? "";
    const first = language.now === "zh" ? text.zh : text.en;
    return first ?? text.zh ?? text.en ?? "";
}

/* "甲、乙", "a, b" */
export function listed(names: string[]): string {
    return names.join(language.now === "zh" ? "、" : ", ");
}

/* When it was, and how long ago. */
export function Moment(props: { at: string; seconds?: boolean; plain?: boolean }) {
    const today = useNow(props.seconds ? 1_000 : 5_000);
    const at = Date.parse(props.at);
    return (
        <time dateTime={props.at} title={whole(at)}>
            {clock(at, props.seconds, today)}
            {props.plain ? null : <span class="ago"> · {ago(at, today)}</span>}
        </time>
    );
}

/* "主班, duty:duty-room" is said as "主班": the target is for the record. */
export function Person(props: {
    name: string | null;
    words?: string | null | undefined;
    id: string;
}) {
    const seat = props.words?.split(", ")[0];
    return (
        <span class="person" title={props.id}>
            <Written text={props.name || props.id} />
            {seat ? (
                <span class="seat">
                    {language.now === "zh" ? "（" : " ("}
                    <Written text={seat} />
                    {language.now === "zh" ? "）" : ")"}
                </span>
            ) : null}
        </span>
    );
}

/* Why something was not done: what its code means, then the daemon's own sentence. */
export function Refusal(props: { problem: Problem; id?: string }) {
    const { code, detail } = props.problem;
    const meaning = sayCode(code);
    return (
        <p class="refusal" role="alert" id={props.id}>
            <strong>{say("problem")}</strong>{" "}
            {code === "unreachable" ? (
                say("unreachable")
            ) : (
                <>
                    {meaning ? `${meaning} · ` : null}
                    <Written text={detail} lang="en" />
                </>
            )}
        </p>
    );
}
