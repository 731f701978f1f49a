const UNITS: [milliseconds: number, name: string][] = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1_000, 's']];

/** @returns `1 item`, `2 items` */
export const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** @param ms milliseconds @returns the time in its largest unit: `3 min`, at least a second */
export function duration(ms: number): string {
    const [size, name] = UNITS.find(([unit]) => ms >= unit) || UNITS[UNITS.length - 1];
    return `${Math.max(1, Math.floor(ms / size))} ${name}`;
}

/** @param at milliseconds since the epoch @returns `2026-11-21 15:54 UTC` */
export const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** @returns the direction, from the side of Rocket.Chat */
export const towards = (direction: 'in' | 'out'): string => (direction === 'out' ? 'to Matrix' : 'from Matrix');

/** @returns numbers by direction: `2 to Matrix, 1 from Matrix`, without those that are 0 */
export function byDirection(counts: Record<'in' | 'out', number>): string {
    return (['out', 'in'] as const).filter((direction) => counts[direction]).map((direction) => `${counts[direction]} ${towards(direction)}`).join(', ');
}

/** @returns the text of somebody else as code of one line: nothing in it is formatted, nobody is mentioned */
export const asCode = (text: string): string => `\`${text.replace(/[`\s]+/g, ' ').trim()}\``;
