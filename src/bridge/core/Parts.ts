import type { ChosenIds } from '../links/ChosenIds';
import type { DeletedHere } from '../links/DeletedHere';
import type { Links } from '../links/Links';
import type { Avatars } from '../people/Avatars';
import type { Ghosts } from '../people/Ghosts';
import type { Puppets } from '../people/Puppets';
import type { Portals } from '../portals/Portals';
import type { BridgeContext } from './Context';
import type { Lanes } from './Lanes';
import type { Patience } from './Patience';

/** What both directions share. */
export interface Parts {
    readonly context: BridgeContext;
    readonly portals: Portals;
    readonly ghosts: Ghosts;
    readonly puppets: Puppets;
    readonly avatars: Avatars;
    readonly links: Links;
    readonly ids: ChosenIds;
    readonly deletedHere: DeletedHere;
    readonly lanes: Lanes;
    readonly patience: Patience;
}
