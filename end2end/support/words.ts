// The texts of the interface, read from where the interface has them (`app/src/words`), so that a
// spec names an element once and finds it in both languages.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../app/src/words', import.meta.url));
const LINE = /^\s*(\w+)(?:\([^)]*\))?: ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*");/gm;

const texts = new Map<string, { en: string; zh: string }>();
for (const file of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.rs')) continue;
  const source = readFileSync(`${FOLDER}/${file}`, 'utf8');
  for (const [, name, en, zh] of source.matchAll(LINE)) {
    texts.set(name, { en: JSON.parse(en) as string, zh: JSON.parse(zh) as string });
  }
}

export type Words = (name: string, values?: Record<string, string | number>) => string;

/** The texts of one language; `{name}` in a text is replaced by `values.name`. */
export function words(language: 'en' | 'zh'): Words {
  return (name, values = {}) => {
    const text = texts.get(name);
    if (!text) throw new Error(`there is no text "${name}" in app/src/words`);
    return text[language].replace(/\{(\w+)\}/g, (_, key: string) => {
      if (!(key in values)) throw new Error(`the text "${name}" needs a value for ${key}`);
      return String(values[key]);
    });
  };
}
