import type { RoleBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain, IRole } from '../../../server/contract.mts';
import type { BridgeHost } from '../../load.mts';
import { mapDocument } from './converters/mapped.mts';

const toApp = async (role: IRole | null): Promise<any> =>
    role
        ? mapDocument(role, { id: '_id', name: 'name', description: 'description', mandatory2fa: 'mandatory2fa', protected: 'protected', scope: 'scope' })
        : undefined;

/** apps/meteor/server/lib/apps/bridges/roles.ts */
export function roleBridge(domain: Domain, host: BridgeHost): RoleBridge {
    const { roles } = domain.collections;
    class WorkspaceRoleBridge extends host.engine.bridges.RoleBridge {
        protected getOneByIdOrName = async (idOrName: string) => toApp(await roles.findOneAsync({ $or: [{ _id: idOrName }, { name: idOrName }] } as never));
        protected getCustomRoles = async () => Promise.all((await roles.findAsync({ protected: false })).map(toApp));
    }
    return new WorkspaceRoleBridge();
}
