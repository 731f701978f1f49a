import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { EngineAppsHost } from './engine/AppsHost.mts';
import { Cluster } from './engine/cluster/Cluster.mts';
import { denoFolder, prepareEngine } from './engine/prepare.mts';
import type { WorkspaceOptions } from './options.mts';
import { PlainError } from './process/PlainError.mts';
import { tryLock } from './process/lock.mts';
import { serveInstance } from './server/app.mts';
import type { Domain } from './server/contract.mts';
import { createDomain } from './server/domain.mts';
import { openCollections, type Collections } from './store/collections.mts';

/** The store only appends; the logs of apps are what grows and is dropped again. Milliseconds. */
const logsCompactedEvery = 10 * 60_000;

/** A running workspace: one domain, one or more instances on ports of their own. */
export class Workspace {
    private readonly closers: (() => unknown)[] = [];
    private readonly servers: Server[] = [];
    urls: string[] = [];

    private constructor() {}

    /** @throws PlainError when a port, the data folder or Deno is not there to be used */
    static async start(options: WorkspaceOptions): Promise<Workspace> {
        const workspace = new Workspace();
        try {
            await workspace.open(options);
            return workspace;
        } catch (error) {
            await workspace.close();
            throw error;
        }
    }

    /** Ends the sandboxes, the servers and the store, in this order. */
    async close(): Promise<void> {
        for (const closer of this.closers.reverse().splice(0)) await closer();
    }

    private async open(options: WorkspaceOptions): Promise<void> {
        for (let instance = 0; instance < options.instances; instance++) await this.listen(instance === 0 ? options.port : 0, options.host);
        const ports = this.servers.map((server) => (server.address() as AddressInfo).port);
        this.urls = ports.map((port) => `http://${['0.0.0.0', '::', '127.0.0.1'].includes(options.host) ? 'localhost' : options.host}:${port}`);
        const rootUrl = options.rootUrl ?? this.urls[0];
        setEnvironment(rootUrl, await denoFolder());

        const [collections, engineFolder, tempFolder] = await Promise.all([
            this.openStore(options.dataDir),
            prepareEngine(),
            this.makeTempFolder(),
        ]);
        const domain = await createDomain(collections, options.quirks, { siteUrl: rootUrl });
        await ensureAdmin(domain, options.admin);
        await this.startInstances(domain, engineFolder, tempFolder);
    }

    private async startInstances(domain: Domain, engineFolder: string, tempFolder: string): Promise<void> {
        const cluster = new Cluster();
        for (const [instance, server] of this.servers.entries()) {
            const host = await EngineAppsHost.create({ domain, instance, cluster, engineFolder, tempFolder });
            this.closers.push(() => host.unload());
            await host.load();
            server.removeAllListeners('request');
            this.closers.push(serveInstance(server, instance, domain, host));
        }
    }

    private async listen(port: number, host: string): Promise<void> {
        const server = createServer(starting);
        const sockets = new Set<Socket>();
        server.on('connection', (socket) => {
            sockets.add(socket);
            socket.once('close', () => sockets.delete(socket));
        });
        await new Promise<void>((resolve, reject) => {
            server.once('error', (error: NodeJS.ErrnoException) => reject(new PlainError(
                error.code === 'EADDRINUSE' ? `Port ${port} is in use: stop what listens there or choose another one with --port.` : `Port ${port} cannot be used: ${error.message}.`,
            )));
            server.listen(port, host, resolve);
        });
        this.servers.push(server);
        this.closers.push(() => {
            server.close();
            sockets.forEach((socket) => socket.destroy());
        });
    }

    private async openStore(dataDir: string | undefined): Promise<Collections> {
        if (!dataDir) return openCollections();
        await mkdir(dataDir, { recursive: true });
        const lock = await tryLock(join(dataDir, '.lock'));
        if ('heldBy' in lock) throw new PlainError(`The data folder ${dataDir} is used by another workspace (process ${lock.heldBy}).`);
        this.closers.push(lock.release);
        const collections = await openCollections(dataDir);
        collections.appsLogs.setAutocompactionInterval(logsCompactedEvery);
        this.closers.push(() => Promise.all(Object.values(collections).map((store) => store.compactDatafileAsync())));
        return collections;
    }

    private async makeTempFolder(): Promise<string> {
        const folder = await mkdtemp(join(tmpdir(), 'rocketchat-workspace-'));
        this.closers.push(() => rm(folder, { recursive: true, force: true }));
        return folder;
    }
}

/** What a client hears while the apps are being started. */
const starting: RequestListener = (_request, response) => void response.writeHead(503, { 'Retry-After': '1' }).end('The workspace is starting.');

/** The environment as apps and the engine see it. */
function setEnvironment(rootUrl: string, deno: string): void {
    process.env.PATH = `${deno}${delimiter}${process.env.PATH ?? ''}`;
    process.env.ROOT_URL = rootUrl;
    process.env.INSTANCE_IP = '127.0.0.1';
    // With `test` the engine would check no permission.
    if (!process.env.NODE_ENV || process.env.NODE_ENV === 'test') process.env.NODE_ENV = 'production';
}

async function ensureAdmin({ users }: Domain, { username, password }: WorkspaceOptions['admin']): Promise<void> {
    if (await users.findByUsername(username)) return;
    await users.create({ username, name: 'Administrator', email: `${username}@localhost.localdomain`, password, roles: ['admin'] });
}
