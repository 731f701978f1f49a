/**
 * Loaded with `--import` into a Node process that must not outlive the one that started it: standard input is a pipe from there,
 * and its end means that the other side is gone. The process then ends as on SIGTERM; if that hangs, at once after ten seconds.
 */
process.stdin.on('end', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref();
});
process.stdin.on('error', () => undefined);
process.stdin.resume();
(process.stdin as unknown as { unref?: () => void }).unref?.();
