/*
 * sound - a tone for who has switched it on: browsers let a page sound only once somebody has
 * pressed something on it, and a wall screen that is loaded anew is silent until then. Made by the
 * browser itself: no file is asked for.
 */
import { Source } from "./source";

const TONES_HZ = [880, 660, 880];
const TONE_S = 0.25;

class Sound extends Source {
    private context: AudioContext | null = null;

    get on(): boolean {
        return this.context !== null;
    }

    /* On, with a tone that proves it; off. */
    turn(): void {
        if (this.context) void this.context.close();
        this.context = this.context ? null : new AudioContext();
        this.ring();
        this.changed();
    }

    ring(): void {
        const { context } = this;
        if (!context) return;
        TONES_HZ.forEach((hz, n) => {
            const tone = context.createOscillator();
            tone.frequency.value = hz;
            tone.connect(context.destination);
            tone.start(context.currentTime + n * TONE_S);
            tone.stop(context.currentTime + (n + 1) * TONE_S);
        });
    }
}

export const sound = new Sound();
