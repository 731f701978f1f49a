import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PlainError } from './PlainError.mts';

/** Tries to listen. @returns the port that was got, or the error's code */
function probe(port: number, host: string): Promise<{ port: number } | { code: string }> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'EUNKNOWN' }));
        server.listen({ port, host, exclusive: true }, () => {
            const { port: got } = server.address() as { port: number };
            server.close(() => resolve({ port: got }));
        });
    });
}

/** Below those that systems give to whoever asks for any port, and to outgoing connections: nobody gets them by chance. */
const OWN_PORTS = { from: 20_000, to: 32_000 };
const PORT_TRIES = 50;

/** @returns a port that was free a moment ago, and that nobody gets who asks for any */
export async function freePort(host = '127.0.0.1'): Promise<number> {
    let code = '';
    for (let tries = 0; tries < PORT_TRIES; tries += 1) {
        const result = await probe(randomInt(OWN_PORTS.from, OWN_PORTS.to), host);
        if ('port' in result) {
            return result.port;
        }
        ({ code } = result);
    }
    throw new PlainError(`No free port could be got on ${host} (${code}).`);
}

/**
 * Says in one sentence why a port cannot be used, before anything has been started.
 * @param purpose what the port is for, e.g. `the workspace`
 * @param flag the option that chooses another one
 * @throws PlainError
 */
export async function assertPortFree(port: number, purpose: string, flag: string): Promise<void> {
    if (port === 0) {
        return;
    }
    for (const host of ['127.0.0.1', '0.0.0.0']) {
        const result = await probe(port, host);
        if ('port' in result) {
            continue;
        }
        if (result.code === 'EADDRINUSE') {
            throw new PlainError(`Port ${port}, wanted for ${purpose}, is in use: stop what listens there or choose another one with ${flag}.`);
        }
        if (result.code === 'EACCES') {
            throw new PlainError(`Port ${port}, wanted for ${purpose}, is not allowed for this user: choose one over 1023 with ${flag}.`);
        }
        throw new PlainError(`Port ${port}, wanted for ${purpose}, cannot be used (${result.code}): choose another one with ${flag}.`);
    }
}
