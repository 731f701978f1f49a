/** Below this a message counts as live: clocks differ, homeservers and bridges take their time. */
const late = 5 * 60_000;

/**
 * Rocket.Chat takes no message with a time of its own (`apps/meteor/server/meteor-methods/messages/sendMessage.ts`): one that
 * comes late says when it was written.
 * @param ts when it was written, milliseconds since the epoch
 * @param now the present, likewise
 * @returns the text, with the time in front if it is late; a time in the future is nobody's
 */
export function withOriginalTime(text: string, ts: number, now: number): string {
    const date = new Date(ts);
    if (!(now - ts > late) || ts <= 0 || Number.isNaN(date.getTime())) return text;
    const [day, time] = date.toISOString().split('T');
    const separator = /^(?:[#>|-]|```|\d+\.)/.test(text) ? '\n' : ' ';
    return `🕒 ${day} ${time.slice(0, 5)} UTC:${separator}${text}`;
}
