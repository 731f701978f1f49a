const units: [RegExp, number][] = [
    [/^(milliseconds?|ms)$/, 1],
    [/^(seconds?|secs?|s)$/, 1_000],
    [/^(minutes?|mins?|m)$/, 60_000],
    [/^(hours?|hrs?|h)$/, 3_600_000],
    [/^(days?|d)$/, 86_400_000],
    [/^(weeks?|w)$/, 604_800_000],
    [/^(months?)$/, 2_592_000_000],
    [/^(years?|y)$/, 31_536_000_000],
];

const words: Record<string, number> = {
    a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, half: 0.5,
};

/**
 * A human interval: "10 seconds", "2 minutes and 30 seconds", "one hour" (the package `human-interval`, which the
 * server's scheduler uses).
 * @returns milliseconds; NaN when the text is none
 */
export function humanInterval(text: string | number): number {
    if (typeof text === 'number') return text;
    if (!text.trim()) return Number.NaN;
    if (/^\d+$/.test(text.trim())) return Number(text);
    const parts = text.toLowerCase().replace(/(\d)([a-z])/g, '$1 $2').replace(/,|\band\b/g, ' ').trim().split(/\s+/);
    let total = 0;
    for (let index = 0; index < parts.length; index += 2) {
        const count = words[parts[index]] ?? Number(parts[index]);
        const unit = units.find(([pattern]) => pattern.test(parts[index + 1] ?? ''))?.[1];
        total += count * (unit ?? Number.NaN);
    }
    return total;
}

/**
 * When a job that is scheduled once shall run: a date, or a human interval from now ("in 10 seconds", "10 seconds", "now").
 * @returns undefined when the text says no time
 */
export function timeOf(when: Date | string, now = new Date()): Date | undefined {
    const date = new Date(when);
    if (!Number.isNaN(date.getTime())) return date;
    const text = String(when).trim().toLowerCase().replace(/^in\s+/, '').replace(/\s+from now$/, '');
    if (text === 'now') return now;
    const interval = humanInterval(text);
    return Number.isNaN(interval) ? undefined : new Date(now.getTime() + interval);
}
