/*
 * more_words - the words of a part of the pages that comes in a file of its own, beside those that
 * all have.
 */
import { inWords, say, type Word, WORDS } from "./words";

type Words = Record<string, readonly [string, string]>;
type Fill = Record<string, string | number>;

export interface Sayer<M extends Words> {
    /* A word or sentence, its {places} filled. */
    say(word: Word | (keyof M & string), fill?: Fill): string;
    /* The word for a name of the protocol; the name itself without one. */
    sayName(group: string, name: string): string;
}

export function sayerOf<M extends Words>(more: M): Sayer<M> {
    const sayOne = (word: string, fill: Fill = {}) => {
        const words = more[word];
        return words ? inWords(words, fill) : say(word as Word, fill);
    };
    return {
        say: sayOne,
        sayName: (group, name) => {
            const word = group + name;
            return word in more || word in WORDS ? sayOne(word) : name;
        },
    };
}
