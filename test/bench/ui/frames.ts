/** The next frame; answers when it began. */
export async function nextFrame(): Promise<number> {
  return await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** After what has changed has been drawn: a message that a frame sends arrives after its painting. */
export async function painted(): Promise<void> {
  await nextFrame();
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => resolve(), { once: true });
    port1.start();
    port2.postMessage(undefined);
  });
}
