/** What `npm start` was asked for; read from the command line by `tools/options.mjs`. */
export interface StartOptions {
    port: number;
    homeserverPort: number;
    /** Absolute. */
    dataDir: string;
    homeserver: string;
    demo: boolean;
}
