import { matrixUserId } from '../ids/matrix';
import type { Intake } from './Intake';
import type { Answer, ServedRequest } from './MatrixEndpoint';
import { done, MatrixEndpoint, refusal } from './MatrixEndpoint';

/** `GET /_matrix/app/v1/users/{userId}`: does this ghost exist? Then it is registered as well. */
export class UsersEndpoint extends MatrixEndpoint {
    protected readonly verb = 'get';

    protected async respond(request: ServedRequest, intake: Intake | undefined): Promise<Answer> {
        const user = matrixUserId((request.params || {}).userId);
        const known = user !== undefined && intake !== undefined && (await intake.knowsUser(user));
        return known ? done : refusal(404, 'M_NOT_FOUND', 'There is no such user.');
    }
}
