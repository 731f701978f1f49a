/** Documents as Rocket.Chat's REST API shows them: the fields that the stories look at. */
export interface RcRoom {
    _id: string;
    t: 'c' | 'p' | 'd';
    name?: string;
    fname?: string;
    topic?: string;
    usernames?: string[];
    [field: string]: any;
}

export interface RcMessage {
    _id: string;
    rid: string;
    msg: string;
    u: { _id: string; username: string; name?: string };
    ts: string;
    alias?: string;
    avatar?: string;
    t?: string;
    tmid?: string;
    reactions?: Record<string, { usernames: string[] }>;
    [field: string]: any;
}

export interface RcUser {
    _id: string;
    username: string;
    name?: string;
    type?: string;
    roles?: string[];
    active?: boolean;
    [field: string]: any;
}
