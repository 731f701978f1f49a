import type { Bridge } from '../bridge/Bridge';
import type { SetupState } from '../bridge/setup/Setup';
import type { Finding, Health } from '../bridge/status/Health';
import type { EngineLog } from '../errors/EngineLog';
import { byDirection, duration, plural } from '../ui/words';
import type { Command } from './Command';

/** `/matrix status`: what works, what does not, and what to do about it. */
export class StatusCommand implements Command {
    public readonly name = 'status';
    public readonly params = '';
    public readonly description = 'Check the connection to the homeserver (administrators)';
    public readonly adminOnly = true;
    public readonly worksWhenOff = true;

    /** @param refresh reads the settings, also those of the server that no event tells of */
    constructor(
        private readonly refresh: () => Promise<SetupState>,
        private readonly health: Health,
        private readonly bridge: Bridge,
        private readonly intake: () => Finding[],
        private readonly log: Pick<EngineLog, 'lastError'>,
    ) {}

    public async run(): Promise<string> {
        const { config, problems, registration } = await this.refresh();
        if (!config) {
            return ['**The Matrix bridge cannot work with these settings:**', ...problems.map(({ message }) => `- ❌ ${message}`)].join('\n');
        }
        const findings = await this.health.check(config);
        if (!registration) {
            findings.push({ good: false, text: 'Rocket.Chat does not say where the bridge is reached: set "Bridge URL" in the settings of the app.' });
        }
        findings.push(...this.intake(), ...(await this.health.workspaceToken()));
        const wrong = findings.filter(({ good }) => !good).length;
        const headline = wrong > 0 ? '**The Matrix bridge has a problem.**' : config.enabled ? '**The Matrix bridge works.**' : '**The Matrix bridge is switched off.**';
        return [headline, ...findings.map(({ good, text }) => `- ${good ? '✅' : '❌'} ${text}`), ...(await this.counts())].join('\n');
    }

    private async counts(): Promise<string[]> {
        const { portals, ghosts, puppets, waiting, oldestWaitingMs, deadLetters, ownIds } = await this.bridge.counts();
        const known = [
            plural(portals, 'bridged room', 'bridged rooms'),
            `${plural(ghosts, 'ghost', 'ghosts')} (Rocket.Chat users on Matrix)`,
            `${plural(puppets, 'puppet', 'puppets')} (Matrix users in Rocket.Chat)`,
        ].join(', ');
        const queue = waiting > 0 ? `${plural(waiting, 'item waits', 'items wait')}, the oldest for ${duration(oldestWaitingMs)}: \`/matrix queue\`.` : 'nothing waits.';
        const dead = deadLetters.in + deadLetters.out;
        const { lastError } = this.log;
        return [
            `- ${known}; ${queue}`,
            ...(ownIds ? ['- ℹ️ This server makes the ids of messages or users itself, so records guard against doubles.'] : []),
            ...(dead ? [`- ⚠️ ${plural(dead, 'item', 'items')} could not be delivered after all tries (${byDirection(deadLetters)}): \`/matrix failed\` lists them.`] : []),
            ...(lastError ? [`- Last error, ${duration(Date.now() - lastError.at)} ago: ${lastError.text}`] : []),
        ];
    }
}
