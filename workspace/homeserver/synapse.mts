import { createHmac } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../process/child.mts';
import { PlainError } from '../process/PlainError.mts';
import { assertPortFree, freePort } from '../process/ports.mts';
import type { Account, HomeserverOptions, RunningHomeserver } from './homeserver.mts';
import { installSynapse } from './synapseInstall.mts';
import type { Identity } from './synapseConfig.mts';
import { identityOf, logConfig, rotateLog, synapseConfig, writeYaml } from './synapseConfig.mts';

const LAUNCHER = resolve('workspace/homeserver/synapse_child.py');
const READY_WITHIN_MS = 60_000;

/** A Synapse of the pinned version with SQLite, on 127.0.0.1. */
export class Synapse implements RunningHomeserver {
    public readonly kind = 'synapse';
    public readonly dataDir: string;
    public readonly logFile: string;
    private readonly registrationFile: string;
    private identity: Identity | undefined;
    private child: Child | undefined;
    private port: number;
    private python = '';

    constructor(private readonly options: HomeserverOptions) {
        this.dataDir = resolve(options.dataDir);
        this.logFile = join(this.dataDir, 'synapse.log');
        this.registrationFile = join(this.dataDir, 'registration.yaml');
        this.port = options.port ?? 0;
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
        this.python = await installSynapse(this.options.progress, this.options.signal);
        this.identity ??= await identityOf(this.dataDir, this.options.serverName ?? 'localhost');
        this.port ||= await freePort();
    }

    public async start(registration?: string): Promise<void> {
        if (this.pid !== undefined) {
            throw new Error('This Synapse runs already.');
        }
        await this.install();
        await assertPortFree(this.port, 'the homeserver', '--homeserver-port');
        if (registration !== undefined) {
            await writeFile(this.registrationFile, registration, { mode: 0o600 });
        }
        const configFile = join(this.dataDir, 'homeserver.yaml');
        const config = synapseConfig(this.identity as Identity, this.dataDir, this.port, (await this.hasRegistration()) ? this.registrationFile : undefined);
        await writeYaml(configFile, { ...config, ...this.options.config });
        await writeYaml(join(this.dataDir, 'log.yaml'), logConfig(this.options.logLevel ?? 'WARNING'));
        await rotateLog(this.logFile);
        const logStart = await sizeOf(this.logFile);
        this.options.signal?.throwIfAborted();
        this.child = Child.start(this.python, ['-u', LAUNCHER, '-c', configFile], { cwd: this.dataDir, logFile: this.logFile });
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
        const register = `${this.url}/_synapse/admin/v1/register`;
        const { nonce } = (await (await fetch(register)).json()) as { nonce: string };
        const mac = createHmac('sha1', (this.identity as Identity).registrationSecret)
            .update([nonce, name, password, options.admin ? 'admin' : 'notadmin'].join('\0'))
            .digest('hex');
        const answer = await post(register, { nonce, username: name, password, admin: options.admin === true, mac });
        if (answer.status === 400 && answer.body.errcode === 'M_USER_IN_USE') {
            return this.login(name, password);
        }
        return accountFrom(answer, `register ${name}`);
    }

    private async login(name: string, password: string): Promise<Account> {
        const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password };
        return accountFrom(await post(`${this.url}/_matrix/client/v3/login`, body), `log ${name} in`);
    }

    private async hasRegistration(): Promise<boolean> {
        return (await sizeOf(this.registrationFile)) > 0;
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
        const lastWords = log.split('\n').filter((line) => /[a-z]/i.test(line) && !line.includes('more information in the logs')).pop()?.trim() ?? '';
        const problem = child.ended ? 'Synapse ended while it started' : `Synapse did not answer within ${READY_WITHIN_MS / 1000} s`;
        await child.kill();
        throw new PlainError(`${problem}: ${lastWords || 'it said nothing'} (log: ${this.logFile}).`);
    }
}

async function sizeOf(file: string): Promise<number> {
    return stat(file).then(
        ({ size }) => size,
        () => 0,
    );
}

interface Answer {
    status: number;
    body: { user_id?: string; access_token?: string; errcode?: string; error?: string };
}

async function post(url: string, body: unknown): Promise<Answer> {
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function accountFrom({ status, body }: Answer, action: string): Account {
    if (!body.user_id || !body.access_token) {
        throw new PlainError(`Synapse refused to ${action}: ${body.error ?? body.errcode ?? `status ${status}`}`);
    }
    return { userId: body.user_id, accessToken: body.access_token };
}
