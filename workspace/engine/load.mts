/* eslint-disable @typescript-eslint/consistent-type-imports -- modules are required at run time, their types are looked up by path */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';

type Bridges = typeof import('@rocket.chat/apps-engine/server/bridges');
type Module<Path extends keyof EngineModules> = EngineModules[Path];

/** The engine's modules that its host needs, with their types. */
interface EngineModules {
    'server/AppManager': typeof import('@rocket.chat/apps-engine/server/AppManager');
    'server/bridges': Bridges;
    'server/bridges/OAuthAppsBridge': typeof import('@rocket.chat/apps-engine/server/bridges/OAuthAppsBridge');
    'server/bridges/ThreadBridge': typeof import('@rocket.chat/apps-engine/server/bridges/ThreadBridge');
    'server/bridges/InternalBridge': typeof import('@rocket.chat/apps-engine/server/bridges/InternalBridge');
    'server/storage': typeof import('@rocket.chat/apps-engine/server/storage');
    'server/compiler': typeof import('@rocket.chat/apps-engine/server/compiler');
    'server/errors': typeof import('@rocket.chat/apps-engine/server/errors');
    'server/permissions/AppPermissions': typeof import('@rocket.chat/apps-engine/server/permissions/AppPermissions');
    'definition/AppStatus': typeof import('@rocket.chat/apps-engine/definition/AppStatus');
    'definition/exceptions': typeof import('@rocket.chat/apps-engine/definition/exceptions');
    'definition/metadata': typeof import('@rocket.chat/apps-engine/definition/metadata');
    'definition/slashcommands': typeof import('@rocket.chat/apps-engine/definition/slashcommands');
}

/**
 * One copy of the engine's classes. Every instance of the workspace has a copy of its own, because the engine keeps its
 * manager in a static field and asks it for every permission: so **bridges must extend the classes of the `Engine` that
 * they are made for** (make the class inside a function that gets the engine), never classes of an import of their own.
 */
export interface Engine {
    readonly AppManager: Module<'server/AppManager'>['AppManager'];
    /** The abstract bridge classes (`engine.bridges.UserBridge`, …). */
    readonly bridges: Bridges &
        Module<'server/bridges/OAuthAppsBridge'> &
        Module<'server/bridges/ThreadBridge'> &
        Module<'server/bridges/InternalBridge'>;
    readonly storage: Module<'server/storage'>;
    readonly compiler: Module<'server/compiler'>;
    readonly errors: Module<'server/errors'>;
    readonly defaultPermissions: Module<'server/permissions/AppPermissions'>['defaultPermissions'];
    readonly AppStatusUtils: Module<'definition/AppStatus'>['AppStatusUtils'];
    readonly exceptions: Module<'definition/exceptions'>;
    readonly AppInterface: Module<'definition/metadata'>['AppInterface'];
    readonly SlashCommandContext: Module<'definition/slashcommands'>['SlashCommandContext'];
    /** `server/rooms/Room.Room`: the room class that slash command contexts carry. */
    require(path: string): any;
}

export type AppManager = InstanceType<Engine['AppManager']>;

/** What a bridge may ask of the host that it belongs to. */
export interface BridgeHost {
    readonly engine: Engine;
    /** Number of the workspace instance, from 0. */
    readonly instance: number;
    /** The manager; not there before the bridges are. */
    manager(): AppManager;
}

/**
 * Loads a fresh copy of the engine's modules.
 * @param packageFolder the prepared engine package (see `prepare.mts`)
 */
export function loadEngine(packageFolder: string): Engine {
    // The cache knows files by their real place, also where a folder above is a link.
    const folder = realpathSync(packageFolder);
    const require = createRequire(join(folder, 'package.json'));
    for (const file of Object.keys(require.cache)) if (file.startsWith(folder + sep)) delete require.cache[file];
    const load = <Path extends keyof EngineModules>(path: Path): EngineModules[Path] => require(`./${path}`);
    // Everything is loaded now: a later, lazy `require` could mix two copies.
    return {
        AppManager: load('server/AppManager').AppManager,
        bridges: {
            ...load('server/bridges'),
            ...load('server/bridges/OAuthAppsBridge'),
            ...load('server/bridges/ThreadBridge'),
            ...load('server/bridges/InternalBridge'),
        },
        storage: load('server/storage'),
        compiler: load('server/compiler'),
        errors: load('server/errors'),
        defaultPermissions: load('server/permissions/AppPermissions').defaultPermissions,
        AppStatusUtils: load('definition/AppStatus').AppStatusUtils,
        exceptions: load('definition/exceptions'),
        AppInterface: load('definition/metadata').AppInterface,
        SlashCommandContext: load('definition/slashcommands').SlashCommandContext,
        require: (path) => require(`./${path}`),
    };
}
