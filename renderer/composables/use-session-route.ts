import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** What a new session begins with, as the address has it. */
const givenFields = ['start', 'end', 'room', 'type', 'track', 'name', 'contact', 'abstract'] as const;

export type NewSessionFields = { readonly [Field in (typeof givenFields)[number]]?: string | undefined };

/**
 * The session in the editor beside the screen, which the address holds: `?session=ID`, or `?session=new` with what it begins with (`start` and `end` as
 * date-times, ids for the others).
 */
export function useSessionRoute() {
  const route = useRoute();
  const router = useRouter();

  async function go(query: Readonly<Record<string, string | undefined>>): Promise<void> {
    const others = Object.entries(route.query).filter(
      ([name]) => name !== 'session' && !(givenFields as readonly string[]).includes(name),
    );
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const next = { query: Object.fromEntries([...others, ...given]) as Record<string, string> };
    // From one session to the next is one step back for the browser, as is closing the editor.
    await (route.query['session'] === undefined ? router.push(next) : router.replace(next));
  }

  return {
    /** Its id, or `new`; undefined where the editor is closed. */
    sessionId: computed(() => {
      const { session } = route.query;
      return typeof session === 'string' && session !== '' ? session : undefined;
    }),
    given: computed<NewSessionFields>(() =>
      Object.fromEntries(
        givenFields.flatMap((name) => {
          const value = route.query[name];
          return typeof value === 'string' && value !== '' ? [[name, value]] : [];
        }),
      ),
    ),
    open: async (id: string): Promise<void> => await go({ session: id }),
    openNew: async (fields: NewSessionFields = {}): Promise<void> => await go({ session: 'new', ...fields }),
    close: async (): Promise<void> => await go({}),
  };
}
