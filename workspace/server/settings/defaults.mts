/** One setting as the server's `settingsRegistry.add` gets it. */
export interface DefaultSetting {
    id: string;
    value: string | number | boolean | string[];
    group: string;
    section?: string;
    type: 'boolean' | 'string' | 'int' | 'select' | 'multiSelect' | 'code' | 'password' | 'relativeUrl';
    /** Clients without a login may read it. */
    public: boolean;
    /** Not in any list, and not readable by apps. */
    hidden: boolean;
    /** Its value is shown to admins only, and apps may not write it. */
    secret: boolean;
    values?: { key: string; i18nLabel: string }[];
}

type Value = DefaultSetting['value'];

const typeOf = (value: Value): DefaultSetting['type'] =>
    typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'int' : Array.isArray(value) ? 'multiSelect' : 'string';

function group(name: string, isPublic: boolean, values: Record<string, Value>, more: Partial<DefaultSetting> = {}): DefaultSetting[] {
    return Object.entries(values).map(([id, value]) => ({
        id, value, group: name, type: typeOf(value), public: isPublic, hidden: false, secret: false, ...more,
    }));
}

const select = (setting: DefaultSetting[], ...keys: string[]): DefaultSetting[] =>
    setting.map((one) => ({ ...one, type: 'select', values: keys.map((key) => ({ key, i18nLabel: `${one.id}_${key}` })) }));

/** What people prefer who have not chosen (apps/meteor/server/settings/accounts.ts, section Accounts_Default_User_Preferences). */
const preferences: Record<string, Value> = Object.fromEntries(
    Object.entries({
        enableAutoAway: true, idleTimeLimit: 300, desktopNotificationRequireInteraction: false, desktopNotifications: 'mentions', pushNotifications: 'mentions',
        unreadAlert: true, useEmojis: true, convertAsciiEmoji: true, autoImageLoad: true, saveMobileBandwidth: true, collapseMediaByDefault: false,
        hideUsernames: false, hideRoles: false, hideFlexTab: false, displayAvatars: true, sidebarGroupByType: true, themeAppearence: 'auto',
        sidebarViewMode: 'medium', sidebarDisplayAvatar: true, sidebarShowUnread: false, sidebarSortby: 'activity', sidebarShowFavorites: true,
        showThreadsInMainChannel: false, alsoSendThreadToChannel: 'default', sendOnEnter: 'normal', emailNotificationMode: 'mentions',
        newRoomNotification: 'door', newMessageNotification: 'chime', muteFocusedConversations: true, notificationsSoundVolume: 100,
        omnichannelTranscriptEmail: false, notifyCalendarEvents: true, enableMobileRinging: true, featuresPreview: '[]',
    }).map(([name, value]) => [`Accounts_Default_User_Preferences_${name}`, value]),
);

/**
 * The settings of the server that the workspace's functions, clients and apps read, with the server's ids and defaults
 * (apps/meteor/server/settings/*.ts).
 */
