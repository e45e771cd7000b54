/*
 * usable - a mark in the browser's own record of times: from here on the page shows what it is for.
 */
import { useEffect } from "preact/hooks";

const MARK = "usable";

/* Set it, once, behind the first rendering with `loaded`. */
export function useUsableMark(loaded: boolean): void {
    useEffect(() => {
        if (loaded && performance.getEntriesByName(MARK).length === 0) performance.mark(MARK);
    }, [loaded]);
}
