import { Router } from 'express';
import type { Engine } from './load.mts';

/** Calls of apps to the engine: `bridges:getMessageBridge:doCreate` → how often. */
export type CallCounts = Record<string, number>;

type Handler = (this: { getAppId(): string }, message: { payload: { method: string } }) => Promise<unknown>;

/**
 * Counts what apps ask of the engine: every request that a sandbox sends to its host (accessors, bridges), each of which is a
 * message there and back. Logs, which sandboxes send unasked, are none.
 * @returns the counts since the start, by app
 */
export function countCalls(engine: Engine): Map<string, CallCounts> {
    const counts = new Map<string, CallCounts>();
    const { DenoRuntimeSubprocessController } = engine.require('server/runtime/deno/AppsEngineDenoRuntime');
    const prototype = DenoRuntimeSubprocessController.prototype as Record<'handleAccessorMessage' | 'handleBridgeMessage', Handler>;
    for (const name of ['handleAccessorMessage', 'handleBridgeMessage'] as const) {
        const handle = prototype[name];
        prototype[name] = function counting(message) {
            const { method } = message.payload;
            const ofApp = counts.get(this.getAppId()) ?? {};
            counts.set(this.getAppId(), ofApp);
            ofApp[method] = (ofApp[method] ?? 0) + 1;
            return handle.call(this, message);
        };
    }
    return counts;
}

/** `GET /_engine/calls/:appId`: the counts, for tests and the bench. No part of Rocket.Chat's API. */
export function callsRouter(counts: Map<string, CallCounts>): Router {
    const router = Router();
    router.get('/_engine/calls/:appId', (request, response) => {
        response.set('Cache-Control', 'no-store').json(counts.get(request.params.appId) ?? {});
    });
    return router;
}
