/** @returns the milliseconds of processor time that some work took: what else the machine had to do meanwhile does not count */
export async function processorMs(work: () => unknown): Promise<number> {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
}
