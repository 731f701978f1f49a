import type { Router } from 'express';
import type { AppBridges } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain } from '../../server/contract.mts';
import { activationBridge, detailChangesBridge } from '../cluster/activation.mts';
import type { Cluster } from '../cluster/Cluster.mts';
import type { Commands } from '../commands/registry.mts';
import type { BridgeHost } from '../load.mts';
import type { Agenda } from '../scheduler/Agenda.mts';
import { absentBridges } from './absent.mts';
import { apiBridge } from './api.mts';
import { commandBridge } from './commands.mts';
import type { DomainBridges } from './domain/contract.mts';
import { domainBridges } from './domain/index.mts';
import { environmentBridge } from './environment.mts';
import { httpBridge } from './http.mts';
import { internalBridge, internalFederationBridge } from './internal.mts';
import { persistenceBridge } from './persistence.mts';
import { schedulerBridge } from './scheduler.mts';
import { serverSettingBridge } from './settings.mts';
import { uiInteractionBridge } from './ui.mts';

export interface BridgeParts {
    domain: Domain;
    host: BridgeHost;
    cluster: Cluster;
    agenda: Agenda;
    commands: Commands;
}

export interface HostBridges {
    bridges: AppBridges;
    domainSide: DomainBridges;
    /** Serves apps' endpoints; for mounting at the root. */
    apiRouter: Router;
}

/** All bridges of one instance (server: `app/apps/server/bridges/bridges.ts`). */
export function makeBridges({ domain, host, cluster, agenda, commands }: BridgeParts): HostBridges {
    const domainSide = domainBridges(domain, host);
    const absent = absentBridges(host.engine);
    const api = apiBridge(domain, host, domainSide.converters);
    const here = <Bridge extends object>(bridge: Bridge): Bridge => onInstance(bridge, domain, host.instance);
    const made: Record<keyof AppBridges, object> = {
        getApiBridge: api.bridge,
        getAppActivationBridge: activationBridge(domain, host, cluster),
        getAppDetailChangesBridge: detailChangesBridge(host, cluster),
        getCloudWorkspaceBridge: absent.cloudWorkspace,
        getCommandBridge: commandBridge(host, commands, domainSide.converters),
        getContactBridge: absent.contact,
        getEmailBridge: absent.email,
        getEnvironmentalVariableBridge: environmentBridge(host),
        getExperimentalBridge: absent.experimental,
        getHttpBridge: httpBridge(host),
        getInternalBridge: internalBridge(domain, host),
        getInternalFederationBridge: internalFederationBridge(domain.collections),
        getListenerBridge: domainSide.listener,
        getLivechatBridge: absent.livechat,
        getMessageBridge: here(domainSide.message),
        getModerationBridge: absent.moderation,
        getOAuthAppsBridge: absent.oauthApps,
        getOutboundMessageBridge: absent.outboundMessage,
        getPersistenceBridge: persistenceBridge(domain, host),
        getRoleBridge: here(domainSide.role),
        getRoomBridge: here(domainSide.room),
        getSchedulerBridge: schedulerBridge(host, agenda),
        getServerSettingBridge: serverSettingBridge(domain, host),
        getThreadBridge: here(domainSide.thread),
        getUiInteractionBridge: uiInteractionBridge(domain, host),
        getUploadBridge: here(domainSide.upload),
        getUserBridge: here(domainSide.user),
        getVideoConferenceBridge: absent.videoConference,
    };
    class WorkspaceBridges extends (host.engine.bridges.AppBridges as unknown as new () => object) {}
    for (const [getter, bridge] of Object.entries(made)) Object.defineProperty(WorkspaceBridges.prototype, getter, { value: () => bridge });
    return { bridges: new WorkspaceBridges() as AppBridges, domainSide, apiRouter: api.router };
}

/** What an app does happens on the instance that its sandbox belongs to: every entry of the bridge says so. */
function onInstance<Bridge extends object>(bridge: Bridge, domain: Domain, instance: number): Bridge {
    return new Proxy(bridge, {
        get(target, name) {
            const value = Reflect.get(target, name, target) as unknown;
            if (typeof value !== 'function' || typeof name !== 'string') return value;
            return (...args: unknown[]) => domain.runOnInstance(instance, async () => (value as (...args: unknown[]) => unknown).apply(target, args));
        },
    });
}
