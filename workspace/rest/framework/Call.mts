import type { Request } from 'express';
import { MeteorError, type AppsHost, type Domain, type IUser } from '../../server/contract.mts';
import { parseForm, type UploadedForm } from './input.mts';

/** Fields of a room that no answer shows (`ApiClass.ts`, defaultFieldsToExclude). */
export const hiddenRoomFields = ['joinCode', 'members', 'importIds', 'e2e'];

/** One REST call: who calls, what was sent, and the services that answer. */
export class Call {
    body: any = {};
    query: any = {};
    /** Whoever is logged in. Routes with `auth: false` may find it unset at run time. */
    user: IUser = undefined as unknown as IUser;

    constructor(
        readonly domain: Domain,
        readonly apps: AppsHost,
        readonly request: Request,
    ) {}

    get userId(): string {
        return this.user?._id;
    }

    get params(): Record<string, string> {
        return this.request.params;
    }

    /** The login token as sent, empty without one. */
    get token(): string {
        return header(this.request, 'x-auth-token') ?? '';
    }

    /**
     * `offset` and `count` of a list call (`getPaginationItems.ts`): at most `API_Upper_Count_Limit`, by default
     * `API_Default_Count`, and 0 (all) only where `API_Allow_Infinite_Count` is on.
     */
    page(): { offset: number; count: number } {
        const settings = this.domain.settings;
        const upper = settings.get<number>('API_Upper_Count_Limit') || 100;
        const standard = settings.get<number>('API_Default_Count') || 50;
        const given = this.query.count;
        let count = given === undefined || given === null ? standard : Number.parseInt(String(given || 0), 10);
        if (count > upper) count = upper;
        if (count === 0 && settings.get('API_Allow_Infinite_Count') === false) count = standard;
        return { offset: Number.parseInt(String(this.query.offset || 0), 10), count };
    }

    /**
     * The `sort` parameter (`parseJsonQuery.ts`). The parameters `query` and `fields` are ignored, as on every server
     * that does not set ALLOW_UNSAFE_QUERY_AND_FIELDS_API_PARAMS.
     * @throws MeteorError `error-invalid-sort`
     */
    sort(standard: Record<string, 1 | -1>): Record<string, 1 | -1> {
        if (typeof this.query.sort !== 'string') return standard;
        try {
            const sort = JSON.parse(this.query.sort) as Record<string, 1 | -1>;
            if (Object.values(sort).some((value) => value !== 1 && value !== -1)) throw new Error('neither 1 nor -1');
            return sort;
        } catch {
            throw new MeteorError('error-invalid-sort', `Invalid sort parameter provided: "${this.query.sort}"`, { helperMethod: 'parseJsonQuery' });
        }
    }

    /** The multipart body with one file in the field given, up to `FileUpload_MaxFileSize` bytes. */
    form(field: string): Promise<UploadedForm> {
        return parseForm(this.request, field, this.domain.settings.get<number>('FileUpload_MaxFileSize') ?? -1);
    }

    /** Has the caller this permission, in this room? */
    may(permission: string, roomId?: string): Promise<boolean> {
        return this.domain.users.hasPermission(this.user, permission, roomId);
    }
}

/** A header's first value. */
export function header(request: Request, name: string): string | undefined {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
}
