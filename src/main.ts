/**
 * What the main class needs, from one place: `tools/package.mjs` bundles everything behind this file into one, because
 * rc-apps takes a time that grows with the square of the number of files.
 */
export { slashCommands } from './commands/index';
export { mergedSetting, SettingId, settings } from './config/settings';
export { publicApi } from './endpoints/AvatarEndpoint';
export { applicationServiceApi } from './endpoints/index';
export type { Events } from './events/index';
export { rcUserId } from './ids/rocketchat';
export { heartbeat } from './jobs/heartbeat';
export { Runtime } from './Runtime';
