import type { Clock } from './Context';

/** Waits until the work is done, at most for `ms` milliseconds; the work goes on. @throws what the work throws meanwhile */
export async function within(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
    let inTime = (): void => undefined;
    const late = new Promise<void>((resolve) => {
        inTime = clock.after(ms, resolve);
    });
    await Promise.race([work, late]).finally(inTime);
}
