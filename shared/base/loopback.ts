/** Whether a host, as it stands in an address, is this machine's own: what is sent there does not leave it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
