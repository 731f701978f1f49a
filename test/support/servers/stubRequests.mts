import type { IncomingMessage } from 'node:http';

/** A request as the log of the stub names it: `PUT rooms/…/send/m.room.message`, without ids and query. */
export const inShort = ({ method, url = '' }: IncomingMessage): string => {
    const path = url.replace(/\?.*$/, '').replace(/^\/_matrix\/client\/[^/]+\//, '').replace(/\/(!|%21|@|%40|%23|\$|%24)[^/]*/g, '/…');
    return `${method} ${path.replace(/(\/send\/[^/]+)\/.*$/, '$1')}`;
};

/** The body of a request as JSON; an empty one is an empty object. */
export const read = async (request: IncomingMessage): Promise<any> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
        chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    return text ? JSON.parse(text) : {};
};
