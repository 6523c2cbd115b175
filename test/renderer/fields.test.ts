// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, test } from 'vitest';
import { nextTick } from 'vue';

import AppButton from '../../renderer/components/ui/AppButton.vue';
import ComboField from '../../renderer/components/ui/ComboField.vue';
import ComboListField from '../../renderer/components/ui/ComboListField.vue';
import NumberField from '../../renderer/components/ui/NumberField.vue';
import TextField from '../../renderer/components/ui/TextField.vue';
import { i18n } from '../../renderer/i18n/i18n.ts';

const global = { plugins: [i18n] };
const rooms = [
  { value: 'r1', label: 'Hall Nord' },
  { value: 'r2', label: 'Hall Süd' },
  { value: 'r3', label: 'Lab' },
];

beforeEach(() => {
  // happy-dom has no top layer; what is shown there is there all the same.
  HTMLElement.prototype.showPopover = () => undefined;
  HTMLElement.prototype.hidePopover = () => undefined;
});

describe('a field', () => {
  test('names its input, and tells it what is wrong', () => {
    const field = mount(TextField, { props: { label: 'Name', fault: 'is needed', modelValue: '' }, global });
    const input = field.get('input');
    expect(field.get('label').attributes('for')).toBe(input.attributes('id'));
    expect(input.attributes('aria-invalid')).toBe('true');
    expect(field.get(`#${input.attributes('aria-describedby')}`).text()).toBe('is needed');
  });
});

describe('a busy button', () => {
  test('takes no click, and keeps the focus', async () => {
    let clicks = 0;
    const button = mount(AppButton, { props: { busy: true }, attrs: { onClick: () => (clicks += 1) }, global });
    await button.trigger('click');
    expect([clicks, button.attributes('disabled'), button.attributes('aria-busy')]).toEqual([0, undefined, 'true']);
    await button.setProps({ busy: false });
    await button.trigger('click');
    expect(clicks).toBe(1);
  });
});

describe('a field of numbers', () => {
  function mountNumber() {
    return mount(NumberField, { props: { label: 'Places', min: 0, max: 100, modelValue: 5 }, global });
  }

  test('takes what is a number in its bounds, and none', async () => {
    const field = mountNumber();
    for (const text of ['7', '', '1000', '-1']) await field.get('input').setValue(text);
    expect(field.emitted('update:modelValue')).toEqual([[7], [undefined]]);
  });

  test('puts back what cannot be taken when it is left', async () => {
    const field = mountNumber();
    const input = field.get('input');
    const element = input.element as HTMLInputElement;
    for (const text of ['1000', '8']) {
      element.value = text;
      await input.trigger('input');
      await input.trigger('change');
    }
    expect(element.value).toBe('8');
    expect(field.emitted('commit')).toEqual([[8]]);
  });
});

describe('a picker', () => {
  function mountPicker(props: object = {}) {
    const picker = mount(ComboField, {
      props: { label: 'Room', options: rooms, modelValue: 'r1', ...props },
      global,
      attachTo: document.body,
    });
    const input = picker.get('input');
    const press = async (key: string): Promise<void> => await input.trigger('keydown', { key });
    return { picker, input, press };
  }

  test('shows what is chosen, and finds another by keys alone', async () => {
    const { picker, input, press } = mountPicker();
    expect((input.element as HTMLInputElement).value).toBe('Hall Nord');
    await input.setValue('sud');
    expect(input.attributes('aria-expanded')).toBe('true');
    await press('Enter');
    expect(picker.emitted('update:modelValue')).toEqual([['r2']]);
    expect(input.attributes('aria-expanded')).toBe('false');
  });

  test('walks through the options, round the end', async () => {
    const { picker, press } = mountPicker();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await press(key);
    expect(picker.emitted('update:modelValue')).toEqual([['r3']]);
  });

  test('keeps what was chosen where Escape is pressed, or it is left half typed', async () => {
    const { picker, input, press } = mountPicker();
    await input.setValue('la');
    await press('Escape');
    expect((input.element as HTMLInputElement).value).toBe('Hall Nord');
    await input.setValue('la');
    await input.trigger('blur');
    expect((input.element as HTMLInputElement).value).toBe('Hall Nord');
    expect(picker.emitted('update:modelValue')).toBeUndefined();
  });

  test('chooses none where the text is taken out', async () => {
    const { picker, input } = mountPicker();
    await input.setValue('');
    await input.trigger('blur');
    expect(picker.emitted('update:modelValue')).toEqual([[undefined]]);
  });

  test('adds what is not there, and offers no second of what is', async () => {
    const addLabel = (text: string): string => `Add ${text}`;
    const { picker, input, press } = mountPicker({ addLabel });
    await input.setValue('Hall SÜD');
    await press('Enter');
    await input.setValue('Cellar');
    await press('Enter');
    expect(picker.emitted('update:modelValue')).toEqual([['r2']]);
    expect(picker.emitted('add')).toEqual([['Cellar']]);
  });

  test('says so where nothing is found', async () => {
    const { picker, input } = mountPicker();
    await input.setValue('nowhere');
    await nextTick();
    expect(picker.get('[role="status"]').text()).toBe(i18n.global.t('ui.nothingFound'));
  });
});

describe('a picker of several', () => {
  test('adds and takes out, and stays open for the next', async () => {
    const picker = mount(ComboListField, {
      props: { label: 'Rooms', options: rooms, modelValue: ['r1'] },
      global,
      attachTo: document.body,
    });
    const input = picker.get('input');
    await input.setValue('lab');
    await input.trigger('keydown', { key: 'Enter' });
    expect(input.attributes('aria-expanded')).toBe('true');
    await input.trigger('keydown', { key: 'Backspace' });
    await picker.get('button').trigger('click');
    expect(picker.emitted('update:modelValue')).toEqual([[['r1', 'r3']], [['r1']], [[]]]);
  });
});
