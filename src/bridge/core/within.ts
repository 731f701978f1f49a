/** Waits until the work is done, at most for `ms` milliseconds; the work goes on. @throws what the work throws meanwhile */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
    });
    await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
