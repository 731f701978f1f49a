/** The settings as the bridge uses them: read once, validated, the same until an admin changes one of them. */
export interface BridgeConfig {
    readonly enabled: boolean;
    /** Id of the application service, as in the registration. */
    readonly id: string;
    /** The homeserver shows this one to us. */
    readonly hsToken: string;
    /** We show this one to the homeserver. */
    readonly asToken: string;
    /** Where we reach the homeserver's client-server API, without a slash at the end. */
    readonly homeserverUrl: string;
    /** Server name: what stands behind the `:` of the homeserver's users. */
    readonly domain: string;
    /** Where the homeserver reaches us, without a slash at the end: the setting, or the app's private API. */
    readonly bridgeUrl: string;
    /** Set when `bridgeUrl` names a port of the app's own; else the private API takes what the homeserver pushes. */
    readonly listener?: ListenerConfig;
    /** Localpart of the application service's own user, the bot. */
    readonly botLocalpart: string;
    /** Beginning of the localpart of every ghost and every alias. */
    readonly ghostPrefix: string;
    /** Set when an admin entered something for it, complete or not. */
    readonly workspace?: WorkspaceToken;
}

/** A user of the workspace with a personal access token, as an admin has entered them; either may be missing or wrong. */
export interface WorkspaceToken {
    readonly userId: string;
    readonly token: string;
}

/** The intake on a port of the app's own. */
export interface ListenerConfig {
    readonly port: number;
    /** Path before `/_matrix/app/…`, without a slash at the end. */
    readonly basePath: string;
    /** Largest body of a request. */
    readonly maxBytes: number;
}

/** What is wrong with one setting, as a sentence for the admin. */
export interface ConfigProblem {
    /** Id of the setting. */
    setting: string;
    /** English sentence without a secret. */
    message: string;
}
