import type { Content } from '../../matrix/Homeserver';
import type { InwardContext } from '../types';
import { isObject, text } from '../values';
import { ElementReader } from './elements';
import { parseHtml } from './html';
import { LineBuilder } from './dialect/builder';
import { clean, joiner, roomMention, type Style } from './dialect/runs';
import { serialize } from './dialect/serialize';

/** An event can have no more; what a homeserver lets through beyond is cut. */
const longest = 100000;

/**
 * Converts the text of a content: `formatted_body` when it is HTML, else `body`.
 * @param options emote: all of it is italic, as `/me` makes it on Rocket.Chat; reply: the old fallback is taken off
 */
export function convertText(content: Content, context: InwardContext, options: { emote?: boolean; reply?: boolean } = {}): string {
    const style: Style = options.emote ? { italic: true } : {};
    const html = content.format === 'org.matrix.custom.html' ? text(content.formatted_body, longest) : undefined;
    const body = withoutFallback(text(content.body, longest) ?? '', options.reply === true);
    const converted = html === undefined || html.trim() === '' ? convertBody(body, context, roomMentioned(content, context), style)
        : convertHtml(html, context, roomMentioned(content, context), style);
    return finish(converted === '' && html !== undefined ? convertBody(body, context, false, style) : converted);
}

const roomMentioned = (content: Content, context: InwardContext): boolean =>
    Boolean(context.mayMentionRoom) && isObject(content['m.mentions']) && content['m.mentions'].room === true;

const convertHtml = (html: string, context: InwardContext, room: boolean, style: Style): string =>
    serialize(new ElementReader(context, room).read(parseHtml(html), style));

/** Plain text: shown as it is, so what looks like a mark is escaped. */
export function convertBody(body: string, context: InwardContext = {}, room = false, style: Style = {}): string {
    const reader = new ElementReader(context, room);
    const builder = new LineBuilder();
    clean(body).split('\n').forEach((line, index) => {
        if (index > 0) builder.lineBreak();
        reader.plain(line, builder, style);
    });
    return serialize(builder.finish());
}

/** The lines of the fallback that replies had before Matrix 1.13: `> <@user:server> …`, then a blank line. */
function withoutFallback(body: string, reply: boolean): string {
    if (!reply || !/^> (?:\* )?<@[^>]*>/.test(body)) return body;
    const lines = body.split('\n');
    const end = lines.findIndex((line) => !line.startsWith('>'));
    return end < 0 ? '' : lines.slice(lines[end] === '' ? end + 1 : end).join('\n');
}

/**
 * Nobody rings the whole room from Matrix but by a mention that the sender's rights allow: the server looks for `@all` and
 * `@here` in the raw text, in code as well (`apps/meteor/app/mentions/lib/MentionsParser.ts`).
 */
export const finish = (converted: string): string => converted
    .replace(/(^|[^\w/%=?&.|-])@(?=(?:all|here)(?![A-Za-z0-9]))/gi, `$1@${joiner}`)
    .replace(new RegExp(roomMention, 'g'), '@');
