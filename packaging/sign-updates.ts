import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, exit } from 'node:process';

/**
 * Signs the update metadata of a release: beside each `latest….yml` of the folder its Ed25519 signature is put as base64 in `….yml.sig`, which the
 * app checks before it believes a word. Answers the names of what was signed. A folder without metadata is an error, and so is a key that is not
 * the other half of the one that was built into the app: nobody could update any more.
 */
export function signUpdates(folder: string, keys: { privateKey: string; publicKey: string }): string[] {
  const key = createPrivateKey(keys.privateKey);
  if (publicPart(key) !== keys.publicKey) throw new Error('This is not the key that the app was built to believe.');
  const names = readdirSync(folder).filter((name) => /^latest.*\.yml$/.test(name));
  if (names.length === 0) throw new Error(`There is no update metadata in ${folder}.`);
  for (const name of names) {
    const signature = sign(null, readFileSync(join(folder, name)), key);
    writeFileSync(join(folder, `${name}.sig`), signature.toString('base64'));
  }
  return names;
}

/** A new pair: the private key as PEM, for the one who releases; the public one as it is built into the app. */
export function newUpdateKeys(): { privateKey: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicPart(privateKey),
  };
}

function publicPart(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
}

// `npm run update-keys` prints a new pair. `node packaging/sign-updates.ts FOLDER` signs, with the pair in the environment.
if (import.meta.main) {
  const [wanted] = argv.slice(2);
  const { OFFSTAGE_UPDATE_KEY: privateKey, MAIN_VITE_UPDATE_KEY: publicKey } = env;
  if (wanted === '--new-keys') {
    const keys = newUpdateKeys();
    console.log(
      `OFFSTAGE_UPDATE_KEY, a secret:\n\n${keys.privateKey}\nOFFSTAGE_UPDATE_PUBLIC_KEY, a variable:\n\n${keys.publicKey}`,
    );
  } else if (wanted === undefined || !privateKey || !publicKey) {
    console.error(
      'Name the folder; the private key (PEM) stands in OFFSTAGE_UPDATE_KEY, the public one in MAIN_VITE_UPDATE_KEY.',
    );
    exit(1);
  } else {
    console.log(`Signed ${signUpdates(wanted, { privateKey, publicKey }).join(', ')}.`);
  }
}
