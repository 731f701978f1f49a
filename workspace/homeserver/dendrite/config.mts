import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HomeserverOptions } from '../homeserver.mts';
import type { BaseIdentity } from '../HomeserverProcess.mts';

const secret = () => randomBytes(32).toString('base64url');

/** Reads the identity of a data folder, or makes it, with the signing key in Dendrite's own form. */
export async function identityOf(dataDir: string, serverName: string): Promise<BaseIdentity> {
    const file = join(dataDir, 'identity.json');
    await mkdir(dataDir, { recursive: true });
    const kept = await readFile(file, 'utf8').catch(() => undefined);
    if (kept) {
        return JSON.parse(kept) as BaseIdentity;
    }
    const identity = { serverName, registrationSecret: secret() };
    const key = `Key-ID: ed25519:${randomBytes(3).toString('hex')}\n\n${randomBytes(32).toString('base64')}`;
    await writeFile(join(dataDir, 'matrix_key.pem'), `-----BEGIN MATRIX PRIVATE KEY-----\n${key}\n-----END MATRIX PRIVATE KEY-----\n`, { mode: 0o600 });
    await writeFile(`${file}.new`, `${JSON.stringify(identity, undefined, 4)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return identity;
}

/**
 * The configuration of a Dendrite for development: one process, a SQLite file for each part, no federation, no rate limits for
 * its people. The queue lies on disk: in memory it loses every event that is not delivered yet when Dendrite stops.
 */
export function dendriteConfig(
    identity: BaseIdentity,
    dataDir: string,
    registrationFile: string | undefined,
    logLevel: string,
    { roomVersion, maxUpload = 50_000_000 }: Pick<HomeserverOptions, 'roomVersion' | 'maxUpload'> = {},
): Record<string, unknown> {
    const database = (name: string) => ({ connection_string: `file:${join(dataDir, `${name}.db`)}` });
    return {
        version: 2,
        global: {
            server_name: identity.serverName,
            private_key: join(dataDir, 'matrix_key.pem'),
            disable_federation: true,
            jetstream: { storage_path: join(dataDir, 'jetstream'), in_memory: false },
            presence: { enable_inbound: true, enable_outbound: true },
        },
        client_api: { registration_shared_secret: identity.registrationSecret, registration_disabled: true, rate_limiting: { enabled: false } },
        app_service_api: { config_files: registrationFile ? [registrationFile] : [] },
        federation_api: { database: database('federationapi') },
        key_server: { database: database('keyserver') },
        media_api: { database: database('mediaapi'), base_path: join(dataDir, 'media'), max_file_size_bytes: maxUpload, dynamic_thumbnails: true },
        mscs: { database: database('mscs') },
        relay_api: { database: database('relayapi') },
        room_server: { database: database('roomserver'), ...(roomVersion && { default_room_version: roomVersion }) },
        sync_api: { database: database('syncapi') },
        user_api: { account_database: database('accounts') },
        logging: [{ type: 'std', level: logLevel }],
    };
}
