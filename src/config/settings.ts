import type { ISetting } from '@rocket.chat/apps-engine/definition/settings';
import { SettingType } from '@rocket.chat/apps-engine/definition/settings';

/**
 * Ids of the app's settings. Those that the old built-in bridge had keep their names (`Federation_Matrix_…`), so that notes and
 * scripts of its users still fit.
 */
export enum SettingId {
    Enabled = 'Federation_Matrix_enabled',
    HomeserverUrl = 'Federation_Matrix_homeserver_url',
    HomeserverDomain = 'Federation_Matrix_homeserver_domain',
    BridgeUrl = 'Federation_Matrix_bridge_url',
    IntakeLimit = 'Federation_Matrix_intake_limit',
    BridgeLocalpart = 'Federation_Matrix_bridge_localpart',
    GhostPrefix = 'Federation_Matrix_ghost_prefix',
    Id = 'Federation_Matrix_id',
    HsToken = 'Federation_Matrix_hs_token',
    AsToken = 'Federation_Matrix_as_token',
    WorkspaceUser = 'Federation_Matrix_workspace_user',
    WorkspaceToken = 'Federation_Matrix_workspace_token',
    RegistrationFile = 'Federation_Matrix_registration_file',
}

type Form = Partial<Pick<ISetting, 'multiline' | 'required' | 'i18nPlaceholder'>>;

/** Label, description and section stand in `i18n/en.json` under the id, the id + `_description`, and the section's name. */
function setting(section: string, id: SettingId, type: SettingType, packageValue: unknown, form: Form = {}): ISetting {
    return { id, type, packageValue, required: false, public: false, section, i18nLabel: id, i18nDescription: `${id}_description`, ...form };
}

const HOMESERVER = 'Section_homeserver';
const SERVICE = 'Section_application_service';
const WORKSPACE = 'Section_workspace';
const REGISTRATION = 'Section_registration';

/** All settings in the order in which an admin meets them. */
export const settings: ISetting[] = [
    setting(HOMESERVER, SettingId.Enabled, SettingType.BOOLEAN, false),
    setting(HOMESERVER, SettingId.HomeserverUrl, SettingType.STRING, 'http://localhost:8008'),
    setting(HOMESERVER, SettingId.HomeserverDomain, SettingType.STRING, '', { i18nPlaceholder: `${SettingId.HomeserverDomain}_placeholder` }),
    setting(SERVICE, SettingId.BridgeUrl, SettingType.STRING, '', { i18nPlaceholder: `${SettingId.BridgeUrl}_placeholder` }),
    setting(SERVICE, SettingId.IntakeLimit, SettingType.NUMBER, 10),
    setting(SERVICE, SettingId.BridgeLocalpart, SettingType.STRING, 'rocketchat'),
    setting(SERVICE, SettingId.GhostPrefix, SettingType.STRING, 'rc_'),
    setting(SERVICE, SettingId.Id, SettingType.STRING, 'rocketchat'),
    setting(SERVICE, SettingId.HsToken, SettingType.PASSWORD, ''),
    setting(SERVICE, SettingId.AsToken, SettingType.PASSWORD, ''),
    setting(WORKSPACE, SettingId.WorkspaceUser, SettingType.STRING, ''),
    setting(WORKSPACE, SettingId.WorkspaceToken, SettingType.PASSWORD, ''),
    setting(REGISTRATION, SettingId.RegistrationFile, SettingType.CODE, '', { multiline: true }),
];

/** The settings that an admin enters: all but the registration. */
export const inputIds: SettingId[] = Object.values(SettingId).filter((id) => id !== SettingId.RegistrationFile);

/** Values as they stand in the settings, by id; whatever was typed. */
export type RawSettings = Partial<Record<SettingId, unknown>>;

/**
 * What is stored for a change. Scripts send only id and value, and the server would store just that; texts lose the white space
 * around them, which comes along when they are copied.
 */
export function mergedSetting(before: ISetting, after: ISetting): ISetting {
    const merged = { ...before } as Record<string, unknown>;
    for (const [key, value] of Object.entries(after)) {
        if (value !== undefined && value !== null) {
            merged[key] = value;
        }
    }
    if (typeof merged.value === 'string' && merged.id !== SettingId.RegistrationFile) {
        merged.value = merged.value.trim();
    }
    return merged as unknown as ISetting;
}
