import { createHash } from 'crypto';
import { loadJsYaml } from '../../vendor/jsYaml';
import type { BridgeConfig } from '../config/BridgeConfig';

/** Fields of the registration that come from the settings. */
export interface Registration {
    id: string;
    url: string;
    as_token: string;
    hs_token: string;
    sender_localpart: string;
    rate_limited: false;
    receive_ephemeral: true;
    'de.sorunome.msc2409.push_ephemeral': true;
    namespaces: { users: Namespace[]; aliases: Namespace[]; rooms: Namespace[] };
}

interface Namespace {
    exclusive: true;
    regex: string;
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * The registration of the application service ("Registration" in the application service API). Anchored at both ends: the
 * homeservers themselves anchor at the beginning only, or not at all (Dendrite). No look-ahead: Go has none.
 * @param config with a known bridge URL
 */
export function registrationOf(config: BridgeConfig): Registration {
    const own = (sigil: '@' | '#'): Namespace[] => [{ exclusive: true, regex: `^${sigil}${escapeRegex(config.ghostPrefix)}.*:${escapeRegex(config.domain)}$` }];
    return {
        id: config.id,
        // Dendrite doubles a slash at the end.
        url: config.bridgeUrl.replace(/\/+$/, ''),
        as_token: config.asToken,
        hs_token: config.hsToken,
        sender_localpart: config.botLocalpart,
        rate_limited: false,
        receive_ephemeral: true,
        'de.sorunome.msc2409.push_ephemeral': true,
        namespaces: { users: own('@'), aliases: own('#'), rooms: [] },
    };
}

/** @returns the registration as YAML; every text quoted, so that no token is taken for a number */
export function registrationYaml(registration: Registration): string {
    const { dump } = loadJsYaml() as { dump(value: unknown, options: Record<string, unknown>): string };
    return `# Registration of the Matrix bridge of Rocket.Chat. It holds secrets. Restart the homeserver after a change.\n${dump(registration, { forceQuotes: true, lineWidth: -1 })}`;
}

/** @returns a digest of each field, to tell later which of them differ without keeping the secrets */
export function registrationDigests(registration: Registration): Record<string, string> {
    const digests: Record<string, string> = {};
    for (const [field, value] of Object.entries(registration)) {
        digests[field] = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
    }
    return digests;
}

/** @returns the names of the fields that are not the same */
export function changedFields(before: Record<string, string>, after: Record<string, string>): string[] {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((field) => before[field] !== after[field]);
}
