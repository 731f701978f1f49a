/** Deeper than any content that the bridge understands, flat enough for everything that walks a value recursively. */
const DEEPEST = 100;

/**
 * Parses JSON of strangers: keys `__proto__` are left out, and what lies deeper than 100 levels becomes `null`. Neither can
 * be handed to an accessor of the engine (they break its transport), and nobody writes them in good faith.
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
    return tamed(JSON.parse(text), 1);
}

/**
 * Text in Rocket.Chat can hold half of a surrogate pair, which JSON writes as an escape. Synapse answers that with 500, for
 * ever: it takes U+FFFD in its place.
 * @param json as `JSON.stringify` writes it
 */
export function wellFormed(json: string): string {
    return json.includes('\\ud') ? json.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|[^])/g, (escape, lone?: string) => (lone ? '\ufffd' : escape)) : json;
}

function tamed(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) {
        return value;
    }
    if (depth > DEEPEST) {
        return null;
    }
    const container = value as Record<string, unknown>;
    for (const key of Object.keys(container)) {
        if (key === '__proto__') {
            delete container[key];
            continue;
        }
        const inner = container[key];
        if (typeof inner === 'object' && inner !== null) {
            container[key] = tamed(inner, depth + 1);
        }
    }
    return value;
}
