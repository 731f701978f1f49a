import type { Router } from 'express';
import type { ProxiedApp } from '@rocket.chat/apps-engine/server/ProxiedApp';
import { MeteorError, type AppsHost, type AppView, type Domain, type IRoom, type IUser } from '../server/contract.mts';
import { makeBridges } from './bridges/index.mts';
import type { DomainBridges } from './bridges/domain/contract.mts';
import type { Cluster } from './cluster/Cluster.mts';
import { callsRouter, countCalls } from './calls.mts';
import { builtinCommands } from './commands/builtin.mts';
import type { CommandCall, Commands } from './commands/registry.mts';
import { joinCluster } from './cluster/join.mts';
import { loadEngine, type AppManager, type BridgeHost } from './load.mts';
import { findLogs } from './rest/logs.mts';
import { Agenda } from './scheduler/Agenda.mts';
import { logStorage } from './storage/logs.mts';
import { metadataStorage } from './storage/metadata.mts';
import { sourceStorage } from './storage/sources.mts';
import { interactionOf } from './rest/interactions.mts';
import { namesOf, problemsOf, viewOf } from './rest/view.mts';

export interface HostOptions {
    domain: Domain;
    /** Number of the instance, from 0. */
    instance: number;
    cluster: Cluster;
    /** Where the prepared engine lies (`prepare.mts`). */
    engineFolder: string;
    /** A folder of this process, for the sandbox's entry and for the files of upload events. */
    tempFolder: string;
}

/**
 * The apps of one instance: the real `AppManager` on bridges and storages of our own.
 * Server: `ee/server/apps/orchestrator.ts`, `ee/server/apps/communication/rest.ts`.
 */
export class EngineAppsHost implements AppsHost {
    private readonly commands: Commands;

    private constructor(
        private readonly domain: Domain,
        private readonly host: BridgeHost,
        private readonly cluster: Cluster,
        private readonly agenda: Agenda,
        commands: Commands,
        private readonly listener: DomainBridges['listener'],
        private readonly converters: DomainBridges['converters'],
        /** Serves apps' endpoints; for mounting at the root. */
        readonly apiRouter: Router,
    ) {
        this.commands = commands;
    }

    /** Makes the host; `load` starts the apps. */
    static async create({ domain, instance, cluster, engineFolder, tempFolder }: HostOptions): Promise<EngineAppsHost> {
        const engine = loadEngine(engineFolder);
        const made: { manager?: AppManager } = {};
        const host: BridgeHost = {
            engine,
            instance,
            manager: () => {
                if (!made.manager) throw new Error('The apps are not there yet.');
                return made.manager;
            },
        };
        const agenda = new Agenda(domain.collections.appsScheduler);
        const commands = builtinCommands(domain);
        const { bridges, domainSide, apiRouter } = makeBridges({ domain, host, cluster, agenda, commands });
        apiRouter.use(callsRouter(countCalls(engine)));
        made.manager = new engine.AppManager({
            metadataStorage: metadataStorage(engine, domain.collections),
            logStorage: logStorage(engine, domain.collections, `instance-${instance}`),
            sourceStorage: sourceStorage(engine, domain.collections),
            bridges,
            tempFilePath: tempFolder,
        });
        const apps = new EngineAppsHost(domain, host, cluster, agenda, commands, domainSide.listener, domainSide.converters, apiRouter);
        joinCluster(cluster, host, domain);
        domain.attachApps(instance, apps);
        return apps;
    }

    /** Starts the stored apps, those that were enabled before, and then the jobs. */
    async load(): Promise<void> {
        await this.here(async () => {
            await this.manager.load();
            for (const app of await this.manager.get()) {
                await this.manager.loadOne(app.getID(), true).catch((error) => console.error(`The app "${app.getName()}" could not be started:`, error));
            }
        });
        this.agenda.start();
    }

    /** Ends every sandbox, at once: nobody waits for apps when a server goes down, and their status stays as it is. */
    async unload(): Promise<void> {
        this.agenda.stop();
        await Promise.all((await this.manager.get()).map((app) => Promise.resolve(app.getRuntimeController().stopApp()).catch(() => undefined)));
    }

    async triggerEvent(event: string, ...payload: unknown[]): Promise<any> {
        return this.manager.areAppsLoaded() ? this.listener.triggerEvent(event, ...payload) : undefined;
    }

    install(zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): ReturnType<AppsHost['install']> {
        return this.here(async () => {
            const done = await this.manager.add(zip, { enable: false, permissionsGranted: permissions as never, user: this.converters.user(user) });
            const problem = problemsOf(done);
            const info = done.getAppInfo();
            if (problem) return { app: info as unknown as AppView, implemented: [], ...problem };
            // Uploaded apps are installed disabled and then enabled; if that fails the app stays installed.
            await this.manager.changeStatus(info.id, 'manually_enabled' as never).catch((error) => console.error('The app was installed but could not be enabled:', error));
            this.cluster.broadcast(this.host.instance, (other) => other.appAdded(info.id));
            return { app: await this.installed(info.id), implemented: namesOf(done.getImplementedInferfaces()) };
        });
    }

