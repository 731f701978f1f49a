import type { Setup } from '../bridge/setup/Setup';
import type { Command } from './Command';

/** `/matrix rotate-tokens`: makes both tokens anew, for example after the registration was seen by somebody. */
export class RotateTokensCommand implements Command {
    public readonly name = 'rotate-tokens';
    public readonly params = '';
    public readonly description = 'Make new tokens; the homeserver needs the new registration then (administrators)';
    public readonly adminOnly = true;
    public readonly worksWhenOff = true;

    constructor(private readonly setup: Setup) {}

    public async run(): Promise<string> {
        await this.setup.rotateTokens();
        return 'Both tokens are new. Copy the registration from the settings of the app to the homeserver and restart it: until then the '
            + 'homeserver and the bridge refuse each other. What is sent meanwhile from Matrix is kept by the homeserver and arrives later.';
    }
}
