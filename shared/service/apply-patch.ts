import jsonPatch, { type Operation } from 'fast-json-patch';

import { faultAt, isJsonObject, jsonSizeBytes, type JsonObject } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import { invalid } from '../contract/errors.ts';
import { jsonPatch as jsonPatchSchema, type JsonPatch, type PatchDirective } from '../contract/patch.ts';
import { parse } from '../contract/parse.ts';
import { isServerOwned } from '../contract/session.ts';
import { MAX_SESSION_BYTES } from '../contract/validate-session.ts';

/**
 * Applies a JSON Patch (RFC 6902) to a session, all or nothing; the session itself stays as it is. Throws `invalid` naming the
 * directive that cannot be done.
 *
 * fast-json-patch does the applying. What it lets through or fails at with a plain TypeError is checked before each step
 * against the document as it then is: every token of a pointer must be the document's own member (never an inherited one,
 * `__proto__`, `constructor` or `prototype`), array positions must be plain numbers within the array, and `move` and `copy` are taken
 * apart into the steps that RFC 6902 defines them by.
 */
export function applyPatch(session: JsonObject, patch: JsonPatch): JsonObject {
  let document: unknown = jsonPatch.deepClone(session);
  // Copies can double a document with each directive: together they may add no more than a session may hold.
  let copyRoomBytes = MAX_SESSION_BYTES;
  patch.forEach((directive, at) => {
    const refuse: Refuse = (member, reason) => {
      throw invalid([faultAt(`/${at}/${member}`, reason)]);
    };
    const step = (operation: Operation, member: 'path' | 'from'): void => {
      check(document, operation, (reason) => refuse(member, reason));
      try {
        document = jsonPatch.applyOperation(document, operation, false, true, true).newDocument;
      } catch (error) {
        if (!(error instanceof jsonPatch.JsonPatchError)) throw error;
        refuse(member, because('test_failed'));
      }
    };
    const read = (pointer: string): unknown => {
      check(document, { op: 'test', path: pointer, value: undefined }, (reason) => refuse('from', reason));
      return jsonPatch.getValueByPointer(document, pointer);
    };

    for (const path of writtenPaths(directive)) {
      const field = tokensOf(path)?.[0];
      if (field !== undefined && isServerOwned(field)) refuse('path', because('set_by_server'));
    }
    switch (directive.op) {
      case 'remove':
        return step({ op: 'remove', path: directive.path }, 'path');
      case 'add':
      case 'replace':
      case 'test':
        if (directive.value === undefined) refuse('value', because('required'));
        return step({ op: directive.op, path: directive.path, value: jsonPatch.deepClone(directive.value) }, 'path');
      case 'move':
      case 'copy': {
        const from = directive.from ?? refuse('from', because('required'));
        const value = read(from);
        if (directive.op === 'copy') {
          copyRoomBytes -= jsonSizeBytes(value);
          if (copyRoomBytes < 0) refuse('from', because('copies_too_much'));
          return step({ op: 'add', path: directive.path, value: jsonPatch.deepClone(value) }, 'path');
        }
        if (directive.path.startsWith(`${from}/`)) refuse('path', because('into_itself'));
        if (directive.path === from) return;
        step({ op: 'remove', path: from }, 'from');
        // Moved, not copied: thousands of moves of one large member must not each cost its size.
        return step({ op: 'add', path: directive.path, value }, 'path');
      }
    }
  });
  if (!isJsonObject(document)) throw invalid([faultAt('', because('leaves_no_session'))]);
  return document;
}

/** A body as a JSON Patch; throws `invalid` with every fault. */
export function parsePatch(body: unknown): JsonPatch {
  return parse(jsonPatchSchema, body);
}

/** Whether a patch does nothing but unlock: beside tests, it only takes `sys_locked` away or sets it to false. */
export function isUnlock(patch: JsonPatch): boolean {
  const writes = patch.filter((directive) => directive.op !== 'test');
  return (
    writes.length > 0 &&
    writes.every(
      (directive) =>
        directive.path === '/sys_locked' &&
        (directive.op === 'remove' ||
          ((directive.op === 'add' || directive.op === 'replace') && directive.value === false)),
    )
  );
}

type Refuse = (member: string, reason: Reason) => never;

const INHERITED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function writtenPaths(directive: PatchDirective): string[] {
  if (directive.op === 'test') return [];
  return directive.op === 'move' && directive.from !== undefined ? [directive.path, directive.from] : [directive.path];
}

/** The tokens of a JSON Pointer (RFC 6901), unescaped; undefined where it is none. */
function tokensOf(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Refuses an operation whose pointer leads nowhere in the document as it is. */
function check(document: unknown, operation: Operation, refuse: (reason: Reason) => never): void {
  const tokens = tokensOf(operation.path) ?? refuse(because('not_pointer'));
  if (tokens.length === 0) {
    if (operation.op === 'remove') refuse(because('removes_all'));
    return;
  }
  let parent: unknown = document;
  tokens.forEach((token, at) => {
    if (INHERITED.has(token)) refuse(because('inherited', { name: token }));
    const last = at === tokens.length - 1;
    const adding = last && operation.op === 'add';
    if (Array.isArray(parent)) {
      if (adding && token === '-') return;
      const position = /^(0|[1-9]\d{0,9})$/.test(token) ? Number(token) : refuse(because('not_position'));
      if (position >= parent.length + (adding ? 1 : 0)) refuse(because('beyond_end'));
      parent = parent[position];
    } else if (isJsonObject(parent)) {
      if (!adding && !Object.hasOwn(parent, token)) refuse(because('does_not_exist'));
      parent = Object.hasOwn(parent, token) ? parent[token] : undefined;
    } else {
      refuse(because('does_not_exist'));
    }
  });
}
