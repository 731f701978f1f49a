import { URL } from 'url';
import type { BridgeConfig, ConfigProblem, ListenerConfig } from './BridgeConfig';
import type { RawSettings } from './settings';
import { SettingId } from './settings';

/** Either a configuration, or why there is none. */
export interface Validated {
    config?: BridgeConfig;
    problems: ConfigProblem[];
}

/** Matrix server names (appendices, "Server Name"): host name, IPv4 or [IPv6], with a port or without. */
const SERVER_NAME = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[0-9a-zA-Z](?:[0-9a-zA-Z.-]{0,228}[0-9a-zA-Z])?)(?::\d{1,5})?$/;
/** Characters of user ids that Synapse accepts in a sender's localpart (it refuses those that are escaped in URLs). */
const LOCALPART = /^[a-z0-9._/-]{1,64}$/;
const TOKEN = /^[\x21-\x7e]{16,255}$/;

/** The largest transaction of Synapse (100 events of 65 kB) has 6.5 MB. */
const DEFAULT_LIMIT_MB = 10;

const textOf = (raw: RawSettings, id: SettingId): string => {
    const value = raw[id];
    return typeof value === 'string' ? value.trim() : '';
};

/** @returns the URL without the slash at the end, or what is wrong with it */
export function checkUrl(text: string): { url: string } | { problem: string } {
    let url: URL;
    try {
        url = new URL(text);
    } catch (error) {
        return { problem: `"${text.slice(0, 100)}" is not a URL; it must look like https://matrix.example.org.` };
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        return { problem: 'The URL must begin with http:// or https://.' };
    }
    if (url.username || url.password) {
        return { problem: 'The URL must not hold a user name or a password.' };
    }
    if (url.search || url.hash) {
        return { problem: 'The URL must end before any "?" or "#".' };
    }
    return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, '') };
}

/**
 * A "Bridge URL" with a port and without the path of an app's API means a port of the app's own. With https somebody else
 * must be listening there: the app has no certificate.
 */
function listenerOf(address: string, megabytes: number): ListenerConfig | undefined {
    const port = /^http:\/\/[^/]*:(\d{1,5})(?:\/|$)/i.exec(address);
    const { pathname } = port ? new URL(address) : { pathname: '' };
    if (!port || pathname.includes('/api/apps/')) {
        return undefined;
    }
    return { port: Number(port[1]), basePath: pathname.replace(/\/+$/, ''), maxBytes: megabytes * 1_000_000 };
}

/** @returns megabytes, or what is wrong */
function intakeLimit(raw: RawSettings): number | string {
    const given = raw[SettingId.IntakeLimit];
    const megabytes = given === undefined || given === null || given === '' ? DEFAULT_LIMIT_MB : Number(given);
    const possible = Number.isInteger(megabytes) && megabytes >= 1 && megabytes <= 100;
    return possible ? megabytes : 'The largest transaction must be a whole number of megabytes from 1 to 100.';
}

function homeserverUrl(text: string): { url: string } | { problem: string } {
    if (text === '') {
        return { problem: 'The URL of the homeserver is missing.' };
    }
    const checked = checkUrl(text);
    return 'url' in checked && /\/_matrix(\/|$)/.test(checked.url) ? { problem: 'The URL of the homeserver must end before "/_matrix".' } : checked;
}

function domainProblem(domain: string): string | undefined {
    if (domain === '') {
        return 'The homeserver domain is missing: it is what stands behind the ":" in the Matrix ids of its users.';
    }
    if (domain.includes('://')) {
        return 'The homeserver domain is a name such as example.org, without "https://".';
    }
    return SERVER_NAME.test(domain) ? undefined : `"${domain.slice(0, 100)}" is not a server name; it must look like example.org.`;
}

function tokenProblem(token: string, name: string): string | undefined {
    if (token === '') {
        return `The ${name} is missing. Make new tokens with \`/matrix rotate-tokens\`.`;
    }
    return TOKEN.test(token) ? undefined : `The ${name} must have 16 to 255 characters, without white space. Make new tokens with \`/matrix rotate-tokens\`.`;
}

function namesProblems(id: string, localpart: string, prefix: string): [SettingId, string | undefined][] {
    const allowed = 'lower-case letters, digits and . _ - /';
    const taken = LOCALPART.test(prefix) && localpart.startsWith(prefix);
    return [
        [SettingId.Id, /^[\x21-\x7e]{1,255}$/.test(id) ? undefined : 'The application service id must have 1 to 255 characters, without white space.'],
        [
            SettingId.BridgeLocalpart,
            !LOCALPART.test(localpart) ? `The localpart of the bridge's user may hold only ${allowed}.`
                : taken ? 'The localpart of the bridge\'s user must not begin with the ghost prefix: a Rocket.Chat user could be taken for the bridge.' : undefined,
        ],
        [SettingId.GhostPrefix, LOCALPART.test(prefix) ? undefined : `The ghost prefix may hold only ${allowed}, and must not be empty.`],
    ];
}

/**
 * @param raw the settings as they are
 * @param privateApi where the app's private API is, without a slash at the end; undefined while that is not known
 * @returns a configuration when every setting is good, else a sentence for each that is not
 */
export function validate(raw: RawSettings, privateApi: string | undefined): Validated {
    const problems: ConfigProblem[] = [];
    const note = (setting: SettingId, message: string | undefined): void => {
        if (message) {
            problems.push({ setting, message });
        }
    };
    const address = homeserverUrl(textOf(raw, SettingId.HomeserverUrl));
    const ownAddress = textOf(raw, SettingId.BridgeUrl);
    const bridge = ownAddress === '' ? { url: privateApi || '' } : checkUrl(ownAddress);
    const domain = textOf(raw, SettingId.HomeserverDomain);
    const [id, hsToken, asToken] = [SettingId.Id, SettingId.HsToken, SettingId.AsToken].map((key) => textOf(raw, key));
    const [botLocalpart, ghostPrefix] = [SettingId.BridgeLocalpart, SettingId.GhostPrefix].map((key) => textOf(raw, key));

    const limit = intakeLimit(raw);

    note(SettingId.HomeserverUrl, 'problem' in address ? address.problem : undefined);
    note(SettingId.HomeserverDomain, domainProblem(domain));
    note(SettingId.BridgeUrl, 'problem' in bridge ? bridge.problem : undefined);
    note(SettingId.IntakeLimit, typeof limit === 'string' ? limit : undefined);
    namesProblems(id, botLocalpart, ghostPrefix).forEach(([setting, message]) => note(setting, message));
    note(SettingId.HsToken, tokenProblem(hsToken, 'homeserver token'));
    note(SettingId.AsToken, tokenProblem(asToken, 'application service token') || (asToken === hsToken ? 'The two tokens must not be the same.' : undefined));

    if (problems.length > 0 || 'problem' in address || 'problem' in bridge || typeof limit === 'string') {
        return { problems };
    }
    // Scripts write `"true"`: the server stores settings of apps as they come.
    const enabled = raw[SettingId.Enabled] === true || textOf(raw, SettingId.Enabled) === 'true';
    const listener = listenerOf(ownAddress, limit);
    const workspace = { userId: textOf(raw, SettingId.WorkspaceUser), token: textOf(raw, SettingId.WorkspaceToken) };
    const names = { id, hsToken, asToken, domain, botLocalpart, ghostPrefix };
    const optional = { ...(listener && { listener }), ...(workspace.userId || workspace.token ? { workspace } : {}) };
    return { config: { enabled, homeserverUrl: address.url, bridgeUrl: bridge.url, ...optional, ...names }, problems };
}
