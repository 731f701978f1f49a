/** What the two halves of the page have in common: the view knows only this. */
export interface Room {
    id: string;
    name: string;
    kind: 'public' | 'private' | 'direct';
    topic?: string;
    unread: number;
    /** What one must do before one can write. */
    entry?: 'join' | 'accept';
}

export interface Author {
    id: string;
    name: string;
    /** URL of a picture, when there is one. */
    avatar?: string;
}

export interface Message {
    id: string;
    author: Author;
    time: Date;
    /** What happened in the room (joins, names, …) or what only this person sees; shown as a line of its own. */
    notice?: 'event' | 'whisper';
    /** Made of elements of an allow-list only. */
    content: DocumentFragment;
    /** Changes whenever the message would look different. */
    version: string;
    edited: boolean;
    sending: boolean;
    reactions: { key: string; count: number }[];
}

export interface Person {
    id: string;
    name: string;
    avatar?: string;
}

/** A person that can log in with one click. */
export interface DemoUser {
    user: string;
    password: string;
}

export interface Side {
    readonly title: string;
    /** Where it is, for the header: `localhost:3000`. */
    readonly place: string;
    readonly demoUsers: DemoUser[];
    readonly person: Person | undefined;
    /** Said under the title; empty when all is well. */
    readonly trouble: string;
    readonly rooms: Room[];
    readonly opened: string | undefined;
    readonly messages: Message[];
    /** The name of the room that is opened first. */
    readonly firstRoom: string | undefined;

    /** Called whenever something of the above changed. */
    onChange: () => void;
    logIn(user: string, password: string): Promise<void>;
    /** Goes on with the login of the last visit. @returns whether there was one that still counts */
    resume(): Promise<boolean>;
    logOut(): Promise<void>;
    open(roomId: string): Promise<void>;
    enter(roomId: string): Promise<void>;
    send(text: string): Promise<void>;
}

/** What one of the two sides does with a session. */
interface Steps<T> {
    /** Throws when the session does not count any more. */
    begin(session: T): Promise<void>;
    end(): void;
    logIn(user: string, password: string): Promise<void>;
}

/** The login of the last visit, kept in the browser. `false`: logged out on purpose, do not log a demo user in again. */
export class Memory<T> {
    constructor(private readonly key: string) {}

    public read(): T | false | undefined {
        try {
            const text = localStorage.getItem(this.key);
            return text === null ? undefined : (JSON.parse(text) as T | false);
        } catch {
            return undefined;
        }
    }

    public write(value: T | false): void {
        localStorage.setItem(this.key, JSON.stringify(value));
    }

    /**
     * Takes up the session that is remembered; else the first demo user logs in, unless somebody logged out before.
     * @returns whether somebody is logged in
     */
    public async resume(demoUsers: DemoUser[], { begin, end, logIn }: Steps<T>): Promise<boolean> {
        const session = this.read();
        if (session) {
            try {
                await begin(session);
                return true;
            } catch {
                // The session is over: as if there were none.
                end();
            }
        }
        if (session !== false && demoUsers.length > 0) {
            await logIn(demoUsers[0].user, demoUsers[0].password);
            return true;
        }
        return false;
    }
}
