/** docs/settings.md: every setting of the app, from its definition and its English texts. */
import { readFileSync } from 'node:fs';
import { settings } from '../../src/config/settings';

type Texts = Record<string, string>;

const kinds: Record<string, string> = { boolean: 'on or off', string: 'text', password: 'secret text', code: 'text, read only', select: 'choice', int: 'number', number: 'number' };

/** @throws Error when a setting has no text: the admin page would show a bare key */
const textOf = (texts: Texts, key: string): string => {
    const text = texts[key];
    if (!text) {
        throw new Error(`i18n/en.json has no "${key}"`);
    }
    return text;
};

const defaultOf = (value: unknown): string => (value === '' ? 'empty' : value === false ? 'off' : value === true ? 'on' : `\`${String(value)}\``);

export const settingsPage = (): string => {
    const texts: Texts = JSON.parse(readFileSync('i18n/en.json', 'utf8'));
    const sections = [...new Set(settings.map(({ section }) => section ?? ''))];
    const parts = sections.map((section) => {
        const entries = settings.filter((setting) => setting.section === section).map((setting) => {
            const alert = setting.i18nAlert ? [`> ${textOf(texts, setting.i18nAlert)}`, ''] : [];
            return [
                `### ${textOf(texts, setting.i18nLabel)}`,
                '',
                `\`${setting.id}\` · ${kinds[setting.type] ?? setting.type} · at first: ${defaultOf(setting.packageValue)}`,
                '',
                textOf(texts, setting.i18nDescription ?? `${setting.id}_description`),
                '',
                ...alert,
            ].join('\n');
        });
        return [`## ${textOf(texts, section)}`, '', ...entries].join('\n');
    });
    return [
        '# Settings',
        '',
        '<!-- Made by `npm run docs` from src/config/settings.ts and i18n/en.json: do not edit. -->',
        '',
        'At *Administration → Marketplace → Installed → Matrix Bridge → Settings*. Ids are for scripts: `POST /api/apps/<app id>/settings` with',
        '`{"settings": [{"id": …, "value": …}]}`. A change takes effect at once; when the homeserver needs the new registration, the admins are told.',
        '',
        ...parts,
    ].join('\n').trimEnd().concat('\n');
};
