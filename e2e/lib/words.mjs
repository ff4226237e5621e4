import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FluentBundle, FluentResource } from '@fluent/bundle';

export const LANGUAGES = ['zh-CN', 'en'];
const LOCALES = path.resolve(import.meta.dirname, '../../locales');

/**
 * The words the page shows, from the same files: `words('en')('sign-in-title')`. An unknown id throws, so that a
 * renamed message breaks the test that looks for it, by name.
 */
export function words(language, folder = LOCALES) {
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const file of readdirSync(path.join(folder, language)).sort()) {
    bundle.addResource(new FluentResource(readFileSync(path.join(folder, language, file), 'utf8')));
  }
  return (id, parameters = {}) => {
    const message = bundle.getMessage(id);
    if (!message?.value) throw new Error(`no message ${id} in locales/${language}`);
    const errors = [];
    const text = bundle.formatPattern(message.value, parameters, errors);
    if (errors.length) throw new Error(`message ${id} in locales/${language}: ${errors.join('; ')}`);
    return text;
  };
}
