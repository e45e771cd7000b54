/*
 * phones - everybody's phone, as the demo has them: what rings, and the two buttons.
 */
import { useState } from "preact/hooks";
import { type Problem, unreachable } from "./api";
import { Title } from "./card";
import { KeepFocus } from "./focus";
import { type Handset, type Handsets, isCall, isRinging } from "./handsets";
import { linkTo } from "./link";
import { DrillMark } from "./marks";
import { useSource } from "./source";
import { Moment, Person, Refusal, Written } from "./text";
import { useUsableMark } from "./usable";
import { language } from "./words";
import { say, sayName } from "./phones_words";

const OLD_SHOWN = 3; /* messages that want nothing any more; the rest on demand */

type Message = Handset["messages"][number];

/* "muster.call" and its like, in words. */
function typeWord(type: string): string {
    return sayName("type_", type.replace(/^muster\./, ""));
}

function Buttons(props: { handsets: Handsets; person: string; message: Message }) {
    const { handsets, person, message } = props;
    const [sending, setSending] = useState(false);
    const [problem, setProblem] = useState<Problem | null>(null);
    const answer = async (decline: boolean) => {
        setSending(true);
        setProblem(null);
        await handsets.answer(person, message, decline).catch((w) => setProblem(unreachable(w)));
        setSending(false);
    };
    const press = (name: string, label: string, act: () => void) => (
        <button type="button" class={name} disabled={sending} onClick={act}>
            {label}
        </button>
    );
    return (
        <>
            <p class="buttons">
                {isCall(message) ? (
                    <>
                        {press("good", say("accept_self"), () => void answer(false))}
                        {press("no", say("decline"), () => void answer(true))}
                    </>
                ) : (
                    press("", say("got_it"), () => handsets.seen(message))
                )}
            </p>
            {problem ? <Refusal problem={problem} /> : null}
        </>
    );
}

/* What it is, how it stands, when it came, by which way. */
function Heading(props: { message: Message }) {
    const m = props.message;
    return (
        <p class="what">
            {m.incident?.drill ? <DrillMark /> : null}
            {m.type ? <b>{typeWord(m.type)}</b> : null}{" "}
            <span class="is">{sayName("message_", m.state)}</span>{" "}
            {m.at ? <Moment at={m.at} /> : null}
            {(m.attempt ?? 1) > 1 ? ` · ${say("attempt", { n: m.attempt ?? 1 })}` : null}
            {m.endpoint === "phone" ? null : (
                <>
                    {" · "}
                    <Written text={m.endpoint} />
                </>
            )}
        </p>
    );
}

function MessageView(props: { handsets: Handsets; person: string; message: Message }) {
    const { handsets, person, message: m } = props;
    const up = isRinging(m);
    const seen = () => handsets.seen(m);
    return (
        <li
            class={`message ${m.state}`}
            data-state={m.state}
            onPointerDown={seen}
            onFocusIn={seen}
        >
            <Heading message={m} />
            <p class="text">
                <Written text={m.text} lang={m.lang === "zh" ? "zh-CN" : m.lang} />
            </p>
            {up && isCall(m) && m.code ? (
                <p class="code">
                    {say("code")} <b>{m.code}</b>
                </p>
            ) : null}
            {up ? <Buttons handsets={handsets} person={person} message={m} /> : null}
            {isCall(m) && m.answer_url ? (
                <p class="of">
                    {/* a question is answered there: it has a button for each choice */}
                    <a href={new URL(m.answer_url, location.href).pathname}>{say("open_link")}</a>
                </p>
            ) : null}
            {m.incident?.id ? (
                <p class="of">
                    <a href={linkTo(m.incident.id)}>
                        {say("see_incident")}
                        <Title title={m.incident.title} />
                    </a>
                </p>
            ) : null}
        </li>
    );
}

function PhoneView(props: { handsets: Handsets; handset: Handset }) {
    const { handsets, handset: h } = props;
    const [all, setAll] = useState(false);
    const up = h.messages.filter(isRinging).sort((a, b) => Number(isCall(b)) - Number(isCall(a)));
    const old = h.messages.filter((m) => !isRinging(m));
    const shown = all ? old : old.slice(0, OLD_SHOWN);
    return (
        <article class={`phone${up.length ? " ringing" : ""}`} data-person={h.person}>
            <h2>
                <span class="bell" aria-hidden="true" />
                <Person id={h.person} name={h.name} words={h.words} />
            </h2>
            {h.messages.length ? (
                <ul class="messages">
                    {[...up, ...shown].map((m) => (
                        <MessageView
                            key={`${m.id} ${m.endpoint}`}
                            handsets={handsets}
                            person={h.person}
                            message={m}
                        />
                    ))}
                </ul>
            ) : (
                <p class="quiet">{say("quiet")}</p>
            )}
            {shown.length < old.length ? (
                <button type="button" class="wide" onClick={() => setAll(true)}>
                    {say("older", { n: old.length - shown.length })}
                </button>
            ) : null}
        </article>
    );
}

function PhoneList(props: { handsets: Handsets; of: Handset[]; class?: string }) {
    return (
        <ul class={`phones ${props.class ?? ""}`}>
            <KeepFocus>
                {props.of.map((h) => (
                    <li key={h.person}>
                        <PhoneView handsets={props.handsets} handset={h} />
                    </li>
                ))}
            </KeepFocus>
        </ul>
    );
}

/* Why no phone shows anything, and what to do about it. */
function Empty(props: { handsets: Handsets }) {
    const { loaded, absent } = props.handsets;
    if (absent) return <p class="quiet">{say("no_phones")}</p>;
    if (!loaded) return <p class="quiet">{say("loading")}</p>;
    return (
        <p class="nothing">
            {say("no_phone_yet")} <a href="/">{say("to_room")}</a>
        </p>
    );
}

export function Phones(props: { handsets: Handsets }) {
    const { handsets } = props;
    useSource(handsets, language);
    useUsableMark(handsets.loaded);
    const phones = handsets.ordered();
    const used = phones.filter((h) => h.messages.length > 0);
    const unused = phones.filter((h) => h.messages.length === 0);
    const n = handsets.ringing();
    const rings = n ? say("ringing_n", { n }) : say("none_ringing");
    document.title = `${n ? `(${n}) ` : ""}${say("phones")} · ${say("muster")}`;
    return (
        <>
            <div class="intro">
                <h1>{say("phones")}</h1>
                <p class="rings" role="status">
                    {rings}
                </p>
                <p class="quiet">{say("phones_text")}</p>
            </div>
            {used.length ? (
                <PhoneList handsets={handsets} of={used} />
            ) : (
                <Empty handsets={handsets} />
            )}
            {unused.length ? <PhoneList handsets={handsets} of={unused} class="unused" /> : null}
        </>
    );
}
