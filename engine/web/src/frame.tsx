/*
 * frame - what stands around every page: where one is, whether the picture is live, the language.
 *
 * The state of the connection is said in words, in colour, and by the clock beside it, which stands
 * still if the page does.
 */
import type { ComponentChildren } from "preact";
import type { House } from "./house";
import type { Latest } from "./latest";
import { linkTo } from "./link";
import type { Live } from "./live";
import { DrillMark } from "./marks";
import type { Ping } from "./shapes";
import { useSource } from "./source";
import { Moment, Written } from "./text";
import { clock, now, useNow } from "./time";
import { language, say } from "./words";

export type Page = "room" | "phones";

/* By hand: the hash says which incident is shown. */
function skip(e: Event): void {
    e.preventDefault();
    document.getElementById("main")?.focus();
}

function Clock() {
    return (
        <time class="clock" role="timer" aria-live="off">
            {clock(useNow(), true)}
        </time>
    );
}

function Connection(props: { live: Live }) {
    const { state } = props.live;
    return (
        <p class={`connection ${state}`} role="status">
            <span class="dot" aria-hidden="true" />
            {say(state)}
        </p>
    );
}

/* Over the whole width: what is below is not the present. */
function Warning(props: { live: Live; seen: boolean }) {
    const { live, seen } = props;
    const since = () => clock(live.heardAt + now() - Date.now(), true);
    if (live.state === "denied" && seen) {
        return (
            <p class="not-live" role="alert">
                {say("denied_since", { at: since() })} <a href="/login">{say("sign_in")}</a>
            </p>
        );
    }
    if (live.state !== "lost") return null;
    return (
        <p class="not-live" role="alert">
            {seen ? say("lost_since", { at: since() }) : say("never_heard")}
        </p>
    );
}

/* Instead of the page, for who may not see it. */
function SignIn() {
    return (
        <div class="empty">
            <h1>{say("denied")}</h1>
            <p>
                {say("denied_text")} <a href="/login">{say("sign_in")}</a>
            </p>
        </div>
    );
}

function Pages(props: { page: Page; demo: boolean }) {
    const link = (page: Page, href: string) => (
        <a href={href} aria-current={props.page === page ? "page" : undefined}>
            {say(page)}
        </a>
    );
    return (
        <nav aria-label={say("pages")}>
            {link("room", "/")}
            {props.demo || props.page === "phones" ? link("phones", "/phones") : null}
        </nav>
    );
}

function LanguageButton() {
    const other = language.now === "zh" ? "en" : "zh";
    return (
        <button
            type="button"
            class="language"
            lang={other === "zh" ? "zh-CN" : "en"}
            onClick={() => language.choose(other)}
        >
            {say("other_language")}
        </button>
    );
}

/* The last thing that matters, for eyes and for screen readers. */
function LatestLine(props: { latest: Latest }) {
    useSource(props.latest);
    const e = props.latest.event;
    if (!e) return <p class="latest none" role="status" />;
    const about = props.latest.about();
    /* the sentence of a trigger names the title itself, and the drill */
    const named = e.kind === "incident_opened";
    return (
        <p class="latest" role="status">
            <span class="what">{say("latest")}</span> <Moment at={e.at} seconds plain />{" "}
            {about?.drill && !named ? <DrillMark /> : null} <Written text={e.text} />
            {e.incident && !named && about?.title ? (
                <>
                    {" · "}
                    <a href={linkTo(e.incident)}>
                        <Written text={about.title} />
                    </a>
                </>
            ) : null}
        </p>
    );
}

/* Whom the daemon takes whoever is not signed in for. */
const STRANGERS = ["demo", "nobody"];

function Who(props: { ping: Ping }) {
    const { version, principal } = props.ping;
    return (
        <>
            <p>
                {say("muster")} {say("version", { version })} ·{" "}
                {say("signed_in_as", { who: principal })}
            </p>
            {STRANGERS.includes(principal) ? (
                <a href="/login">{say("sign_in")}</a>
            ) : (
                <form method="post" action="/logout">
                    <button class="plain">{say("sign_out")}</button>
                </form>
            )}
        </>
    );
}

export function Frame(props: {
    page: Page;
    house: House;
    live: Live;
    latest: Latest;
    children: ComponentChildren;
}) {
    const { house, live, latest, page } = props;
    useSource(house, live, language);
    const isOld = live.state === "lost" || live.state === "denied";
    return (
        <>
            <a class="skip" href="#main" onClick={skip}>
                {say("skip")}
            </a>
            <header>
                <p class="brand">
                    <a href="/">{say("muster")}</a>
                </p>
                <Pages page={page} demo={house.ping?.demo ?? false} />
                <div class="standing-by">
                    <Connection live={live} />
                    <Clock />
                    <LanguageButton />
                </div>
            </header>
            <div class="tellings">
                <Warning live={live} seen={live.asOf !== ""} />
                <LatestLine latest={latest} />
            </div>
            <main id="main" tabIndex={-1} class={isOld ? "old" : ""}>
                {live.state === "denied" && !live.asOf ? <SignIn /> : props.children}
            </main>
            <footer>
                {house.ping ? <Who ping={house.ping} /> : null}
                {live.asOf ? <p class="as-of">{say("as_of", { id: live.asOf })}</p> : null}
            </footer>
        </>
    );
}
