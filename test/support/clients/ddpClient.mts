import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import type * as DdpClient from '@rocket.chat/ddp-client';
import type { DDPSDK } from '@rocket.chat/ddp-client';

/**
 * Rocket.Chat's official realtime client. It is an ES module with directory imports, which Node cannot load as it is:
 * bundled once per version.
 */
function loadDdpClient(): typeof DdpClient {
    const root = process.cwd();
    const manifest = readFileSync(join(root, 'node_modules/@rocket.chat/ddp-client/package.json'));
    const folder = join(root, '.gitignored/ddp-client');
    const target = join(folder, `${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}.cjs`);
    if (!existsSync(target)) {
        mkdirSync(folder, { recursive: true });
        const draft = `${target}.${process.pid}`;
        const entry = join(root, 'node_modules/@rocket.chat/ddp-client/dist/index.js');
        const bundled = spawnSync(join(root, 'node_modules/.bin/esbuild'), [entry, '--bundle', '--platform=node', '--format=cjs', `--outfile=${draft}`]);
        if (bundled.status !== 0) throw new Error(`The client could not be bundled: ${String(bundled.stderr)}`);
        renameSync(draft, target);
    }
    (globalThis as { WebSocket?: unknown }).WebSocket ??= WebSocket;
    return jest.requireActual(target);
}

/** Connects the official client to a workspace. */
export async function connectClient(url: string): Promise<DDPSDK> {
    return loadDdpClient().DDPSDK.createAndConnect(url, { retryCount: 0, retryTime: 100 });
}

/** Closes a client; its heartbeat would go on for a minute. */
export function closeClient(client: DDPSDK): void {
    client.connection.close();
    client.timeoutControl.stop();
}
