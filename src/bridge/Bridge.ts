import type { MatrixRoomAlias, MatrixUserId } from '../ids/types';
import type { MatrixEvent } from '../matrix/Homeserver';
import { CatchUp } from './catchup/CatchUp';
import { Cursors } from './catchup/Cursors';
import { Reading } from './catchup/Reading';
import { RestartSigns } from './catchup/RestartSigns';
import type { BridgeContext } from './core/Context';
import { Lanes } from './core/Lanes';
import type { Parts } from './core/Parts';
import { Patience } from './core/Patience';
import { DeadLetters } from './deadletters/DeadLetters';
import { Retries } from './deadletters/Retries';
import { Inbound } from './inbound/Inbound';
import { ChosenIds } from './links/ChosenIds';
import { DeletedHere } from './links/DeletedHere';
import { Links } from './links/Links';
import { FilesRoom } from './media/FilesRoom';
import { Outbound } from './outbound/Outbound';
import { Avatars } from './people/Avatars';
import { Ghosts } from './people/Ghosts';
import { Puppets } from './people/Puppets';
import { Receipts } from './people/Receipts';
import { Portals } from './portals/Portals';
import { RoomCommands } from './portals/RoomCommands';
import type { Whereabouts } from './status/AwayNotice';
import { Queue } from './status/Queue';
import { Transactions } from './transactions/Transactions';

/** The server's scheduler calls once a minute; after so long without it its job is lost, or held by another instance. */
const UNCALLED_MS = 180_000;

/** Numbers for the status. Times in milliseconds. */
export interface BridgeCounts {
    portals: number;
    ghosts: number;
    puppets: number;
    /** What waits, also what is only stored. */
    waiting: number;
    oldestWaitingMs: number;
    /** Of it what is held in memory. */
    inMemory: number;
    deadLetters: Record<'in' | 'out', number>;
    /** The server does not take the ids that the bridge chooses for messages, or for users. */
    ownIds: boolean;
}

/**
 * The bridge: what the doors (events, endpoints, commands, jobs) talk to. Knows neither HTTP nor the engine's accessors,
 * only the interfaces `RocketChat` and `Homeserver`.
 */
export class Bridge {
    /** What happens in Rocket.Chat. */
    public readonly outbound: Outbound;
    /** What people ask for by command. */
    public readonly rooms: RoomCommands;
    /** What could not be delivered. */
    public readonly deadLetters: DeadLetters;
    public readonly retries: Retries;
    /** What waits for its turn. */
    public readonly queue: Queue;
    private readonly inbound: Inbound;
    private readonly parts: Parts;
    private readonly cursors: Cursors;
    private readonly catchUp: CatchUp;
    /** Reads rooms whatever the homeserver pushes. */
    public readonly reading: Reading;
    private readonly receipts: Receipts;
    /** Told of each transaction. */
    public onPush?: (events: unknown[]) => void;
    /** Told every few seconds while the bridge works. */
    public onBeat?: () => Promise<void>;
    private readonly signs = new RestartSigns();
    private resting?: Promise<void>;
    /** When the upkeep was done last, in milliseconds since the epoch. */
    private upkeptAt: number;
    private readonly transactions: Transactions;

    constructor(context: BridgeContext) {
        const ids = new ChosenIds(context);
        const links = new Links(context);
        const parts: Parts = {
            context,
            portals: new Portals(context),
            ghosts: new Ghosts(context),
            puppets: new Puppets(context, ids),
            avatars: new Avatars(context),
            links,
            ids,
            deletedHere: new DeletedHere(context, links),
            lanes: new Lanes(() => context.clock.now()),
            patience: new Patience(context.clock),
        };
        this.parts = parts;
        this.upkeptAt = context.clock.now();
        this.deadLetters = new DeadLetters(context);
        this.receipts = new Receipts(context);
        this.outbound = new Outbound(parts, this.deadLetters);
        this.inbound = new Inbound(parts, this.outbound, this.deadLetters, this.outbound.presence);
        this.transactions = new Transactions(context, this.inbound);
        this.queue = new Queue(parts, () => this.inbound.waiting(), (roomId) => this.outbound.isBehind(roomId));
        this.retries = new Retries(context, this.deadLetters, {
            in: (payload) => this.inbound.again(JSON.parse(payload)),
            out: (payload) => this.outbound.again(JSON.parse(payload)),
        });
        this.cursors = new Cursors(context, async (room) => Boolean(await parts.portals.ofMatrixRoom(room)));
        parts.portals.onSaved = ({ matrixRoomId, bridgedAt }) => this.cursors.begin(matrixRoomId, bridgedAt);
        this.catchUp = new CatchUp(parts, this.cursors, (event) => this.inbound.read(event), (event) => this.inbound.isKnown(event));
        this.reading = new Reading(parts, this.cursors, this.catchUp, this.inbound);
        this.inbound.onHandled = (event) => {
            this.cursors.handled(event);
            this.receipts.seen(event);
        };
        parts.patience.outage.onAway = () => this.catchUp.doubt();
        parts.patience.outage.onBack = () => this.catchUp.sign('the homeserver was away');
        this.rooms = new RoomCommands(parts, this.outbound.members);
    }

