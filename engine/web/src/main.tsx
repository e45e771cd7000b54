/*
 * main - one script for both pages: makes the parts, introduces them to each other, shows the page.
 */
import { render } from "preact";
import { Frame, type Page } from "./frame";
import { Handsets } from "./handsets";
import { House } from "./house";
import { Incidents } from "./incidents";
import { Latest } from "./latest";
import { Live } from "./live";
import { Phones } from "./phones";
import { Room } from "./room";
import type { Happening } from "./shapes";
import { language } from "./words";

const page: Page = location.pathname === "/phones" ? "phones" : "room";
const house = new House();
const incidents = new Incidents();
const handsets = new Handsets();
const latest = new Latest((id) => incidents.all.get(id) ?? handsets.incident(id));
const shown = page === "phones" ? handsets : incidents;

const live = new Live(
    {
        load: () => shown.load(),
        happened(e: Happening) {
            latest.happened(e);
            shown.happened(e);
            if (e.kind === "config_loaded") house.renew();
        },
    },
    () => language.now,
);

render(
    <Frame page={page} house={house} live={live} latest={latest}>
        {page === "phones" ? (
            <Phones handsets={handsets} />
        ) : (
            <Room house={house} incidents={incidents} />
        )}
    </Frame>,
    document.getElementById("page") as HTMLElement,
);
shown.watch(() => latest.learned());
language.watch(() => live.renew());
house.start();
live.start();
