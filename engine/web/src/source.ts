/*
 * source - something that changes, and those who show it.
 *
 * A source says "changed" however often; its readers hear it once a frame of the browser, so that a
 * burst of events costs one rendering.
 */
import { useEffect, useState } from "preact/hooks";

export class Source {
    private readonly readers = new Set<() => void>();
    private told = true;

    /* Call `reader` after each change. Gives what ends it. */
    watch(reader: () => void): () => void {
        this.readers.add(reader);
        return () => this.readers.delete(reader);
    }

    protected changed(): void {
        if (!this.told) return;
        this.told = false;
        queueMicrotask(() => {
            this.told = true;
            for (const reader of [...this.readers]) reader();
        });
    }
}

/* Render anew whenever one of these changes. */
export function useSource(...sources: Source[]): void {
    const [, again] = useState(0);
    useEffect(() => {
        const ends = sources.map((source) => source.watch(() => again((n) => n + 1)));
        return () => ends.forEach((end) => end());
    }, sources);
}
