import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** Files go through memory as a whole, on their way through the engine several times. Rocket.Chat's own default limit. */
const MOST_BYTES = 104_857_600;
const LIFE_MS = 300_000;

/** How large a file may be, in bytes. Read anew every few minutes. */
export class MediaLimits {
    private known?: { rocketchat: number; homeserver: number; readAt: number };

    constructor(private readonly context: BridgeContext) {}

    /** Largest file that Rocket.Chat takes. */
    public async inward(): Promise<number> {
        return (await this.read()).rocketchat;
    }

    /** Largest file that both sides take. */
    public async outward(): Promise<number> {
        const { rocketchat, homeserver } = await this.read();
        return Math.min(rocketchat, homeserver);
    }

    public forget(): void {
        this.known = undefined;
    }

    private async read(): Promise<{ rocketchat: number; homeserver: number }> {
        const { clock, rocketchat, homeserver, log } = this.context;
        if (!this.known || clock.now() - this.known.readAt > LIFE_MS) {
            const unknown = (error: unknown): undefined => {
                log.warn(`A limit of file sizes could not be read: ${reasonOf(error)}`);
            };
            const [set, upload] = await Promise.all([
                rocketchat.serverSetting<number>('FileUpload_MaxFileSize').catch(unknown),
                homeserver.uploadLimit().catch(unknown),
            ]);
            // -1 is "no limit".
            const ours = typeof set === 'number' && set >= 0 ? Math.min(set, MOST_BYTES) : MOST_BYTES;
            this.known = { rocketchat: ours, homeserver: upload === undefined ? MOST_BYTES : upload, readAt: clock.now() };
        }
        return this.known;
    }
}
