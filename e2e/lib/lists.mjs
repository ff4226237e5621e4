// Lists and forms as people meet them: tables, filters, selects, drawers.
import assert from 'node:assert/strict';

const PATIENCE_MS = 20_000;

/** Tries `check` until it holds; the page is given time, never a fixed pause. */
export async function eventually(check) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The table with this label. */
export const table = (page, label) => page.getByRole('region', { name: label, exact: true });

/** The column titles of a table, as shown. */
export const titles = async (page, label) =>
  (await table(page, label).getByRole('columnheader').allTextContents()).map((title) => title.trim());

/** The texts of one column, given its title. */
export async function column(page, label, title) {
  const place = (await titles(page, label)).indexOf(title);
  assert.ok(place >= 0, `the table ${label} has no column ${title}`);
  const cells = table(page, label).locator(`tbody td:nth-child(${place + 1})`);
  return (await cells.allTextContents()).map((text) => text.trim());
}

/** A select by its label; that of one that has to be filled in begins with a star. */
export const select = (within, label) =>
  within.getByRole('combobox', { name: label, exact: true }).or(within.getByRole('combobox', { name: `* ${label}`, exact: true }));

/**
 * Chooses an option of a select by the words of both; opens it again if it closed, or was open before it knew its options.
 */
export async function choose(within, label, option) {
  const page = within.page?.() ?? within;
  const wanted = page.locator('.ant-select-item-option').filter({ hasText: option, visible: true }).first();
  await eventually(async () => {
    const field = select(within, label);
    if (!(await wanted.isVisible())) await field.click();
    await stillness(page);
    // Of a long list only the beginning is there until somebody types.
    if (!(await wanted.isVisible()) && (await field.isEditable())) await field.fill(option);
    await wanted.click({ timeout: 5000 });
  });
}

/** Ticks a box or a radio button, again if the click went beside it because its dialog still moved. */
export const tick = (box) => eventually(() => box.check({ timeout: 5000 }));

/** Types into the search of the page's head. */
export async function search(page, t, words) {
  await page.getByRole('searchbox', { name: t('search-label') }).fill(words);
}

/**
 * A button by the words on it. The picture of a button that has just been busy may linger while it fades out and is
 * then read before the words.
 */
export const button = (within, name) =>
  within.getByRole('button', { name: new RegExp(`^(\\S+ )?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) });

/**
 * Waits until nothing moves that will come to rest: on a slow machine a click on what is still opening goes
 * beside it.
 */
export async function stillness(page) {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect.getComputedTiming().iterations === Infinity),
  );
}

/** Answers the question that has opened last. */
export async function confirm(page, words) {
  const yes = page.getByRole('dialog').last().getByRole('button', { name: words, exact: true });
  await yes.waitFor();
  await stillness(page);
  await yes.click();
}
