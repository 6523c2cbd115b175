// Loaded into a hub before its program (`node --import`): answers each message of the parent's with what the process holds, after a collection.
process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, heap: heapUsed, external, handles: process.getActiveResourcesInfo().length });
});
// The channel keeps nobody alive.
process.channel?.unref();