    update(appId: string, zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): ReturnType<AppsHost['update']> {
        return this.here(async () => {
            if (!this.manager.getOneById(appId)) throw new Error('Can not update an App that does not currently exist.');
            const done = await this.manager.update(zip, permissions as never, { user: this.converters.user(user), loadApp: true });
            const problem = problemsOf(done);
            const info = done.getAppInfo();
            if (problem) return { app: info as unknown as AppView, implemented: [], ...problem };
            this.cluster.broadcast(this.host.instance, (other) => other.appUpdated(info.id));
            return { app: await this.installed(info.id), implemented: namesOf(done.getImplementedInferfaces()) };
        });
    }

    remove(appId: string, user: IUser): Promise<AppView> {
        return this.here(async () => {
            const view = await this.installed(appId);
            await this.manager.remove(appId, { user: this.converters.user(user) });
            return { ...view, status: 'disabled' };
        });
    }

    async list(): Promise<AppView[]> {
        return Promise.all((await this.manager.get()).map(viewOf));
    }

    async find(appId: string): Promise<AppView | undefined> {
        const app = this.manager.getOneById(appId);
        return app && viewOf(app);
    }

    setStatus(appId: string, status: 'manually_enabled' | 'manually_disabled'): Promise<string> {
        return this.here(async () => (await this.manager.changeStatus(appId, status as never)).getStatus());
    }

    async icon(appId: string): Promise<string | undefined> {
        return this.app(appId).getInfo().iconFileContent;
    }

    async languages(): Promise<Record<string, Record<string, unknown>>> {
        return Object.fromEntries((await this.manager.get()).map((app) => [app.getID(), app.getStorageItem().languageContent as Record<string, unknown>]));
    }

    async settings(appId: string): Promise<Record<string, any>> {
        return { ...this.app(appId).getStorageItem().settings };
    }

    async setting(appId: string, settingId: string): Promise<any> {
        return this.manager.getSettingsManager().getAppSetting(this.app(appId).getID(), settingId);
    }

    updateSetting(appId: string, setting: { id: string; value: unknown }): Promise<void> {
        return this.here(() => this.manager.getSettingsManager().updateAppSetting(this.app(appId).getID(), setting as never));
    }

    async apis(appId: string): Promise<unknown[]> {
        return this.manager.getApiManager().listApis(this.app(appId).getID());
    }

    logs(appId: string, query: Record<string, any>): Promise<{ logs: unknown[]; total: number }> {
        return findLogs(this.manager.getLogStorage(), this.app(appId).getID(), query);
    }

    async actionButtons(): Promise<unknown[]> {
        return this.manager.getUIActionButtonManager().getAllActionButtons();
    }

    slashCommands(): ReturnType<AppsHost['slashCommands']> {
        return [...this.commands.values()].map(({ command, params, description, clientOnly = false, providesPreview = false, permission, appId }) => (
            { command, params, description, clientOnly, providesPreview, permission, appId }
        ));
    }

    runSlashCommand(command: string, params: string, room: IRoom, user: IUser, options: { threadId?: string; triggerId?: string }): Promise<unknown> {
        return this.here(async () => this.commands.get(command.toLowerCase())?.run?.({ command, params, room, user, ...options }));
    }

    previewSlashCommand(command: string, params: string, room: IRoom, user: IUser): Promise<unknown> {
        return this.here(async () => {
            const preview = (await this.commands.get(command.toLowerCase())?.preview?.({ command, params, room, user })) as { items?: unknown[] } | undefined;
            return preview?.items?.length ? { ...preview, items: preview.items.slice(0, 10) } : undefined;
        });
    }

    executePreviewItem(command: string, params: string, room: IRoom, user: IUser, item: any, options: Pick<CommandCall, 'threadId' | 'triggerId'>): Promise<void> {
        if (!item?.id || !item.type || !item.value) throw new MeteorError('error-invalid-preview', 'Preview Item must have an id, type, and value.');
        return this.here(async () => this.commands.get(command.toLowerCase())?.runPreview?.({ command, params, room, user, ...options }, item));
    }

    uiInteraction(appId: string, payload: Record<string, any>, user: IUser): Promise<unknown> {
        return this.here(async () => {
            const interaction = await interactionOf(appId, payload, user, this.domain, this.converters);
            return this.manager.getListenerManager().executeListener(this.host.engine.AppInterface.IUIKitInteractionHandler as never, interaction as never);
        });
    }

    private get manager(): AppManager {
        return this.host.manager();
    }

    private here<T>(action: () => Promise<T>): Promise<T> {
        return this.domain.runOnInstance(this.host.instance, action);
    }

    private app(appId: string): ProxiedApp {
        const app = this.manager.getOneById(appId);
        if (!app) throw new Error(`No App found by the id of: ${appId}`);
        return app as unknown as ProxiedApp;
    }

    private async installed(appId: string): Promise<AppView> {
        return viewOf(this.app(appId));
    }
}
