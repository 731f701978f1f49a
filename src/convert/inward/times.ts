/** Below this a message counts as live: clocks differ, homeservers and bridges take their time. */
const late = 5 * 60_000;
/** Links of quotes stand in front of all: the server looks for them there. */
const quotes = /^(?:\[[ ↩]\]\([^\s()]+\)\s*)*/;
const mark = /^(🕒 \d{4}-\d\d-\d\d \d\d:\d\d UTC)(?::\s?|$)/;

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
    return inFront(`🕒 ${day} ${time.slice(0, 5)} UTC`, text);
}

/** @returns the text as it is without the time in front of it */
export function withoutOriginalTime(text: string): string {
    const [quote] = quotes.exec(text) ?? [''];
    return `${quote}${text.slice(quote.length).replace(mark, '')}`.trim();
}

/** An edit of a message that came late: the time stays. @param before the text as it stands */
export function keepOriginalTime(before: string, text: string): string {
    const [, time] = mark.exec(before.replace(quotes, '')) ?? [];
    return time === undefined ? text : inFront(time, text);
}

function inFront(time: string, text: string): string {
    const [quote] = quotes.exec(text) ?? [''];
    const rest = text.slice(quote.length);
    if (rest === '') return `${quote}${quote === '' || /\s$/.test(quote) ? '' : ' '}${time}`;
    const separator = /^(?:[#>|-]|```|\d+\.)/.test(rest) ? '\n' : ' ';
    return `${quote}${time}:${separator}${rest}`;
}
