import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../process/child.mts';
import { PlainError } from '../process/PlainError.mts';
import { assertPortFree, freePort } from '../process/ports.mts';
import { registerBySecret } from './accounts.mts';
import { rotateLog, sizeOf } from './files.mts';
import type { Account, HomeserverKind, HomeserverOptions, RunningHomeserver } from './homeserver.mts';

const READY_WITHIN_MS = 60_000;

/** What a data folder keeps for ever: the name in every id, and the secrets. */
export interface BaseIdentity {
    serverName: string;
    registrationSecret: string;
}

/** What every kind of homeserver has in common as our child process on 127.0.0.1. */
export abstract class HomeserverProcess<Identity extends BaseIdentity> implements RunningHomeserver {
    public abstract readonly kind: HomeserverKind;
    public readonly dataDir: string;
    protected port: number;
    /** Known after `install`. */
    protected identity: Identity | undefined;
    private readonly registrationFile: string;
    private child: Child | undefined;

    constructor(
        protected readonly options: HomeserverOptions,
        /** As the terminal shows it. */
        private readonly title: string,
    ) {
        this.dataDir = resolve(options.dataDir);
        this.registrationFile = join(this.dataDir, 'registration.yaml');
        this.port = options.port ?? 0;
    }

    /** Installs the program when it is not there yet. */
    protected abstract installProgram(): Promise<void>;
    /** Reads what the data folder keeps, or makes it. */
    protected abstract identify(dataDir: string, serverName: string): Promise<Identity>;
    /**
     * Writes the configuration.
     * @returns the command that starts the homeserver
     */
    protected abstract configure(identity: Identity, registrationFile: string | undefined): Promise<{ command: string; args: string[] }>;
    /** @returns what the homeserver says of its end, from its log */
    protected abstract lastWords(log: string): string;

    public get logFile(): string {
        return join(this.dataDir, `${this.kind}.log`);
    }

    public get url(): string {
        return `http://127.0.0.1:${this.port}`;
    }

    public get serverName(): string {
        return this.identity?.serverName ?? this.options.serverName ?? 'localhost';
    }

    public get pid(): number | undefined {
        return this.child && !this.child.ended ? this.child.pid : undefined;
    }

    public get exited(): Promise<unknown> {
        return this.child?.exited ?? new Promise(() => undefined);
    }

    public async install(): Promise<void> {
        await this.installProgram();
        this.identity ??= await this.identify(this.dataDir, this.options.serverName ?? 'localhost');
        this.port ||= await freePort();
    }

    public async start(registration?: string): Promise<void> {
        if (this.pid !== undefined) {
            throw new Error(`This ${this.title} runs already.`);
        }
        await this.install();
        await assertPortFree(this.port, 'the homeserver', '--homeserver-port');
        if (registration !== undefined) {
            await writeFile(this.registrationFile, registration, { mode: 0o600 });
        }
        const hasRegistration = (await sizeOf(this.registrationFile)) > 0;
        const { command, args } = await this.configure(this.identity as Identity, hasRegistration ? this.registrationFile : undefined);
        await rotateLog(this.logFile);
        const logStart = await sizeOf(this.logFile);
        this.options.signal?.throwIfAborted();
        this.child = Child.start(command, args, { cwd: this.dataDir, logFile: this.logFile });
        await this.untilReady(this.child, logStart);
    }

    public async stop(): Promise<void> {
        await this.child?.stop();
    }

    public async kill(): Promise<void> {
        await this.child?.kill();
    }

    public async restart(registration?: string): Promise<void> {
        await this.stop();
        await this.start(registration);
    }

    public async createUser(name: string, password: string, options: { admin?: boolean } = {}): Promise<Account> {
        return registerBySecret(this.url, (this.identity as Identity).registrationSecret, name, password, options.admin === true);
    }

    private async untilReady(child: Child, logStart: number): Promise<void> {
        const deadline = Date.now() + READY_WITHIN_MS;
        while (!child.ended && Date.now() < deadline) {
            const ready = await fetch(`${this.url}/_matrix/client/versions`).then(
                (response) => response.ok,
                () => false,
            );
            if (ready) {
                return;
            }
            await Promise.race([sleep(50), child.exited]);
        }
        const log = (await readFile(this.logFile)).subarray(logStart).toString('utf8').trim();
        const problem = child.ended ? `${this.title} ended while it started` : `${this.title} did not answer within ${READY_WITHIN_MS / 1000} s`;
        await child.kill();
        throw new PlainError(`${problem}: ${this.lastWords(log) || 'it said nothing'} (log: ${this.logFile}).`);
    }
}
