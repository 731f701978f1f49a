import { EJSON } from '../../realtime/ejson.mts';
import { callMethod, type MethodError } from '../../realtime/methods.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';

/** The methods of the realtime API, called over REST (`v1/misc.ts`, method.call and method.callAnon). */
export function methodCallRoutes(api: Api): void {
    const answer = async (call: Call) => {
        const { method, params = [], id } = EJSON.parse(call.body.message) as { method: string; params?: any[]; id: string };
        const result = (fields: { result?: unknown; error?: MethodError }) => ({ message: EJSON.stringify({ msg: 'result', id, ...fields }) });
        const context = { domain: call.domain, apps: call.apps, user: call.user ?? null, token: call.token };
        const outcome = await callMethod(context, method, params);
        return 'error' in outcome ? failure(result({ error: outcome.error })) : result({ result: outcome.result });
    };
    api.post('method.call/:method', { body: 'isMeteorCall', limit: false }, answer);
    api.post('method.callAnon/:method', { auth: false, body: 'isMeteorCall', limit: false }, answer);
}
