/*
 * markdown - the little of it that reports are written in: headings, lists, paragraphs. All else is
 * shown as it was typed; nothing in it becomes markup.
 */
import { Written } from "./text";

/* "a \* b" is what somebody wrote as "a * b". */
function plain(text: string): string {
    return text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

function Line({ text }: { text: string }) {
    const heading = /^#{1,6} +(.*)$/.exec(text);
    if (heading) {
        return (
            <p class={text.startsWith("# ") ? "title" : "part"}>
                <Written text={plain(heading[1] ?? "")} />
            </p>
        );
    }
    const item = /^[-*] +(.*)$/.exec(text);
    return item ? (
        <p class="item">
            <Written text={plain(item[1] ?? "")} />
        </p>
    ) : (
        <p>
            <Written text={plain(text)} />
        </p>
    );
}

export function Markdown({ text }: { text: string }) {
    return (
        <div class="markdown">
            {text.split("\n").map((line, n) => (line.trim() ? <Line key={n} text={line} /> : null))}
        </div>
    );
}
