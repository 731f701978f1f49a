/**
 * The table of emoji that goes into `vendor/emojiTable.ts`: Rocket.Chat's short names (JoyPixels', whose older releases
 * are called emojione) and their Unicode characters, from emojibase-data.
 *
 * One emoji per line: `<characters> <first name> <other names…>`. A `+` behind the characters says that reactions carry
 * U+FE0F behind them (the Matrix spec wants the emoji presentation spelt out, as Element does), a `*` that the five skin
 * tones exist, with the names `<name>_tone1` … `<name>_tone5`. Emoji whose tones follow no such rule have lines of their own.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const tones = ['1F3FB', '1F3FC', '1F3FD', '1F3FE', '1F3FF'];
const characters = (hexcode) => String.fromCodePoint(...hexcode.split('-').map((code) => Number.parseInt(code, 16)));
const list = (names) => (names === undefined ? [] : [names].flat());

/** Names that Rocket.Chat's older emoji data has and JoyPixels' newer one has lost. */
const older = { '1F4F1': ['iphone'], '1F470': ['bride_with_veil'] };

/** Names that Rocket.Chat has and the data spells otherwise: they come first, it takes reactions by them alone. */
const spelt = { '1FA85': ['piñata'] };

/** @returns the table as text */
export function emojiTable() {
    const names = require('emojibase-data/en/shortcodes/joypixels.json');
    const lines = [];
    const add = ({ hexcode, emoji, type }, mark = '') => {
        const all = [...(spelt[hexcode] ?? []), ...list(names[hexcode]), ...(older[hexcode] ?? [])];
        if (all.length === 0) return;
        const plain = type === 1 && /[^\u200d]\ufe0f$/.test(emoji) && [...emoji].length === 2 ? emoji.slice(0, -1) : emoji;
        lines.push(`${plain}${plain === emoji ? '' : '+'}${mark} ${all.join(' ')}`);
    };
    for (const entry of require('emojibase-data/en/data.json')) {
        const skins = entry.skins ?? [];
        const regular = (skin) => isRegularTone(entry, skin, names);
        const ruled = skins.length >= tones.length && tones.every((_, index) => skins.some((skin) => skin.tone === index + 1 && regular(skin)));
        add(entry, ruled ? '*' : '');
        for (const skin of skins) {
            if (!(ruled && regular(skin))) add(skin);
        }
    }
    return lines.join('\n');
}

/** The tone stands behind the first character, and the first name is the first name without tone and `_tone<n>`. */
function isRegularTone({ hexcode, emoji }, skin, names) {
    const [first, ...rest] = [...emoji].filter((character, index) => !(index === 1 && character === '\ufe0f'));
    const tone = tones[skin.tone - 1];
    return tone !== undefined && skin.emoji === first + characters(tone) + rest.join('')
        && list(names[skin.hexcode])[0] === `${list(names[hexcode])[0]}_tone${skin.tone}`;
}
