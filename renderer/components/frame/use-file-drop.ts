import { useEventListener } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';

/** Takes a file that is dropped anywhere on the window. Answers whether one is held over it. */
export function useFileDrop(take: (file: File) => void): Readonly<ShallowRef<boolean>> {
  const isOver = shallowRef(false);
  const holdsFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

  useEventListener(window, 'dragover', (event) => {
    if (!holdsFile(event)) return;
    // Without this, the browser leaves the app and shows the file.
    event.preventDefault();
    isOver.value = true;
  });
  useEventListener(window, 'dragleave', (event) => {
    if (event.relatedTarget === null) isOver.value = false;
  });
  useEventListener(window, 'drop', (event) => {
    isOver.value = false;
    if (!holdsFile(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) take(file);
  });
  return isOver;
}
