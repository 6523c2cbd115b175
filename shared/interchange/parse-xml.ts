import { SaxesParser } from 'saxes';

import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { SkipList } from './skip-list.ts';

/** An element: names are without prefixes, `text` is all its own character data, comments left out. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
  /** All between its tags as it stands in the file; '' unless elements stand there. */
  markup: string;
}

export interface XmlDocument {
  root: XmlElement;
  /** Bodies of the processing instructions, by target; of several with one target, the last. */
  instructions: Map<string, string>;
}

/** No schedule nests deeper; the deepest part of one is a person's link, at 8. */
const MAX_DEPTH = 64;

/** FOSDEM's whole schedule has 29,412. Each costs some hundred bytes of memory. */
const MAX_ELEMENTS = 500_000;

/** A few control characters were pasted into some text; many make a file that is no text. */
const MAX_DISALLOWED = 100;

/**
 * The elements of an XML text. A document type is passed over: nothing it declares is expanded or fetched, and a reference to an
 * entity of its own is an error. Characters that XML does not allow are left out and reported, because one pasted
 * into an abstract must not cost the whole schedule. Throws `invalid`, with line and column, for anything else
 * that is not well-formed, and as soon as the file proves too deep or too large.
 */
export function parseXml(text: string, skipped: SkipList): XmlDocument {
  const parser = new SaxesParser();
  const open: XmlElement[] = [];
  const starts: number[] = [];
  const instructions = new Map<string, string>();
  // Nearly no file has any, and looking once is cheaper than at every text.
  const clean = DISALLOWED.test(text) ? withoutDisallowed : (data: string): string => data;
  let root: XmlElement | undefined;
  let elements = 0;
  let disallowed = 0;

  parser.on('error', (error) => {
    const [, place = '', reason = error.message] = /^(\d+:\d+): (.*)$/.exec(error.message) ?? [];
    const [line, column] = place.split(':');
    disallowed += 1;
    if (reason === 'disallowed character.' && disallowed <= MAX_DISALLOWED) {
      skipped.add(because('in_line', { line: line ?? '?', column: column ?? '?' }), because('disallowed_character'));
      return;
    }
    throw new ContractError('invalid', because('xml_fault', { line: line ?? '?', column: column ?? '?', why: reason }));
  });
  parser.on('processinginstruction', ({ target, body }) => instructions.set(target, body));
  parser.on('opentag', (tag) => {
    elements += 1;
    if (open.length >= MAX_DEPTH) {
      throw new ContractError('invalid', because('file_elements_deep', { most: MAX_DEPTH }));
    }
    if (elements > MAX_ELEMENTS) {
      throw new ContractError('invalid', because('file_elements', { most: MAX_ELEMENTS }));
    }
    const element: XmlElement = {
      name: localName(tag.name),
      attributes: localAttributes(tag.attributes, clean),
      children: [],
      text: '',
      markup: '',
    };
    starts.push(parser.position);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (data: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += clean(data);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const start = starts.pop();
    const element = open.pop();
    if (element === undefined || element.children.length === 0) return;
    element.markup = clean(text.slice(start, text.lastIndexOf('</', parser.position - 1)));
  });
  parser.write(text).close();
  // The parser has reported a text without a root element.
  return { root: root as XmlElement, instructions };
}

/** What no XML document may hold: control characters, U+FFFE and U+FFFF. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const DISALLOWED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** The text without what no XML document may hold; half a surrogate pair becomes U+FFFD. */
export function withoutDisallowed(text: string): string {
  const wellFormed = text.toWellFormed();
  return DISALLOWED.test(wellFormed) ? wellFormed.replaceAll(new RegExp(DISALLOWED, 'g'), '') : wellFormed;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Attributes by their local names, without those that declare namespaces or schemas. */
function localAttributes(attributes: Record<string, string>, clean: (text: string) => string): Record<string, string> {
  const local: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const own = localName(name);
    if (name !== 'xmlns' && own !== '__proto__' && !/^(xmlns|xsi|xml):/.test(name)) local[own] = clean(value);
  }
  return local;
}
