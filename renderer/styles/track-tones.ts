/** A track's colour at two strengths, as `light-dark()` pairs of CSS: `soft` is a ground that the theme's ink stands on, `strong` a mark on any ground. */
export interface TrackTone {
  readonly soft: string;
  readonly strong: string;
}

/** Lightness and the most chroma of a tone, in OKLCH. */
interface Strength {
  readonly lightness: number;
  readonly chroma: number;
}

const STRENGTHS = {
  light: { soft: { lightness: 0.93, chroma: 0.05 }, strong: { lightness: 0.56, chroma: 0.17 } },
  dark: { soft: { lightness: 0.32, chroma: 0.06 }, strong: { lightness: 0.74, chroma: 0.14 } },
} as const satisfies Record<string, Record<string, Strength>>;

/** What has less chroma is grey, and stays so. */
const GREY_CHROMA = 0.025;

/** Names that people write by hand; others of CSS's 148 are as good as none. */
const NAMED: Readonly<Record<string, string>> = {
  black: '#000000',
  blue: '#0000ff',
  brown: '#a52a2a',
  cyan: '#00ffff',
  gold: '#ffd700',
  gray: '#808080',
  green: '#008000',
  grey: '#808080',
  indigo: '#4b0082',
  lime: '#00ff00',
  magenta: '#ff00ff',
  navy: '#000080',
  olive: '#808000',
  orange: '#ffa500',
  pink: '#ffc0cb',
  purple: '#800080',
  red: '#ff0000',
  silver: '#c0c0c0',
  teal: '#008080',
  turquoise: '#40e0d0',
  violet: '#ee82ee',
  white: '#ffffff',
  yellow: '#ffff00',
};

/** What has no track: a quiet grey. */
export const NO_TRACK_TONE: TrackTone = toneOf({ hue: 100, chroma: 0.004 });

/**
 * The tones of a track from its colour, whatever was written there: of it only the hue counts, and whether it is a grey. One that cannot be read, or
 * is missing, gets a hue from the track's id, the same on every machine.
 *
 * Law, checked in test/renderer/track-tones.test.ts: every text colour of both themes has 4.5:1 on `soft`, and `strong` has 3:1 on every ground.
 */
export function trackTone(track: { readonly id: string; readonly color?: string | undefined }): TrackTone {
  const rgb = readColor(track.color ?? '');
  if (rgb === undefined) return toneOf({ hue: hashedHue(track.id), chroma: 1 });
  const { hue, chroma } = toOklch(rgb);
  return toneOf({ hue, chroma: chroma < GREY_CHROMA ? 0.006 : 1 });
}

function toneOf(color: { hue: number; chroma: number }): TrackTone {
  const pair = (strength: 'soft' | 'strong'): string => {
    const [light, dark] = (['light', 'dark'] as const).map((theme) => {
      const { lightness, chroma } = STRENGTHS[theme][strength];
      return hexInGamut(lightness, Math.min(chroma, color.chroma), color.hue);
    });
    return `light-dark(${light}, ${dark})`;
  };
  return { soft: pair('soft'), strong: pair('strong') };
}

/** Neighbouring ids get hues far from each other. */
function hashedHue(id: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 16_777_619);
  return ((hash >>> 0) * 0.618_033_988_75 * 360) % 360;
}

type Triple = readonly [number, number, number];

/** Red, green and blue from 0 to 1; undefined where the text is no colour that is known here. */
function readColor(text: string): Triple | undefined {
  const trimmed = text.trim().toLowerCase().slice(0, 64);
  const hex = /^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/.exec(NAMED[trimmed] ?? trimmed)?.[1];
  if (hex !== undefined) {
    const digits = hex.length < 6 ? hex.split('').map((digit) => digit + digit) : (hex.match(/../g) ?? []);
    const [red = 0, green = 0, blue = 0] = digits.map((pair) => Number.parseInt(pair, 16) / 255);
    return [red, green, blue];
  }
  const [, form, list] = /^(rgb|hsl)a?\(([^)]*)\)$/.exec(trimmed) ?? [];
  const numbers = (list ?? '').split(/[\s,/]+/).filter((part) => part !== '');
  const [one, two, three] = numbers.map((part) => Number.parseFloat(part));
  if (one === undefined || two === undefined || three === undefined) return undefined;
  if (![one, two, three].every((number) => Number.isFinite(number))) return undefined;
  if (form === 'rgb') {
    const [red, green, blue] = [one, two, three].map((value) => Math.min(Math.max(value / 255, 0), 1));
    return [red!, green!, blue!];
  }
  return fromHsl(one, Math.min(Math.max(two / 100, 0), 1), Math.min(Math.max(three / 100, 0), 1));
}

function fromHsl(hue: number, saturation: number, lightness: number): Triple {
  const channel = (offset: number): number => {
    const at = (((offset + hue / 30) % 12) + 12) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(at - 3, 9 - at, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

// OKLCH after Björn Ottosson, "A perceptual color space for image processing" (2020).
function toOklch([red, green, blue]: Triple): { hue: number; chroma: number } {
  const [r, g, b] = [red, green, blue].map((value) =>
    value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  const l = Math.cbrt(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b);
  const m = Math.cbrt(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b);
  const s = Math.cbrt(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b);
  const a = 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s;
  const bb = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s;
  return { hue: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360, chroma: Math.hypot(a, bb) };
}

function toLinearRgb(lightness: number, chroma: number, hue: number): Triple {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b) ** 3;
  const m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b) ** 3;
  const s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b) ** 3;
  return [
    4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
    -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
    -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
  ];
}

/** The colour with as much of the chroma as a screen can show: what a browser would cut off changes the lightness, and with it the contrast. */
function hexInGamut(lightness: number, chroma: number, hue: number): string {
  let [low, high] = [0, chroma];
  const isShown = (value: number): boolean =>
    toLinearRgb(lightness, value, hue).every((channel) => channel >= -1e-4 && channel <= 1 + 1e-4);
  if (isShown(chroma)) low = chroma;
  else
    for (let step = 0; step < 12; step++) {
      const middle = (low + high) / 2;
      if (isShown(middle)) low = middle;
      else high = middle;
    }
  return `#${toLinearRgb(lightness, low, hue)
    .map((channel) => {
      const value = Math.min(Math.max(channel, 0), 1);
      const encoded = value <= 0.003_130_8 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
      return Math.round(encoded * 255)
        .toString(16)
        .padStart(2, '0');
    })
    .join('')}`;
}
