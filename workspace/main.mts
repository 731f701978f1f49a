import { describe } from './process/PlainError.mts';
import { parseOptions } from './options.mts';
import { Workspace } from './Workspace.mts';

/**
 * The development workspace as a process: a stand-in for a Rocket.Chat server around the real Apps-Engine.
 * Standard output has one line, when everything is ready: `{"ready":true,"url":…,"urls":[…],"pid":…}`; all else goes to
 * standard error. SIGINT and SIGTERM end it and its sandboxes.
 */
async function main(): Promise<void> {
    // The engine and its apps print with `console`; standard output is ours.
    console.log = console.info = console.debug = console.error.bind(console);
    let workspace: Workspace | undefined;
    let stopping = false;
    const stop = async (code: number): Promise<void> => {
        if (stopping) return;
        stopping = true;
        await workspace?.close().catch((error) => console.error(describe(error)));
        process.exit(code);
    };
    process.on('SIGINT', () => void stop(0));
    process.on('SIGTERM', () => void stop(0));
    // What an app's call or a sandbox that was killed leaves behind does not end a server that runs: the real one writes it down
    // and goes on, too (app/error-handler/server/lib/RocketChat.ErrorHandler.ts).
    process.on('uncaughtException', (error) => {
        console.error(describe(error));
        if (!workspace) void stop(1);
    });
    process.on('unhandledRejection', (error) => console.error(describe(error)));

    try {
        workspace = await Workspace.start(parseOptions(process.argv.slice(2), process.env));
    } catch (error) {
        console.error(describe(error));
        return stop(1);
    }
    if (stopping) return workspace.close();
    process.stdout.write(`${JSON.stringify({ ready: true, url: workspace.urls[0], urls: workspace.urls, pid: process.pid })}\n`);
}

void main();
