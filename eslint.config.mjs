// oxlint checks TypeScript; it does not read templates, so Vue's files are checked here, for correctness and for accessibility.
import vue from 'eslint-plugin-vue';
import accessibility from 'eslint-plugin-vuejs-accessibility';
import tsParser from '@typescript-eslint/parser';

export default [
  { ignores: ['out/**', 'node_modules/**', 'dist/**', '**/*.{js,mjs,ts}'] },
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['renderer/**/*.vue'],
    languageOptions: { parserOptions: { parser: tsParser } },
    rules: {
      // The formatter's business.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      // Types say it.
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
      // A label may hold its control or name it: both are read.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
];
