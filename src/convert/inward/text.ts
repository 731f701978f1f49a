import type { MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { InwardContext } from '../types';
import { isObject, text } from '../values';
import { ElementReader, type Mentioned } from './elements';
import { parseHtml } from './html';
import { LineBuilder } from './dialect/builder';
import { clean, joiner, roomMention, type Style } from './dialect/runs';
import { serialize } from './dialect/serialize';

/** Nothing that anybody could see: Rocket.Chat would show an empty line. */
const invisible = /^[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]*$/;

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
    const reader = new ElementReader(context, mentionedBy(content, context));
    const converted = html === undefined || html.trim() === '' ? readBody(body, reader, style) : serialize(reader.read(parseHtml(html), style));
    const shown = invisible.test(converted) && html !== undefined ? convertBody(body, context, style) : converted;
    return invisible.test(shown) ? '' : finish(shown);
}

function mentionedBy(content: Content, context: InwardContext): Mentioned {
    const mentions = content['m.mentions'];
    if (!isObject(mentions)) return nobody;
    const ids: unknown[] = Array.isArray(mentions.user_ids) ? mentions.user_ids : [];
    return { room: Boolean(context.mayMentionRoom) && mentions.room === true, names: namesOf(content, context), isSilent: (id) => !ids.includes(id) };
}

/** Where nothing is said of mentions: pills ring. */
const nobody: Mentioned = { room: false, names: new Map(), isSilent: () => false };

/** How many of the mentioned are looked for in the text. */
const mostMentioned = 50;

/** @returns those whom the sender mentions (Matrix spec, "User and room mentions"); texts without pills name them by their ids */
export function mentionedIds(content: Content): MatrixUserId[] {
    const { user_ids: ids } = isObject(content['m.mentions']) ? content['m.mentions'] : { user_ids: undefined };
    return Array.isArray(ids) ? ids.slice(0, mostMentioned).filter((id: unknown): id is MatrixUserId => typeof id === 'string' && /^@[^\s:@]+:\S+$/.test(id)) : [];
}

function namesOf(content: Content, context: InwardContext): Map<string, string> {
    const names = new Map<string, string>();
    for (const id of mentionedIds(content)) {
        const username = context.username?.(id);
        if (username !== undefined) names.set(id, username);
    }
    return names;
}

/** Plain text: shown as it is, so what looks like a mark is escaped. */
export const convertBody = (body: string, context: InwardContext = {}, style: Style = {}): string => readBody(body, new ElementReader(context, nobody), style);

/** What the bridge quotes of a stranger in a line of its own words: rings nobody. */
export const quietLine = (words: string): string => finish(convertBody(words.replace(/\s+/g, ' ').trim().replace(/@/g, `@${joiner}`)));

function readBody(body: string, reader: ElementReader, style: Style): string {
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
