import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';

import { watchNetwork } from '../../electron/engine/watch-network.ts';

vi.mock('node:os', () => ({ networkInterfaces: vi.fn<typeof networkInterfaces>() }));

const LOOK_MS = 3000;

/** This machine is in the network by these addresses from now on, and by its loopback. */
function haveAddresses(...addresses: string[]): void {
  const info = (address: string, internal: boolean): NetworkInterfaceInfo =>
    ({ address, internal, family: 'IPv4' }) as NetworkInterfaceInfo;
  vi.mocked(networkInterfaces).mockReturnValue({
    lo: [info('127.0.0.1', true)],
    wlan0: addresses.map((address) => info(address, false)),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

test('the network is back when this machine has an address that it had not; that one is gone wakes nobody', () => {
  haveAddresses('192.0.2.7');
  let returns = 0;
  const stop = watchNetwork(() => (returns += 1));
  const afterLook = (): number => {
    vi.advanceTimersByTime(LOOK_MS);
    return returns;
  };
  expect(afterLook()).toBe(0);
  haveAddresses();
  expect(afterLook()).toBe(0);
  haveAddresses('192.0.2.7');
  expect(afterLook()).toBe(1);
  haveAddresses('192.0.2.7', '198.51.100.3');
  expect(afterLook()).toBe(2);
  expect(afterLook()).toBe(2);
  stop();
  haveAddresses('203.0.113.9');
  expect(afterLook()).toBe(2);
});

test('a machine that slept may have its network back, whatever its addresses', () => {
  haveAddresses('192.0.2.7');
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => void vi.restoreAllMocks());
  let returns = 0;
  const stop = watchNetwork(() => (returns += 1));
  // A busy machine looks a little late.
  now += LOOK_MS + 5000;
  vi.advanceTimersByTime(LOOK_MS);
  expect(returns).toBe(0);
  now += 3_600_000;
  vi.advanceTimersByTime(LOOK_MS);
  expect(returns).toBe(1);
  stop();
});
