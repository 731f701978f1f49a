import { matrixRoomAlias } from '../ids/matrix';
import type { Intake } from './Intake';
import type { Answer, ServedRequest } from './MatrixEndpoint';
import { done, MatrixEndpoint, refusal } from './MatrixEndpoint';

/** `GET /_matrix/app/v1/rooms/{roomAlias}`: does this alias of our namespace name a room? */
export class RoomsEndpoint extends MatrixEndpoint {
    protected readonly verb = 'get';

    protected async respond(request: ServedRequest, intake: Intake | undefined): Promise<Answer> {
        const alias = matrixRoomAlias((request.params || {}).roomAlias);
        const known = alias !== undefined && intake !== undefined && (await intake.knowsAlias(alias));
        return known ? done : refusal(404, 'M_NOT_FOUND', 'There is no such room.');
    }
}
