import type { IHttp } from '@rocket.chat/apps-engine/definition/accessors';
import type { BridgeConfig } from '../config/BridgeConfig';
import { failure } from '../errors/catalogue';
import { Namespace } from '../ids/Namespace';
import { homeserverClient } from './client/HomeserverClient';
import type { Homeserver } from './Homeserver';

interface Use {
    key: string;
    homeserver: Homeserver;
    namespace: Namespace;
}

/** The homeserver of the current settings. Ask it at each use: after a change of the settings there is another one. */
export class Connection {
    private current?: Use;

    /** @param http the engine's accessor, asked for at each request */
    constructor(private readonly http: () => IHttp) {}

    /** @param config undefined when the settings are wrong */
    public use(config: BridgeConfig | undefined): void {
        if (!config) {
            this.current = undefined;
            return;
        }
        const { homeserverUrl, asToken, id, domain, ghostPrefix, botLocalpart } = config;
        const key = JSON.stringify([homeserverUrl, asToken, id, domain, ghostPrefix, botLocalpart]);
        if (this.current?.key !== key) {
            const namespace = new Namespace(domain, ghostPrefix, botLocalpart);
            this.current = { key, namespace, homeserver: homeserverClient({ homeserverUrl, asToken, id, domain, bot: namespace.bot }, this.http) };
        }
    }

    /** @throws bridge.notSetUp */
    public get homeserver(): Homeserver {
        return this.used().homeserver;
    }

    /** @throws bridge.notSetUp */
    public get namespace(): Namespace {
        return this.used().namespace;
    }

    private used(): Use {
        if (!this.current) {
            throw failure('bridge.notSetUp');
        }
        return this.current;
    }
}
