import type { Answer } from './MatrixEndpoint';
import { done, MatrixEndpoint } from './MatrixEndpoint';

/** `POST /_matrix/app/v1/ping`: the homeserver's half of a ping that the bridge asked for (Matrix 1.7). */
export class PingEndpoint extends MatrixEndpoint {
    protected readonly verb = 'post';

    protected async respond(): Promise<Answer> {
        return done;
    }
}
