import type {
    IListenerBridge,
    MessageBridge,
    RoleBridge,
    RoomBridge,
    UploadBridge,
    UserBridge,
} from '@rocket.chat/apps-engine/server/bridges';
import type { ThreadBridge } from '@rocket.chat/apps-engine/server/bridges/ThreadBridge';
import type { AppEvents, Domain, IRoom, IUser } from '../../../server/contract.mts';
import type { BridgeHost } from '../../load.mts';

/** What `bridges/domain/index.mts` makes for one instance: `domainBridges(domain, host)`. */
export interface DomainBridges {
    user: UserBridge;
    room: RoomBridge;
    message: MessageBridge;
    upload: UploadBridge;
    role: RoleBridge;
    thread: ThreadBridge;
    /** The engine's listener bridge, and the server's door to it (`triggerEvent`). */
    listener: IListenerBridge & AppEvents;
    /** The converters that the host needs for slash commands, UIKit and API calls (documents → the engine's shapes). */
    converters: {
        user(user: IUser): any;
        room(room: IRoom): Promise<any>;
        message(id: string): Promise<any>;
    };
}

export type MakeDomainBridges = (domain: Domain, host: BridgeHost) => DomainBridges;
