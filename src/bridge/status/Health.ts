import type { BridgeConfig } from '../../config/BridgeConfig';
import { BridgeError } from '../../errors/BridgeError';
import { serverOf } from '../../ids/matrix';
import type { Homeserver, PingOutcome } from '../../matrix/Homeserver';
import type { Workspace } from '../../rocketchat/Workspace';
import type { EchoRoom } from './EchoRoom';

/** One line of the status. */
export interface Finding {
    good: boolean;
    text: string;
}

const ECHO_PATIENCE_MS = 10_000;

const good = (text: string): Finding => ({ good: true, text });
const bad = (text: string): Finding => ({ good: false, text });

/** @returns the sentence for the person, with what the other side said */
function inWords(error: unknown): string {
    if (!(error instanceof BridgeError)) {
        return 'The check failed because of an error in the bridge.';
    }
    return error.detail ? `${error.userMessage} (${error.detail})` : error.userMessage;
}

type FailedPing = Extract<PingOutcome, { ok: false }>;

const pingWords: Record<Exclude<FailedPing['reason'], 'unsupported'>, (url: string) => string> = {
    'bridge-unreachable': (url) => `The homeserver cannot reach the bridge under ${url}. Is this address right as seen from the homeserver, and is it the one in the homeserver's registration?`,
    'bridge-timeout': (url) => `The homeserver reaches ${url}, but got no answer in time.`,
    'bridge-refused': (url) =>
        `The homeserver reaches ${url}, but was refused there. If it says 401 or 403, the homeserver has an old registration; if 404, the address of the bridge in it is an old one.`,
    'homeserver': () => 'The homeserver did not carry out the ping.',
};

const REFUSED = /\b40[134]\b/;

/**
 * @returns why the homeserver does not reach the bridge, in words; undefined when it does or cannot ping, and where what it pushes can
 * itself be the reason: a key `__proto__` cuts the sandbox off, and for a moment each request to it fails
 */
export function pingProblem(ping: PingOutcome, bridgeUrl: string): string | undefined {
    if (ping.ok || !(ping.reason === 'bridge-unreachable' || (ping.reason === 'bridge-refused' && REFUSED.test(ping.detail)))) {
        return undefined;
    }
    return `${pingWords[ping.reason](bridgeUrl)} (${ping.detail})`;
}

/** The state of the connection in both directions, checked now. */
export class Health {
    constructor(private readonly homeserver: () => Homeserver, private readonly echo: EchoRoom, private readonly workspace: Workspace) {}

    /** Stops at the first thing without which the next cannot work. */
    public async check(config: BridgeConfig): Promise<Finding[]> {
        const findings = await this.reachable(config);
        for (const step of [() => this.token(config), () => this.roundTrip(config)]) {
            if (findings.some((finding) => !finding.good)) {
                return findings;
            }
            findings.push(await step());
        }
        return findings;
    }

    /** The optional token of a user of Rocket.Chat. @returns nothing when none is entered */
    public async workspaceToken(): Promise<Finding[]> {
        try {
            const username = await this.workspace.whoAmI();
            return username === undefined ? [] : [good(`Workspace token accepted: pins from Matrix are pinned by @${username} in the rooms of this user.`)];
        } catch (error) {
            return [bad(`${inWords(error)} Pins from Matrix are told in messages.`)];
        }
    }

    private async reachable({ homeserverUrl }: BridgeConfig): Promise<Finding[]> {
        try {
            const [versions, software] = await Promise.all([this.homeserver().versions(), this.homeserver().software()]);
            const newest = versions.filter((version) => version.startsWith('v')).pop() || versions[versions.length - 1] || '?';
            const name = software ? `${software.name} ${software.version}`.trim() : 'a homeserver that does not say what it is';
            return [good(`Homeserver ${homeserverUrl} reached: ${name}, Matrix ${newest}.`)];
        } catch (error) {
            return [bad(`${homeserverUrl}: ${inWords(error)}`)];
        }
    }

    private async token(config: BridgeConfig): Promise<Finding> {
        try {
            const user = await this.homeserver().whoami();
            const wanted = `@${config.botLocalpart}:${config.domain}`;
            if (serverOf(user) !== config.domain) {
                return bad(`The homeserver's name is \`${serverOf(user)}\`, but the setting "Homeserver domain" says \`${config.domain}\`.`);
            }
            return user === wanted ? good(`Token accepted; the bridge is ${user}.`) : bad(`The homeserver knows the bridge as ${user}, not as ${wanted}: it has an old registration.`);
        } catch (error) {
            return bad(inWords(error));
        }
    }

    private async roundTrip(config: BridgeConfig): Promise<Finding> {
        try {
            const outcome = await this.homeserver().ping(`status-${Date.now()}`);
            if (outcome.ok) {
                return good(`Ping: the homeserver reached the bridge and came back in ${outcome.durationMs} ms.`);
            }
            return outcome.reason === 'unsupported' ? await this.byEcho(config) : bad(`${pingWords[outcome.reason](config.bridgeUrl)} (${outcome.detail})`);
        } catch (error) {
            return bad(inWords(error));
        }
    }

    private async byEcho({ bridgeUrl, enabled }: BridgeConfig): Promise<Finding> {
        if (!enabled) {
            return good('The homeserver has no ping, and the bridge is switched off: whether transactions arrive is not known.');
        }
        const took = await this.echo.roundTrip(ECHO_PATIENCE_MS);
        return took === undefined
            ? bad(`The homeserver has no ping, and an event of the bridge's own did not come back within ${ECHO_PATIENCE_MS / 1000} s. Does the homeserver reach ${bridgeUrl}?`)
            : good(`The homeserver has no ping; an event of the bridge's own came back in ${took} ms.`);
    }
}
