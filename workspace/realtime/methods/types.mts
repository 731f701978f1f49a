import type { AppsHost, Domain, IUser } from '../../server/contract.mts';

/** Who calls a method, and over what. */
export interface MethodContext {
    domain: Domain;
    apps: AppsHost;
    /** Set whenever the method is not one for everybody. */
    user: IUser;
    /** Login token in clear of the connection or the request, empty without one. */
    token: string;
    /** The DDP connection that calls; unset over REST. */
    connection?: { setUser(user: IUser | null, token?: string): Promise<void> };
}

export type Method = (context: MethodContext, ...params: any[]) => unknown;
export type Methods = Record<string, Method>;
