import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, exit } from 'node:process';

/**
 * Signs the update metadata of a release: beside each `latest….yml` of the folder its Ed25519 signature is put as base64 in `….yml.sig`, which the
 * app checks before it believes a word. Answers the names of what was signed; a folder without metadata is an error.
 */
export function signUpdates(folder: string, privateKeyPem: string): string[] {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`The key is ${key.asymmetricKeyType}, not ed25519.`);
  const names = readdirSync(folder).filter((name) => /^latest.*\.yml$/.test(name));
  if (names.length === 0) throw new Error(`There is no update metadata in ${folder}.`);
  for (const name of names) {
    const signature = sign(null, readFileSync(join(folder, name)), key);
    writeFileSync(join(folder, `${name}.sig`), signature.toString('base64'));
  }
  return names;
}

/** A new pair: the private key as PEM, for the one who releases; the public one as it is built into the app. */
function newKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

// `node packaging/sign-updates.ts FOLDER` with the key in OFFSTAGE_UPDATE_KEY, or `--new-keys`.
if (import.meta.main) {
  const [wanted] = argv.slice(2);
  if (wanted === '--new-keys') {
    const { privateKey, publicKey } = newKeys();
    console.log(`${privateKey}\n${publicKey}`);
  } else if (wanted === undefined || env['OFFSTAGE_UPDATE_KEY'] === undefined) {
    console.error('node packaging/sign-updates.ts FOLDER, with the private key (PEM) in OFFSTAGE_UPDATE_KEY');
    exit(1);
  } else {
    console.log(`Signed ${signUpdates(wanted, env['OFFSTAGE_UPDATE_KEY']).join(', ')}.`);
  }
}
