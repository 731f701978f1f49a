import { createHmac } from 'node:crypto';
import { PlainError } from '../process/PlainError.mts';
import type { Account } from './homeserver.mts';

interface Answer {
    status: number;
    body: { nonce?: string; user_id?: string; access_token?: string; errcode?: string; error?: string };
}

async function call(url: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url, body ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {});
    return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function accountFrom({ status, body }: Answer, action: string): Account {
    if (!body.user_id || !body.access_token) {
        throw new PlainError(`The homeserver refused to ${action}: ${body.error ?? body.errcode ?? `status ${status}`}`);
    }
    return { userId: body.user_id, accessToken: body.access_token };
}

async function login(url: string, name: string, password: string): Promise<Account> {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password };
    return accountFrom(await call(`${url}/_matrix/client/v3/login`, body), `log ${name} in`);
}

/**
 * Registers a person by the shared secret of the configuration: `POST /_synapse/admin/v1/register`, which Dendrite has as well.
 * @returns the account; when the name is taken the one of a login
 * @throws PlainError when the homeserver refuses, e.g. for another password
 */
export async function registerBySecret(url: string, secret: string, name: string, password: string, admin: boolean): Promise<Account> {
    const register = `${url}/_synapse/admin/v1/register`;
    const { nonce } = (await call(register)).body;
    const mac = createHmac('sha1', secret).update([nonce, name, password, admin ? 'admin' : 'notadmin'].join('\0')).digest('hex');
    const answer = await call(register, { nonce, username: name, password, admin, mac });
    return answer.body.errcode === 'M_USER_IN_USE' ? login(url, name, password) : accountFrom(answer, `register ${name}`);
}
