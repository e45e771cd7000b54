/*
 * page - what every page is made of: its parts are made, introduced to each other, and shown.
 */
import { type ComponentChildren, render } from "preact";
import { drafts } from "./drafts";
import { Frame, type Page } from "./frame";
import { House } from "./house";
import { type About, Latest } from "./latest";
import { Live, type LiveReader } from "./live";
import type { Happening } from "./shapes";
import type { Source } from "./source";
import { language } from "./words";

/* What a page shows. */
export interface Shown extends Source, LiveReader {}

/* aboutOf  what the page knows of an incident */
export function begin(
    page: Page,
    shown: Shown,
    aboutOf: (incident: string) => About | undefined,
    view: (house: House) => ComponentChildren,
): void {
    const house = new House();
    const latest = new Latest(aboutOf);
    const live = new Live(
        {
            load: () => shown.load(),
            happened(e: Happening) {
                latest.happened(e);
                shown.happened(e);
                house.happened(e.kind);
            },
        },
        () => language.now,
    );
    render(
        <Frame page={page} house={house} live={live} latest={latest}>
            {view(house)}
        </Frame>,
        document.getElementById("page") as HTMLElement,
    );
    addEventListener("beforeunload", (e) => {
        if (drafts.size) e.preventDefault();
    });
    shown.watch(() => latest.learned());
    language.watch(() => live.renew());
    house.start();
    live.start();
}
