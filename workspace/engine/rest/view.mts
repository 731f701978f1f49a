import type { AppFabricationFulfillment } from '@rocket.chat/apps-engine/server/compiler';
import type { ProxiedApp } from '@rocket.chat/apps-engine/server/ProxiedApp';
import type { AppView } from '../../server/contract.mts';

/** An app in the shape of the REST API. Server: `ee/lib/misc/formatAppInstanceForRest.ts`. */
export async function viewOf(app: ProxiedApp): Promise<AppView> {
    const item = app.getStorageItem();
    const license = app.getLatestLicenseValidationResult();
    return {
        ...app.getInfo(),
        status: await app.getStatus(),
        languages: item.languageContent,
        private: (item.installationSource ?? 'private') === 'private',
        migrated: Boolean(item.migrated),
        ...((license?.hasErrors || license?.hasWarnings) && { licenseValidation: license }),
    } as AppView;
}

/** What went wrong when a package was added: nothing was installed then. */
export function problemsOf(done: AppFabricationFulfillment): { storageError: string } | { appUserError: string; username: string } | undefined {
    if (done.hasStorageError()) return { storageError: done.getStorageError() };
    if (!done.hasAppUserError()) return undefined;
    const { message, username } = done.getAppUserError() as { message: string; username: string };
    return { appUserError: message, username };
}

/** Names of the interfaces that the app implements. */
export const namesOf = (implemented: Record<string, boolean>): string[] => Object.keys(implemented).filter((name) => implemented[name]);