export function defaultSettings(siteUrl: string, uniqueId: string): DefaultSetting[] {
    return [
        ...group('General', true, { Site_Url: siteUrl, Site_Name: 'Rocket.Chat', Language: 'en', Favorite_Rooms: true, First_Channel_After_Login: '', Iframe_Restrict_Access: true }),
        ...group('General', true, { uniqueID: uniqueId }, { hidden: true }),
        ...group('General', true, { Default_Referrer_Policy: 'same-origin', UTF8_User_Names_Validation: '[0-9a-zA-Z-_.]+', UTF8_Channel_Names_Validation: '[0-9a-zA-Z-_.]+' }),
        ...group('General', true, { Show_Setup_Wizard: 'completed', Deployment_FingerPrint_Verified: true }, { hidden: true }),
        ...group('General', false, { Unread_Count: 'user_and_group_mentions_only', Unread_Count_DM: 'all_messages' }),
        ...group('General', true, { Store_Last_Message: true, API_Enable_CORS: false, API_CORS_Origin: '*' }),
        // On by default on a real server, where its own test suite runs without (TEST_MODE): 10 calls a minute and route are
        // too few for demo people and stories. An admin switches it on here as there.
        ...group('General', false, {
            API_Enable_Rate_Limiter: false,
            API_Enable_Rate_Limiter_Dev: true,
            API_Enable_Rate_Limiter_Limit_Calls_Default: 10,
            API_Enable_Rate_Limiter_Limit_Time_Default: 60000,
            API_Default_Count: 50,
            API_Upper_Count_Limit: 100,
            API_Allow_Infinite_Count: true,
            API_Enable_Direct_Message_History_EndPoint: false,
            API_Enable_Shields: true,
        }),
        ...group('Accounts', true, {
            Accounts_AllowUserProfileChange: true,
            Accounts_AllowUserAvatarChange: true,
            Accounts_AllowRealNameChange: true,
            Accounts_AllowUserStatusMessageChange: true,
            Accounts_AllowUsernameChange: true,
            Accounts_AllowEmailChange: true,
            Accounts_AllowPasswordChange: true,
            Accounts_AllowDeleteOwnAccount: false,
            Accounts_AllowAnonymousRead: false,
            Accounts_AllowAnonymousWrite: false,
            Accounts_AllowInvisibleStatusOption: true,
            Accounts_AvatarResize: true,
            Accounts_AvatarSize: 200,
            Accounts_AvatarBlockUnauthenticatedAccess: false,
            Accounts_ShowFormLogin: true,
            Accounts_RequireNameForSignUp: true,
            Accounts_LoginExpiration: 90,
            Accounts_TwoFactorAuthentication_Enabled: false,
        }),
        ...group('Accounts', false, { Accounts_BlockedUsernameList: '', Accounts_ManuallyApproveNewUsers: false, Accounts_AllowFeaturePreview: false }),
        ...group('Accounts', false, { Accounts_SystemBlockedUsernameList: 'admin,administrator,system,user' }, { hidden: true }),
        ...group('Accounts', true, preferences),
        ...select(group('Accounts', true, { Accounts_RegistrationForm: 'Public' }), 'Public', 'Disabled', 'Secret URL'),
        ...group('Message', true, {
            Message_AllowEditing: true,
            Message_AllowEditing_BlockEditInMinutes: 0,
            Message_AllowDeleting: true,
            Message_AllowDeleting_BlockDeleteInMinutes: 0,
            Message_AllowUnrecognizedSlashCommand: false,
            Message_AllowDirectMessagesToYourself: true,
            Message_ShowDeletedStatus: false,
            Message_KeepHistory: false,
            Message_AllowBadWordsFilter: false,
            Message_BadWordsFilterList: '',
            Message_BadWordsWhitelist: '',
            Message_MaxAll: 0,
            Message_MaxAllowedSize: 5000,
            Message_AllowConvertLongMessagesToAttachment: true,
            Message_GroupingPeriod: 300,
            Message_QuoteChainLimit: 2,
            Message_AllowPinning: true,
            Message_AllowStarring: true,
            Message_CustomDomain_AutoLink: '',
            Message_Read_Receipt_Enabled: false,
            Message_Attachments_Thumbnails_Enabled: true,
            Message_Attachments_Thumbnails_Width: 480,
            Message_Attachments_Thumbnails_Height: 360,
            Message_Attachments_Strip_Exif: true,
            Message_TimeFormat: 'LT',
            Message_DateFormat: 'LL',
            Message_TimeAndDateFormat: 'LLL',
            Hide_System_Messages: [],
            DirectMesssage_maxUsers: 8,
            Katex_Enabled: true,
            Katex_Parenthesis_Syntax: true,
            Katex_Dollar_Syntax: false,
            HexColorPreview_Enabled: true,
            API_Embed: true,
            AutoTranslate_Enabled: false,
        }),
        ...group('Message', false, { Message_CustomFields_Enabled: false, Message_AlwaysSearchRegExp: false }),
        ...group('Message', false, { Message_CustomFields: '' }, { type: 'code' }),
        ...select(group('Message', true, { Message_ErasureType: 'Delete' }), 'Keep', 'Delete', 'Unlink'),
        ...group('Threads', true, { Threads_enabled: true }),
        ...group('Discussion', true, { Discussion_enabled: true }),
        ...group('Layout', true, {
            UI_Use_Real_Name: false,
            UI_Allow_room_names_with_special_chars: false,
            UI_Use_Name_Avatar: false,
            UI_DisplayRoles: true,
            UI_Click_Direct_Message: false,
            UI_Show_top_navbar_embedded_layout: false,
            UI_Group_Channels_By_Type: true,
            UI_Unread_Counter_Style: 'Different_Style_For_User_Mentions',
        }),
        ...group('FileUpload', true, {
            FileUpload_Enabled: true,
            FileUpload_Enabled_Direct: true,
            FileUpload_MaxFileSize: 104857600,
            FileUpload_MediaTypeWhiteList: '',
            FileUpload_MediaTypeBlackList: 'image/svg+xml',
            FileUpload_ProtectFiles: true,
            FileUpload_RotateImages: true,
        }),
        ...group('FileUpload', false, {
            FileUpload_Restrict_to_room_members: true,
            FileUpload_Restrict_to_users_who_can_access_room: false,
            FileUpload_Enable_json_web_token_for_files: true,
            FileUpload_Storage_Type: 'GridFS',
        }),
        ...group('E2E Encryption', true, {
            E2E_Enable: false,
            E2E_Allow_Unencrypted_Messages: false,
            E2E_Enabled_Default_DirectRooms: false,
            E2E_Enabled_Default_PrivateRooms: false,
            E2E_Enable_Encrypt_Files: true,
            E2E_Enabled_Mentions: true,
        }),
        ...group('Troubleshoot', false, { Troubleshoot_Disable_Notifications: false, Troubleshoot_Disable_Presence_Broadcast: false }),
        ...group('Presence', true, { Presence_broadcast_disabled: false }, { hidden: true }),
        ...group('Retention Policy', true, { RetentionPolicy_Enabled: false }),
        ...group('Apps', true, { Apps_Framework_Development_Mode: true }, { hidden: true }),
        ...group('Apps', false, { Apps_Logs_TTL: '30_days' }),
    ];
}
