/**
 * A real homeserver as a child process, for the development workspace, the end-to-end tests and the bench.
 * The same interface for every kind, so that a test or `npm start` takes the kind as a parameter.
 */
export type HomeserverKind = 'synapse' | 'dendrite';

export const homeserverKinds: HomeserverKind[] = ['synapse', 'dendrite'];

export interface HomeserverOptions {
    /** Folder of this homeserver alone: configuration, keys, database, log. Made when missing, used again when there. */
    dataDir: string;
    /** Port on 127.0.0.1; 0 or absent takes a free one, kept over restarts of the same object. */
    port?: number;
    /** The part after the colon of every id; fixed for ever at the first start of a data folder. Default `localhost`. */
    serverName?: string;
    /** Told of long steps (installation). */
    progress?: (text: string) => void;
    /** Version of the rooms that are made without one; the homeserver's own default when left out (Synapse 12, Dendrite 10). */
    roomVersion?: string;
    /** Largest upload in bytes, 50 MB by default. */
    maxUpload?: number;
    /** Keys of the homeserver's own configuration file, over ours. */
    config?: Record<string, unknown>;
    /** Ends an installation that is under way. */
    signal?: AbortSignal;
    /** Level of its log file, `WARNING` by default. */
    logLevel?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
}

export interface Account {
    userId: string;
    accessToken: string;
}

export interface RunningHomeserver {
    readonly kind: HomeserverKind;
    /** Base URL, without a slash at the end. Known after `start`. */
    readonly url: string;
    readonly serverName: string;
    /** Undefined while it does not run. */
    readonly pid: number | undefined;
    readonly dataDir: string;
    /** Resolves when the process that runs now ends, for whatever reason; never while none runs. */
    readonly exited: Promise<unknown>;
    /** File of its log. */
    readonly logFile: string;

    /** Installs what is missing and reads what the data folder keeps (`serverName`), without starting. Gives it a port. Quick when there is nothing to do, safe when several do it at once. */
    install(): Promise<void>;
    /**
     * Starts and waits until it answers.
     * @param registration YAML of the application service; absent: the one of the start before, or none
     * @throws PlainError one sentence: port in use, no Python, no network, registration refused (with the homeserver's words)
     */
    start(registration?: string): Promise<void>;
    /** SIGTERM, and waits for the end. */
    stop(): Promise<void>;
    /** SIGKILL: a crash. */
    kill(): Promise<void>;
    /** Stop and start; a changed registration file is read only so. */
    restart(registration?: string): Promise<void>;
    /** Registers a person by the shared secret; logs in when the name is taken and the password is right. */
    createUser(name: string, password: string, options?: { admin?: boolean }): Promise<Account>;
}
