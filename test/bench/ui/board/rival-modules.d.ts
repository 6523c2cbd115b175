/** Installed apart, at the first run of the benchmarks: types alone are never missed. */
declare module '@event-calendar/core';
