import { because, type Reason } from '../base/reasons.ts';
import { skippedPart, type SkippedPart } from '../catalog/schedule-bundle.ts';

/** So many skipped parts are told one by one; of a file that is all wrong, the rest is counted. */
const MAX_SKIPPED = 1000;

/** What of a file is passed over while it is read: where it stands and why. */
export class SkipList {
  readonly #parts: SkippedPart[] = [];
  #rest = 0;

  add(where: Reason, reason: Reason): void {
    if (this.#parts.length < MAX_SKIPPED) this.#parts.push(skippedPart(where, reason));
    else this.#rest += 1;
  }

  parts(): SkippedPart[] {
    if (this.#rest === 0) return this.#parts;
    return [...this.#parts, skippedPart(because('in_file'), because('more_skipped', { n: this.#rest }))];
  }
}
