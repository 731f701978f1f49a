import type { IHttp, IModify, IPersistence, IRead } from '@rocket.chat/apps-engine/definition/accessors';
import { BridgeError } from '../errors/BridgeError';

/** What a handler of the app is given. */
export interface HandlerAccessors {
    read?: IRead;
    http?: IHttp;
    persistence?: IPersistence;
    modify?: IModify;
}

/**
 * The engine's accessors, late bound: `read` and `http` are there from the start (`App.getAccessors()`), `modify` and
 * `persistence` come with the first handler, command, endpoint call or job. In the sandbox all of them are single objects
 * of the process that stay valid after the handler has returned (apps-engine `deno-runtime/lib/accessors/mod.ts`).
 */
export class Accessors {
    private kept: HandlerAccessors = {};

    /** Keeps what came with a call of the engine. To be called first by every door. */
    public keep(accessors: HandlerAccessors): void {
        const kept = this.kept;
        kept.read = accessors.read || kept.read;
        kept.http = accessors.http || kept.http;
        kept.persistence = accessors.persistence || kept.persistence;
        kept.modify = accessors.modify || kept.modify;
    }

    /** True when everything can be done, not only reading. */
    public get complete(): boolean {
        return Boolean(this.kept.read && this.kept.http && this.kept.persistence && this.kept.modify);
    }

    public get read(): IRead {
        return this.kept.read || missing('read');
    }

    public get http(): IHttp {
        return this.kept.http || missing('http');
    }

    public get persistence(): IPersistence {
        return this.kept.persistence || missing('persistence');
    }

    public get modify(): IModify {
        return this.kept.modify || missing('modify');
    }
}

function missing(name: string): never {
    throw new BridgeError({
        code: 'app.starting',
        userMessage: 'The bridge is still starting. Please try again in a moment.',
        retriable: true,
        certain: true,
        detail: `no accessor "${name}" yet`,
    });
}
