/*
 * stream - the bytes of text/event-stream as messages. Pure.
 *
 * The browser's own EventSource is not used: it hides the heartbeats, so that a page could not tell
 * a quiet night from a dead line, and it hides the status of a refusal.
 *
 * What stands behind the last empty line when the stream ends is no message, maybe half of one.
 */

export interface Message {
    id: string | null; /* null: none was given */
    kind: string; /* "message" when none was given */
    data: string;
}

export class StreamReader {
    private rest = "";
    private id: string | null = null;
    private kind = "";
    private data: string[] = [];

    /* Messages that are whole with this text, which may end anywhere. */
    feed(text: string): Message[] {
        const lines = (this.rest + text).split("\n");
        this.rest = lines.pop() ?? "";
        const messages: Message[] = [];
        for (const line of lines) {
            const message = this.take(line.endsWith("\r") ? line.slice(0, -1) : line);
            if (message) messages.push(message);
        }
        return messages;
    }

    private take(line: string): Message | null {
        if (line === "") return this.finish();
        const colon = line.indexOf(":");
        if (colon === 0) return null; /* a heartbeat */
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (name === "data") this.data.push(value);
        else if (name === "event") this.kind = value;
        else if (name === "id") this.id = value;
        return null;
    }

    private finish(): Message | null {
        const { id, kind, data } = this;
        this.id = null;
        this.kind = "";
        this.data = [];
        if (id === null && kind === "" && data.length === 0) return null;
        return { id, kind: kind || "message", data: data.join("\n") };
    }
}
