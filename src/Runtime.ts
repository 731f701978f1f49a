import type { IAppAccessors, ILogger } from '@rocket.chat/apps-engine/definition/accessors';
import type { App } from '@rocket.chat/apps-engine/definition/App';
import { Bridge } from './bridge/Bridge';
import type { Picture } from './bridge/people/Avatars';
import { contextOf, systemClock } from './bridge/core/Context';
import { AdminNotices } from './bridge/status/AdminNotices';
import { AwayNotice } from './bridge/status/AwayNotice';
import { Admins } from './bridge/setup/Admins';
import { RegistrationWatch } from './bridge/setup/RegistrationWatch';
import { Setup } from './bridge/setup/Setup';
import { EchoRoom } from './bridge/status/EchoRoom';
import { Health, pingProblem } from './bridge/status/Health';
import { WakeUp } from './bridge/status/WakeUp';
import { Watchdog } from './bridge/status/Watchdog';
import type { CommandTable } from './commands/CommandTable';
import { subCommands } from './commands/index';
import type { BridgeConfig } from './config/BridgeConfig';
import { pingPath } from './endpoints/index';
import type { Intake } from './endpoints/Intake';
import { EngineLog } from './errors/EngineLog';
import type { Events } from './events/index';
import { eventsFor } from './events/index';
import type { RcUserId } from './ids/types';
import { OwnPort } from './intake/OwnPort';
import { Connection } from './matrix/Connection';
import type { HandlerAccessors } from './rocketchat/Accessors';
import { Accessors } from './rocketchat/Accessors';
import { endWhenTransportBreaks } from './rocketchat/brokenTransport';
import { engineRocketChat } from './rocketchat/EngineRocketChat';
import { engineSettings, engineSurroundings } from './rocketchat/EngineSettings';
import type { RocketChat } from './rocketchat/RocketChat';

/** A call that came before the app is enabled waits at most this long. */
const START_PATIENCE_MS = 10_000;

/** Puts the parts together, and holds what there is one of per process. */
export class Runtime {
    public readonly log = new EngineLog();
    public readonly rocketchat: RocketChat;
    public readonly commands: CommandTable;
    private readonly accessors = new Accessors();
    private readonly setup: Setup;
    private readonly connection: Connection;
    private readonly bridge: Bridge;
    private readonly admins: Admins;
    private readonly watch: RegistrationWatch;
    private readonly events: Events;
    private readonly wakeUp: WakeUp;
    private readonly watchdog: Watchdog;
    private readonly notices: AdminNotices;
    private readonly port: OwnPort;
    /** Between `onEnable` and `onDisable`. */
    private enabled = false;
    private started?: () => void;
    private start?: Promise<void> = new Promise<void>((resolve) => {
        this.started = resolve;
    });

    constructor(app: App) {
        endWhenTransportBreaks(() => void this.bridge.settle().catch(() => undefined));
        const engine = (): IAppAccessors => app.getAccessors();
        this.accessors.keep({ read: engine().reader, http: engine().http });
        this.rocketchat = engineRocketChat(this.accessors, app.getID(), () => this.config?.workspace);
        this.connection = new Connection(() => this.accessors.http);
        const surroundings = engineSurroundings(() => engine().providedApiEndpoints, pingPath, () => this.rocketchat.siteUrl());
        this.setup = new Setup(
            engineSettings(this.accessors, () => engine().environmentWriter),
            surroundings,
            this.log,
            (now, before) => this.settingsChanged(now.config, before.config),
        );
        const { connection, rocketchat, log } = this;
        const ready = (): boolean => this.accessors.complete;
        const tellAdmins = (text: string): Promise<number> => this.admins.tell(text);
        const context = contextOf(rocketchat, log, connection);
        this.bridge = new Bridge(context);
        const echo = new EchoRoom(context);
        this.bridge.onOwnEvent((event) => echo.heard(event));
        this.events = eventsFor(this.bridge.outbound, app.getID());
        this.admins = new Admins(rocketchat, log);
        this.notices = new AdminNotices(rocketchat.store, log, ready, tellAdmins);
        this.port = new OwnPort(app, {
            log,
            enter: (accessors) => this.enter(accessors),
            hsToken: () => this.hsToken(),
            intake: () => this.intake(),
            complete: ready,
            http: () => this.accessors.http,
            privateApi: () => surroundings.privateApi(),
        }, this.notices);
        const registration = () => (this.config?.enabled ? this.setup.state.registration : undefined);
        this.watch = new RegistrationWatch(rocketchat.store, systemClock, log, registration, ready, tellAdmins);
        this.wakeUp = new WakeUp(context, echo, ready, this.bridge);
        this.watchdog = new Watchdog(context, echo, ready, this.bridge.reading, this.notices, (ping) => pingProblem(ping, this.config?.bridgeUrl || '') ?? this.port.advice());
        this.bridge.onPush = (events) => this.watchdog.pushed(events);
        const away = new AwayNotice(this.bridge.homeserver, systemClock, this.notices);
        this.bridge.onBeat = () => away.look();
        this.commands = subCommands({
            host: { log, whyOff: () => this.whyOff(), adminSeen: ({ sender }) => this.admins.remember(sender.id) },
            bridge: this.bridge,
            setup: this.setup,
            health: new Health(() => connection.homeserver, echo, rocketchat.workspace),
            findings: () => this.port.findings(),
        });
    }

