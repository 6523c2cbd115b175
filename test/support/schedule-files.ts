import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { validateXML } from 'xmllint-wasm';

/** Schedules and schemas that others published; they stand beside the project and are no part of it. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

export const REAL_FILES = ['fosdem-2025.xml', 'pretalx-rc3.json'] as const;

/** Whether the files are there; where not, the tests that read them are skipped. */
export const hasRealFiles = [...REAL_FILES, 'schedule.xml.xsd', 'schedule.schema.json'].every((name) =>
  existsSync(DATA + name),
);

export function realFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(DATA + name));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What libxml2 has against the texts by the c3voc's XSD; empty where they are valid. */
export async function findXmlFaults(texts: readonly string[]): Promise<string[]> {
  const { errors } = await validateXML({
    xml: texts.map((contents, index) => ({ fileName: `schedule-${index}.xml`, contents })),
    schema: [new TextDecoder().decode(realFile('schedule.xml.xsd'))],
    initialMemoryPages: 1024,
    maxMemoryPages: 16_384,
  });
  return errors.map((error) => error.rawMessage);
}

/** What ajv has against the text by the c3voc's JSON schema; empty where it is valid. */
export function jsonFaultFinder(): (text: string) => string[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  // The schema's own format, which no library knows; a colour as CSS writes it in hex.
  ajv.addFormat('color', /^#[\da-f]{6}$/i);
  const { $schema: _draft6, ...schema } = JSON.parse(new TextDecoder().decode(realFile('schedule.schema.json'))) as {
    $schema: string;
  };
  const validate = ajv.compile(schema);
  return (text) => {
    validate(JSON.parse(text));
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };
}
