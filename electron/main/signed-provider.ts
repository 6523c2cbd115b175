import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';

import type { AppUpdater } from 'electron-updater';
import { GenericProvider } from 'electron-updater/out/providers/GenericProvider.js';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';

/** Where newer versions are found, and whose word is taken for what they are. */
export interface UpdateSource {
  /** The folder of the newest version's files on the web; it ends with a slash. */
  url: string;
  /** The Ed25519 key that update metadata must be signed with: its SubjectPublicKeyInfo in base64. */
  publicKey: string;
}

/** Lets an updater look there from now on. */
export function followSigned(updater: AppUpdater, source: UpdateSource): void {
  const updateProvider = class extends SignedProvider {
    constructor(_: unknown, asking: AppUpdater, runtime: ProviderRuntimeOptions) {
      super(source, asking, runtime);
    }
  };
  updater.setFeedURL({ provider: 'custom', updateProvider });
}

/**
 * Reads update metadata (`latest.yml` and its like) from a folder on the web and takes none that is not signed: beside each file its signature
 * lies as base64 in `….yml.sig`. The metadata name the SHA-512 of every installer, which electron-updater checks, so that who can write to the
 * folder but has not the key can put nothing on anybody's computer. electron-updater 6 has no check of its own; one is announced for 7.
 */
class SignedProvider extends GenericProvider {
  readonly #key: KeyObject;

  constructor({ url, publicKey }: UpdateSource, updater: AppUpdater, runtime: ProviderRuntimeOptions) {
    // Where releases usually lie, several parts of a file cannot be asked for at once.
    super({ provider: 'generic', url }, updater, { ...runtime, isUseMultipleRangeRequest: false });
    this.#key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  }

  /** The updater would send an id of this computer along, to offer a version to some first: nobody needs to know who asks. */
  override setRequestHeaders(): void {}

  /** Everything that the updater asks for by itself is metadata; installers are fetched by other means. */
  protected override async httpRequest(url: URL, headers?: OutgoingHttpHeaders | null): Promise<string | null> {
    const beside = new URL(url);
    beside.pathname += '.sig';
    const [metadata, signature] = [await super.httpRequest(url, headers), await super.httpRequest(beside, headers)];
    const isSigned =
      metadata !== null &&
      signature !== null &&
      verify(null, Buffer.from(metadata), this.#key, Buffer.from(signature, 'base64'));
    if (!isSigned) throw new Error(`The update's description at ${url.href} is not signed as Offstage's are.`);
    return metadata;
  }
}
