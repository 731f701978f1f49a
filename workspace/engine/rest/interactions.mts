import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import type { DomainBridges } from '../bridges/domain/contract.mts';

/**
 * What the body of `POST /api/apps/ui.interaction/:appId` becomes for the engine. View submissions carry no room.
 * Server: `ee/server/apps/communication/uikit.ts`.
 * @throws MeteorError for an unknown type
 */
export async function interactionOf(appId: string, body: Record<string, any>, user: IUser, domain: Domain, converters: DomainBridges['converters']): Promise<object> {
    const { type, actionId, triggerId, payload } = body;
    const common = { type, appId, actionId, triggerId, user: converters.user(user) };
    const room = async (): Promise<unknown> => {
        const found = body.rid && (await domain.rooms.findById(body.rid));
        return found ? converters.room(found) : undefined;
    };
    const message = async (): Promise<unknown> => (body.mid ? converters.message(body.mid) : undefined);
    switch (type) {
        case 'blockAction':
            return { ...common, container: body.container, payload, room: await room(), message: await message() };
        case 'actionButton':
            return {
                ...common,
                tmid: body.tmid,
                payload: { context: payload.context, ...(payload.message && { message: payload.message }) },
                room: await room(),
                message: await message(),
            };
        case 'viewSubmit':
            return { ...common, payload };
        case 'viewClosed':
            return { ...common, payload: { view: payload.view, isCleared: payload.isCleared } };
        default:
            throw new MeteorError('Unknown action', 'Unknown action');
    }
}
