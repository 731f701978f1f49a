import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseIdentity } from '../HomeserverProcess.mts';

export interface Identity extends BaseIdentity {
    macaroonSecret: string;
}

const secret = () => randomBytes(32).toString('base64url');

/** Reads the identity of a data folder, or makes it (with the signing key, in Synapse's own form). */
export async function identityOf(dataDir: string, serverName: string): Promise<Identity> {
    const file = join(dataDir, 'identity.json');
    await mkdir(dataDir, { recursive: true });
    const kept = await readFile(file, 'utf8').catch(() => undefined);
    if (kept) {
        return JSON.parse(kept) as Identity;
    }
    const identity = { serverName, macaroonSecret: secret(), registrationSecret: secret() };
    const seed = randomBytes(32).toString('base64').replace(/=+$/, '');
    await writeFile(join(dataDir, 'signing.key'), `ed25519 a_${randomBytes(3).toString('hex')} ${seed}\n`, { mode: 0o600 });
    await writeFile(`${file}.new`, `${JSON.stringify(identity, undefined, 4)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return identity;
}

const unlimited = { per_second: 100_000, burst_count: 100_000 };

/**
 * The configuration of a Synapse for development: one process, SQLite, no federation, no rate limits for its people,
 * rooms may be put into the directory (Synapse refuses that by default).
 */
export function synapseConfig(identity: Identity, dataDir: string, port: number, registrationFile: string | undefined): Record<string, unknown> {
    return {
        server_name: identity.serverName,
        public_baseurl: `http://localhost:${port}/`,
        report_stats: false,
        listeners: [{ port, bind_addresses: ['127.0.0.1'], type: 'http', tls: false, resources: [{ names: ['client', 'federation'] }] }],
        database: { name: 'sqlite3', args: { database: join(dataDir, 'homeserver.db') } },
        media_store_path: join(dataDir, 'media'),
        signing_key_path: join(dataDir, 'signing.key'),
        log_config: join(dataDir, 'log.yaml'),
        macaroon_secret_key: identity.macaroonSecret,
        registration_shared_secret: identity.registrationSecret,
        federation_domain_whitelist: [],
        trusted_key_servers: [],
        suppress_key_server_warning: true,
        room_list_publication_rules: [{ action: 'allow' }],
        app_service_config_files: registrationFile ? [registrationFile] : [],
        rc_message: unlimited,
        rc_registration: unlimited,
        rc_room_creation: unlimited,
        rc_joins_per_room: unlimited,
        rc_joins: { local: unlimited, remote: unlimited },
        rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
        rc_invites: { per_room: unlimited, per_user: unlimited, per_issuer: unlimited },
        rc_presence: { per_user: unlimited },
        rc_admin_redaction: unlimited,
        rc_media_create: unlimited,
    };
}

/** Synapse's log goes to its standard error, which we keep in a file. */
export function logConfig(level: string): Record<string, unknown> {
    return {
        version: 1,
        formatters: { plain: { format: '%(asctime)s %(levelname)s %(name)s - %(message)s' } },
        handlers: { stderr: { class: 'logging.StreamHandler', formatter: 'plain' } },
        root: { level, handlers: ['stderr'] },
        disable_existing_loggers: false,
    };
}
