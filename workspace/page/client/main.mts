import { h } from './dom.mts';
import { MatrixSide } from './matrix/side.mts';
import { Pane } from './pane.mts';
import { RocketChatSide } from './rocketchat/side.mts';

/** What the start command tells the page; empty when the workspace runs without it. */
interface Configuration {
    rocketchat?: { users?: { username: string; password: string }[]; room?: { name: string } | null };
    homeserver?: { url?: string; serverName?: string; users?: { userId: string; password: string }[] };
}

async function configuration(): Promise<Configuration> {
    const response = await fetch('/_page/config.json');
    return response.ok ? ((await response.json()) as Configuration) : {};
}

const { rocketchat = {}, homeserver = {} } = await configuration();
const locals = (rocketchat.users ?? []).map(({ username, password }) => ({ user: username, password }));
const strangers = (homeserver.users ?? []).map(({ userId, password }) => ({ user: userId, password }));
const url = homeserver.url ?? 'http://localhost:8008';
const room = rocketchat.room?.name;

const panes = [
    new Pane(new RocketChatSide(locals, room), 'rocketchat'),
    new Pane(new MatrixSide(url, homeserver.serverName ?? new URL(url).host, strangers, room), 'matrix'),
];
document.body.append(h('main', {}, ...panes.map(({ element }) => element)));
await Promise.all(panes.map((pane) => pane.begin()));
