import { MeteorError } from '../../server/contract.mts';
import { markUnread } from '../../methods/messages/marks.mts';
import type { Api } from '../framework/Api.mts';
import { failure } from '../framework/results.mts';

/** `apps/meteor/server/api/v1/subscriptions.ts`. */
export function subscriptionRoutes(api: Api): void {
    api.get('subscriptions.get', { query: 'isSubscriptionsGetProps' }, async (call) => {
        const { updatedSince } = call.query;
        if (updatedSince && Number.isNaN(Date.parse(updatedSince))) {
            throw new MeteorError('error-roomId-param-invalid', 'The "lastUpdate" query parameter must be a valid date.');
        }
        const since = updatedSince ? { _updatedAt: { $gt: new Date(updatedSince) } } : {};
        return { update: await call.domain.collections.subscriptions.findAsync({ 'u._id': call.userId, ...since }), remove: [] };
    });
    api.get('subscriptions.getOne', { query: 'isSubscriptionsGetOneProps' }, async (call) =>
        call.query.roomId ? { subscription: await call.domain.rooms.subscriptionOf(call.query.roomId, call.userId) } : failure("The 'roomId' param is required"),
    );
    api.post('subscriptions.read', { body: 'isSubscriptionsReadProps' }, async (call) => {
        const roomId = call.body.rid ?? call.body.roomId;
        if (!(await call.domain.rooms.findById(roomId))) throw new Error('error-invalid-subscription');
        if (!(await call.domain.rooms.subscriptionOf(roomId, call.userId))) throw new Error('error-invalid-subscription');
        await call.domain.rooms.markRead(roomId, call.userId);
    });
    api.post('subscriptions.unread', { body: 'isSubscriptionsUnreadProps' }, (call) =>
        markUnread(call.domain, call.user, { messageId: call.body.firstUnreadMessage?._id, roomId: call.body.roomId }),
    );
}
