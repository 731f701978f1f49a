import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import { parseMessageLink } from '../messageLinks';
import type { OutwardContext } from '../types';
import { plainText, type Node } from './ast';

const schemes = ['http:', 'https:', 'ftp:', 'mailto:', 'magnet:', 'matrix:'];
const scripts = ['javascript:', 'data:', 'vbscript:'];
const wordJoiner = '\u2060';

/** A mention of somebody as the parser found it, with what does not belong to the name. */
export interface FoundMention {
    /** The mention as text, when nobody is behind it. */
    before: string;
    person?: { id: MatrixUserId; name: string };
    rest: string;
}

/** What both renderings of one message share: its look-ups and whom it mentions. */
export class Scope {
    public readonly users = new Set<MatrixUserId>();
    public room = false;

    constructor(public readonly context: OutwardContext) {}

    /** Looks up a mention and counts it. The parser takes a full stop or hyphen behind a name into it. */
    public mention(raw: string): FoundMention {
        for (const candidate of nameCandidates(raw)) {
            const rest = raw.slice(candidate.length);
            if (candidate === 'all' || candidate === 'here') {
                if (!this.context.mayMentionRoom) return { before: `@${candidate}`, rest };
                this.room = true;
                return { before: '@room', rest };
            }
            const person = this.context.user?.(candidate);
            if (!person) continue;
            this.users.add(person.id);
            return { before: `@${candidate}`, person, rest };
        }
        return { before: '', rest: this.defuse(`@${raw}`) };
    }

    /** @returns the event of a message of this room that a link points at */
    public eventOf(href: string): MatrixEventId | undefined {
        const target = parseMessageLink(href, this.context.siteUrl);
        return target && this.context.event?.(target.message);
    }

    /** @returns a link that Matrix clients may open; undefined for other schemes (`javascript:`, `tel:`, …) */
    public href(raw: string): string | undefined {
        const href = raw.startsWith('//') ? `https:${raw}` : raw.startsWith('/') ? this.context.siteUrl.replace(/\/+$/, '') + raw : raw;
        const scheme = schemeOf(href);
        if (scheme === undefined) return /^[^\s/]+\.[^\s]+$/.test(href) ? `https://${href}` : undefined;
        return schemes.includes(scheme) ? href.trim() : undefined;
    }

    /** Whether an address that Matrix clients do not open is told in words (`tel:`, `smb:`, …), and no script. */
    public mayBeShown(raw: string): boolean {
        return !scripts.includes(schemeOf(raw) ?? '');
    }

    /** Keeps a `@room` that is no mention from ringing in clients that look for the word in the text. */
    public defuse(text: string): string {
        return text.replace(/(^|\W)@room\b/g, `$1@${wordJoiner}room`);
    }

    /** The text of a leaf: plain text, a time in words, or of a type that is not known whatever text it holds. */
    public leaf(node: Node): string {
        if (node.type !== 'TIMESTAMP') return (plainText(node.value) || plainText(node.fallback)).replace(/\r\n?/g, '');
        return timeText(node);
    }
}

const schemeOf = (href: string): string | undefined => /^[a-z][a-z0-9+.-]*:/i.exec(href.replace(/[\u0000-\u0020]/g, ''))?.[0].toLowerCase();

/** The name, and the name without full stops and the like at its end. */
export function nameCandidates(raw: string): string[] {
    const trimmed = raw.replace(/[._:@-]+$/, '');
    return trimmed === raw || trimmed === '' ? [raw] : [raw, trimmed];
}

/** A `<t:…>` as a date in UTC: Matrix has no element for a time that each reader sees in the own zone. */
function timeText({ value }: Node): string {
    const { timestamp } = (value ?? {}) as { timestamp?: unknown };
    const date = new Date(typeof timestamp === 'string' && /^\d+$/.test(timestamp) ? Number(timestamp) * 1000 : String(timestamp));
    return Number.isNaN(date.getTime()) ? String(timestamp) : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
