import { computed } from 'vue';

import { usePreferences } from '../../stores/preferences.ts';

/** Countries whose printers hold Letter (Unicode CLDR, `paperSize`); all others have A4. */
const LETTER = /-(?:BZ|CA|CL|CO|CR|GT|MX|NI|PA|PH|PR|SV|US|VE)\b/;

const PX_PER_MM = 96 / 25.4;
const SIZES_MM = { a4: { short: 210, long: 297 }, letter: { short: 215.9, long: 279.4 } };

/** The paper in the printer: the one that was chosen, else that of the reader's country. */
export function usePaper() {
  const preferences = usePreferences();
  const paper = computed<'a4' | 'letter'>({
    get: () => preferences.current.paper ?? (LETTER.test(navigator.language) ? 'letter' : 'a4'),
    set: (paper) => void preferences.save({ paper }),
  });
  return {
    paper,
    /** How wide and high a page is, in CSS pixels. */
    sizePx(isLandscape: boolean): { width: number; height: number } {
      const [short, long] = [SIZES_MM[paper.value].short * PX_PER_MM, SIZES_MM[paper.value].long * PX_PER_MM];
      return isLandscape ? { width: long, height: short } : { width: short, height: long };
    },
  };
}
