import type { MakeDomainBridges } from './contract.mts';
import { makeConverters } from './converters/index.mts';
import { listenerBridge } from './listener.mts';
import { messageBridge } from './messages.mts';
import { roleBridge } from './roles.mts';
import { roomBridge } from './rooms.mts';
import { threadBridge } from './threads.mts';
import { uploadBridge } from './uploads.mts';
import { userBridge } from './users.mts';

/** The bridges between the engine and the domain, and the converters, for one instance. */
export const domainBridges: MakeDomainBridges = (domain, host) => {
    const converters = makeConverters(domain);
    return {
        user: userBridge(domain, host, converters),
        room: roomBridge(domain, host, converters),
        message: messageBridge(domain, host, converters),
        upload: uploadBridge(domain, host, converters),
        role: roleBridge(domain, host),
        thread: threadBridge(domain, host, converters),
        listener: listenerBridge(host, converters),
        converters: {
            user: (user) => converters.users.toApp(user),
            room: (room) => converters.rooms.toApp(room),
            message: (id) => converters.messages.byId(id),
        },
    };
};
