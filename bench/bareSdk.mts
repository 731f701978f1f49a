/** The homeserver's floor: a bare application service of matrix-bot-sdk in Node, without Rocket.Chat. */
import Module from 'node:module';

type Load = (request: string, ...rest: unknown[]) => unknown;

/** matrix-bot-sdk wants its native crypto add-on at load, which is not installed here and not used. */
const loadSdk = (): any => {
    const loader = Module as unknown as { _load: Load };
    const original = loader._load;
    loader._load = function load(this: unknown, request, ...rest) {
        return request === '@matrix-org/matrix-sdk-crypto-nodejs' ? {} : original.call(this, request, ...rest);
    };
    try {
        return Module.createRequire(`${process.cwd()}/package.json`)('matrix-bot-sdk');
    } finally {
        loader._load = original;
    }
};

export interface BareService {
    /** Makes a public room in which the person is and a ghost writes. */
    createRoom(person: string): Promise<string>;
    send(roomId: string, text: string): Promise<string>;
    onMessage: (text: string) => void;
    stop(): Promise<void>;
}

export const bareRegistration = (port: number): Record<string, any> => ({
    id: 'bare',
    url: `http://127.0.0.1:${port}`,
    as_token: 'bare-as-token',
    hs_token: 'bare-hs-token',
    sender_localpart: 'bare',
    rate_limited: false,
    namespaces: { users: [{ exclusive: true, regex: '@bare_.*' }], aliases: [], rooms: [] },
});

/** Listens on the port of the registration. */
export const startBareService = async (homeserverUrl: string, serverName: string, port: number): Promise<BareService> => {
    const { Appservice, LogService, LogLevel, MemoryStorageProvider } = loadSdk();
    LogService.setLevel(LogLevel.ERROR);
    const service = new Appservice({
        port,
        bindAddress: '127.0.0.1',
        homeserverName: serverName,
        homeserverUrl,
        registration: bareRegistration(port),
        storage: new MemoryStorageProvider(),
    });
    const ghost = service.getIntentForUserId(`@bare_ghost:${serverName}`);
    await service.begin();
    await ghost.ensureRegistered();
    const bare: BareService = {
        createRoom: (person) => ghost.underlyingClient.createRoom({ preset: 'private_chat', invite: [person] }),
        send: (roomId, text) => ghost.underlyingClient.sendMessage(roomId, { msgtype: 'm.text', body: text }),
        onMessage: () => undefined,
        stop: async () => service.stop(),
    };
    service.on('room.message', (_roomId: string, event: any) => bare.onMessage(String(event.content?.body)));
    return bare;
};
