import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';

import { builderConfig } from '../../packaging/builder-config.ts';

const root = new URL('../..', import.meta.url).pathname;

/** electron-builder's own schema, where electron-builder itself finds it. */
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(fromBuilder.resolve('app-builder-lib/scheme.json'), 'utf8')) as object,
);

function faultsOf(config: unknown): string[] {
  validate(JSON.parse(JSON.stringify(config)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const local = builderConfig({ output: 'dist', isRelease: false });
const release = builderConfig({
  output: 'dist',
  isRelease: true,
  updateUrl: 'https://example.org/latest/download/',
  homepage: 'https://example.org/',
});

describe('the configuration', () => {
  test.each([
    ['for oneself', local],
    ['with another Electron', builderConfig({ output: 'dist', isRelease: false, electron: 'electron' })],
    ['of a release', release],
  ])('%s is as electron-builder’s schema wants it', (_, config) => {
    expect(faultsOf(config)).toEqual([]);
  });

  test('is held against that schema in earnest', () => {
    expect(faultsOf({ ...local, nsis: { oneclick: true } })).toEqual([
      '/nsis must NOT have additional properties',
      '/nsis must be null',
      '/nsis must match a schema in anyOf',
    ]);
  });

  test('makes every installer for its system', () => {
    const targets = [local.win, local.mac, local.linux].map((system) => [system?.target].flat());
    expect(targets).toEqual([
      [{ target: 'nsis', arch: ['x64'] }],
      [
        { target: 'dmg', arch: ['x64', 'arm64'] },
        { target: 'zip', arch: ['x64', 'arm64'] },
      ],
      [
        { target: 'AppImage', arch: ['x64'] },
        { target: 'deb', arch: ['x64'] },
      ],
    ]);
  });

  test('sets fuses and writes update metadata for a release alone', () => {
    expect([local.electronFuses, local.publish]).toEqual([undefined, null]);
    expect([release.electronFuses?.runAsNode, release.electronFuses?.onlyLoadAppFromAsar]).toEqual([false, true]);
    expect(release.publish).toEqual({ provider: 'generic', url: 'https://example.org/latest/download/' });
  });

  test('offers the app for schedule files on every system, and takes them over on none', () => {
    const extensions = ['xml', 'json', 'csv'];
    const mac = [local.mac?.fileAssociations ?? []].flat();
    expect(mac.map(({ ext, rank }) => [ext, rank])).toEqual(extensions.map((ext) => [ext, 'Alternate']));
    expect(local.linux?.mimeTypes).toEqual(['application/xml', 'application/json', 'text/csv']);
    const windows = readFileSync(join(root, String(local.nsis?.include)), 'utf8');
    for (const ext of extensions)
      expect(windows).toContain(String.raw`WriteRegNone HKCU "Software\Classes\.${ext}\OpenWithProgids"`);
    expect(windows).not.toMatch(/WriteRegStr HKCU "Software\\Classes\\\.\w+"/);
    expect([local.fileAssociations, local.win?.fileAssociations]).toEqual([undefined, undefined]);
  });
});

describe('the icons', () => {
  const icons = join(root, 'packaging', 'icons');
  const widthOf = (png: Buffer): number => png.readUInt32BE(16);

  test('for Linux are as wide as their names say', () => {
    const names = readdirSync(icons).filter((name) => name.endsWith('.png'));
    expect(names.map((name) => `${widthOf(readFileSync(join(icons, name)))}`).sort()).toEqual(
      names.map((name) => name.split('x')[0]).sort(),
    );
    expect(names).toContain('512x512.png');
  });

  test('for Windows hold every size from 16 to 256', () => {
    const file = readFileSync(join(icons, 'icon.ico'));
    const widths = Array.from({ length: file.readUInt16LE(4) }, (_, at) =>
      widthOf(file.subarray(file.readUInt32LE(18 + 16 * at))),
    );
    expect(widths).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  test('for macOS hold every size from 16 to 1,024', () => {
    const file = readFileSync(join(icons, 'icon.icns'));
    const widths: number[] = [];
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) widths.push(widthOf(file.subarray(at + 8)));
    expect([file.readUInt32BE(4), widths]).toEqual([file.length, [16, 32, 64, 128, 256, 512, 1024]]);
  });
});
