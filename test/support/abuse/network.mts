/** Both proxies of an environment, and the faults that go with each way. */
import { setting } from '../apps/app.mts';
import { sleep } from '../eventually.mts';
import type { Stack } from '../servers/stack.mts';
import { FaultProxy, type Fault } from './FaultProxy.mts';

/** As the Matrix specification and a proxy before a server say "too much" and "not now". */
const answers: Fault[] = [
    { kind: 'answer', status: 429, headers: { 'Retry-After': '1' }, body: '{"errcode":"M_LIMIT_EXCEEDED","error":"Too much","retry_after_ms":700}' },
    { kind: 'answer', status: 429, body: '{"errcode":"M_LIMIT_EXCEEDED","error":"Too much"}' },
    { kind: 'answer', status: 500, body: '{"errcode":"M_UNKNOWN","error":"Internal server error"}' },
    { kind: 'answer', status: 502, body: '<html>Bad Gateway</html>' },
    { kind: 'reset' },
    { kind: 'cut' },
];

/** What becomes of the app's requests: it waits up to 15 s for an answer. */
const outwardFaults: Fault[] = [...answers, { kind: 'hang', ms: 20_000 }, { kind: 'swallow', ms: 20_000 }];
/** What becomes of the homeserver's pushes. */
const inwardFaults: Fault[] = [...answers, { kind: 'hang', ms: 5_000 }, { kind: 'swallow', ms: 5_000 }];

export class Network {
    private constructor(
        /** From the app to the homeserver. */
        readonly outward: FaultProxy,
        /** From the homeserver to the app. */
        readonly inward: FaultProxy,
    ) {}

    /** Puts a proxy between the two on each way: one by the app's setting, one by the registration. */
    static async between(stack: Stack): Promise<Network> {
        const yaml = await stack.app.registration();
        const [, url] = /^url: '?([^'\n]+)'?$/m.exec(yaml) ?? [];
        const network = new Network(await FaultProxy.before(stack.homeserver.url), await FaultProxy.before(new URL(url).origin));
        await stack.homeserver.restart(yaml.replace(url, url.replace(new URL(url).origin, network.inward.url)));
        await stack.app.change({ [setting.homeserverUrl]: network.outward.url });
        return network;
    }

    /**
     * Lets a part of all requests fail for a while, on both ways.
     * @param share 0.3: three of ten
     */
    async storm(share: number, ms: number): Promise<void> {
        const pick = (faults: Fault[]) => (): Fault | undefined => (Math.random() < share ? faults[Math.floor(Math.random() * faults.length)] : undefined);
        this.outward.plan = pick(outwardFaults);
        this.inward.plan = pick(inwardFaults);
        await sleep(ms);
        this.calm();
    }

    calm(): void {
        this.outward.plan = this.inward.plan = () => undefined;
    }

    /** How often each fault was made on both ways. */
    faults(): Record<string, number> {
        const all: Record<string, number> = {};
        for (const [name, count] of [...this.outward.faults, ...this.inward.faults]) {
            all[name] = (all[name] ?? 0) + count;
        }
        return all;
    }

    async close(): Promise<void> {
        await Promise.all([this.outward.close(), this.inward.close()]);
    }
}
