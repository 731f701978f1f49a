const names: Record<string, number> = {
    jan: 1, feb: 2, mar: 3, apr: 4, may: 5, jun: 6, jul: 7, aug: 8, sep: 9, oct: 10, nov: 11, dec: 12,
    sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6,
};

const ranges: [number, number][] = [[0, 59], [0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];

type Field = { any: boolean; has(value: number): boolean };

function parseField(text: string, [low, high]: [number, number]): Field | undefined {
    const values = new Set<number>();
    for (const part of text.toLowerCase().split(',')) {
        const match = /^(\*|[a-z]{3}|\d+)(?:-([a-z]{3}|\d+))?(?:\/(\d+))?$/.exec(part);
        if (!match) return undefined;
        const number = (word: string): number => names[word] ?? Number(word);
        const first = match[1] === '*' ? low : number(match[1]);
        const last = match[2] ? number(match[2]) : match[1] === '*' || match[3] ? high : first;
        const step = Number(match[3] ?? 1);
        if (Number.isNaN(first) || Number.isNaN(last) || first < low || last > high || first > last || step < 1) return undefined;
        for (let value = first; value <= last; value += step) values.add(value);
    }
    // Sunday is 0 and 7.
    if (high === 7 && values.has(7)) values.add(0);
    return { any: text === '*', has: (value) => values.has(value) };
}

/**
 * The next time after `after` at which a cron text (five fields, or six with seconds first) is due, in local time.
 * @returns undefined when the text is no cron text
 */
export function nextCron(text: string, after: Date): Date | undefined {
    const parts = text.trim().split(/\s+/);
    if (parts.length < 5 || parts.length > 6) return undefined;
    const fields = (parts.length === 5 ? ['0', ...parts] : parts).map((part, index) => parseField(part, ranges[index]));
    if (fields.some((field) => !field)) return undefined;
    const [seconds, minutes, hours, days, months, weekdays] = fields as Field[];
    const dayFits = (date: Date): boolean => {
        const [byDate, byWeekday] = [days.has(date.getDate()), weekdays.has(date.getDay())];
        // Cron's own rule: when both are restricted, either is enough.
        return days.any || weekdays.any ? byDate && byWeekday : byDate || byWeekday;
    };

    const date = new Date(after);
    date.setMilliseconds(0);
    date.setSeconds(date.getSeconds() + 1);
    const limit = new Date(after);
    limit.setFullYear(limit.getFullYear() + 8);
    while (date < limit) {
        if (!months.has(date.getMonth() + 1)) {
            date.setMonth(date.getMonth() + 1, 1);
            date.setHours(0, 0, 0);
        } else if (!dayFits(date)) {
            date.setDate(date.getDate() + 1);
            date.setHours(0, 0, 0);
        } else if (!hours.has(date.getHours())) date.setHours(date.getHours() + 1, 0, 0);
        else if (!minutes.has(date.getMinutes())) date.setMinutes(date.getMinutes() + 1, 0);
        else if (!seconds.has(date.getSeconds())) date.setSeconds(date.getSeconds() + 1);
        else return date;
    }
    return undefined;
}
