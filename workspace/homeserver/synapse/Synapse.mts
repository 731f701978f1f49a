import { join, resolve } from 'node:path';
import { writeYaml } from '../files.mts';
import type { HomeserverOptions } from '../homeserver.mts';
import { HomeserverProcess } from '../HomeserverProcess.mts';
import type { Identity } from './config.mts';
import { identityOf, logConfig, synapseConfig } from './config.mts';
import { installSynapse } from './install.mts';

const LAUNCHER = resolve('workspace/homeserver/synapse/child.py');

/** A Synapse of the pinned version with SQLite. */
export class Synapse extends HomeserverProcess<Identity> {
    public readonly kind = 'synapse';
    private python = '';

    constructor(options: HomeserverOptions) {
        super(options, 'Synapse');
    }

    protected async installProgram(): Promise<void> {
        this.python = await installSynapse(this.options.progress, this.options.signal);
    }

    protected identify(dataDir: string, serverName: string): Promise<Identity> {
        return identityOf(dataDir, serverName);
    }

    protected async configure(identity: Identity, registrationFile: string | undefined): Promise<{ command: string; args: string[] }> {
        const configFile = join(this.dataDir, 'homeserver.yaml');
        const { roomVersion, maxUpload, config } = this.options;
        const chosen = { ...(roomVersion && { default_room_version: roomVersion }), ...(maxUpload && { max_upload_size: maxUpload }) };
        await writeYaml(configFile, { ...synapseConfig(identity, this.dataDir, this.port, registrationFile), ...chosen, ...config });
        await writeYaml(join(this.dataDir, 'log.yaml'), logConfig(this.options.logLevel ?? 'WARNING'));
        return { command: this.python, args: ['-u', LAUNCHER, '-c', configFile] };
    }

    /** A traceback ends with the reason. */
    protected lastWords(log: string): string {
        const lines = log.split('\n').filter((line) => /[a-z]/i.test(line) && !line.includes('more information in the logs'));
        return lines.pop()?.trim() ?? '';
    }
}
