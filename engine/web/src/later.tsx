/*
 * later - what a page needs only when somebody works with it: forms, and reports as they are read.
 * It is a file of its own (work.ts), so that what is looked at is there at once.
 *
 *     AWAY --somebody opens it, or the page has shown what it is for--> LOADING --> THERE
 *     LOADING --no answer, or the daemon is another one by now--> FAILED --again--> LOADING
 *
 * It is fetched soon after the page is usable, before anybody asks: a line that goes down later
 * leaves the forms where they are.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Source, useSource } from "./source";
import { say } from "./words";

type Work = typeof import("./work");

class Loader extends Source {
    work: Work | null = null;
    failed = false;

    load(): void {
        if (this.work) return;
        import("./work").then(
            (work) => {
                this.work = work;
                this.failed = false;
                this.changed();
            },
            () => {
                this.failed = true;
                this.changed();
            },
        );
    }
}

const loader = new Loader();

/* Soon, yet after all that has to be drawn now. */
export function fetchSoon(): void {
    setTimeout(() => loader.load(), 0);
}

export function Later(props: { of: (work: Work) => ComponentChildren }) {
    useSource(loader);
    useEffect(() => loader.load(), []);
    if (loader.work) return <>{props.of(loader.work)}</>;
    return loader.failed ? (
        <p class="refusal" role="alert">
            {say("unreachable")}{" "}
            <button type="button" onClick={() => location.reload()}>
                {say("reload")}
            </button>
        </p>
    ) : (
        <p class="quiet">{say("loading")}</p>
    );
}

/* A part of the page that is made when it is opened, and stays. */
export function LaterFold(props: {
    title: ComponentChildren;
    class?: string;
    open?: boolean; /* at first, and then left to whoever uses it */
    of: (work: Work) => ComponentChildren;
}) {
    const [opened, setOpened] = useState(false);
    return (
        <details
            class={`fold ${props.class ?? ""}`}
            open={props.open}
            onToggle={(e) => setOpened((was) => was || e.currentTarget.open)}
        >
            <summary>{props.title}</summary>
            {opened ? <Later of={props.of} /> : null}
        </details>
    );
}
