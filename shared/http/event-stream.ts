import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';

/**
 * Reads server-sent events (HTML, "Server-sent events") as they come: the data of each; undefined for a comment, which tells only that the server
 * lives. Throws `unusable_answer` for an event beyond the bound, in characters.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<string | undefined, void, undefined> {
  const decoder = new TextDecoder();
  let line = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    // Lines of a long event are looked for in what is new only.
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [at, part] of parts.entries()) {
      line += part;
      length += part.length;
      if (length > maxLength) throw new ContractError('unusable_answer', because('feed_too_large'));
      if (at === parts.length - 1) break;
      const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
      line = '';
      if (whole === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        length = 0;
      } else if (whole.startsWith(':')) yield undefined;
      else if (whole.startsWith('data:')) data.push(whole.slice(whole.startsWith('data: ') ? 6 : 5));
    }
  }
}
