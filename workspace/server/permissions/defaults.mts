/**
 * The default roles of each permission of the server, grouped by the roles that have it
 * (apps/meteor/server/lib/authorization/constant/permissions.ts). Omnichannel's are left out: the workspace has no omnichannel.
 */
const grants: [roles: string, permissions: string][] = [
    [
        'admin',
        `access-mailer access-permissions access-setting-permissions add-all-to-room add-oauth-service add-user-to-any-c-room assign-admin-role
        assign-roles bulk-register-user clean-channel-history clear-oembed-cache create-user delete-d delete-user edit-other-user-active-status
        edit-other-user-avatar edit-other-user-e2ee edit-other-user-info edit-other-user-password edit-other-user-totp edit-privileged-setting
        edit-room-retention-policy get-server-info kick-user-from-any-c-room logout-other-user mail-messages manage-apps manage-assets manage-cloud
        manage-email-inbox manage-emoji manage-incoming-integrations manage-moderation-actions manage-oauth-apps manage-outgoing-integrations
        manage-own-incoming-integrations manage-own-outgoing-integrations manage-selected-settings manage-sounds manage-user-status register-on-cloud
        remove-slackbridge-links restart-server run-import run-migration send-mail sync-auth-services-users test-admin-options unarchive-room
        user-generate-access-token view-all-teams view-device-management view-engagement-dashboard view-federation-data view-full-other-user-info
        view-import-operations view-join-code view-logs view-moderation-console view-other-user-channels view-privileged-setting
        view-room-administration view-statistics view-user-administration`,
    ],
    ['', 'add-user-to-any-p-room kick-user-from-any-p-room'],
    ['admin owner', 'archive-room convert-team delete-c delete-p delete-team edit-team force-delete-message set-leader set-moderator set-owner set-react-when-readonly set-readonly toggle-room-e2e-encryption view-all-team-channels'],
    [
        'admin owner moderator',
        `add-team-member add-user-to-joined-room ban-user create-invite-links create-team-channel create-team-group delete-message delete-team-channel
        delete-team-group edit-message edit-room edit-room-avatar edit-team-channel edit-team-member move-room-to-team mute-user pin-message post-readonly
        remove-team-channel remove-user view-broadcast-member-list`,
    ],
    ['admin owner moderator user', 'call-management videoconf-ring-users'],
    ['admin owner moderator user federated-external', 'mention-all mention-here view-outside-room'],
    ['admin user', 'access-marketplace allow-external-voice-calls allow-internal-voice-calls create-personal-access-tokens create-team export-messages-as-pdf test-push-notifications'],
    ['admin user federated-external', 'access-federation delete-own-message mobile-upload-file'],
    ['admin user federated-external anonymous', 'preview-c-room'],
    ['admin user federated-external anonymous guest', 'view-p-room'],
    ['admin user federated-external bot app', 'create-c create-d create-p'],
    ['admin user federated-external bot app anonymous', 'leave-c leave-p view-c-room'],
    ['admin user federated-external bot app guest', 'view-d-room'],
    ['admin user federated-external guest app', 'start-discussion'],
    ['admin user federated-external owner app', 'start-discussion-other-user'],
    ['admin bot app', 'api-bypass-rate-limit join-without-join-code send-many-messages'],
    ['bot app', 'bypass-time-limit-edit-and-delete message-impersonate'],
    ['guest bot app anonymous', 'view-joined-room'],
];

const words = (text: string) => text.split(/\s+/).filter(Boolean);

export const defaultPermissions: { _id: string; roles: string[] }[] = grants
    .flatMap(([roles, permissions]) => words(permissions).map((_id) => ({ _id, roles: words(roles) })))
    .sort((one, other) => one._id.localeCompare(other._id));

/** The roles of a fresh server (apps/meteor/server/lib/authorization/upsertPermissions.ts). */
export const defaultRoles: { _id: string; scope: 'Users' | 'Subscriptions'; description: string }[] = [
    { _id: 'admin', scope: 'Users', description: 'Admin' },
    { _id: 'moderator', scope: 'Subscriptions', description: 'Moderator' },
    { _id: 'leader', scope: 'Subscriptions', description: 'Leader' },
    { _id: 'owner', scope: 'Subscriptions', description: 'Owner' },
    { _id: 'user', scope: 'Users', description: '' },
    { _id: 'bot', scope: 'Users', description: '' },
    { _id: 'app', scope: 'Users', description: '' },
    { _id: 'guest', scope: 'Users', description: '' },
    { _id: 'anonymous', scope: 'Users', description: '' },
    { _id: 'federated-external', scope: 'Users', description: '' },
];