    public async handleTransaction(txnId: string, events: unknown[], ephemeral: unknown[]): Promise<void> {
        this.onPush?.(events);
        // Whoever asks us is there.
        this.parts.patience.outage.hint();
        const { event_id: first } = (events[0] || {}) as { event_id?: unknown };
        this.transactions.isShared = this.transactions.isShared || this.signs.hasGap(txnId);
        if (this.signs.wentBack(txnId, typeof first === 'string' ? first : '')) {
            this.catchUp.sign('the homeserver counts its transactions anew');
        }
        this.inbound.ephemeral(ephemeral);
        await this.transactions.handle(txnId, events, () => this.catchUp.before(events));
    }

    /** Whoever is asked for and has no ghost yet gets one: the homeserver looks again when it has the answer (Dendrite, for a profile). */
    public async knowsUser(user: MatrixUserId): Promise<boolean> {
        const { context, ghosts } = this.parts;
        const known = context.namespace.isGhost(user) ? await ghosts.userOf(user) : undefined;
        return Boolean(known && (await ghosts.of(known)));
    }

    /** Whether this is the alias of a bridged room. Aliases are made with their rooms, so none is made here. */
    public async knowsAlias(alias: MatrixRoomAlias): Promise<boolean> {
        return Boolean(await this.parts.portals.ofAlias(alias));
    }

    /** @param listener told of every event of our own users that the homeserver pushes: the proof that it reaches us */
    public onOwnEvent(listener: (event: MatrixEvent) => void): void {
        this.inbound.onOwnEvent = listener;
    }

    /** What is known of the homeserver. */
    public get homeserver(): Whereabouts {
        return this.parts.patience;
    }

    /** Pictures of Matrix users, under the signed addresses that messages carry. */
    public get avatars(): Avatars {
        return this.parts.avatars;
    }

    public async counts(): Promise<BridgeCounts> {
        const { portals, ghosts, puppets, context, ids } = this.parts;
        const [all, ghostCount, puppetCount, letters] = await Promise.all([portals.all(), ghosts.count(), puppets.count(), this.deadLetters.all()]);
        const { rooms } = this.queue.look();
        const now = context.clock.now();
        return {
            ownIds: (await ids.areRefused('messages')) || (await ids.areRefused('users')),
            portals: all.length,
            ghosts: ghostCount,
            puppets: puppetCount,
            waiting: rooms.reduce((sum, { count }) => sum + count, 0),
            inMemory: this.parts.lanes.load().tasks,
            oldestWaitingMs: rooms.length ? now - rooms[0].oldestAt : 0,
            deadLetters: {
                in: letters.filter(({ direction }) => direction === 'in').length,
                out: letters.filter(({ direction }) => direction === 'out').length,
            },
        };
    }

    /** Homeserver, domain or prefix are other ones now: what is remembered of the old ones does not count. */
    public settingsChanged(): void {
        const { portals, ghosts, puppets, links } = this.parts;
        [portals, ghosts, puppets, links, this.receipts, this.reading].forEach((part) => part.forget());
    }

    /** Finishes what a process that has ended had begun. Touches only rooms in which something was under way. */
    public async resume(): Promise<void> {
        this.transactions.isShared = await this.outbound.presence.hasOthers();
        await Promise.all([this.outbound.resume(), this.inbound.parking.takeOver()]);
    }

    /** This process begins to work: reads what the homeserver did not push before, and finishes what was begun. */
    public async begin(): Promise<void> {
        this.catchUp.sign('the bridge was started');
        void this.parts.ids.probe(() => new FilesRoom(this.parts.context).id());
        await this.upkeep();
    }

    /** Once a minute: takes up what processes that have ended left behind, and what nobody heard after them. */
    public async upkeep(): Promise<void> {
        this.upkeptAt = this.parts.context.clock.now();
        this.outbound.catchUp().catch((error) => this.parts.context.log.error('What nobody heard could not be looked for', error));
        await this.resume();
    }

    /** Every few seconds: a sign that this process lives. Where the server's scheduler does not call for the upkeep, the bridge does it by itself. */
    public async beat(): Promise<void> {
        const { clock, log } = this.parts.context;
        if (clock.now() - this.upkeptAt > UNCALLED_MS) {
            this.upkeep().catch((error) => log.error('What was begun could not be finished', error));
        }
        await Promise.all([this.outbound.presence.beat(), this.onBeat?.()]);
    }

    /** The bridge is switched off. */
    public rest(): void {
        this.resting = this.outbound.rest();
    }

    /** The app was off: what was written meanwhile is looked for in every room in which something happens. */
    public doubt(): void {
        this.outbound.doubtAll();
    }

    /** Writes what only memory holds yet: before the app is switched off. */
    public async settle(): Promise<void> {
        await Promise.all([this.parts.links.flush(), this.cursors.flush(), this.resting]);
    }
}