    /** The app is enabled: reads the settings, makes what is missing. Never throws: the endpoints must be there in any case. */
    public async enable(logger: ILogger): Promise<void> {
        try {
            await this.setup.start();
        } catch (error) {
            this.log.error('The settings could not be read', error);
        }
        this.enabled = true;
        this.started?.();
        this.bridge.doubt();
        this.start = undefined;
        this.lookAtSwitch();
        this.log.flush(logger);
    }

    /** The app is disabled; the process goes on, and may be enabled again. */
    public async disable(logger: ILogger): Promise<void> {
        this.enabled = false;
        this.lookAtSwitch();
        await this.bridge.settle().catch((error) => this.log.error('Not everything could be stored', error));
        this.log.flush(logger);
    }

    /** A setting changed, here or on another instance. */
    public async settingUpdated(logger: ILogger): Promise<void> {
        await this.setup.refresh().catch((error) => this.log.error('The settings could not be read', error));
        this.log.flush(logger);
    }

    /** @returns what must stand in the registration setting */
    public registrationText(): Promise<string> {
        return this.setup.registrationText();
    }

    /** Who installed or updated the app is told what an administrator must know. */
    public async adminSeen(id: RcUserId, accessors: HandlerAccessors): Promise<void> {
        this.accessors.keep(accessors);
        await this.admins.remember(id).catch((error) => this.log.error('The administrator could not be stored', error));
    }

    /** To be called first by every door. Keeps the accessors, and waits until the settings are known. */
    public async enter(accessors: HandlerAccessors): Promise<void> {
        const first = !this.accessors.complete;
        this.accessors.keep(accessors);
        if (this.start) {
            await Promise.race([this.start, systemClock.sleep(START_PATIENCE_MS)]);
        }
        if (first && this.accessors.complete) {
            this.watch.look();
            this.wakeUp.look();
            void this.notices.look();
        }
    }

    /** Hands an event of Rocket.Chat on, while the bridge is on. */
    public async on(accessors: HandlerAccessors, logger: ILogger, handle: (events: Events) => Promise<void>): Promise<void> {
        try {
            await this.enter(accessors);
            if (this.config?.enabled) {
                await handle(this.events);
            }
        } catch (error) {
            this.log.error('An event could not be handled', error);
        }
        this.log.flush(logger);
    }

    public hsToken(): string {
        return this.config?.hsToken || '';
    }

    public intake(): Intake | undefined {
        return this.config?.enabled ? this.bridge : undefined;
    }

    /** Called once a minute by the scheduler. */
    public async heartbeat(accessors: HandlerAccessors, logger: ILogger): Promise<void> {
        await this.enter(accessors);
        await this.resume();
        this.log.flush(logger);
    }

    /** @returns a picture of a Matrix user under its signed address, see `Avatars` */
    public async avatar(server: string, media: string, signature: string): Promise<Picture | undefined> {
        return this.config?.enabled ? this.bridge.avatars.read(server, media, signature) : undefined;
    }

    private async resume(): Promise<void> {
        if (this.config?.enabled && this.accessors.complete) {
            await this.bridge.upkeep().catch((error) => this.log.error('What was begun could not be finished', error));
        }
    }

    private get config(): BridgeConfig | undefined {
        return this.setup.state.config;
    }

    private async settingsChanged(now: BridgeConfig | undefined, before: BridgeConfig | undefined): Promise<void> {
        this.connection.use(now);
        if (before && JSON.stringify(now) !== JSON.stringify(before)) {
            this.bridge.settingsChanged();
            this.watchdog.forget();
        }
        this.watch.look();
        this.lookAtSwitch();
    }

    private lookAtSwitch(): void {
        // Like the private API also while the bridge is switched off: the homeserver's ping is answered.
        this.port.use(this.enabled ? this.config : undefined);
        const on = this.enabled && this.config?.enabled;
        [this.wakeUp, this.watchdog].forEach((part) => (on ? part.on() : part.off()));
    }

    private whyOff(): string | undefined {
        const { config, problems } = this.setup.state;
        if (!config) {
            const reasons = problems.map(({ message }) => message).join(' ');
            return `The Matrix bridge is not set up yet. ${reasons || 'It is still starting; please try again in a moment.'}`;
        }
        return config.enabled ? undefined : 'The Matrix bridge is switched off. An administrator can switch it on in the settings of the app.';
    }
}
