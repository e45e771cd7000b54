/*
 * no_browser - the little of a browser that the pages' modules touch when they are loaded, for
 * tests that need none. Imported first.
 */
const globals = globalThis as unknown as Record<string, unknown>;

globals["document"] = { documentElement: { lang: "" } };
globals["localStorage"] = { getItem: () => "en", setItem: () => undefined };

export {};
