/** Calls a hub as another program does, with a key: what it answers, read as JSON. Throws what it answers where that is no success. */
export async function callHub(
  url: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = (await answer.json()) as unknown;
  if (!answer.ok) throw new Error(JSON.stringify(read));
  return read;
}
