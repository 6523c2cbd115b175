import type { Option } from '../../components/ui/filter-options.ts';

let zones: readonly Option[] | undefined;

/** Every time zone that is known here, with the blanks that people type. */
export function timeZoneOptions(): readonly Option[] {
  zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }));
  return zones;
}
