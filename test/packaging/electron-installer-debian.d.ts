/** So far as it is used; the package brings no types. */
declare module 'electron-installer-debian' {
  export default function createDebianPackage(options: {
    src: string;
    dest: string;
    arch: 'amd64' | 'arm64';
    options: Record<string, unknown>;
  }): Promise<unknown>;
}
