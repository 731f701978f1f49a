import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { AppEvents, WorkspaceNotices } from './contract.mts';

/** Where apps and realtime doors are told what happened. */
export interface Events {
    readonly apps: AppEvents;
    notify<K extends keyof WorkspaceNotices>(notice: K, ...args: Parameters<WorkspaceNotices[K]>): void;
    on<K extends keyof WorkspaceNotices>(notice: K, listener: WorkspaceNotices[K]): () => void;
    runOnInstance<T>(instance: number, action: () => Promise<T>): Promise<T>;
    attachApps(instance: number, apps: AppEvents): void;
    /** Hands a post event to the apps of every instance (server: a broadcast between instances). */
    broadcastToApps(event: string, ...payload: unknown[]): void;
    /** Hands a post event to the apps of the current instance and does not wait for it. */
    post(event: string, ...payload: unknown[]): Promise<void>;
}

/**
 * The event hub. An action runs on one instance of the cluster (an `AsyncLocalStorage` remembers which), and only that
 * instance's apps get its events; without apps (none attached yet) events go nowhere, as on a server whose apps are not loaded.
 */
export function createEvents(): Events {
    const emitter = new EventEmitter().setMaxListeners(0);
    const current = new AsyncLocalStorage<number>();
    const attached = new Map<number, AppEvents>();
    const here = () => attached.get(current.getStore() ?? 0);

    const apps: AppEvents = {
        triggerEvent: async (event, ...payload) => here()?.triggerEvent(event, ...payload),
    };
    const fire = (target: AppEvents | undefined, event: string, payload: unknown[]) =>
        Promise.resolve(target?.triggerEvent(event, ...payload)).catch((error: unknown) => console.error(`${event}:`, error));

    return {
        apps,
        notify: (notice, ...args) => void emitter.emit(notice, ...args),
        on(notice, listener) {
            emitter.on(notice, listener);
            return () => void emitter.off(notice, listener);
        },
        runOnInstance: (instance, action) => current.run(instance, action),
        attachApps: (instance, events) => void attached.set(instance, events),
        broadcastToApps: (event, ...payload) => attached.forEach((target) => void fire(target, event, payload)),
        post: (event, ...payload) => fire(here(), event, payload),
    };
}
