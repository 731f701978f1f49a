import type { BridgeConfig, ConfigProblem } from '../../config/BridgeConfig';
import type { RawSettings } from '../../config/settings';
import { SettingId } from '../../config/settings';
import { newToken, tokenForLocalpart } from '../../config/tokens';
import { validate } from '../../config/validate';
import type { Log } from '../../errors/Log';
import type { Registration } from '../../matrix/registration';
import { registrationOf, registrationYaml } from '../../matrix/registration';
import type { SettingsAccess, Surroundings } from '../../config/SettingsAccess';

/** What the settings mean at the moment. */
export interface SetupState {
    /** Undefined when a setting is wrong: see the problems. */
    config?: BridgeConfig;
    problems: ConfigProblem[];
    /** Undefined when it cannot be made, or the address of the private API is not known yet. */
    registration?: Registration;
    /** The bridge user's localpart, to notice when it changes. */
    localpart: string;
}

const text = (raw: RawSettings, id: SettingId): string => (typeof raw[id] === 'string' ? (raw[id] as string) : '');

/**
 * Keeps the settings in order: makes the tokens, keeps the registration right whatever was typed into it, and knows the
 * configuration. Every instance of the server has one, and each is told of every change.
 */
export class Setup {
    private current: SetupState = { problems: [], localpart: '' };
    private reading?: Promise<SetupState>;
    private again = false;
    /** Tokens made here that may not be stored yet. */
    private readonly made: RawSettings = {};

    /** @param changed called after each reading that gave other values, before `refresh` resolves */
    constructor(
        private readonly settings: SettingsAccess,
        private readonly surroundings: Surroundings,
        private readonly log: Log,
        private readonly changed: (now: SetupState, before: SetupState) => Promise<void>,
    ) {}

    public get state(): SetupState {
        return this.current;
    }

    /** To be called once when the app is enabled: makes the tokens where there are none. */
    public async start(): Promise<SetupState> {
        const raw = await this.settings.read();
        for (const id of [SettingId.HsToken, SettingId.AsToken]) {
            if (text(raw, id) === '') {
                this.made[id] = newToken();
                await this.settings.write(id, this.made[id]);
            }
        }
        return this.refresh();
    }

    /** Reads the settings again. Calls that come while one is running share one more reading. */
    public refresh(): Promise<SetupState> {
        if (this.reading) {
            this.again = true;
        } else {
            this.reading = this.readUntilQuiet();
        }
        return this.reading;
    }

    /** New tokens for both directions. The homeserver needs the new registration before anything works again. */
    public async rotateTokens(): Promise<void> {
        await this.settings.write(SettingId.HsToken, newToken());
        await this.settings.write(SettingId.AsToken, newToken());
        this.log.warn('The tokens were made anew; the homeserver needs the new registration.');
    }

    /** @returns the text that belongs into the registration setting, whatever somebody typed there */
    public async registrationText(): Promise<string> {
        const raw = await this.read();
        return this.textOf(this.evaluate(raw, await this.surroundings.privateApi())) || text(raw, SettingId.RegistrationFile);
    }

    private async read(): Promise<RawSettings> {
        const raw = await this.settings.read();
        for (const id of [SettingId.HsToken, SettingId.AsToken]) {
            if (text(raw, id) !== '') {
                // Stored: from here on an empty setting is one that was emptied.
                delete this.made[id];
            } else {
                raw[id] = this.made[id];
            }
        }
        return raw;
    }

    private async readUntilQuiet(): Promise<SetupState> {
        try {
            do {
                this.again = false;
                await this.readOnce();
            } while (this.again);
            return this.current;
        } finally {
            // In the same step as the last look at `again`: who comes now starts a new reading.
            this.reading = undefined;
        }
    }

    private async readOnce(): Promise<void> {
        const raw = await this.read();
        const before = this.current;
        const now = this.evaluate(raw, await this.surroundings.privateApi());
        this.current = now;
        await this.keepInOrder(raw, now, before);
        if (JSON.stringify(now) !== JSON.stringify(before)) {
            await this.changed(now, before);
        }
    }

    private async keepInOrder(raw: RawSettings, now: SetupState, before: SetupState): Promise<void> {
        const { config } = now;
        if (config && before.localpart !== '' && before.localpart !== now.localpart) {
            await this.settings.write(SettingId.AsToken, tokenForLocalpart(config, now.localpart));
        }
        const wanted = this.textOf(now);
        if (wanted !== '' && wanted !== text(raw, SettingId.RegistrationFile)) {
            await this.settings.write(SettingId.RegistrationFile, wanted);
        }
    }

    private evaluate(raw: RawSettings, privateApi: string | undefined): SetupState {
        const { config, problems } = validate(raw, privateApi);
        return {
            problems,
            localpart: text(raw, SettingId.BridgeLocalpart).trim(),
            ...(config ? { config } : {}),
            ...(config && config.bridgeUrl ? { registration: registrationOf(config) } : {}),
        };
    }

    /** Empty while it is not known what it must be. */
    private textOf({ registration, problems }: SetupState): string {
        if (registration) {
            return registrationYaml(registration);
        }
        return problems.map(({ message }) => `# ${message}`).join('\n');
    }
}
