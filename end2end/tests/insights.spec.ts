// What an operator should act on, found in the lines of the nodes once a minute.

import { attack, node } from '../support/stage';
import { expect, test } from '../support/test';

/** So many addresses that guess one extension are worth a word. */
const SOURCES = 20;

test('many addresses that guess one extension: told, followed to their lines, hidden and shown again', async ({
  page,
  open,
  eventually,
  w,
  accessible,
}) => {
  const { name: project } = test.info().project;
  const number = ['js-en', 'js-zh', 'nojs-en'].indexOf(project) + 1;
  // Attackers choose their names.
  const guessed = `<img src=x onerror=alert(1)> ${project}`;
  const seldom = `seldom-${project}`;
  for (let source = 1; source <= SOURCES; source += 1) {
    const address = `2001:db8:1:${number}::${source.toString(16)}`;
    const edge = node(source % 2 === 0 ? 'edge-1' : 'edge-2');
    attack(edge, address, 1, guessed);
    if (source < SOURCES) attack(edge, address, 1, seldom);
  }
  await open('/');
  const card = page.getByRole('region', { name: w('insights_title') });
  const item = card.getByRole('listitem').filter({ hasText: guessed });
  const what = w('insight_extension', { extension: guessed, sources: SOURCES });
  await eventually(() => expect(item).toContainText(what, { timeout: 2_000 }));
  await expect(item).toContainText(w('insight_extension_seen', { lines: SOURCES }));
  await expect(item).toContainText(w('insight_extension_unknown'));
  // One address fewer is no finding.
  await expect(card).not.toContainText(seldom);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  await accessible();

  await item.getByRole('link', { name: w('insight_see_attacks') }).click();
  await expect(page).toHaveURL(/\/attacks\?extension=/);
  await expect(page.locator('table.attack-lines tbody tr')).toHaveCount(SOURCES);

  await open('/');
  await item.getByRole('button', { name: w('insight_dismiss_named', { what }) }).click();
  await expect(page.locator('#toasts')).toContainText(w('insight_dismissed'));
  await expect(item).toHaveCount(0);
  await page.locator('#toasts').getByRole('button', { name: w('undo') }).click();
  await expect(page.locator('#toasts')).toContainText(w('insight_shown_again'));
  await expect(item).toContainText(what);
});
