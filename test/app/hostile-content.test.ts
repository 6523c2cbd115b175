import { expect, test, vi } from 'vitest';

import { goTo, openApp } from './app-window.ts';
import { screens } from './screens.ts';

vi.setConfig({ testTimeout: 120_000 });

const SCRIPT = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script><svg onload="window.hurt=1">';
const LINK = '<a href="javascript:window.hurt=1">click</a>';
const OVERRIDE = '\u202Egnp.exe\u202C';
const LONG = 'Overlong'.repeat(1_250);
const UNBROKEN = 'W'.repeat(10_000);

/** Names and texts that mean harm, in everything that is shown. */
const nasty = [
  SCRIPT,
  LINK,
  OVERRIDE,
  LONG,
  UNBROKEN,
  '\u0000\u0007bell',
  '🏳️‍🌈'.repeat(200),
  '{{ 7 * 7 }} @:fields.id %s',
];

test('hostile names and texts do no harm and break no layout', async () => {
  const { page, hub } = await openApp({ flags: ['--api-key', 'k=admin'], width: 1024, height: 768 });
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: { authorization: 'k', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([path, answer.status, answer.ok ? '' : await answer.text()]).toEqual([path, 200, '']);
  };
  const items = nasty.map((name, at) => ({ id: `x${at}`, name }));
  await call('PUT', '/-/local/catalog/events', [
    { id: 'e', name: SCRIPT, time_zone: 'Europe/Berlin', start_date: '2026-03-28', end_date: '2026-03-29' },
  ]);
  for (const kind of ['rooms', 'tracks', 'session_types', 'contacts', 'speaker_types']) {
    await call(
      'PUT',
      `/-/local/catalog/${kind}`,
      items.map((item) => ({ ...item, color: 'url(javascript:1)' })),
    );
  }
  await call(
    'PUT',
    '/-/local/catalog/abstracts',
    items.map((item) => ({ ...item, event_id: 'e', description: SCRIPT + LINK })),
  );
  for (const [at, name] of nasty.entries()) {
    await call('POST', '/sessions/local', {
      event_id: 'e',
      type_id: `x${at}`,
      name,
      code: name.slice(0, 500),
      description: `${SCRIPT}${LINK}${name}`,
      location: name,
      start_date: `2026-03-28T${String(9 + at).padStart(2, '0')}:00:00+01:00`,
      end_date: `2026-03-28T${String(10 + at).padStart(2, '0')}:00:00+01:00`,
      room_ids: [`x${at}`],
      track_ids: [`x${at}`],
      speakers: [{ contact_id: `x${at}`, type_id: `x${at}`, name }],
    });
  }

  // The app stood on the first run's doors: there was no event yet.
  await goTo(page, '/sessions');
  await page.getByRole('navigation').first().waitFor();
  const addresses = [...screens.map(({ path }) => path), '/now?at=2026-03-28T10:30', '/schedule'];
  for (const path of addresses) {
    await goTo(page, path);
    await page.waitForTimeout(700);
    const state = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      hurt: 'hurt' in window,
      scripts: document.querySelectorAll('a[href^="javascript:" i], iframe, object, embed').length,
    }));
    expect([path, state]).toEqual([path, { overflow: 0, hurt: false, scripts: 0 }]);
  }
  const list = (await (
    await fetch(`${hub.url}/sessions/local/event/e?fields=id`, { headers: { authorization: 'k' } })
  ).json()) as { Items: { id: string }[] };
  for (const { id } of list.Items) {
    await goTo(page, `/sessions?session=${encodeURIComponent(id)}`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    expect(
      await page.evaluate(() => [document.documentElement.scrollWidth - window.innerWidth, 'hurt' in window]),
    ).toEqual([0, false]);
  }
});
