import type { LineBuilder } from './builder';
import { linkTarget } from './escape';
import type { Run, Style } from './runs';
import { serializeRuns } from './serialize';

/** The spec's schemes for links (client-server API, "m.room.message msgtypes"), and `tel:`, which Rocket.Chat knows. */
const allowed = /^(?:https?|ftp|mailto|magnet|matrix|tel):/i;

/** What would end a label, in another form. */
const alike: Record<string, string> = { '<': '‹', '>': '›', '|': '¦' };

/**
 * Writes a link. Three forms: the bare address where it is its own label, `[label](address)`, and `<address|label>` for
 * labels that hold brackets or marks (it shows no formatting), and behind a bracket in the text, which the parser would take
 * for the beginning of the label.
 */
export function writeLink(href: string, label: Run[], builder: LineBuilder, style: Style): void {
    const text = label.map((run) => run.text).join('').trim();
    if (!allowed.test(href.trim()) || href.length > 2048) return label.forEach((run) => builder.text(run.text, run.kind, { ...style, ...run }));
    const target = linkTarget(href);
    if (text === '') return builder.text(target, 'address', style);
    if (isOwnLabel(target, text)) return builder.text(text, 'address', style);
    const plainLabel = text.replace(/[<>|]/g, (mark) => alike[mark]).replace(/\s+/g, ' ').trim();
    const formatted = label.some((run) => run.bold || run.italic || run.strike);
    if (plainLabel !== '' && (builder.bracketOpen || /[[\]*_~`\\]/.test(text) || (formatted && text.includes('://')))) return builder.text(`<${target}|${plainLabel}>`, 'raw', style);
    return builder.text(`[${formatted ? serializeRuns(label.map((run) => ({ ...run, bold: run.bold && !style.bold, italic: run.italic && !style.italic, strike: run.strike && !style.strike }))) : text}](${target})`, 'raw', style);
}

/** The parser links a bare address by itself: `https://a.org/b`, `a.org/b`, `a@b.org`. */
function isOwnLabel(target: string, text: string): boolean {
    if (!/^[^\s[\]()<>|"]+$/.test(text) || /[.,!%~*"':;=?_]$/.test(text)) return false;
    return target === text || target === `http://${text}` || target === `https://${text}` || target === `mailto:${text}` || target === `https:${text}`;
}
