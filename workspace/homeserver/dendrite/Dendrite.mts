import { join } from 'node:path';
import { writeYaml } from '../files.mts';
import type { HomeserverOptions } from '../homeserver.mts';
import type { BaseIdentity } from '../HomeserverProcess.mts';
import { HomeserverProcess } from '../HomeserverProcess.mts';
import { PlainError } from '../../process/PlainError.mts';
import { dendriteConfig, identityOf } from './config.mts';
import type { Programs } from './install.mts';
import { installDendrite } from './install.mts';

const MOST_STARTS = 3;

const isSection = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A Dendrite of the pinned version with SQLite. */
export class Dendrite extends HomeserverProcess<BaseIdentity> {
    public readonly kind = 'dendrite';
    private programs: Programs | undefined;

    constructor(options: HomeserverOptions) {
        super(options, 'Dendrite');
    }

    /** Dendrite 0.15.2 dies of a request that meets it while it starts. Then it is started again, as whatever runs services does. */
    public async start(registration?: string): Promise<void> {
        for (let tries = 1; ; tries += 1) {
            try {
                await super.start(registration);
                return;
            } catch (error) {
                if (tries === MOST_STARTS || !(error instanceof PlainError && error.message.includes('nil pointer dereference'))) {
                    throw error;
                }
            }
        }
    }

    protected async installProgram(): Promise<void> {
        this.programs = await installDendrite(this.options.progress, this.options.signal);
    }

    protected identify(dataDir: string, serverName: string): Promise<BaseIdentity> {
        return identityOf(dataDir, serverName);
    }

    protected async configure(identity: BaseIdentity, registrationFile: string | undefined): Promise<{ command: string; args: string[] }> {
        const configFile = join(this.dataDir, 'dendrite.yaml');
        const level = this.options.logLevel === 'WARNING' || !this.options.logLevel ? 'warn' : this.options.logLevel.toLowerCase();
        const config = dendriteConfig(identity, this.dataDir, registrationFile, level, this.options);
        for (const [section, lines] of Object.entries(this.options.config ?? {})) {
            // Sections hold what Dendrite cannot do without: databases, secrets.
            config[section] = isSection(lines) && isSection(config[section]) ? { ...config[section], ...lines } : lines;
        }
        await writeYaml(configFile, config);
        const { dendrite, launch } = this.programs as Programs;
        return { command: launch, args: [dendrite, '-config', configFile, '-http-bind-address', `127.0.0.1:${this.port}`] };
    }

    /** The reason is the first fatal line or panic; what follows is a stack. */
    protected lastWords(log: string): string {
        const lines = log.split('\n');
        return (lines.find((line) => /level=(fatal|panic)|^panic:/.test(line)) ?? lines[lines.length - 1] ?? '').trim();
    }
}
