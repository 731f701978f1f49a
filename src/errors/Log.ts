/**
 * Log lines of the bridge. Texts are for admins: ids may stand in them; message texts, tokens and bodies never.
 */
export interface Log {
    /** For developers; not stored. */
    debug(text: string): void;
    info(text: string): void;
    warn(text: string): void;
    /** @param error what was thrown; only its name, message and a shortened stack are written */
    error(text: string, error?: unknown): void;
}
