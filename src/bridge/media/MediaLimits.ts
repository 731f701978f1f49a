import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** Files go through memory as a whole, on their way through the engine several times. Rocket.Chat's own default limit. */
const MOST_BYTES = 104_857_600;
const LIFE_MS = 300_000;

/**
 * How large a file may be: what both servers take. The workspace's setting is read for each file, it can change at any time;
 * the homeserver's limit stands in its configuration (`/media/config`) and is read anew every few minutes. It also bounds what
 * the homeserver fetches from others (Synapse `max_upload_size`, Dendrite `max_file_size_bytes`).
 */
export class MediaLimits {
    private homeserver?: { limit: number; readAt: number };

    constructor(private readonly context: BridgeContext) {}

    /** @returns bytes */
    public async largest(): Promise<number> {
        return Math.min(...(await Promise.all([this.ofWorkspace(), this.ofHomeserver()])));
    }

    /** The homeserver has refused what it should have taken. */
    public forget(): void {
        this.homeserver = undefined;
    }

    private async ofWorkspace(): Promise<number> {
        const set = await this.context.rocketchat.serverSetting<number>('FileUpload_MaxFileSize').catch((error) => this.unknown(error));
        // -1 is "no limit".
        return typeof set === 'number' && set >= 0 ? Math.min(set, MOST_BYTES) : MOST_BYTES;
    }

    private async ofHomeserver(): Promise<number> {
        const { clock, homeserver } = this.context;
        if (!this.homeserver || clock.now() - this.homeserver.readAt > LIFE_MS) {
            const limit = await homeserver.uploadLimit().catch((error) => this.unknown(error));
            this.homeserver = { limit: limit === undefined ? MOST_BYTES : limit, readAt: clock.now() };
        }
        return this.homeserver.limit;
    }

    private unknown(error: unknown): undefined {
        this.context.log.warn(`A limit of file sizes could not be read: ${reasonOf(error)}`);
        return undefined;
    }
}
