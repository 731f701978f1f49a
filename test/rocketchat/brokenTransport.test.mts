import { endWhenTransportBreaks } from '../../src/rocketchat/brokenTransport';

type Listener = (event: { reason?: unknown }) => void;

/** What the sandbox gives to apps: its global object by the name `self`. */
function sandbox() {
    const listeners: Listener[] = [];
    Object.assign(globalThis, { self: { addEventListener: (_type: string, listener: Listener) => listeners.push(listener) } });
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    return { exit, reject: (reason: unknown) => listeners.forEach((listener) => listener({ reason })) };
}

beforeEach(() => { jest.useFakeTimers(); });
afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    delete (globalThis as { self?: unknown }).self;
});

test('a key __proto__ ends the process with an error, after its last words', () => {
    const { exit, reject } = sandbox();
    const before = jest.fn();
    endWhenTransportBreaks(before);
    reject(new Error('The key __proto__ is not allowed'));
    expect(before).toHaveBeenCalledTimes(1);
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1_000);
    expect(exit).toHaveBeenCalledWith(1);
});

test.each([new Error('something else'), undefined, 'text'])('%s does not', (reason) => {
    const { exit, reject } = sandbox();
    endWhenTransportBreaks(() => undefined);
    reject(reason);
    jest.advanceTimersByTime(10_000);
    expect(exit).not.toHaveBeenCalled();
});

test('where there is no such object nothing happens', () => {
    expect(() => endWhenTransportBreaks(() => undefined)).not.toThrow();
});
